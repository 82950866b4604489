import { GraphError, type Limits } from "./types.ts";

/**
 * WhatsApp's limits. Throughput: so many a second over one number, those that come counted like those that go, else 130429
 * to who sends. Pair rate: one message in six
 * seconds to one person, else 131056. A burst within six seconds borrows from the time after it: nothing more goes until the
 * time its messages cost has passed.
 */
export class SendLimiter {
  limits: Limits | undefined;
  private readonly now: () => number;
  private readonly seconds = new Map<string, number[]>();
  private readonly bursts = new Map<string, { readonly begin: number; count: number }>();

  constructor(limits: Limits | undefined, now: () => number) {
    this.limits = limits;
    this.now = now;
  }

  /** A person's message: nobody refuses it. */
  count(number: string): void {
    this.seconds.set(number, [...this.recent(number), this.now()]);
  }

  private recent(number: string): readonly number[] {
    return (this.seconds.get(number) ?? []).filter((at) => at > this.now() - 1_000);
  }

  charge(number: string, person: string): void {
    if (!this.limits) return;
    const { perSecond, pairMs, pairBurst } = this.limits;
    const now = this.now();
    const recent = this.recent(number);
    if (recent.length >= perSecond) throw new GraphError(429, 130429, "Rate limit hit");
    const pair = `${number} ${person}`;
    const burst = this.bursts.get(pair);
    const paid = !burst || now >= burst.begin + burst.count * pairMs;
    if (burst && !paid && (now >= burst.begin + pairMs || burst.count >= pairBurst)) {
      throw new GraphError(400, 131056, "(Business Account, Consumer Account) pair rate limit hit");
    }
    if (burst && !paid) burst.count += 1;
    else this.bursts.set(pair, { begin: now, count: 1 });
    this.seconds.set(number, [...recent, now]);
  }
}
