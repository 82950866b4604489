/** How a pack of mails gets into the index: one transaction, a handful of statements, however many mails. */
import { type Kysely, sql } from "kysely";
import { type AccountId, type MailId, mailId, mailThreadId, type PortalId } from "../domain/ids.ts";
import { nodeOf, type ThreadRules } from "../mail/threads/keys.ts";
import { type BookChanges, type KnownMail, placeMails } from "../mail/threads/mail-book.ts";
import { indexable, toJson } from "./clean.ts";
import type { KeptMail, KeptMails, MailPlace, MailSighting, ThreadJoin } from "./contract/mails.ts";
import { mailIndexLock, placeOf, toPlaceRow } from "./mail-boxes.ts";
import { type MailRow, nodesOf, orphansAfter, related, toKnown, toScopedFacts } from "./mail-slices.ts";
import type { Schema } from "./schema.ts";

export interface Box {
  readonly portal: PortalId;
  readonly account: AccountId;
  /** "" or the account. */
  readonly scope: string;
  readonly rules: ThreadRules;
  readonly isBacklog: boolean;
}

/** Numbers that one pack takes from the sequence. */
export const LARGEST_PACK = 1_000;

/** `undefined`: the portal has no such account. */
export async function keepMails(
  tx: Kysely<Schema>,
  box: Box,
  sightings: readonly MailSighting[],
): Promise<KeptMails | undefined> {
  const { portal, scope, rules } = box;
  const nextId = await begin(tx, box);
  if (nextId === undefined) return undefined;
  const before = await seenBefore(tx, box, sightings);
  const fresh = sightings.filter((sighting) => !before.has(placeKey(sighting)));
  if (fresh.length === 0) return answer(sightings, [], before, undefined, [...before.values()]);

  const mails = fresh.map(({ facts }) => ({ facts, scope }));
  const rows = await related(tx, portal, mails);
  const known = { mails: rows.map(toKnown), nodes: await nodesOf(tx, portal, mails, rows, rules) };
  const changes = placeMails(mails, known, nextId, rules, { given: !box.isBacklog });
  await writeJoins(tx, portal, changes.joins);
  await rewriteMails(tx, portal, changes.changed, reopened(rows, changes));
  if (changes.placements.some(({ isNew }) => !isNew)) await dropOldPlaces(tx, box, fresh, changes);
  await write(tx, box, fresh, changes, known.mails);
  return answer(sightings, fresh, before, changes, rows);
}

/**
 * Locks the account and the index, and takes numbers; `undefined`: there is no such account. Plans are made by what a pack
 * needs, not by how small the tables were when they were last counted.
 */
async function begin(tx: Kysely<Schema>, { portal, account }: Box): Promise<(() => number) | undefined> {
  const { rows } = await sql<{ first: number }>`
    select ${mailIndexLock(portal)}, nextval('mail_numbers') as first, set_config('enable_seqscan', 'off', true),
        set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
        set_config('jit', 'off', true)
      from accounts where portal_id = ${portal} and id = ${account} for key share`.execute(tx);
  const [row] = rows;
  if (row === undefined) return undefined;
  let next = row.first;
  return () => next++;
}

const placeKey = ({ folder, uidValidity, uid }: MailPlace): string => `${uidValidity}:${uid}:${indexable(folder)}`;

/** Mails that lie where they lay before. */
async function seenBefore(tx: Kysely<Schema>, box: Box, places: readonly MailPlace[]): Promise<Map<string, MailRow>> {
  const { rows } = await sql<MailRow & { folder: string; uid_validity: number; uid: number }>`
    select m.*, p.folder, p.uid_validity, p.uid
      from jsonb_to_recordset(${toJson(places.map(toPlaceRow))}::jsonb) as p(folder text, uid_validity bigint, uid bigint)
      cross join lateral (
        select s.mail_id from mail_sightings s
          where s.portal_id = ${box.portal} and s.account_id = ${box.account} and s.folder = p.folder
            and s.uid_validity = p.uid_validity and s.uid = p.uid
          offset 0) as s
      cross join lateral (
        select * from mails m where m.portal_id = ${box.portal} and m.id = s.mail_id offset 0) as m`.execute(tx);
  return new Map(rows.map((row) => [placeKey(placeOf(row)), row]));
}

function answer(
  sightings: readonly MailSighting[],
  fresh: readonly MailSighting[],
  before: ReadonlyMap<string, MailRow>,
  changes: BookChanges | undefined,
  rows: readonly MailRow[],
): KeptMails {
  const joins = changes?.joins ?? [];
  const keptFor = new Map(joins.map(({ kept, givenUp }) => [givenUp, kept]));
  const placed = new Map(fresh.map((sighting, n) => [placeKey(sighting), changes?.placements[n]]));
  const handled = new Set([...before.values(), ...rows].filter((row) => row.handled_at !== null).map(({ id }) => id));
  const open = changes === undefined ? new Set<number>() : reopened(rows, changes);
  const now = new Map([...(changes?.added ?? []), ...(changes?.changed ?? [])].map((mail) => [mail.id, mail]));
  const known = new Map([...before.values(), ...rows].map((row) => [row.id, toKnown(row)]));
  return {
    mails: sightings.map((sighting): KeptMail => {
      const placement = placed.get(placeKey(sighting));
      const id = placement?.mail ?? before.get(placeKey(sighting))?.id ?? 0;
      const mail = now.get(id) ?? known.get(id);
      const thread = placement?.thread ?? mail?.thread ?? id;
      return {
        mail: mailId(String(id)),
        isNew: placement?.isNew === true,
        thread: mailThreadId(String(keptFor.get(thread) ?? thread)),
        direction: mail?.direction ?? "internal",
        isHandled: handled.has(id) && !open.has(id),
      };
    }),
    joins: joins.map(toJoin),
  };
}

const toJoin = ({ kept, givenUp }: BookChanges["joins"][number]): ThreadJoin => ({
  kept: mailThreadId(String(kept)),
  givenUp: mailThreadId(String(givenUp)),
});

/** Answers of a backlog, so many of them: what their subjects say they belong to. */
export async function settleMails(
  tx: Kysely<Schema>,
  portal: PortalId,
  after: number,
  limit: number,
): Promise<{ readonly joins: readonly ThreadJoin[]; readonly next?: MailId }> {
  await sql`select ${mailIndexLock(portal)}`.execute(tx);
  const orphans = await orphansAfter(tx, portal, after, limit);
  const last = orphans.at(-1);
  if (last === undefined) return { joins: [] };
  const rows = await related(tx, portal, orphans.map(toScopedFacts));
  const all = new Map([...rows, ...orphans].map((row) => [row.id, toKnown(row)]));
  const changes = placeMails(
    [],
    { mails: [...all.values()], nodes: new Map() },
    () => Number.NaN,
    {},
    {
      given: false,
      known: new Set(orphans.map(({ id }) => id)),
    },
  );
  await writeJoins(tx, portal, changes.joins);
  await rewriteMails(tx, portal, changes.changed, new Set());
  return { joins: changes.joins.map(toJoin), ...(orphans.length === limit && { next: mailId(String(last.id)) }) };
}

/** Mails that were thought to be our own affair, and became nothing, until a copy showed the customer in them. */
function reopened(rows: readonly MailRow[], { changed }: BookChanges): Set<number> {
  const nothing = new Set(
    rows.filter((row) => row.direction === "internal" && row.message_id === null).map(({ id }) => id),
  );
  return new Set(
    changed.filter(({ id, direction }) => direction !== "internal" && nothing.has(id)).map(({ id }) => id),
  );
}

/**
 * New mails, where they lie, and what their threads hang on beside them: a mail that was seen is found by its own row.
 */
async function write(
  tx: Kysely<Schema>,
  { portal, account, scope, rules }: Box,
  fresh: readonly MailPlace[],
  { added, changed, nodes, placements }: BookChanges,
  known: readonly KnownMail[],
): Promise<void> {
  const own = new Set([...known, ...added, ...changed].map(({ key, subject }) => nodeOf(key, subject, rules)));
  const refs = [...nodes].flatMap(([node, thread]) => (own.has(node) ? [] : [{ node, thread }]));
  const places = fresh.map((place, n) => ({ ...toPlaceRow(place), mail: placements[n]?.mail }));
  await sql`
    with new_mails as (
      insert into mails (portal_id, id, thread_id, scope, key, subject_key, header_id, refs, sender, relayed,
          direction, people, sent_at, at, subject, is_reply, orphan, content)
        select ${portal}, m.id, m.thread, ${scope === "" ? null : scope}::uuid, m.key, m.subject_key, m.header_id, m.refs,
            m.sender, m.relayed, m.direction, m.people, m.sent_at, coalesce(m.sent_at, clock_timestamp()), m.subject,
            m.is_reply, m.orphan, m.content
          from jsonb_to_recordset(${toJson(added.map(toColumns))}::jsonb) as m(
            id bigint, thread bigint, key uuid, subject_key uuid, header_id text, refs text[], sender text,
            relayed boolean, direction text, people text[], sent_at timestamptz, subject text, is_reply boolean,
            orphan boolean, content text)),
    new_refs as (
      insert into mail_refs (portal_id, node, thread_id)
        select ${portal}, r.node, r.thread
          from jsonb_to_recordset(${toJson(refs)}::jsonb) as r(node uuid, thread bigint))
    insert into mail_sightings (portal_id, account_id, folder, uid_validity, uid, mail_id)
      select ${portal}, ${account}, p.folder, p.uid_validity, p.uid, p.mail
        from jsonb_to_recordset(${toJson(places)}::jsonb) as p(folder text, uid_validity bigint, uid bigint, mail bigint)
      on conflict do nothing`.execute(tx);
}

const toColumns = (mail: KnownMail) => ({
  id: mail.id,
  thread: mail.thread,
  key: mail.key,
  subject_key: mail.subjectKey,
  header_id: mail.messageId,
  refs: mail.ids,
  sender: mail.sender,
  relayed: mail.relayed,
  direction: mail.direction,
  people: mail.people,
  sent_at: mail.date,
  subject: mail.subject,
  is_reply: mail.isReply,
  orphan: mail.orphan,
  content: mail.content,
});

/** Copies said more of mails that were known. */
async function rewriteMails(
  tx: Kysely<Schema>,
  portal: PortalId,
  changed: readonly KnownMail[],
  open: ReadonlySet<number>,
): Promise<void> {
  if (changed.length === 0) return;
  const columns = changed.map((mail) => ({ ...toColumns(mail), open: open.has(mail.id) }));
  await sql`update mails as k set key = m.key, header_id = m.header_id, refs = m.refs, sender = m.sender,
      relayed = m.relayed, direction = m.direction, people = m.people, sent_at = m.sent_at, at = coalesce(m.sent_at, k.at),
      subject = m.subject, subject_key = m.subject_key, orphan = m.orphan, content = m.content,
      handled_at = case when m.open then null else k.handled_at end
    from jsonb_to_recordset(${toJson(columns)}::jsonb) as m(
      id bigint, key uuid, subject_key uuid, header_id text, refs text[], sender text, relayed boolean, direction text,
      people text[], sent_at timestamptz, subject text, orphan boolean, content text, open boolean)
    where k.portal_id = ${portal} and k.id = m.id and not k.forgotten`.execute(tx);
}

/** What hung on a thread that was given up hangs on the one that is kept; also what was given up for it before. */
async function writeJoins(tx: Kysely<Schema>, portal: PortalId, joins: BookChanges["joins"]): Promise<void> {
  if (joins.length === 0) return;
  const given = joins.map(({ givenUp }) => givenUp);
  const kept = joins.map((join) => join.kept);
  const pairs = sql`unnest(${given}::bigint[], ${kept}::bigint[]) as j(given_up, kept)`;
  await sql`update mails m set thread_id = j.kept from ${pairs}
    where m.portal_id = ${portal} and m.thread_id = j.given_up`.execute(tx);
  await sql`update mail_thread_joins t set kept = j.kept from ${pairs}
    where t.portal_id = ${portal} and t.kept = j.given_up`.execute(tx);
  await sql`insert into mail_thread_joins (portal_id, given_up, kept)
    select ${portal}, j.given_up, j.kept from ${pairs}`.execute(tx);
}

/** A folder that counts anew: where its mails lay before is no place any more. */
async function dropOldPlaces(
  tx: Kysely<Schema>,
  { portal, account }: Box,
  fresh: readonly MailPlace[],
  { placements }: BookChanges,
): Promise<void> {
  const places = fresh.map((place, n) => ({ ...toPlaceRow(place), mail: placements[n]?.mail }));
  await sql`delete from mail_sightings where ctid = any(array(
    select s.ctid from jsonb_to_recordset(${toJson(places)}::jsonb) as p(folder text, uid_validity bigint, mail bigint)
      cross join lateral (
        select s.ctid from mail_sightings s
          where s.portal_id = ${portal} and s.mail_id = p.mail and s.account_id = ${account} and s.folder = p.folder
            and s.uid_validity <> p.uid_validity
          offset 0) as s))`.execute(tx);
}
