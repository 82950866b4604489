import type { AccountId, ConversationId, LaneId, PortalId } from "../../domain/ids.ts";

/** An account's outside bot. Settings are read by whoever knows their schema. */
export interface StoredBot {
  readonly settings: unknown;
  /** What its requests are signed with. */
  readonly secret: string;
  /** Messages from before are no business of the bot. */
  readonly since: Date;
  readonly changedAt: Date;
  /** It failed too often: nobody asks it until then. */
  readonly brokenUntil?: Date;
  /** The last time that it did not answer as it should, and how. */
  readonly failure?: { readonly sentence: string; readonly at: Date };
  readonly answeredAt?: Date;
}

export interface BotRepository {
  find(portal: PortalId, account: AccountId): Promise<StoredBot | undefined>;
  /**
   * `isNew`: it was off until now. A bot that was given up for a moment is tried again. `false`: there is no such account.
   * @param secret of a bot that is new here; the one that it has stays
   */
  put(
    portal: PortalId,
    account: AccountId,
    bot: { readonly settings: unknown; readonly by: string; readonly isNew: boolean; readonly secret: string },
  ): Promise<boolean>;
  /** `false`: there is no bot. */
  setSecret(portal: PortalId, account: AccountId, secret: string): Promise<boolean>;
  answered(portal: PortalId, account: AccountId): Promise<void>;
  /** After `most` failures in a row, over all conversations and processes, it is left alone until then. */
  failed(
    portal: PortalId,
    account: AccountId,
    failure: { readonly sentence: string; readonly most: number; readonly until: Date },
  ): Promise<void>;
  /** How a conversation stands with it, whole, as whoever kept it knows. */
  talk(portal: PortalId, conversation: ConversationId): Promise<unknown>;
  /**
   * Without effect where the account has no bot any more.
   * @param holds name of the bot that has the conversation from now on; `null`: it has it no more
   * @returns whether that is other than it was
   */
  keepTalk(
    portal: PortalId,
    of: { readonly account: AccountId; readonly conversation: ConversationId },
    state: unknown,
    holds: string | null,
  ): Promise<boolean>;
  /** Makes the lanes of conversations due that the bot has, and answers them. */
  wakeTalking(portal: PortalId, account: AccountId): Promise<readonly LaneId[]>;
}
