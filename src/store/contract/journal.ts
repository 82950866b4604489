import type { Customer } from "../../domain/conversation.ts";
import type {
  AccountId,
  ConversationId,
  DecisionId,
  Direction,
  MediaId,
  MessageId,
  PortalId,
} from "../../domain/ids.ts";
import type { Message, MessageState } from "../../domain/message.ts";

/** What the journal tells of a message that is not in its own row. */
export interface Beside {
  readonly customer: Customer;
  /** Under which it was handled. Absent: the open line's own settings counted, or nothing is decided yet. */
  readonly decision?: {
    readonly id: DecisionId;
    readonly at: Date;
    /** It was made for this message, and not for one before it. */
    readonly own: boolean;
  };
  /** When it stood in a card of the CRM first. */
  readonly writtenAt?: Date;
}

/** What is looked for; all of it must be so. */
export interface JournalSearch {
  /** Words, each of which stands in the message or in what is known of its customer; or a telephone number. */
  readonly text?: string;
  readonly states?: readonly MessageState[];
  readonly accounts?: readonly AccountId[];
  /** Default: all of the portal. */
  readonly conversations?: readonly ConversationId[];
  /** Words are looked for in texts and names of files alone. Default: also in what is known of who wrote. */
  readonly said?: boolean;
  readonly direction?: Direction;
  /** Also rows that are edits, deletions and reactions. Default: messages only. */
  readonly changes?: boolean;
  /** When they were stored. */
  readonly since?: Date;
  readonly until?: Date;
  /** Only rows before this position. */
  readonly before?: number;
  readonly limit: number;
}

/** Newest first. */
export interface JournalPage {
  readonly rows: readonly Message[];
  /** The position to go on before, while there may be more. A page that is not full has one when it did not look further. */
  readonly next?: number;
  /** How far was looked, when there is a `next`. */
  readonly lookedTo?: Date;
}

/** Messages of a portal across its conversations, for people who look for one. */
export interface JournalRepository {
  /** Reads the journal backwards, so many rows at most as a person may wait for, whatever is found among them. */
  search(portal: PortalId, search: JournalSearch): Promise<JournalPage>;
  /** In one question for all of them. What is not there is not in the answer. */
  beside(portal: PortalId, messages: readonly MessageId[]): Promise<ReadonlyMap<MessageId, Beside>>;
  /** How many messages came before then; counts no further than `atMost`. */
  countBefore(portal: PortalId, before: Date, atMost: number): Promise<number>;
  /**
   * Deletes messages that came before then, with decisions that they opened, of at most `limit` messages after a position.
   * Kept are those not at their end yet, those of a conversation whose lane works or is due, and those that an open session
   * has still to write into its card. Their files are `removedFiles` from then on. In batches from 0 until there is no `next`.
   */
  forget(
    portal: PortalId,
    batch: { readonly before: Date; readonly after: number; readonly limit: number },
  ): Promise<{ readonly forgotten: number; readonly next?: number }>;
  /** Files of deleted messages whose bytes are still to be removed. */
  removedFiles(portal: PortalId, limit: number): Promise<readonly MediaId[]>;
  /** Their bytes are gone. */
  filesGone(portal: PortalId, files: readonly MediaId[]): Promise<void>;
}
