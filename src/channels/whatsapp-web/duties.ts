import { setTimeout as delay } from "node:timers/promises";

/**
 * Writes to the account's memory that must not be forgotten: that it must stop, that its profile is wiped.
 *
 * - The store is down: tried again until it takes them; meanwhile `isOpen` says so, and the account's state tells it.
 * - The session closes first: one last try. A crash of the process before that loses them, which the told state warns of.
 * - Twice under one name: the newer replaces the older.
 */
export interface Duties {
  /** Resolves after the first try. */
  add(name: string, work: () => Promise<void>): Promise<void>;
  isOpen(): boolean;
  /** Tries what is open once more, and then no more. */
  close(): Promise<void>;
}

const MOST_PAUSE_MS = 30_000;

/** @param settled called when the last open one was written after all */
export function createDuties(retryMs: number, settled: () => void): Duties {
  const open = new Map<string, () => Promise<void>>();
  const closed = new AbortController();
  let trying: Promise<void> | undefined;

  async function tryAll(): Promise<void> {
    for (const [name, work] of open) {
      try {
        await work();
        if (open.get(name) === work) open.delete(name);
      } catch {
        // It stays open.
      }
    }
  }

  async function keepTrying(): Promise<void> {
    for (let pause = retryMs; open.size > 0; pause = Math.min(pause * 2, MOST_PAUSE_MS)) {
      await delay(pause, undefined, { signal: closed.signal, ref: false }).catch(() => undefined);
      await tryAll();
      if (closed.signal.aborted) break;
    }
    trying = undefined;
    if (open.size === 0) settled();
  }

  return {
    async add(name, work) {
      open.set(name, work);
      await tryAll();
      if (open.size > 0) trying ??= keepTrying();
    },
    isOpen: () => open.size > 0,
    async close() {
      closed.abort();
      await trying;
    },
  };
}
