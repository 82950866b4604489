import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../../src/portal/clock.ts";

export interface VirtualClock extends Clock {
  /** Lets time pass, timer by timer, until the work is done. */
  run<Result>(work: Promise<Result>): Promise<Result>;
  /** Lets that much time pass. */
  advance(milliseconds: number): Promise<void>;
}

/** Time that only passes when nothing else can happen. */
export function createVirtualClock(start = Date.UTC(2026, 10, 21, 9, 0, 17)): VirtualClock {
  let time = start;
  let issued = 0;
  const timers = new Map<number, { readonly at: number; readonly action: () => void }>();

  function next(until: number): boolean {
    let first: [number, { readonly at: number; readonly action: () => void }] | undefined;
    for (const entry of timers)
      if (entry[1].at <= until && (first === undefined || entry[1].at < first[1].at)) first = entry;
    if (!first) return false;
    timers.delete(first[0]);
    time = Math.max(time, first[1].at);
    first[1].action();
    return true;
  }

  return {
    now: () => time,
    after(milliseconds, action) {
      issued += 1;
      const id = issued;
      timers.set(id, { at: time + milliseconds, action });
      return () => void timers.delete(id);
    },
    async run(work) {
      let done = false;
      const ended = work.finally(() => {
        done = true;
      });
      ended.catch(() => undefined);
      for (let idle = 0; !done; ) {
        await setImmediate();
        if (done) break;
        idle = next(Number.POSITIVE_INFINITY) ? 0 : idle + 1;
        if (idle > 100) throw new Error("Nothing is left to happen, and the work is not done");
      }
      return ended;
    },
    async advance(milliseconds) {
      const until = time + milliseconds;
      await setImmediate();
      while (next(until)) await setImmediate();
      time = until;
      await setImmediate();
    },
  };
}
