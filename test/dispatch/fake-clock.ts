import type { Clock } from "../../src/dispatch/clock.ts";

/** Time that stands still until it is told to go on. */
export interface FakeClock extends Clock {
  /** Moves on, running what falls due on the way and everything that follows from it without waiting. */
  advance(ms: number): Promise<void>;
}

export function createFakeClock(): FakeClock {
  let time = Date.UTC(2026, 0, 1);
  const timers = new Set<{ readonly at: number; readonly work: () => void }>();
  const settle = async () => {
    for (let n = 0; n < 20; n++) await Promise.resolve();
  };
  return {
    now: () => time,
    after(ms, work) {
      const timer = { at: time + ms, work };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async advance(ms) {
      const until = time + ms;
      for (;;) {
        await settle();
        const [next] = [...timers].filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at);
        if (!next) break;
        timers.delete(next);
        time = next.at;
        next.work();
      }
      time = until;
      await settle();
    },
  };
}
