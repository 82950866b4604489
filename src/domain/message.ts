import type { Customer } from "./conversation.ts";
import type { AccountId, ConversationId, Direction, MediaId, MessageId, PortalId } from "./ids.ts";
import type { Letter } from "./letter.ts";
import type { RichText } from "./rich-text.ts";
import type { SiteFacts } from "./site-facts.ts";

/** What a person can put into one message. At least one of its parts is not empty. */
export interface Content {
  readonly body: RichText;
  readonly attachments: readonly Attachment[];
  /** The message this one answers, by the vendor's id (inbound) or ours (outbound). */
  readonly quote?: Quote;
  readonly place?: Place;
  readonly contacts?: readonly ContactCard[];
  /** Not the writer's own words. */
  readonly forwarded?: { readonly from?: string };
  /** Rows of buttons under the message. Outbound only. */
  readonly buttons?: readonly (readonly Button[])[];
  /** The vendor's approved text, with what stands in its gaps; `body` shows what the customer reads. Outbound only. */
  readonly template?: Template;
  /** Not said by anybody but told by the messenger: `body` is its sentence. Inbound only. */
  readonly notice?: NoticeKind;
  /** What the site that it was written on told with it. Inbound only. */
  readonly site?: SiteFacts;
  /** In a group: who wrote, where that is not the conversation's own customer. Inbound only. */
  readonly author?: Customer;
  /** It is an e-mail. */
  readonly letter?: Letter;
}

export interface Place {
  /** Degrees, WGS 84. */
  readonly latitude: number;
  readonly longitude: number;
  readonly title?: string;
  readonly address?: string;
}

export interface ContactCard {
  readonly name: string;
  readonly phones: readonly string[];
  readonly emails: readonly string[];
}

/** `reply` sends its text as the customer's message; `share-phone` asks for their number. */
export type Button =
  | { readonly kind: "reply"; readonly text: string }
  | { readonly kind: "link"; readonly text: string; readonly url: string }
  | { readonly kind: "share-phone"; readonly text: string };

export interface Template {
  readonly name: string;
  /** As the vendor names it: `en_US`, `ru`. */
  readonly language: string;
  /** What stands in the gaps of its text, in their order. */
  readonly variables: readonly string[];
}

export type NoticeKind = "call-missed" | "joined" | "left" | "moved" | "unsubscribed" | "other";

export interface Quote {
  /** Id of the quoted message at the channel. */
  readonly externalId?: string;
  /** Who said it and what, where the vendor tells us: shown where a real quote is impossible. */
  readonly author?: string;
  readonly text?: string;
}

export type AttachmentKind = "photo" | "video" | "animation" | "voice" | "audio" | "file" | "sticker";

/** A file of a message. Where its bytes are is told by `source`; after they were fetched, `source` is ours. */
export interface Attachment {
  readonly kind: AttachmentKind;
  readonly source: AttachmentSource;
  readonly name?: string;
  /** As the sender claims it. Sniffed again when the bytes are here; the claim is never believed. */
  readonly mime?: string;
  readonly size?: number;
  readonly width?: number;
  readonly height?: number;
  /** Seconds. */
  readonly duration?: number;
  /** `letter`: the mail's own HTML. `inside`: a picture that stands in it. Both are shown there, and not as files. */
  readonly role?: "letter" | "inside";
  /** Of a file of a letter, without brackets: what `cid:` in its HTML names. */
  readonly contentId?: string;
}

export type AttachmentSource =
  /** Opaque reference that only the channel's adapter can open (a Telegram file id, say). */
  | { readonly by: "channel"; readonly ref: string }
  /** A link given by the portal in an event: fetched at once, because it may need a session later. */
  | { readonly by: "portal"; readonly url: string }
  /** Kept by us. */
  | { readonly by: "media"; readonly id: MediaId };

/**
 * The life of a message, the same words in the journal, on every surface and in the database.
 * `refused`: the other side said no. `failed`: we gave up. `uncertain`: it may have arrived; never resent blindly.
 */
export type MessageState = "stored" | "sending" | "sent" | "delivered" | "read" | "refused" | "failed" | "uncertain";

/** The three endings that a person may retry by hand. */
export const RETRIABLE_STATES: readonly MessageState[] = ["refused", "failed", "uncertain"];

/**
 * What a row of a conversation does: a new message, or a change to an earlier one. Changes travel in the same lane, so
 * order holds. A reaction's text is one emoji; empty takes it back. A mirror is no message: it brings what its target says
 * into the line, in the customer's lane, where all that goes to the portal keeps its order.
 */
export type MessageKind = "message" | "edit" | "delete" | "reaction" | "mirror";

/** Who made an outbound message, and by which id it is unique: a second event with the same origin is harmless. */
export type Origin =
  | { readonly by: "channel" }
  /** Written by the account's own person at the messenger itself (their phone). Travels to the portal like a customer's. */
  | { readonly by: "device" }
  | {
      readonly by: "open-line";
      readonly imMessageId: string;
      readonly imChatId: string;
      readonly authorId?: string;
      /** One of the portal's own bots wrote it, so nobody did. */
      readonly bot?: LineBot;
    }
  | { readonly by: "surface"; readonly clientId: string; readonly authorId: string }
  /** Sent by an employee with the CRM's own "send message", whose provider we are. */
  | { readonly by: "provider"; readonly key: string; readonly authorId: string }
  | AutomaticOrigin;

/** A chat bot of the portal, who is one of its users. */
export interface LineBot {
  readonly id: string;
  readonly name?: string;
}

/**
 * Nobody wrote it at that moment. It answers nobody: it neither ends a wait nor opens what is closed, and every surface says
 * what it is.
 */
export type AutomaticOrigin =
  /** Said by us, for an account without a line: a greeting, a closing text, the question for a rating. */
  | { readonly by: "engine"; readonly key: string }
  /** Sent by an automation rule or a workflow of the portal, through a robot of ours. */
  | { readonly by: "robot"; readonly key: string }
  /** Said by an outside bot; `name`: as people know it. */
  | { readonly by: "bot"; readonly key: string; readonly name?: string }
  /** Sent by the CRM through a provider of ours, and the portal does not tell by whom: mostly an automation. */
  | { readonly by: "provider"; readonly key: string; readonly authorId?: undefined };

export const isAutomatic = (origin: Origin): origin is AutomaticOrigin =>
  origin.by === "engine" ||
  origin.by === "robot" ||
  origin.by === "bot" ||
  (origin.by === "provider" && origin.authorId === undefined);

/** The bot whose words these are: the account's own, or one of the portal's in the line. */
export function botOf(origin: Origin): { readonly name?: string } | undefined {
  if (origin.by === "open-line") return origin.bot;
  return origin.by === "bot" ? origin : undefined;
}

/** The line's own words: its greeting, "nobody is here just now", the question for a rating. They have no author, as a bot's have none. */
export const isOfLine = (origin: Origin): boolean =>
  origin.by === "open-line" && origin.bot === undefined && ["", "0"].includes(origin.authorId ?? "");

/** The employee whose words these are. */
export const authorOf = (origin: Origin): string | undefined => ("authorId" in origin ? origin.authorId : undefined);

/** One row of a conversation as the relay works on it. */
export interface Message {
  readonly id: MessageId;
  readonly portal: PortalId;
  readonly account: AccountId;
  readonly conversation: ConversationId;
  readonly direction: Direction;
  readonly kind: MessageKind;
  /** Position in its conversation, both directions together. Gaps are normal. */
  readonly seq: number;
  /** Edits and deletions: the message they change. */
  readonly target?: MessageId;
  /** Vendor's ids: inbound the one it came with; outbound those it was given (a long text becomes several). */
  readonly externalIds: readonly string[];
  readonly content: Content;
  /** Messages with the same album id belong together and go as one. */
  readonly album?: string;
  readonly origin: Origin;
  /** Portal's ids of this message, once known. */
  readonly imMessageId?: string;
  readonly imChatId?: string;
  readonly state: MessageState;
  readonly attempts: number;
  /** When the last attempt left; set together with state `sending`. */
  readonly attemptedAt?: Date;
  readonly error?: string;
  /** When its state became what it is by an answer of the other side, or by our own verdict. */
  readonly answeredAt?: Date;
  /** When the channel told that it reached the customer, and that they read it. By our clock. */
  readonly deliveredAt?: Date;
  readonly readAt?: Date;
  readonly nextAt: Date;
  /** When the person sent it, by the vendor's clock. */
  readonly sentAt: Date;
  readonly createdAt: Date;
}
