import { type Kysely, type Selectable, sql } from "kysely";
import { portalId } from "../domain/ids.ts";
import type { LeavingLink, LeavingWay, Unsubscription } from "../domain/unsubscription.ts";
import { cleanText, indexable, isUuid } from "./clean.ts";
import type { UnsubscriptionRepository } from "./contract/unsubscriptions.ts";
import type { Schema } from "./schema.ts";

/** Who wants no letters made of templates. Each call is one statement or one transaction; noted twice at once is noted once. */
export function createUnsubscriptionRepository(db: Kysely<Schema>): UnsubscriptionRepository {
  return {
    async begin({ portal, originKey, sender, recipients }) {
      const values = { sender: cleanText(sender), recipients: recipients.map(cleanText) };
      const row = await db
        .insertInto("unsubscribe_links")
        .values({ portal_id: portal, origin_key: indexable(originKey), ...values })
        .onConflict((conflict) => conflict.columns(["portal_id", "origin_key"]).doUpdateSet(values))
        .returningAll()
        .executeTakeFirstOrThrow();
      return toLink(row);
    },

    async link(id) {
      if (!isUuid(id)) return undefined;
      const row = await db.selectFrom("unsubscribe_links").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toLink(row);
    },

    async leave(portal, { key: written, address, at, how, by, about }) {
      const key = indexable(cleanText(written));
      const values = { address: cleanText(address), at, how, noted_by: by ?? null, ended_at: null, ended_by: null };
      const made = await db
        .insertInto("unsubscribed")
        .values({ portal_id: portal, address_key: key, ...values })
        .onConflict((conflict) =>
          conflict
            .columns(["portal_id", "address_key"])
            .doUpdateSet(values)
            .where("unsubscribed.ended_at", "is not", null)
            .where(({ lit, eb }) => (about ? eb("unsubscribed.ended_at", "<", about) : lit(true))),
        )
        .returningAll()
        .executeTakeFirst();
      if (made) return { ...toUnsubscription(made), isNew: true, isBack: false };
      const known = await db
        .selectFrom("unsubscribed")
        .selectAll()
        .where("portal_id", "=", portal)
        .where("address_key", "=", key)
        .executeTakeFirstOrThrow();
      return { ...toUnsubscription(known), isNew: false, isBack: known.ended_at !== null };
    },

    async end(portal, key, at, by) {
      const ended = await db
        .updateTable("unsubscribed")
        .set({ ended_at: at, ended_by: by ?? null })
        .where("portal_id", "=", portal)
        .where("address_key", "=", indexable(cleanText(key)))
        .where("ended_at", "is", null)
        .executeTakeFirst();
      return ended.numUpdatedRows > 0n;
    },

    async among(portal, wanted) {
      const keys = [...new Set(wanted.map((key) => indexable(cleanText(key))))];
      if (keys.length === 0) return [];
      const rows = await db
        .selectFrom("unsubscribed")
        .selectAll()
        .where("portal_id", "=", portal)
        .where("address_key", "in", keys)
        .where("ended_at", "is", null)
        .orderBy("address_key")
        .execute();
      return rows.map(toUnsubscription);
    },

    async list(portal, { search = "", before, limit }) {
      let rows = db
        .selectFrom("unsubscribed")
        .selectAll()
        .where("portal_id", "=", portal)
        .where("ended_at", "is", null);
      if (before) rows = rows.where("at", "<", before);
      const words = cleanText(search.trim().toLowerCase());
      if (words !== "") rows = rows.where(sql<boolean>`position(${words} in lower(address)) > 0`);
      return (await rows.orderBy("at", "desc").orderBy("address_key").limit(limit).execute()).map(toUnsubscription);
    },

    async forget(portal, before, limit) {
      const { rows } = await sql`
        with old as materialized (
          select id from unsubscribe_links
          where portal_id = ${portal} and created_at < least(${before}, clock_timestamp() - interval '60 days')
          order by created_at limit ${limit} for update skip locked)
        delete from unsubscribe_links l using old where l.id = old.id returning l.id`.execute(db);
      return rows.length;
    },
  };
}

const toLink = (row: Selectable<Schema["unsubscribe_links"]>): LeavingLink => ({
  id: row.id,
  portal: portalId(row.portal_id),
  ...{ originKey: row.origin_key, sender: row.sender, recipients: row.recipients },
});

const toUnsubscription = (row: Selectable<Schema["unsubscribed"]>): Unsubscription => ({
  ...{ address: row.address, at: row.at, how: row.how as LeavingWay },
  ...(row.noted_by !== null && { by: row.noted_by }),
});
