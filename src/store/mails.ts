import { type Kysely, sql } from "kysely";
import {
  accountId,
  conversationId,
  type MailId,
  type MailThreadId,
  mailId,
  mailThreadId,
  messageId,
  type PortalId,
} from "../domain/ids.ts";
import type { MailDirection } from "../domain/mail.ts";
import { mailKey } from "../mail/threads/keys.ts";
import { normaliseMessageId } from "../mail/threads/message-ids.ts";
import { indexable, isUuid, toJson } from "./clean.ts";
import type { IndexedMail, MailRepository } from "./contract/mails.ts";
import { repeatWhenUndone } from "./errors.ts";
import { placeOf, toPlaceRow } from "./mail-boxes.ts";
import { createMailGroups } from "./mail-groups.ts";
import { type Box, keepMails, LARGEST_PACK, settleMails } from "./mail-keeping.ts";
import type { MailRow } from "./mail-slices.ts";
import type { Schema } from "./schema.ts";

/** The index of all mails that were seen. What decides is pure (src/mail/threads); here it is read, asked and written. */
export function createMailRepository(db: Kysely<Schema>): MailRepository {
  const rows = (portal: PortalId) => db.selectFrom("mails").selectAll().where("portal_id", "=", portal);

  return {
    ...createMailGroups(db),

    async keep(portal, account, sightings, { apart, changedSubjectBeginsThread, isBacklog } = {}) {
      if (!isUuid(account)) return undefined;
      const box: Box = {
        portal,
        account,
        scope: apart === true ? account.toLowerCase() : "",
        rules: { changedSubjectBeginsThread: changedSubjectBeginsThread === true },
        isBacklog: isBacklog === true,
      };
      if (sightings.length > LARGEST_PACK) throw new Error(`At most ${LARGEST_PACK} mails are kept at once`);
      return repeatWhenUndone(() => db.transaction().execute((tx) => keepMails(tx, box, sightings)));
    },

    settle: (portal, { after, limit }) =>
      repeatWhenUndone(() =>
        db
          .transaction()
          .execute((tx) => settleMails(tx, portal, after === undefined ? 0 : (numberOf(after) ?? 0), limit)),
      ),

    async find(portal, id) {
      const number = numberOf(id);
      if (number === undefined) return undefined;
      const row = await rows(portal).where("id", "=", number).executeTakeFirst();
      return row && toMail(row);
    },

    async withMessageId(portal, messageId, apart) {
      const id = normaliseMessageId(messageId);
      if (id === undefined) return [];
      const facts = { messageId: id, references: [], relayed: false, people: [], isReply: false, tokens: [] };
      const key = mailKey({ facts: { ...facts, direction: "internal" }, scope: apart?.toLowerCase() ?? "" });
      return (await rows(portal).where("key", "=", key).orderBy("id").execute()).map(toMail);
    },

    async thread(portal, id, limit) {
      const number = numberOf(await threadNow(db, portal, id));
      if (number === undefined) return [];
      const last = rows(portal)
        .where("thread_id", "=", number)
        .orderBy("at", "desc")
        .orderBy("id", "desc")
        .limit(limit);
      return (await last.execute()).map(toMail).reverse();
    },

    threadNow: (portal, id) => threadNow(db, portal, id),

    async outgrown(portal, account, threads) {
      const numbers = [...new Set(threads.flatMap((thread) => numberOf(thread) ?? []))];
      if (!isUuid(account) || numbers.length === 0) return [];
      const { rows: found } = await sql<{ kept: number; given_up: number }>`
        select j.kept, j.given_up from unnest(${numbers}::bigint[]) as q(thread)
          cross join lateral (
            select * from mail_thread_joins j where j.portal_id = ${portal} and j.kept = q.thread offset 0) as j
          cross join lateral (
            select 1 from conversations c
              where c.account_id = ${account} and c.external_chat_id = j.given_up::text and c.moved_to is null
              offset 0) as c
          order by j.given_up`.execute(db);
      return found.map(({ kept, given_up }) => ({
        kept: mailThreadId(String(kept)),
        givenUp: mailThreadId(String(given_up)),
      }));
    },

    async places(portal, id) {
      const number = numberOf(id);
      if (number === undefined) return [];
      const found = await db
        .selectFrom("mail_sightings")
        .selectAll()
        .where("portal_id", "=", portal)
        .where("mail_id", "=", number)
        .orderBy("account_id")
        .orderBy("folder")
        .orderBy("uid")
        .execute();
      return found.map((row) => ({ account: accountId(row.account_id), ...placeOf(row) }));
    },

    async lastUid(portal, account, folder, uidValidity) {
      if (!isUuid(account)) return undefined;
      const row = await db
        .selectFrom("mail_sightings")
        .select("uid")
        .where("portal_id", "=", portal)
        .where("account_id", "=", account)
        .where("folder", "=", indexable(folder))
        .where("uid_validity", "=", uidValidity)
        .orderBy("uid", "desc")
        .executeTakeFirst();
      return row?.uid;
    },

    async waiting(portal, account, { after, limit }) {
      if (!isUuid(account)) return [];
      const from = after === undefined ? 0 : (numberOf(after) ?? 0);
      // Looked up by the mail: in the order of the folder's numbers the whole box would be read for each.
      const { rows: found } = await sql<MailRow & { folder: string; uid_validity: number; uid: number }>`
        select m.*, s.folder, s.uid_validity, s.uid from mails m
          cross join lateral (
            select * from (
              select * from mail_sightings s where s.portal_id = ${portal} and s.mail_id = m.id offset 0) as s
              where s.account_id = ${account}
              order by s.folder, s.uid limit 1) as s
          where m.portal_id = ${portal} and m.handled_at is null and m.id > ${from}
          order by m.id limit ${limit}`.execute(db);
      return found.map((row) => ({ mail: toMail(row), ...placeOf(row) }));
    },

    async handle(portal, handlings) {
      const given = handlings.flatMap(({ mail, class: kind, content, message, conversation }) => {
        const id = numberOf(mail);
        return id === undefined ? [] : [{ id, class: kind, content, message, conversation }];
      });
      const { rows: done } = await sql<{ id: number }>`
        update mails m set handled_at = clock_timestamp(), class = h.class, content = coalesce(h.content, m.content),
            message_id = h.message, conversation_id = h.conversation
          from jsonb_to_recordset(${toJson(given)}::jsonb)
            as h(id bigint, class text, content text, message uuid, conversation uuid)
          where m.portal_id = ${portal} and m.id = any(${given.map(({ id }) => id)}::bigint[]) and m.id = h.id
            and m.handled_at is null
          returning m.id`.execute(db);
      return done.map(({ id }) => mailId(String(id)));
    },

    async gone(portal, account, places) {
      if (!isUuid(account)) return;
      await sql`delete from mail_sightings s
        using jsonb_to_recordset(${toJson(places.map(toPlaceRow))}::jsonb)
          as p(folder text, uid_validity bigint, uid bigint)
        where s.portal_id = ${portal} and s.account_id = ${account} and s.folder = p.folder
          and s.uid_validity = p.uid_validity and s.uid = p.uid`.execute(db);
    },

    async forget(portal, before, limit) {
      const { numAffectedRows } = await sql`
        update mails set forgotten = true, orphan = false, sender = null, people = '{}', subject = null, subject_key = null,
            refs = '{}'
          where portal_id = ${portal} and id = any(array(
            select id from mails where portal_id = ${portal} and at < ${before} and not forgotten
              order by at limit ${limit} for update skip locked))`.execute(db);
      return Number(numAffectedRows ?? 0n);
    },
  };
}

async function threadNow(db: Kysely<Schema>, portal: PortalId, id: MailThreadId): Promise<MailThreadId> {
  const number = numberOf(id);
  if (number === undefined) return id;
  const row = await db
    .selectFrom("mail_thread_joins")
    .select("kept")
    .where("portal_id", "=", portal)
    .where("given_up", "=", number)
    .executeTakeFirst();
  return row ? mailThreadId(String(row.kept)) : id;
}

const numberOf = (id: MailId | MailThreadId): number | undefined => (/^\d{1,15}$/.test(id) ? Number(id) : undefined);

const toMail = (row: MailRow): IndexedMail => ({
  id: mailId(String(row.id)),
  thread: mailThreadId(String(row.thread_id)),
  ...(row.header_id !== null && { messageId: row.header_id }),
  references: row.refs,
  ...(row.sender !== null && { sender: row.sender }),
  relayed: row.relayed,
  direction: row.direction as MailDirection,
  people: row.people,
  ...(row.sent_at !== null && { date: row.sent_at }),
  at: row.at,
  ...(row.subject !== null && { subject: row.subject }),
  isReply: row.is_reply,
  ...(row.content !== null && { content: row.content }),
  ...(row.class !== null && { class: row.class }),
  isHandled: row.handled_at !== null,
  ...(row.message_id !== null && { message: messageId(row.message_id) }),
  ...(row.conversation_id !== null && { conversation: conversationId(row.conversation_id) }),
});
