/**
 * Kills the server at random moments (kill -9) while customers and operators write, starts it again each time, and in the
 * end holds both sides against what was said: nothing lost, nothing doubled, order kept (but where the portal brought it
 * the other way round), and `uncertain` only where the emulators' logs show the call under way at a kill.
 *
 *   node test/kill/main.ts --rounds 10 [--store pglite|postgres|both] [--seed 1]
 *
 * `postgres` runs web and worker as two processes and takes TEST_DATABASE_URL and TEST_REDIS_URL.
 */
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import pg from "pg";
import { seededRandom } from "../emulators/portal/faults.ts";
import { until } from "../support/world/until.ts";
import { World, type WorldOptions } from "../support/world/world.ts";
import { createTraffic } from "./traffic.ts";
import { judge, type Kill, readJournal } from "./verdict.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "10" },
    store: { type: "string", default: "both" },
    seed: { type: "string", default: String(Date.now() % 100_000) },
  },
});
const rounds = Number(values.rounds);
const stores =
  values.store === "both"
    ? (["pglite", "postgres"] as const)
    : [values.store === "postgres" ? ("postgres" as const) : ("pglite" as const)];
const CUSTOMERS = 8;
/** How often somebody writes: so that a kill finds much under way, and while a slow machine starts again. */
const BUSY_MS = 25;
const PATIENT_MS = 150;
/** After the last kill: a minute in which the portal might still be working on a lost call, histories to compare, and some more. */
const SETTLE_MS = 180_000;

/** On its way, or doubtful with the portal still being asked about it. */
const isUnfinished = (message: { readonly state: string; readonly error: string | null }): boolean =>
  message.state === "stored" ||
  message.state === "sending" ||
  (message.state === "uncertain" && message.error?.includes("not in the line's history yet") === true);

let failed = 0;
for (const store of stores) {
  const good = await run(store).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return false;
  });
  if (!good) failed += 1;
}
console.log(`kill test: ${stores.length - failed} passed, ${failed} failed (seed ${values.seed})`);
process.exitCode = failed === 0 ? 0 : 1;

async function run(store: "pglite" | "postgres"): Promise<boolean> {
  const random = seededRandom(Number(values.seed));
  const logFile = join(tmpdir(), "threadline-kill", `${store}-${process.pid}.log`);
  await mkdir(join(tmpdir(), "threadline-kill"), { recursive: true });
  const services = store === "postgres" ? await freshServices() : undefined;
  const world = await World.start({
    ...(services && { services }),
    logFile,
    // Calls take a while, as real ones do: a kill should often hit one.
    telegram: { latencyMs: 40 },
    portal: {
      portals: [
        {
          bucketCapacity: 1_000_000,
          bucketPerSecond: 100_000,
          latencyMs: { "imconnector.send.messages": { perCall: 20, perMessage: 3 } },
        },
      ],
    },
  } satisfies WorldOptions);
  try {
    await world.install();
    await world.connectTelegram();
    const traffic = createTraffic(world, random, CUSTOMERS);
    const kills: Kill[] = [];
    const started = Date.now();
    traffic.every(BUSY_MS);
    for (let round = 1; round <= rounds; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 150 + random() * 900));
      const victims = world.processes.filter(() => world.processes.length === 1 || random() < 0.7);
      const chosen = victims.length > 0 ? victims : world.processes.slice(0, 1);
      const here = await Promise.all(
        chosen.map(async (victim): Promise<Kill> => {
          const from = Date.now();
          await victim.kill("SIGKILL");
          return { from, to: Date.now(), isWeb: victim === world.processes[0] };
        }),
      );
      kills.push(...here);
      traffic.every(PATIENT_MS);
      await new Promise((resolve) => setTimeout(resolve, random() * 300));
      for (const victim of chosen) await victim.start();
      for (const kill of here) kill.backAt = Date.now();
      traffic.every(BUSY_MS);
    }
    traffic.stop();
    await world.portal.events.settled();
    // Replies whose events fell into a kill after the last start's repair run.
    await world.api("/api/portal/repair", { method: "POST", body: {} });
    await until(
      async () => (await judge(world, traffic.said, kills)).problems.every((problem) => !problem.includes("lost:")),
      SETTLE_MS,
      "every message to arrive",
    ).catch(() => undefined);
    await until(
      async () => (await unfinished(world)) === 0,
      SETTLE_MS,
      `the ${store} journal to come to rest`,
      async () => JSON.stringify((await readJournal(world)).filter(isUnfinished).slice(0, 5), null, 1),
    );
    const verdict = await judge(world, traffic.said, kills);
    console.log(
      `${store}: ${rounds} kills in ${Math.round((Date.now() - started) / 1000)} s, ${verdict.said} messages said, ${verdict.arrived} arrived, ` +
        `${verdict.uncertain} uncertain (${verdict.open} with their call open at a kill, ${verdict.edge} killed between record and wire, ${verdict.graceMs} ms at most), ${verdict.overtaken} overtaken in the portal, ${verdict.problems.length} problems`,
    );
    for (const problem of verdict.problems.slice(0, 20)) console.log(`  ${problem}`);
    if (verdict.problems.length > 0) console.log(`  log: ${logFile}`);
    return verdict.problems.length === 0 && verdict.said > rounds;
  } finally {
    await world.stop();
  }
}

async function unfinished(world: World): Promise<number> {
  return (await readJournal(world)).filter(isUnfinished).length;
}

/** A database of its own for this run, so that runs do not see each other. */
async function freshServices(): Promise<{ databaseUrl: string; redisUrl: string }> {
  const { TEST_DATABASE_URL: databaseUrl, TEST_REDIS_URL: redisUrl } = process.env;
  if (databaseUrl === undefined || redisUrl === undefined) {
    throw new Error(
      "TEST_DATABASE_URL and TEST_REDIS_URL are missing: run it as node tools/services.ts -- node test/kill/main.ts",
    );
  }
  const name = `kill_${process.pid}_${Date.now()}`;
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  return { databaseUrl: url.href, redisUrl };
}
