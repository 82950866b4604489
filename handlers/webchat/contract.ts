import type { SessionAnswer, WrongFields } from "../../src/api/webchat.ts";
import type { ChannelEvent, MessageReceived, ReceiptReceived } from "../../src/channels/contract/events.ts";
import type { Account } from "../../src/domain/account.ts";
import type { AccountId, MediaId, PortalId } from "../../src/domain/ids.ts";
import type { Attachment, AttachmentSource, Quote } from "../../src/domain/message.ts";
import type { Rating, SiteFacts } from "../../src/domain/site-facts.ts";
import type { Logger } from "../../src/log/log.ts";
import type { ShelvedFile } from "../../src/media/contract.ts";
import type { Store } from "../../src/store/contract.ts";

/** What the web chat's routes work with. `desk` is the channel's own side, made in its folder. */
export interface WebchatDependencies {
  readonly store: {
    readonly accounts: Pick<Store["accounts"], "findAnywhere">;
    readonly conversations: Pick<Store["conversations"], "findByExternalChat">;
    readonly messages: Pick<Store["messages"], "journal" | "find" | "findByExternal">;
  };
  readonly desk: Desk;
  /** The same path as any webhook's: resolves after the commit, throws `StoreUnavailable`. */
  readonly acceptInbound: (account: Account, events: readonly ChannelEvent[]) => Promise<void>;
  /** Streams a visitor's file to where it waits for a worker. The message that will name it does not exist yet. */
  readonly keepFile: (file: VisitorUpload) => Promise<KeptUpload>;
  /** Opens a visitor's file that waits there. */
  readonly openUpload: (ref: string) => Promise<ShelvedFile | undefined>;
  /** Opens a file on the shelf. */
  readonly openFile: (media: MediaId) => Promise<ShelvedFile | undefined>;
  /** A visitor is typing (this text, where the account shows it); passing it on is a courtesy, so it may be dropped. Never kept. */
  readonly visitorTyping: (account: Account, chatId: string, text: string | undefined) => void;
  readonly log: Logger;
  /** The built `widget.js`. */
  readonly widgetPath: string;
  readonly limits?: Partial<WebchatLimits> | undefined;
  readonly timing?: Partial<StreamTiming> | undefined;
}

export interface VisitorUpload {
  readonly portal: PortalId;
  readonly stream: NodeJS.ReadableStream;
  readonly name: string | undefined;
  readonly maxBytes: number;
}

export type KeptUpload =
  | {
      readonly kind: "kept";
      readonly source: AttachmentSource;
      readonly name: string;
      readonly mime: string;
      readonly size: number;
    }
  | { readonly kind: "too-large" }
  | { readonly kind: "broken"; readonly sentence: string };

/** What of an account's settings the widget shows. */
export type Looks = Omit<SessionAnswer["config"], "textLimit" | "fileLimit" | "form" | "away">;

/** What the routes need of the channel's vendor side (`src/channels/webchat/visitor.ts`). */
export interface Desk {
  readonly hub: {
    notify(account: AccountId, visitor: string): void;
    subscribe(account: AccountId, visitor: string, listener: (notice: "news" | "typing") => void): () => void;
  };
  settings(account: Account): Looks & {
    readonly closed: "form" | "chat" | "hide";
    readonly rating: "no" | "stars" | "thumbs";
  };
  presence(
    account: Account,
  ): { readonly kind: "open" } | { readonly kind: "closed"; readonly opensAt?: Date | undefined };
  form(account: Account): SessionAnswer["config"]["form"];
  details(account: Account, given: DetailsGiven, isFirst: boolean): ReadDetails;
  allowsOrigin(account: Account, origin: string): boolean;
  newVisitor(): string;
  issueToken(account: AccountId, visitor: string): Promise<string>;
  readToken(account: AccountId, token: string): Promise<string | undefined>;
  fileProof(account: AccountId, file: string): string;
  checkFileProof(account: AccountId, file: string, expires: string, signature: string): boolean;
  externalId(visitor: string, clientId: string): string;
  clientId(visitor: string, externalId: string): string | undefined;
  messages(visitor: string, sent: Sent): readonly MessageReceived[];
  rating(visitor: string, rating: Rating): MessageReceived;
  ratingId(visitor: string, session: string): string;
  draft(account: Account, text: string | undefined): string | undefined;
  receipt(visitor: string, externalIds: readonly string[], state: "delivered" | "read"): ReceiptReceived;
}

export interface Sent {
  readonly clientId: string;
  readonly text: string;
  readonly attachments: readonly Attachment[];
  readonly quote?: Quote | undefined;
  readonly language?: string | undefined;
  readonly url?: string | undefined;
  readonly contact?: Contact | undefined;
  readonly site?: SiteFacts | undefined;
}

export interface Contact {
  readonly name?: string;
  readonly phone?: string;
  readonly email?: string;
}

/** What a browser sends beside a message. */
export interface DetailsGiven extends Readonly<Record<"name" | "phone" | "email" | "consent", string | undefined>> {
  readonly form: "pre-chat" | "offline" | undefined;
  readonly visit: VisitGiven | undefined;
}

export interface VisitGiven {
  readonly url?: string | undefined;
  readonly title?: string | undefined;
  readonly referrer?: string | undefined;
  readonly landing?: string | undefined;
  readonly utm?: Readonly<Record<string, unknown>> | undefined;
}

export type ReadDetails =
  | { readonly kind: "ok"; readonly contact: Contact; readonly site: SiteFacts }
  | { readonly kind: "wrong"; readonly fields: WrongFields };

/** Requests per minute unless said otherwise. An office or a mobile network shares one address, hence the larger numbers per IP. */
export interface WebchatLimits {
  readonly perIp: number;
  readonly sessionsPerIp: number;
  readonly messagesPerIp: number;
  readonly messagesPerVisitor: number;
  readonly filesPerIp: number;
  readonly filesPerVisitor: number;
  readonly typingPerVisitor: number;
  readonly requestsPerVisitor: number;
  /** Open at once. */
  readonly streamsPerVisitor: number;
  readonly streamsPerIp: number;
  readonly fileBytes: number;
}

export const DEFAULT_LIMITS: WebchatLimits = {
  perIp: 1_200,
  sessionsPerIp: 120,
  messagesPerIp: 240,
  messagesPerVisitor: 30,
  filesPerIp: 60,
  filesPerVisitor: 20,
  typingPerVisitor: 90,
  requestsPerVisitor: 240,
  streamsPerVisitor: 6,
  streamsPerIp: 120,
  fileBytes: 25 * 1024 * 1024,
};

/** Milliseconds. */
export interface StreamTiming {
  /**
   * A look at the store without a notice: what a lost notice costs at most. A look that finds nothing sends a comment,
   * which keeps proxies from cutting a quiet stream and shows both sides that the other is there.
   */
  readonly look: number;
  /** Looks after a notice: it may come before the row it is about says `sent`, and states move on shortly after. */
  readonly echoes: readonly number[];
  /** A stream ends after this, and the browser opens a new one with its token checked again. */
  readonly life: number;
}

export const DEFAULT_TIMING: StreamTiming = {
  look: 15_000,
  echoes: [30, 120, 500, 2_000, 6_000],
  life: 15 * 60_000,
};

/** The longest text of one visitor's message, UTF-16 units. */
export const TEXT_LIMIT = 4_000;
