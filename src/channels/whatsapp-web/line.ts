import type { CallClock } from "../contract/sessions.ts";

/**
 * What goes out over one account stands in a line: one at a time, in the order it came. The host's clock stands still
 * meanwhile. Who has stood there too long steps out, and all do when it closes, which is a certain answer: nothing of it was
 * begun, nor will be.
 */
export interface Line {
  /** @param steppedOut the answer of a work that is not begun; it never is then */
  stand<T>(clock: CallClock | undefined, steppedOut: (why: WhyOut) => T, work: () => Promise<T>): Promise<T>;
  close(): void;
  /** Aborted when it closes. */
  readonly closing: AbortSignal;
}

/** `long`: too many were before it. `closing`: the session lets nothing more in. */
export type WhyOut = "long" | "closing";

export function createLine(mostWaitMs: number): Line {
  const closed = new AbortController();
  const waiting = new Set<(why: WhyOut) => void>();
  let last: Promise<unknown> = Promise.resolve();

  return {
    closing: closed.signal,
    close() {
      closed.abort();
      for (const stepOut of waiting) stepOut("closing");
    },
    stand<T>(clock: CallClock | undefined, steppedOut: (why: WhyOut) => T, work: () => Promise<T>): Promise<T> {
      if (closed.signal.aborted) return Promise.resolve(steppedOut("closing"));
      const goOn = clock?.wait();
      const before = last;
      return new Promise<T>((resolve, reject) => {
        const stepOut = (why: WhyOut): void => {
          waiting.delete(stepOut);
          clearTimeout(tooLong);
          resolve(steppedOut(why));
        };
        const tooLong = setTimeout(stepOut, mostWaitMs, "long");
        waiting.add(stepOut);
        last = before.then(async () => {
          if (!waiting.delete(stepOut)) return;
          clearTimeout(tooLong);
          goOn?.();
          await work().then(resolve, reject);
        });
      });
    },
  };
}
