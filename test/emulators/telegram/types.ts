/** Shapes the emulator works with. Facts: core.telegram.org/bots/api and the public server's source (tdlib/telegram-bot-api). */

export interface Person {
  readonly id: number;
  readonly first_name: string;
  readonly last_name?: string;
  readonly username?: string;
  readonly language_code?: string;
}

export interface Chat {
  readonly id: number;
  readonly type: "private" | "group" | "supergroup";
  readonly title?: string;
  /** It became that supergroup; nothing can be sent here any more. */
  migratedTo?: number;
}

/** A business account that lets the bot answer for it (Bot API, "BusinessConnection"). */
export interface BusinessConnection {
  readonly id: string;
  readonly owner: number;
  enabled: boolean;
  canReply: boolean;
}

export interface StoredFile {
  readonly file_id: string;
  readonly file_unique_id: string;
  readonly path: string;
  readonly size: number;
  readonly name?: string;
  readonly mime?: string;
  /** Absent for files that only claim a size. */
  readonly bytes?: Buffer;
}

export type Json = Readonly<Record<string, unknown>>;

/** A message as the Bot API shows it, plus who wrote it. */
export interface StoredMessage {
  readonly message_id: number;
  readonly chat: Json & { readonly id: number };
  readonly from: Json & { readonly id: number };
  readonly date: number;
  readonly text?: string;
  readonly caption?: string;
  readonly entities?: readonly Json[];
  readonly caption_entities?: readonly Json[];
  readonly reply_to_message?: Json;
  readonly media_group_id?: string;
  readonly edit_date?: number;
  readonly business_connection_id?: string;
  readonly [field: string]: unknown;
}

export interface Webhook {
  readonly url: string;
  readonly secret: string;
  readonly maxConnections: number;
}

export interface Update {
  readonly update_id: number;
  readonly [kind: string]: unknown;
}

export interface LogEntry {
  readonly id: number;
  readonly bot: number;
  readonly method: string;
  /** Parameters without file bytes; files are told by name and size. */
  readonly params: Json;
  readonly begin: number;
  end?: number;
  /** Whether the call had its effect, whatever the caller was told. */
  processed: boolean;
  status?: number;
  description?: string;
  result?: unknown;
}

export interface Fault {
  /** Method it hits; absent = any. */
  readonly method?: string;
  /**
   * `429`, `500`: error without effect. `502-html`: a proxy's page, without effect; `502-html-after`: with effect.
   * `drop-before`, `drop-after`: the connection breaks without or with effect. `hang`, `hang-after`: no answer, likewise.
   * `garbage-after`: JSON that is no answer, with effect. `error`: any `code` and `description`, without effect.
   */
  readonly kind:
    | "429"
    | "500"
    | "502-html"
    | "502-html-after"
    | "drop-before"
    | "drop-after"
    | "hang"
    | "hang-after"
    | "garbage-after"
    | "error";
  /** How many calls it hits; default 1. */
  readonly times?: number;
  /** How many matching calls pass before it begins. */
  readonly after?: number;
  readonly retryAfter?: number;
  readonly code?: number;
  readonly description?: string;
}

export interface Limits {
  readonly perBotPerSecond: number;
  readonly perChatPerSecond: number;
  /** Messages a quiet chat takes at once before the rate binds; Telegram allows short bursts. */
  readonly chatBurst: number;
  /** Messages that a group takes in any minute. */
  readonly perGroupPerMinute: number;
}

/** What an answer that says no adds for programs (Bot API, "ResponseParameters"). */
export interface ResponseParameters {
  readonly retry_after?: number;
  /** The group became a supergroup and goes on under this number. */
  readonly migrate_to_chat_id?: number;
}

/** An answer of the Bot API that says no. */
export class BotApiError extends Error {
  override readonly name = "BotApiError";
  readonly code: number;
  readonly description: string;
  readonly parameters: ResponseParameters | undefined;
  constructor(code: number, description: string, parameters?: ResponseParameters) {
    super(description);
    this.code = code;
    this.description = description;
    this.parameters = parameters;
  }
}

export const badRequest = (reason: string): BotApiError => new BotApiError(400, `Bad Request: ${reason}`);
export const forbidden = (reason: string): BotApiError => new BotApiError(403, `Forbidden: ${reason}`);
