import { type Kysely, type Selectable, sql } from "kysely";
import { conversationId, decisionId, messageId, type PortalId, personId } from "../domain/ids.ts";
import type { ChatLink } from "../domain/person.ts";
import { isUuid, toJson } from "./clean.ts";
import type { DecisionRepository, StepEnd, StoredDecision } from "./contract/rules.ts";
import { violates } from "./errors.ts";
import { createFollowing } from "./following.ts";
import type { Schema } from "./schema.ts";
import { createSessionEnds } from "./session-ends.ts";

interface StepRow {
  readonly name: string;
  readonly at: string;
  readonly ending: StepEnd | null;
}

type Row = Selectable<Schema["decisions"]> & { readonly steps: readonly StepRow[] | null };

/**
 * Decisions and their steps. A conversation has one that has not ended, which the schema enforces: two workers beginning at
 * once get the same one. Of a message there is one, and those that were made anew after it.
 */
export function createDecisionRepository(db: Kysely<Schema>): DecisionRepository {
  async function read(where: ReturnType<typeof sql>, limit: number): Promise<readonly StoredDecision[]> {
    const { rows } = await sql<Row>`
      select d.*, (
          select jsonb_agg(jsonb_build_object('name', s.name, 'at', s.begun_at, 'ending', s.ending) order by s.begun_at, s.name)
          from decision_steps s where s.decision_id = d.id) as steps
      from decisions d where ${where} order by d.at desc, d.id limit ${limit}`.execute(db);
    return rows.map(toDecision);
  }

  const ofMessage = async (portal: PortalId, message: string) =>
    (await read(sql`d.portal_id = ${portal} and d.message_id = ${message}`, 1))[0];

  return {
    async begin(portal, input) {
      const known = await ofMessage(portal, input.message);
      if (known) return known;
      try {
        await db.transaction().execute(async (tx) => {
          const opening = await tx
            .selectFrom("messages")
            .select("seq")
            .where((where) => where.and({ portal_id: portal, conversation_id: input.conversation, id: input.message }))
            .executeTakeFirst();
          if (!opening) throw new Error("begin: this conversation has no such message");
          await tx
            .updateTable("decisions")
            .set({ ended_at: sql<Date>`clock_timestamp()` })
            .where("portal_id", "=", portal)
            .where("conversation_id", "=", input.conversation)
            .where("ended_at", "is", null)
            // What another worker has just begun by this message is not ended: the insert below then meets it.
            .where("message_id", "!=", input.message)
            .execute();
          await tx
            .insertInto("decisions")
            .values({
              portal_id: portal,
              conversation_id: input.conversation,
              person_id: input.person,
              message_id: input.message,
              // What was said before belongs to the session before.
              written_seq: Number(opening.seq) - 1,
              facts: sql`null`,
              decision: sql`null`,
              portal_link: sql`null`,
              follow: sql`null`,
            })
            .execute();
        });
      } catch (error) {
        if (!violates(error, "decisions_message") && !violates(error, "decisions_current")) throw error;
      }
      const begun = await ofMessage(portal, input.message);
      if (!begun) throw new Error("Another message began this conversation's decision at the same moment");
      return begun;
    },

    async current(portal, conversation) {
      if (!isUuid(conversation)) return undefined;
      const [found] = await read(
        sql`d.portal_id = ${portal} and d.conversation_id = ${conversation} and d.ended_at is null`,
        1,
      );
      return found;
    },

    async find(portal, decision) {
      if (!isUuid(decision)) return undefined;
      return (await read(sql`d.portal_id = ${portal} and d.id = ${decision}`, 1))[0];
    },

    async decide(portal, decision, { rulesetVersion, facts, decision: decided, given }) {
      if (!isUuid(decision)) return;
      await db
        .updateTable("decisions")
        .set({
          ruleset_version: rulesetVersion,
          facts: toJson(facts),
          decision: toJson(decided),
          given_filter: given?.filter ?? null,
          given_person: given?.person ?? null,
        })
        .where("portal_id", "=", portal)
        .where("id", "=", decision)
        .execute();
    },

    async beginStep(portal, decision, step) {
      if (!isUuid(decision)) return false;
      // Several within one tick of the database's clock are still told one after the other.
      const { rows } = await sql`
        insert into decision_steps (portal_id, decision_id, name, begun_at)
        select d.portal_id, d.id, ${step}, greatest(clock_timestamp(), (
            select max(s.begun_at) + interval '1 microsecond' from decision_steps s where s.decision_id = d.id))
        from decisions d where d.portal_id = ${portal} and d.id = ${decision}
        on conflict do nothing returning 1`.execute(db);
      return rows.length > 0;
    },

    async endStep(portal, decision, step, end) {
      if (!isUuid(decision)) return;
      await db
        .updateTable("decision_steps")
        .set({ ending: toJson(end) })
        .where((where) => where.and({ portal_id: portal, decision_id: decision, name: step }))
        .execute();
    },

    async noteWritten(portal, decision, seq) {
      if (!isUuid(decision)) return;
      await db
        .updateTable("decisions")
        .set({ written_seq: sql<number>`greatest(written_seq, ${seq})` })
        .where("portal_id", "=", portal)
        .where("id", "=", decision)
        .execute();
    },

    async noteLink(portal, decision, link) {
      if (!isUuid(decision)) return;
      await db
        .updateTable("decisions")
        .set({ portal_link: toJson({ link }) })
        .where("portal_id", "=", portal)
        .where("id", "=", decision)
        .where("portal_link", "is", null)
        .execute();
    },

    async retryStep(portal, decision, step) {
      if (!isUuid(decision)) return;
      await db
        .deleteFrom("decision_steps")
        .where((where) => where.and({ portal_id: portal, decision_id: decision, name: step }))
        .execute();
    },

    async renew(portal, conversation) {
      if (!isUuid(conversation)) return;
      await db.transaction().execute(async (tx) => {
        const ended = await tx
          .updateTable("decisions")
          .set({ ended_at: sql<Date>`clock_timestamp()`, judged_at: sql<Date>`clock_timestamp()` })
          .where("portal_id", "=", portal)
          .where("conversation_id", "=", conversation)
          .where("ended_at", "is", null)
          .returning(["person_id", "message_id", "written_seq", "portal_link", "follow"])
          .executeTakeFirst();
        if (!ended) return;
        await tx
          .insertInto("decisions")
          .values({
            ...ended,
            portal_link: ended.portal_link === null ? sql`null` : toJson(ended.portal_link),
            // Whoever has the chat goes on having it: the new card does not follow that.
            follow: ended.follow === null ? sql`null` : toJson(ended.follow),
            portal_id: portal,
            conversation_id: conversation,
            at: sql<Date>`clock_timestamp()`,
            facts: sql`null`,
            decision: sql`null`,
          })
          .execute();
      });
    },

    async end(portal, conversation) {
      if (!isUuid(conversation)) return;
      await db
        .updateTable("decisions")
        .set({ ended_at: sql<Date>`clock_timestamp()`, judged_at: sql<Date>`clock_timestamp()` })
        .where("portal_id", "=", portal)
        .where("conversation_id", "=", conversation)
        .where("ended_at", "is", null)
        .execute();
    },

    ...createSessionEnds(db, read),
    ...createFollowing(db),

    ofConversation: async (portal, conversation, limit) =>
      isUuid(conversation) ? read(sql`d.portal_id = ${portal} and d.conversation_id = ${conversation}`, limit) : [],

    recent: (portal, limit) => read(sql`d.portal_id = ${portal} and d.facts is not null`, limit),

    async loads(portal) {
      const { rows } = await sql<{ person: string; count: number }>`
        select d.decision #>> '{responsible,person}' as person, count(*) as count
        from decisions d join conversations c on c.id = d.conversation_id
        where d.portal_id = ${portal} and d.ended_at is null and c.open and d.decision #>> '{responsible,person}' is not null
        group by 1`.execute(db);
      return new Map(rows.map((row) => [row.person, Number(row.count)]));
    },

    async given(portal, since) {
      const rows = await db
        .selectFrom("decisions")
        .select(["given_filter", "given_person"])
        .select((select) => [select.fn.countAll<number>().as("count"), select.fn.max("at").as("last_at")])
        .where("portal_id", "=", portal)
        .where("at", ">=", since)
        .where("given_filter", "is not", null)
        .groupBy(["given_filter", "given_person"])
        .orderBy("last_at", "desc")
        .execute();
      return rows.map((row) => ({
        filter: row.given_filter ?? "",
        person: row.given_person ?? "",
        count: Number(row.count),
        lastAt: row.last_at,
      }));
    },
  };
}

function toDecision(row: Row): StoredDecision {
  return {
    id: decisionId(row.id),
    conversation: conversationId(row.conversation_id),
    person: personId(row.person_id),
    message: messageId(row.message_id),
    at: row.at,
    ...(row.ruleset_version !== null && { rulesetVersion: row.ruleset_version }),
    ...(row.facts !== null && { facts: row.facts }),
    ...(row.decision !== null && { decision: row.decision }),
    steps: (row.steps ?? []).map(({ name, at, ending }) => ({
      name,
      at: new Date(at),
      ...(ending && { end: ending }),
    })),
    writtenSeq: Number(row.written_seq),
    ...(row.portal_link !== null && { portalLink: (row.portal_link as { readonly link: ChatLink | null }).link }),
    ended: row.ended_at !== null,
    ...(row.closed_at !== null && { closedAt: row.closed_at }),
    judged: row.judged_at !== null,
    ...(row.follow !== null && { follow: row.follow }),
    ...(row.chat_changed_at !== null && { chatChangedAt: row.chat_changed_at }),
    ...(row.card_changed_at !== null && { cardChangedAt: row.card_changed_at }),
  };
}
