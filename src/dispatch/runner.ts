import type { Logger } from "pino";
import type { LaneId } from "../domain/ids.ts";
import type { LaneContents, LaneRepository } from "../store/contract/lanes.ts";
import { StoreUnavailable } from "../store/contract.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Dispatcher } from "./contract.ts";
import type { Leases } from "./leases.ts";
import { createQuietLog } from "./quiet-log.ts";

/** Works on a lane whose lease is `owner`'s. Answers when to come again, if there is more to do later. */
export type Drain = (lane: LaneId, owner: string, contents: LaneContents) => Promise<Date | undefined>;

export interface LaneRunnerOptions {
  readonly lanes: Pick<LaneRepository, "take" | "release">;
  readonly leases: Leases;
  readonly dispatcher: Pick<Dispatcher, "wake" | "wakeAt">;
  readonly drain: Drain;
  /** Rows to read of a lane when it is taken. */
  readonly readAhead: number;
  /** Runs the work as its portal's, so that portals share what there is fairly. Default: just runs it. */
  readonly inTurn?: ((lane: LaneId, work: () => Promise<void>) => Promise<void>) | undefined;
  readonly log: Logger;
  readonly clock?: Clock | undefined;
}

/** After a fault of ours: long enough not to spin, short enough that a passing one costs little. */
const AFTER_FAULT_MS = 15_000;
const AFTER_STORE_LOSS_MS = 1_000;

/**
 * Take the lease, drain, give it back, come again when there is more: what `Dispatcher.start` runs, whichever the
 * dispatcher is.
 * - Two runs of a lane in this process (a broker that gave up on the first): the second only makes the first come again.
 * - Held by another living process: nothing to do, what came is due in SQL, and the holder's `release` sees it.
 * - Database lost while taking or releasing: the lease may be ours without our knowing, and nobody else may take it as
 *   long as we live. It is owed, and given back after the next good heartbeat.
 * - Taken, but unreadable (a secret that no key opens any more): logged; owed in the same way, and tried again later.
 * - `drain` throws: a bug or a lost database; logged, tried again later.
 * - Killed: the lease runs out with its owner, the sweep finds the lane.
 */
export function createLaneRunner(options: LaneRunnerOptions): (lane: LaneId) => Promise<void> {
  const { lanes, leases, dispatcher, drain, readAhead, log, clock = systemClock } = options;
  const inTurn = options.inTurn ?? ((_lane, work) => work());
  const quiet = createQuietLog(log, clock);
  const running = new Set<LaneId>();
  const again = new Set<LaneId>();
  const owed = new Map<LaneId, Date | undefined>();

  leases.onBeat(async () => {
    for (const [lane, next] of [...owed]) {
      if (!running.has(lane)) await giveBack(lane, next);
    }
  });

  async function giveBack(lane: LaneId, next: Date | undefined): Promise<void> {
    try {
      const due = await lanes.release(lane, leases.owner, next);
      owed.delete(lane);
      if (due) dispatcher.wakeAt(lane, due);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      owed.set(lane, next);
      quiet(error, "A lane could not be given back; it will be with the next heartbeat");
    }
  }

  async function take(lane: LaneId): Promise<LaneContents | undefined> {
    try {
      return await lanes.take(lane, leases.owner, readAhead);
    } catch (error) {
      if (error instanceof StoreUnavailable) {
        owed.set(lane, new Date(clock.now()));
        quiet(error, "A lane could not be taken; it will be tried again");
        return undefined;
      }
      owed.set(lane, new Date(clock.now() + AFTER_FAULT_MS));
      log.error({ err: error, lane }, "A lane could not be read; it will be tried again");
      return undefined;
    }
  }

  async function drainSafely(lane: LaneId, contents: LaneContents): Promise<Date | undefined> {
    try {
      return await drain(lane, leases.owner, contents);
    } catch (error) {
      if (error instanceof StoreUnavailable) {
        quiet(error, "A lane's run lost the database; it will be tried again");
        return new Date(clock.now() + AFTER_STORE_LOSS_MS);
      }
      log.error({ err: error, lane }, "A lane's run failed; it will be tried again");
      return new Date(clock.now() + AFTER_FAULT_MS);
    }
  }

  async function runOnce(lane: LaneId): Promise<void> {
    const contents = await take(lane);
    if (!contents) return;
    owed.delete(lane);
    await giveBack(lane, await drainSafely(lane, contents));
  }

  return async (lane) => {
    if (running.has(lane)) {
      again.add(lane);
      return;
    }
    if (!leases.isAlive()) return;
    running.add(lane);
    try {
      await inTurn(lane, () => runOnce(lane));
    } finally {
      running.delete(lane);
      if (again.delete(lane)) dispatcher.wake(lane);
    }
  };
}
