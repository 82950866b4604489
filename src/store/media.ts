import type { Kysely } from "kysely";
import { mediaId, messageId, portalId } from "../domain/ids.ts";
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
          message_id: media.message,
          name: media.name,
          mime: media.mime,
          size: media.size,
        })
        .onConflict((conflict) => conflict.column("id").doNothing())
        .execute();
    },

    async find(media) {
      const row = await db.selectFrom("media").selectAll().where("id", "=", media).executeTakeFirst();
      return (
        row && {
          id: mediaId(row.id),
          portal: portalId(row.portal_id),
          message: messageId(row.message_id),
          name: row.name,
          mime: row.mime,
          size: row.size,
          createdAt: row.created_at,
        }
      );
    },
  };
}
