/**
 * Mailboxes at a Dovecot of Debian's, on PostgreSQL, web and worker as processes of their own: how soon a mail that was put
 * into a box leaves for the CRM, and how fast the past of a box is written into the index beside a bare fetch of the same
 * envelopes by the same library.
 */
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { type Dovecot, startDovecot } from "../test/support/services/dovecot.ts";
import { until } from "../test/support/world/until.ts";
import { World } from "../test/support/world/world.ts";
import { connectBox, letterOf, lettersIn, signIn } from "./support/mailboxes.ts";
import { type Figure, type Finding, list, round, type Size } from "./support/report.ts";
import { type FreshServices, freshServices } from "./support/services.ts";
import { median, percentile } from "./support/stats.ts";

const ARRIVAL_MS = 1_000;
const SHARE = 0.4;
const CONTACT = 3;
const CUSTOMER = "maria@customer.example";
const BACKLOG = 10_000;
/** Mails of the past lie as close as that, the newest first. */
const APART_MS = 60_000;
/** A letter of a new thread costs the portal three requests, and two a second leak out of its bucket. */
const PACE_MS = 2_000;

export const mail: Figure = {
  name: "mail",
  title: "a mail on its way to the CRM, and the past of a box",
  async run(size) {
    const services = await freshServices();
    const server = await startDovecot();
    const world = await World.start({ services, env: { MAIL_PRIVATE_HOSTS: "127.0.0.1" } });
    try {
      await world.install();
      return [await arrival(world, server, size), await backlog(world, server, services, size)];
    } finally {
      await world.stop();
      await server.stop();
      await services.drop();
    }
  },
};

/** From the end of the APPEND that puts a mail there to the portal's first sight of the call that records it. */
async function arrival(world: World, server: Dovecot, size: Size): Promise<Finding> {
  const { crm } = world.portal.portal().portal;
  const fm = [{ typeId: "EMAIL", valueType: "WORK", value: CUSTOMER }];
  crm.add(CONTACT, { name: "Maria", fm, assignedById: 7 }, 1, Date.now());
  const box = "sales@shop.example";
  await connectBox(world, server, box);
  const sender = await signIn(server, box);
  const runs: number[][] = [];
  for (let run = 0; run < (size === "tiny" ? 1 : 3); run += 1) {
    const times: number[] = [];
    for (let count = 0; count < (size === "tiny" ? 2 : 20); count += 1) {
      const pause = wait(size === "tiny" ? 0 : PACE_MS);
      const subject = `Order ${run}-${count}`;
      const written = { id: `${run}-${count}`, to: box, from: `Maria <${CUSTOMER}>`, subject, at: new Date() };
      await sender.append("INBOX", letterOf(written));
      const put = Date.now();
      world.portal.requests.clear();
      const left = () =>
        world.portal.requests.entries({}).find(({ commands, method }) => isRecording(method, commands));
      await until(() => left() !== undefined, 30_000, `“${subject}” in the CRM`);
      times.push((left()?.startedAt ?? Number.NaN) - put);
      await until(() => lettersIn(world).some(({ fields }) => fields.SUBJECT === subject), 30_000, "its activity");
      await pause;
    }
    runs.push(times);
  }
  await sender.logout();
  return judgeArrival(runs);
}

const RECORDING = "crm.activity.add";
const isRecording = (method: string, commands: readonly { readonly method: string }[]): boolean =>
  method === RECORDING || commands.some((one) => one.method === RECORDING);

export function judgeArrival(runs: readonly (readonly number[])[]): Finding {
  const tails = runs.map((run) => percentile(run, 0.95));
  const p95 = median(tails);
  const all = runs.flat();
  return {
    figure: "mail: delivered to the box → activity leaves, p95",
    setting: "PostgreSQL, Dovecot with IDLE",
    measured: `${round(p95)} ms`,
    target: `at most ${ARRIVAL_MS} ms`,
    met: p95 <= ARRIVAL_MS,
    notes: [
      `runs: ${list(tails)} ms; median ${round(median(all))}, slowest ${round(percentile(all, 1))} ms of ${all.length}`,
    ],
    data: { p95, runs: tails, p50: median(all), max: percentile(all, 1) },
  };
}

/**
 * Of strangers, so that nothing is fetched but envelopes: identity, threads and durable rows. Beside it the bare fetch of a box
 * with the same mails; nobody has looked into either before, as it is when a box is connected.
 */
async function backlog(world: World, server: Dovecot, services: FreshServices, size: Size): Promise<Finding> {
  const mails = size === "tiny" ? 40 : BACKLOG;
  const database = new pg.Client({ connectionString: services.databaseUrl });
  await database.connect();
  const bare: number[] = [];
  const ours: number[] = [];
  for (let run = 0; run < (size === "tiny" ? 1 : 3); run += 1) {
    const [other, box] = [`bare-${run}@shop.example`, `past-${run}@shop.example`];
    for (const one of [other, box]) fill(server, one, mails);
    bare.push(mails / (await fetchEnvelopes(server, other, mails)));
    const begin = performance.now();
    const connected = connectBox(world, server, box);
    await until(async () => (await oldest(database, box)) === 1, 300_000, "the past in the index");
    ours.push(mails / ((performance.now() - begin) / 1_000));
    const there = await indexed(database, box);
    if (there !== mails) throw new Error(`${there} of ${mails} mails are in the index`);
    await connected;
  }
  await database.end();
  return judgeBacklog(mails, bare, ours);
}

function fill(server: Dovecot, box: string, mails: number): void {
  const now = Date.now();
  for (let count = 0; count < mails; count += 1) {
    const id = `${box}-${count}`;
    const from = `Stranger ${count % 500} <stranger${count % 500}@elsewhere.example>`;
    // A third of them answer one before.
    const answers = count % 3 === 2 ? { answers: `${box}-${count - 2}` } : {};
    const at = new Date(now - (mails - count) * APART_MS * (count % 2 === 0 ? 1 : 1.01));
    server.deliver(box, letterOf({ id, to: box, from, subject: `Matter ${count}`, at, ...answers }), "", at);
  }
}

/** Seconds from the sign-in to the last envelope, by the same library. */
async function fetchEnvelopes(server: Dovecot, box: string, mails: number): Promise<number> {
  const begin = performance.now();
  const client = await signIn(server, box);
  await client.mailboxOpen("INBOX", { readOnly: true });
  let count = 0;
  for await (const message of client.fetch("1:*", { uid: true, envelope: true })) if (message.envelope) count += 1;
  const seconds = (performance.now() - begin) / 1_000;
  if (count !== mails) throw new Error(`${count} of ${mails} envelopes came`);
  await client.logout();
  return seconds;
}

/** The lowest number that is in the index: the past is read from its end. Asked for often, so it has to cost nothing. */
async function oldest(database: pg.Client, box: string): Promise<number> {
  const { rows } = await database.query(
    `select s.uid from accounts a cross join lateral (
        select uid from mail_sightings where portal_id = a.portal_id and account_id = a.id
          order by folder, uid_validity, uid limit 1) as s
      where a.name = $1`,
    [box],
  );
  return Number(rows[0]?.uid);
}

async function indexed(database: pg.Client, box: string): Promise<number> {
  const { rows } = await database.query(
    `select count(*) as mails from accounts a
      join mail_sightings s on s.portal_id = a.portal_id and s.account_id = a.id where a.name = $1`,
    [box],
  );
  return Number(rows[0]?.mails);
}

export function judgeBacklog(mails: number, bare: readonly number[], ours: readonly number[]): Finding {
  const share = median(ours) / median(bare);
  return {
    figure: `mail: ${mails.toLocaleString("en")} mails of the past in the index`,
    setting: "PostgreSQL, beside a bare envelope fetch",
    measured: `${round(share, 2)} of its rate`,
    target: `at least ${SHARE}`,
    met: share >= SHARE,
    notes: [`ours ${list(ours)} a second, bare ${list(bare)} a second`],
    data: { share, ours, bare },
  };
}
