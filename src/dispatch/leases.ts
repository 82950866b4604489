import type { Logger } from "pino";
import type { LaneRepository } from "../store/contract/lanes.ts";
import { type Clock, systemClock } from "./clock.ts";
import { createQuietLog } from "./quiet-log.ts";

export interface LeasesOptions {
  readonly lanes: Pick<LaneRepository, "heartbeat" | "retire">;
  /** Names this process, never used before: a restarted process is another owner. */
  readonly owner: string;
  /** How long after the last heartbeat others may take our lanes. */
  readonly ttlMs: number;
  readonly log: Logger;
  readonly clock?: Clock | undefined;
}

/**
 * This process's life as others see it: one row, written every third of the ttl, however many lanes it holds.
 * - Heartbeat fails (database away): we count as alive until the ttl after the last good one began, then take no more
 *   lanes; what runs is stopped by `beginAttempt`, which asks the database.
 * - Process stopped and continued (SIGSTOP, sleep): the next heartbeat makes it live again; lanes taken meanwhile are
 *   another's, which `beginAttempt` and `release` know.
 * - Killed: the row stays and runs out. Closed: it goes at once.
 */
export interface Leases {
  readonly owner: string;
  /** First heartbeat; taking lanes works from then on. Never throws: a database that is away is tried again. */
  start(): Promise<void>;
  isAlive(): boolean;
  /** Called after every good heartbeat, when the database can be asked. */
  onBeat(listener: () => Promise<void>): void;
  close(): Promise<void>;
}

export function createLeases(options: LeasesOptions): Leases {
  const { lanes, owner, ttlMs, log, clock = systemClock } = options;
  const quiet = createQuietLog(log, clock);
  const listeners: (() => Promise<void>)[] = [];
  let aliveUntil = Number.NEGATIVE_INFINITY;
  let cancel = (): void => undefined;
  let beating: Promise<void> = Promise.resolve();
  let closed = false;

  async function beat(): Promise<void> {
    // Counted from before the call: the database may have written it at any time since.
    const began = clock.now();
    try {
      await lanes.heartbeat(owner, ttlMs);
      aliveUntil = began + ttlMs;
      for (const listener of listeners) await listener();
    } catch (error) {
      quiet(error, "This process could not tell the database that it lives");
    }
    if (closed) return;
    cancel = clock.after(ttlMs / 3, () => {
      beating = beat();
    });
  }

  return {
    owner,
    start() {
      beating = beat();
      return beating;
    },
    isAlive: () => !closed && clock.now() < aliveUntil,
    onBeat: (listener) => void listeners.push(listener),
    async close() {
      closed = true;
      cancel();
      await beating;
      try {
        await lanes.retire(owner);
      } catch (error) {
        quiet(error, "This process could not give its lanes back; others take them when its time is over");
      }
    },
  };
}
