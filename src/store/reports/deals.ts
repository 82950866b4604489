import { type Kysely, type RawBuilder, sql } from "kysely";
import { conversationId, type PortalId, portalId } from "../../domain/ids.ts";
import { cleanText, toJson } from "../clean.ts";
import type { ChangedDeal, DealQuery, FoundDeal, ReadDeal, ReportScope } from "../contract/reports.ts";
import type { Schema } from "../schema.ts";
import { belongs, ofAgent, talkAgent } from "./scope.ts";

/** A deal is won after a conversation that began at most so long before. */
const WITHIN = sql`interval '30 days'`;
/** Of people who were silent for longer nothing can be counted any more; a little more, for what was won while we were away. */
export const SPOKEN_WITHIN_MS = 40 * 86_400_000;

/**
 * Deals of a time as rows of talks: each at the latest talk with its person that began before it was won. That talk is found
 * among all of them and only then has to belong to the scope, so that no filter shows a deal at another talk.
 */
export function dealsWon(portal: PortalId, scope: ReportScope): RawBuilder<unknown> {
  const { since, until } = scope;
  return sql`
    select t.account_id, ${talkAgent} as agent, e.id, e.won_at, t.conversation_id, t.opened_seq from person_entities e cross join lateral (
        select r.portal_id, r.account_id, r.conversation_id, r.agent, r.closed_at, r.opened_seq
          from conversations k join report_talks r on r.conversation_id = k.id
          where k.person_id = e.person_id and k.portal_id = e.portal_id
            and r.opened_at <= e.won_at and r.opened_at >= e.won_at - ${WITHIN}
          order by r.opened_at desc, r.opened_seq desc limit 1) as t
      where e.portal_id = ${portal} and e.type = 'deal' and e.won_at >= ${since} and e.won_at < ${until}
        and ${belongs("t", portal, scope)}`;
}

/** The deals behind the figure, by the very question that counts them. */
export async function dealsBehind(
  db: Kysely<Schema>,
  portal: PortalId,
  query: DealQuery,
): Promise<readonly FoundDeal[]> {
  const { rows } = await sql<{
    id: string;
    won_at: Date;
    conversation_id: string;
    opened_seq: number;
    agent: string | null;
  }>`
    select x.id, x.won_at, x.conversation_id, x.opened_seq, x.agent from (${dealsWon(portal, query)}) as x
      where ${ofAgent(sql`x.agent`, query)}
      order by x.won_at desc, x.id desc limit ${query.limit} offset ${query.after}`.execute(db);
  return rows.map((row) => ({
    ...{ id: row.id, wonAt: row.won_at, conversation: conversationId(row.conversation_id), openedSeq: row.opened_seq },
    ...(row.agent !== null && { agent: row.agent }),
  }));
}

/** What an event told of, and what was read before a time of which events may be missing. */
export async function changedDeals(
  db: Kysely<Schema>,
  now: Date,
  perPortal: number,
): Promise<ReadonlyMap<PortalId, readonly ChangedDeal[]>> {
  const spoken = new Date(now.getTime() - SPOKEN_WITHIN_MS);
  const { rows } = await sql<{ portal_id: string; id: string; changes: number }>`
    select d.portal_id, d.id, d.changes from portals p cross join lateral (
      select e.portal_id, e.id, e.changes from person_entities e
        where e.portal_id = p.id and e.type = 'deal' and (e.fresh_at is null or e.fresh_at < p.gap_at)
          and (e.won_at is not null or exists (
            select 1 from conversations c where c.person_id = e.person_id and c.last_message_at >= ${spoken}))
        order by e.last_active_at desc limit ${perPortal}) as d
      where p.active and p.refresh_token_sealed is not null`.execute(db);
  const byPortal = Map.groupBy(rows, (row) => portalId(row.portal_id));
  return new Map([...byPortal].map(([portal, of]) => [portal, of.map(({ id, changes }) => ({ id, changes }))]));
}

export async function keepDeals(
  db: Kysely<Schema>,
  portal: PortalId,
  read: readonly ReadDeal[],
  at: Date,
): Promise<void> {
  if (read.length === 0) return;
  const rows = read.map(({ id, changes, look }) => ({
    ...{ id, changes, title: cleanText(look.title), open: look.open, pipeline: look.pipeline, stage: look.stage },
    ...{ responsible: look.responsible, active: look.lastActiveAt, won: look.wonAt },
  }));
  await sql`
    update person_entities e set title = r.title, open = r.open, pipeline = r.pipeline, stage = r.stage,
        responsible = r.responsible, last_active_at = r.active, won_at = r.won, fresh_at = ${at}
      from jsonb_to_recordset(${toJson(rows)}::jsonb) as r(id text, changes integer, title text, open boolean, pipeline text,
        stage text, responsible text, active timestamptz, won timestamptz)
      where e.portal_id = ${portal} and e.type = 'deal' and e.id = r.id and e.changes = r.changes`.execute(db);
}
