import { type Kysely, sql } from "kysely";
import { toJson } from "./clean.ts";
import type { LockRepository, NonceRepository } from "./contract/locks.ts";
import type { Schema } from "./schema.ts";

/** `ttlMs` from now, by the database's clock: the clocks of the processes need not agree. */
const after = (ttlMs: number) => sql<Date>`clock_timestamp() + ${ttlMs}::double precision * interval '1 millisecond'`;

/** Named locks. A holder that dies loses its lock at its end; taking again what is one's own prolongs it. */
export function createLockRepository(db: Kysely<Schema>): LockRepository {
  return {
    async acquire(name, owner, ttlMs) {
      const rows = await db
        .insertInto("locks")
        .values({ name, owner, until: after(ttlMs) })
        .onConflict((conflict) =>
          conflict
            .column("name")
            .doUpdateSet((row) => ({ owner: row.ref("excluded.owner"), until: row.ref("excluded.until") }))
            .where((where) =>
              where.or([
                where("locks.until", "<=", sql<Date>`clock_timestamp()`),
                where("locks.owner", "=", where.ref("excluded.owner")),
              ]),
            ),
        )
        .returning("name")
        .execute();
      return rows.length > 0;
    },

    async renew(name, owner, ttlMs) {
      const rows = await db
        .updateTable("locks")
        .set({ until: after(ttlMs) })
        .where("name", "=", name)
        .where("owner", "=", owner)
        .where("until", ">", sql<Date>`clock_timestamp()`)
        .returning("name")
        .execute();
      return rows.length > 0;
    },

    async release(name, owner) {
      await db.deleteFrom("locks").where("name", "=", name).where("owner", "=", owner).execute();
    },

    async releaseAll() {
      await db.deleteFrom("locks").execute();
    },
  };
}

/** Values that count once: claimed by deleting, so that of two claims at once one finds nothing. */
export function createNonceRepository(db: Kysely<Schema>): NonceRepository {
  return {
    async issue(kind, value, payload, ttlMs) {
      await db.deleteFrom("nonces").where("until", "<=", sql<Date>`clock_timestamp()`).execute();
      await db
        .insertInto("nonces")
        .values({ kind, value, payload: toJson(payload), until: after(ttlMs) })
        .execute();
    },

    async claim(kind, value) {
      const row = await db
        .deleteFrom("nonces")
        .where("kind", "=", kind)
        .where("value", "=", value)
        .returning(["payload", sql<boolean>`until > clock_timestamp()`.as("valid")])
        .executeTakeFirst();
      return row?.valid ? (row.payload as Readonly<Record<string, unknown>>) : undefined;
    },
  };
}
