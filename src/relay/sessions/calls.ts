import type {
  MediaOutcome,
  Outgoing,
  OutgoingChange,
  OutgoingReaction,
  PersonOutcome,
  SendOutcome,
  WantedPerson,
} from "../../channels/contract/sending.ts";
import type { Session, SessionPrompt } from "../../channels/contract/sessions.ts";
import type { ConnectionState } from "../../domain/account.ts";
import type { AccountId } from "../../domain/ids.ts";

/** What can be asked of an account's standing connection, wherever it lives. Plain data: it may travel between processes. */
export type SessionCall =
  | { readonly method: "send"; readonly message: Omit<Outgoing, keyof FileAccess | "leave">; readonly key: string }
  | { readonly method: "edit"; readonly change: OutgoingChange }
  | { readonly method: "remove"; readonly change: OutgoingChange }
  | { readonly method: "react"; readonly reaction: OutgoingReaction }
  | { readonly method: "findPerson"; readonly wanted: WantedPerson }
  | { readonly method: "openMedia"; readonly ref: string }
  | { readonly method: "state" }
  | { readonly method: "logout" }
  | { readonly method: "restart" }
  | { readonly method: "answer"; readonly text: string };

export type SessionMethod = SessionCall["method"];

/** How the connection stands, and what the person who sets it up must do now. */
export interface LiveState {
  readonly connection: ConnectionState;
  readonly prompt?: SessionPrompt;
}

/** What each call answers; `openMedia` says where the owner has put the bytes. */
export interface SessionAnswers {
  readonly send: SendOutcome;
  readonly edit: SendOutcome;
  readonly remove: SendOutcome;
  readonly react: SendOutcome;
  readonly findPerson: PersonOutcome;
  readonly openMedia: HandedOver;
  readonly state: LiveState;
  /** `sentence`: it was not right, or could not be taken. */
  readonly answer: { readonly sentence?: string };
  readonly logout: { readonly sentence?: string };
  readonly restart: Readonly<Record<string, never>>;
}

export type HandedOver =
  | { readonly kind: "opened"; readonly id: string; readonly name?: string; readonly size?: number }
  | Exclude<MediaOutcome, { readonly kind: "opened" }>;

/** How asking ended. */
export type Asked<Answer> =
  | { readonly kind: "answered"; readonly answer: Answer }
  /** No process holds this connection: certainly nothing was done. */
  | { readonly kind: "nobody" }
  /** The question left, and no answer came: it may have been done. */
  | { readonly kind: "silent" };

/** A connection that lives in this process, as the host lends it. */
export interface Held {
  readonly session: Session;
  live(): LiveState;
  /** Nobody else can have this account's connection yet: our lock has not run out. */
  isHeld(): boolean;
  restart(): void;
  /** Logs out and forgets what was remembered. */
  logout(): Promise<void>;
}

export interface HeldSessions {
  find(account: AccountId): Held | undefined;
}

/** See `Outgoing.leave`. Does not travel: whoever asked is asked. */
export type Leave = NonNullable<Outgoing["leave"]>;

/** Files do not travel: the process that holds the connection opens them itself. */
export type FileAccess = Pick<Outgoing, "openFile" | "linkFile">;

/**
 * Longest that a connection may take over one call, by what it does, its own line not counted (`CallClock`). After that it
 * counts as silent. They catch a connection that hangs: one whose process died is known by its silence within seconds.
 */
export const LIMIT_MS: Readonly<Record<SessionMethod, number>> = {
  // A file of 100 MB over a line of 128 kB a second takes 13 minutes.
  send: 900_000,
  edit: 60_000,
  remove: 60_000,
  react: 60_000,
  findPerson: 60_000,
  openMedia: 110_000,
  answer: 45_000,
  // The vendor is told, then everything is let go of.
  logout: 60_000,
  restart: 5_000,
  state: 5_000,
};

/** Longest that a call may stand in a connection's own line. A connection that is well lets nobody wait so long. */
export const LINE_MS = 600_000;
