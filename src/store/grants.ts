import { randomUUID } from "node:crypto";
import { type Kysely, type Selectable, sql } from "kysely";
import { accountId, portalId } from "../domain/ids.ts";
import { cleanText, isUuid } from "./clean.ts";
import type { GrantRepository, GrantTokens, VendorGrant } from "./contract/grants.ts";
import type { Schema } from "./schema.ts";
import type { Secrets } from "./secrets.ts";

const TABLE = "vendor_grants";
const CODE_LIFE = sql<Date>`now() - interval '15 minutes'`;

/** Every change is one statement; where two race, the condition in it lets one through. */
export function createGrantRepository(db: Kysely<Schema>, secrets: Secrets): GrantRepository {
  const place = (id: string, column: "access_token_sealed" | "refresh_token_sealed") => ({
    table: TABLE,
    column,
    row: id,
  });
  const sealed = (id: string, tokens: GrantTokens) => ({
    access_token_sealed: secrets.seal(tokens.accessToken, place(id, "access_token_sealed")),
    refresh_token_sealed: secrets.seal(tokens.refreshToken, place(id, "refresh_token_sealed")),
    tokens_expire_at: tokens.expiresAt,
  });
  const digest = (code: string) => secrets.digest(`grant ${code}`);

  function read(row: Selectable<Schema["vendor_grants"]>): VendorGrant {
    return {
      id: row.id,
      portal: portalId(row.portal_id),
      channel: row.channel,
      vendor: row.vendor,
      userId: row.user_id,
      who: row.who,
      tokens: {
        accessToken: secrets.open(row.access_token_sealed, place(row.id, "access_token_sealed")),
        refreshToken: secrets.open(row.refresh_token_sealed, place(row.id, "refresh_token_sealed")),
        expiresAt: row.tokens_expire_at,
      },
      ...(row.account_id !== null && { account: accountId(row.account_id) }),
      ...(row.refused !== null && { refused: row.refused }),
    };
  }

  const find: GrantRepository["find"] = async (portal, id) => {
    if (!isUuid(id)) return undefined;
    const row = await db
      .selectFrom(TABLE)
      .selectAll()
      .where("portal_id", "=", portal)
      .where("id", "=", id)
      .where("code_digest", "is", null)
      .executeTakeFirst();
    return row && read(row);
  };

  return {
    find,

    async keep(portal, { code, channel, vendor, userId, who, tokens }) {
      const id = randomUUID();
      await db
        .insertInto(TABLE)
        .values({
          portal_id: portal,
          id,
          account_id: null,
          ...{ channel, vendor, user_id: userId, who: cleanText(who) },
          ...sealed(id, tokens),
          code_digest: digest(code),
          refused: null,
        })
        .execute();
    },

    async confirm(portal, userId, code) {
      const row = await db
        .updateTable(TABLE)
        .set({ code_digest: null })
        .where("portal_id", "=", portal)
        .where("user_id", "=", userId)
        .where("code_digest", "=", digest(code))
        .where("created_at", ">", CODE_LIFE)
        .returningAll()
        .executeTakeFirst();
      return row && read(row);
    },

    async attach(portal, id, account) {
      if (!isUuid(id)) return false;
      return await db.transaction().execute(async (tx) => {
        const taken = await tx
          .updateTable(TABLE)
          .set({ account_id: account })
          .where("portal_id", "=", portal)
          .where("id", "=", id)
          .where("code_digest", "is", null)
          .where((where) => where.or([where("account_id", "is", null), where("account_id", "=", account)]))
          .returning("id")
          .execute();
        if (taken.length === 0) return false;
        await tx
          .deleteFrom(TABLE)
          .where("portal_id", "=", portal)
          .where("account_id", "=", account)
          .where("id", "<>", id)
          .execute();
        return true;
      });
    },

    async saveTokens(portal, id, replaces, tokens) {
      return await db.transaction().execute(async (tx) => {
        const row = await tx
          .selectFrom(TABLE)
          .selectAll()
          .where("portal_id", "=", portal)
          .where("id", "=", id)
          .forUpdate()
          .executeTakeFirst();
        if (!row || read(row).tokens.refreshToken !== replaces) return false;
        await tx
          .updateTable(TABLE)
          .set({ ...sealed(id, tokens), refused: null })
          .where("portal_id", "=", portal)
          .where("id", "=", id)
          .execute();
        return true;
      });
    },

    async refuse(portal, id, refreshToken, sentence) {
      const now = await find(portal, id);
      if (now?.tokens.refreshToken !== refreshToken) return;
      await db
        .updateTable(TABLE)
        .set({ refused: cleanText(sentence) })
        .where("portal_id", "=", portal)
        .where("id", "=", id)
        .execute();
    },

    async dropUnused(before) {
      const gone = await db
        .deleteFrom(TABLE)
        .where("account_id", "is", null)
        .where("created_at", "<", before)
        .executeTakeFirst();
      return Number(gone.numDeletedRows);
    },
  };
}
