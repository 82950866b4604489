import type { Conversation, HoldingBot } from "../../domain/conversation.ts";
import type { AccountId, ConversationId, PersonId, PortalId } from "../../domain/ids.ts";

export interface ConversationRepository {
  find(portal: PortalId, conversation: ConversationId): Promise<Conversation | undefined>;
  /** Those of them that are there, in no particular order. */
  findMany(portal: PortalId, conversations: readonly ConversationId[]): Promise<readonly Conversation[]>;
  /** The conversation that goes on, where the chat has moved. */
  /** Whoever writes in them; the newest first, those that have moved left out. */
  ofPerson(portal: PortalId, person: PersonId, limit: number): Promise<readonly Conversation[]>;
  findByExternalChat(account: AccountId, externalChatId: string): Promise<Conversation | undefined>;
  /**
   * The same chat at other accounts of the channel, as a thread of letters has them, and at all that share the index of mails
   * with it; those that have moved left out.
   */
  elsewhere(
    conversation: Pick<Conversation, "portal" | "account" | "externalChatId">,
  ): Promise<readonly Conversation[]>;
  findByImChat(portal: PortalId, imChatId: string): Promise<Conversation | undefined>;
  /** Newest first. `touchedSince`: only those with a message since then. */
  list(
    portal: PortalId,
    query: {
      readonly account?: AccountId;
      readonly open?: boolean;
      readonly touchedSince?: Date;
      readonly limit: number;
    },
  ): Promise<readonly Conversation[]>;
  /** Stores what the portal told about its side. Absent keys stay. */
  learn(
    portal: PortalId,
    conversation: ConversationId,
    patch: {
      readonly imChatId?: string;
      readonly sessionId?: string;
      readonly portalUserId?: string;
      readonly open?: boolean;
      /** Who has it; `null`: nobody. Another session than before has nobody, unless it is told together. */
      readonly operator?: string | null;
      readonly accepted?: boolean;
      /** Which bot has it; `null`: none. None once somebody of the people has it, it is closed, or its session is another. */
      readonly bot?: HoldingBot | null;
      readonly comparedAt?: Date;
    },
  ): Promise<void>;
  /** Open ones that a bot of a portal has in its line, of all portals (it is the portals' turn); seen the longest ago first. */
  withLineBots(limit: number): Promise<readonly Conversation[]>;
}
