import type { EmulatedBot } from "./bot.ts";
import type { Update, Webhook } from "./types.ts";

/**
 * Delivers updates to a webhook as the public server does (tdlib/telegram-bot-api, `WebhookActor`): order is kept within
 * a chat, the first of a chat's updates holds the others back; anything but 2xx is repeated, first at once, then after
 * delays that double; Retry-After is obeyed.
 */

export interface WebhookAttempt {
  readonly bot: number;
  readonly updateId: number;
  readonly begin: number;
  readonly end: number;
  /** HTTP status, absent when there was no answer. */
  readonly status?: number;
  readonly error?: string;
}

export interface WebhookOptions {
  /** Public origins that are served elsewhere: `{"https://app.example": "http://127.0.0.1:8080"}`. */
  readonly origins: ReadonlyMap<string, string>;
  /** Milliseconds before the next try, by the number of failures so far (1 = the first). */
  readonly delay: (failures: number) => number;
  readonly now: () => number;
  readonly timeoutMs: number;
}

/** Telegram's own delays: at once, 2 s, 4 s … up to about a minute. */
export const vendorDelay = (failures: number): number =>
  failures <= 1 ? 0 : Math.min(2 ** (failures - 1), 64) * 1_000;

interface Line {
  busy: boolean;
  failures: number;
  wakeAt: number;
}

export class WebhookDelivery {
  readonly attempts: WebhookAttempt[] = [];
  private readonly bot: EmulatedBot;
  private readonly options: WebhookOptions;
  private readonly lines = new Map<string, Line>();
  private readonly abort = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private active = 0;

  constructor(bot: EmulatedBot, options: WebhookOptions) {
    this.bot = bot;
    this.options = options;
  }

  /** Starts whatever may be delivered now and sets an alarm for the rest. */
  pump(): void {
    clearTimeout(this.timer);
    const { webhook } = this.bot;
    if (!webhook || this.abort.signal.aborted) return;
    let nextWake = Number.POSITIVE_INFINITY;
    const seen = new Set<string>();
    for (const update of this.bot.updates) {
      const name = lineOf(update);
      if (seen.has(name)) continue;
      seen.add(name);
      const line = this.line(name);
      if (line.busy || this.active >= webhook.maxConnections) continue;
      if (line.wakeAt > this.options.now()) nextWake = Math.min(nextWake, line.wakeAt);
      else void this.deliver(update, line, webhook);
    }
    if (Number.isFinite(nextWake))
      this.timer = setTimeout(() => this.pump(), Math.max(1, nextWake - this.options.now()));
  }

  /** Forgets delays: everything is tried at once. */
  retryNow(): void {
    for (const line of this.lines.values()) line.wakeAt = 0;
    this.pump();
  }

  close(): void {
    clearTimeout(this.timer);
    this.abort.abort();
  }

  private line(name: string): Line {
    const known = this.lines.get(name);
    if (known) return known;
    const line: Line = { busy: false, failures: 0, wakeAt: 0 };
    this.lines.set(name, line);
    return line;
  }

  private async deliver(update: Update, line: Line, webhook: Webhook): Promise<void> {
    line.busy = true;
    this.active += 1;
    const begin = this.options.now();
    const answer = await this.post(update, webhook);
    const end = this.options.now();
    const { retryAfterMs, ...logged } = answer;
    this.attempts.push({ bot: this.bot.id, updateId: update.update_id, begin, end, ...logged });
    line.busy = false;
    this.active -= 1;
    if (answer.status !== undefined && answer.status >= 200 && answer.status < 300) {
      this.bot.updates = this.bot.updates.filter((one) => one !== update);
      line.failures = 0;
      line.wakeAt = 0;
    } else {
      line.failures += 1;
      line.wakeAt = end + (retryAfterMs ?? this.options.delay(line.failures));
      this.bot.lastError = {
        date: this.bot.seconds(),
        message: `Wrong response from the webhook: ${answer.status ?? answer.error}`,
      };
    }
    this.pump();
  }

  private async post(
    update: Update,
    webhook: Webhook,
  ): Promise<{ status?: number; error?: string; retryAfterMs?: number }> {
    const url = new URL(webhook.url);
    const origin = this.options.origins.get(url.origin) ?? url.origin;
    try {
      const response = await fetch(origin + url.pathname + url.search, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(webhook.secret !== "" && { "x-telegram-bot-api-secret-token": webhook.secret }),
        },
        body: JSON.stringify(update),
        redirect: "manual",
        signal: AbortSignal.any([this.abort.signal, AbortSignal.timeout(this.options.timeoutMs)]),
      });
      await response.arrayBuffer();
      const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
      return { status: response.status, ...(Number.isFinite(retryAfter) && { retryAfterMs: retryAfter * 1_000 }) };
    } catch (error) {
      return { error: error instanceof Error ? String(error.cause ?? error.message) : String(error) };
    }
  }
}

function lineOf(update: Update): string {
  for (const value of Object.values(update)) {
    if (typeof value !== "object" || value === null || !("chat" in value)) continue;
    const { chat } = value;
    if (typeof chat === "object" && chat !== null && "id" in chat) return String(chat.id);
  }
  return "";
}
