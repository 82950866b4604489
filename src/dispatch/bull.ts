import { Queue, Worker } from "bullmq";
import { Redis, type RedisOptions } from "ioredis";
import type { Logger } from "pino";
import { type LaneId, parseLane } from "../domain/ids.ts";
import { createAlarms } from "./alarms.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Dispatcher } from "./contract.ts";
import { createQuietLog } from "./quiet-log.ts";

export interface BullOptions {
  readonly redisUrl: string;
  /** Lanes running at once in this process. */
  readonly concurrency: number;
  readonly log: Logger;
  /** Counts wake-ups that were left to the sweep. */
  readonly onLostWakeUp?: (() => void) | undefined;
  /** Keeps several installations on one Redis apart. Default `threadline`. */
  readonly prefix?: string | undefined;
  readonly clock?: Clock | undefined;
}

const QUEUE = "lanes";
/** A killed worker's jobs come back after about the sum of the two; the lease in SQL decides whether they may run. */
const LOCK_MS = 10_000;
const STALLED_CHECK_MS = 5_000;
const ANSWER_WITHIN_MS = 2_000;
const CLOSE_WITHIN_MS = 5_000;
const reconnect = (times: number) => Math.min(times * 100, 1_000);

/**
 * Wake-ups through Redis, for several processes. A process that never calls `start` only passes wake-ups on.
 * - Redis away: a wake-up fails at once (no queue in memory), is counted, and its lane is swept up later. Redis back,
 *   even empty: workers and producers reconnect within a second or so, and the sweep brings what was lost.
 * - Worker killed: its jobs run again after at most `LOCK_MS + STALLED_CHECK_MS`.
 * - Twice: while a lane waits they are one; while it runs, the last one is kept and runs afterwards.
 * - An event loop that stood still longer than `LOCK_MS`: the job may start a second time beside the first; the runner
 *   and the lease in SQL let only one work.
 */
export function createBullDispatcher(options: BullOptions): Dispatcher {
  const { redisUrl, concurrency, log, onLostWakeUp, prefix = "threadline", clock = systemClock } = options;
  const quiet = createQuietLog(log, clock);
  const onError = (error: Error) =>
    quiet(error, "Redis cannot be asked; conversations move by the sweep alone until it is back");

  const producer = redis(
    redisUrl,
    { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: ANSWER_WITHIN_MS },
    onError,
  );
  const connectedOnce = firstAnswer(producer);
  let queue: Promise<Queue<WakeUp>> | undefined;

  /** A queue whose first words with Redis went wrong stays useless, so it is made when Redis answers, and made again then. */
  async function openQueue(): Promise<Queue<WakeUp>> {
    await connectedOnce;
    if (producer.status !== "ready") throw new Error("Redis is not connected");
    queue ??= makeQueue();
    const made = queue;
    try {
      return await made;
    } catch (error) {
      if (queue === made) queue = undefined;
      throw error;
    }
  }

  async function makeQueue(): Promise<Queue<WakeUp>> {
    const made = new Queue<WakeUp>(QUEUE, {
      connection: producer,
      prefix,
      streams: { events: { maxLen: 100 } },
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    });
    made.on("error", onError);
    await made.waitUntilReady();
    return made;
  }

  /** Lanes whose wake-up is on its way to Redis; `true` when another one came meanwhile. Bounds what piles up here. */
  const passing = new Map<LaneId, boolean>();
  const runs = new Set<Promise<void>>();
  let consumer: { readonly worker: Worker<WakeUp>; readonly connection: Redis } | undefined;
  let closed = false;
  let closing: Promise<void> | undefined;

  function wake(lane: LaneId): void {
    if (closed) return;
    if (passing.has(lane)) {
      passing.set(lane, true);
      return;
    }
    passing.set(lane, false);
    void pass(lane);
  }

  async function pass(lane: LaneId): Promise<void> {
    try {
      const open = await openQueue();
      // BullMQ builds its keys with ":".
      await open.add("wake", { lane }, { deduplication: { id: lane.replaceAll(":", "-"), keepLastIfActive: true } });
    } catch (error) {
      if (!closed) {
        onLostWakeUp?.();
        quiet(error, "A wake-up could not be passed on; the sweep will find its lane");
      }
    }
    const another = passing.get(lane);
    passing.delete(lane);
    if (another) wake(lane);
  }

  async function work(run: (lane: LaneId) => Promise<void>, lane: string): Promise<void> {
    if (!parseLane(lane)) {
      log.warn({ lane }, "A wake-up for something that is no lane was dropped");
      return;
    }
    try {
      await run(lane as LaneId);
    } catch (error) {
      log.error({ err: error, lane }, "A lane's run failed; the sweep tries it again");
    }
  }

  const alarms = createAlarms(clock, wake);
  return {
    wake,
    wakeAt: (lane, at) => alarms.set(lane, at),

    async start(run) {
      const connection = redis(redisUrl, { maxRetriesPerRequest: null }, onError);
      const worker = new Worker<WakeUp>(
        QUEUE,
        (job) => {
          const running = work(run, String(job.data.lane));
          runs.add(running);
          return running.finally(() => runs.delete(running));
        },
        {
          connection,
          prefix,
          concurrency,
          lockDuration: LOCK_MS,
          stalledInterval: STALLED_CHECK_MS,
          // Whether a lane may be tried again is for SQL to say, not for a counter here.
          maxStalledCount: Number.MAX_SAFE_INTEGER,
        },
      );
      worker.on("error", onError);
      consumer = { worker, connection };
    },

    close() {
      closing ??= close();
      return closing;
    },
  };

  async function close(): Promise<void> {
    closed = true;
    alarms.close();
    if (consumer) {
      const { worker, connection } = consumer;
      // Without Redis the worker cannot say goodbye; its jobs are then found stalled.
      const leaving = connection.status === "ready" ? worker.close() : undefined;
      await Promise.all(runs);
      await withinTime(leaving ?? worker.close(true), CLOSE_WITHIN_MS);
      connection.disconnect();
    }
    if (queue)
      await withinTime(
        queue.then((made) => made.close()),
        CLOSE_WITHIN_MS,
      );
    producer.disconnect();
  }

  async function withinTime(leaving: Promise<void>, ms: number): Promise<void> {
    const timeout = Promise.withResolvers<void>();
    const timer = setTimeout(timeout.resolve, ms);
    try {
      await Promise.race([leaving, timeout.promise]);
    } catch (error) {
      quiet(error, "Leaving Redis did not go cleanly");
    } finally {
      clearTimeout(timer);
    }
  }
}

interface WakeUp {
  readonly lane: string;
}

/** Settles when the first attempt to connect did, either way. */
function firstAnswer(connection: Redis): Promise<void> {
  const settled = Promise.withResolvers<void>();
  connection.once("ready", settled.resolve);
  connection.once("close", settled.resolve);
  return settled.promise;
}

type Waiting = Pick<RedisOptions, "enableOfflineQueue" | "maxRetriesPerRequest" | "commandTimeout">;

function redis(url: string, options: Waiting, onError: (error: Error) => void): Redis {
  const connection = new Redis(url, { ...options, retryStrategy: reconnect });
  connection.on("error", onError);
  return connection;
}
