import { type Kysely, sql } from "kysely";
import { messageId } from "../domain/ids.ts";
import { isUuid } from "./clean.ts";
import type { WishRepository } from "./contract/wishes.ts";
import type { Schema } from "./schema.ts";

/** What somebody wants in a card. The primary key lets a letter have one wish, however often and by whom it is said. */
export function createWishRepository(db: Kysely<Schema>): WishRepository {
  return {
    async find(portal, message) {
      if (!isUuid(message)) return undefined;
      const row = await db
        .selectFrom("letter_wishes")
        .select("done_at")
        .where("portal_id", "=", portal)
        .where("message_id", "=", message)
        .executeTakeFirst();
      return row && { done: row.done_at !== null };
    },

    async add(portal, message, user) {
      if (!isUuid(message)) return;
      await db
        .insertInto("letter_wishes")
        .values({ portal_id: portal, message_id: message, user_id: user, done_at: null })
        .onConflict((conflict) => conflict.columns(["portal_id", "message_id"]).doNothing())
        .execute();
    },

    async open(portal, conversation) {
      if (!isUuid(conversation)) return [];
      const rows = await db
        .selectFrom("letter_wishes as w")
        .innerJoin("messages as m", "m.id", "w.message_id")
        .select("m.id")
        .where("w.portal_id", "=", portal)
        .where("w.done_at", "is", null)
        .where("m.conversation_id", "=", conversation)
        .orderBy("m.seq")
        .execute();
      return rows.map(({ id }) => messageId(id));
    },

    async settle(portal, message, user) {
      if (!isUuid(message)) return;
      const done = sql<Date>`clock_timestamp()`;
      await db
        .insertInto("letter_wishes")
        .values({ portal_id: portal, message_id: message, user_id: user, done_at: done })
        .onConflict((conflict) => conflict.columns(["portal_id", "message_id"]).doUpdateSet({ done_at: done }))
        .execute();
    },
  };
}
