import rateLimit, { normalizeIP } from "@fastify/rate-limit";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Redis } from "ioredis";
import { z } from "zod";

/**
 * Rate limits for the doors that anybody may knock at. With Redis all web processes count together; without it each counts
 * for itself.
 *
 * - Redis gone or slow: each process counts for itself until it is back. Not open, because a flood would then only have to
 *   outlast Redis; not shut, because visitors write to the store, which needs no Redis. Several processes then let several
 *   times as much through. A window that was begun in the one place is begun anew in the other.
 * - Redis is asked again every few seconds, so that a slow one does not hold up every request.
 * - Redis restarted empty: every window begins anew.
 * - Too many callers to remember: the longest known are forgotten first, and begin anew.
 */
export interface RateLimitSettings {
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
const WINDOW_MS = 60_000;

/** What the plugin tells of the route that has a limit of its own; nothing of one that is asked by hand. */
const limitedRoute = z.object({ routeInfo: z.object({ method: z.unknown().optional(), url: z.string().optional() }) });

/** For the whole application, once: plugins of a scope inherit it and cannot replace it. */
export async function registerRateLimits(app: FastifyInstance, settings: RateLimitSettings = {}): Promise<void> {
  const { redis, prefix = "threadline:rate:", now = Date.now } = settings;
  let askAfter = 0;

  class Store {
    readonly own = createOwnCounts(now);
    readonly place: string;
    constructor(place: unknown = "") {
      this.place = typeof place === "string" ? place : "";
    }
    incr(key: string, done: (error: Error | null, count?: Count) => void, windowMs: number): void {
      const countAlone = () => done(null, this.own(key, windowMs));
      if (!redis || now() < askAfter) {
        countAlone();
        return;
      }
      countShared(redis, `${prefix}${this.place}${key}`, windowMs).then(
        (count) => done(null, count),
        () => {
          askAfter = now() + AWAY_MS;
          countAlone();
        },
      );
    }
    child(options: object): Store {
      const { method, url } = limitedRoute.parse(options).routeInfo;
      return new Store(url === undefined ? "" : `${String(method)} ${url} `);
    }
  }
  await app.register(rateLimit, { global: false, store: Store });
}

interface Count {
  readonly current: number;
  /** Milliseconds until the window ends. */
  readonly ttl: number;
}

async function countShared(redis: Redis, key: string, windowMs: number): Promise<Count> {
  const answers = await redis.multi().set(key, 0, "PX", windowMs, "NX").incr(key).pttl(key).exec();
  const [current, ttl] = (answers ?? []).slice(1).map(([error, value]) => (error === null ? Number(value) : undefined));
  if (current === undefined || ttl === undefined) throw new Error("Redis did not count");
  return { current, ttl: Math.max(0, ttl) };
}

function createOwnCounts(now: () => number): (key: string, windowMs: number) => Count {
  const windows = new Map<string, { count: number; readonly until: number }>();
  return (key, windowMs) => {
    const had = windows.get(key);
    const window = had && had.until > now() ? had : { count: 0, until: now() + windowMs };
    window.count += 1;
    windows.delete(key);
    windows.set(key, window);
    const [oldest] = windows.keys();
    if (windows.size > MOST_CALLERS && oldest !== undefined) windows.delete(oldest);
    return { current: window.count, ttl: window.until - now() };
  };
}

/** Seconds to wait; `undefined` for who may go on. */
export type RateGate = (request: FastifyRequest) => Promise<number | undefined>;

/**
 * One limit: `max` requests of one caller in a minute.
 *
 * @param name unique in the application
 * @param callerOf who is counted; an address stands for its whole IPv6 network unless told otherwise
 */
export function createRateGate(
  app: FastifyInstance,
  name: string,
  max: number,
  callerOf: (request: FastifyRequest) => string = (request) => normalizeIP(request.ip),
): RateGate {
  const check = app.createRateLimit({
    max,
    timeWindow: WINDOW_MS,
    keyGenerator: (request) => `${name} ${callerOf(request)}`,
  });
  return async (request) => {
    const verdict = await check(request);
    if (verdict.isAllowed || !verdict.isExceeded) return undefined;
    return Math.max(1, verdict.ttlInSeconds);
  };
}
