import { Redis } from "ioredis";
import type { Logger } from "../log/log.ts";

type Close = () => Promise<unknown> | unknown;

/** What must be closed at the end, the youngest first. */
export interface Closers {
  readonly onClose: (close: Close) => void;
  /** Closes everything once, at the first SIGTERM or SIGINT, and ends the process; a part that fails does not stop the others. */
  stopOnSignals(log: Logger): void;
}

export function createClosers(): Closers {
  const closers: Close[] = [];

  async function closeAll(log: Logger): Promise<void> {
    for (const close of closers) {
      try {
        await close();
      } catch (error) {
        log.error({ err: error }, "A part did not stop cleanly");
      }
    }
    process.exit(0);
  }

  return {
    onClose: (close) => void closers.unshift(close),
    stopOnSignals(log) {
      let stopping = false;
      const stop = (signal: string): void => {
        if (stopping) return;
        stopping = true;
        log.info({ signal }, "Stopping");
        void closeAll(log);
      };
      process.once("SIGTERM", () => stop("SIGTERM"));
      process.once("SIGINT", () => stop("SIGINT"));
    },
  };
}

/** For limiters: a call must fail quickly while Redis is away, not queue up. */
export function connectRedis(url: string, log: Logger): Redis {
  const redis = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 2_000 });
  let said = 0;
  redis.on("error", (error) => {
    if (Date.now() - said < 30_000) return;
    said = Date.now();
    log.warn({ err: error }, "Redis cannot be reached; calls to portals wait for it");
  });
  return redis;
}
