/** What of the mail index a pack of mails has to do with, in as few questions as can be. */
import { type Kysely, type RawBuilder, type Selectable, sql } from "kysely";
import type { PortalId } from "../domain/ids.ts";
import type { MailDirection } from "../domain/mail.ts";
import {
  mailKey,
  nodeOf,
  referenceKeys,
  referenceKeysOf,
  type ScopedFacts,
  subjectKey,
  type ThreadRules,
  tokenNodes,
} from "../mail/threads/keys.ts";
import type { KnownMail } from "../mail/threads/mail-book.ts";
import { toJson } from "./clean.ts";
import type { Schema } from "./schema.ts";

export type MailRow = Selectable<Schema["mails"]>;

type Sql = RawBuilder<unknown>;

const DAY_MS = 86_400_000;
/** A little wider than answers are looked for by subject: what is read too much is judged there. */
const WINDOW_DAYS = 32;
/** Of mails with one subject and person the nearest ones are enough. */
const NEAREST = 5;

/**
 * Mails with the ids and references of these, answers that may be about them, and, where a copy has no Message-ID, mails of
 * the same second.
 */
export async function related(tx: Kysely<Schema>, portal: PortalId, mails: readonly ScopedFacts[]): Promise<MailRow[]> {
  const keys = new Set(mails.flatMap((mail) => [mailKey(mail), ...referenceKeys(mail)]));
  const subjects = new Set(mails.flatMap((mail) => subjectKey(mail) ?? []));
  const { rows } = await sql<MailRow>`
    ${mailsBy(portal, sql`key`, sql`${[...keys]}::uuid[]`)}
    union all
    ${mailsBy(portal, sql`subject_key`, sql`${[...subjects]}::uuid[]`, sql`and m.orphan`)}
    union all
    ${mailsBy(portal, sql`at`, sql`${secondsOf(mails)}::timestamptz[]`, sql`and m.header_id is null`)}`.execute(tx);
  const found = [...rows];
  const nameless = secondsOf(mails.filter(({ facts }) => facts.messageId === undefined));
  if (nameless.length > 0) {
    const named = mailsBy(portal, sql`at`, sql`${nameless}::timestamptz[]`, sql`and not m.forgotten`);
    found.push(...(await named.execute(tx)).rows);
  }
  // Whether what an answer refers to was seen meanwhile.
  const more = new Set(rows.filter(({ orphan }) => orphan).flatMap((row) => toKnown(row).references));
  for (const key of keys) more.delete(key);
  if (more.size > 0) {
    const { rows: seen } = await mailsBy(portal, sql`key`, sql`${[...more]}::uuid[]`).execute(tx);
    found.push(...seen);
  }
  found.push(...(await bySubject(tx, portal, mails, found)));
  return [...new Map(found.map((row) => [row.id, row])).values()];
}

/**
 * Looked up one by one in the index that is meant: planned as one question, hundreds of values look like half of a table
 * that nobody has counted yet, and PGlite never counts.
 */
const mailsBy = (portal: PortalId, column: Sql, values: Sql, further: Sql = sql``) => sql<MailRow>`
  select found.* from unnest(${values}) as q(value)
    cross join lateral (
      select m.* from mails m where m.portal_id = ${portal} and m.${column} = q.value ${further} offset 0) as found`;

/** By which threads are found: of a mail that was seen its own row tells, of everything else `mail_refs`. */
export async function nodesOf(
  tx: Kysely<Schema>,
  portal: PortalId,
  mails: readonly ScopedFacts[],
  seen: readonly MailRow[],
  rules: ThreadRules,
): Promise<Map<string, number>> {
  const nodes = mails.flatMap((mail) => [
    ...[mailKey(mail), ...referenceKeys(mail)].map((key) => nodeOf(key, mail.facts.subject, rules)),
    ...tokenNodes(mail),
  ]);
  const { rows } = await sql<{ node: string; thread: number }>`
    select q.node, coalesce(j.kept, r.thread_id) as thread
      from unnest(${[...new Set(nodes)]}::uuid[]) as q(node)
      cross join lateral (
        select r.thread_id from mail_refs r where r.portal_id = ${portal} and r.node = q.node offset 0) as r
      left join lateral (
        select j.kept from mail_thread_joins j where j.portal_id = ${portal} and j.given_up = r.thread_id offset 0) as j
        on true`.execute(tx);
  const found = new Map(rows.map(({ node, thread }) => [node, thread]));
  // An id that was used again stands for the first of its mails.
  for (const { key, subject, thread_id } of seen.toSorted((one, other) => other.id - one.id))
    found.set(nodeOf(key, subject ?? undefined, rules), thread_id);
  return found;
}

/** What answers could belong to by their subject, where nothing that they refer to was seen. */
async function bySubject(
  tx: Kysely<Schema>,
  portal: PortalId,
  mails: readonly ScopedFacts[],
  known: readonly MailRow[],
): Promise<readonly MailRow[]> {
  const seen = new Set([...known.map(({ key }) => key), ...mails.map(mailKey)]);
  const asked = mails.flatMap((mail) => {
    const { isReply, date, people } = mail.facts;
    const key = subjectKey(mail);
    if (!isReply || key === undefined || referenceKeys(mail).some((reference) => seen.has(reference))) return [];
    const day = (days: number) => date && new Date(date.getTime() + days * DAY_MS).toISOString();
    return [{ key, people, since: day(-WINDOW_DAYS) ?? "-infinity", until: day(1) ?? "infinity" }];
  });
  if (asked.length === 0) return [];
  const { rows } = await sql<MailRow>`select found.*
    from jsonb_to_recordset(${toJson(asked)}::jsonb) as q(key uuid, people text[], since timestamptz, until timestamptz)
    cross join lateral (
      select m.* from mails m
        where m.portal_id = ${portal} and m.subject_key = q.key and m.people && q.people
          and (m.sent_at is null or m.sent_at between q.since and q.until)
        order by m.sent_at desc nulls last limit ${NEAREST}) as found`.execute(tx);
  return rows;
}

const secondsOf = (mails: readonly ScopedFacts[]): string[] => [
  ...new Set(mails.flatMap(({ facts }) => facts.date?.toISOString() ?? [])),
];

/** Answers of which nobody knows what they answer, in the order in which they were seen. */
export async function orphansAfter(
  tx: Kysely<Schema>,
  portal: PortalId,
  after: number,
  limit: number,
): Promise<readonly MailRow[]> {
  return tx
    .selectFrom("mails")
    .selectAll()
    .where("portal_id", "=", portal)
    .where("orphan", "=", true)
    .where("id", ">", after)
    .orderBy("id")
    .limit(limit)
    .execute();
}

/** What a known mail is looked up by, as if it came anew. */
export function toScopedFacts(row: MailRow): ScopedFacts {
  const { messageId, sender, relayed, direction, people, date, subject, isReply } = toKnown(row);
  const facts = { relayed, direction, people, isReply, references: row.refs, tokens: [] };
  return {
    scope: row.scope ?? "",
    facts: {
      ...facts,
      ...(messageId !== undefined && { messageId }),
      ...(sender !== undefined && { sender }),
      ...(date !== undefined && { date }),
      ...(subject !== undefined && { subject }),
    },
  };
}

export const toKnown = (row: MailRow): KnownMail => ({
  id: row.id,
  key: row.key,
  thread: row.thread_id,
  references: referenceKeysOf(row.refs, row.scope ?? ""),
  ids: row.refs,
  orphan: row.orphan,
  isReply: row.is_reply,
  direction: row.direction as MailDirection,
  people: row.people,
  relayed: row.relayed,
  ...(row.subject_key !== null && { subjectKey: row.subject_key }),
  ...(row.header_id !== null && { messageId: row.header_id }),
  ...(row.sender !== null && { sender: row.sender }),
  ...(row.sent_at !== null && { date: row.sent_at }),
  ...(row.subject !== null && { subject: row.subject }),
  ...(row.content !== null && { content: row.content }),
});
