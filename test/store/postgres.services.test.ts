import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { Client } from "pg";
import { pino } from "pino";
import { afterAll, describe, expect, it, vi } from "vitest";
import { openStore } from "../../src/store/open-store.ts";
import { storeBattery } from "../contract/store.ts";
import { accept, inbound, livingOwner, place, reply } from "../contract/store-fixtures.ts";

const base = process.env.TEST_DATABASE_URL ?? "";
const databases: string[] = [];

async function administer(statement: string): Promise<void> {
  const client = new Client({ connectionString: base });
  await client.connect();
  await client.query(statement);
  await client.end();
}

async function newDatabase(): Promise<URL> {
  const name = `threadline_test_${randomUUID().replaceAll("-", "")}`;
  await administer(`create database ${name}`);
  databases.push(name);
  const url = new URL(base);
  url.pathname = `/${name}`;
  return url;
}

const open = (url: URL) =>
  openStore({ databaseUrl: url.href, dataDir: "unused", secretKey: "k".repeat(32), log: pino({ level: "silent" }) });

afterAll(async () => {
  for (const name of databases) await administer(`drop database if exists ${name} with (force)`);
});

storeBattery("PostgreSQL", async () => open(await newDatabase()));

describe("a PostgreSQL server", () => {
  it("gets its schema once from many processes that start together", async () => {
    const url = await newDatabase();
    const stores = await Promise.all(Array.from({ length: 4 }, () => open(url)));
    const [first, second] = stores;
    if (!first || !second) throw new Error("Four were opened");
    const { portal } = await place(first);
    expect(await second.portals.find(portal)).toEqual(await first.portals.find(portal));
    await Promise.all(stores.map((store) => store.close()));
  });

  it("is unavailable, and no crash, when it is away; and there again when it is back", async () => {
    const url = await newDatabase();
    const way = await breakableWay(url);
    const store = await open(way.url);
    const { account } = await place(store);
    const row = inbound(account);
    await accept(store, row);

    way.cut();
    for (let n = 0; n < 3; n++)
      await expect(store.messages.acceptInbound([row])).rejects.toMatchObject({ name: "StoreUnavailable" });
    await expect(store.ping()).rejects.toMatchObject({ name: "StoreUnavailable" });
    await expect(store.portals.erase(account.portal)).rejects.toMatchObject({ name: "StoreUnavailable" });
    await expect(open(way.url)).rejects.toMatchObject({ name: "StoreUnavailable" });

    way.mend();
    await vi.waitFor(async () => expect(await store.messages.acceptInbound([row])).toEqual([{ kind: "duplicate" }]), {
      timeout: 10_000,
    });
    await store.close();
    way.close();
  });

  /** Does `change` in a transaction that commits only when `meanwhile` waits for it. */
  async function crossing<T>(url: URL, change: string, meanwhile: () => Promise<T>): Promise<T> {
    const client = new Client({ connectionString: url.href });
    await client.connect();
    await client.query("begin");
    await client.query(change);
    const result = meanwhile();
    await vi.waitFor(
      async () => {
        const { rows } = await client.query(
          "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        );
        expect(rows).toHaveLength(1);
      },
      { timeout: 10_000 },
    );
    await client.query("commit");
    await client.end();
    return result;
  }

  it("holds no message of an account that is just being switched on", async () => {
    const url = await newDatabase();
    const store = await open(url);
    const { portal, account } = await place(store);
    await store.accounts.update(portal, account.id, { enabled: false });
    const accepted = await crossing(url, `update accounts set enabled = true where id = '${account.id}'`, () =>
      accept(store, inbound(account)),
    );
    expect(accepted.due).toBe(true);
    await store.portals.update(portal, { active: false });
    const again = await crossing(url, `update portals set active = true where id = '${portal}'`, () =>
      accept(store, inbound(account, { chatId: "chat-2" })),
    );
    expect(again.due).toBe(true);
    await store.close();
  });

  it("knows no account that is just being deleted", async () => {
    const url = await newDatabase();
    const store = await open(url);
    const { account } = await place(store);
    const results = await crossing(url, `delete from accounts where id = '${account.id}'`, () =>
      store.messages.acceptInbound([inbound(account)]),
    );
    expect(results).toEqual([{ kind: "unknown" }]);
    await store.close();
  });

  it("never reads a hot table from end to end, also when plans are made while it is nearly empty", async () => {
    const url = await newDatabase();
    const work = async () => {
      // One connection, so that its plans are reused and kept; closing it writes the counts down.
      const store = await openStore({
        databaseUrl: url.href,
        dataDir: "unused",
        secretKey: "k".repeat(32),
        log: pino({ level: "silent" }),
        connections: 1,
      });
      const { portal, account } = await place(store);
      const owner = await livingOwner(store);
      for (let n = 0; n < 30; n++) {
        const row = inbound(account, { chatId: `chat-${n % 3}` });
        const { lane, message, conversation } = await accept(store, row);
        await accept(store, inbound(account, { chatId: row.chatId, kind: "edit", externalId: row.externalId }));
        await store.lanes.take(lane, owner, 10);
        await store.messages.beginAttempt(lane, owner, [message]);
        await store.messages.finish([{ message, result: { state: "sent" } }]);
        const answer = await store.messages.acceptReply(reply(portal, conversation));
        if (answer.kind === "stored")
          await store.messages.finish([
            { message: answer.message, result: { state: "sent", externalIds: [`a${n}`, `b${n}`] } },
          ]);
        await store.messages.applyReceipt(account.id, [`b${n}`], "read");
        await accept(store, inbound(account, { chatId: "waiting" }));
        await store.health.record([{ portal, account: account.id, day: "2026-11-28", hour: 9, received: 1 }]);
        await store.health.board(portal, "2026-11-28");
        await store.health.watchList();
        await store.journal.search(portal, { text: "nowhere", since: new Date(0), until: new Date(), limit: 20 });
        await store.journal.search(portal, { conversations: [conversation], states: ["failed"], limit: 20 });
        await store.journal.beside(portal, [message]);
        await store.threads.page(portal, { conversations: [conversation], limit: 20 });
        await store.threads.page(portal, { conversations: [conversation], after: 0, limit: 20 });
        await store.threads.changesOf(portal, [message]);
        await store.threads.firstSince(portal, [conversation], new Date(0));
        await store.journal.countBefore(portal, new Date(), 100);
        await store.journal.forget(portal, { before: new Date(Date.now() - 3_600_000), after: 0, limit: 10 });
        await store.messages.knownByIm(portal, [{ id: "1", at: new Date() }]);
      }
      await store.close();
    };
    const client = new Client({ connectionString: url.href });
    const readings = async () => {
      await client.query("select pg_stat_clear_snapshot()");
      const { rows } = await client.query<{ relname: string; seq: string; idx: string }>(
        "select relname, seq_scan as seq, idx_scan as idx from pg_stat_user_tables where relname in ('messages', 'conversations', 'message_parts') order by 1",
      );
      return rows;
    };
    await work();
    await client.connect();
    await client.query("vacuum analyze");
    const before = await readings();
    await work();
    const after = await vi.waitFor(
      async () => {
        const now = await readings();
        expect(Number(now.find((row) => row.relname === "messages")?.idx)).toBeGreaterThan(
          Number(before.find((row) => row.relname === "messages")?.idx) + 100,
        );
        return now;
      },
      { timeout: 10_000 },
    );
    await client.end();
    expect(after.map((row) => [row.relname, row.seq])).toEqual(before.map((row) => [row.relname, row.seq]));
  });

  it("may end our connections at any time: a repeated accept neither loses nor doubles", async () => {
    const url = await newDatabase();
    const store = await open(url);
    const { portal, account } = await place(store);
    const rows = Array.from({ length: 200 }, (_, n) => inbound(account, { chatId: `chat-${n % 4}` }));
    const ending = (async () => {
      for (let n = 0; n < 5; n++) {
        await administer(
          `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${url.pathname.slice(1)}'`,
        );
      }
    })();
    await Promise.all(
      rows.map(async (row) => {
        for (;;) {
          try {
            await store.messages.acceptInbound([row]);
            return;
          } catch (error) {
            expect(error).toMatchObject({ name: "StoreUnavailable" });
          }
        }
      }),
    );
    await ending;
    const kept = await store.messages.journal(portal, { limit: 1000 });
    expect(kept.map((message) => message.externalIds[0]).sort()).toEqual(rows.map((row) => row.externalId).sort());
    await store.close();
  });
});

/** A TCP way to the server that can be cut like a cable. */
async function breakableWay(url: URL): Promise<{ url: URL; cut: () => void; mend: () => void; close: () => void }> {
  const sockets = new Set<Socket>();
  let whole = true;
  const server: Server = createServer((near) => {
    if (!whole) {
      near.destroy();
      return;
    }
    const far = connect({ host: url.hostname, port: Number(url.port || 5432) });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    near.pipe(far);
    far.pipe(near);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("No port to be had");
  const through = new URL(url.href);
  through.hostname = "127.0.0.1";
  through.port = String(address.port);
  const cut = () => {
    whole = false;
    for (const socket of sockets) socket.destroy();
  };
  const mend = () => {
    whole = true;
  };
  return {
    url: through,
    cut,
    mend,
    close: () => {
      cut();
      server.close();
    },
  };
}
