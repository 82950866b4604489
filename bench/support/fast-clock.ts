/** A clock that runs `speed` times as fast as the real one, for waits of many minutes. Fits every clock of the product. */
export interface FastClock {
  now(): number;
  after(milliseconds: number, work: () => void): () => void;
  sleep(milliseconds: number): Promise<void>;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createFastClock(speed: number): FastClock {
  const begin = performance.now();
  const epoch = Date.now();
  const after = (milliseconds: number, work: () => void) => {
    const timer = setTimeout(work, Math.min(LONGEST_TIMER_MS, Math.max(0, milliseconds / speed)));
    return () => clearTimeout(timer);
  };
  return {
    now: () => Math.floor(epoch + (performance.now() - begin) * speed),
    after,
    sleep: (milliseconds) => new Promise((resolve) => void after(milliseconds, resolve)),
  };
}
