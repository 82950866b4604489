import type { ConnectionState } from "../../domain/account.ts";
import type { Customer } from "../../domain/conversation.ts";
import type { Attachment, Content } from "../../domain/message.ts";

/** What leaves for a customer, and how it ended. */

export interface Outgoing {
  readonly chatId: string;
  readonly content: Content;
  /** Opens a kept file of ours; `attachment.source` is always `media` here. Streams, never whole in memory. */
  openFile(attachment: Attachment): Promise<OpenedFile>;
  /**
   * For vendors that fetch files themselves: an address of ours that opens this file for about an hour, ending in its
   * name. Absent, or `undefined` for a file that is not kept here: there is no such address.
   */
  linkFile?(attachment: Attachment): string | undefined;
  /**
   * Channels that wait for a turn inside `send` (`capabilities.paced`) call it when the turn has come, directly before the
   * first request that shows something to anybody: from then on the attempt is on record, and a crash while it waited leaves
   * no doubt behind. `false`: somebody else has the message now, or whoever asked waits no longer, and nothing may be sent.
   * Calling it again answers the same.
   */
  leave?(): Promise<boolean>;
}

export interface OpenedFile {
  readonly stream: NodeJS.ReadableStream;
  readonly name: string;
  readonly mime: string;
  readonly size: number;
}

export interface OutgoingChange {
  readonly chatId: string;
  /** Vendor's ids of the message to change, in order; several when a long text was split. */
  readonly externalIds: readonly string[];
  readonly content: Content;
}

export interface OutgoingReaction {
  readonly chatId: string;
  /** The message to put it on, by the vendor's id. */
  readonly externalId: string;
  /** One emoji; empty takes ours off. */
  readonly emoji: string;
}

/** One of the three. Phone in E.164. */
export interface WantedPerson {
  readonly phone?: string;
  readonly username?: string;
  readonly email?: string;
}

export type PersonOutcome =
  | { readonly kind: "found"; readonly chatId: string; readonly customer: Customer }
  /** The vendor says that there is nobody. */
  | { readonly kind: "nobody"; readonly sentence: string }
  /** Nobody knows: the vendor would not say, a budget is used up, the account is down. */
  | { readonly kind: "unknown"; readonly sentence: string };

export type TemplatesOutcome =
  | { readonly kind: "listed"; readonly templates: readonly TemplateText[] }
  | { readonly kind: "unavailable"; readonly sentence: string };

export interface TemplateText {
  readonly name: string;
  readonly language: string;
  /** With `{{1}}`, `{{2}}`, … for its gaps: those of its heading and its buttons too, each on a line of its own. */
  readonly body: string;
  readonly gaps: number;
  /** Its one file that the message must bring. */
  readonly needs?: "photo" | "video" | "file";
}

/** `sentence` is written for the agent who reads it: what happened and what to do. */
export type SendOutcome =
  /** `missed`: it went, and not to everybody who was named; a sentence that says to whom it did not, and why. */
  | {
      readonly kind: "sent";
      readonly externalIds: readonly string[];
      readonly delivered?: boolean;
      readonly missed?: string;
    }
  /** The other side said no, or we know that it would: nothing was sent, and repeating will not help. */
  | { readonly kind: "refused"; readonly code: string; readonly sentence: string }
  /** Certainly not sent; try again no earlier than after so many milliseconds. */
  | { readonly kind: "retry"; readonly afterMs: number; readonly sentence: string }
  /** Certainly not sent: the chat goes on under another id (see `ChatMoved`), where it is sent then. */
  | { readonly kind: "moved"; readonly toChatId: string; readonly idsEnd: boolean }
  /** It may have been sent. */
  | { readonly kind: "uncertain"; readonly sentence: string; readonly externalIds?: readonly string[] }
  /** The account as a whole is down; nothing was sent and nothing will be until it is up again. */
  | { readonly kind: "account-down"; readonly connection: ConnectionState };

export type MediaOutcome =
  | { readonly kind: "opened"; readonly stream: NodeJS.ReadableStream; readonly name?: string; readonly size?: number }
  | { readonly kind: "gone"; readonly sentence: string }
  | { readonly kind: "retry"; readonly afterMs: number; readonly sentence: string };
