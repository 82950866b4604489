import { type Kysely, sql } from "kysely";
import type { PortalId } from "../../domain/ids.ts";
import type { Schema } from "../schema.ts";

/** Nobody needs to answer what was said so far. Before the conversations are changed, under their locks. */
export async function markNoReply(tx: Kysely<Schema>, portal: PortalId, ids: readonly string[]): Promise<void> {
  await hold(tx, portal, ids);
  await sql`
    insert into talk_marks (portal_id, conversation_id, kind, seq)
      select c.portal_id, c.id, 'no-reply', last.seq from conversations c cross join lateral (
          select m.seq from messages m where m.conversation_id = c.id order by m.seq desc limit 1) as last
        where c.portal_id = ${portal} and c.id = any(${ids}::uuid[])`.execute(tx);
}

/** Takes that back where nobody has answered since; what was counted behind it is counted anew. */
export async function voidNoReply(tx: Kysely<Schema>, portal: PortalId, ids: readonly string[]): Promise<void> {
  await hold(tx, portal, ids);
  await sql`
    update talk_marks t set kind = 'void', counted = false from conversations c
      where c.portal_id = ${portal} and c.id = any(${ids}::uuid[]) and t.conversation_id = c.id and t.kind = 'no-reply'
        and t.seq = c.answered_seq and c.answered_seq = (c.answered_before ->> 'set')::bigint`.execute(tx);
}

/** What an own line's engine took for a number of stars. */
export async function markRated(tx: Kysely<Schema>, portal: string, conversation: string, seq: number): Promise<void> {
  await tx
    .insertInto("talk_marks")
    .values({ portal_id: portal, conversation_id: conversation, kind: "rated", seq, agent: null })
    .execute();
}

/** It is over. Before the row says so: who had it is read from there. */
export const markClosed = (tx: Kysely<Schema>, portal: string, conversation: string) =>
  sql`select mark_closed(${portal}, ${conversation}::uuid)`.execute(tx);

const hold = (tx: Kysely<Schema>, portal: PortalId, ids: readonly string[]) =>
  sql`
    select 1 from conversations c where c.portal_id = ${portal} and c.id = any(${ids}::uuid[])
      order by c.id for no key update`.execute(tx);
