import type { Redis } from "ioredis";

/**
 * Counts what callers do within a window of time, for all doors of the server. With Redis all processes count together; without
 * it each counts for itself.
 *
 * - Redis gone or slow: each process counts for itself until it is back. Not open, because a flood would then only have to
 *   outlast Redis; not shut, because what comes through needs no Redis. Several processes then let several times as much
 *   through. A window that was begun in the one place is begun anew in the other.
 * - Redis is asked again every few seconds, so that a slow one does not hold up every request.
 * - Redis restarted empty: every window begins anew.
 * - Too many callers to remember: the longest known are forgotten first, and begin anew.
 */
export interface Counts {
  /** One more; never rejects. */
  count(key: string, windowMs: number): Promise<Count>;
  /** How many there are, and no more. */
  look(key: string): Promise<number>;
  /** The same counting, of keys of its own. */
  child(place: string): Counts;
}

export interface Count {
  /** This one included. */
  readonly current: number;
  /** Milliseconds until the window ends. */
  readonly ttl: number;
}

export interface CountsSettings {
  /** With a `commandTimeout` and without an offline queue: a question must fail quickly. Closed by whoever made it. */
  readonly redis?: Redis | undefined;
  readonly prefix?: string;
  /** Tests only. */
  readonly now?: () => number;
}

/** How long a process counts for itself before it asks Redis again. */
const AWAY_MS = 5_000;
/** Callers remembered for each limit in one process. */
const MOST_CALLERS = 20_000;

export function createCounts({ redis, prefix = "threadline:rate:", now = Date.now }: CountsSettings = {}): Counts {
  let askAfter = 0;

  /** By Redis where it answers. */
  async function by<T>(ask: (redis: Redis) => Promise<T>, alone: () => T): Promise<T> {
    if (!redis || now() < askAfter) return alone();
    try {
      return await ask(redis);
    } catch {
      askAfter = now() + AWAY_MS;
      return alone();
    }
  }

  function counts(place: string): Counts {
    const own = createOwnCounts(now);
    const nameOf = (key: string) => `${prefix}${place}${key}`;
    return {
      count: (key, windowMs) =>
        by(
          (shared) => countShared(shared, nameOf(key), windowMs),
          () => own.count(key, windowMs),
        ),
      look: (key) =>
        by(
          async (shared) => Number((await shared.get(nameOf(key))) ?? 0),
          () => own.look(key),
        ),
      child: (inside) => counts(inside),
    };
  }
  return counts("");
}

async function countShared(redis: Redis, key: string, windowMs: number): Promise<Count> {
  const answers = await redis.multi().set(key, 0, "PX", windowMs, "NX").incr(key).pttl(key).exec();
  const [current, ttl] = (answers ?? []).slice(1).map(([error, value]) => (error === null ? Number(value) : undefined));
  if (current === undefined || ttl === undefined) throw new Error("Redis did not count");
  return { current, ttl: Math.max(0, ttl) };
}

function createOwnCounts(now: () => number) {
  const windows = new Map<string, { count: number; readonly until: number }>();
  const running = (key: string) => {
    const had = windows.get(key);
    return had && had.until > now() ? had : undefined;
  };
  return {
    look: (key: string): number => running(key)?.count ?? 0,
    count(key: string, windowMs: number): Count {
      const window = running(key) ?? { count: 0, until: now() + windowMs };
      window.count += 1;
      windows.delete(key);
      windows.set(key, window);
      const [oldest] = windows.keys();
      if (windows.size > MOST_CALLERS && oldest !== undefined) windows.delete(oldest);
      return { current: window.count, ttl: window.until - now() };
    },
  };
}
