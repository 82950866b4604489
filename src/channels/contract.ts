import type { ZodType } from "zod";
import type { Account, AccountProfile, ConnectionState } from "../domain/account.ts";
import type { Customer } from "../domain/conversation.ts";
import type { Attachment, AttachmentKind, Content } from "../domain/message.ts";

/**
 * What a channel must be able to do, and what it says of itself as data. Relay, handlers and pages know channels only
 * through this file: a new channel is a folder, a registry line, fixtures and an emulator.
 *
 * Failure contract: no method throws for anything the vendor or the network may do; that is what the tagged outcomes
 * are for. A throw is a bug of ours and is treated as `uncertain` when it leaves `send`.
 */
export interface ChannelAdapter {
  readonly id: string;
  /** Title for people, and the connector's name in the Contact Center. */
  readonly title: string;
  /** Square SVG mark (no scripts, no outside references) and its colour, for tiles and lists. */
  readonly icon: { readonly svg: string; readonly color: string };
  readonly capabilities: Capabilities;
  /** Checks what an admin typed; unknown keys are dropped. */
  readonly credentials: ZodType<Record<string, unknown>>;
  readonly settings: ZodType<Record<string, unknown>>;
  /** What the setup page asks for, so that it needs no channel-specific code. */
  readonly setup: readonly SetupStep[];
  /** Judges a raw request: pure, synchronous, no I/O, fails closed. */
  receive(request: ChannelRequest, account: Account): Received;
  /** Sends one message as a whole. `key` is stable over retries of the same message, for vendors that deduplicate by it. */
  send(account: Account, message: Outgoing, key: string): Promise<SendOutcome>;
  /** Changes a message sent before. Only called where `capabilities.edit` says so. */
  edit?(account: Account, message: OutgoingChange): Promise<SendOutcome>;
  /** Takes a message back. Only called where `capabilities.remove` says so. */
  remove?(account: Account, message: OutgoingChange): Promise<SendOutcome>;
  /** Idempotent: checks the credentials, points the vendor at us. */
  connect(account: Account, place: PublicPlace): Promise<Connected>;
  /** HTML that the admin pastes into a site to show this account there; `origin` is where visitors' browsers reach us. */
  embed?(account: Account, origin: string): string;
  /**
   * The state of the customer's own messages changed (the portal has them, or will not). For channels that show the
   * customer ticks of ours; never throws and never waits.
   */
  progressed?(account: Account, chatId: string): void;
  /** Idempotent: takes our webhook away; an account that is gone already counts as done. */
  disconnect(account: Account): Promise<void>;
  /** Opens the bytes behind a reference of ours; the caller enforces the size limit while it streams. */
  openMedia?(account: Account, ref: string, signal: AbortSignal): Promise<MediaOutcome>;
  /** For vendors that can be asked for news where they cannot reach us. */
  readonly polling?: Polling;
}

export interface ChannelRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body as it came, for signatures. */
  readonly rawBody: Buffer;
  readonly query: Readonly<Record<string, unknown>>;
}

export type Received =
  | { readonly kind: "accepted"; readonly events: readonly ChannelEvent[] }
  | { readonly kind: "challenge"; readonly status: number; readonly body: string; readonly contentType: string }
  | { readonly kind: "rejected"; readonly status: 400 | 401 | 403; readonly reason: string };

/** Something that happened at the channel, in neutral words. `key` makes it unique within its account: the second one is dropped. */
export type ChannelEvent = MessageReceived | MessageEdited | MessageRemoved | ReceiptReceived;

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

/** The vendor tells that a message of ours arrived or was read. `read` includes delivered. */
export interface ReceiptReceived extends EventBase {
  readonly kind: "receipt";
  readonly externalIds: readonly string[];
  readonly state: "delivered" | "read";
}

export interface Outgoing {
  readonly chatId: string;
  readonly content: Content;
  /** Opens a kept file of ours; `attachment.source` is always `media` here. Streams, never whole in memory. */
  openFile(attachment: Attachment): Promise<OpenedFile>;
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

/** `sentence` is written for the agent who reads it: what happened and what to do. */
export type SendOutcome =
  | { readonly kind: "sent"; readonly externalIds: readonly string[]; readonly delivered?: boolean }
  /** The other side said no, or we know that it would: nothing was sent, and repeating will not help. */
  | { readonly kind: "refused"; readonly code: string; readonly sentence: string }
  /** Certainly not sent; try again no earlier than after so many milliseconds. */
  | { readonly kind: "retry"; readonly afterMs: number; readonly sentence: string }
  /** It may have been sent. */
  | { readonly kind: "uncertain"; readonly sentence: string; readonly externalIds?: readonly string[] }
  /** The account as a whole is down; nothing was sent and nothing will be until it is up again. */
  | { readonly kind: "account-down"; readonly connection: ConnectionState };

export type MediaOutcome =
  | { readonly kind: "opened"; readonly stream: NodeJS.ReadableStream; readonly name?: string; readonly size?: number }
  | { readonly kind: "gone"; readonly sentence: string }
  | { readonly kind: "retry"; readonly afterMs: number; readonly sentence: string };

export interface Connected {
  readonly connection: ConnectionState;
  readonly profile: AccountProfile;
}

/** Where the vendor reaches us; `https: false` means webhooks are impossible and polling is used. */
export interface PublicPlace {
  readonly webhookUrl: string;
  readonly https: boolean;
}

export interface Polling {
  /**
   * Asks the vendor for what came after `cursor`, waiting up to `waitSeconds`. The cursor is stored only after the
   * events were: a crash between gives the same events again, and their keys make that harmless.
   */
  poll(account: Account, cursor: string | undefined, waitSeconds: number, signal: AbortSignal): Promise<Polled>;
}

export type Polled =
  | { readonly kind: "events"; readonly events: readonly ChannelEvent[]; readonly cursor: string | undefined }
  | { readonly kind: "retry"; readonly afterMs: number; readonly sentence: string }
  | { readonly kind: "account-down"; readonly connection: ConnectionState };

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
  /** Sending the same key twice shows one message: an attempt of unknown outcome is then simply made again. Default false. */
  readonly repeatable?: boolean;
}

export interface AttachmentLimit {
  readonly maxBytes: number;
}

export interface SetupStep {
  readonly id: string;
  readonly title: string;
  readonly help: string;
  readonly fields: readonly SetupField[];
}

export interface SetupField {
  /** Key in `credentials` or `settings`. */
  readonly key: string;
  readonly into: "credentials" | "settings";
  readonly kind: "text" | "secret" | "url-list" | "textarea" | "switch";
  readonly label: string;
  readonly required: boolean;
  readonly placeholder?: string;
}
