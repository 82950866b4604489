import type { AccountId, ConversationId, Direction } from "./ids.ts";
import type { Origin } from "./message.ts";
import type { Rating } from "./site-facts.ts";

/** Who wrote a message, as reports count it: empty for a customer, `phone`, `auto`, or an employee's id. */
export type Writer = string;

/** Written by the account's own person at the messenger: nobody knows which employee that is. */
export const PHONE: Writer = "phone";
/** Said by a machine of ours or of the portal: it answers nobody. */
export const AUTO: Writer = "auto";
export const CUSTOMER: Writer = "";

/** What is looked at of a message to count it. */
export interface SaidRow {
  readonly conversation: ConversationId;
  readonly account: AccountId;
  readonly seq: number;
  readonly direction: Direction;
  readonly origin: Origin;
  readonly notice?: string;
  /** Class of a letter: written by a person, or by a machine. */
  readonly letter?: string;
  readonly rating?: Rating;
  readonly sentAt: Date;
  readonly createdAt: Date;
}

/**
 * `rated`: what was said was a number of stars and asked nothing. `void`: somebody took back that nothing needs an answer.
 * `moved`: messages went to another conversation. The last two change nothing by themselves: what is behind them is counted anew.
 */
export type MarkKind = "closed" | "no-reply" | "rated" | "void" | "moved";

/** What ended a wait or a talk and is no message. Stands behind the message of its position. */
export interface TalkMark {
  readonly id: number;
  readonly conversation: ConversationId;
  readonly kind: MarkKind;
  readonly seq: number;
  readonly at: Date;
  /** Who had the conversation. */
  readonly agent?: string;
}

/** From the first word to the closing. */
export interface Talk {
  readonly conversation: ConversationId;
  readonly account: AccountId;
  /** From 1 in each conversation. */
  readonly n: number;
  readonly openedAt: Date;
  readonly openedSeq: number;
  /** We wrote first. */
  readonly byUs: boolean;
  /** The first word of a person of the company, and whose. */
  readonly answered?: { readonly seq: number; readonly agent: Writer };
  readonly closed?: { readonly seq: number; readonly at: Date };
}

export type WaitEnd =
  | { readonly kind: "answered"; readonly seq: number; readonly seconds: number; readonly agent: Writer }
  | { readonly kind: "no-reply"; readonly seq: number }
  /** Nobody had answered. */
  | { readonly kind: "closed"; readonly seq: number; readonly agent?: string };

/** From the first word of a customer that nobody had answered to what ended it. */
export interface Wait {
  readonly conversation: ConversationId;
  readonly account: AccountId;
  readonly askedAt: Date;
  readonly askedSeq: number;
  /** Nobody had answered in that talk yet. */
  readonly first: boolean;
  readonly end?: WaitEnd;
}

/** Stars that a customer gave in a chat, 1 to 5. */
export interface GivenStars {
  readonly conversation: ConversationId;
  readonly account: AccountId;
  readonly seq: number;
  readonly at: Date;
  readonly stars: number;
  /** Who had answered in that talk. */
  readonly agent?: Writer;
}

/** How a conversation stands before what is counted next. */
export interface CountedSoFar {
  /** The latest, and the one before it. */
  readonly talk?: Talk;
  readonly prior?: Talk;
  /** The one that is not over. */
  readonly wait?: Wait;
}

/** What one conversation's rows make of it: what is new or has changed. */
export interface Counted {
  readonly of: ConversationId;
  readonly talks: readonly Talk[];
  readonly waits: readonly Wait[];
  readonly stars: readonly GivenStars[];
  /** Turned out to be none: numbers of talks, positions of waits. */
  readonly noTalks: readonly number[];
  readonly noWaits: readonly number[];
}
