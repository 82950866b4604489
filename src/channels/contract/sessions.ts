import type { Account, AccountProfile, ConnectionState } from "../../domain/account.ts";
import type { Localised } from "../../domain/localised.ts";
import type { ChannelEvent } from "./events.ts";
import type { LetterBook } from "./letters.ts";
import type {
  MediaOutcome,
  Outgoing,
  OutgoingChange,
  OutgoingReaction,
  PersonOutcome,
  SendOutcome,
  WantedPerson,
} from "./sending.ts";
import type { TokenSource } from "./vendor-sign-in.ts";

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
  /** For channels whose messages are letters. */
  readonly letters?: LetterBook;
  /** For accounts that were signed in at their vendor's page. */
  readonly tokens?: TokenSource;
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
