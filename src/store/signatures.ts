import type { Kysely } from "kysely";
import { cleanText } from "./clean.ts";
import type { SignatureRepository } from "./contract/signatures.ts";
import type { Schema } from "./schema.ts";

export function createSignatureRepository(db: Kysely<Schema>): SignatureRepository {
  return {
    async of(portal, userId) {
      const row = await db
        .selectFrom("mail_signatures")
        .select("template")
        .where("portal_id", "=", portal)
        .where("user_id", "=", userId)
        .executeTakeFirst();
      return row?.template;
    },

    async put(portal, userId, written) {
      const template = cleanText(written);
      if (template === "") {
        await db.deleteFrom("mail_signatures").where("portal_id", "=", portal).where("user_id", "=", userId).execute();
        return;
      }
      await db
        .insertInto("mail_signatures")
        .values({ portal_id: portal, user_id: userId, template })
        .onConflict((conflict) => conflict.columns(["portal_id", "user_id"]).doUpdateSet({ template }))
        .execute();
    },
  };
}
