import { type Kysely, type Selectable, type SqlBool, sql } from "kysely";
import type { CannedReply } from "../domain/canned-reply.ts";
import { cannedReplyId, portalId } from "../domain/ids.ts";
import { cleanText, isUuid } from "./clean.ts";
import type { CannedReplyRepository } from "./contract/canned-replies.ts";
import { violates } from "./errors.ts";
import type { Schema } from "./schema.ts";

const TABLE = "canned_replies";

const toReply = (row: Selectable<Schema["canned_replies"]>): CannedReply => ({
  id: cannedReplyId(row.id),
  portal: portalId(row.portal_id),
  ...(row.owner_id !== null && { ownerId: row.owner_id }),
  shortcut: row.shortcut,
  text: row.body,
  changedBy: row.changed_by,
  changedAt: row.changed_at,
});

export function createCannedReplyRepository(db: Kysely<Schema>): CannedReplyRepository {
  return {
    async list(portal, userId) {
      const rows = await db
        .selectFrom(TABLE)
        .selectAll()
        .where("portal_id", "=", portal)
        .where((where) => where.or([where("owner_id", "is", null), where("owner_id", "=", userId)]))
        .orderBy(sql`lower(shortcut)`)
        .orderBy("owner_id")
        .execute();
      return rows.map(toReply);
    },

    async find(portal, id) {
      if (!isUuid(id)) return undefined;
      const row = await db
        .selectFrom(TABLE)
        .selectAll()
        .where("portal_id", "=", portal)
        .where("id", "=", id)
        .executeTakeFirst();
      return row && toReply(row);
    },

    async put(portal, { id, ownerId = null, shortcut, text, changedBy }) {
      if (!isUuid(id)) return { kind: "foreign" };
      const content = {
        shortcut: cleanText(shortcut),
        body: cleanText(text),
        changed_by: changedBy,
        changed_at: sql<Date>`clock_timestamp()`,
      };
      try {
        const row = await db
          .insertInto(TABLE)
          .values({ ...content, id, portal_id: portal, owner_id: ownerId })
          .onConflict((conflict) =>
            conflict
              .column("id")
              .doUpdateSet(content)
              .where("canned_replies.portal_id", "=", portal)
              .where(sql<SqlBool>`canned_replies.owner_id is not distinct from ${ownerId}`),
          )
          .returningAll()
          .executeTakeFirst();
        return row ? { kind: "stored", reply: toReply(row) } : { kind: "foreign" };
      } catch (error) {
        if (violates(error, "canned_replies_shortcut")) return { kind: "taken" };
        throw error;
      }
    },

    async remove(portal, id) {
      if (!isUuid(id)) return false;
      const { numDeletedRows } = await db
        .deleteFrom(TABLE)
        .where("portal_id", "=", portal)
        .where("id", "=", id)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
  };
}
