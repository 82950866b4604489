import { type Kysely, type RawBuilder, sql } from "kysely";
import type { PortalId } from "../../domain/ids.ts";
import { cleanText } from "../clean.ts";
import type { ReportScope, ReportSeriesRow } from "../contract/reports.ts";
import type { Schema } from "../schema.ts";
import { belongs, quarterOf, readMuch, summed } from "./scope.ts";

interface Row {
  readonly day: string | null;
  readonly hour: number | null;
  readonly received: number;
  readonly answers: number;
  readonly opened: number;
  readonly closed: number;
  readonly asked: number;
  readonly unanswered: number;
  readonly answered: number;
  readonly seconds: number;
}

/**
 * By quarters of an hour first, and those by the clock of the place: an hour that the clock shows twice has the figures of
 * both, and one that it jumps over has none.
 */
export async function seriesOf(db: Kysely<Schema>, portal: PortalId, scope: ReportScope, zone: string) {
  const { agent } = scope;
  const quarters = agent === undefined ? ofAll(portal, scope) : ofOne(portal, scope, cleanText(agent));
  const rows = await readMuch(
    db,
    sql<Row>`
    with counted as (${quarters}),
    placed as (
      select c.*, to_char(place.at, 'YYYY-MM-DD') as day,
          (extract(isodow from place.at)::int - 1) * 24 + extract(hour from place.at)::int as hour
        from counted c cross join lateral (select to_timestamp(c.quarter::bigint * 900) at time zone ${zone} as at) as place)
    select day, hour, coalesce(sum(received), 0)::int as received, coalesce(sum(answers), 0)::int as answers,
        sum(opened)::int as opened, sum(closed)::int as closed, sum(asked)::int as asked, sum(unanswered)::int as unanswered,
        sum(answered)::int as answered, coalesce(sum(seconds), 0)::float8 as seconds
      from placed group by grouping sets ((day), (hour)) order by day, hour`,
  );
  const shown = rows
    .map(({ day, hour, ...figures }) => ({ isDay: day !== null, row: { key: day ?? String(hour), ...figures } }))
    .filter(({ row }) => isSomething(row));
  return {
    days: shown.filter(({ isDay }) => isDay).map(({ row }) => row),
    hours: shown.filter(({ isDay }) => !isDay).map(({ row }) => row),
  };
}

/** From the sums of quarters. */
function ofAll(portal: PortalId, scope: ReportScope): RawBuilder<unknown> {
  return sql`
    select q.quarter, sum(q.received) as received, sum(q.answers) as answers, sum(q.opened) as opened, sum(q.closed) as closed,
        sum(q.asked) as asked, sum(q.unanswered) as unanswered, sum(q.answered) as answered, sum(q.seconds) as seconds
      from report_quarters q
      where ${summed("q", portal, scope)} and q.quarter >= ${quarterOf(scope.since)} and q.quarter < ${quarterOf(scope.until)}
      group by q.quarter`;
}

/** From rows: there are no more than one person can make. What goes on is whose the conversation is. */
function ofOne(portal: PortalId, scope: ReportScope, agent: string): RawBuilder<unknown> {
  const { since, until } = scope;
  const quarterAt = (time: string) => sql`floor(extract(epoch from ${sql.raw(time)}) / 900)::int`;
  const held = (alias: string) =>
    sql`(select c.operator_id from conversations c where c.id = ${sql.raw(alias)}.conversation_id) = ${agent}`;
  const [talks, waits] = [belongs("t", portal, scope), belongs("w", portal, scope)];
  const opened = sql`t.opened_at >= ${since} and t.opened_at < ${until}`;
  const asked = sql`w.asked_at >= ${since} and w.asked_at < ${until}`;
  return sql`
    select s.quarter, 0 as received, sum(s.messages) as answers, 0 as opened, 0 as closed, 0 as asked, 0 as unanswered,
        0 as answered, 0 as seconds
      from report_said s
      where ${belongs("s", portal, scope)} and s.quarter >= ${quarterOf(since)} and s.quarter < ${quarterOf(until)}
        and s.writer = ${agent} and s.writer not in ('', 'auto')
      group by s.quarter
    union all
    select ${quarterAt("w.asked_at")}, 0, 0, 0, 0, count(*), count(*) filter (where w.ended = 'closed'),
        count(*) filter (where w.ended = 'answered'), coalesce(sum(w.seconds) filter (where w.ended = 'answered'), 0)
      from report_waits w where ${waits} and ${asked} and w.agent = ${agent} and w.ended is not null group by 1
    union all
    select ${quarterAt("w.asked_at")}, 0, 0, 0, 0, count(*), count(*), 0, 0
      from report_waits w where ${waits} and ${asked} and w.ended is null and ${held("w")} group by 1
    union all
    select ${quarterAt("t.opened_at")}, 0, 0, count(*), 0, 0, 0, 0, 0
      from report_talks t where ${talks} and ${opened} and t.agent = ${agent} group by 1
    union all
    select ${quarterAt("t.opened_at")}, 0, 0, count(*), 0, 0, 0, 0, 0
      from report_talks t where ${talks} and ${opened} and t.agent is null and t.closed_at is null and ${held("t")} group by 1
    union all
    select ${quarterAt("t.closed_at")}, 0, 0, 0, count(*), 0, 0, 0, 0
      from report_talks t where ${talks} and t.closed_at >= ${since} and t.closed_at < ${until} and t.agent = ${agent} group by 1`;
}

const isSomething = ({ key: _, ...figures }: ReportSeriesRow): boolean => Object.values(figures).some((n) => n !== 0);
