/**
 * Finding out who writes, among ten thousand and among a million known people, on PostgreSQL: the person behind a message
 * of a conversation that is not known yet, by a phone that is. What a decision reads of them is part of it.
 */
import { randomUUID } from "node:crypto";
import pg from "pg";
import { accountId, conversationId, type PortalId, portalId } from "../src/domain/ids.ts";
import { createLogger } from "../src/log/log.ts";
import type { Store } from "../src/store/contract.ts";
import { openStore } from "../src/store/open-store.ts";
import { type Figure, list, round } from "./support/report.ts";
import { freshServices } from "./support/services.ts";
import { median } from "./support/stats.ts";

const ALLOWED = 1.2;
const FEW = 10_000;
const MANY = 1_000_000;
const ASKED = 400;
const PORTAL = portalId("bench");

export const people: Figure = {
  name: "people",
  title: "finding out who writes",
  async run(size) {
    const [few, many] = size === "tiny" ? [100, 300] : [FEW, MANY];
    const asked = size === "tiny" ? 10 : ASKED;
    const services = await freshServices();
    const store = await openStore({
      databaseUrl: services.databaseUrl,
      dataDir: "",
      secretKey: "0123456789abcdef0123456789abcdef",
      log: createLogger("silent"),
    });
    const client = new pg.Client({ connectionString: services.databaseUrl });
    await client.connect();
    try {
      const account = await install(store);
      await addPeople(client, 0, few);
      const before = await threeRuns(store, client, account, few, asked);
      await addPeople(client, few, many);
      const after = await threeRuns(store, client, account, many, asked);
      const ratio = median(after) / median(before);
      return [
        {
          figure: "people: cost at a million against ten thousand",
          setting: "PostgreSQL",
          measured: `${round(ratio, 2)} times`,
          target: `at most ${ALLOWED} times`,
          met: ratio <= ALLOWED,
          notes: [
            `median of finding one person: ${list(before, 2)} ms among ${few}, ${list(after, 2)} ms among ${many}`,
          ],
          data: { before, after },
        },
      ];
    } finally {
      await client.end();
      await store.close();
      await services.drop();
    }
  },
};

async function install(store: Store): Promise<string> {
  await store.portals.install({
    id: PORTAL,
    domain: "bench.example",
    clientEndpoint: "https://bench.example/rest/",
    serverEndpoint: "https://oauth.example/rest/",
    tokens: { accessToken: "a", refreshToken: "r", expiresAt: new Date("2030-01-01T00:00:00Z") },
    scopes: [],
    language: "en",
  });
  const account = await store.accounts.create(PORTAL, {
    channel: "telegram",
    name: "Bench",
    credentials: {},
    settings: {},
    webhookSecret: "s",
    connection: { kind: "connected", sentence: "" },
  });
  return account.id;
}

/** People with a phone, a messenger's id and a deal each, made by the database itself. */
async function addPeople(client: pg.Client, from: number, to: number): Promise<void> {
  const range = `generate_series(${from}, ${to - 1}) as n`;
  const id = "md5('person ' || n)::uuid";
  await client.query(
    `insert into people (id, portal_id, name) select ${id}, '${PORTAL}', 'Person ' || n from ${range}`,
  );
  await client.query(`
    insert into contact_points (portal_id, kind, key, shown, person_id, why, linkable, is_first)
    select '${PORTAL}', kind, case kind when 'phone' then '+7' || (9000000000 + n) else 'old:' || n end, 'x', ${id},
      '{"by":"channel"}', true, true
    from ${range}, unnest(array['phone', 'messenger']) as kind`);
  await client.query(`
    insert into person_entities (portal_id, type, id, person_id, why, title, open, last_active_at)
    select '${PORTAL}', 'deal', n, ${id}, 'made', 'Deal', true, now() from ${range}`);
  await client.query("vacuum analyze people, contact_points, person_entities");
}

async function threeRuns(
  store: Store,
  client: pg.Client,
  account: string,
  known: number,
  asked: number,
): Promise<readonly number[]> {
  const runs: number[] = [];
  for (let run = 0; run < 3; run += 1) runs.push(await measure(store, client, account, known, asked));
  return runs;
}

async function measure(
  store: Store,
  client: pg.Client,
  account: string,
  known: number,
  asked: number,
): Promise<number> {
  const conversations = Array.from({ length: asked }, () => randomUUID());
  await client.query(
    `insert into conversations (id, portal_id, account_id, external_chat_id, customer)
     select id, $1, $2, 'bench ' || id, '{"externalId":"1"}' from unnest($3::uuid[]) as id`,
    [PORTAL, account, conversations],
  );
  const times: number[] = [];
  for (const [index, conversation] of conversations.entries()) {
    const number = Math.floor(((index + 0.5) * known) / asked);
    const begin = performance.now();
    await findOut(store, PORTAL, accountId(account), conversation, `+7${9_000_000_000 + number}`);
    times.push(performance.now() - begin);
  }
  return median(times);
}

async function findOut(
  store: Store,
  portal: PortalId,
  account: string,
  conversation: string,
  phone: string,
): Promise<void> {
  const why = { by: "channel" } as const;
  const { person } = await store.people.identify(portal, {
    conversation: conversationId(conversation),
    points: [
      { kind: "messenger", key: `${account}:${conversation}`, shown: "x", why, linkable: true },
      { kind: "phone", key: phone, shown: phone, why, linkable: true },
    ],
    sharedByMoreThan: 100,
  });
  const found = await store.people.find(portal, person);
  if (found?.entities.length !== 1) throw new Error("the wrong person was found");
}
