import { type Kysely, type Selectable, sql } from "kysely";
import { conversationId, plannedId, portalId } from "../domain/ids.ts";
import type { Content } from "../domain/message.ts";
import type { PlannedMessage } from "../domain/planned-message.ts";
import { cleanText, isUuid, toJson } from "./clean.ts";
import type { PlannedRepository } from "./contract/planned.ts";
import { repeatWhenUndone } from "./errors.ts";
import type { Schema } from "./schema.ts";

const TABLE = "planned_messages";
/** Whoever took one and has not ended it by then is gone. */
const TAKEN = sql`interval '1 minute'`;

/**
 * Messages that are sent later. Killed while one is being sent: it is taken again after a minute, and its client id makes the
 * second sending none. Taken back at the same time: either it is gone, or it is being sent.
 */
export function createPlannedRepository(db: Kysely<Schema>): PlannedRepository {
  return {
    async add({ portal, conversation, authorId, clientId, content, sendAt, files }) {
      if (!isUuid(conversation)) return { kind: "foreign" };
      try {
        const row = await repeatWhenUndone(() =>
          db.transaction().execute(async (tx) => {
            const stored = await tx
              .insertInto(TABLE)
              .values({
                ...{ portal_id: portal, conversation_id: conversation, author_id: authorId, client_id: clientId },
                ...{ content: toJson(content), send_at: sendAt },
              })
              .onConflict((conflict) => conflict.columns(["portal_id", "client_id"]).doNothing())
              .returningAll()
              .executeTakeFirst();
            if (!stored || files.length === 0) return stored;
            const { numUpdatedRows } = await tx
              .updateTable("media")
              .set({ planned_id: stored.id })
              .where("portal_id", "=", portal)
              .where("conversation_id", "=", conversation)
              .where("message_id", "is", null)
              .where("planned_id", "is", null)
              .where("id", "in", [...files])
              .executeTakeFirst();
            if (Number(numUpdatedRows) !== files.length) throw new FileTaken();
            return stored;
          }),
        );
        if (row) return { kind: "stored", planned: toPlanned(row) };
      } catch (error) {
        if (error instanceof FileTaken) return { kind: "no-file" };
        throw error;
      }
      const known = await db
        .selectFrom(TABLE)
        .selectAll()
        .where("portal_id", "=", portal)
        .where("client_id", "=", clientId)
        .executeTakeFirst();
      const isTheirs = known?.author_id === authorId && known.conversation_id === conversation;
      return known && isTheirs ? { kind: "known", planned: toPlanned(known) } : { kind: "foreign" };
    },

    async list(portal, conversation) {
      if (!isUuid(conversation)) return [];
      const rows = await db
        .selectFrom(TABLE)
        .selectAll()
        .where("portal_id", "=", portal)
        .where("conversation_id", "=", conversation)
        .orderBy("send_at")
        .orderBy("id")
        .execute();
      return rows.map(toPlanned);
    },

    async find(portal, id) {
      if (!isUuid(id)) return undefined;
      const row = await db
        .selectFrom(TABLE)
        .selectAll()
        .where("portal_id", "=", portal)
        .where("id", "=", id)
        .executeTakeFirst();
      return row && toPlanned(row);
    },

    async cancel(portal, id, by) {
      if (!isUuid(id)) return false;
      return repeatWhenUndone(() =>
        db.transaction().execute(async (tx) => {
          const { rows } = await sql`
            select id from planned_messages
            where portal_id = ${portal} and id = ${id}
              and (trouble is not null or taken_at is null or taken_at < clock_timestamp() - ${TAKEN})
            for update`.execute(tx);
          if (rows.length === 0) return false;
          // They wait from now: what waits too long is thrown away.
          await sql`
            update media set planned_id = null, user_id = ${by}, created_at = clock_timestamp()
            where portal_id = ${portal} and planned_id = ${id}`.execute(tx);
          await tx.deleteFrom(TABLE).where("portal_id", "=", portal).where("id", "=", id).execute();
          return true;
        }),
      );
    },

    async take(now, limit) {
      const { rows } = await sql<Selectable<Schema["planned_messages"]>>`
        update planned_messages set taken_at = clock_timestamp()
        where id in (
          select id from planned_messages
          where send_at <= ${now} and trouble is null
            and (taken_at is null or taken_at < clock_timestamp() - ${TAKEN})
          order by send_at limit ${limit} for update skip locked)
        returning *`.execute(db);
      return rows.map(toPlanned).toSorted((a, b) => a.sendAt.getTime() - b.sendAt.getTime());
    },

    async end(portal, id, trouble) {
      if (!isUuid(id)) return;
      if (trouble === undefined) {
        await db.deleteFrom(TABLE).where("portal_id", "=", portal).where("id", "=", id).execute();
        return;
      }
      await db
        .updateTable(TABLE)
        .set({ trouble: cleanText(trouble) })
        .where("portal_id", "=", portal)
        .where("id", "=", id)
        .execute();
    },
  };
}

class FileTaken extends Error {}

function toPlanned(row: Selectable<Schema["planned_messages"]>): PlannedMessage {
  return {
    id: plannedId(row.id),
    portal: portalId(row.portal_id),
    conversation: conversationId(row.conversation_id),
    authorId: row.author_id,
    clientId: row.client_id,
    content: row.content as Content,
    sendAt: row.send_at,
    ...(row.trouble !== null && { trouble: row.trouble }),
    createdAt: row.created_at,
  };
}
