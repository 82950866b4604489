/**
 * Branded ids. A brand costs nothing at run time and stops an account id from being passed where a portal id is meant.
 * Ids of vendors stay plain strings: they are opaque outside their channel's folder.
 */
type Brand<Name extends string> = string & { readonly __brand: Name };

/** `member_id` of a Bitrix24 portal: the one key that survives a rename of its domain. */
export type PortalId = Brand<"PortalId">;
export type AccountId = Brand<"AccountId">;
export type ConversationId = Brand<"ConversationId">;
export type MessageId = Brand<"MessageId">;
export type MediaId = Brand<"MediaId">;
export type PersonId = Brand<"PersonId">;
export type DecisionId = Brand<"DecisionId">;
export type NoteId = Brand<"NoteId">;
/** A mail in the index of all mails that were seen, digits: of two, the one seen later has the higher number. */
export type MailId = Brand<"MailId">;
/** The number of a thread's oldest mail, digits. */
export type MailThreadId = Brand<"MailThreadId">;
export type CannedFolderId = Brand<"CannedFolderId">;
export type CannedReplyId = Brand<"CannedReplyId">;
export type PlannedId = Brand<"PlannedId">;
export type RobotCallId = Brand<"RobotCallId">;
export type TriggerId = Brand<"TriggerId">;
/**
 * One direction of one conversation: the unit of ordering and of leasing. Shape `in:<conversation>:<portal>` or
 * `out:<conversation>:<portal>`; the portal is named so that work can be shared out fairly before anything is read.
 */
export type LaneId = Brand<"LaneId">;

export const portalId = (value: string): PortalId => value as PortalId;
export const accountId = (value: string): AccountId => value as AccountId;
export const conversationId = (value: string): ConversationId => value as ConversationId;
export const messageId = (value: string): MessageId => value as MessageId;
export const personId = (value: string): PersonId => value as PersonId;
export const decisionId = (value: string): DecisionId => value as DecisionId;
export const mediaId = (value: string): MediaId => value as MediaId;
export const cannedFolderId = (value: string): CannedFolderId => value as CannedFolderId;
export const cannedReplyId = (value: string): CannedReplyId => value as CannedReplyId;
export const mailId = (value: string): MailId => value as MailId;
export const mailThreadId = (value: string): MailThreadId => value as MailThreadId;
export const plannedId = (value: string): PlannedId => value as PlannedId;
export const robotCallId = (value: string): RobotCallId => value as RobotCallId;
export const triggerId = (value: string): TriggerId => value as TriggerId;
export const noteId = (value: string): NoteId => value as NoteId;

export type Direction = "in" | "out";

export const laneOf = (direction: Direction, conversation: ConversationId, portal: PortalId): LaneId =>
  `${direction}:${conversation}:${portal}` as LaneId;

export interface Lane {
  readonly direction: Direction;
  readonly conversation: ConversationId;
  readonly portal: PortalId;
}

/** Takes a lane id apart; `undefined` for anything that is none (a wake-up may carry rubbish, it is input too). */
export function parseLane(lane: string): Lane | undefined {
  const match = /^(in|out):([^:]+):(.+)$/.exec(lane);
  if (!match) return undefined;
  return {
    direction: match[1] as Direction,
    conversation: match[2] as ConversationId,
    portal: match[3] as PortalId,
  };
}
