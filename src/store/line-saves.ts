import { type Kysely, sql } from "kysely";
import { known } from "../domain/line-settings/fields.ts";
import { toJson } from "./clean.ts";
import type { LineSaveRepository } from "./contract/line-saves.ts";
import type { Schema } from "./schema.ts";

const MOST = 10;
const DAYS = 90;

export function createLineSaveRepository(db: Kysely<Schema>): LineSaveRepository {
  return {
    keep: (portal, line, { savedBy, before, after }) =>
      db.transaction().execute(async (tx) => {
        await tx
          .insertInto("line_saves")
          .values({ portal_id: portal, line_id: line, saved_by: savedBy, before: toJson(before), after: toJson(after) })
          .execute();
        await sql`delete from line_saves where portal_id = ${portal} and line_id = ${line}
          and id not in (
            select id from line_saves where portal_id = ${portal} and line_id = ${line} order by id desc limit ${MOST})`.execute(
          tx,
        );
        await sql`delete from line_saves where portal_id = ${portal}
          and saved_at < clock_timestamp() - make_interval(days => ${DAYS})`.execute(tx);
      }),

    async last(portal, line) {
      const row = await db
        .selectFrom("line_saves")
        .selectAll()
        .where("portal_id", "=", portal)
        .where("line_id", "=", line)
        .orderBy("id", "desc")
        .limit(1)
        .executeTakeFirst();
      return (
        row && {
          ...{ id: String(row.id), savedBy: row.saved_by, savedAt: row.saved_at },
          ...{ before: known(row.before), after: known(row.after) },
        }
      );
    },

    async drop(portal, line, id) {
      if (!/^\d{1,18}$/.test(id)) return false;
      const { numDeletedRows } = await db
        .deleteFrom("line_saves")
        .where("portal_id", "=", portal)
        .where("line_id", "=", line)
        .where("id", "=", id)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },

    async forget(portal, line) {
      await db.deleteFrom("line_saves").where("portal_id", "=", portal).where("line_id", "=", line).execute();
    },
  };
}
