/**
 * Pages of reports at five million messages in a year, on PostgreSQL: today, a month, a quarter, a year, and a month of one
 * tag; each with the period before it. The messages and what is counted of them are made by the database itself, and a part of
 * them is counted by the counter as well: it has to come to the same, and its speed is told.
 */

import { DateTime } from "luxon";
import pg from "pg";
import { portalId } from "../src/domain/ids.ts";
import { createLogger } from "../src/log/log.ts";
import { COUNTING_VERSION } from "../src/relay/reports/counter.ts";
import { readReport } from "../src/relay/reports/read.ts";
import { countOn } from "../src/rules/reports/count.ts";
import { type Period, spansOf } from "../src/rules/reports/period.ts";
import { saidBy } from "../src/rules/reports/said-by.ts";
import type { ReportScope } from "../src/store/contract/reports.ts";
import type { Store } from "../src/store/contract.ts";
import { openStore } from "../src/store/open-store.ts";
import { type Figure, type Finding, list, round } from "./support/report.ts";
import { freshServices } from "./support/services.ts";
import { median } from "./support/stats.ts";

const PORTAL = portalId("bench");
const ALLOWED_MS = 1_000;
const ZONE = "Europe/Madrid";
/** Each talk has ten messages. */
const TALKS = 500_000;
const CONVERSATIONS = 250_000;
const CHANNELS = ["telegram", "viber", "whatsapp-cloud", "webchat", "email"];
const END = new Date("2026-11-28T18:40:00Z");

const PAGES: readonly { readonly setting: string; readonly period: Period; readonly tag?: string }[] = [
  { setting: "today", period: "today" },
  { setting: "30 days", period: "30d" },
  { setting: "30 days of one tag", period: "30d", tag: "vip" },
  { setting: "a quarter", period: "quarter" },
  { setting: "a year", period: "own" },
];

export const reports: Figure = {
  name: "reports",
  title: "pages of reports at five million messages",
  async run(size) {
    const talks = size === "tiny" ? 200 : TALKS;
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
      const accounts = await install(store);
      const begun = performance.now();
      await fill(client, accounts, talks, size === "tiny" ? 80 : CONVERSATIONS);
      const filled = (performance.now() - begun) / 1000;
      const pages: Finding[] = [];
      for (const page of PAGES) pages.push(await measure(store, accounts, page, talks * 10));
      const counted = await countAgain(client, store, accounts, talks);
      return [...pages, { ...counted, notes: [...counted.notes, `filled in ${round(filled)} s`] }];
    } finally {
      await client.end();
      await store.close();
      await services.drop();
    }
  },
};

async function install(store: Store): Promise<readonly string[]> {
  await store.portals.install({
    ...{
      id: PORTAL,
      domain: "bench.example",
      clientEndpoint: "https://bench.example/rest/",
      scopes: [],
      language: "en",
    },
    serverEndpoint: "https://oauth.example/rest/",
    tokens: { accessToken: "a", refreshToken: "r", expiresAt: new Date("2030-01-01T00:00:00Z") },
  });
  const accounts: string[] = [];
  for (let n = 0; n < 10; n += 1) {
    const account = await store.accounts.create(PORTAL, {
      ...{ channel: CHANNELS[n % CHANNELS.length] ?? "", name: `Account ${n}`, credentials: {}, settings: {} },
      ...{ webhookSecret: "s", connection: { kind: "connected", sentence: "" } },
    });
    accounts.push(account.id);
  }
  return accounts;
}

/**
 * A talk: two words of the customer, an answer, and so on; the sixth message is a machine's, and of one talk in five the last
 * one is the customer's. Messages of a talk are five minutes apart, more or less.
 */
async function fill(client: pg.Client, accounts: readonly string[], talks: number, conversations: number) {
  const indexes = await client.query<{ name: string; definition: string }>(`
    select indexname as name, indexdef as definition from pg_indexes
      where tablename = 'messages' and indexname not in ('messages_pkey', 'messages_journal')`);
  for (const { name } of indexes.rows) await client.query(`drop index ${name}`);
  await client.query("set synchronous_commit = off");
  await client.query("alter table messages disable trigger all");
  const uuid = (kind: number, n: string) => `lpad(to_hex(${kind}000000000 + ${n}), 32, '0')::uuid`;
  const begins = `timestamptz '${END.toISOString()}' - interval '1 hour' - (${talks} - 1 - k) * interval '${(365 * 86_400 - 7200) / talks} seconds'`;
  // Of the last talk of a conversation one in ten stays open.
  const stays = `(q.k % 10 = 3 and q.k >= ${talks - conversations})`;
  const list = `(array[${accounts.map((id) => `'${id}'`).join(",")}]::uuid[])`;
  await client.query(`
    insert into conversations (id, portal_id, account_id, external_chat_id, customer, tags)
      select ${uuid(1, "c")}, '${PORTAL}', ${list}[1 + c % 10], c, '{"externalId":"1"}',
          case when c % 20 = 0 then array['vip'] else '{}' end
        from generate_series(0, ${conversations - 1}) as c`);
  await client.query(
    "insert into report_tags (portal_id, conversation_id, tag) select portal_id, id, unnest(tags) from conversations",
  );
  await client.query("delete from report_retags");
  await client.query(`
    create table bench_said as
      select k * 10 + j + 1 as seq, k, j, ${uuid(1, `k % ${conversations}`)} as conversation,
          ${list}[1 + (k % ${conversations}) % 10] as account,
          ${begins} + j * interval '300 seconds' + (hashint4(k * 10 + j) & 255) * interval '1 second' as at,
          case when j in (0, 1, 3, 6, 8) or j = 9 and k % 5 = 0 then '' when j = 5 then 'auto'
            else (1 + (hashint4(k) & 63) % 50)::text end as writer
        from generate_series(0, ${talks - 1}) as k, generate_series(0, 9) as j`);
  await client.query(`
    insert into messages (id, portal_id, account_id, conversation_id, seq, direction, kind, content, origin, state, pending,
        next_at, sent_at, created_at, external_ids)
      overriding system value
      select ${uuid(2, "seq")}, '${PORTAL}', account, conversation, seq, case writer when '' then 'in' else 'out' end,
          'message', '{"body":{"text":"hello","spans":[]},"attachments":[]}',
          case writer when '' then '{"by":"channel"}' when 'auto' then '{"by":"engine","key":"k"}'
            else '{"by":"surface","clientId":"c","authorId":"' || writer || '"}' end::jsonb,
          'sent', false, at, at, at, '{}'
        from bench_said order by seq`);
  await client.query("select setval(pg_get_serial_sequence('messages', 'seq'), (select max(seq) from bench_said))");
  await client.query("alter table messages enable trigger all");
  for (const { definition } of indexes.rows.filter(({ name }) => name === "messages_conversation"))
    await client.query(definition);
  await client.query(`
    insert into talk_marks (portal_id, conversation_id, kind, seq, at, counted)
      select '${PORTAL}', conversation, 'closed', seq, at + interval '10 minutes', true from bench_said q where j = 9 and not ${stays}`);
  await client.query(`
    insert into report_talks (portal_id, account_id, conversation_id, n, opened_at, opened_seq, by_us, answered_seq, agent,
        closed_at, closed_seq)
      select '${PORTAL}', account, conversation, row_number() over (partition by conversation order by seq), at, seq, false,
          seq + 2, (1 + (hashint4(k) & 63) % 50)::text,
          case when not ${stays} then ${begins} + interval '3300 seconds' + (hashint4(k * 10 + 9) & 255) * interval '1 second' end,
          case when not ${stays} then seq + 9 end
        from bench_said q where j = 0`);
  await client.query(`
    insert into report_waits (portal_id, account_id, conversation_id, asked_seq, asked_at, is_first, ended, end_seq, seconds, agent)
      select '${PORTAL}', q.account, q.conversation, q.seq, q.at, q.j = 0,
          case when a.writer <> '' then 'answered' when not ${stays} then 'closed' end,
          case when a.writer <> '' then a.seq when not ${stays} then q.seq + 1 end,
          case when a.writer <> '' then extract(epoch from a.at - q.at)::int end, nullif(a.writer, '')
        from bench_said q join bench_said a on a.seq = q.seq + case q.j when 0 then 2 else 1 end
        where q.j in (0, 3, 6, 8)`);
  await client.query(`
    insert into report_said (portal_id, account_id, conversation_id, quarter, writer, messages)
      select '${PORTAL}', account, conversation, floor(extract(epoch from at) / 900)::int, writer, count(*)
        from bench_said group by account, conversation, 4, writer order by 4`);
  await client.query(
    `insert into report_progress (portal_id, version, position, counted_to) values ('${PORTAL}', ${COUNTING_VERSION}, ${talks * 10}, now())`,
  );
  await client.query("drop table bench_said");
  await client.query(
    "vacuum analyze messages, conversations, report_talks, report_waits, report_said, report_tags, report_days, report_quarters, talk_marks",
  );
}

async function measure(
  store: Store,
  accounts: readonly string[],
  { setting, period, tag }: (typeof PAGES)[number],
  messages: number,
): Promise<Finding> {
  const last = DateTime.fromJSDate(END, { zone: ZONE });
  const own = { from: last.minus({ days: 364 }).toFormat("yyyy-MM-dd"), to: last.toFormat("yyyy-MM-dd") };
  const spans = spansOf(period, ZONE, END, own);
  if (!spans) throw new Error("there is no such period");
  const of = { accounts, ...(tag !== undefined && { tag }) } as unknown as Omit<ReportScope, "since" | "until">;
  const times: number[] = [];
  let received = 0;
  for (let run = 0; run < 3; run += 1) {
    const begin = performance.now();
    const page = await readReport(store.reports, PORTAL, { of, spans, zone: ZONE }, END);
    times.push(performance.now() - begin);
    received = page.groups.total.received + page.groups.total.answers + page.groups.total.automatic;
  }
  const measured = median(times);
  return {
    figure: "reports: a page at five million messages",
    setting,
    measured: `${round(measured)} ms`,
    target: `at most ${ALLOWED_MS} ms`,
    met: measured <= ALLOWED_MS,
    notes: [`${list(times)} ms; ${received} of ${messages} messages are in it`],
    data: { times, received },
  };
}

/** The counter makes of the last messages what the database made of them. */
async function countAgain(
  client: pg.Client,
  store: Store,
  accounts: readonly string[],
  talks: number,
): Promise<Finding> {
  const part = Math.min(talks, 10_000) * 10;
  const from = talks * 10 - part;
  const first = await client.query<{ at: Date }>("select created_at as at from messages where seq = $1", [from + 1]);
  const since = first.rows[0]?.at ?? new Date(0);
  const quarter = Math.ceil(since.getTime() / 900_000) * 900_000 + 2 * 3_600_000;
  const scope = {
    accounts,
    since: new Date(quarter),
    until: new Date(END.getTime() + 7_200_000),
  } as unknown as ReportScope;
  const before = await store.reports.groups(PORTAL, scope);
  await client.query("delete from report_talks where opened_seq > $1", [from]);
  await client.query("delete from report_waits where asked_seq > $1", [from]);
  await client.query("delete from report_said where quarter > $1", [Math.floor(since.getTime() / 900_000)]);
  await client.query("update talk_marks set counted = false where seq > $1", [from]);
  await client.query("update report_progress set position = $1, said_before = $2", [
    from,
    Math.floor(since.getTime() / 900_000),
  ]);
  const begin = performance.now();
  for (let more = true; more; )
    ({ more } = await store.reports.count(
      PORTAL,
      { position: talks * 10, at: END, limit: 2_000, version: COUNTING_VERSION },
      { count: ({ conversation, before: so, rows, marks }) => countOn(conversation, so, rows, marks), writer: saidBy },
    ));
  const seconds = (performance.now() - begin) / 1000;
  const after = await store.reports.groups(PORTAL, scope);
  const isSame = JSON.stringify(before.total) === JSON.stringify(after.total);
  return {
    figure: "reports: counting what was said before",
    setting: "PostgreSQL",
    measured: `${round(part / seconds)} messages a second`,
    target: "the same figures as made by the database",
    met: isSame,
    notes: [`${part} messages in ${round(seconds, 1)} s`],
    data: { perSecond: part / seconds, asked: after.total.asked },
  };
}
