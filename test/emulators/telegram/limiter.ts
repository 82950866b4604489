import { BotApiError, type Limits } from "./types.ts";

/**
 * Telegram's flood limits (core.telegram.org/bots/faq, "My bot is hitting limits"): per bot and per chat as token buckets,
 * because short bursts are let through there; per group as "no more than 20 messages per minute", any minute. Counts
 * messages, so an album costs as many as it has.
 */
export class FloodLimiter {
  limits: Limits | undefined;
  private readonly now: () => number;
  private readonly buckets = new Map<string, { tokens: number; at: number }>();
  private readonly minutes = new Map<string, number[]>();

  constructor(limits: Limits | undefined, now: () => number) {
    this.limits = limits;
    this.now = now;
  }

  /** Takes the cost or throws 429 with the whole seconds until it could be paid. */
  charge(bot: number, chat: number, cost: number): void {
    if (!this.limits) return;
    const { perBotPerSecond, perChatPerSecond, chatBurst, perGroupPerMinute } = this.limits;
    const group = chat < 0 ? `group ${bot} ${chat}` : undefined;
    const waits = [
      this.waitFor(`bot ${bot}`, perBotPerSecond, perBotPerSecond, cost),
      this.waitFor(`chat ${bot} ${chat}`, perChatPerSecond, chatBurst, cost),
      group === undefined ? 0 : this.waitForMinute(group, perGroupPerMinute, cost),
    ];
    const wait = Math.max(...waits);
    if (wait > 0) {
      const seconds = Math.max(1, Math.ceil(wait));
      throw new BotApiError(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds });
    }
    this.take(`bot ${bot}`, cost);
    this.take(`chat ${bot} ${chat}`, cost);
    if (group !== undefined) this.minutes.get(group)?.push(...new Array<number>(cost).fill(this.now()));
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

  private waitForMinute(name: string, most: number, cost: number): number {
    const now = this.now();
    const recent = (this.minutes.get(name) ?? []).filter((at) => at > now - 60_000);
    this.minutes.set(name, recent);
    const mustLeave = recent.length + Math.min(cost, most) - most;
    return mustLeave <= 0 ? 0 : ((recent[mustLeave - 1] ?? now) + 60_000 - now) / 1_000;
  }
}
