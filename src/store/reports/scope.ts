import { type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import type { PortalId } from "../../domain/ids.ts";
import { cleanText, isUuid } from "../clean.ts";
import type { ReportScope } from "../contract/reports.ts";
import type { Schema } from "../schema.ts";

const QUARTER_S = 900;

/** Rows of a table, by its alias, that belong to what is asked for; its time is the caller's to say. */
export function belongs(alias: string, portal: PortalId, { accounts, tag }: ReportScope): RawBuilder<SqlBool> {
  const at = sql.raw(alias);
  const ids = accounts.filter(isUuid);
  const own = sql<SqlBool>`${at}.portal_id = ${portal} and ${at}.account_id = any(${ids}::uuid[])`;
  if (tag === undefined) return own;
  // A conversation that goes on as another one has that one's.
  const tagged = sql`c.portal_id = ${portal} and c.tags <> '{}' and c.tags @> array[${cleanText(tag)}::text]`;
  return sql<SqlBool>`${own} and ${at}.conversation_id in (
    select c.id from conversations c where ${tagged}
    union all select k.id from conversations c join conversations k on k.moved_to = c.id where ${tagged})`;
}

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

/** Whose a wait is: who answered; while it goes on, who has the conversation. */
export const waitAgent = sql<string | null>`case when w.ended is null
  then (select c.operator_id from conversations c where c.id = w.conversation_id) else w.agent end`;

/** Whose a talk is: who answered first; before that, and as long as it is open, who has the conversation. */
export const talkAgent = sql<string | null>`case when t.agent is null and t.closed_at is null
  then (select c.operator_id from conversations c where c.id = t.conversation_id) else t.agent end`;

export const ofAgent = (agent: RawBuilder<string | null>, { agent: wanted }: ReportScope): RawBuilder<SqlBool> =>
  wanted === undefined ? sql<SqlBool>`true` : sql<SqlBool>`${agent} = ${cleanText(wanted)}`;

export const quarterOf = (at: Date): number => Math.floor(at.getTime() / 1000 / QUARTER_S);
