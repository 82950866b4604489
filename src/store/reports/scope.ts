import { type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import type { PortalId } from "../../domain/ids.ts";
import { cleanText, isUuid } from "../clean.ts";
import type { ReportScope } from "../contract/reports.ts";
import type { Schema } from "../schema.ts";

const QUARTER_S = 900;
const DAY_MS = 86_400_000;
const NO_END = 2_147_483_647;

/** Rows of a table, by its alias, that belong to what is asked for; its time is the caller's to say. */
export function belongs(alias: string, portal: PortalId, { accounts, tag }: ReportScope): RawBuilder<SqlBool> {
  const at = sql.raw(alias);
  const own = sql<SqlBool>`${at}.portal_id = ${portal} and ${at}.account_id = any(${accounts.filter(isUuid)}::uuid[])`;
  if (tag === undefined) return own;
  return sql<SqlBool>`${own} and ${at}.conversation_id in (
    select g.conversation_id from report_tags g where g.portal_id = ${portal} and g.tag = ${cleanText(tag)})`;
}

/** The same for rows of sums. */
export const summed = (alias: string, portal: PortalId, { accounts, tag = "" }: ReportScope): RawBuilder<SqlBool> =>
  sql<SqlBool>`${sql.raw(alias)}.portal_id = ${portal} and ${sql.raw(alias)}.tag = ${cleanText(tag)}
    and ${sql.raw(alias)}.account_id = any(${accounts.filter(isUuid)}::uuid[])`;

/**
 * Reads much at once: sorting in memory, and without compiling the question first, which takes longer than answering it.
 * Settings of this transaction alone.
 */
export function readMuch<Row>(db: Kysely<Schema>, question: RawBuilder<Row>): Promise<readonly Row[]> {
  return db.transaction().execute(async (tx) => {
    await sql`select set_config('jit', 'off', true), set_config('work_mem', '32MB', true)`.execute(tx);
    return (await question.execute(tx)).rows;
  });
}

/** A time as UTC days, of which there are sums, and what is left of it at both ends. */
interface Parts {
  /** The first one, and the one behind the last; the same where there is none. */
  readonly days: readonly [number, number];
  readonly ends: readonly (readonly [Date, Date])[];
}

/** @param until absent: without an end */
export function partsOf(since: Date, until?: Date): Parts {
  const first = Math.ceil(since.getTime() / DAY_MS);
  const last = until ? Math.floor(until.getTime() / DAY_MS) : NO_END;
  if (until && first >= last) return { days: [0, 0], ends: [[since, until]] };
  const ends: (readonly [Date, Date])[] = [
    [since, new Date(first * DAY_MS)],
    ...(until ? [[new Date(last * DAY_MS), until] as const] : []),
  ];
  return { days: [first, last], ends: ends.filter(([from, to]) => from < to) };
}

/** That a time is at one of the ends. */
export function atEnds(time: RawBuilder<unknown>, { ends }: Parts): RawBuilder<SqlBool> {
  if (ends.length === 0) return sql<SqlBool>`false`;
  return sql<SqlBool>`(${sql.join(
    ends.map(([from, to]) => sql`${time} >= ${from} and ${time} < ${to}`),
    sql` or `,
  )})`;
}

/** Whose a wait is: who answered; while it goes on, who has the conversation. */
export const waitAgent = sql<string | null>`case when w.ended is null
  then (select c.operator_id from conversations c where c.id = w.conversation_id) else w.agent end`;

/** Whose a talk is: who answered first; before that, and as long as it is open, who has the conversation. */
export const talkAgent = sql<string | null>`case when t.agent is null and t.closed_at is null
  then (select c.operator_id from conversations c where c.id = t.conversation_id) else t.agent end`;

export const ofAgent = (agent: RawBuilder<string | null>, { agent: wanted }: ReportScope): RawBuilder<SqlBool> =>
  wanted === undefined ? sql<SqlBool>`true` : sql<SqlBool>`${agent} = ${cleanText(wanted)}`;

export const quarterOf = (at: Date): number => Math.floor(at.getTime() / 1000 / QUARTER_S);
