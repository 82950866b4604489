import { createHmac, randomInt } from "node:crypto";
import type { Business } from "./business.ts";
import { invalid } from "./types.ts";

/**
 * Delivers webhooks as Meta does: signed by the app's secret over the very bytes, one request each, repeated with growing
 * delays until 2xx. Meta promises no order; here the oldest goes first, and one that is refused does not hold up others.
 */

export interface WebhookAttempt {
  readonly phoneNumberId: string;
  readonly url: string;
  readonly at: number;
  /** Absent when there was no answer. */
  readonly status?: number;
  readonly error?: string;
}

export interface WebhookOptions {
  /** Public origins that are served elsewhere: `{"https://app.example": "http://127.0.0.1:8080"}`. */
  readonly origins: ReadonlyMap<string, string>;
  /** Milliseconds before the next try, by the number of failures so far. */
  readonly delay: (failures: number) => number;
}

/** Meta tells "exponential back-off, up to seven days". */
export const vendorDelay = (failures: number): number => Math.min(2 ** (failures - 1) * 1_000, 3_600_000);

export class WebhookDelivery {
  readonly attempts: WebhookAttempt[] = [];
  private readonly business: Business;
  private readonly options: WebhookOptions;
  private readonly abort = new AbortController();
  private readonly timers = new Set<NodeJS.Timeout>();
  private busy = false;

  constructor(business: Business, options: WebhookOptions) {
    this.business = business;
    this.options = options;
  }

  pump(): void {
    if (this.busy || this.abort.signal.aborted || this.callback === undefined) return;
    const next = this.business.webhooks.shift();
    if (!next) return;
    this.busy = true;
    void this.post(this.callback, next.body).then((taken) => {
      this.busy = false;
      if (!taken) {
        next.failures += 1;
        this.later(this.options.delay(next.failures), () => {
          this.business.webhooks.unshift(next);
          this.pump();
        });
      }
      this.pump();
    });
  }

  close(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.abort.abort();
  }

  /** "Verification requests": an address is taken when it answers the challenge. */
  async verify(url: string, token: string): Promise<void> {
    const target = new URL(url);
    const challenge = String(randomInt(1_000_000_000));
    target.searchParams.set("hub.mode", "subscribe");
    target.searchParams.set("hub.verify_token", token);
    target.searchParams.set("hub.challenge", challenge);
    try {
      const response = await fetch(this.local(target), { signal: AbortSignal.timeout(10_000), redirect: "error" });
      const answer = await response.text();
      if (response.status === 200 && answer === challenge) return;
      throw invalid(`Callback verification failed: HTTP Status Code = ${response.status}`);
    } catch (error) {
      if (error instanceof TypeError) throw invalid("Callback verification failed: the address cannot be reached");
      throw error;
    }
  }

  private get callback(): string | undefined {
    return this.business.override ?? this.business.callback;
  }

  private async post(url: string, body: unknown): Promise<boolean> {
    const bytes = Buffer.from(JSON.stringify(body));
    const signature = createHmac("sha256", this.business.appSecret).update(bytes).digest("hex");
    const base = { phoneNumberId: this.business.phoneNumberId, url, at: this.business.now() };
    try {
      const response = await fetch(this.local(new URL(url)), {
        method: "POST",
        headers: { "content-type": "application/json", "x-hub-signature-256": `sha256=${signature}` },
        body: bytes,
        redirect: "manual",
        signal: AbortSignal.any([this.abort.signal, AbortSignal.timeout(20_000)]),
      });
      await response.arrayBuffer();
      this.attempts.push({ ...base, status: response.status });
      return response.ok;
    } catch (error) {
      this.attempts.push({
        ...base,
        error: error instanceof Error ? String(error.cause ?? error.message) : String(error),
      });
      return false;
    }
  }

  private local(url: URL): string {
    return (this.options.origins.get(url.origin) ?? url.origin) + url.pathname + url.search;
  }

  private later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      work();
    }, ms);
    this.timers.add(timer);
  }
}
