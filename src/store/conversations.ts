import { type Kysely, type Selectable, type SqlBool, sql } from "kysely";
import type { Conversation, Customer, HoldingBot } from "../domain/conversation.ts";
import { accountId, conversationId, personId, portalId } from "../domain/ids.ts";
import { indexable, isUuid, toJson } from "./clean.ts";
import type { ConversationRepository } from "./contract/conversations.ts";
import { markClosed } from "./reports/marks.ts";
import type { Schema } from "./schema.ts";

const TABLE = "conversations";
/** Boxes that one thread may go through. */
const MOST_BOXES = 20;

/** Conversations. They are made by `acceptInbound` and `acceptFirst` alone. */
export function createConversationRepository(db: Kysely<Schema>): ConversationRepository {
  return {
    async find(portal, conversation) {
      if (!isUuid(conversation)) return undefined;
      const row = await db
        .selectFrom(TABLE)
        .selectAll()
        .where("portal_id", "=", portal)
        .where("id", "=", conversation)
        .executeTakeFirst();
      return row && toConversation(row);
    },

    async findMany(portal, conversations) {
      const ids = conversations.filter(isUuid);
      if (ids.length === 0) return [];
      const rows = await db
        .selectFrom(TABLE)
        .selectAll()
        .where("portal_id", "=", portal)
        .where("id", "in", ids)
        .execute();
      return rows.map(toConversation);
    },

    async ofPerson(portal, person, limit) {
      if (!isUuid(person)) return [];
      const rows = await db
        .selectFrom(TABLE)
        .selectAll()
        .where("portal_id", "=", portal)
        .where("person_id", "=", person)
        .where("moved_to", "is", null)
        .orderBy("last_message_at", "desc")
        .orderBy("id")
        .limit(limit)
        .execute();
      return rows.map(toConversation);
    },

    async findByExternalChat(account, externalChatId) {
      if (!isUuid(account)) return undefined;
      const row = await db
        .selectFrom(`${TABLE} as asked`)
        .innerJoin(`${TABLE} as stays`, (join) =>
          join.on("stays.id", "=", (ref) => ref.fn.coalesce("asked.moved_to", "asked.id")),
        )
        .selectAll("stays")
        .where("asked.account_id", "=", account)
        .where("asked.external_chat_id", "=", indexable(externalChatId))
        .executeTakeFirst();
      return row && toConversation(row);
    },

    async elsewhere({ portal, account, externalChatId }) {
      const rows = await db
        .selectFrom("accounts as own")
        .innerJoin("accounts as other", "other.portal_id", "own.portal_id")
        .innerJoin(`${TABLE} as c`, "c.account_id", "other.id")
        .selectAll("c")
        .where("own.portal_id", "=", portal)
        .where("own.id", "=", account)
        .where("other.id", "!=", account)
        // Channels that keep their letters in the one index call a thread by the same number: mailboxes, and blind copies.
        .where(
          sql<boolean>`(other.channel = own.channel or (
            exists (select 1 from mail_sightings s where s.portal_id = own.portal_id and s.account_id = own.id)
            and exists (select 1 from mail_sightings s where s.portal_id = own.portal_id and s.account_id = other.id)))`,
        )
        .where("c.external_chat_id", "=", indexable(externalChatId))
        .where("c.moved_to", "is", null)
        .orderBy("c.id")
        .limit(MOST_BOXES)
        .execute();
      return rows.map(toConversation);
    },

    async findByImChat(portal, imChatId) {
      const row = await db
        .selectFrom(TABLE)
        .selectAll()
        .where("portal_id", "=", portal)
        .where("im_chat_id", "=", imChatId)
        .orderBy("last_message_at", "desc")
        .limit(1)
        .executeTakeFirst();
      return row && toConversation(row);
    },

    async list(portal, query) {
      if (query.account !== undefined && !isUuid(query.account)) return [];
      let select = db.selectFrom(TABLE).selectAll().where("portal_id", "=", portal).where("moved_to", "is", null);
      if (query.account !== undefined) select = select.where("account_id", "=", query.account);
      if (query.open !== undefined) select = select.where("open", "=", query.open);
      if (query.touchedSince !== undefined) select = select.where("last_message_at", ">=", query.touchedSince);
      const rows = await select.orderBy("last_message_at", "desc").orderBy("id").limit(query.limit).execute();
      return rows.map(toConversation);
    },

    async learn(portal, conversation, patch) {
      if (!isUuid(conversation)) return;
      const values = {
        ...(patch.imChatId !== undefined && { im_chat_id: patch.imChatId }),
        ...(patch.sessionId !== undefined && { session_id: patch.sessionId }),
        ...(patch.portalUserId !== undefined && { portal_user_id: patch.portalUserId }),
        ...(patch.open !== undefined && { open: patch.open }),
        ...(patch.sessionId !== undefined && {
          // Another session: nobody has taken it yet.
          operator_id: sql<
            string | null
          >`case when session_id is distinct from ${patch.sessionId} then null else operator_id end`,
          accepted: sql<boolean>`accepted and session_id is not distinct from ${patch.sessionId}`,
        }),
        ...(patch.operator !== undefined && { operator_id: patch.operator }),
        ...botAfter(patch),
        ...(patch.accepted !== undefined && { accepted: patch.accepted }),
        ...((patch.open ?? patch.operator ?? patch.accepted ?? patch.bot) !== undefined && {
          state_at: sql<Date>`now()`,
        }),
        ...(patch.comparedAt !== undefined && { compared_at: patch.comparedAt }),
      };
      if (Object.keys(values).length === 0) return;
      const write = (on: Kysely<Schema>) =>
        on.updateTable(TABLE).set(values).where("portal_id", "=", portal).where("id", "=", conversation).execute();
      if (patch.open !== false) {
        await write(db);
        return;
      }
      await db.transaction().execute(async (tx) => {
        // Before it: who had it is read from the row.
        await markClosed(tx, portal, conversation);
        await write(tx);
      });
    },

    async withLineBots(limit) {
      const rows = await db
        .selectFrom(TABLE)
        .selectAll()
        .where(sql<SqlBool>`bot ->> 'by' = 'portal'`)
        .where("open", "=", true)
        .where("moved_to", "is", null)
        .orderBy("state_at")
        .limit(limit)
        .execute();
      return rows.map(toConversation);
    },
  };
}

/** People who take it, its end and another session end a bot's having it. */
function botAfter({ bot, operator, open, sessionId }: Parameters<ConversationRepository["learn"]>[2]) {
  if (bot !== undefined) return { bot: bot && toJson(bot) };
  if (open === false || (operator !== undefined && operator !== null)) return { bot: null };
  if (sessionId === undefined) return {};
  return {
    bot: sql<string | null>`case
      when session_id is distinct from ${sessionId} and bot ->> 'by' = 'portal' then null else bot end`,
  };
}

/** A conversation as the domain knows it, of its row. */
export function toConversation(row: Selectable<Schema["conversations"]>): Conversation {
  return {
    id: conversationId(row.id),
    portal: portalId(row.portal_id),
    account: accountId(row.account_id),
    externalChatId: row.external_chat_id,
    customer: row.customer as Customer,
    ...(row.im_chat_id !== null && { imChatId: row.im_chat_id }),
    ...(row.session_id !== null && { sessionId: row.session_id }),
    ...(row.portal_user_id !== null && { portalUserId: row.portal_user_id }),
    open: row.open,
    ...(row.operator_id !== null && { operator: row.operator_id }),
    ...(row.operator_id === null && row.bot !== null && { bot: row.bot as HoldingBot }),
    accepted: row.accepted,
    ...(row.mirrored && { mirrored: true }),
    ...(row.state_at !== null && { stateAt: row.state_at }),
    ...(row.compared_at !== null && { comparedAt: row.compared_at }),
    ...(row.is_group && { group: true }),
    ...(row.person_id !== null && { person: personId(row.person_id) }),
    ...(row.moved_to !== null && { movedTo: conversationId(row.moved_to) }),
    ...(row.tags.length > 0 && { tags: row.tags }),
    lastMessageAt: row.last_message_at,
    ...(row.last_inbound_at !== null && { lastInboundAt: row.last_inbound_at }),
  };
}
