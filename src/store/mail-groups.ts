import type { Kysely, Selectable } from "kysely";
import { cleanText, indexable } from "./clean.ts";
import type { MailGroup, MailRepository } from "./contract/mails.ts";
import type { Schema } from "./schema.ts";

/** No company has more; whoever makes them up is not listened to. */
const MOST_GROUPS = 2_000;

type Groups = Pick<MailRepository, "groups" | "addGroups" | "allGroups" | "putGroup" | "removeGroup">;

const keyOf = (address: string): string => indexable(cleanText(address));

/** Addresses of a portal's own groups, with those that were taken off: they stay, so that no letter brings them back. */
export function createMailGroups(db: Kysely<Schema>): Groups {
  return {
    async groups(portal) {
      const found = await db
        .selectFrom("mail_groups")
        .select("address")
        .where("portal_id", "=", portal)
        .where("removed_at", "is", null)
        .orderBy("address")
        .limit(MOST_GROUPS)
        .execute();
      return found.map(({ address }) => address);
    },

    async addGroups(portal, addresses) {
      if (addresses.length === 0) return [];
      const keys = addresses.map(keyOf);
      await db
        .insertInto("mail_groups")
        .values(keys.map((address) => ({ portal_id: portal, address })))
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const known = await db
        .selectFrom("mail_groups")
        .select("address")
        .where("portal_id", "=", portal)
        .where("address", "in", keys)
        .where("removed_at", "is", null)
        .execute();
      const listed = new Set(known.map(({ address }) => address));
      return addresses.filter((address) => listed.has(keyOf(address)));
    },

    async allGroups(portal) {
      const rows = await db
        .selectFrom("mail_groups")
        .selectAll()
        .where("portal_id", "=", portal)
        .orderBy("address")
        .limit(MOST_GROUPS)
        .execute();
      return rows.map(toGroup);
    },

    async putGroup(portal, address, by) {
      const row = await db
        .insertInto("mail_groups")
        .values({ portal_id: portal, address: keyOf(address), added_by: by })
        .onConflict((conflict) =>
          conflict.columns(["portal_id", "address"]).doUpdateSet({ removed_at: null, removed_by: null }),
        )
        .returningAll()
        .executeTakeFirstOrThrow();
      return toGroup(row);
    },

    async removeGroup(portal, address, at, by) {
      const removed = await db
        .updateTable("mail_groups")
        .set({ removed_at: at, removed_by: by })
        .where("portal_id", "=", portal)
        .where("address", "=", keyOf(address))
        .where("removed_at", "is", null)
        .executeTakeFirst();
      return removed.numUpdatedRows > 0n;
    },
  };
}

const toGroup = (row: Selectable<Schema["mail_groups"]>): MailGroup => ({
  ...{ address: row.address, since: row.since },
  ...(row.added_by !== null && { addedBy: row.added_by }),
  ...(row.removed_at !== null && { removed: { at: row.removed_at, by: row.removed_by ?? "" } }),
});
