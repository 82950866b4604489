import type { Conversation } from "../../domain/conversation.ts";
import type { AccountId, ConversationId, LaneId, PortalId } from "../../domain/ids.ts";

/** What an account without an open line does with its conversations. Settings are read by whoever knows their schema. */
export interface StoredOwnLine {
  readonly settings: unknown;
  /** Messages from before are no business of the engine. */
  readonly since: Date;
  readonly changedAt: Date;
}

/** How a conversation stands with the engine. */
export interface StoredOwnSession {
  /** As the engine keeps it; `own.phase`, `own.session`, `own.look` and `own.wait` are read by the store as well. */
  readonly state: unknown;
  /** Position of the last message that was taken in. */
  readonly seenSeq: number;
  /** What is still to be said and told. */
  readonly outbox: readonly OutboxItem[];
  readonly dueAt?: Date;
}

export interface OutboxItem {
  readonly id: string;
}

/** All that a step needs to know of the account, as one transaction sees it. */
export interface OwnGround {
  readonly conversation: Conversation;
  readonly session?: StoredOwnSession;
  /** What each person has in the account's other conversations. */
  readonly holdings: readonly { readonly person: string; readonly holding: string; readonly chats: number }[];
  /** Number of each person's last turn. */
  readonly turns: ReadonlyMap<string, number>;
}

export interface OwnStep {
  readonly state: unknown;
  readonly seenSeq: number;
  readonly outbox: readonly OutboxItem[];
  readonly dueAt: Date | undefined;
  readonly operator: string | null;
  readonly holding: string | null;
  /** How the conversation stands from now on; absent: as it does. */
  readonly stand?: { readonly open: boolean; readonly operator: string | null; readonly accepted: boolean };
  /** Whether it is marked as unanswered; absent: as it is. */
  readonly unanswered?: boolean;
  /** People whose turn it was, in order. */
  readonly turns: readonly string[];
  readonly ratings: readonly { readonly session: number; readonly operator: string | null; readonly stars: number }[];
}

export interface OwnRating {
  readonly conversation: ConversationId;
  readonly session: number;
  readonly operator: string | null;
  /** The customer's, 1 to 5. */
  readonly stars?: number;
  readonly ratedAt?: Date;
  /** A supervisor's. */
  readonly supervisor?: { readonly stars: number; readonly id: string; readonly at: Date };
}

export interface OwnLineRepository {
  find(portal: PortalId, account: AccountId): Promise<StoredOwnLine | undefined>;
  /** What everybody has in an account's conversations, and whose turn was when, as it stands outside of any step. */
  standing(portal: PortalId, account: AccountId): Promise<Pick<OwnGround, "holdings" | "turns">>;
  /** `isNew`: it was off until now. `false`: there is no such account. */
  put(
    portal: PortalId,
    account: AccountId,
    line: { readonly settings: unknown; readonly by: string; readonly isNew: boolean },
  ): Promise<boolean>;
  /** Makes the lanes of conversations due that are not closed, and answers them. */
  wakeWaiting(portal: PortalId, account: AccountId): Promise<readonly LaneId[]>;
  /**
   * Somebody has fewer conversations than before: those that wait until it is looked for somebody again are looked at now, who
   * waits longest first. Answers their lanes. Lost in a crash: they are looked at when they would have been.
   */
  lookNow(portal: PortalId, account: AccountId, now: Date, limit: number): Promise<readonly LaneId[]>;
  session(portal: PortalId, conversation: ConversationId): Promise<StoredOwnSession | undefined>;
  /**
   * Judges and keeps in one transaction, one conversation of an account at a time: what a limit and a turn say holds for all
   * of them. How the conversation stands is read and written under its lock, so that nothing that a person does is undone.
   * A crash keeps all of it or nothing. `undefined`: there is nothing to judge by, or the judge had nothing to do.
   */
  decide(
    portal: PortalId,
    of: { readonly account: AccountId; readonly conversation: ConversationId },
    judge: (ground: OwnGround) => OwnStep | undefined,
  ): Promise<OwnStep | undefined>;
  /** That is said; twice is harmless. */
  done(portal: PortalId, conversation: ConversationId, item: string): Promise<void>;
  /** The latest first. */
  ratings(portal: PortalId, conversation: ConversationId): Promise<readonly OwnRating[]>;
  /** The latest of each of these conversations that has any. */
  latestRatings(portal: PortalId, conversations: readonly ConversationId[]): Promise<readonly OwnRating[]>;
  /** Of the conversation's latest session; a second one replaces the first. `false`: it had none. */
  rateBySupervisor(
    portal: PortalId,
    conversation: ConversationId,
    rating: { readonly stars: number; readonly by: string },
  ): Promise<boolean>;
}
