/** The load generator as a process of its own: takes one job over IPC, answers one result, ends. See `support/load.ts`. */
import { Connection, webhookHead } from "./support/connection.ts";
import type { LoadJob, LoadResult } from "./support/load.ts";
import { SECRET_HEADER, telegramUpdate, textOf } from "./support/telegram-update.ts";

process.once("message", (job) => {
  run(job as LoadJob).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});

async function run(job: LoadJob): Promise<LoadResult> {
  const connections = await Promise.all(
    Array.from({ length: job.connections }, () => Connection.open(job.target.port)),
  );
  try {
    const { mode } = job;
    if (mode.kind === "open") return await openLoop(job, connections, mode.perSecond, mode.seconds);
    if (mode.kind === "closed") return await closedLoop(job, connections, mode.warmUpMs, mode.measureMs);
    return await everything(job, connections, mode.perConversation);
  } finally {
    for (const connection of connections) connection.close();
  }
}

const headOf = (job: LoadJob) => webhookHead(job.target.path, SECRET_HEADER, job.target.secret);

/** A conversation belongs to one connection: a vendor, too, sends the next update of a chat when the last was answered. */
const conversationsOf = (job: LoadJob, connection: number) =>
  Array.from({ length: job.conversations }, (_one, index) => index).filter(
    (index) => index % job.connections === connection,
  );

async function closedLoop(
  job: LoadJob,
  connections: readonly Connection[],
  warmUpMs: number,
  measureMs: number,
): Promise<LoadResult> {
  const head = headOf(job);
  const begin = performance.now();
  const measureFrom = begin + warmUpMs;
  const end = measureFrom + measureMs;
  const latencies: number[] = [];
  let next = job.firstMessage;
  let acceptedInAll = 0;
  let refused = 0;
  await Promise.all(
    connections.map(async (connection, number) => {
      const own = conversationsOf(job, number);
      for (let turn = 0; ; turn += 1) {
        const conversation = own[turn % own.length];
        const sent = performance.now();
        if (conversation === undefined || sent >= end) return;
        const id = next;
        next += 1;
        const status = await connection.post(head, telegramUpdate(conversation, id, textOf(conversation, id)));
        if (status === 200) acceptedInAll += 1;
        else refused += 1;
        const answered = performance.now();
        if (status === 200 && answered >= measureFrom && answered < end) latencies.push(answered - sent);
      }
    }),
  );
  return { accepted: latencies.length, acceptedInAll, refused, seconds: measureMs / 1000, latencies };
}

/**
 * Due times stand fixed before the first request. A request that finds no free connection, or a generator that was late,
 * starts later, but its latency counts from the due time: a server that stalls cannot hide it by holding requests back.
 */
async function openLoop(
  job: LoadJob,
  connections: readonly Connection[],
  perSecond: number,
  seconds: number,
): Promise<LoadResult> {
  const head = headOf(job);
  const total = Math.round(perSecond * seconds);
  const begin = performance.now() + 50;
  const latencies: number[] = [];
  const waiting: number[] = [];
  const free = [...connections];
  let started = 0;
  let refused = 0;
  await new Promise<void>((resolve, reject) => {
    const start = (connection: Connection, index: number): void => {
      const conversation = index % job.conversations;
      const id = job.firstMessage + index;
      connection.post(head, telegramUpdate(conversation, id, textOf(conversation, id))).then((status) => {
        if (status === 200) latencies.push(performance.now() - (begin + (index * 1000) / perSecond));
        else refused += 1;
        const next = waiting.shift();
        if (next === undefined) free.push(connection);
        else start(connection, next);
        if (latencies.length + refused === total) resolve();
      }, reject);
    };
    const tick = (): void => {
      const due = Math.min(total, Math.floor(((performance.now() - begin) * perSecond) / 1000) + 1);
      for (; started < due; started += 1) {
        const connection = free.pop();
        if (connection) start(connection, started);
        else waiting.push(started);
      }
      if (started < total) setTimeout(tick, 1);
    };
    tick();
  });
  return { accepted: latencies.length, acceptedInAll: latencies.length, refused, seconds, latencies };
}

async function everything(
  job: LoadJob,
  connections: readonly Connection[],
  perConversation: number,
): Promise<LoadResult> {
  const head = headOf(job);
  const begin = performance.now();
  const latencies: number[] = [];
  let refused = 0;
  await Promise.all(
    connections.map(async (connection, number) => {
      const own = conversationsOf(job, number);
      for (let turn = 0; turn < perConversation; turn += 1) {
        for (const conversation of own) {
          const id = job.firstMessage + conversation * perConversation + turn;
          const body = telegramUpdate(conversation, id, textOf(conversation, turn));
          const sent = performance.now();
          while ((await connection.post(head, body)) !== 200) refused += 1;
          latencies.push(performance.now() - sent);
        }
      }
    }),
  );
  const seconds = (performance.now() - begin) / 1000;
  return { accepted: latencies.length, acceptedInAll: latencies.length, refused, seconds, latencies };
}
