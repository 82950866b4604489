import { type Kysely, sql } from "kysely";
import type { PortalId } from "../../domain/ids.ts";
import type { AnswerTimes, ReportFigures, ReportGroups, ReportScope } from "../contract/reports.ts";
import type { Schema } from "../schema.ts";
import { dealsWon } from "./deals.ts";
import { belongs, ofAgent, quarterOf, readMuch, talkAgent, waitAgent } from "./scope.ts";

interface Keyed {
  readonly account_id: string | null;
  readonly channel: string | null;
  readonly agent: string | null;
}

interface WaitRow extends Keyed {
  readonly kind: "total" | "account" | "channel" | "agent";
  readonly asked: number;
  readonly answered: number;
  readonly no_reply: number;
  readonly firsts: number;
  readonly first_total: number;
  readonly first_max: number | null;
  readonly first_parts: readonly (number | null)[] | null;
  readonly furthers: number;
  readonly further_total: number;
  readonly further_max: number | null;
  readonly further_parts: readonly (number | null)[] | null;
}

interface CountRow extends Keyed {
  readonly what: "received" | "answers" | "automatic" | "opened" | "begunByUs" | "closed" | "open" | "dealsWon";
  readonly amount: number;
}

interface StarsRow extends Keyed {
  readonly by: "customerStars" | "supervisorStars";
  readonly count: number;
  readonly sum: number;
}

type Draft = { -readonly [Key in keyof ReportFigures]: ReportFigures[Key] };

const NO_TIMES: AnswerTimes = { count: 0, total: 0 };

/**
 * The figures of a time, one question for each kind of rows. Medians and percentiles are exact: of the answer times that there
 * were, the one that half (nine of ten) do not exceed.
 */
export async function groupsOf(db: Kysely<Schema>, portal: PortalId, scope: ReportScope): Promise<ReportGroups> {
  const [waits, counts, stars] = await Promise.all([
    waitsOf(db, portal, scope, true),
    countsOf(db, portal, scope),
    starsOf(db, portal, scope),
  ]);
  return gather(waits, counts, stars);
}

/** Only all together, which is quicker. */
export async function totalOf(db: Kysely<Schema>, portal: PortalId, scope: ReportScope): Promise<ReportFigures> {
  const [waits, counts, stars] = await Promise.all([
    waitsOf(db, portal, scope, false),
    countsOf(db, portal, scope),
    starsOf(db, portal, scope),
  ]);
  return gather(waits, counts, stars).total;
}

function waitsOf(
  db: Kysely<Schema>,
  portal: PortalId,
  scope: ReportScope,
  grouped: boolean,
): Promise<readonly WaitRow[]> {
  const first = sql`filter (where v.is_first and v.ended = 'answered')`;
  const further = sql`filter (where not v.is_first and v.ended = 'answered')`;
  const parts = sql`percentile_disc(array[0.5, 0.9]) within group (order by v.seconds)`;
  const keys = grouped
    ? sql`case grouping(v.account_id, v.channel, v.agent)
          when 3 then 'account' when 5 then 'channel' when 6 then 'agent' else 'total' end as kind,
        v.account_id, v.channel, v.agent`
    : sql`'total' as kind, null as account_id, null as channel, null as agent`;
  return readMuch(
    db,
    sql<WaitRow>`
    select ${keys},
        count(*)::int as asked,
        (count(*) filter (where v.ended = 'answered'))::int as answered,
        (count(*) filter (where v.ended = 'no-reply'))::int as no_reply,
        (count(*) ${first})::int as firsts, coalesce(sum(v.seconds) ${first}, 0)::float8 as first_total,
        max(v.seconds) ${first} as first_max, ${parts} ${first} as first_parts,
        (count(*) ${further})::int as furthers, coalesce(sum(v.seconds) ${further}, 0)::float8 as further_total,
        max(v.seconds) ${further} as further_max, ${parts} ${further} as further_parts
      from (
        select w.account_id, a.channel, w.is_first, w.ended, w.seconds, ${waitAgent} as agent
          from report_waits w join accounts a on a.id = w.account_id
          where ${belongs("w", portal, scope)} and w.asked_at >= ${scope.since} and w.asked_at < ${scope.until}) as v
      where ${ofAgent(sql`v.agent`, scope)}
      ${grouped ? sql`group by grouping sets ((), (v.account_id), (v.channel), (v.agent))` : sql``}`,
  );
}

function countsOf(db: Kysely<Schema>, portal: PortalId, scope: ReportScope): Promise<readonly CountRow[]> {
  const { since, until } = scope;
  const talks = sql`select t.account_id, t.by_us, ${talkAgent} as agent from report_talks t where ${belongs("t", portal, scope)}`;
  return readMuch(
    db,
    sql<CountRow>`
    select f.*, a.channel from (
    select case s.writer when '' then 'received' when 'auto' then 'automatic' else 'answers' end as what, s.account_id,
        nullif(nullif(s.writer, ''), 'auto') as agent, sum(s.messages)::int as amount
      from report_said s
      where ${belongs("s", portal, scope)} and s.quarter >= ${quarterOf(since)} and s.quarter < ${quarterOf(until)}
        and ${ofAgent(sql`s.writer`, scope)}
      group by s.account_id, s.writer
    union all
    select case when x.by_us then 'begunByUs' else 'opened' end, x.account_id, x.agent, count(*)::int from (
        ${talks} and t.opened_at >= ${since} and t.opened_at < ${until}) as x
      where ${ofAgent(sql`x.agent`, scope)} group by 1, x.account_id, x.agent
    union all
    select 'closed', x.account_id, x.agent, count(*)::int from (
        ${talks} and t.closed_at >= ${since} and t.closed_at < ${until}) as x
      where ${ofAgent(sql`x.agent`, scope)} group by x.account_id, x.agent
    union all
    select 'open', x.account_id, x.agent, count(*)::int from (
        ${talks} and t.opened_at < ${until} and (t.closed_at is null or t.closed_at >= ${until})) as x
      where ${ofAgent(sql`x.agent`, scope)} group by x.account_id, x.agent
    union all
    select 'dealsWon', x.account_id, x.agent, count(*)::int from (${dealsWon(portal, scope)}) as x
      where ${ofAgent(sql`x.agent`, scope)} group by x.account_id, x.agent) as f join accounts a on a.id = f.account_id`,
  );
}

/** Ratings stand in two places: an account without a line keeps its own, and there the message is not one more. */
function starsOf(db: Kysely<Schema>, portal: PortalId, scope: ReportScope): Promise<readonly StarsRow[]> {
  const { since, until } = scope;
  return readMuch(
    db,
    sql<StarsRow>`
    select x.by, x.account_id, a.channel, x.agent, count(*)::int as count, sum(x.stars)::int as sum from (
      select 'customerStars' as by, o.account_id, o.operator_id as agent, o.stars from own_ratings o
        where ${belongs("o", portal, scope)} and o.rated_at >= ${since} and o.rated_at < ${until} and o.stars is not null
      union all
      select 'customerStars', r.account_id, r.agent, r.stars from report_ratings r
        where ${belongs("r", portal, scope)} and r.at >= ${since} and r.at < ${until}
          and not exists (select 1 from own_sessions s where s.conversation_id = r.conversation_id)
      union all
      -- Whoever gives stars on our own surface and answers the line as well says one thing twice: ours, which are finer, count.
      select 'customerStars', v.account_id, v.operator_id, v.stars from line_votes v
        where ${belongs("v", portal, scope)} and v.rated_at >= ${since} and v.rated_at < ${until} and not exists (
          select 1 from report_ratings r where r.conversation_id = v.conversation_id
            and r.at between v.rated_at - interval '1 day' and v.rated_at + interval '1 day')
      union all
      select 'supervisorStars', v.account_id, v.operator_id, v.supervisor_stars from line_votes v
        where ${belongs("v", portal, scope)} and v.supervised_at >= ${since} and v.supervised_at < ${until}
      union all
      select 'supervisorStars', o.account_id, o.operator_id, o.supervisor_stars from own_ratings o
        where ${belongs("o", portal, scope)} and o.supervised_at >= ${since} and o.supervised_at < ${until}) as x
      join accounts a on a.id = x.account_id
      where ${ofAgent(sql`x.agent`, scope)}
      group by x.by, x.account_id, a.channel, x.agent`,
  );
}

function gather(waits: readonly WaitRow[], counts: readonly CountRow[], stars: readonly StarsRow[]): ReportGroups {
  const total = nothing();
  const accounts = new Map<string, Draft>();
  const channels = new Map<string, Draft>();
  const agents = new Map<string, Draft>();
  const at = (map: Map<string, Draft>, key: string): Draft => {
    const known = map.get(key) ?? nothing();
    map.set(key, known);
    return known;
  };
  for (const row of waits) {
    Object.assign(placeOf(row.kind, row), figuresOf(row));
  }
  for (const row of counts) {
    const { what, amount } = row;
    const kinds = ["total", "account", "channel"] as const;
    // What customers and machines said is no colleague's.
    const isOurs = what !== "received" && what !== "automatic";
    for (const of of [...kinds, ...(isOurs ? (["agent"] as const) : [])].map((kind) => placeOf(kind, row))) {
      of[what] += amount;
      if (what === "begunByUs") of.opened += amount;
    }
  }
  for (const row of stars)
    for (const kind of ["total", "account", "channel", "agent"] as const) {
      const of = placeOf(kind, row);
      of[row.by] = { count: of[row.by].count + row.count, sum: of[row.by].sum + row.sum };
    }
  return { total, accounts, channels, agents };

  function placeOf(kind: WaitRow["kind"], { account_id: account, channel, agent }: Keyed): Draft {
    if (kind === "total") return total;
    if (kind === "account") return at(accounts, account ?? "");
    return kind === "channel" ? at(channels, channel ?? "") : at(agents, agent ?? "");
  }
}

const nothing = (): Draft => ({
  ...{ received: 0, answers: 0, automatic: 0, opened: 0, begunByUs: 0, closed: 0, open: 0, dealsWon: 0 },
  ...{ asked: 0, answered: 0, noReply: 0, unanswered: 0, first: NO_TIMES, further: NO_TIMES },
  customerStars: { count: 0, sum: 0 },
  supervisorStars: { count: 0, sum: 0 },
});

function figuresOf(row: WaitRow) {
  const { asked, answered, no_reply: noReply } = row;
  return {
    ...{ asked, answered, noReply, unanswered: asked - answered - noReply },
    first: timesOf(row.firsts, row.first_total, row.first_max, row.first_parts),
    further: timesOf(row.furthers, row.further_total, row.further_max, row.further_parts),
  };
}

function timesOf(
  count: number,
  total: number,
  max: number | null,
  parts: readonly (number | null)[] | null,
): AnswerTimes {
  const [median, p90] = parts ?? [];
  return {
    ...{ count, total },
    ...(max !== null && { max }),
    ...(typeof median === "number" && { median }),
    ...(typeof p90 === "number" && { p90 }),
  };
}
