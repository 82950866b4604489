import { type Expression, type Kysely, type Selectable, type SqlBool, sql } from "kysely";
import { conversationId } from "../domain/ids.ts";
import { cleanText, isUuid } from "./clean.ts";
import type { DeskFolder, DeskRepository, OnDesk } from "./contract/desk.ts";
import { toConversation } from "./conversations.ts";
import { repeatWhenUndone } from "./errors.ts";
import { markNoReply, voidNoReply } from "./reports/marks.ts";
import type { Schema } from "./schema.ts";

/** Who was not answered for so long will not be helped by standing first in a list. */
const WAITS_AT_MOST_DAYS = 60;
const TAGS = 200;
const OPERATORS = 100;
/** Nobody has answered since. */
const isSetByHand = sql<boolean>`coalesce(c.answered_seq = (c.answered_before ->> 'set')::bigint, false)`;

const waiting = sql<Date | null>`waiting_since(c.id, c.answered_seq)`;
const isSnoozed = sql<SqlBool>`(c.snoozed_until > now() and not exists (
  select 1 from messages m
    where m.conversation_id = c.id and m.seq > coalesce(c.snoozed_seq, 0) and m.direction = 'in' and m.kind = 'message'
      and m.origin ->> 'by' = 'channel'))`;
const latest = sql<number>`(select max(m.seq) from messages m where m.conversation_id = c.id)`;
/** In no line it is open until it was closed here, and again when anybody writes; see `standingAlone`. */
const isOpen = sql<SqlBool>`(c.open or (c.state_at is null or c.last_message_at > c.state_at) and exists (
  select 1 from accounts a where a.id = c.account_id and a.line is null))`;
const isArchived = sql<SqlBool>`(c.archived_at is not null and c.last_message_at <= c.archived_at)`;

/**
 * What agents work through. Nothing is kept for it on the way in, which stays as quick as it was: who waits is read from
 * the messages after the last answer, of conversations in which something was said since.
 */
export function createDeskRepository(db: Kysely<Schema>): DeskRepository {
  const rows = () =>
    db
      .selectFrom("conversations as c")
      .selectAll("c")
      .select([
        waiting.as("waiting_since"),
        sql<boolean>`coalesce(${isSnoozed}, false)`.as("is_snoozed"),
        sql<boolean>`${isArchived}`.as("is_archived"),
      ]);

  return {
    async list(portal, query) {
      let select = rows().where("c.portal_id", "=", portal).where("c.moved_to", "is", null);
      for (const condition of conditionsOf(query.folder)) select = select.where(condition);
      const { accounts, line, open, operator, bot, own, tag, search } = query;
      if (own)
        select = select.where(
          sql<SqlBool>`(c.operator_id is null or c.operator_id = ${own.operator} or c.account_id = any(${own.accounts.filter(isUuid)}::uuid[]))`,
        );
      if (accounts) select = select.where(sql<SqlBool>`c.account_id = any(${accounts.filter(isUuid)}::uuid[])`);
      if (line !== undefined)
        select = select.where((where) =>
          where.exists(
            where
              .selectFrom("accounts as a")
              .select("a.id")
              .whereRef("a.id", "=", "c.account_id")
              .where("a.line", "=", line),
          ),
        );
      if (open !== undefined) select = select.where(sql<SqlBool>`${isOpen} = ${open}`);
      if (operator !== undefined) select = select.where("c.operator_id", operator === null ? "is" : "=", operator);
      if (operator === null) select = select.where("c.bot", "is", null);
      if (bot) select = select.where(sql<SqlBool>`(c.operator_id is null and c.bot is not null)`);
      if (tag !== undefined) select = select.where(sql<SqlBool>`${cleanText(tag)} = any(c.tags)`);
      if (search !== undefined) select = select.where(isAbout(cleanText(search)));
      if (query.folder === "waiting") select = select.orderBy("waiting_since");
      else if (query.folder === "snoozed") select = select.orderBy("c.snoozed_until");
      else select = select.orderBy("c.last_message_at", "desc");
      return (await select.orderBy("c.id").limit(query.limit).offset(query.offset).execute()).map(toOnDesk);
    },

    async find(portal, conversations) {
      const ids = conversations.filter(isUuid);
      if (ids.length === 0) return [];
      return (await rows().where("c.portal_id", "=", portal).where("c.id", "in", ids).execute()).map(toOnDesk);
    },

    async change(portal, conversations, change) {
      const ids = conversations.filter(isUuid);
      if (ids.length === 0) return [];
      const { noReplyNeeded, snoozedUntil, archived, tags } = change;
      const write = (on: Kysely<Schema>) =>
        on
          .updateTable("conversations as c")
          .set({
            ...(noReplyNeeded === true && {
              answered_seq: latest,
              answered_at: sql<Date>`greatest(c.last_message_at, now())`,
              answered_before: sql`case when c.answered_seq is distinct from ${latest}
              then jsonb_build_object('seq', c.answered_seq, 'at', c.answered_at, 'set', ${latest}) else c.answered_before end`,
            }),
            ...(noReplyNeeded === false && {
              answered_seq: sql<
                number | null
              >`case when ${isSetByHand} then (c.answered_before ->> 'seq')::bigint else c.answered_seq end`,
              answered_at: sql<Date | null>`case when ${isSetByHand} then (c.answered_before ->> 'at')::timestamptz else c.answered_at end`,
              answered_before: null,
            }),
            ...(snoozedUntil !== undefined && {
              snoozed_until: snoozedUntil,
              snoozed_seq: latest,
            }),
            ...(archived !== undefined && {
              archived_at: archived ? sql<Date>`greatest(now(), c.last_message_at)` : null,
            }),
            ...(tags && { tags: sql<string[]>`${tags.map(cleanText)}::text[]` }),
            portal_id: portal,
          })
          .where("c.portal_id", "=", portal)
          .where("c.id", "in", ids)
          .returning("c.id")
          .execute();
      if (noReplyNeeded === undefined) return (await write(db)).map(({ id }) => conversationId(id));
      const changed = await repeatWhenUndone(() =>
        db.transaction().execute(async (tx) => {
          await (noReplyNeeded ? markNoReply : voidNoReply)(tx, portal, ids);
          return write(tx);
        }),
      );
      return changed.map(({ id }) => conversationId(id));
    },

    async operators(portal) {
      const rows = await db
        .selectFrom("conversations")
        .select("operator_id")
        .where("portal_id", "=", portal)
        .where("operator_id", "is not", null)
        .groupBy("operator_id")
        .orderBy((order) => order.fn.countAll(), "desc")
        .limit(OPERATORS)
        .execute();
      return rows.flatMap(({ operator_id }) => operator_id ?? []);
    },

    async tags(portal) {
      const { rows: found } = await sql<{ readonly tag: string }>`
        select t.tag from conversations c cross join unnest(c.tags) as t(tag)
          where c.portal_id = ${portal} group by t.tag order by count(*) desc, t.tag limit ${TAGS}`.execute(db);
      return found.map(({ tag }) => tag);
    },
  };
}

function conditionsOf(folder: DeskFolder): readonly Expression<SqlBool>[] {
  const inSight = [sql<SqlBool>`not coalesce(${isSnoozed}, false)`, sql<SqlBool>`not ${isArchived}`];
  switch (folder) {
    case "waiting":
      return [
        ...inSight,
        sql<SqlBool>`c.last_message_at > coalesce(c.answered_at, '-infinity')`,
        sql<SqlBool>`c.last_message_at > now() - make_interval(days => ${WAITS_AT_MOST_DAYS})`,
        sql<SqlBool>`${waiting} is not null`,
      ];
    case "snoozed":
      return [isSnoozed];
    case "archived":
      return [isArchived];
    case "all":
      return inSight;
  }
}

/** Searched for as it stands: no character of it means anything. */
function isAbout(words: string): Expression<SqlBool> {
  const part = words.toLowerCase();
  const has = (value: Expression<unknown>) => sql<SqlBool>`strpos(lower(coalesce(${value}, '')), ${part}) > 0`;
  const name = sql`concat_ws(' ', c.customer ->> 'name', c.customer ->> 'lastName')`;
  return sql<SqlBool>`(${sql.join(
    [name, sql`c.customer ->> 'username'`, sql`c.customer ->> 'phone'`, sql`c.customer ->> 'email'`].map(has),
    sql` or `,
  )})`;
}

type Row = Selectable<Schema["conversations"]> & {
  readonly waiting_since: Date | null;
  readonly is_snoozed: boolean;
  readonly is_archived: boolean;
};

const toOnDesk = (row: Row): OnDesk => ({
  conversation: toConversation(row),
  desk: {
    ...(row.waiting_since !== null && { waitingSince: row.waiting_since }),
    ...(row.is_snoozed && row.snoozed_until !== null && { snoozedUntil: row.snoozed_until }),
    archived: row.is_archived,
    tags: row.tags,
  },
});
