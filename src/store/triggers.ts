import { type Kysely, type Selectable, type SqlBool, sql } from "kysely";
import { conversationId, portalId, type TriggerId, triggerId } from "../domain/ids.ts";
import type { FiredCard, Firing, Trigger, TriggerFilter, TriggerKind } from "../domain/trigger.ts";
import { cleanText, indexable, isUuid, toJson } from "./clean.ts";
import type { NewTrigger, TriggerRepository } from "./contract/triggers.ts";
import { repeatWhenUndone } from "./errors.ts";
import type { Schema } from "./schema.ts";

/** Whoever took one and has not put it down by then is gone. */
const TAKEN = sql`interval '1 minute'`;
const NOBODY = "00000000-0000-0000-0000-000000000000";

const columnsOf = ({ kind, name, filter, enabled }: NewTrigger) => ({
  ...{ kind, name: cleanText(name), filter: toJson(filter), enabled },
});

/**
 * Triggers and their firings. A cause counts once for a trigger, which the schema enforces: two that find it at the same time
 * keep one. Killed while one is fired: it is taken again after a minute, and each card tells how far it came.
 */
export function createTriggerRepository(db: Kysely<Schema>): TriggerRepository {
  const ofTrigger = (portal: string, trigger: TriggerId) =>
    db
      .updateTable("triggers")
      .where("portal_id", "=", portal)
      .where("id", "=", isUuid(trigger) ? trigger : NOBODY);
  const ofFiring = (portal: string, firing: string) =>
    db
      .updateTable("trigger_firings")
      .where("portal_id", "=", portal)
      .where("id", "=", isUuid(firing) ? firing : NOBODY);

  return {
    async list(portal) {
      const rows = await db
        .selectFrom("triggers")
        .selectAll()
        .where("portal_id", "=", portal)
        .orderBy(sql`lower(name)`)
        .orderBy("id")
        .execute();
      return rows.map(toTrigger);
    },

    async find(portal, trigger) {
      if (!isUuid(trigger)) return undefined;
      const row = await db
        .selectFrom("triggers")
        .selectAll()
        .where("portal_id", "=", portal)
        .where("id", "=", trigger)
        .executeTakeFirst();
      return row && toTrigger(row);
    },

    async add(portal, trigger, by) {
      const row = await db
        .insertInto("triggers")
        .values({ portal_id: portal, made_by: cleanText(by), ...columnsOf(trigger) })
        .returningAll()
        .executeTakeFirstOrThrow();
      return toTrigger(row);
    },

    async change(portal, trigger, to) {
      const row = await ofTrigger(portal, trigger)
        .set({
          ...columnsOf(to),
          changed_at: sql<Date>`clock_timestamp()`,
          since: sql<Date>`case
            when kind = ${to.kind} and filter = ${toJson(to.filter)}::jsonb and (enabled or not ${to.enabled}::boolean) then since
            else clock_timestamp() end`,
        })
        .returningAll()
        .executeTakeFirst();
      return row && toTrigger(row);
    },

    async remove(portal, trigger) {
      if (!isUuid(trigger)) return false;
      const { numDeletedRows } = await db
        .deleteFrom("triggers")
        .where("portal_id", "=", portal)
        .where("id", "=", trigger)
        .executeTakeFirst();
      return numDeletedRows === 1n;
    },

    async noteRegistered(portal, trigger, as) {
      await ofTrigger(portal, trigger)
        .set("name" in as ? { registered_name: cleanText(as.name), problem: null } : { problem: cleanText(as.problem) })
        .execute();
    },

    async mark(portal, conversation) {
      if (!isUuid(conversation)) return undefined;
      const row = await db
        .selectFrom("trigger_marks")
        .select(["seen_seq", "open"])
        .where("portal_id", "=", portal)
        .where("conversation_id", "=", conversation)
        .executeTakeFirst();
      return row && { seenSeq: row.seen_seq, open: row.open };
    },

    note(portal, conversation, firings, mark, at) {
      if (!isUuid(conversation)) return Promise.resolve(0);
      return repeatWhenUndone(() =>
        db.transaction().execute(async (tx) => {
          let kept = 0;
          for (const { trigger, cause } of firings) {
            const { rows } = await sql`
              insert into trigger_firings (portal_id, trigger_id, conversation_id, cause, due_at)
                select t.portal_id, t.id, c.id, ${indexable(cause)}, ${at}::timestamptz
                  from triggers t join conversations c on c.portal_id = t.portal_id and c.id = ${conversation}
                  where t.portal_id = ${portal} and t.id = ${trigger}
                on conflict (trigger_id, cause) do nothing
                returning id`.execute(tx);
            kept += rows.length;
          }
          if (mark)
            await sql`
              insert into trigger_marks (conversation_id, portal_id, seen_seq, open)
                values (${conversation}, ${portal}, ${mark.seenSeq}, ${mark.open})
                on conflict (conversation_id) do update
                  set seen_seq = greatest(trigger_marks.seen_seq, excluded.seen_seq), open = excluded.open`.execute(tx);
          return kept;
        }),
      );
    },

    async take(now, limit) {
      const { rows } = await sql<FiringRow>`
        update trigger_firings set taken_at = clock_timestamp()
          where id in (
            select id from trigger_firings
              where due_at <= ${now} and (taken_at is null or taken_at < clock_timestamp() - ${TAKEN})
              order by due_at limit ${limit} for update skip locked)
          returning *`.execute(db);
      return rows.map(toFiring).toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
    },

    async keepCards(portal, firing, cards) {
      await ofFiring(portal, firing)
        .set({ cards: toJson(cards), taken_at: sql<Date>`clock_timestamp()` })
        .execute();
    },

    async postpone(portal, firing, until, why) {
      await ofFiring(portal, firing)
        .set({ due_at: until, taken_at: null, error: cleanText(why) })
        .execute();
    },

    end(portal, firing, state, at, why) {
      if (!isUuid(firing)) return Promise.resolve();
      return repeatWhenUndone(() =>
        db.transaction().execute(async (tx) => {
          const row = await tx
            .updateTable("trigger_firings")
            .set({
              state,
              due_at: null,
              taken_at: null,
              ended_at: at,
              error: why === undefined ? null : cleanText(why),
            })
            .where("portal_id", "=", portal)
            .where("id", "=", firing)
            .where("state", "=", "due")
            .returning(["trigger_id", "cards"])
            .executeTakeFirst();
          const cards = (row?.cards ?? []) as readonly FiredCard[];
          if (!row || !cards.some((card) => card.state === "fired" || card.state === "uncertain")) return;
          await sql`
            update triggers set fired = fired + 1, last_fired_at = greatest(last_fired_at, ${at}::timestamptz)
              where portal_id = ${portal} and id = ${row.trigger_id}`.execute(tx);
        }),
      );
    },

    async firings(portal, { trigger, before, limit }) {
      let select = db.selectFrom("trigger_firings as f").selectAll().where("portal_id", "=", portal);
      if (trigger !== undefined) select = select.where("trigger_id", "=", isUuid(trigger) ? trigger : NOBODY);
      if (before !== undefined && isUuid(before))
        select = select.where(
          sql<SqlBool>`(f.created_at, f.id) < (select b.created_at, b.id from trigger_firings b where b.portal_id = ${portal} and b.id = ${before})`,
        );
      const rows = await select.orderBy("created_at", "desc").orderBy("id", "desc").limit(limit).execute();
      return rows.map(toFiring);
    },

    async forget(portal, before, limit) {
      const { rows } = await sql`
        delete from trigger_firings where id in (
          select id from trigger_firings
            where portal_id = ${portal} and due_at is null and created_at < ${before}
            order by created_at limit ${limit})
          returning id`.execute(db);
      return rows.length;
    },
  };
}

type FiringRow = Selectable<Schema["trigger_firings"]>;

function toTrigger(row: Selectable<Schema["triggers"]>): Trigger {
  return {
    id: triggerId(row.id),
    portal: portalId(row.portal_id),
    kind: row.kind as TriggerKind,
    name: row.name,
    filter: row.filter as TriggerFilter,
    enabled: row.enabled,
    ...(row.registered_name !== null && { registeredName: row.registered_name }),
    ...(row.problem !== null && { problem: row.problem }),
    madeBy: row.made_by,
    since: row.since,
    fired: Number(row.fired),
    ...(row.last_fired_at !== null && { lastFiredAt: row.last_fired_at }),
  };
}

function toFiring(row: FiringRow): Firing {
  return {
    id: row.id,
    portal: portalId(row.portal_id),
    trigger: triggerId(row.trigger_id),
    conversation: conversationId(row.conversation_id),
    cards: row.cards as readonly FiredCard[],
    state: row.state as Firing["state"],
    ...(row.error !== null && { error: row.error }),
    createdAt: row.created_at,
    ...(row.ended_at !== null && { endedAt: row.ended_at }),
  };
}
