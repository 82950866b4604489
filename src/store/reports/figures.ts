import { type Kysely, sql } from "kysely";
import type { PortalId } from "../../domain/ids.ts";
import { AUTO, CUSTOMER } from "../../domain/report.ts";
import type { ReportFigures, ReportGroups, ReportScope } from "../contract/reports.ts";
import type { Schema } from "../schema.ts";
import { timesOf, unpacked } from "./answer-times.ts";
import { dealsWon } from "./deals.ts";
import { belongs, ofAgent, readMuch } from "./scope.ts";
import { type SumRow, sumsOf } from "./sums.ts";

interface Keyed {
  readonly account_id: string;
  readonly channel: string;
  readonly agent: string;
}

interface Sums extends Keyed, Omit<SumRow, "firsts" | "furthers"> {
  readonly firsts: Int32Array;
  readonly furthers: Int32Array;
}

interface DealsRow extends Keyed {
  readonly count: number;
}

interface StarsRow extends Keyed {
  readonly by: "customerStars" | "supervisorStars";
  readonly count: number;
  readonly sum: number;
}

/** All that figures are made of, in parts that belong to one account and one agent. */
interface Read {
  readonly sums: readonly Sums[];
  readonly deals: readonly DealsRow[];
  readonly stars: readonly StarsRow[];
}

/**
 * The figures of a time. Medians and percentiles are exact: of the answer times that there were, the one that half (nine of
 * ten) do not exceed.
 */
export async function groupsOf(db: Kysely<Schema>, portal: PortalId, scope: ReportScope): Promise<ReportGroups> {
  const all = await read(db, portal, scope);
  // What customers and machines said is no colleague's.
  const ours = all.sums
    .filter(({ agent }) => agent !== AUTO)
    .map((row) => (row.agent === CUSTOMER ? { ...row, messages: 0 } : row))
    .filter(isSomething);
  return {
    total: figuresOf(all),
    accounts: grouped(all, (row) => row.account_id),
    channels: grouped(all, (row) => row.channel),
    agents: grouped({ ...all, sums: ours }, (row) => row.agent),
  };
}

/** Only all together, which is quicker. */
export const totalOf = async (db: Kysely<Schema>, portal: PortalId, scope: ReportScope): Promise<ReportFigures> =>
  figuresOf(await read(db, portal, scope));

async function read(db: Kysely<Schema>, portal: PortalId, scope: ReportScope): Promise<Read> {
  const [sums, deals, stars] = await Promise.all([
    sumsOf(db, portal, scope),
    dealsOf(db, portal, scope),
    starsOf(db, portal, scope),
  ]);
  return {
    sums: sums
      .map((row) => ({ ...row, firsts: unpack(row.firsts), furthers: unpack(row.furthers) }))
      .filter(isSomething),
    ...{ deals, stars },
  };
}

function dealsOf(db: Kysely<Schema>, portal: PortalId, scope: ReportScope): Promise<readonly DealsRow[]> {
  return readMuch(
    db,
    sql<DealsRow>`
    select x.account_id, a.channel, coalesce(x.agent, '') as agent, count(*)::int as count
      from (${dealsWon(portal, scope)}) as x join accounts a on a.id = x.account_id
      where ${ofAgent(sql`x.agent`, scope)} group by x.account_id, a.channel, x.agent`,
  );
}

/** Ratings stand in two places: an account without a line keeps its own, and there the message is not one more. */
function starsOf(db: Kysely<Schema>, portal: PortalId, scope: ReportScope): Promise<readonly StarsRow[]> {
  const { since, until } = scope;
  return readMuch(
    db,
    sql<StarsRow>`
    select x.by, x.account_id, a.channel, coalesce(x.agent, '') as agent, count(*)::int as count, sum(x.stars)::int as sum from (
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

function grouped(all: Read, keyOf: (row: Keyed) => string): ReadonlyMap<string, ReportFigures> {
  const [sums, deals, stars] = [
    Map.groupBy(all.sums, keyOf),
    Map.groupBy(all.deals, keyOf),
    Map.groupBy(all.stars, keyOf),
  ];
  const keys = new Set([...sums.keys(), ...deals.keys(), ...stars.keys()]);
  return new Map(
    [...keys].map((key) => [
      key,
      figuresOf({ sums: sums.get(key) ?? [], deals: deals.get(key) ?? [], stars: stars.get(key) ?? [] }),
    ]),
  );
}

function figuresOf({ sums, deals, stars }: Read): ReportFigures {
  const messagesOf = (isTheirs: (agent: string) => boolean) =>
    added(sums.filter(({ agent }) => isTheirs(agent)).map(({ messages }) => messages));
  const all = (name: "opened" | "begun_by_us" | "closed" | "open" | "asked" | "no_reply") =>
    added(sums.map((row) => row[name]));
  const starsBy = (by: StarsRow["by"]) => {
    const given = stars.filter((row) => row.by === by);
    return { count: added(given.map(({ count }) => count)), sum: added(given.map(({ sum }) => sum)) };
  };
  const [first, further] = [timesOf(sums.map(({ firsts }) => firsts)), timesOf(sums.map(({ furthers }) => furthers))];
  const [asked, noReply, answered] = [all("asked"), all("no_reply"), first.count + further.count];
  return {
    received: messagesOf((agent) => agent === CUSTOMER),
    answers: messagesOf((agent) => agent !== CUSTOMER && agent !== AUTO),
    automatic: messagesOf((agent) => agent === AUTO),
    ...{ opened: all("opened"), begunByUs: all("begun_by_us"), closed: all("closed"), open: all("open") },
    dealsWon: added(deals.map(({ count }) => count)),
    ...{ asked, answered, noReply, unanswered: asked - answered - noReply },
    ...{ first, further },
    ...{ customerStars: starsBy("customerStars"), supervisorStars: starsBy("supervisorStars") },
  };
}

/** Sums of what was counted and taken back are left behind with nothing in them. */
const isSomething = (row: Sums): boolean =>
  [row.messages, row.opened, row.closed, row.open, row.asked].some((amount) => amount !== 0);

const unpack = (packed: Uint8Array | null): Int32Array => unpacked(packed ?? new Uint8Array());

const added = (amounts: readonly number[]): number => amounts.reduce((sum, amount) => sum + amount, 0);
