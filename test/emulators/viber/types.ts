/** Shapes the emulator works with. Facts: the public documentation of Viber's REST Bot API (developers.viber.com, creators.viber.com). */

export type Json = Readonly<Record<string, unknown>>;

export interface Person {
  /** Opaque; Viber's are base64 of some bytes, another for each bot. */
  readonly id: string;
  readonly name: string;
  readonly avatar: string;
  readonly country: string;
  readonly language: string;
  /** What their Viber can show; 1 for the oldest. */
  readonly api_version: number;
}

/** A message in a chat, the bot's or the person's. */
export interface StoredMessage {
  readonly token: string;
  readonly from: "bot" | "person" | "welcome";
  readonly receiver: string;
  /** The request's body (of the bot's) or the `message` of the callback (of the person's). */
  readonly body: Json;
  /** What was fetched from `media`, once it was. */
  bytes?: Buffer;
  /** Why the person's Viber could not show it. */
  failure?: string;
}

export interface LogEntry {
  readonly id: number;
  readonly method: string;
  readonly params: Json;
  /** Whether the call had its effect, whatever the caller was told. */
  processed: boolean;
  status?: number;
}

export interface Fault {
  /** Method it hits; absent = any. `media`: a file of an incoming message. */
  readonly method?: string;
  /**
   * `error`: any `status` and `message`, without effect. `502-html`, `502-html-after`: a proxy's page, without or with
   * effect. `drop-before`, `drop-after`: the connection breaks. `hang`, `hang-after`: no answer. `garbage-after`: JSON that
   * is no answer. `redirect`: sends the caller elsewhere, to `message`.
   */
  readonly kind:
    | "error"
    | "502-html"
    | "502-html-after"
    | "drop-before"
    | "drop-after"
    | "hang"
    | "hang-after"
    | "garbage-after"
    | "redirect";
  /** How many calls it hits; default 1. */
  readonly times?: number;
  /** How many matching calls pass before it begins. */
  readonly after?: number;
  readonly status?: number;
  readonly message?: string;
}

/** A callback as it was sent to the webhook, and what came back. */
export interface CallbackAttempt {
  readonly event: string;
  /** HTTP status, absent when there was no answer. */
  readonly status?: number;
  readonly answer?: string;
}

/** An answer that says no. */
export class ViberError extends Error {
  override readonly name = "ViberError";
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
