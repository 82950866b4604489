/**
 * Folders of canned replies.
 *
 * - Crash: a folder is stored or deleted together with its replies, in one transaction, or not at all.
 * - Twice: the id is the page's, so the second time changes nothing.
 * - At the same moment: a reply that is put into a folder holds on to it; whoever deletes the folder waits, and sees that reply.
 */
import { type Kysely, type Selectable, type SqlBool, sql } from "kysely";
import type { CannedFolder } from "../domain/canned-reply.ts";
import { cannedFolderId, portalId } from "../domain/ids.ts";
import { putReply, repliesIn, SHORTCUT } from "./canned-replies.ts";
import { cleanText, isUuid } from "./clean.ts";
import type { CannedFolderRepository } from "./contract/canned-replies.ts";
import { repeatWhenUndone, violates } from "./errors.ts";
import type { Schema } from "./schema.ts";

const TABLE = "canned_folders";

const toFolder = (row: Selectable<Schema["canned_folders"]>): CannedFolder => ({
  id: cannedFolderId(row.id),
  portal: portalId(row.portal_id),
  ...(row.owner_id !== null && { ownerId: row.owner_id }),
  name: row.name,
  changedBy: row.changed_by,
  changedAt: row.changed_at,
});

/** Undoes what was written before it in the transaction. */
class Foreign extends Error {}

export function createCannedFolderRepository(db: Kysely<Schema>): CannedFolderRepository {
  return {
    async list(portal, userId) {
      const rows = await db
        .selectFrom(TABLE)
        .selectAll()
        .where("portal_id", "=", portal)
        .where((where) => where.or([where("owner_id", "is", null), where("owner_id", "=", userId)]))
        .orderBy(sql`lower(name)`)
        .orderBy("owner_id")
        .execute();
      return rows.map(toFolder);
    },

    async find(portal, id) {
      if (!isUuid(id)) return undefined;
      const row = await db
        .selectFrom(TABLE)
        .selectAll()
        .where("portal_id", "=", portal)
        .where("id", "=", id)
        .executeTakeFirst();
      return row && toFolder(row);
    },

    async put(portal, { id, ownerId, name, changedBy }, replies = []) {
      if (!isUuid(id)) return { kind: "foreign" };
      const content = { name: cleanText(name), changed_by: changedBy, changed_at: sql<Date>`clock_timestamp()` };
      let shortcut = "";
      try {
        return await repeatWhenUndone(() =>
          db.transaction().execute(async (tx) => {
            const row = await tx
              .insertInto(TABLE)
              .values({ ...content, id, portal_id: portal, owner_id: ownerId ?? null })
              .onConflict((conflict) =>
                conflict
                  .column("id")
                  .doUpdateSet(content)
                  .where("canned_folders.portal_id", "=", portal)
                  .where(sql<SqlBool>`canned_folders.owner_id is not distinct from ${ownerId ?? null}`),
              )
              .returningAll()
              .executeTakeFirst();
            if (!row) return { kind: "foreign" };
            for (const reply of replies) {
              shortcut = reply.shortcut;
              const outcome = await putReply(tx, portal, { ...reply, ownerId, changedBy, folder: id });
              if (outcome.kind !== "stored") throw new Foreign();
            }
            return { kind: "stored", folder: toFolder(row) };
          }),
        );
      } catch (error) {
        if (error instanceof Foreign) return { kind: "foreign" };
        if (violates(error, "canned_folders_name")) return { kind: "taken" };
        if (violates(error, SHORTCUT)) return { kind: "shortcut-taken", shortcut };
        throw error;
      }
    },

    async remove(portal, id, replies) {
      if (!isUuid(id)) return undefined;
      return db.transaction().execute(async (tx) => {
        const there = await tx
          .selectFrom(TABLE)
          .select("id")
          .where("portal_id", "=", portal)
          .where("id", "=", id)
          .forUpdate()
          .executeTakeFirst();
        if (!there) return undefined;
        const inside = await repliesIn(tx, portal, id);
        if (replies === "must-be-empty" && inside.length > 0) return { kind: "not-empty", count: inside.length };
        if (replies === "delete")
          await tx.deleteFrom("canned_replies").where("portal_id", "=", portal).where("folder_id", "=", id).execute();
        await tx.deleteFrom(TABLE).where("portal_id", "=", portal).where("id", "=", id).execute();
        return { kind: "removed", replies: inside };
      });
    },
  };
}
