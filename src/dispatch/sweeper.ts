import type { Logger } from "pino";
import type { LaneRepository } from "../store/contract/lanes.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Dispatcher } from "./contract.ts";
import { createQuietLog } from "./quiet-log.ts";

export interface SweeperOptions {
  readonly lanes: Pick<LaneRepository, "due">;
  readonly dispatcher: Pick<Dispatcher, "wake">;
  /** From the end of one sweep to the beginning of the next. */
  readonly intervalMs: number;
  /** Lanes woken by one sweep, oldest first. Default 1000. */
  readonly limit?: number | undefined;
  readonly log: Logger;
  readonly clock?: Clock | undefined;
}

/**
 * The safety net below the wake-ups: what is due in SQL is woken again, at the start and ever after. Whatever loses a
 * wake-up (a crash, Redis coming back empty, a dead owner) costs at most one interval. Several sweepers do no harm:
 * wake-ups of a lane merge, and the lease lets one run.
 */
export interface Sweeper {
  /** Sweeps at once, then periodically. */
  start(): void;
  /** Waits for a sweep that is under way. */
  stop(): Promise<void>;
}

export function createSweeper(options: SweeperOptions): Sweeper {
  const { lanes, dispatcher, intervalMs, limit = 1000, log, clock = systemClock } = options;
  const quiet = createQuietLog(log, clock);
  let stopped = false;
  let sweeping: Promise<void> = Promise.resolve();
  let cancel = (): void => undefined;

  async function sweep(): Promise<void> {
    try {
      for (const lane of await lanes.due(new Date(clock.now()), limit)) dispatcher.wake(lane);
    } catch (error) {
      quiet(error, "The sweep for due lanes could not ask the database");
    }
    if (stopped) return;
    cancel = clock.after(intervalMs, () => {
      sweeping = sweep();
    });
  }

  return {
    start() {
      sweeping = sweep();
    },
    async stop() {
      stopped = true;
      cancel();
      await sweeping;
    },
  };
}
