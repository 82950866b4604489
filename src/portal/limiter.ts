import type { PortalId } from "../domain/ids.ts";

/**
 * One limiter per portal, shared by all processes on this address (the platform counts per portal and source address).
 * Two bounds: requests in a leaky bucket, and run time per method in ten one-minute buckets.
 * Source: the platform's limits page; its cloud defaults are the numbers below.
 *
 * Promises, proved by one battery on every implementation:
 * - what it grants never overflows the portal's own bucket, as long as nobody else uses it;
 * - under load at least 97 % of the steady rate is granted;
 * - a method whose budget is used up waits, other methods do not;
 * - reports of the portal are the truth; what is in flight is reserved until it reports, or until its ticket is too old
 *   (its process died), when it counts as spent;
 * - when it cannot be asked, nothing is granted.
 */
export interface RateLimiter {
  /** Asks for one request. Never waits itself. */
  acquire(portal: PortalId, request: SlotRequest): Promise<Slot>;
  /**
   * The request behind a ticket ended: its reservation goes, the portal's own figures take its place. `spent`: it may
   * have run although nothing was reported, so the estimate is booked.
   */
  settle(portal: PortalId, ticket: string, reports: readonly MethodReport[], spent: boolean): Promise<void>;
  /** The portal said "too much": no request before then, or none of that method. */
  penalise(portal: PortalId, milliseconds: number, method?: string): Promise<void>;
  close(): Promise<void>;
}

export interface SlotRequest {
  readonly costs: readonly MethodCost[];
  readonly level: PortalLevel;
}

export interface MethodCost {
  readonly method: string;
  /** Expected run time of all commands of this method together, milliseconds. */
  readonly estimatedMs: number;
}

/** What a portal's edition and tariff allow. The enterprise tariff has a burst of 250 and 5 a second. */
export interface PortalLevel {
  /** Places in the bucket. */
  readonly burst: number;
  /** How many leak out per second. */
  readonly perSecond: number;
  /** Run time per method and ten minutes, milliseconds. */
  readonly operatingMs: number;
}

export const STANDARD_LEVEL: PortalLevel = { burst: 50, perSecond: 2, operatingMs: 480_000 };

export type Slot =
  /** `used`: share of the bucket in use now, 0 to 1. */
  | { readonly kind: "granted"; readonly ticket: string; readonly used: number }
  /** Ask again after so many milliseconds. `method`: only that method is held up. */
  | {
      readonly kind: "wait";
      readonly milliseconds: number;
      readonly reason: "rate" | "operating" | "unavailable";
      readonly method?: string;
    };

/** What an answer said about a method's budget. */
export interface MethodReport {
  readonly method: string;
  /** Run time that counts against the method now. */
  readonly operatingMs: number;
}

/**
 * Places kept free of the bucket: requests that left in time may arrive closer together than they left, and the
 * portal's clock is not ours. Costs two requests of the first burst and nothing of the steady rate.
 */
export const BUCKET_MARGIN = 2;
/** Kept free of a method's budget: the call that crosses the line is cut off by the portal, so nothing may come near. */
export const OPERATING_MARGIN_MS = 4_000;
/** A one-minute bucket counts for ten minutes from its first call; one second more for clocks. */
export const WINDOW_MS = 601_000;
/** The platform ends a request at 60 s; an older ticket's process is dead. */
export const TICKET_MS = 90_000;
/** Held up by what is in flight only: ask again soon. */
export const IN_FLIGHT_RETRY_MS = 250;
/** A lower figure of a budget so soon after a higher one comes from an answer that was overtaken. */
export const LATECOMER_MS = 2_000;
