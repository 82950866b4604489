import { BotApiError, type Limits } from "./types.ts";

/** Telegram's flood limits as token buckets: per bot and per chat. Counts messages, so an album costs as many as it has. */
export class FloodLimiter {
  limits: Limits | undefined;
  private readonly now: () => number;
  private readonly buckets = new Map<string, { tokens: number; at: number }>();

  constructor(limits: Limits | undefined, now: () => number) {
    this.limits = limits;
    this.now = now;
  }

  /** Takes the cost or throws 429 with the whole seconds until it could be paid. */
  charge(bot: number, chat: string, cost: number): void {
    if (!this.limits) return;
    const { perBotPerSecond, perChatPerSecond, chatBurst } = this.limits;
    const waits = [
      this.waitFor(`bot ${bot}`, perBotPerSecond, perBotPerSecond, cost),
      this.waitFor(`chat ${bot} ${chat}`, perChatPerSecond, chatBurst, cost),
    ];
    const wait = Math.max(...waits);
    if (wait > 0) {
      const seconds = Math.max(1, Math.ceil(wait));
      throw new BotApiError(429, `Too Many Requests: retry after ${seconds}`, seconds);
    }
    this.take(`bot ${bot}`, cost);
    this.take(`chat ${bot} ${chat}`, cost);
  }

  private waitFor(name: string, rate: number, burst: number, cost: number): number {
    const now = this.now();
    const known = this.buckets.get(name) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, known.tokens + ((now - known.at) / 1_000) * rate);
    this.buckets.set(name, { tokens, at: now });
    // A cost above the burst is let through from a full bucket, which then goes below zero.
    const needed = Math.min(cost, burst);
    return tokens >= needed ? 0 : (needed - tokens) / rate;
  }

  private take(name: string, cost: number): void {
    const bucket = this.buckets.get(name);
    if (bucket) bucket.tokens -= cost;
  }
}
