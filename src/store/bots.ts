import { type Kysely, sql } from "kysely";
import { conversationId, laneOf, portalId } from "../domain/ids.ts";
import { cleanText, isUuid, toJson } from "./clean.ts";
import type { BotRepository } from "./contract/bots.ts";
import { repeatWhenUndone } from "./errors.ts";
import type { Schema } from "./schema.ts";
import type { Secrets } from "./secrets.ts";

const TABLE = "bots";

/** Bots and their talks. A talk is written by whoever has the conversation's inbound lane, and by nobody else. */
export function createBotRepository(db: Kysely<Schema>, secrets: Secrets): BotRepository {
  const place = (account: string) => ({ table: TABLE, column: "secret_sealed", row: account });

  return {
    async find(portal, account) {
      if (!isUuid(account)) return undefined;
      const row = await db
        .selectFrom(TABLE)
        .selectAll()
        .where("portal_id", "=", portal)
        .where("account_id", "=", account)
        .executeTakeFirst();
      if (!row) return undefined;
      return {
        ...{ settings: row.settings, since: row.since, changedAt: row.changed_at },
        secret: secrets.open(row.secret_sealed, place(account)),
        ...(row.broken_until !== null && { brokenUntil: row.broken_until }),
        ...(row.failure !== null &&
          row.failed_at !== null && { failure: { sentence: row.failure, at: row.failed_at } }),
        ...(row.answered_at !== null && { answeredAt: row.answered_at }),
      };
    },

    async put(portal, account, { settings, by, isNew, secret }) {
      if (!isUuid(account)) return false;
      const { rows } = await sql<{ account_id: string }>`
        insert into bots as b (account_id, portal_id, settings, secret_sealed, changed_by)
          select a.id, a.portal_id, ${toJson(settings)}::jsonb, ${secrets.seal(secret, place(account))}, ${cleanText(by)}
            from accounts a where a.id = ${account} and a.portal_id = ${portal}
          on conflict (account_id) do update set settings = excluded.settings, changed_by = excluded.changed_by,
            changed_at = clock_timestamp(), failures = 0, broken_until = null,
            since = case when ${isNew}::boolean then clock_timestamp() else b.since end
          returning account_id`.execute(db);
      return rows.length > 0;
    },

    async setSecret(portal, account, secret) {
      if (!isUuid(account)) return false;
      const { numUpdatedRows } = await db
        .updateTable(TABLE)
        .set({ secret_sealed: secrets.seal(secret, place(account)) })
        .where("portal_id", "=", portal)
        .where("account_id", "=", account)
        .executeTakeFirst();
      return Number(numUpdatedRows) > 0;
    },

    async answered(portal, account) {
      await sql`
        update bots set failures = 0, broken_until = null, answered_at = clock_timestamp()
        where portal_id = ${portal} and account_id = ${account}`.execute(db);
    },

    async failed(portal, account, { sentence, most, until }) {
      await sql`
        update bots set failures = failures + 1, failure = ${cleanText(sentence)}, failed_at = clock_timestamp(),
          broken_until = case when failures + 1 >= ${most}::integer then ${until}::timestamptz else broken_until end
        where portal_id = ${portal} and account_id = ${account}`.execute(db);
    },

    async talk(portal, conversation) {
      if (!isUuid(conversation)) return undefined;
      const row = await db
        .selectFrom("bot_talks")
        .select("state")
        .where("portal_id", "=", portal)
        .where("conversation_id", "=", conversation)
        .executeTakeFirst();
      return row?.state;
    },

    async keepTalk(portal, { account, conversation }, state, holds) {
      const bot = holds === null ? null : toJson({ by: "account", name: holds });
      const { rows } = await repeatWhenUndone(() =>
        sql<{ id: string }>`
          with kept as (
            insert into bot_talks (conversation_id, portal_id, account_id, state)
              select ${conversation}, b.portal_id, b.account_id, ${toJson(state)}::jsonb
                from bots b where b.account_id = ${account} and b.portal_id = ${portal}
              on conflict (conversation_id) do update set state = excluded.state, account_id = excluded.account_id
              returning conversation_id)
          update conversations c set bot = ${bot}::jsonb from kept
            where c.id = kept.conversation_id and c.bot is distinct from ${bot}::jsonb
              and (${bot}::jsonb is not null or c.bot ->> 'by' = 'account')
            returning c.id`.execute(db),
      );
      return rows.length > 0;
    },

    wakeTalking(portal, account) {
      if (!isUuid(account)) return Promise.resolve([]);
      return repeatWhenUndone(async () => {
        const { rows } = await sql<{ conversation_id: string; portal_id: string }>`
          update lanes l set due_at = least(l.due_at, ${new Date()}::timestamptz)
            from bot_talks t
            where t.account_id = ${account} and t.portal_id = ${portal} and t.state #>> '{talk,phase}' = 'talking'
              and l.conversation_id = t.conversation_id and l.direction = 'in'
            returning l.conversation_id, l.portal_id`.execute(db);
        return rows.map((row) => laneOf("in", conversationId(row.conversation_id), portalId(row.portal_id)));
      });
    },
  };
}
