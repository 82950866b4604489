import type { ZodType } from "zod";
import type { Account, AccountProfile, ConnectionState } from "../domain/account.ts";
import type { Localised } from "../domain/localised.ts";
import type { Capabilities } from "./contract/capabilities.ts";
import type { ChannelEvent } from "./contract/events.ts";
import type {
  MediaOutcome,
  Outgoing,
  OutgoingChange,
  OutgoingReaction,
  PersonOutcome,
  SendOutcome,
  TemplatesOutcome,
  WantedPerson,
} from "./contract/sending.ts";
import type { Sessions } from "./contract/sessions.ts";
import type { SetupStep } from "./contract/setup.ts";
import type { VendorSignIn } from "./contract/vendor-sign-in.ts";

/**
 * What a channel must be able to do, and what it says of itself as data. Relay, handlers and pages know channels only
 * through this file and those in `contract/`: a new channel is a folder, a registry line, fixtures and an emulator.
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
  /** Whoever opens it is greeted by it before they write: in a first conversation nobody greets them again. */
  readonly greets?: true;
  /**
   * Its accounts are made by the server itself, one for each portal: nobody connects one, and it feeds no line. Default false.
   */
  readonly builtIn?: boolean;
  /** Checks what an admin typed; unknown keys are dropped. */
  readonly credentials: ZodType<Record<string, unknown>>;
  readonly settings: ZodType<Record<string, unknown>>;
  /**
   * What a portal connects once only, where that is not its credentials: the address of a mailbox, which may share its
   * password with others, and may be read by other portals too.
   */
  identity?(account: Pick<Account, "credentials" | "settings">): string;
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
  /** For accounts that are signed in at their vendor's own page. */
  readonly signIn?: VendorSignIn;
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
