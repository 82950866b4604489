import { type Kysely, type RawBuilder, type Selectable, type SqlBool, sql } from "kysely";
import { accountId, conversationId, type PortalId } from "../../domain/ids.ts";
import type { Message } from "../../domain/message.ts";
import type { FoundTalk, FoundWait, TalkQuery, WaitQuery } from "../contract/reports.ts";
import { toMessage } from "../message-row.ts";
import type { Schema } from "../schema.ts";
import { belongs, ofAgent, talkAgent, waitAgent } from "./scope.ts";

const WHICH: Readonly<Record<WaitQuery["which"], RawBuilder<SqlBool>>> = {
  asked: sql`true`,
  answered: sql`w.ended = 'answered'`,
  first: sql`w.ended = 'answered' and w.is_first`,
  further: sql`w.ended = 'answered' and not w.is_first`,
  "no-reply": sql`w.ended = 'no-reply'`,
  unanswered: sql`(w.ended is null or w.ended = 'closed')`,
};

/** The waits behind a figure, the latest first. */
export async function waitsBehind(
  db: Kysely<Schema>,
  portal: PortalId,
  query: WaitQuery,
): Promise<readonly FoundWait[]> {
  const { which, since, until, before = Number.MAX_SAFE_INTEGER, limit } = query;
  const { rows } = await sql<Selectable<Schema["report_waits"]>>`
    select v.* from (
      select w.conversation_id, w.account_id, w.asked_seq, w.asked_at, w.is_first, w.ended, w.end_seq, w.seconds,
          ${waitAgent} as agent
        from report_waits w
        where ${belongs("w", portal, query)} and w.asked_at >= ${since} and w.asked_at < ${until} and ${WHICH[which]}
          and w.asked_seq < ${before}) as v
      where ${ofAgent(sql`v.agent`, query)}
      order by v.asked_seq desc limit ${limit}`.execute(db);
  return rows.map((row) => ({
    ...{ conversation: conversationId(row.conversation_id), account: accountId(row.account_id) },
    ...{ askedSeq: row.asked_seq, askedAt: row.asked_at, first: row.is_first },
    ...(row.ended !== null && { ended: row.ended as NonNullable<FoundWait["ended"]> }),
    ...(row.end_seq !== null && { endSeq: row.end_seq }),
    ...(row.seconds !== null && { seconds: row.seconds }),
    ...(row.agent !== null && { agent: row.agent }),
  }));
}

/** Those of them that are still kept. */
export async function messagesAt(
  db: Kysely<Schema>,
  portal: PortalId,
  positions: readonly number[],
): Promise<readonly Message[]> {
  if (positions.length === 0) return [];
  const rows = await db
    .selectFrom("messages")
    .selectAll()
    .where("portal_id", "=", portal)
    .where("seq", "in", [...positions])
    .execute();
  return rows.map(toMessage);
}

/** The talks behind a figure, the latest first. */
export async function talksBehind(
  db: Kysely<Schema>,
  portal: PortalId,
  query: TalkQuery,
): Promise<readonly FoundTalk[]> {
  const { which, since, until, before = Number.MAX_SAFE_INTEGER, limit } = query;
  const within = {
    opened: sql`t.opened_at >= ${since} and t.opened_at < ${until}`,
    closed: sql`t.closed_at >= ${since} and t.closed_at < ${until}`,
    open: sql`t.opened_at < ${until} and (t.closed_at is null or t.closed_at >= ${until})`,
  }[which];
  const { rows } = await sql<Selectable<Schema["report_talks"]>>`
    select x.* from (
      select t.conversation_id, t.account_id, t.opened_seq, t.opened_at, t.closed_at, t.by_us, ${talkAgent} as agent 
        from report_talks t where ${belongs("t", portal, query)} and ${within} and t.opened_seq < ${before}) as x
      where ${ofAgent(sql`x.agent`, query)}
      order by x.opened_seq desc limit ${limit}`.execute(db);
  return rows.map((row) => ({
    ...{ conversation: conversationId(row.conversation_id), account: accountId(row.account_id) },
    ...{ openedSeq: row.opened_seq, openedAt: row.opened_at, byUs: row.by_us },
    ...(row.closed_at !== null && { closedAt: row.closed_at }),
    ...(row.agent !== null && { agent: row.agent }),
  }));
}
