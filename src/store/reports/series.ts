import { type Kysely, sql } from "kysely";
import type { PortalId } from "../../domain/ids.ts";
import type { ReportScope, ReportSeriesRow } from "../contract/reports.ts";
import type { Schema } from "../schema.ts";
import { belongs, ofAgent, quarterOf, readMuch, talkAgent, waitAgent } from "./scope.ts";

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
  const { since, until } = scope;
  const quarterAt = (time: string) => sql`floor(extract(epoch from ${sql.raw(time)}) / 900)::int`;
  const talks = sql`select t.opened_at, t.closed_at, ${talkAgent} as agent from report_talks t where ${belongs("t", portal, scope)}`;
  const rows = await readMuch(
    db,
    sql<Row>`
    with counted as (
      select s.quarter, sum(s.messages) filter (where s.writer = '') as received,
          sum(s.messages) filter (where s.writer not in ('', 'auto')) as answers,
          0 as opened, 0 as closed, 0 as asked, 0 as unanswered, 0 as answered, 0 as seconds
        from report_said s
        where ${belongs("s", portal, scope)} and s.quarter >= ${quarterOf(since)} and s.quarter < ${quarterOf(until)}
          and ${ofAgent(sql`s.writer`, scope)}
        group by s.quarter
      union all
      select v.quarter, 0, 0, 0, 0, count(*), count(*) filter (where v.ended is null or v.ended = 'closed'),
          count(*) filter (where v.ended = 'answered'), sum(v.seconds) filter (where v.ended = 'answered')
        from (
          select ${quarterAt("w.asked_at")} as quarter, w.ended, w.seconds, ${waitAgent} as agent from report_waits w
            where ${belongs("w", portal, scope)} and w.asked_at >= ${since} and w.asked_at < ${until}) as v
        where ${ofAgent(sql`v.agent`, scope)} group by v.quarter
      union all
      select ${quarterAt("x.opened_at")}, 0, 0, count(*), 0, 0, 0, 0, 0 from (
          ${talks} and t.opened_at >= ${since} and t.opened_at < ${until}) as x
        where ${ofAgent(sql`x.agent`, scope)} group by 1
      union all
      select ${quarterAt("x.closed_at")}, 0, 0, 0, count(*), 0, 0, 0, 0 from (
          ${talks} and t.closed_at >= ${since} and t.closed_at < ${until}) as x
        where ${ofAgent(sql`x.agent`, scope)} group by 1),
    placed as (
      select c.*, to_char(place.at, 'YYYY-MM-DD') as day,
          (extract(isodow from place.at)::int - 1) * 24 + extract(hour from place.at)::int as hour
        from counted c cross join lateral (select to_timestamp(c.quarter::bigint * 900) at time zone ${zone} as at) as place)
    select day, hour, coalesce(sum(received), 0)::int as received, coalesce(sum(answers), 0)::int as answers,
        sum(opened)::int as opened, sum(closed)::int as closed, sum(asked)::int as asked, sum(unanswered)::int as unanswered,
        sum(answered)::int as answered, coalesce(sum(seconds), 0)::float8 as seconds
      from placed group by grouping sets ((day), (hour)) order by day, hour`,
  );
  const shown = rows.map(({ day, hour, ...figures }): ReportSeriesRow => ({ key: day ?? String(hour), ...figures }));
  return {
    days: shown.filter((_, at) => rows[at]?.day !== null),
    hours: shown.filter((_, at) => rows[at]?.day === null),
  };
}
