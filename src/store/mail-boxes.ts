import { type Kysely, sql } from "kysely";
import type { AccountId, PortalId } from "../domain/ids.ts";
import { indexable } from "./clean.ts";
import type { MailPlace } from "./contract/mails.ts";
import type { Schema } from "./schema.ts";

/**
 * One pack of a portal after another: threads that grow together must not be written by two at once. Whoever locks the
 * account, too, does that before.
 */
export const mailIndexLock = (portal: PortalId) =>
  sql`pg_advisory_xact_lock(hashtextextended(${`mails:${portal}`}, 0))`;

export const toPlaceRow = ({ folder, uidValidity, uid }: MailPlace) => ({
  folder: indexable(folder),
  uid_validity: uidValidity,
  uid,
});

export const placeOf = (row: { folder: string; uid_validity: number; uid: number }): MailPlace => ({
  folder: row.folder,
  uidValidity: row.uid_validity,
  uid: row.uid,
});

/**
 * What an account's removal takes of the index: mails that lay in no other box, and what threads without mails hung on.
 * Before the account itself is gone, in the same transaction, which has locked its row.
 */
export async function dropBox(tx: Kysely<Schema>, portal: PortalId, account: AccountId): Promise<void> {
  await sql`select ${mailIndexLock(portal)}`.execute(tx);
  const { rows } = await sql<{ n: number }>`
    with left_over as (
      delete from mail_sightings s where s.portal_id = ${portal} and s.account_id = ${account} returning s.mail_id)
    delete from mails m using (select distinct mail_id from left_over) as gone
      where m.portal_id = ${portal} and m.id = gone.mail_id
        and not exists (select 1 from mail_sightings other
          where other.portal_id = ${portal} and other.mail_id = m.id and other.account_id <> ${account})
      returning 1 as n`.execute(tx);
  await sql`update mails set message_id = null, conversation_id = null
    where portal_id = ${portal} and conversation_id in (select id from conversations where account_id = ${account})`.execute(
    tx,
  );
  if (rows.length === 0) return;
  await sql`delete from mail_refs r where r.portal_id = ${portal} and not exists (
    select 1 from mails m where m.portal_id = ${portal} and m.thread_id = coalesce(
      (select j.kept from mail_thread_joins j where j.portal_id = ${portal} and j.given_up = r.thread_id), r.thread_id))`.execute(
    tx,
  );
  await sql`delete from mail_thread_joins j where j.portal_id = ${portal} and not exists (
    select 1 from mails m where m.portal_id = ${portal} and m.thread_id = j.kept)`.execute(tx);
}
