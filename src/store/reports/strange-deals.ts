import { type Kysely, sql } from "kysely";
import { type PortalId, portalId } from "../../domain/ids.ts";
import { cleanText, toJson } from "../clean.ts";
import type { ChangedDeal, ReadDeal } from "../contract/reports.ts";
import type { Schema } from "../schema.ts";
import { SPOKEN_WITHIN_MS } from "./deals.ts";

/** Who imports thousands of deals makes us read the latest of them; the others are told of again when they change. */
const FORGOTTEN = sql`interval '2 days'`;

export async function noteDeal(db: Kysely<Schema>, portal: PortalId, id: string): Promise<void> {
  await sql`
    insert into strange_deals as s (portal_id, id, told_at)
      select ${portal}::text, ${cleanText(id)}::text, clock_timestamp() where not exists (
        select 1 from person_entities e where e.portal_id = ${portal} and e.type = 'deal' and e.id = ${cleanText(id)})
      on conflict (portal_id, id) do update set told_at = excluded.told_at, changes = s.changes + 1`.execute(db);
}

export async function strangeDeals(
  db: Kysely<Schema>,
  now: Date,
  perPortal: number,
): Promise<ReadonlyMap<PortalId, readonly ChangedDeal[]>> {
  await sql`delete from strange_deals where told_at < ${now}::timestamptz - ${FORGOTTEN}`.execute(db);
  const { rows } = await sql<{ portal_id: string; id: string; changes: number }>`
    select d.portal_id, d.id, d.changes from portals p cross join lateral (
      select s.portal_id, s.id, s.changes from strange_deals s where s.portal_id = p.id
        order by s.told_at desc limit ${perPortal}) as d
      where p.active and p.refresh_token_sealed is not null`.execute(db);
  const byPortal = Map.groupBy(rows, (row) => portalId(row.portal_id));
  return new Map([...byPortal].map(([portal, of]) => [portal, of.map(({ id, changes }) => ({ id, changes }))]));
}

/** In one transaction: killed in the middle, all of them are read again. */
export async function settleDeals(
  db: Kysely<Schema>,
  portal: PortalId,
  asked: readonly ChangedDeal[],
  read: readonly (ReadDeal & { readonly contact: string | undefined })[],
  at: Date,
): Promise<void> {
  const rows = read.flatMap(({ id, changes, contact, look }) =>
    contact === undefined
      ? []
      : [
          {
            ...{ id, changes, contact, title: cleanText(look.title), open: look.open, pipeline: look.pipeline },
            ...{ stage: look.stage, responsible: look.responsible, active: look.lastActiveAt, won: look.wonAt },
          },
        ],
  );
  const spoken = new Date(at.getTime() - SPOKEN_WITHIN_MS);
  await db.transaction().execute(async (tx) => {
    if (rows.length > 0)
      await sql`
        insert into person_entities (portal_id, type, id, person_id, why, title, open, pipeline, stage, responsible,
            last_active_at, fresh_at, won_at)
          select ${portal}::text, 'deal', r.id, c.person_id, 'contact', r.title, r.open, r.pipeline, r.stage, r.responsible,
              r.active, case when s.changes = r.changes then ${at}::timestamptz end, r.won
            from jsonb_to_recordset(${toJson(rows)}::jsonb) as r(id text, changes integer, contact text, title text,
                open boolean, pipeline text, stage text, responsible text, active timestamptz, won timestamptz)
              join strange_deals s on s.portal_id = ${portal} and s.id = r.id
              join person_entities c on c.portal_id = ${portal} and c.type = 'contact' and c.id = r.contact
            where exists (select 1 from conversations k
              where k.portal_id = ${portal} and k.person_id = c.person_id and k.last_message_at >= ${spoken})
          on conflict (portal_id, type, id) do nothing`.execute(tx);
    await sql`
      delete from strange_deals s using jsonb_to_recordset(${toJson(asked)}::jsonb) as a(id text, changes integer)
        where s.portal_id = ${portal} and s.id = a.id and (s.changes = a.changes or exists (
          select 1 from person_entities e where e.portal_id = s.portal_id and e.type = 'deal' and e.id = s.id))`.execute(
      tx,
    );
  });
}
