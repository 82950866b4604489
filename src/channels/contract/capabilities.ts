import type { AttachmentKind } from "../../domain/message.ts";

/** Data, not code: the relay checks these once before any network call, and `docs/channels.md` is made from them. */
export interface Capabilities {
  /** Longest text of one message in UTF-16 units; longer ones are split by the adapter at sentence ends. */
  readonly textLimit: number;
  readonly captionLimit: number;
  readonly formatting: boolean;
  readonly attachments: Partial<Record<AttachmentKind, AttachmentLimit>>;
  readonly album: boolean;
  readonly edit: boolean;
  readonly remove: boolean;
  readonly quote: boolean;
  readonly typing: boolean;
  /** Receipts the vendor sends for our messages. */
  readonly receipts: "none" | "delivered" | "read";
  readonly mayWriteFirst: boolean;
  /** Whom we may write to first is found by a phone number: the CRM can send through it as through an SMS provider. Default false. */
  readonly byPhone?: boolean;
  /** Agents can put an emoji on the customer's messages. */
  readonly reaction: boolean;
  readonly templates: boolean;
  /** The customer must have written within so many hours; after that only templates go. */
  readonly replyWindowHours?: number;
  /** Chats of several people come here too; they feed a connector of their own. */
  readonly groups: boolean;
  /** For `docs/channels.md` and for what the relay refuses: what becomes of each part of a message, both ways. */
  readonly parts: Readonly<Record<MessagePart, { readonly in: Support; readonly out: Support }>>;
  /** Nothing can be sent here; whoever tries is told this sentence: what to do instead. */
  readonly oneWay?: string;
  /** `send` waits for its turn before the first request, and calls `leave` when it has come. Default false. */
  readonly paced?: boolean;
  /** Whoever closes the page is out of reach: nobody can be answered later by this channel alone. Default false. */
  readonly leaves?: boolean;
  /** Sending the same key twice shows one message: an attempt of unknown outcome is then simply made again. Default false. */
  readonly repeatable?: boolean;
  /**
   * Messages are letters: every one has `content.letter`, a chat is a thread, and the session is given the book of all
   * letters of the portal. An account without a line records its letters in the CRM (the e-mail tracker). Default false.
   */
  readonly letters?: boolean;
}

export type MessagePart =
  | "formatting"
  | "photo"
  | "video"
  | "voice"
  | "file"
  | "album"
  | "sticker"
  | "location"
  | "contact"
  | "quote"
  | "reaction"
  | "edit"
  | "delete"
  | "forwarded"
  | "buttons"
  | "template"
  | "notice";

/** `{ degraded }`: it arrives in another form; the words say in which. */
export type Support = "full" | "impossible" | { readonly degraded: string };

export interface AttachmentLimit {
  readonly maxBytes: number;
}
