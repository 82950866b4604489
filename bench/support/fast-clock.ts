/**
 * A clock for waits of many minutes: it runs at the real pace while something happens, and `speed` times as fast while
 * `isIdle` says so. So work takes no longer on it than it really does, and waiting costs little. Fits every
 * clock of the product.
 */
export interface FastClock {
  now(): number;
  after(milliseconds: number, work: () => void): () => void;
  sleep(milliseconds: number): Promise<void>;
  stop(): void;
}

const TICK_MS = 2;
/** An event loop that stood still longer was at work, not idle. */
const STALL_MS = 30;

export function createFastClock(speed: number, isIdle: () => boolean): FastClock {
  const timers = new Map<symbol, { readonly at: number; readonly work: () => void }>();
  let virtual = Date.now();
  let real = performance.now();
  const now = (): number => {
    const passed = performance.now() - real;
    real += passed;
    virtual += passed * (passed < STALL_MS && isIdle() ? speed : 1);
    return Math.floor(virtual);
  };
  const after = (milliseconds: number, work: () => void) => {
    const key = Symbol("timer");
    timers.set(key, { at: now() + milliseconds, work });
    return () => void timers.delete(key);
  };
  const tick = setInterval(() => {
    const time = now();
    const due = [...timers].filter(([, timer]) => timer.at <= time).sort(([, a], [, b]) => a.at - b.at);
    for (const [key, timer] of due) if (timers.delete(key)) timer.work();
  }, TICK_MS);
  return {
    now,
    after,
    sleep: (milliseconds) => new Promise((resolve) => void after(milliseconds, resolve)),
    stop: () => clearInterval(tick),
  };
}

/** Tells when nothing was under way for a while: calls of the watched objects that have not ended, and `touch`. */
export interface Activity {
  touch(): void;
  quietFor(milliseconds: number): boolean;
  /** The same object, whose asynchronous methods count as activity while they run. */
  watch<T extends object>(target: T): T;
}

export function createActivity(): Activity {
  let last = performance.now();
  let underWay = 0;
  const touch = (): void => {
    last = performance.now();
  };
  const follow = async (work: Promise<unknown>): Promise<unknown> => {
    underWay += 1;
    try {
      return await work;
    } finally {
      underWay -= 1;
      touch();
    }
  };
  return {
    touch,
    quietFor: (milliseconds) => underWay === 0 && performance.now() - last > milliseconds,
    watch: (target) =>
      new Proxy(target, {
        get(object, key, receiver) {
          const value: unknown = Reflect.get(object, key, receiver);
          if (typeof value !== "function") return value;
          return (...args: unknown[]) => {
            const result: unknown = Reflect.apply(value, object, args);
            return result instanceof Promise ? follow(result) : result;
          };
        },
      }),
  };
}
