import type { Customer } from "../../domain/conversation.ts";
import type { Content } from "../../domain/message.ts";

/** What happened at a channel, in neutral words. */

/** Something that happened at the channel, in neutral words. `key` makes it unique within its account: the second one is dropped. */
export type ChannelEvent =
  | MessageReceived
  | MessageEdited
  | MessageRemoved
  | ReactionReceived
  | ReceiptReceived
  | SendingFailed
  | SendingProved
  | ChatMoved;

interface EventBase {
  readonly key: string;
  readonly chatId: string;
  readonly at: Date;
}

export interface MessageReceived extends EventBase {
  readonly kind: "message";
  readonly customer: Customer;
  readonly externalId: string;
  readonly content: Content;
  readonly album?: string;
  /** The chat is a group; `customer` is then the group itself and `content.author` who wrote. */
  readonly group?: boolean;
  /** Written by the account's own person at the messenger, not by the customer. */
  readonly fromDevice?: boolean;
  /**
   * The person is known by their phone or e-mail: the message joins the account's latest conversation with somebody who
   * has either, and `chatId` only names a new one.
   */
  readonly byContact?: boolean;
}

export interface MessageEdited extends EventBase {
  readonly kind: "edit";
  readonly customer: Customer;
  readonly externalId: string;
  readonly content: Content;
}

export interface MessageRemoved extends EventBase {
  readonly kind: "delete";
  readonly externalId: string;
}

/** The customer put an emoji on a message of either side, or took it off (`emoji` is empty then). */
export interface ReactionReceived extends EventBase {
  readonly kind: "reaction";
  readonly customer: Customer;
  /** The message that it is on. */
  readonly externalId: string;
  readonly emoji: string;
}

/** The vendor tells that a message of ours arrived or was read. `read` includes delivered. */
export interface ReceiptReceived extends EventBase {
  readonly kind: "receipt";
  readonly externalIds: readonly string[];
  readonly state: "delivered" | "read";
}

/** The vendor took a message of ours and could not deliver it after all. `sentence` is for the agent. */
export interface SendingFailed extends EventBase {
  readonly kind: "failure";
  readonly externalIds: readonly string[];
  readonly sentence: string;
}

/**
 * The vendor names what it took by the key of `send`, as far as it carries one along: this settles an attempt whose answer
 * was lost. A message that went out in several parts is sent when each of them was named.
 */
export interface SendingProved extends EventBase {
  readonly kind: "proof";
  readonly sendKey: string;
  /** The vendor's id of that part. */
  readonly externalId: string;
  /** Which one, from 1, of how many. */
  readonly part: number;
  readonly of: number;
}

/** The vendor goes on with this chat under another id; the conversation stays one. */
export interface ChatMoved extends EventBase {
  readonly kind: "moved";
  readonly toChatId: string;
  /** Messages are numbered anew there: what was said before cannot be quoted, changed or reacted to any more. */
  readonly idsEnd: boolean;
}
