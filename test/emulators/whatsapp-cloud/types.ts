/** Shapes the emulator works with. Facts: developers.facebook.com/documentation/business-messaging/whatsapp, 2026. */

export type Json = Readonly<Record<string, unknown>>;

/** Somebody who uses WhatsApp. */
export interface Person {
  /** Digits. */
  readonly waId: string;
  /** Business-scoped user id. */
  readonly userId: string;
  readonly name: string;
  /** With one, webhooks name the person by `userId` only. */
  readonly username?: string;
  /** When they last wrote, milliseconds; opens the window of 24 hours. */
  lastWroteAt?: number;
  /** They blocked the business, or have no WhatsApp: messages fail with 131026. */
  unreachable?: boolean;
}

export interface Media {
  readonly id: string;
  readonly mime: string;
  readonly bytes: Buffer;
  readonly sha256: string;
  /** Downloaded are so many bytes of nothing instead, with or without a word of how many they are. */
  readonly huge?: { readonly zeros: number; readonly tellsSize: boolean };
}

export interface TemplateDefinition {
  readonly name: string;
  readonly language: string;
  readonly status: "APPROVED" | "PENDING" | "REJECTED" | "PAUSED" | "DISABLED";
  readonly components: readonly Json[];
}

/** A message the business sent and WhatsApp took. */
export interface SentMessage {
  readonly id: string;
  /** The person's `waId`. */
  readonly to: string;
  readonly at: number;
  readonly type: string;
  /** As it was posted. */
  readonly payload: Json;
  /** Files of it. */
  readonly media?: Media;
  /** What the person sees, when it has words. */
  readonly text?: string;
  /** Known to the person's phone; a quoted message that is not shows no bubble. */
  readonly quoted?: string;
  readonly callbackData?: string;
  state: "accepted" | "sent" | "delivered" | "read" | "failed";
  failure?: number;
}

export interface LogEntry {
  readonly id: number;
  readonly operation: Operation;
  readonly path: string;
  /** Body or query, without bytes of files. */
  readonly params: Json;
  readonly begin: number;
  end?: number;
  /** Whether the call had its effect, whatever the caller was told. */
  processed: boolean;
  status?: number;
  code?: number;
}

export type Operation = "messages" | "upload" | "download" | "number" | "templates" | "subscribe" | "configure";

export interface Fault {
  /** What it hits; absent = any call. */
  readonly operation?: Operation;
  /**
   * `error`: Meta's answer with any `code` and `status`, without effect. `502-html`: a proxy's page, without effect;
   * `502-html-after`: with effect. `drop-before`, `drop-after`: the connection breaks without or with effect. `hang`,
   * `hang-after`: no answer, likewise. `garbage-after`: JSON that is no answer, with effect.
   */
  readonly kind:
    | "error"
    | "502-html"
    | "502-html-after"
    | "drop-before"
    | "drop-after"
    | "hang"
    | "hang-after"
    | "garbage-after";
  /** How many calls it hits; default 1. */
  readonly times?: number;
  /** How many matching calls pass before it begins. */
  readonly after?: number;
  readonly code?: number;
  readonly status?: number;
  readonly details?: string;
  /** Seconds, as a header. */
  readonly retryAfter?: number;
}

export interface Limits {
  /** Messages a second from one number. */
  readonly perSecond: number;
  /** Milliseconds that one message to one person costs. */
  readonly pairMs: number;
  /** Messages to one person that a burst may have, within one `pairMs`. */
  readonly pairBurst: number;
}

/** An answer of the Graph API that says no. */
export class GraphError extends Error {
  override readonly name = "GraphError";
  readonly status: number;
  readonly code: number;
  readonly details: string;
  readonly subcode: number | undefined;
  readonly retryAfter: number | undefined;
  constructor(
    status: number,
    code: number,
    details: string,
    more: { readonly subcode?: number; readonly retryAfter?: number } = {},
  ) {
    super(details);
    this.status = status;
    this.code = code;
    this.details = details;
    this.subcode = more.subcode;
    this.retryAfter = more.retryAfter;
  }

  get body(): Json {
    return {
      error: {
        message: `(#${this.code}) ${this.details}`,
        type: this.code === 190 ? "OAuthException" : "GraphMethodException",
        code: this.code,
        ...(this.subcode !== undefined && { error_subcode: this.subcode }),
        error_data: { messaging_product: "whatsapp", details: this.details },
        fbtrace_id: "AEmulatedTraceId0000000",
      },
    };
  }
}

export const invalid = (details: string): GraphError => new GraphError(400, 100, details);
export const badValue = (details: string): GraphError => new GraphError(400, 131009, details);
export const noObject = (): GraphError =>
  new GraphError(400, 100, "Unsupported request. Object with this ID does not exist", { subcode: 33 });
