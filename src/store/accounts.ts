import { randomUUID } from "node:crypto";
import { type Kysely, type Selectable, sql } from "kysely";
import type { Account, AccountProfile, ConnectionState } from "../domain/account.ts";
import { accountId, mediaId, portalId } from "../domain/ids.ts";
import { isUuid, toJson } from "./clean.ts";
import type { AccountPatch, AccountRepository } from "./contract/accounts.ts";
import { repeatWhenUndone, violates } from "./errors.ts";
import { dropBox } from "./mail-boxes.ts";
import type { Schema } from "./schema.ts";
import type { Secrets } from "./secrets.ts";

const TABLE = "accounts";

const credentialsPlace = (account: string) => ({ table: TABLE, column: "credentials_sealed", row: account });
const webhookSecretPlace = (account: string) => ({ table: TABLE, column: "webhook_secret_sealed", row: account });

/** An account as the domain knows it, of its row. */
export function accountReader(secrets: Secrets): (row: Selectable<Schema["accounts"]>) => Account {
  return (row) => ({
    id: accountId(row.id),
    portal: portalId(row.portal_id),
    channel: row.channel,
    name: row.name,
    credentials: JSON.parse(secrets.open(row.credentials_sealed, credentialsPlace(row.id))) as Account["credentials"],
    webhookSecret: secrets.open(row.webhook_secret_sealed, webhookSecretPlace(row.id)),
    settings: row.settings as Account["settings"],
    ...(row.line !== null && { line: row.line }),
    ...(row.connector !== null && { connector: row.connector }),
    enabled: row.enabled,
    connection: row.connection as ConnectionState,
    profile: row.profile as AccountProfile,
    createdAt: row.created_at,
  });
}

/** Channel accounts. Two of them can never feed one (connector, line) of a portal: the schema says so. */
export function createAccountRepository(db: Kysely<Schema>, secrets: Secrets): AccountRepository {
  const toAccount = accountReader(secrets);

  return {
    async list(portal) {
      const rows = await db
        .selectFrom(TABLE)
        .selectAll()
        .where("portal_id", "=", portal)
        .orderBy("created_at")
        .orderBy("id")
        .execute();
      return rows.map(toAccount);
    },

    async find(portal, account) {
      if (!isUuid(account)) return undefined;
      const row = await db
        .selectFrom(TABLE)
        .selectAll()
        .where("portal_id", "=", portal)
        .where("id", "=", account)
        .executeTakeFirst();
      return row && toAccount(row);
    },

    async findAnywhere(account) {
      if (!isUuid(account)) return undefined;
      const row = await db.selectFrom(TABLE).selectAll().where("id", "=", account).executeTakeFirst();
      return row && toAccount(row);
    },

    async listByChannel(channel) {
      const rows = await db
        .selectFrom(TABLE)
        .selectAll()
        .where("channel", "=", channel)
        .orderBy("created_at")
        .orderBy("id")
        .execute();
      return rows.map(toAccount);
    },

    async findByConnector(portal, connector, line) {
      const row = await db
        .selectFrom(TABLE)
        .selectAll()
        .where("portal_id", "=", portal)
        .where("connector", "=", connector)
        .where("line", "=", line)
        .executeTakeFirst();
      return row && toAccount(row);
    },

    async create(portal, account) {
      const id = randomUUID();
      const row = await db
        .insertInto(TABLE)
        .values({
          id,
          portal_id: portal,
          channel: account.channel,
          name: account.name,
          credentials_sealed: secrets.seal(JSON.stringify(account.credentials), credentialsPlace(id)),
          webhook_secret_sealed: secrets.seal(account.webhookSecret, webhookSecretPlace(id)),
          settings: toJson(account.settings),
          connection: toJson(account.connection),
          worked: account.connection.kind === "connected",
          line: null,
          connector: null,
          poll_cursor: null,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      return toAccount(row);
    },

    async update(portal, account, patch) {
      if (!isUuid(account)) return "unknown";
      const values = {
        ...(patch.name !== undefined && { name: patch.name }),
        ...(patch.credentials !== undefined && {
          credentials_sealed: secrets.seal(JSON.stringify(patch.credentials), credentialsPlace(account.toLowerCase())),
        }),
        ...(patch.settings !== undefined && { settings: toJson(patch.settings) }),
        ...(patch.line !== undefined && { line: patch.line }),
        ...(patch.connector !== undefined && { connector: patch.connector }),
        ...(patch.enabled !== undefined && { enabled: patch.enabled }),
        ...(patch.connection !== undefined && { connection: toJson(patch.connection) }),
        ...(patch.profile !== undefined && { profile: toJson(patch.profile) }),
        ...steadiness(patch),
      };
      try {
        const rows = await db
          .updateTable(TABLE)
          // A patch of nothing still answers whether the account is there.
          .set((column) => ({ id: column.ref("id"), ...values }))
          .where("portal_id", "=", portal)
          .where("id", "=", account)
          .returning("id")
          .execute();
        return rows.length > 0 ? "updated" : "unknown";
      } catch (error) {
        if (violates(error, "accounts_feed_one_line")) return "conflict";
        throw error;
      }
    },

    async delete(portal, account) {
      if (!isUuid(account)) return undefined;
      return repeatWhenUndone(() =>
        db.transaction().execute(async (tx) => {
          const found = await tx
            .selectFrom(TABLE)
            .select("id")
            .where("portal_id", "=", portal)
            .where("id", "=", account)
            .forUpdate()
            .execute();
          if (found.length === 0) return undefined;
          const media = await tx
            .selectFrom("media")
            .innerJoin("messages", "messages.id", "media.message_id")
            .select("media.id")
            .where("messages.portal_id", "=", portal)
            .where("messages.account_id", "=", account)
            .execute();
          const waiting = await tx
            .selectFrom("media")
            .innerJoin("conversations", "conversations.id", "media.conversation_id")
            .select("media.id")
            .where("conversations.portal_id", "=", portal)
            .where("conversations.account_id", "=", account)
            .execute();
          await dropBox(tx, portal, account);
          await tx.deleteFrom(TABLE).where("id", "=", account).execute();
          return [...media, ...waiting].map((row) => mediaId(row.id));
        }),
      );
    },

    async pollCursor(account) {
      if (!isUuid(account)) return undefined;
      const row = await db.selectFrom(TABLE).select("poll_cursor").where("id", "=", account).executeTakeFirst();
      return row?.poll_cursor ?? undefined;
    },

    async savePollCursor(account, cursor) {
      if (!isUuid(account)) return;
      await db
        .updateTable(TABLE)
        .set({ poll_cursor: cursor ?? null })
        .where("id", "=", account)
        .execute();
    },
  };
}

/**
 * Since when the account is connected or not, whichever way it is not: so a connection that is tried again and again is
 * down since it broke. What happened while it was switched off does not count.
 */
function steadiness({ connection, enabled }: AccountPatch) {
  if (connection === undefined && enabled !== true) return {};
  const connected = connection?.kind === "connected";
  const turned = connection === undefined ? sql`false` : sql`(connection ->> 'kind' = 'connected') <> ${connected}`;
  const switchedOn = enabled === true ? sql`not enabled` : sql`false`;
  return {
    steady_since: sql<Date>`case when ${turned} or ${switchedOn} then clock_timestamp() else steady_since end`,
    ...(connected && { worked: true }),
  };
}
