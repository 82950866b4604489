import type { Logger } from "pino";
import type { LaneId } from "../domain/ids.ts";
import { createAlarms } from "./alarms.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Dispatcher } from "./contract.ts";

export interface InProcessOptions {
  /** Lanes running at once. A run mostly waits (for the portal's limiter, a vendor), so this may be in the hundreds. */
  readonly concurrency: number;
  readonly log: Logger;
  readonly clock?: Clock | undefined;
}

export interface InProcessDispatcher extends Dispatcher {
  /** Resolves when fewer lanes wait than may run: who takes wake-ups over from elsewhere leaves the rest to others. */
  room(): Promise<void>;
}

/**
 * Wake-ups inside one process, first come first served.
 * - Crash: waiting wake-ups are gone; the sweep at the next start finds their lanes due in SQL.
 * - Twice: while a lane waits they are one; while it runs, it runs once more afterwards.
 * - Before `start`: kept. After `close`: left to the sweep of the next process.
 */
export function createInProcessDispatcher(options: InProcessOptions): InProcessDispatcher {
  const { concurrency, log, clock = systemClock } = options;
  const waiting = new Set<LaneId>();
  const running = new Map<LaneId, Promise<void>>();
  const again = new Set<LaneId>();
  let hopeful: (() => void)[] = [];
  let run: ((lane: LaneId) => Promise<void>) | undefined;
  let closed = false;

  function wake(lane: LaneId): void {
    if (closed) return;
    if (running.has(lane)) again.add(lane);
    else waiting.add(lane);
    fill();
  }

  function fill(): void {
    if (!run) return;
    for (const lane of waiting) {
      if (running.size >= concurrency) return;
      waiting.delete(lane);
      running.set(lane, runOne(lane, run));
    }
  }

  const hasRoom = () => closed || waiting.size < concurrency;

  function tellRoom(): void {
    if (hopeful.length === 0 || !hasRoom()) return;
    for (const resolve of hopeful) resolve();
    hopeful = [];
  }

  async function runOne(lane: LaneId, work: (lane: LaneId) => Promise<void>): Promise<void> {
    // Not in the caller's stack: whoever wakes a lane does not wait for its first statements.
    await Promise.resolve();
    try {
      await work(lane);
    } catch (error) {
      log.error({ err: error, lane }, "A lane's run failed; the sweep tries it again");
    }
    running.delete(lane);
    if (again.delete(lane) && !closed) waiting.add(lane);
    if (!closed) fill();
    tellRoom();
  }

  const alarms = createAlarms(clock, wake);
  return {
    wake,
    wakeAt: (lane, at) => alarms.set(lane, at),
    room: () => (hasRoom() ? Promise.resolve() : new Promise((resolve) => hopeful.push(resolve))),
    async start(work) {
      run = work;
      fill();
    },
    async close() {
      closed = true;
      alarms.close();
      waiting.clear();
      tellRoom();
      await Promise.all(running.values());
    },
  };
}
