/**
 * Counts reports as a process of its own, for `killed.services.test.ts`: the real counter over the real store. At the moment that
 * it is told to (`KILL_AT`, `in:2`: in the middle of its second batch, with that transaction open; `after:2`: between that batch and
 * the next) it says so and stands still until it is killed. Without one it counts to the end and says "done".
 */
import { writeSync } from "node:fs";
import type { PortalDirectory } from "../../../src/portal/contract/directory.ts";
import { createLineWriters } from "../../../src/relay/line-writers.ts";
import { COUNTING_VERSION, createCounter } from "../../../src/relay/reports/counter.ts";
import { openPostgres } from "../../../src/store/database.ts";
import { createLaneRepository } from "../../../src/store/lanes.ts";
import { createLockRepository } from "../../../src/store/locks.ts";
import { createReportRepository } from "../../../src/store/reports/reports.ts";
import { createSecrets } from "../../../src/store/secrets.ts";
import { createWriterRepository } from "../../../src/store/writers.ts";

const { COUNT_DATABASE_URL: url = "", KILL_AT: killAt = "", COUNT_BOT: bot = "" } = process.env;
let batches = 0;
const { db: plain } = openPostgres({ url, connections: 3, onConnectionError: () => undefined });
const db = plain.withPlugin({
  // Everything of a batch is written then, except how far it goes.
  transformQuery({ node }) {
    if (node.kind === "UpdateQueryNode" && JSON.stringify(node).includes("counted_to")) standStill(`in:${batches}`);
    return node;
  },
  transformResult: async ({ result }) => result,
});
const reports = createReportRepository(db);

/** Nothing of this process goes on: no timer, no answer of the database is heard. */
function standStill(at: string): void {
  if (at !== killAt) return;
  writeSync(1, `${at}\n`);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

const writers = createWriterRepository(db);
const log = { info: () => undefined, warn: (...said: unknown[]) => console.error(...said) };
const writersAmong = async (ids: readonly string[]) => ({
  kind: "ok" as const,
  value: new Map(ids.map((id) => [id, { isPerson: id !== bot }])),
});
const counter = createCounter(
  {
    store: {
      reports: {
        ...reports,
        async count(portal, to, by) {
          batches += 1;
          const batch = batches;
          const counted = await reports.count(portal, to, by);
          standStill(`after:${batch}`);
          return counted;
        },
      },
      lanes: createLaneRepository(db, createSecrets("k".repeat(32))),
      locks: createLockRepository(db),
      writers,
    },
    writers: createLineWriters({
      ...{ store: { writers }, log, inTurn: (_portal, work) => work(), now: () => new Date() },
      // Nothing else is asked for by whoever counts.
      portals: { people: () => ({ writersAmong }) } as unknown as Pick<PortalDirectory, "people">,
    }),
    inTurn: (_portal, work) => work(),
    log,
    owner: `counting ${process.pid}`,
    now: () => new Date(),
  },
  { size: 7, pauseMs: 0 },
);
// Others at the same server may have a transaction open, which what comes behind it waits for.
for (let behind = true; behind; ) {
  await counter.run();
  const to = await reports.settled();
  behind = !to || (await reports.behind(to.position, COUNTING_VERSION)).length > 0;
}
writeSync(1, "done\n");
process.exit(0);
