import { Queue, Worker } from "bullmq";
import { Redis, type RedisOptions } from "ioredis";
import type { Logger } from "pino";
import { type LaneId, parseLane } from "../domain/ids.ts";
import { createAlarms } from "./alarms.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Dispatcher } from "./contract.ts";
import { createInProcessDispatcher } from "./in-process.ts";
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

const QUEUE = "portals";
/** A killed worker's jobs come back after about the sum of the two; the lease in SQL decides whether lanes may run. */
const LOCK_MS = 10_000;
const STALLED_CHECK_MS = 5_000;
/** Jobs only hand lanes over, so a few at once are plenty. */
const JOBS_AT_ONCE = 8;
/** Lanes taken over at a time. */
const HANDFUL = 200;
/** A forgotten set of lanes is no use to anybody: the sweep has long found them. */
const FORGET_S = 3_600;
const ANSWER_WITHIN_MS = 2_000;
const CLOSE_WITHIN_MS = 5_000;
const reconnect = (times: number) => Math.min(times * 100, 1_000);

/**
 * Wake-ups through Redis, for several processes. A process that never calls `start` only passes wake-ups on; one that
 * runs lanes keeps its own to itself.
 *
 * The lanes of a portal stand in a set of its own, and one job names the portal: a flood of one portal is one job that
 * is waiting, however many lanes it has, so that nobody stands behind it. Whoever gets the job takes the lanes over and
 * runs them here.
 * - Redis away: a wake-up fails at once (no queue in memory), is counted, and its lane is swept up later. Redis back,
 *   even empty: workers and producers reconnect within a second or so, and the sweep brings what was lost.
 * - Worker killed: lanes that it had taken over and not begun are due in SQL and swept up; those it held come back when
 *   its lease runs out.
 * - Twice: while a lane waits they are one; while it runs, the last one is kept and runs afterwards.
 * - Between setting the lanes down and naming the portal: the lanes stay in the set for the portal's next job, and the
 *   sweep is quicker.
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

  /** Portals whose wake-ups are on their way to Redis, with the lanes that came meanwhile. */
  const passing = new Map<string, Set<LaneId>>();
  const local = createInProcessDispatcher({ concurrency, log, clock });
  let consumer: { readonly worker: Worker<WakeUp>; readonly connection: Redis } | undefined;
  let closed = false;
  let closing: Promise<void> | undefined;

  function wake(lane: LaneId): void {
    if (closed) return;
    if (consumer) {
      local.wake(lane);
      return;
    }
    const portal = parseLane(lane)?.portal;
    if (portal === undefined) {
      log.warn({ lane }, "A wake-up for something that is no lane was dropped");
      return;
    }
    const next = passing.get(portal);
    if (next) {
      next.add(lane);
      return;
    }
    passing.set(portal, new Set());
    void pass(portal, [lane]);
  }

  async function pass(portal: string, lanes: readonly LaneId[]): Promise<void> {
    try {
      const open = await openQueue();
      await producer
        .pipeline()
        .sadd(setOf(portal), ...lanes)
        .expire(setOf(portal), FORGET_S)
        .exec();
      // BullMQ builds its keys with ":".
      const deduplication = { id: portal.replaceAll(":", "-"), keepLastIfActive: true };
      await open.add("wake", { portal }, { deduplication });
    } catch (error) {
      if (!closed) {
        for (const _lane of lanes) onLostWakeUp?.();
        quiet(error, "Wake-ups could not be passed on; the sweep will find their lanes");
      }
    }
    const next = passing.get(portal);
    if (next && next.size > 0) {
      passing.set(portal, new Set());
      void pass(portal, [...next]);
    } else passing.delete(portal);
  }

  const setOf = (portal: string) => `${prefix}:woken:${portal}`;

  async function takeOver(connection: Redis, portal: string): Promise<void> {
    for (;;) {
      await local.room();
      const lanes = closed ? [] : await connection.spop(setOf(portal), HANDFUL);
      for (const lane of lanes) if (parseLane(lane)) local.wake(lane as LaneId);
      if (lanes.length < HANDFUL) return;
    }
  }

  const alarms = createAlarms(clock, wake);
  return {
    wake,
    wakeAt: (lane, at) => alarms.set(lane, at),

    async start(run) {
      const connection = redis(redisUrl, { maxRetriesPerRequest: null }, onError);
      const worker = new Worker<WakeUp>(QUEUE, (job) => takeOver(connection, String(job.data.portal)), {
        connection,
        prefix,
        concurrency: JOBS_AT_ONCE,
        lockDuration: LOCK_MS,
        stalledInterval: STALLED_CHECK_MS,
        // Whether a lane may be tried again is for SQL to say, not for a counter here.
        maxStalledCount: Number.MAX_SAFE_INTEGER,
      });
      worker.on("error", onError);
      await local.start(run);
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
      await local.close();
      await withinTime(leaving ?? worker.close(true), CLOSE_WITHIN_MS);
      connection.disconnect();
    }
    if (queue !== undefined)
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
  readonly portal: string;
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
