import { type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import type { PortalId } from "../../domain/ids.ts";
import type { ReportScope } from "../contract/reports.ts";
import type { Schema } from "../schema.ts";
import { atEnds, belongs, ofAgent, partsOf, quarterOf, readMuch, summed, talkAgent, waitAgent } from "./scope.ts";

const COUNTED = ["messages", "opened", "begun_by_us", "closed", "open", "asked", "no_reply"] as const;
const TIMES = ["firsts", "furthers"] as const;

/** What one colleague, nobody, machines or customers have in one account. */
export interface SumRow extends Readonly<Record<(typeof COUNTED)[number], number>> {
  readonly account_id: string;
  readonly channel: string;
  /** Empty: nobody's, and of messages those of customers; `auto`: messages of machines. */
  readonly agent: string;
  /** Answer times, as `unpacked` reads them. */
  readonly firsts: Uint8Array | null;
  readonly furthers: Uint8Array | null;
}

type Columns = Partial<Record<(typeof COUNTED)[number] | (typeof TIMES)[number], RawBuilder<unknown>>>;

const one = sql`1`;
const settled = sql<SqlBool>`(t.agent is not null or t.closed_at is not null)`;
const seconds = (isFirst: boolean) =>
  sql`case when w.ended = 'answered' and w.is_first = ${isFirst}::boolean then int4send(w.seconds) else ''::bytea end`;

/**
 * From the sums of the days of a time; from rows where it begins or ends within a day; and what belongs to nobody yet, of
 * which there are no sums, from rows.
 *
 * What is open at the end is what is open now, and what was closed since, without what was opened since: nothing from before
 * has to be read for it.
 */
export function sumsOf(db: Kysely<Schema>, portal: PortalId, scope: ReportScope): Promise<readonly SumRow[]> {
  const { since, until } = scope;
  const [within, after] = [partsOf(since, until), partsOf(until)];
  const days = (columns: Columns, [first, last]: readonly [number, number]) =>
    part(
      "d.account_id",
      sql`d.agent`,
      columns,
    )(sql`report_days d where ${summed("d", portal, scope)} and d.day >= ${first}::int and d.day < ${last}::int`);
  const talks = (columns: Columns, where: RawBuilder<SqlBool>) =>
    part(
      "t.account_id",
      sql`coalesce(${talkAgent}, '')`,
      columns,
    )(sql`report_talks t where ${belongs("t", portal, scope)} and ${where}`);
  const waits = (columns: Columns, where: RawBuilder<SqlBool>) =>
    part(
      "w.account_id",
      sql`coalesce(${waitAgent}, '')`,
      columns,
    )(sql`report_waits w where ${belongs("w", portal, scope)} and ${where}`);
  const quarters = within.ends.map(
    ([from, to]) => sql`s.quarter >= ${quarterOf(from)}::int and s.quarter < ${quarterOf(to)}::int`,
  );
  const [opened, closed, asked] = [sql`t.opened_at`, sql`t.closed_at`, sql`w.asked_at`];
  const byUs = sql`t.by_us::int`;
  const goesOn = (column: RawBuilder<unknown>) =>
    sql`case when t.agent is null and t.opened_at >= ${since} then ${column} else 0 end`;
  const parts = [
    days(
      Object.fromEntries([...COUNTED, ...TIMES].map((name) => [name, name === "open" ? sql`0` : sql.ref(`d.${name}`)])),
      within.days,
    ),
    days({ open: sql`d.closed - d.opened` }, after.days),
    ...quarters.map((at) =>
      part("s.account_id", sql`s.writer`, { messages: sql`s.messages` })(
        sql`report_said s where ${belongs("s", portal, scope)} and ${at}`,
      ),
    ),
    talks({ opened: one, begun_by_us: byUs }, sql`${settled} and ${atEnds(opened, within)}`),
    talks({ closed: one }, atEnds(closed, within)),
    talks({ open: sql`-1` }, sql`${settled} and ${atEnds(opened, after)}`),
    talks({ open: one }, atEnds(closed, after)),
    talks(
      { open: one, opened: goesOn(one), begun_by_us: goesOn(byUs) },
      sql`t.closed_at is null and (t.agent is not null or t.opened_at < ${until})`,
    ),
    waits(
      {
        ...{ asked: one, no_reply: sql`(w.ended = 'no-reply')::int` },
        ...{ firsts: seconds(true), furthers: seconds(false) },
      },
      sql`w.ended is not null and ${atEnds(asked, within)}`,
    ),
    waits({ asked: one }, sql`w.ended is null and w.asked_at >= ${since} and w.asked_at < ${until}`),
  ];
  return readMuch(
    db,
    sql<SumRow>`
    select f.*, a.channel from (
        select x.account_id, x.agent, ${sql.join(COUNTED.map((name) => sql`sum(${sql.ref(`x.${name}`)})::int as ${sql.ref(name)}`))},
            ${sql.join(TIMES.map((name) => sql`string_agg(${sql.ref(`x.${name}`)}, ''::bytea) as ${sql.ref(name)}`))}
          from (${sql.join(parts, sql` union all `)}) as x
          where ${ofAgent(sql`x.agent`, scope)}
          group by x.account_id, x.agent) as f
      join accounts a on a.id = f.account_id`,
  );
}

/** Rows of one kind in the shape of all of them. */
const part =
  (account: string, agent: RawBuilder<unknown>, columns: Columns) =>
  (from: RawBuilder<unknown>): RawBuilder<unknown> =>
    sql`select ${sql.ref(account)} as account_id, ${agent} as agent,
        ${sql.join(COUNTED.map((name) => sql`${columns[name] ?? sql`0`} as ${sql.ref(name)}`))},
        ${sql.join(TIMES.map((name) => sql`${columns[name] ?? sql`''::bytea`} as ${sql.ref(name)}`))}
      from ${from}`;
