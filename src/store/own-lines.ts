import { type Kysely, type Selectable, sql } from "kysely";
import { conversationId, laneOf, portalId } from "../domain/ids.ts";
import { cleanText, isUuid, toJson } from "./clean.ts";
import type { OutboxItem, OwnLineRepository, OwnRating, OwnStep, StoredOwnSession } from "./contract/own-lines.ts";
import { toConversation } from "./conversations.ts";
import { repeatWhenUndone } from "./errors.ts";
import { markClosed, markRated } from "./reports/marks.ts";
import type { Schema } from "./schema.ts";

/** How a conversation that nobody answers in time is tagged. */
const UNANSWERED = "unanswered";

/**
 * Own lines: settings, sessions, turns and ratings. The row of the settings is the account's lock: whoever judges a
 * conversation holds it, then the conversation's own, in that order. Nobody else takes both.
 */
export function createOwnLineRepository(db: Kysely<Schema>): OwnLineRepository {
  return {
    async find(portal, account) {
      if (!isUuid(account)) return undefined;
      const row = await db
        .selectFrom("own_lines")
        .select(["settings", "since", "changed_at"])
        .where("portal_id", "=", portal)
        .where("account_id", "=", account)
        .executeTakeFirst();
      return row && { settings: row.settings, since: row.since, changedAt: row.changed_at };
    },

    async standing(portal, account) {
      const isTheirs = isUuid(account)
        ? await db
            .selectFrom("own_lines")
            .select("account_id")
            .where("portal_id", "=", portal)
            .where("account_id", "=", account)
            .executeTakeFirst()
        : undefined;
      if (!isTheirs) return { holdings: [], turns: new Map() };
      return { holdings: await holdingsOf(db, account), turns: await turnsOf(db, account) };
    },

    async put(portal, account, { settings, by, isNew }) {
      if (!isUuid(account)) return false;
      const { rows } = await sql<{ account_id: string }>`
        insert into own_lines as l (account_id, portal_id, settings, changed_by)
          select a.id, a.portal_id, ${toJson(settings)}::jsonb, ${cleanText(by)} from accounts a
            where a.id = ${account} and a.portal_id = ${portal}
          on conflict (account_id) do update set settings = excluded.settings, changed_by = excluded.changed_by,
            changed_at = clock_timestamp(), since = case when ${isNew}::boolean then clock_timestamp() else l.since end
          returning account_id`.execute(db);
      return rows.length > 0;
    },

    wakeWaiting(portal, account) {
      if (!isUuid(account)) return Promise.resolve([]);
      return repeatWhenUndone(async () => {
        const { rows } = await sql<{ conversation_id: string; portal_id: string }>`
          update lanes l set due_at = least(l.due_at, ${new Date()}::timestamptz)
            from own_sessions s
            where s.account_id = ${account} and s.portal_id = ${portal} and s.state #>> '{own,phase}' <> 'closed'
              and l.conversation_id = s.conversation_id and l.direction = 'in'
            returning l.conversation_id, l.portal_id`.execute(db);
        return rows.map((row) => laneOf("in", conversationId(row.conversation_id), portalId(row.portal_id)));
      });
    },

    lookNow(portal, account, now, limit) {
      if (!isUuid(account)) return Promise.resolve([]);
      return repeatWhenUndone(async () => {
        const { rows } = await sql<{ conversation_id: string; portal_id: string }>`
          with waiting as (
            select conversation_id from own_sessions
              where account_id = ${account} and portal_id = ${portal} and state #>> '{own,phase}' = 'open'
                and jsonb_typeof(state #> '{own,look}') = 'object'
              order by (state #>> '{own,wait,at}')::numeric nulls last limit ${limit} for update),
          looked as (
            update own_sessions s set due_at = ${now}::timestamptz,
                state = jsonb_set(s.state, '{own,look,at}', to_jsonb(${now.getTime()}::bigint))
              from waiting w where s.conversation_id = w.conversation_id returning s.conversation_id)
          update lanes l set due_at = least(l.due_at, ${now}::timestamptz) from looked
            where l.conversation_id = looked.conversation_id and l.direction = 'in'
            returning l.conversation_id, l.portal_id`.execute(db);
        return rows.map((row) => laneOf("in", conversationId(row.conversation_id), portalId(row.portal_id)));
      });
    },

    async session(portal, conversation) {
      if (!isUuid(conversation)) return undefined;
      const row = await db
        .selectFrom("own_sessions")
        .selectAll()
        .where("portal_id", "=", portal)
        .where("conversation_id", "=", conversation)
        .executeTakeFirst();
      return row && toSession(row);
    },

    decide(portal, { account, conversation }, judge) {
      if (!isUuid(account) || !isUuid(conversation)) return Promise.resolve(undefined);
      return repeatWhenUndone(() =>
        db.transaction().execute(async (tx) => {
          const line = await tx
            .selectFrom("own_lines")
            .select("account_id")
            .where("portal_id", "=", portal)
            .where("account_id", "=", account)
            .forNoKeyUpdate()
            .executeTakeFirst();
          const chat = await tx
            .selectFrom("conversations")
            .selectAll()
            .where("portal_id", "=", portal)
            .where("id", "=", conversation)
            .where("account_id", "=", account)
            .forNoKeyUpdate()
            .executeTakeFirst();
          if (!line || !chat) return undefined;
          const [session, holdings, turns] = [
            await tx
              .selectFrom("own_sessions")
              .selectAll()
              .where("conversation_id", "=", conversation)
              .executeTakeFirst(),
            await holdingsOf(tx, account, conversation),
            await turnsOf(tx, account),
          ];
          const step = judge({
            conversation: toConversation(chat),
            ...(session && { session: toSession(session) }),
            holdings,
            turns,
          });
          if (step) await keep(tx, { portal, account, conversation }, step);
          return step;
        }),
      );
    },

    async done(portal, conversation, item) {
      if (!isUuid(conversation)) return;
      await sql`
        update own_sessions s set outbox = coalesce((
            select jsonb_agg(o.value order by o.ordinality) from jsonb_array_elements(s.outbox) with ordinality as o
              where o.value ->> 'id' <> ${item}), '[]')
          where s.conversation_id = ${conversation} and s.portal_id = ${portal}`.execute(db);
    },

    async ratings(portal, conversation) {
      if (!isUuid(conversation)) return [];
      const rows = await db
        .selectFrom("own_ratings")
        .selectAll()
        .where("portal_id", "=", portal)
        .where("conversation_id", "=", conversation)
        .orderBy("session", "desc")
        .execute();
      return rows.map(toRating);
    },

    async latestRatings(portal, conversations) {
      const ids = conversations.filter(isUuid);
      if (ids.length === 0) return [];
      const rows = await db
        .selectFrom("own_ratings")
        .distinctOn("conversation_id")
        .selectAll()
        .where("portal_id", "=", portal)
        .where("conversation_id", "in", ids)
        .orderBy("conversation_id")
        .orderBy("session", "desc")
        .execute();
      return rows.map(toRating);
    },

    async rateBySupervisor(portal, conversation, { stars, by }) {
      if (!isUuid(conversation)) return false;
      const { rows } = await sql<{ session: number }>`
        insert into own_ratings as r (conversation_id, session, portal_id, account_id, operator_id, supervisor_stars,
            supervisor_id, supervised_at)
          select s.conversation_id, (s.state #>> '{own,session}')::integer, s.portal_id, s.account_id, s.operator_id,
              ${stars}::smallint, ${cleanText(by)}, clock_timestamp()
            from own_sessions s
            where s.conversation_id = ${conversation} and s.portal_id = ${portal} and (s.state #>> '{own,session}')::integer > 0
          on conflict (conversation_id, session) do update set supervisor_stars = excluded.supervisor_stars,
            supervisor_id = excluded.supervisor_id, supervised_at = excluded.supervised_at
          returning session`.execute(db);
      return rows.length > 0;
    },
  };
}

async function turnsOf(tx: Kysely<Schema>, account: string): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.selectFrom("own_turns").select(["user_id", "turn"]).where("account_id", "=", account).execute();
  return new Map(rows.map(({ user_id, turn }) => [user_id, Number(turn)]));
}

async function holdingsOf(tx: Kysely<Schema>, account: string, without?: string) {
  const all = tx
    .selectFrom("own_sessions")
    .select(["operator_id", "holding", (count) => count.fn.countAll<string>().as("chats")])
    .where("account_id", "=", account)
    .where("holding", "is not", null);
  const rows = await (without === undefined ? all : all.where("conversation_id", "!=", without))
    .groupBy(["operator_id", "holding"])
    .execute();
  return rows.flatMap(({ operator_id, holding, chats }) =>
    operator_id === null || holding === null ? [] : [{ person: operator_id, holding, chats: Number(chats) }],
  );
}

interface Place {
  readonly portal: string;
  readonly account: string;
  readonly conversation: string;
}

async function keep(tx: Kysely<Schema>, at: Place, step: OwnStep): Promise<void> {
  const { portal, account, conversation } = at;
  const row = {
    state: toJson(step.state),
    seen_seq: step.seenSeq,
    outbox: toJson(step.outbox),
    operator_id: step.operator,
    holding: step.holding,
    due_at: step.dueAt ?? null,
  };
  await tx
    .insertInto("own_sessions")
    .values({ conversation_id: conversation, portal_id: portal, account_id: account, ...row })
    .onConflict((conflict) => conflict.column("conversation_id").doUpdateSet(row))
    .execute();
  // A number of stars asks nothing, and what it closes is closed behind it.
  if (step.ratings.length > 0) await markRated(tx, portal, conversation, step.seenSeq);
  if (step.stand?.open === false) await markClosed(tx, portal, conversation);
  if (step.stand) await stand(tx, conversation, step.stand);
  if (step.unanswered !== undefined) await tag(tx, conversation, step.unanswered);
  for (const person of step.turns)
    await sql`
      insert into own_turns (account_id, user_id, turn)
        select ${account}::uuid, ${person}, 1 + coalesce(max(t.turn), 0) from own_turns t where t.account_id = ${account}
        on conflict (account_id, user_id) do update set turn = excluded.turn`.execute(tx);
  for (const { session, operator, stars } of step.ratings) {
    await sql`
      insert into own_ratings (conversation_id, session, portal_id, account_id, operator_id, stars, rated_at)
        values (${conversation}, ${session}, ${portal}, ${account}, ${operator}, ${stars}, clock_timestamp())
        on conflict (conversation_id, session) do update set stars = excluded.stars, rated_at = excluded.rated_at`.execute(
      tx,
    );
    // What they said asks nothing.
    await sql`
      update conversations c set answered_at = clock_timestamp(), answered_seq = (
          select max(m.seq) from messages m where m.conversation_id = c.id and m.seq <= ${step.seenSeq})
        where c.id = ${conversation}`.execute(tx);
  }
}

/**
 * Later than all that was said so far, or what is closed would count as opened by it. The engine remembers the time: whatever
 * stands there later was done by a person.
 */
const stand = (tx: Kysely<Schema>, conversation: string, { open, operator, accepted }: NonNullable<OwnStep["stand"]>) =>
  sql`
    with stood as (
      update conversations set open = ${open}, operator_id = ${operator}, accepted = ${accepted},
          state_at = greatest(last_message_at, clock_timestamp())
        where id = ${conversation} returning state_at)
    update own_sessions set state = jsonb_set(state, '{seen,at}',
        to_jsonb(floor(extract(epoch from stood.state_at) * 1000)::bigint))
      from stood where conversation_id = ${conversation}`.execute(tx);

const tag = (tx: Kysely<Schema>, conversation: string, unanswered: boolean) =>
  sql`
    update conversations set tags = array_remove(tags, ${UNANSWERED}) || case when ${unanswered}::boolean
        then array[${UNANSWERED}] else '{}'::text[] end
      where id = ${conversation}`.execute(tx);

function toSession(row: Selectable<Schema["own_sessions"]>): StoredOwnSession {
  return {
    state: row.state,
    seenSeq: Number(row.seen_seq),
    outbox: row.outbox as readonly OutboxItem[],
    ...(row.due_at !== null && { dueAt: row.due_at }),
  };
}

function toRating(row: Selectable<Schema["own_ratings"]>): OwnRating {
  const { supervisor_stars: stars, supervisor_id: id, supervised_at: at } = row;
  return {
    conversation: conversationId(row.conversation_id),
    session: row.session,
    operator: row.operator_id,
    ...(row.stars !== null && { stars: row.stars }),
    ...(row.rated_at !== null && { ratedAt: row.rated_at }),
    ...(stars !== null && id !== null && at !== null && { supervisor: { stars, id, at } }),
  };
}
