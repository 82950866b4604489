import type { ZodType } from "zod";
import type { Account, AccountProfile, ConnectionState } from "../domain/account.ts";
import type { Customer } from "../domain/conversation.ts";
import type { Localised, Words } from "../domain/localised.ts";
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
  /** What it is and whom it is for, in a sentence, for somebody who chooses among channels. */
  readonly description: Localised;
  /**
   * Every sentence of its own that a person may read, and its title where that is words: what it says stays English until
   * somebody reads it. `src/sentences/pattern.ts` tells how gaps are written.
   */
  readonly sentences: readonly Localised[];
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
  /** Puts an emoji on a message, or takes it off. Only called where `capabilities.reaction` says so. */
  react?(account: Account, reaction: OutgoingReaction): Promise<SendOutcome>;
  /** Whether somebody can be written to who has not written yet. Only called where `capabilities.mayWriteFirst` says so. */
  findPerson?(account: Account, wanted: WantedPerson): Promise<PersonOutcome>;
  /** Texts that the vendor has approved for this account. Only called where `capabilities.templates` says so. */
  templates?(account: Account): Promise<TemplatesOutcome>;
  /** HTML that the admin pastes into a site to show this account there; `origin` is where visitors' browsers reach us. */
  embed?(account: Account, origin: string): string;
  /** Addresses to hand out that lead to this account; none while its identity at the vendor is not known. */
  links?(account: Account): readonly AccountLink[];
  /**
   * These came by a request and are about to be stored: for vendors whose limits on what goes depend on what comes. Told
   * again when the vendor repeats them; never throws and never waits.
   */
  arrived?(account: Account, events: readonly ChannelEvent[]): void;
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
  /** For vendors that are reached over a standing connection: everything above that needs it goes through it. */
  readonly sessions?: Sessions;
}

export interface ChannelRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body as it came, for signatures. */
  readonly rawBody: Buffer;
  readonly query: Readonly<Record<string, unknown>>;
}

export type Received =
  /** `answer`: said instead of our own "ok" after the commit, for vendors that take a greeting as the answer. */
  | { readonly kind: "accepted"; readonly events: readonly ChannelEvent[]; readonly answer?: WebhookAnswer }
  | { readonly kind: "challenge"; readonly status: number; readonly body: string; readonly contentType: string }
  | { readonly kind: "rejected"; readonly status: 400 | 401 | 403; readonly reason: string };

export interface WebhookAnswer {
  readonly contentType: string;
  readonly body: string;
}

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

/** One of the two. Phone in E.164. */
export interface WantedPerson {
  readonly phone?: string;
  readonly username?: string;
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
  | { readonly kind: "sent"; readonly externalIds: readonly string[]; readonly delivered?: boolean }
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

/** An address for posters, advertisements and signatures. */
export interface AccountLink {
  readonly id: string;
  /** What it does, for people. */
  readonly title: string;
  /** Where `{mark}` stands in it, the admin writes a mark of their own, which comes back as a fact of the conversation. */
  readonly url: string;
  readonly mark?: LinkMark;
}

export interface LinkMark {
  /** What it may be, as a regular expression over the whole of it. */
  readonly pattern: string;
  readonly help: string;
  readonly example: string;
}

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

/**
 * Standing connections to a vendor. The host (`relay/sessions/`) opens one for each account, in one process of
 * many, and calls come to it from all of them.
 */
export interface Sessions {
  /** What the person does for each kind of prompt that `open` may show, a sentence for each step. */
  readonly howTo: Readonly<Partial<Record<SessionPrompt["kind"], readonly Localised[]>>>;
  /**
   * Opens the connection. Resolves at once with what can be asked of it; how it stands is told to the host from then on.
   * Never throws; whatever ends it is told as a state, and `closed` resolves. After that the host opens a new one, with
   * growing pauses, while the last state is `starting`, `connected` or `transient-disconnect`; every other state waits
   * for a person. Credentials or settings that changed close the session and open one with them.
   */
  open(account: Account, host: SessionHost): Session;
}

export interface SessionHost {
  /** Resolves after the commit. Throws when the store cannot be asked: the event must then be given again. */
  accept(events: readonly ChannelEvent[]): Promise<void>;
  /** How the connection stands. `prompt`: what the person who sets it up must do now; shown live and kept nowhere. */
  state(connection: ConnectionState, prompt?: SessionPrompt): void;
  /** Identity at the vendor, once known. */
  profile(profile: AccountProfile): void;
  /** What the connection must remember over restarts; encrypted at rest, gone with the account. */
  readonly memory: SessionMemory;
}

export interface SessionMemory {
  get(key: string): Promise<Buffer | undefined>;
  set(key: string, value: Buffer): Promise<void>;
  delete(key: string): Promise<void>;
  /** Keys that begin so, sorted, with their values. */
  list(prefix: string): Promise<readonly { readonly key: string; readonly value: Buffer }[]>;
  clear(): Promise<void>;
}

export type SessionPrompt =
  /** Shown as a QR code; replaced by the next one before it runs out. */
  | { readonly kind: "qr"; readonly data: string; readonly until?: Date }
  /** To be typed in and handed to `answer`. `password` is typed hidden. */
  | { readonly kind: "code" | "password"; readonly label: string; readonly hint?: string };

/**
 * What the host measures a call's time by: its limit is for the vendor, not for a session's own line of calls that wait
 * for each other. A session without such a line leaves it alone.
 */
export interface CallClock {
  /** Stops the clock; the answer lets it run on. Waiting has a limit of its own, far beyond any that a session should have. */
  wait(): () => void;
}

/**
 * One open connection. After `closed` every call answers `retry` or `gone`. The memory of its host throws once the
 * connection is no longer this process's: another one may be open elsewhere by then.
 */
export interface Session {
  send(message: Outgoing, key: string, clock?: CallClock): Promise<SendOutcome>;
  edit?(change: OutgoingChange, clock?: CallClock): Promise<SendOutcome>;
  remove?(change: OutgoingChange, clock?: CallClock): Promise<SendOutcome>;
  react?(reaction: OutgoingReaction, clock?: CallClock): Promise<SendOutcome>;
  openMedia?(ref: string, signal: AbortSignal): Promise<MediaOutcome>;
  findPerson?(wanted: WantedPerson, clock?: CallClock): Promise<PersonOutcome>;
  /** What the person typed for the last prompt. A sentence when it was not right. */
  answer?(text: string): Promise<string | undefined>;
  /**
   * This process is about to stop. What waits in the session's own line is answered with `retry` now, and so is what comes;
   * what is on its way to the vendor goes on. Only for sessions with such a line.
   */
  stopTaking?(): void;
  /** Logs out at the vendor, so that its device list shows us no more. */
  logout(): Promise<void>;
  /** Lets go without logging out; idempotent, and everything it started is gone afterwards. */
  close(): Promise<void>;
  readonly closed: Promise<void>;
}

/** Waits until the vendor's limits allow one more call. Shared by all processes. */
export interface Pacer {
  /**
   * Resolves when this call may go, first come first served, except that who waits for one place does not hold up others.
   * @param account whose limits they are
   * @param rules all of them must allow it
   * @throws the signal's reason when it is aborted first, `TurnTooFar` at once where a rule says that it is not waited for
   */
  turn(account: string, rules: readonly PaceRule[], signal?: AbortSignal): Promise<void>;
  /** Something that the vendor counts too went by without asking: of these rules so much is used. Never throws. */
  spend(account: string, rules: readonly PaceRule[]): Promise<void>;
  /** The vendor counts anew: as if nothing of these rules had been used. Never throws. */
  renew(account: string, rules: readonly PaceRule[]): Promise<void>;
  /** The vendor asked for a pause after all: nothing of this key goes before that time. */
  pause(account: string, place: string, until: Date): Promise<void>;
}

/** A turn that is further away than whoever asks would wait. */
export class TurnTooFar extends Error {
  override readonly name = "TurnTooFar";
  /** What the limit is counted over that does not open. */
  readonly places: readonly string[];

  constructor(places: readonly string[]) {
    super("the vendor's limit does not open in time");
    this.places = places;
  }
}

/** `count` calls at once and from then on `count` in every `perMs`, evenly. */
export interface PaceRule {
  /** What the limit is counted over: "" for the whole account, a chat's id for that chat. */
  readonly place: string;
  readonly count: number;
  readonly perMs: number;
  /** How many calls this one counts for (an album is several messages). All of them or none are taken. Default 1. */
  readonly cost?: number;
  /** Counted as "at most `count` in any `perMs`": all may go at once, then none until the first are that old. */
  readonly window?: boolean;
  /** A call that this rule would hold up for longer is not waited for. */
  readonly mostWaitMs?: number;
  /**
   * Counted on credit: up to so many may go at once, within so long of the first of them; then none until the time that
   * they cost at the rule's own pace has passed since the first. Not together with `window`.
   */
  readonly burst?: { readonly count: number; readonly withinMs: number };
}

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

export interface SetupStep {
  readonly id: string;
  readonly title: Localised;
  readonly help: Localised;
  readonly fields: readonly SetupField[];
  /** Something the person must know and agree to before this step (the risk of a ban, say). */
  readonly warning?: Localised;
  /** Key in `settings` that becomes true with that agreement, where the channel itself insists on it. */
  readonly consent?: string;
}

export interface SetupField {
  /** Key in `credentials` or `settings`. */
  readonly key: string;
  readonly into: "credentials" | "settings";
  readonly kind: "text" | "secret" | "url-list" | "textarea" | "switch" | "choice";
  readonly label: Localised;
  readonly required: boolean;
  /** Of a `choice`. */
  readonly choices?: readonly SetupChoice[];
  /** Of a `choice`: what is chosen in a new account. Default: the first. */
  readonly preset?: string;
  readonly placeholder?: Words;
}

export interface SetupChoice {
  readonly value: string;
  readonly label: Words;
}
