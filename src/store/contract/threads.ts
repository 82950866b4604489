import type { ConversationId, MessageId, PortalId } from "../../domain/ids.ts";
import type { Message } from "../../domain/message.ts";

/** A page of several conversations in one order: that in which their messages came. */
export interface ThreadQuery {
  readonly conversations: readonly ConversationId[];
  /** Also rows that are edits, deletions and reactions. Default: messages only. */
  readonly changes?: boolean;
  /** Only rows after this position. Alone: the first ones of them, else the last ones before `before`. */
  readonly after?: number;
  /** Only rows before this position. */
  readonly before?: number;
  readonly limit: number;
}

/** Conversations as they are read, one or several as one column. Whoever asks has looked at the reader's rights. */
export interface ThreadRepository {
  /** Oldest first. Conversations of other portals are not there. */
  page(portal: PortalId, query: ThreadQuery): Promise<readonly Message[]>;
  /** Edits, deletions and reactions of these messages, whenever they came, in order. */
  changesOf(portal: PortalId, messages: readonly MessageId[]): Promise<readonly Message[]>;
  /** Position of the message that was sent next, then or later, by the vendor's clock. `undefined`: there is none. */
  firstSince(portal: PortalId, conversations: readonly ConversationId[], at: Date): Promise<number | undefined>;
}
