import type { Logger } from "../log/log.ts";
import type { LockRepository } from "../store/contract/locks.ts";

export interface LockDeps {
  readonly locks: LockRepository;
  /** Names this process. */
  readonly owner: string;
  readonly log: Pick<Logger, "warn">;
}

export type Locked<Result> = { readonly kind: "done"; readonly value: Result } | { readonly kind: "busy" };

/**
 * Does what one process at a time may do, and prolongs the lock while it works. A killed process frees it after `ttlMs`.
 * One that only stood still may find itself beside another: the work must bear that.
 */
export async function withLock<Result>(
  deps: LockDeps,
  name: string,
  ttlMs: number,
  work: () => Promise<Result>,
): Promise<Locked<Result>> {
  if (!(await deps.locks.acquire(name, deps.owner, ttlMs))) return { kind: "busy" };
  const prolong = setInterval(() => {
    deps.locks
      .renew(name, deps.owner, ttlMs)
      .catch((error: unknown) => deps.log.warn({ err: error, lock: name }, "A lock could not be prolonged"));
  }, ttlMs / 3);
  try {
    return { kind: "done", value: await work() };
  } finally {
    clearInterval(prolong);
    await deps.locks.release(name, deps.owner);
  }
}
