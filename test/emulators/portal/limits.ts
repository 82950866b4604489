/** True leaky bucket: each request adds one, `perSecond` leak out evenly, a request that would overflow is refused. */
export class LeakyBucket {
  readonly #capacity: number;
  readonly #perSecond: number;
  readonly #levels = new Map<string, { level: number; at: number }>();

  constructor(capacity: number, perSecond: number) {
    this.#capacity = capacity;
    this.#perSecond = perSecond;
  }

  /** Takes one place for this source address; false = over the limit, nothing is added. */
  tryTake(source: string, now: number): boolean {
    const level = this.level(source, now);
    if (level + 1 > this.#capacity) {
      this.#levels.set(source, { level, at: now });
      return false;
    }
    this.#levels.set(source, { level: level + 1, at: now });
    return true;
  }

  level(source: string, now: number): number {
    const state = this.#levels.get(source);
    if (state === undefined) return 0;
    return Math.max(0, state.level - ((now - state.at) / 1000) * this.#perSecond);
  }

  reset(): void {
    this.#levels.clear();
  }
}

const minute = 60_000;
const bucketLife = 10 * minute;

interface MinuteBucket {
  readonly firstAt: number;
  sumMs: number;
}

/**
 * Run time per key (application and method), summed over one-minute buckets. A bucket is forgotten ten minutes after
 * the first call that fell into it; a call is refused when the sum exceeds the limit before it starts.
 */
export class OperatingBudget {
  readonly #limitMs: number;
  readonly #buckets = new Map<string, Map<number, MinuteBucket>>();

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  charge(key: string, milliseconds: number, now: number): void {
    const buckets = this.#current(key, now);
    const index = Math.floor(now / minute);
    const bucket = buckets.get(index) ?? { firstAt: now, sumMs: 0 };
    bucket.sumMs += milliseconds;
    buckets.set(index, bucket);
  }

  usedMs(key: string, now: number): number {
    let sum = 0;
    for (const bucket of this.#current(key, now).values()) sum += bucket.sumMs;
    return sum;
  }

  isExhausted(key: string, now: number): boolean {
    return this.usedMs(key, now) > this.#limitMs;
  }

  /** Unix seconds at which the oldest bucket is forgotten and part of the budget comes back. */
  resetAt(key: string, now: number): number {
    let oldest = now;
    for (const bucket of this.#current(key, now).values()) oldest = Math.min(oldest, bucket.firstAt);
    return Math.ceil((oldest + bucketLife) / 1000);
  }

  reset(): void {
    this.#buckets.clear();
  }

  #current(key: string, now: number): Map<number, MinuteBucket> {
    let buckets = this.#buckets.get(key);
    if (buckets === undefined) {
      buckets = new Map();
      this.#buckets.set(key, buckets);
    }
    for (const [index, bucket] of buckets) {
      if (bucket.firstAt + bucketLife <= now) buckets.delete(index);
    }
    return buckets;
  }
}
