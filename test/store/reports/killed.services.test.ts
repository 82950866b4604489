/** A worker that is killed (kill -9) while it counts: between two batches, and in the middle of one. The next one goes on there. */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { sql } from "kysely";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openPostgres } from "../../../src/store/database.ts";
import { migrate } from "../../../src/store/migrate.ts";
import { handOf, scopesOf } from "./battery.ts";
import { BOT, openWorld, ops } from "./world.ts";

const base = process.env.TEST_DATABASE_URL ?? "";
const name = `threadline_killed_${randomUUID().replaceAll("-", "")}`;
const url = new URL(base);
url.pathname = `/${name}`;
let database: Database;

async function administer(statement: string): Promise<void> {
  const client = new Client({ connectionString: base });
  await client.connect();
  await client.query(statement);
  await client.end();
}

beforeAll(async () => {
  await administer(`create database ${name}`);
  database = openPostgres({ url: url.href, connections: 4, onConnectionError: () => undefined });
  await database.withSession(migrate);
}, 60_000);
afterAll(async () => {
  await database?.close();
  await administer(`drop database if exists ${name} with (force)`);
});

/** Lets a process count until it says that it is where it is to be killed (or done), and kills it there. */
async function countsUntil(killAt: string): Promise<string> {
  // As if the lock's time were over, which a dead process cannot give back.
  await sql`delete from locks`.execute(database.db);
  const child = spawn(process.execPath, [fileURLToPath(new URL("counting-process.ts", import.meta.url))], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, COUNT_DATABASE_URL: url.href, KILL_AT: killAt, COUNT_BOT: BOT },
  });
  const gone = once(child, "exit");
  const line = createInterface(child.stdout)[Symbol.asyncIterator]().next();
  const said = await Promise.race([line.then(({ value }) => String(value)), gone.then(() => "ended")]);
  child.kill("SIGKILL");
  await gone;
  return said;
}

const positions = async () =>
  (await sql<{ position: number }>`select position from report_progress`.execute(database.db)).rows[0]?.position ?? 0;

test("the figures are the journal's, however often whoever counted was killed", async () => {
  const world = await openWorld(database.db);
  // Everything but counting: that is what others do here.
  const said = fc.sample(ops, { numRuns: 4, seed: 11 }).flat();
  for (const op of said) if (op.do !== "count" && op.do !== "recount") await world.act(op);
  const [first, last] = [await positions(), (await world.said()).at(-1)?.seq ?? 0];
  expect(first).toBe(0);
  // Nothing of the batch that was under way is kept, and all of those before it.
  expect(await countsUntil("in:1")).toBe("in:1");
  expect(await positions()).toBe(0);
  expect(await countsUntil("after:2")).toBe("after:2");
  const behindTwo = await positions();
  expect(behindTwo).toBeGreaterThan(0);
  expect(await countsUntil("in:2")).toBe("in:2");
  const behindThree = await positions();
  expect(behindThree).toBeGreaterThan(behindTwo);
  expect(behindThree).toBeLessThan(last);
  expect(await countsUntil("")).toBe("done");
  expect(await positions()).toBeGreaterThanOrEqual(last);
  const hand = await handOf(world);
  for (const scope of scopesOf(world, 3)) {
    expect(await world.reports.total(world.portal, scope), JSON.stringify(scope)).toEqual(hand.figures(scope));
  }
  const [whole] = scopesOf(world, 3);
  if (!whole) throw new Error("There is always a scope");
  expect((await world.reports.total(world.portal, whole)).received).toBeGreaterThan(20);
}, 120_000);
