import rateLimit, { normalizeIP } from "@fastify/rate-limit";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { type Count, type Counts, type CountsSettings, createCounts } from "./counts.ts";

/** Rate limits for the doors that anybody may knock at, by one counting for all of them (`counts.ts`). */
const WINDOW_MS = 60_000;

/** What the plugin tells of the route that has a limit of its own; nothing of one that is asked by hand. */
const limitedRoute = z.object({ routeInfo: z.object({ method: z.unknown().optional(), url: z.string().optional() }) });

/** For the whole application, once: plugins of a scope inherit it and cannot replace it. */
export async function registerRateLimits(app: FastifyInstance, settings: CountsSettings = {}): Promise<void> {
  const all = createCounts(settings);

  class Store {
    readonly counts: Counts;
    constructor(counts: unknown) {
      this.counts = isCounts(counts) ? counts : all.child("");
    }
    incr(key: string, done: (error: Error | null, count?: Count) => void, windowMs: number): void {
      void this.counts.count(key, windowMs).then((count) => done(null, count));
    }
    child(options: object): Store {
      const { method, url } = limitedRoute.parse(options).routeInfo;
      return new Store(all.child(url === undefined ? "" : `${String(method)} ${url} `));
    }
  }
  await app.register(rateLimit, { global: false, store: Store });
}

/** The plugin makes the first one by its own options. */
const isCounts = (made: unknown): made is Counts => typeof made === "object" && made !== null && "look" in made;

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
