import type { AccountId, ConversationId, Direction, LaneId, MediaId, MessageId, PortalId } from "../../domain/ids.ts";
import type { Attachment, AttachmentKind, Message, MessageState } from "../../domain/message.ts";
import type { Accepted, AcceptedFirst, FirstRow, InboundRow, ReplyRow } from "./accept.ts";

/** What the portal is to be told of a message of ours: that it reached the customer, or that it ended badly. */
export interface Unreported {
  readonly message: Message;
  readonly what: "arrived" | "bad-ending";
}

/** The vendor's id of one part of a message, counted from 1. */
export interface SentPart {
  readonly externalId: string;
  readonly part: number;
  readonly of: number;
}

/** The vendor goes on with a chat under another id. */
export interface ChatMove {
  readonly from: string;
  readonly to: string;
  /** The vendor numbers messages anew there: the ids of those from before mean nothing any more. */
  readonly idsEnd: boolean;
}

export interface Moved {
  /**
   * `joined`: there were conversations under both ids; the one that the portal knows goes on. `known`: this was told
   * before. `unknown`: nothing is known of the old chat.
   */
  readonly kind: "moved" | "joined" | "known" | "unknown";
  /** Due now: their drains hand over what they hold. */
  readonly lanes: readonly LaneId[];
}

/** What became of an attempt. `settleBy`: the lane waits for certainty until then (the other side can be asked). */
export type MessageResult =
  /** `error`: it did not reach everybody whom it was for. */
  | { readonly state: "sent" | "delivered"; readonly externalIds?: readonly string[]; readonly error?: string }
  | { readonly state: "stored"; readonly nextAt: Date; readonly error: string }
  | { readonly state: "refused" | "failed"; readonly error: string }
  | {
      readonly state: "uncertain";
      readonly error: string;
      readonly externalIds?: readonly string[];
      readonly settleBy?: Date;
      readonly nextAt?: Date;
    };

export interface JournalQuery {
  readonly state?: MessageState;
  readonly conversation?: ConversationId;
  readonly account?: AccountId;
  readonly direction?: Direction;
  /** Also rows that are edits, deletions and reactions. Default: messages only. */
  readonly changes?: boolean;
  /** Only rows after this position (for resuming) or before it (for paging back); order is by position ascending, or descending for `before`. */
  readonly after?: number;
  readonly before?: number;
  readonly limit: number;
}

export interface UnrecognisedReply {
  readonly message: Message;
  /** When the mirror's last attempt left. */
  readonly saidAt: Date;
}

export type MirrorEnd =
  | { readonly state: "sent"; readonly imMessageId?: string; readonly imChatId?: string }
  | { readonly state: "refused" | "failed" | "uncertain"; readonly error: string };

export interface MirrorEnded {
  /** `claimed`: the id is the reply's from now on. `known`: it was its own or another's before. `taken`: the reply has another. */
  readonly kind: "claimed" | "known" | "taken" | "ended" | "unknown";
  readonly due?: LaneId;
}

/** An unfinished row with what the lane must know of it. */
export interface DueMessage extends Message {
  /** Set while the lane waits for certainty about an `uncertain` row. */
  readonly settleBy?: Date;
}

export interface MessageRepository {
  /**
   * Accepts many events in ONE transaction: conversation upsert, message insert, lane due. Results stand in
   * the order of the rows. Order within a conversation is the order of the rows. An edit also changes the text of the message it edits.
   */
  acceptInbound(rows: readonly InboundRow[]): Promise<readonly Accepted[]>;
  /** One transaction; `duplicate` when the origin key was seen. */
  acceptReply(row: ReplyRow): Promise<Accepted>;
  /** One transaction: the conversation is there and its first message accepted, or neither. */
  acceptFirst(row: FirstRow): Promise<AcceptedFirst>;
  find(portal: PortalId, message: MessageId): Promise<Message | undefined>;
  findByIm(portal: PortalId, imMessageId: string): Promise<Message | undefined>;
  /** What the first reply with this origin key made. */
  findByOrigin(portal: PortalId, originKey: string): Promise<Message | undefined>;
  /**
   * Which of the portal's messages are here, or are so old that they may have been here and deleted: neither is news. `at`:
   * by the portal's clock.
   */
  knownByIm(
    portal: PortalId,
    told: readonly { readonly id: string; readonly at: Date }[],
  ): Promise<ReadonlySet<string>>;
  /**
   * Ours of the whole portal that have one of these ids at their channels, the latest first: they left, or may have. Also what
   * its people wrote at the messenger itself.
   */
  sentAs(portal: PortalId, externalIds: readonly string[]): Promise<readonly Message[]>;
  findByExternal(account: AccountId, externalId: string): Promise<Message | undefined>;
  /**
   * Unfinished rows of a lane from its head: `stored`, `sending` (left over by a dead worker: this lane's lease is ours, so
   * nobody is at it), and `uncertain` with `settleBy`. Rows whose time has not come are included: the caller must stop at
   * them, or order would break. The order is that of acceptance; of what operators said in the open line it is the
   * portal's, each in the place of the first that it must not come after.
   */
  unfinished(lane: LaneId, limit: number): Promise<readonly DueMessage[]>;
  /**
   * Marks rows `sending` if the lane's lease is still `owner`'s and none of them is finished; all or none. To the customer also
   * only if nothing else waits that goes out before them: it came after the lane was read, and has made it due.
   */
  beginAttempt(lane: LaneId, owner: string, messages: readonly MessageId[]): Promise<boolean>;
  /**
   * Writes results in one transaction. A state never goes back from `read` to `delivered` or `sent`. A bad ending of a
   * message to a customer is `unreported` from then on. A change of ours that is refused or failed is taken out of the text
   * of its message again; a retry puts it back.
   */
  finish(results: readonly { readonly message: MessageId; readonly result: MessageResult }[]): Promise<void>;
  /** Replies that were said in the line, or may have been, and have no id of the portal yet; of the latest ones, oldest first. */
  unrecognised(portal: PortalId, conversation: ConversationId): Promise<readonly UnrecognisedReply[]>;
  /**
   * What became of a reply's mirror, in one transaction. Sent: the line has it, under that id if it is told, and what was
   * held for it goes now; otherwise what was held ends the same way. Answers whose the id is, and the lane that is due.
   */
  endMirror(portal: PortalId, reply: MessageId, end: MirrorEnd): Promise<MirrorEnded>;
  /** Receipts of the channel: raises the state of our messages with these vendor ids, never lowers it. Answers the rows that changed. */
  applyReceipt(
    account: AccountId,
    externalIds: readonly string[],
    state: "delivered" | "read",
  ): Promise<readonly MessageId[]>;
  /**
   * The channel could not deliver what it had taken: what was sent or uncertain under these vendor ids is refused with
   * this sentence, and its lane is due to tell so; what was delivered or read stays. Known before the ids are: kept for
   * `finish`. Answers the lanes to wake.
   */
  applyFailure(account: AccountId, externalIds: readonly string[], sentence: string): Promise<readonly LaneId[]>;
  /**
   * The vendor named a part of our message by our key: when all are known, what was under way, uncertain or given up is
   * sent, under these ids, and what waited to be tried again is not. What the vendor refused stays so; keys of other
   * accounts or of nothing are passed over. Answers the lane to wake, where somebody was told otherwise.
   */
  proveSent(account: AccountId, message: MessageId, proof: SentPart): Promise<LaneId | undefined>;
  /**
   * The conversation keeps its history and its place in the portal and takes the new id, in one transaction. What comes
   * under the old one later is accepted as ever, into a conversation that is `movedTo`.
   */
  applyMove(portal: PortalId, account: AccountId, move: ChatMove): Promise<Moved>;
  /** Outbound rows that the portal has still to be told about, in order. */
  unreported(conversation: ConversationId, limit: number): Promise<readonly Unreported[]>;
  /** Told. A bad ending that has become another one meanwhile stays to be told. */
  markReported(told: readonly Unreported[]): Promise<void>;
  /**
   * By hand: back to `stored`, due now. `undefined` when the row is not as `seen`, or in no state that may be retried: who
   * asks twice, or looks at an old page, sends nothing a second time.
   */
  retry(
    portal: PortalId,
    message: MessageId,
    seen?: { readonly state: MessageState; readonly attempts: number },
  ): Promise<LaneId | undefined>;
  /** Unfinished inbound and outbound rows of an account: the backlog that "on again" asks about. */
  backlog(portal: PortalId, account: AccountId): Promise<number>;
  /** Ends the backlog as `failed` with this sentence; each stays retriable by hand. */
  dropBacklog(portal: PortalId, account: AccountId, sentence: string): Promise<number>;
  /** Takes back what has not begun to leave: it is `failed` with this sentence. `false`: it is leaving, or has left. */
  withdraw(portal: PortalId, message: MessageId, sentence: string): Promise<boolean>;
  journal(portal: PortalId, query: JournalQuery): Promise<readonly Message[]>;
  /** Replaces attachment sources after their bytes were kept. */
  setAttachments(message: MessageId, attachments: readonly Attachment[]): Promise<void>;
}

export interface Media {
  readonly id: MediaId;
  readonly portal: PortalId;
  /** Absent while it waits for its message. */
  readonly message?: MessageId;
  readonly name: string;
  readonly mime: string;
  readonly size: number;
  readonly createdAt: Date;
}

/** A file that a person put beside a message which they have not sent yet. */
export interface WaitingFile extends Pick<Media, "id" | "portal" | "name" | "mime" | "size"> {
  readonly conversation: ConversationId;
  readonly userId: string;
  readonly kind: AttachmentKind;
}

export interface MediaRepository {
  create(media: Omit<Media, "createdAt">): Promise<void>;
  /** Waits for its message: `acceptReply` gives it to the one that names it. */
  createWaiting(file: WaitingFile): Promise<void>;
  /** That person's, in that conversation, those of them that still wait; in no particular order. */
  waiting(
    of: Pick<WaitingFile, "portal" | "conversation" | "userId">,
    files: readonly MediaId[],
  ): Promise<readonly WaitingFile[]>;
  /** Those that have waited since before then wait no more: they are `removedFiles` from now on. Answers how many. */
  dropWaiting(portal: PortalId, before: Date): Promise<number>;
  /** Without a portal: a signed link carries only the id, the signature is the proof. */
  find(media: MediaId): Promise<Media | undefined>;
}
