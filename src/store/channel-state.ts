import { type Kysely, sql } from "kysely";
import { cleanText, isUuid } from "./clean.ts";
import type { ChannelStateRepository } from "./contract/accounts.ts";
import type { Schema } from "./schema.ts";
import type { Secrets } from "./secrets.ts";

const TABLE = "channel_state";
const LONGEST_KEY = 500;

/**
 * What standing connections remember. Each value is one row and one statement: a crash leaves the old value or the new
 * one. Bound to account and key, so that a value cannot be moved to another account or another meaning.
 */
export function createChannelStateRepository(db: Kysely<Schema>, secrets: Secrets): ChannelStateRepository {
  const place = (account: string, key: string) => ({
    table: TABLE,
    column: "value_sealed",
    row: `${account.toLowerCase()} ${key}`,
  });

  return {
    async get(portal, account, key) {
      if (!isUuid(account)) return undefined;
      const row = await db
        .selectFrom(TABLE)
        .select("value_sealed")
        .where("portal_id", "=", portal)
        .where("account_id", "=", account)
        .where("key", "=", cleanText(key))
        .executeTakeFirst();
      return row && secrets.openBytes(row.value_sealed, place(account, cleanText(key)));
    },

    async set(portal, account, key, value) {
      if (key.length > LONGEST_KEY)
        throw new RangeError(`A key of channel state has at most ${LONGEST_KEY} characters`);
      if (!isUuid(account)) return false;
      const clean = cleanText(key);
      const sealed = secrets.sealBytes(value, place(account, clean));
      // From the account's own row: what is written for an account that is gone, or of another portal, is nothing.
      const { rows } = await sql`
        insert into channel_state (portal_id, account_id, key, value_sealed)
        select a.portal_id, a.id, ${clean}, ${sealed}::bytea from accounts a
        where a.id = ${account} and a.portal_id = ${portal} for key share
        on conflict (account_id, key) do update set value_sealed = excluded.value_sealed
        returning 1`.execute(db);
      return rows.length > 0;
    },

    async delete(portal, account, key) {
      if (!isUuid(account)) return;
      await db
        .deleteFrom(TABLE)
        .where("portal_id", "=", portal)
        .where("account_id", "=", account)
        .where("key", "=", cleanText(key))
        .execute();
    },

    async list(portal, account, prefix) {
      if (!isUuid(account)) return [];
      const rows = await db
        .selectFrom(TABLE)
        .select(["key", "value_sealed"])
        .where("portal_id", "=", portal)
        .where("account_id", "=", account)
        .where((where) => where.fn<boolean>("starts_with", ["key", where.val(cleanText(prefix))]))
        .orderBy("key")
        .execute();
      return rows.map((row) => ({ key: row.key, value: secrets.openBytes(row.value_sealed, place(account, row.key)) }));
    },

    async clear(portal, account) {
      if (!isUuid(account)) return;
      await db.deleteFrom(TABLE).where("portal_id", "=", portal).where("account_id", "=", account).execute();
    },
  };
}
