import type { Redis } from "ioredis";
import type { Config } from "../config/config.ts";
import type { Logger } from "../log/log.ts";
import type { Metrics } from "../log/metrics.ts";
import type { Store } from "../store/contract.ts";
import type { Closers } from "./process.ts";

/** What every part of the application is made with. */
export interface Base extends Pick<Closers, "onClose"> {
  readonly config: Config;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly secretKey: string;
  readonly store: Store;
  /** Name of this process: leases, locks and standing connections are held under it. */
  readonly owner: string;
  /** For limiters and pacers; absent without `REDIS_URL`. */
  readonly redis: Redis | undefined;
  readonly now: () => Date;
  /** Absolute path of a file of the application. */
  readonly inRoot: (path: string) => string;
}
