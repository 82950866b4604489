/**
 * One side of the webhook comparison as a process: `ours` or `bare`.
 *
 *   node bench/webhook-server.ts ours|bare --data-dir DIR [--database-url URL --redis-url URL]
 *
 * `ours` is the server of ROLE=web as `src/main.ts` composes it, as far as a webhook meets it: the Fastify factory with
 * its hooks and logger, the channel route, account cache, Telegram's adapter, acceptor, store and dispatcher. A line is
 * connected, so every accept also writes its lane as due and passes a wake-up on (into Redis with PostgreSQL); no worker
 * takes it.
 *
 * `bare` is what one would write in five lines: Fastify, its own JSON parser, the secret compared, one INSERT by the
 * driver itself, without a query builder: a named prepared statement on PostgreSQL, `query` on the built-in database.
 * The pool has as many connections as ours.
 *
 * Answers over IPC: `{port, path, secret}` once it listens, then to every message the rows written and the processor time
 * used so far.
 */
import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import { PGlite } from "@electric-sql/pglite";
import Fastify from "fastify";
import pg from "pg";
import { registerChannels } from "../handlers/channels.ts";
import { createTelegramAdapter } from "../src/channels/telegram/adapter.ts";
import { createBullDispatcher } from "../src/dispatch/bull.ts";
import { createInProcessDispatcher } from "../src/dispatch/in-process.ts";
import { portalId } from "../src/domain/ids.ts";
import { createLogger } from "../src/log/log.ts";
import { createMetrics } from "../src/log/metrics.ts";
import { createMemoryPacer } from "../src/pacing/memory.ts";
import { createInboundAcceptor } from "../src/relay/accept-inbound.ts";
import { createAccountCache } from "../src/relay/account-cache.ts";
import { NO_NEWS } from "../src/relay/news.ts";
import { createTally } from "../src/relay/tally.ts";
import { buildApp } from "../src/server/app.ts";
import { openStore } from "../src/store/open-store.ts";
import { SECRET_HEADER } from "./support/telegram-update.ts";

const CONNECTIONS = 10;
const SECRET = "a-secret-of-the-benchmark-0123456789";

interface Side {
  readonly port: number;
  readonly path: string;
  written(): Promise<number> | number;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    "data-dir": { type: "string", default: "" },
    "database-url": { type: "string" },
    "redis-url": { type: "string" },
  },
});
const side = positionals[0] === "ours" ? await ours() : await bare();
process.on("message", () => {
  void (async () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ written: await side.written(), cpuMs: (user + system) / 1000 });
  })();
});
process.on("disconnect", () => process.exit(0));
process.send?.({ port: side.port, path: side.path, secret: SECRET });

async function ours(): Promise<Side> {
  const databaseUrl = values["database-url"];
  const redisUrl = values["redis-url"];
  const log = createLogger("info");
  const store = await openStore({
    databaseUrl,
    dataDir: values["data-dir"],
    secretKey: "0123456789abcdef0123456789abcdef",
    log,
    connections: CONNECTIONS,
  });
  const portal = await store.portals.install({
    id: portalId(randomUUID()),
    domain: "portal.example",
    clientEndpoint: "https://portal.example/rest/",
    serverEndpoint: "https://oauth.example/rest/",
    tokens: { accessToken: "a", refreshToken: "r", expiresAt: new Date(Date.now() + 3_600_000) },
    scopes: [],
    language: "en",
  });
  const created = await store.accounts.create(portal.id, {
    channel: "telegram",
    name: "Bench",
    credentials: { token: "1" },
    settings: {},
    webhookSecret: SECRET,
    connection: { kind: "connected", sentence: "" },
  });
  await store.accounts.update(portal.id, created.id, { line: "1", connector: "threadline_telegram" });
  const metrics = createMetrics();
  const dispatcher =
    redisUrl === undefined
      ? createInProcessDispatcher({ concurrency: 1, log })
      : createBullDispatcher({ redisUrl, concurrency: 1, log });
  const telegram = createTelegramAdapter({ apiUrl: "http://127.0.0.1:9", pacer: createMemoryPacer() });
  const acceptor = createInboundAcceptor({
    news: NO_NEWS,
    store,
    dispatcher,
    metrics,
    tally: createTally(),
    log,
    now: () => new Date(),
  });
  const app = await buildApp({ publicUrl: "https://app.example", log, pagesDir: values["data-dir"], version: "0" });
  await registerChannels(app, {
    channels: new Map([[telegram.id, telegram]]),
    accounts: createAccountCache(store.accounts, 2_000, Date.now),
    acceptor,
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  return {
    port: portOf(app.server.address()),
    path: `/channels/telegram/${created.id}`,
    written: async () =>
      (await metrics.accepted.get()).values.find((value) => value.labels.outcome === "stored")?.value ?? 0,
  };
}

async function bare(): Promise<Side> {
  const insert = await openBare();
  let written = 0;
  const app = Fastify({ logger: false });
  app.post<{ Body: { message: { message_id: number; chat: { id: number } } } }>("/bare", async (request, reply) => {
    if (request.headers[SECRET_HEADER] !== SECRET) return reply.code(401).send({ ok: false });
    const { message } = request.body;
    await insert([message.chat.id, message.message_id, JSON.stringify(request.body)]);
    written += 1;
    return { ok: true };
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  return { port: portOf(app.server.address()), path: "/bare", written: () => written };
}

async function openBare(): Promise<(row: readonly unknown[]) => Promise<unknown>> {
  const table =
    "create table bare_inbox (id bigint generated always as identity primary key, chat bigint not null, message bigint not null, payload jsonb not null, received_at timestamptz not null default now())";
  const text = "insert into bare_inbox (chat, message, payload) values ($1, $2, $3)";
  const databaseUrl = values["database-url"];
  if (databaseUrl === undefined) {
    const pglite = await PGlite.create({ dataDir: values["data-dir"] });
    await pglite.exec(table);
    return (row) => pglite.query(text, [...row]);
  }
  const pool = new pg.Pool({ connectionString: databaseUrl, max: CONNECTIONS });
  await pool.query(table);
  return (row) => pool.query({ name: "insert-bare", text, values: [...row] });
}

function portOf(address: ReturnType<ReturnType<typeof Fastify>["server"]["address"]>): number {
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}
