import type { AccountId, ConversationId, PersonId, PortalId } from "./ids.ts";

/** The customer as the channel shows them. Names are only passed on when real: the portal matches people by name too. */
export interface Customer {
  /** Vendor's id of the person. */
  readonly externalId: string;
  readonly name?: string;
  readonly lastName?: string;
  readonly username?: string;
  readonly phone?: string;
  readonly email?: string;
  /** Link to the person's profile at the vendor. */
  readonly url?: string;
  readonly language?: string;
}

export interface Conversation {
  readonly id: ConversationId;
  readonly portal: PortalId;
  readonly account: AccountId;
  /** Vendor's id of the chat. */
  readonly externalChatId: string;
  readonly customer: Customer;
  /** Open Lines side, learned from the answers and events of the portal. */
  readonly imChatId?: string;
  readonly sessionId?: string;
  /** Portal's own user id of the customer, fourth part of USER_CODE. */
  readonly portalUserId?: string;
  readonly open: boolean;
  /** Something that was written on our own pages stands in the line: what comes from there may be its echo. */
  readonly mirrored?: boolean;
  /** A bot has it, and nobody of the people. */
  readonly bot?: HoldingBot;
  /** The employee who has it in the line, as far as we know. */
  readonly operator?: string;
  /** They have taken it, and it does not only wait for them. */
  readonly accepted: boolean;
  /** When `open`, `operator` or `accepted` was last told or seen. */
  readonly stateAt?: Date;
  /** When the line's history was last compared with what we have. */
  readonly comparedAt?: Date;
  /** A chat of several people: `customer` is the chat itself, and `content.author` of a message who wrote. */
  readonly group?: boolean;
  /** Whoever writes in it, once that was found out. Groups have nobody. */
  readonly person?: PersonId;
  /** What agents put on it. */
  readonly tags?: readonly string[];
  /** It goes on as that conversation; what still comes here is handed over to it. */
  readonly movedTo?: ConversationId;
  readonly lastMessageAt: Date;
  /** When the customer wrote last, by the vendor's clock. Absent: never yet. */
  readonly lastInboundAt?: Date;
}

/** `account`: the account's outside bot, before anything goes into a line. `portal`: one of the portal's own, in its line. */
export interface HoldingBot {
  readonly by: "account" | "portal";
  /** As a user of the portal. */
  readonly id?: string;
  readonly name?: string;
}

/** Who has a conversation, and whether it is to be answered at all. */
export type Standing = Pick<Conversation, "open" | "operator" | "accepted">;

/**
 * How a conversation stands that is in no line, so that we alone know: open from its first message, and again when anybody
 * writes in one that was closed; then nobody has it yet.
 */
export function standingAlone({ open, operator, accepted, stateAt, lastMessageAt }: Conversation): Standing {
  const isReopened = !open && (stateAt === undefined || lastMessageAt > stateAt);
  if (isReopened) return { open: true, accepted: false };
  return { open, accepted: open && accepted, ...(open && operator !== undefined && { operator }) };
}
