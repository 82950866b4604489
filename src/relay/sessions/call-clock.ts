import type { CallClock } from "../../channels/contract/sessions.ts";

/** The time of one call: what the session works on it, and what the call waits in the session's own line, each limited. */
export interface RunningClock extends CallClock {
  /** Resolves when either limit is over; never after `stop`. */
  readonly expired: Promise<void>;
  stop(): void;
}

/**
 * Two stop watches of which one runs. Waits that overlap count as one; letting the clock run on twice is done once.
 * @param limitMs for the work
 * @param lineMs for all waiting together
 */
export function createCallClock(limitMs: number, lineMs: number): RunningClock {
  let expire: () => void = () => undefined;
  const expired = new Promise<void>((resolve) => {
    expire = resolve;
  });
  const left = { work: limitMs, line: lineMs };
  let running: keyof typeof left = "work";
  let since = performance.now();
  let timer = startTimer();
  let waits = 0;
  let stopped = false;

  function startTimer(): NodeJS.Timeout {
    const started = setTimeout(expire, Math.max(left[running], 0));
    started.unref();
    return started;
  }

  function turnTo(next: keyof typeof left): void {
    if (stopped || next === running) return;
    clearTimeout(timer);
    const now = performance.now();
    left[running] -= now - since;
    since = now;
    running = next;
    timer = startTimer();
  }

  return {
    expired,
    wait() {
      waits += 1;
      turnTo("line");
      let over = false;
      return () => {
        if (over) return;
        over = true;
        waits -= 1;
        if (waits === 0) turnTo("work");
      };
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
