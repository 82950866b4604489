import { type Kysely, sql } from "kysely";
import { conversationId } from "../domain/ids.ts";
import { isUuid, toJson } from "./clean.ts";
import type { DecisionRepository } from "./contract/rules.ts";
import type { Schema } from "./schema.ts";

type Following = Pick<DecisionRepository, "noteChatChanged" | "noteCardChanged" | "noteFollowed" | "noteResponsible">;

/** What is known of transfers, beside the decisions that follow them. Told twice, or late: the latest time stays. */
export function createFollowing(db: Kysely<Schema>): Following {
  return {
    async noteChatChanged(portal, conversation, at, author) {
      if (!isUuid(conversation)) return false;
      const { rows } = await sql`
        update decisions d set chat_changed_at = greatest(d.chat_changed_at, ${at}::timestamptz)
        where d.portal_id = ${portal} and d.conversation_id = ${conversation} and d.ended_at is null
          and d.decision ->> 'followTransfers' = 'true'
          and (${author ?? null}::text is null or d.follow ->> 'operator' is distinct from ${author ?? null}::text)
        returning 1`.execute(db);
      return rows.length > 0;
    },

    async noteCardChanged(portal, { type, id }, at) {
      const { rows } = await sql<{ conversation_id: string }>`
        update decisions d set card_changed_at = greatest(d.card_changed_at, ${at}::timestamptz)
        from person_entities e, conversations c
        where e.portal_id = ${portal} and e.type = ${type} and e.id = ${id}
          and d.portal_id = e.portal_id and d.person_id = e.person_id and d.ended_at is null
          and d.decision ->> 'followTransfers' = 'true'
          and c.id = d.conversation_id and c.open
        returning d.conversation_id`.execute(db);
      return rows.map((row) => conversationId(row.conversation_id));
    },

    async noteFollowed(portal, decision, now, seen) {
      if (!isUuid(decision)) return;
      await sql`
        update decisions set follow = ${toJson(now)}::jsonb,
          chat_changed_at = case when chat_changed_at <= ${seen.chat ?? null}::timestamptz then null else chat_changed_at end,
          card_changed_at = case when card_changed_at <= ${seen.card ?? null}::timestamptz then null else card_changed_at end
        where portal_id = ${portal} and id = ${decision}`.execute(db);
    },

    async noteResponsible(portal, { type, id }, person) {
      await sql`
        update decisions d set follow = jsonb_set(coalesce(d.follow, '{"cards": {}}'), array['cards', ${`${type}:${id}`}::text], to_jsonb(${person}::text))
        from person_entities e
        where e.portal_id = ${portal} and e.type = ${type} and e.id = ${id}
          and d.portal_id = e.portal_id and d.person_id = e.person_id and d.ended_at is null
          and d.decision ->> 'followTransfers' = 'true'`.execute(db);
    },
  };
}
