import { type Kysely, type Selectable, sql } from "kysely";
import { accountId, messageId, portalId } from "../domain/ids.ts";
import type { EntityType } from "../domain/person.ts";
import type { ProviderStatus, ProviderTask } from "../domain/provider-message.ts";
import { cleanText, indexable, isUuid, toJson } from "./clean.ts";
import type { ProviderRepository } from "./contract/providers.ts";
import { repeatWhenUndone } from "./errors.ts";
import type { Schema } from "./schema.ts";

/** Whoever took one and has not given it back by then is gone. */
const TAKEN = sql`interval '1 minute'`;

/**
 * What the CRM sends through our accounts. Killed between two steps: it is taken again after a minute, and each step finds
 * what it did before. Asked twice, at once or later: one row. A message whose state changes while its former one is told
 * is due again at once.
 */
export function createProviderRepository(db: Kysely<Schema>): ProviderRepository {
  return {
    async told(portal) {
      const rows = await db.selectFrom("message_providers").selectAll().where("portal_id", "=", portal).execute();
      return rows.map(({ account_id, name, handler }) => ({ account: accountId(account_id), name, handler }));
    },

    async keepTold(portal, told) {
      const rows = told.map(({ account, name, handler }) => ({
        ...{ portal_id: portal, account_id: account, name: cleanText(name), handler },
      }));
      await repeatWhenUndone(() =>
        db.transaction().execute(async (tx) => {
          await tx.deleteFrom("message_providers").where("portal_id", "=", portal).execute();
          if (rows.length > 0) await tx.insertInto("message_providers").values(rows).execute();
        }),
      );
    },

    async outdated(channels, { before }) {
      const { rows } = await sql<{ id: string }>`
        with wanted as (
          select portal_id, id, name from accounts where enabled and channel = any(${[...channels]}::text[]))
        select p.id from portals p
        where p.refresh_token_sealed is not null and p.active and (
          exists (
            select 1 from wanted w left join message_providers t on t.portal_id = w.portal_id and t.account_id = w.id
            where w.portal_id = p.id
              and (t.account_id is null or t.name <> w.name or t.handler <> ${before}::text || w.id::text))
          or exists (
            select 1 from message_providers t left join wanted w on w.portal_id = t.portal_id and w.id = t.account_id
            where t.portal_id = p.id and w.id is null))`.execute(db);
      return rows.map((row) => portalId(row.id));
    },

    async accept({ portal, key, code, account, phone, text, authorId, card, askedAt }) {
      if (!isUuid(account)) return false;
      const stored = await repeatWhenUndone(() =>
        db
          .insertInto("provider_messages")
          .values({
            ...{ portal_id: portal, message_key: indexable(key), code, account_id: account, asked_at: askedAt },
            ...{ phone: cleanText(phone), body: cleanText(text), author_id: authorId ?? null },
            ...{ card_type: card?.type ?? null, card_id: card?.id ?? null, next_at: sql<Date>`clock_timestamp()` },
          })
          .onConflict((conflict) => conflict.columns(["portal_id", "message_key"]).doNothing())
          .returning("id")
          .executeTakeFirst(),
      );
      return stored !== undefined;
    },

    async take(now, limit) {
      const { rows } = await sql<Selectable<Schema["provider_messages"]>>`
        update provider_messages set taken_at = clock_timestamp()
        where id in (
          select p.id from provider_messages p
          where p.next_at <= ${now} and (p.taken_at is null or p.taken_at < clock_timestamp() - ${TAKEN})
            and (p.message_id is not null or p.trouble is not null or not exists (
              select 1 from provider_messages e
              where e.account_id = p.account_id and e.phone = p.phone and e.id < p.id
                and e.message_id is null and e.trouble is null))
          order by p.next_at limit ${limit} for update skip locked)
        returning *`.execute(db);
      return rows.toSorted((a, b) => Number(a.id) - Number(b.id)).map(toTask);
    },

    async progress({ portal, key, changes }, made) {
      const ends = made.message !== undefined || made.trouble !== undefined;
      const set = toJson({
        ...(made.message !== undefined && { message_id: made.message }),
        ...(made.trouble !== undefined && { trouble: cleanText(made.trouble) }),
        ...(made.told !== undefined && { told: made.told }),
        ...(made.toldWords !== undefined && { told_words: made.toldWords }),
        ...(made.attempts !== undefined && { attempts: made.attempts }),
        ...(ends && { phone: "", body: "" }),
      });
      await repeatWhenUndone(() =>
        sql`
          update provider_messages p set
            message_id = coalesce(s.message_id, p.message_id), trouble = coalesce(s.trouble, p.trouble),
            told = coalesce(s.told, p.told), told_words = coalesce(s.told_words, p.told_words),
            attempts = coalesce(s.attempts, p.attempts), phone = coalesce(s.phone, p.phone),
            body = coalesce(s.body, p.body), taken_at = null,
            next_at = case when p.changes = ${changes} then ${made.nextAt ?? null}::timestamptz else clock_timestamp() end
          from jsonb_to_record(${set}::jsonb) as s(
            message_id uuid, trouble text, told text, told_words boolean, attempts integer, phone text, body text)
          where p.portal_id = ${portal} and p.message_key = ${indexable(key)}`.execute(db),
      );
    },

    async forget(before, limit) {
      const { rows } = await sql`
        delete from provider_messages where id in (
          select id from provider_messages where next_at is null and asked_at < ${before} limit ${limit})
        returning id`.execute(db);
      return rows.length;
    },
  };
}

function toTask(row: Selectable<Schema["provider_messages"]>): ProviderTask {
  return {
    ...{ portal: portalId(row.portal_id), key: row.message_key, code: row.code, account: accountId(row.account_id) },
    ...{ phone: row.phone, text: row.body, askedAt: row.asked_at },
    ...(row.author_id !== null && { authorId: row.author_id }),
    ...(row.card_type !== null &&
      row.card_id !== null && { card: { type: row.card_type as EntityType, id: row.card_id } }),
    ...(row.message_id !== null && { message: messageId(row.message_id) }),
    ...(row.trouble !== null && { trouble: row.trouble }),
    ...(row.told !== null && { told: row.told as ProviderStatus }),
    ...{ toldWords: row.told_words, attempts: row.attempts, changes: row.changes },
  };
}
