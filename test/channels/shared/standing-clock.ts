import { setImmediate } from "node:timers/promises";
import type { Pacer } from "../../../src/channels/contract/pacing.ts";
import { createMemoryPacer } from "../../../src/pacing/memory.ts";
import { createTestClock } from "../../contract/pacer.ts";

/** Real time that a call may take: how busy the test machine is says nothing of a vendor's limits. */
export const PATIENT_MS = 50_000;

/**
 * A pacer and its clock for measuring a vendor's limits: the clock stands still while calls are under way, so that the figures
 * are the limits' own and not the test machine's.
 */
export function standingClock() {
  let underWay = 0;
  const clock = createTestClock(async () => {
    for (let quiet = 0; quiet < 3; quiet += 1) {
      await setImmediate();
      if (underWay > 0) quiet = -1;
    }
  });
  const inner = createMemoryPacer(clock);
  const pacer: Pacer = {
    ...inner,
    turn: async (...given) => {
      await inner.turn(...given);
      underWay += 1;
    },
  };
  return {
    clock,
    pacer,
    /** One message, of one call at most. */
    async call<Outcome>(send: () => Promise<Outcome>): Promise<Outcome> {
      try {
        return await send();
      } finally {
        // Who got no turn is not under way.
        if (underWay > 0) underWay -= 1;
      }
    },
    /** Lets time go on by that much at once until all of it is done, or one of it fails; answers the milliseconds that it took. */
    async until(work: readonly Promise<unknown>[], stepMs: number): Promise<number> {
      const begin = clock.now();
      let done = false;
      const all = Promise.all(work).finally(() => {
        done = true;
      });
      while (!done) await clock.advance(stepMs);
      await all;
      return clock.now() - begin;
    },
  };
}
