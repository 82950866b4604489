import { type Kysely, sql } from "kysely";
import { cleanText } from "./clean.ts";
import type { LineWriter, WriterRepository } from "./contract/writers.ts";
import type { Schema } from "./schema.ts";

const TABLE = "line_writers";

/** Asked twice at once: the last answer counts, and both are the portal's. */
export function createWriterRepository(db: Kysely<Schema>): WriterRepository {
  return {
    async known(portal, ids) {
      if (ids.length === 0) return new Map();
      const rows = await db
        .selectFrom(TABLE)
        .selectAll()
        .where("portal_id", "=", portal)
        .where("user_id", "in", [...ids])
        .execute();
      return new Map(rows.map((row) => [row.user_id, { ...toWriter(row), toldAt: row.told_at }]));
    },

    async keep(portal, writers) {
      if (writers.size === 0) return;
      await db
        .insertInto(TABLE)
        .values(
          [...writers].map(([user_id, { isPerson, name }]) => ({
            ...{ portal_id: portal, user_id, is_person: isPerson },
            name: name === undefined ? null : cleanText(name),
          })),
        )
        .onConflict((conflict) =>
          conflict.columns(["portal_id", "user_id"]).doUpdateSet((row) => ({
            is_person: row.ref("excluded.is_person"),
            name: row.ref("excluded.name"),
            told_at: sql<Date>`now()`,
          })),
        )
        .execute();
    },

    async bots(portal) {
      const rows = await db
        .selectFrom(TABLE)
        .selectAll()
        .where("portal_id", "=", portal)
        .where("is_person", "=", false)
        .execute();
      return new Map(rows.map((row) => [row.user_id, toWriter(row)]));
    },
  };
}

const toWriter = (row: { readonly is_person: boolean; readonly name: string | null }): LineWriter => ({
  isPerson: row.is_person,
  ...(row.name !== null && { name: row.name }),
});
