import { type Kysely, sql } from "kysely";
import type { PortalId } from "../../domain/ids.ts";
import type { Schema } from "../schema.ts";

/**
 * Brings conversations whose tags have changed under their tags of now; the database moves their sums. Under the portal's
 * position, as all counting: no row is counted meanwhile. Twice: the second time there is nothing to change.
 * @returns how many were looked at, of at most `limit`
 */
export async function keepTags(tx: Kysely<Schema>, portal: PortalId, limit: number): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    delete from report_retags where id in (
        select r.id from report_retags r where r.portal_id = ${portal} order by r.id limit ${limit})
      returning conversation_id as id`.execute(tx);
  if (rows.length === 0) return 0;
  const changed = rows.map(({ id }) => id);
  // Those that go on as one of them have its tags, and no longer those of their own, which nobody sees any more: counted anew,
  // what was said in them is that one's.
  const { rows: all } = await sql<{ id: string }>`
    select c.id from unnest(${changed}::uuid[]) as c(id)
    union select k.id from conversations k where k.moved_to = any(${changed}::uuid[])`.execute(tx);
  const ids = all.map(({ id }) => id);
  const now = sql`
    select c.id, t.tag from conversations c cross join lateral unnest(c.tags) as t(tag)
      where c.id = any(${ids}::uuid[]) and c.portal_id = ${portal} and c.moved_to is null
    union
    select k.id, t.tag from conversations k join conversations c on c.id = k.moved_to cross join lateral unnest(c.tags) as t(tag)
      where k.id = any(${ids}::uuid[]) and k.portal_id = ${portal}`;
  await sql`
    delete from report_tags g where g.portal_id = ${portal} and g.conversation_id = any(${ids}::uuid[])
      and not exists (select 1 from (${now}) as n where n.id = g.conversation_id and n.tag = g.tag)`.execute(tx);
  await sql`
    insert into report_tags (portal_id, conversation_id, tag)
      select ${portal}::text, n.id, n.tag from (${now}) as n where n.tag <> ''
      on conflict (conversation_id, tag) do nothing`.execute(tx);
  return rows.length;
}
