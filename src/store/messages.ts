import { type Kysely, type Selectable, sql } from "kysely";
import { conversationId, type Direction, laneOf, messageId, portalId } from "../domain/ids.ts";
import { acceptFirst, acceptInbound, acceptReply } from "./accept.ts";
import { cleanText, indexable, isUuid, saneDate, toJson } from "./clean.ts";
import type { MessageRepository, MessageResult, MirrorEnded, Moved, Unreported } from "./contract/messages.ts";
import { repeatWhenUndone } from "./errors.ts";
import { keyOf } from "./lanes.ts";
import { toDueMessage, toMessage } from "./message-row.ts";
import type { Schema } from "./schema.ts";

const TABLE = "messages";
/** Rows of a conversation among which an echo is looked for: what came back that late is none. */
const LATEST = 500;
/** Nobody's message goes out in more; a number that is told from outside must not make a large array. */
const MOST_PARTS = 1_000;

/**
 * Messages and what becomes of them. Every method may be called again after a `StoreUnavailable`: states only rise, and
 * keys make a second insert a duplicate.
 */
export function createMessageRepository(db: Kysely<Schema>): MessageRepository {
  return {
    acceptInbound: (rows) => acceptInbound(db, rows),
    acceptReply: (row) => acceptReply(db, row),
    acceptFirst: (row) => acceptFirst(db, row),

    async find(portal, message) {
      if (!isUuid(message)) return undefined;
      const row = await db
        .selectFrom(TABLE)
        .selectAll()
        .where("portal_id", "=", portal)
        .where("id", "=", message)
        .executeTakeFirst();
      return row && toMessage(row);
    },

    async findByIm(portal, imMessageId) {
      const row = await db
        .selectFrom(TABLE)
        .selectAll()
        .where("portal_id", "=", portal)
        .where("im_message_id", "=", imMessageId)
        .where("kind", "=", "message")
        .orderBy("seq")
        .limit(1)
        .executeTakeFirst();
      return row && toMessage(row);
    },

    async findByOrigin(portal, originKey) {
      const row = await db
        .selectFrom(TABLE)
        .selectAll()
        .where("portal_id", "=", portal)
        .where("origin_key", "=", indexable(originKey))
        .executeTakeFirst();
      return row && toMessage(row);
    },

    async knownByIm(portal, told) {
      if (told.length === 0) return new Set();
      // Deleted by our clock, dated by the portal's.
      const { rows } = await sql<{ id: string }>`
        select m.im_message_id as id from messages m
          where m.portal_id = ${portal} and m.im_message_id = any(${told.map(({ id }) => id)}::text[]) and m.kind = 'message'
        union all
        select t.id from portals p cross join jsonb_to_recordset(${toJson(told)}) as t(id text, at timestamptz)
          where p.id = ${portal} and t.at < p.forgotten_before + interval '1 hour'`.execute(db);
      return new Set(rows.map((row) => row.id));
    },

    async sentAs(portal, externalIds) {
      const { rows } = await sql<Selectable<Schema["messages"]>>`
        select m.* from accounts a join messages m on m.account_id = a.id
          where a.portal_id = ${portal} and m.external_ids[1] = any(${externalIds.map(indexable)}::text[])
            and (m.direction = 'out' or m.origin ->> 'by' = 'device') and m.kind = 'message'
          order by m.sent_at desc limit 20`.execute(db);
      return rows.map(toMessage);
    },

    async findByExternal(account, externalId) {
      if (!isUuid(account)) return undefined;
      const id = indexable(externalId);
      const { rows } = await sql<Selectable<Schema["messages"]>>`
        select * from (
          select * from messages where account_id = ${account} and external_ids[1] = ${id}
          union
          select messages.* from message_parts part join messages on messages.id = part.message_id
          where part.account_id = ${account} and part.external_id = ${id}
        ) as found where kind = 'message' order by seq desc limit 1`.execute(db);
      return rows[0] && toMessage(rows[0]);
    },

    async unfinished(lane, limit) {
      const at = keyOf(lane);
      if (!at) return [];
      const { rows } = await sql<Selectable<Schema["messages"]>>`
        select * from unfinished_messages(${at.conversation}, ${at.direction}, ${limit})`.execute(db);
      return rows.map(toDueMessage);
    },

    async beginAttempt(lane, owner, messages) {
      const at = keyOf(lane);
      if (!at || !messages.every(isUuid)) return false;
      const ids = [...new Set(messages)];
      // An edit is accepted in the other order: its message first, then the lane.
      const { rows } = await repeatWhenUndone(() =>
        sql<{ begun: boolean }>`
          select begin_attempt(${at.conversation}, ${at.direction}, ${owner}, ${ids}) as begun`.execute(db),
      );
      return rows[0]?.begun === true;
    },

    async finish(results) {
      if (results.length === 0) return;
      const rows = results.flatMap(({ message, result }, n) =>
        isUuid(message) ? [{ n, message, ...resultColumns(result) }] : [],
      );
      // A change that was turned down must not stay in the text; nearly every time there is none to look for.
      const turnedDown = results.some(({ result }) => result.state === "refused" || result.state === "failed");
      const write = sql.raw(turnedDown ? "finish_and_settle" : "finish_messages");
      await repeatWhenUndone(() => sql`select ${write}(${toJson(rows)})`.execute(db));
    },

    async unrecognised(portal, conversation) {
      if (!isUuid(conversation)) return [];
      const { rows } = await sql<Selectable<Schema["messages"]> & { said_at: Date }>`
        select m.*, r.attempted_at as said_at
          from (
            select * from messages w where w.conversation_id = ${conversation} order by w.seq desc limit ${LATEST}) r
          join messages m on m.id = r.target_id
          where r.kind = 'mirror' and r.attempted_at is not null and m.portal_id = ${portal}
            and m.kind = 'message' and m.im_message_id is null
          order by m.seq`.execute(db);
      return rows.map((row) => ({ message: toMessage(row), saidAt: row.said_at }));
    },

    async endMirror(portal, reply, end) {
      if (!isUuid(reply)) return { kind: "unknown" };
      const { imMessageId, imChatId } = end.state === "sent" ? end : {};
      const error = end.state === "sent" ? null : end.error;
      const { rows } = await repeatWhenUndone(() =>
        sql<{ outcome: MirrorEnded["kind"]; conversation_id: string | null; due: boolean }>`
          select * from end_mirror(
            ${portal}, ${reply}, ${end.state}, ${error}, ${imMessageId ?? null}, ${imChatId ?? null})`.execute(db),
      );
      const [row] = rows;
      if (!row || row.conversation_id === null) return { kind: "unknown" };
      return {
        kind: row.outcome,
        ...(row.due && { due: laneOf("out", conversationId(row.conversation_id), portal) }),
      };
    },

    async applyReceipt(account, externalIds, state) {
      if (!isUuid(account) || externalIds.length === 0) return [];
      const { rows } = await sql<{ id: string }>`
        select apply_receipt(${account}, ${externalIds.map(indexable)}, ${state}) as id`.execute(db);
      return rows.map((row) => messageId(row.id));
    },

    async applyMove(portal, account, { from, to, idsEnd }) {
      if (!isUuid(account)) return { kind: "unknown", lanes: [] };
      const { rows } = await repeatWhenUndone(() =>
        sql<MovedRow>`
          select * from move_chat(${portal}, ${account}, ${indexable(from)}, ${indexable(to)}, ${idsEnd})`.execute(db),
      );
      const lanes = rows.flatMap((row) =>
        row.conversation_id === null || row.portal_id === null
          ? []
          : [
              laneOf(
                row.direction === "in" ? "in" : "out",
                conversationId(row.conversation_id),
                portalId(row.portal_id),
              ),
            ],
      );
      return { kind: rows[0]?.outcome ?? "unknown", lanes };
    },

    async applyFailure(account, externalIds, sentence) {
      if (!isUuid(account) || externalIds.length === 0) return [];
      const ids = externalIds.map(indexable);
      const { rows } = await repeatWhenUndone(() =>
        sql<{ conversation_id: string; portal_id: string }>`
          select distinct conversation_id, portal_id from apply_failure(${account}, ${ids}, ${cleanText(sentence)})`.execute(
          db,
        ),
      );
      return rows.map((row) => laneOf("out", conversationId(row.conversation_id), portalId(row.portal_id)));
    },

    async proveSent(account, message, { externalId, part, of }) {
      const sane = Number.isInteger(part) && Number.isInteger(of) && part >= 1 && part <= of && of <= MOST_PARTS;
      if (!isUuid(account) || !isUuid(message) || !sane) return undefined;
      const { rows } = await repeatWhenUndone(() =>
        sql<{ conversation_id: string; portal_id: string }>`
          select conversation_id, portal_id
          from prove_sent(${account}, ${message}, ${indexable(externalId)}, ${part}, ${of})`.execute(db),
      );
      const [row] = rows;
      return row && laneOf("out", conversationId(row.conversation_id), portalId(row.portal_id));
    },

    async unreported(conversation, limit) {
      if (!isUuid(conversation)) return [];
      const { rows } = await sql<Selectable<Schema["messages"]>>`
        select * from messages
        where conversation_id = ${conversation} and (to_report or to_tell)
          and (to_tell or state in ('sent', 'delivered', 'read'))
        order by seq limit ${limit}`.execute(db);
      return rows.map((row) => ({ message: toMessage(row), what: row.to_tell ? "bad-ending" : "arrived" }));
    },

    async markReported(told) {
      const of = (what: Unreported["what"]) => told.filter((one) => one.what === what).map((one) => one.message);
      const [arrived, ended] = [of("arrived"), of("bad-ending")];
      if (arrived.length > 0) {
        const ids = arrived.map((message) => message.id);
        await db.updateTable(TABLE).set({ to_report: false }).where("id", "in", ids).execute();
      }
      if (ended.length > 0) {
        const known = toJson(ended.map(({ id, state, attempts }) => ({ id, state, attempts })));
        await sql`
          update messages m set to_tell = false
          from jsonb_to_recordset(${known}) as told(id uuid, state text, attempts integer)
          where m.id = told.id and m.state = told.state and m.attempts = told.attempts`.execute(db);
      }
    },

    async retry(portal, message, seen) {
      if (!isUuid(message)) return undefined;
      return repeatWhenUndone(() =>
        db.transaction().execute(async (tx) => {
          const now = new Date();
          let update = tx
            .updateTable(TABLE)
            .set({ state: "stored", pending: true, next_at: now, error: null, to_tell: false })
            .where("portal_id", "=", portal)
            .where("id", "=", message)
            .where("state", "in", ["refused", "failed", "uncertain"])
            .where("settle_by", "is", null);
          if (seen) update = update.where("state", "=", seen.state).where("attempts", "=", seen.attempts);
          const row = await update.returning(["conversation_id", "direction", "kind"]).executeTakeFirst();
          if (!row) return undefined;
          if (row.kind === "edit") await sql`select settle_edits(${[message]})`.execute(tx);
          await tx
            .updateTable("lanes")
            .set({ due_at: sql<Date>`least(due_at, ${now}::timestamptz)` })
            .where("conversation_id", "=", row.conversation_id)
            .where("direction", "=", row.direction)
            .execute();
          return laneOf(row.direction as Direction, conversationId(row.conversation_id), portal);
        }),
      );
    },

    async backlog(portal, account) {
      if (!isUuid(account)) return 0;
      const row = await db
        .selectFrom(TABLE)
        .select((count) => count.fn.countAll<number>().as("messages"))
        .where("portal_id", "=", portal)
        .where("account_id", "=", account)
        .where("pending", "=", true)
        .where("kind", "<>", "mirror")
        .executeTakeFirstOrThrow();
      return row.messages;
    },

    async dropBacklog(portal, account, sentence) {
      if (!isUuid(account)) return 0;
      return repeatWhenUndone(() =>
        db.transaction().execute(async (tx) => {
          const dropped = await tx
            .updateTable(TABLE)
            // What left already may have arrived: that is not called failed.
            .set({
              state: sql<string>`case state when 'stored' then 'failed' else 'uncertain' end`,
              pending: false,
              settle_by: null,
              error: sentence,
              answered_at: sql<Date>`clock_timestamp()`,
            })
            .where("portal_id", "=", portal)
            .where("account_id", "=", account)
            .where("pending", "=", true)
            .returning(["id", "kind"])
            .execute();
          const edits = dropped.filter((row) => row.kind === "edit").map((row) => row.id);
          if (edits.length > 0) await sql`select settle_edits(${edits})`.execute(tx);
          return dropped.filter((row) => row.kind !== "mirror").length;
        }),
      );
    },

    async withdraw(portal, message, sentence) {
      if (!isUuid(message)) return false;
      // Its lane may be at it: whoever writes first, the other finds it done (`begin_attempt` takes none that is finished).
      const { numUpdatedRows } = await repeatWhenUndone(() =>
        db
          .updateTable(TABLE)
          .set({ state: "failed", pending: false, error: sentence, answered_at: sql<Date>`clock_timestamp()` })
          .where("portal_id", "=", portal)
          .where("id", "=", message)
          .where("direction", "=", "out")
          .where("kind", "=", "message")
          .where("state", "=", "stored")
          .where("pending", "=", true)
          .executeTakeFirst(),
      );
      return numUpdatedRows === 1n;
    },

    async journal(portal, query) {
      if (![query.conversation, query.account].every((id) => id === undefined || isUuid(id))) return [];
      let select = db.selectFrom(TABLE).selectAll().where("portal_id", "=", portal);
      if (query.state !== undefined) select = select.where("state", "=", query.state);
      if (query.conversation !== undefined) select = select.where("conversation_id", "=", query.conversation);
      if (query.account !== undefined) select = select.where("account_id", "=", query.account);
      if (query.direction !== undefined) select = select.where("direction", "=", query.direction);
      select = query.changes === true ? select.where("kind", "<>", "mirror") : select.where("kind", "=", "message");
      if (query.after !== undefined) select = select.where("seq", ">", query.after);
      if (query.before !== undefined) select = select.where("seq", "<", query.before);
      const rows = await select
        .orderBy("seq", query.before === undefined ? "asc" : "desc")
        .limit(query.limit)
        .execute();
      return rows.map(toMessage);
    },

    async setAttachments(message, attachments) {
      if (!isUuid(message)) return;
      await sql`
        update messages set content = jsonb_set(content, '{attachments}', ${toJson(attachments)}::jsonb) where id = ${message}`.execute(
        db,
      );
    },
  };
}

function resultColumns(result: MessageResult): object {
  const now = new Date();
  const externalIds =
    "externalIds" in result && result.externalIds ? { external_ids: result.externalIds.map(indexable) } : {};
  switch (result.state) {
    case "sent":
    case "delivered":
      return { state: result.state, ...externalIds, ...(result.error !== undefined && { error: result.error }) };
    case "stored":
      return { state: result.state, next_at: saneDate(result.nextAt, now), error: result.error };
    case "refused":
    case "failed":
      return { state: result.state, error: result.error };
    case "uncertain":
      return {
        state: result.state,
        error: result.error,
        ...externalIds,
        next_at: result.nextAt,
        settle_by: result.settleBy,
      };
  }
}

interface MovedRow {
  readonly outcome: Moved["kind"];
  readonly conversation_id: string | null;
  readonly direction: string | null;
  readonly portal_id: string | null;
}
