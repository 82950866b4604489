import { type Kysely, sql } from "kysely";
import { mediaId, messageId, portalId } from "../domain/ids.ts";
import type { AttachmentKind } from "../domain/message.ts";
import { isUuid } from "./clean.ts";
import type { MediaRepository } from "./contract/messages.ts";
import type { Schema } from "./schema.ts";

/** Files that are kept: their description. The bytes are elsewhere; the answers of `erase` and `delete` say which to remove. */
export function createMediaRepository(db: Kysely<Schema>): MediaRepository {
  return {
    async create(media) {
      await db
        .insertInto("media")
        .values({
          id: media.id,
          portal_id: media.portal,
          message_id: media.message ?? null,
          name: media.name,
          mime: media.mime,
          size: media.size,
        })
        .onConflict((conflict) => conflict.column("id").doNothing())
        .execute();
    },

    async createWaiting({ id, portal, conversation, userId, kind, name, mime, size }) {
      await db
        .insertInto("media")
        .values({ id, portal_id: portal, conversation_id: conversation, user_id: userId, kind, name, mime, size })
        .execute();
    },

    async waiting({ portal, conversation, userId }, files) {
      if (files.length === 0 || !isUuid(conversation)) return [];
      const rows = await db
        .selectFrom("media")
        .selectAll()
        .where("portal_id", "=", portal)
        .where("conversation_id", "=", conversation)
        .where("user_id", "=", userId)
        .where("message_id", "is", null)
        .where("planned_id", "is", null)
        .where("id", "in", [...files])
        .execute();
      return rows.map((row) => ({
        ...{ id: mediaId(row.id), portal, conversation, userId, kind: row.kind as AttachmentKind },
        ...{ name: row.name, mime: row.mime, size: row.size },
      }));
    },

    async dropWaiting(portal, before) {
      const { rows } = await sql<{ id: string }>`
        with old as (
          delete from media
          where portal_id = ${portal} and message_id is null and planned_id is null and created_at < ${before}
          returning id, portal_id)
        insert into removed_media (id, portal_id) select id, portal_id from old returning id`.execute(db);
      return rows.length;
    },

    async find(media) {
      const row = await db.selectFrom("media").selectAll().where("id", "=", media).executeTakeFirst();
      return (
        row && {
          id: mediaId(row.id),
          portal: portalId(row.portal_id),
          ...(row.message_id !== null && { message: messageId(row.message_id) }),
          name: row.name,
          mime: row.mime,
          size: row.size,
          createdAt: row.created_at,
        }
      );
    },
  };
}
