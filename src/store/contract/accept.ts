import type { Customer } from "../../domain/conversation.ts";
import type { AccountId, ConversationId, LaneId, MediaId, MessageId, PortalId } from "../../domain/ids.ts";
import type { Content, MessageKind, Origin } from "../../domain/message.ts";

/** One event of a channel on its way into the database; unique by (account, key). */
export interface InboundRow {
  readonly portal: PortalId;
  readonly account: AccountId;
  readonly key: string;
  readonly kind: MessageKind;
  readonly chatId: string;
  /** Absent for deletions: the vendor does not always say who. A conversation is then not made, only found. */
  readonly customer?: Customer | undefined;
  /** Vendor's message id: of the new message, or of the one that an edit, a deletion or a reaction is about. */
  readonly externalId: string;
  /** Written by the account's own person at the messenger: no word of the customer's. */
  readonly fromDevice?: boolean | undefined;
  /** The chat is one of several people. */
  readonly group?: boolean | undefined;
  /** Goes to the account's latest conversation whose customer has this one's phone or e-mail; `chatId` where there is none. */
  readonly byContact?: boolean | undefined;
  readonly content: Content;
  readonly album?: string | undefined;
  readonly sentAt: Date;
  /** Earliest time of delivery: albums wait a moment for their other parts. */
  readonly notBefore: Date;
}

export type Accepted =
  | {
      readonly kind: "stored";
      readonly message: MessageId;
      readonly conversation: ConversationId;
      readonly lane: LaneId;
      /**
       * This made the lane due, so the caller wakes it. Not while the account is held, and not when the lane was due
       * already: whoever made it so wakes it, and the sweep brings what was lost between.
       */
      readonly due: boolean;
      /** The customer's lane, which this made due as well: its mirror goes to the portal. */
      readonly alsoDue?: LaneId;
    }
  | { readonly kind: "duplicate" }
  /** The account is gone, or an edit, deletion or reaction is about something never seen. */
  | { readonly kind: "unknown" };

export interface ReplyRow {
  readonly portal: PortalId;
  readonly conversation: ConversationId;
  readonly kind: MessageKind;
  /** Unique per portal: `im:<message id>`, `im:<message id>:edit:<hash>`, `im:<message id>:delete`, `surface:<client id>`, `engine:<conversation>:<effect>`. */
  readonly originKey: string;
  readonly origin: Origin;
  /** For edits and deletions: the message they change. For reactions: the message of either side that they are on. */
  readonly target?: MessageId | undefined;
  readonly content: Content;
  readonly sentAt: Date;
  /** Leaves so much later than it is stored, at the earliest: what was said before it may still be on its way. Not mirrored. */
  readonly waitMs?: number | undefined;
  readonly imMessageId?: string | undefined;
  readonly imChatId?: string | undefined;
  /**
   * It goes into the line as well, where there is one: `beside` the channel, or `first`, so that the channel has to wait for
   * `endMirror`.
   */
  readonly mirror?: "beside" | "first" | undefined;
  /** Files that waited for it and are its own from now on. One that another message took: `unknown`, and nothing is stored. */
  readonly files?: readonly MediaId[] | undefined;
}

/** The first message to somebody who has not written yet. */
export interface FirstRow {
  readonly portal: PortalId;
  readonly account: AccountId;
  /** Vendor's id of the chat; the conversation is made when there is none. */
  readonly chatId: string;
  readonly customer: Customer;
  /** Unique per portal: `surface:<client id>`. */
  readonly originKey: string;
  readonly origin: Origin;
  readonly content: Content;
  readonly sentAt: Date;
  readonly mirror?: "beside" | "first" | undefined;
}

/** `duplicate`: what the first call with this origin key made. */
export type AcceptedFirst =
  | Extract<Accepted, { readonly kind: "stored" }>
  | { readonly kind: "duplicate"; readonly message: MessageId; readonly conversation: ConversationId }
  /** The account is gone. */
  | { readonly kind: "unknown" };
