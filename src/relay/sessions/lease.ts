import type { Logger } from "../../log/log.ts";
import type { LockRepository } from "../../store/contract/locks.ts";

export interface LeaseDeps {
  readonly locks: LockRepository;
  readonly owner: string;
  readonly log: Pick<Logger, "warn" | "error">;
}

/**
 * One process's hold on something, renewed at a third of its life. Whoever cannot renew in time (database away, process
 * stood still) knows by its own clock that the hold is over, before anybody else can take it.
 */
export interface Lease {
  take(): Promise<boolean>;
  isHeld(): boolean;
  /** Called once, when the hold is over without having been given back. */
  onLost(listener: () => void): void;
  giveBack(): Promise<void>;
  /** Not prolonged any more and not given back: it ends by itself. */
  abandon(): void;
}

export function createLeaseOf(deps: LeaseDeps, name: string, ttlMs: number): Lease {
  let until = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let lost = (): void => undefined;
  let over = false;

  const plan = (): void => {
    timer = setTimeout(() => void renew(), ttlMs / 3);
  };

  async function renew(): Promise<void> {
    // Counted from before the call: the database may have written it at any time since.
    const began = performance.now();
    try {
      if (!(await deps.locks.renew(name, deps.owner, ttlMs))) return end();
      until = began + ttlMs;
    } catch (error) {
      deps.log.warn({ err: error, lock: name }, "a lock could not be prolonged");
      // Two thirds of its life are left at the first failure; the last try ends with it.
      if (performance.now() + ttlMs / 3 >= until) return end();
    }
    if (!over) plan();
  }

  function end(): void {
    until = Number.NEGATIVE_INFINITY;
    if (!over) lost();
  }

  return {
    async take() {
      const began = performance.now();
      if (!(await deps.locks.acquire(name, deps.owner, ttlMs))) return false;
      until = began + ttlMs;
      plan();
      return true;
    },
    isHeld: () => !over && performance.now() < until,
    onLost: (listener) => {
      lost = listener;
    },
    async giveBack() {
      over = true;
      clearTimeout(timer);
      try {
        await deps.locks.release(name, deps.owner);
      } catch (error) {
        deps.log.warn({ err: error, lock: name }, "a lock could not be given back; it ends by itself");
      }
    },
    abandon() {
      over = true;
      clearTimeout(timer);
    },
  };
}
