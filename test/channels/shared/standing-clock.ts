import { AsyncLocalStorage } from "node:async_hooks";
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
  const message = new AsyncLocalStorage<{ hasTurn: boolean; isOver: boolean }>();
  const clock = createTestClock(async () => {
    for (let quiet = 0; quiet < 3; quiet += 1) {
      await setImmediate();
      if (underWay > 0) quiet = -1;
    }
  });
  const leave = (mine: { hasTurn: boolean }) => {
    if (mine.hasTurn) underWay -= 1;
    mine.hasTurn = false;
  };
  const inner = createMemoryPacer(clock);
  const pacer: Pacer = {
    ...inner,
    turn: async (...given) => {
      const mine = message.getStore();
      // A message of several calls waits for its next turn: time has to go on.
      if (mine?.hasTurn) leave(mine);
      await inner.turn(...given);
      if (!mine || mine.isOver) return;
      mine.hasTurn = true;
      underWay += 1;
    },
  };
  return {
    clock,
    pacer,
    /** One message: under way from its first turn on. Who got none is not. */
    async call<Outcome>(send: () => Promise<Outcome>): Promise<Outcome> {
      const mine = { hasTurn: false, isOver: false };
      try {
        return await message.run(mine, send);
      } finally {
        mine.isOver = true;
        leave(mine);
      }
    },
    /** Lets time go on by that much at once until all of it is done, or one of it fails; answers the milliseconds that it took. */
    async until(work: readonly Promise<unknown>[], stepMs: number): Promise<number> {
      const begin = clock.now();
      let done = false;
      const all = Promise.all(work).finally(() => {
        done = true;
      });
      // What fails is told when the time has stopped.
      all.catch(() => undefined);
      while (!done) await clock.advance(stepMs);
      await all;
      return clock.now() - begin;
    },
  };
}
