import type { Kysely } from "kysely";
import { type PortalId, portalId } from "../domain/ids.ts";
import type { UserRepository } from "./contract/portals.ts";
import type { Schema } from "./schema.ts";
import type { Secrets } from "./secrets.ts";
import { NO_TOKENS, openTokens, sealTokens } from "./tokens.ts";

const TABLE = "portal_users";

/** People who opened our pages. Remembering one without tokens keeps the pair there is. */
export function createUserRepository(db: Kysely<Schema>, secrets: Secrets): UserRepository {
  const rowName = (portal: PortalId, userId: string) => JSON.stringify([portal, userId]);

  return {
    async remember(user) {
      const known = {
        name: user.name,
        admin: user.admin,
        last_seen_at: user.lastSeenAt,
        used_at: user.lastSeenAt,
        ...(user.tokens && sealTokens(secrets, TABLE, rowName(user.portal, user.userId), user.tokens)),
      };
      await db
        .insertInto(TABLE)
        .values({ ...NO_TOKENS, ...known, portal_id: user.portal, user_id: user.userId })
        .onConflict((conflict) => conflict.columns(["portal_id", "user_id"]).doUpdateSet(known))
        .execute();
    },

    async find(portal, userId) {
      const row = await db
        .selectFrom(TABLE)
        .selectAll()
        .where("portal_id", "=", portal)
        .where("user_id", "=", userId)
        .executeTakeFirst();
      if (!row) return undefined;
      const tokens = openTokens(secrets, TABLE, rowName(portal, userId), row);
      return {
        portal: portalId(row.portal_id),
        userId: row.user_id,
        name: row.name,
        admin: row.admin,
        ...(tokens && { tokens }),
        lastSeenAt: row.last_seen_at,
      };
    },

    async names(portal, userIds) {
      if (userIds.length === 0) return new Map();
      const rows = await db
        .selectFrom(TABLE)
        .select(["user_id", "name"])
        .where("portal_id", "=", portal)
        .where("user_id", "in", [...userIds])
        .execute();
      return new Map(rows.map((row) => [row.user_id, row.name]));
    },

    async saveTokens(portal, userId, replaces, tokens) {
      const result = await db
        .updateTable(TABLE)
        .set({ ...sealTokens(secrets, TABLE, rowName(portal, userId), tokens), used_at: new Date() })
        .where("portal_id", "=", portal)
        .where("user_id", "=", userId)
        .where("refresh_token_digest", "=", secrets.digest(replaces))
        .executeTakeFirst();
      return result.numUpdatedRows > 0n;
    },

    async dropTokensUnusedSince(before) {
      const result = await db
        .updateTable(TABLE)
        .set(NO_TOKENS)
        .where("refresh_token_sealed", "is not", null)
        .where("used_at", "<", before)
        .executeTakeFirst();
      return Number(result.numUpdatedRows);
    },
  };
}
