import type { LaneId } from "../domain/ids.ts";

/**
 * Wake-ups. They carry an id and no content; SQL holds the truth, so a lost wake-up costs time (until the sweep) and
 * no message.
 *
 * Promises, proved by one battery on every implementation: at least one run starts after every `wake`; at most one
 * run per lane at a time in this process (across processes the lease in SQL sees to it); a run that throws is logged
 * and swept up later; `close` waits for running lanes.
 */
export interface Dispatcher {
  /** Never throws and never waits for a broker: a wake-up that cannot be passed on is counted and left to the sweep. */
  wake(lane: LaneId): void;
  /** A hint for this process's timer; the due time in SQL is what counts. */
  wakeAt(lane: LaneId, at: Date): void;
  /** Starts running lanes. Called once. */
  start(run: (lane: LaneId) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}
