import type { Conversation } from "../../domain/conversation.ts";
import type { Desk } from "../../domain/desk.ts";
import type { AccountId, ConversationId, PortalId } from "../../domain/ids.ts";

/**
 * `waiting`: somebody waits for an answer, who waits longest first. `all`: newest first, without what was put aside.
 * `snoozed`: what comes back first is first. `archived`: newest first.
 */
export type DeskFolder = "waiting" | "all" | "snoozed" | "archived";

export interface DeskQuery {
  readonly folder: DeskFolder;
  readonly accounts?: readonly AccountId[] | undefined;
  readonly line?: string | undefined;
  readonly open?: boolean | undefined;
  readonly tag?: string | undefined;
  /** Who has it in the line; `null`: nobody, and no bot. */
  readonly operator?: string | null | undefined;
  /** A bot has it. */
  readonly bot?: true | undefined;
  /** Of these accounts, and everywhere what is nobody's or this person's. */
  readonly own?: { readonly operator: string; readonly accounts: readonly AccountId[] } | undefined;
  /** Stands in the customer's name, user name, number or e-mail; without regard to case. */
  readonly search?: string | undefined;
  readonly limit: number;
  /** Skips so many. */
  readonly offset: number;
}

export interface OnDesk {
  readonly conversation: Conversation;
  readonly desk: Desk;
}

/** Absent keys stay as they are. */
export interface DeskChange {
  /** Nobody needs to answer what was said so far; `false` takes that back, unless it was answered since. */
  readonly noReplyNeeded?: boolean | undefined;
  /** `null`: back at once. */
  readonly snoozedUntil?: Date | null | undefined;
  readonly archived?: boolean | undefined;
  readonly tags?: readonly string[] | undefined;
}

/** Conversations as agents work through them. Times are the database's. */
export interface DeskRepository {
  list(portal: PortalId, query: DeskQuery): Promise<readonly OnDesk[]>;
  find(portal: PortalId, conversations: readonly ConversationId[]): Promise<readonly OnDesk[]>;
  /** Those of them that are there; twice is harmless. */
  change(
    portal: PortalId,
    conversations: readonly ConversationId[],
    change: DeskChange,
  ): Promise<readonly ConversationId[]>;
  /** Who has conversations, the busiest first; a hundred at most. */
  operators(portal: PortalId): Promise<readonly string[]>;
  /** Tags in use, most used first. */
  tags(portal: PortalId): Promise<readonly string[]>;
}
