/** Time as dispatching uses it; tests bring their own. */
export interface Clock {
  /** Milliseconds since 1970, comparable with due times in SQL. */
  now(): number;
  /** Runs `work` once after so long; the answer calls it off. Does not keep the process alive. */
  after(ms: number, work: () => void): () => void;
}

/** The longest that a timer can wait; longer waits are cut and looked at again. */
export const LONGEST_WAIT_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, work) {
    const timer = setTimeout(work, Math.min(Math.max(ms, 0), LONGEST_WAIT_MS));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
