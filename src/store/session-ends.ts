import { type Kysely, type RawBuilder, sql } from "kysely";
import { isUuid } from "./clean.ts";
import type { DecisionRepository, StoredDecision, Writer } from "./contract/rules.ts";
import type { Schema } from "./schema.ts";

type SessionEnds = Pick<DecisionRepository, "sessionClosed" | "unjudged" | "noteJudged" | "talk">;
type ReadDecisions = (where: RawBuilder<unknown>, limit: number) => Promise<readonly StoredDecision[]>;

/** More sessions of one conversation than that do not end between two runs of its lane. */
const MOST = 20;

interface WriterRow {
  readonly by: Writer["by"];
  readonly author: string | null;
}

interface TalkRow {
  readonly writers: readonly WriterRow[] | null;
  readonly before: readonly WriterRow[] | null;
  readonly last_at: Date;
  readonly next_at: Date | null;
}

/** What is left to tell of sessions that are over. Each mark is one statement; twice changes nothing more. */
export function createSessionEnds(db: Kysely<Schema>, read: ReadDecisions): SessionEnds {
  return {
    async sessionClosed(portal, conversation) {
      if (!isUuid(conversation)) return;
      await db
        .updateTable("decisions")
        .set({ closed_at: sql<Date>`clock_timestamp()` })
        .where("portal_id", "=", portal)
        .where("conversation_id", "=", conversation)
        .where("ended_at", "is", null)
        .execute();
    },

    async unjudged(portal, conversation) {
      if (!isUuid(conversation)) return [];
      const found = await read(
        sql`d.portal_id = ${portal} and d.conversation_id = ${conversation} and d.judged_at is null and d.ended_at is not null`,
        MOST,
      );
      return found.toReversed();
    },

    async noteJudged(portal, decision) {
      if (!isUuid(decision)) return;
      await db
        .updateTable("decisions")
        .set({ judged_at: sql<Date>`coalesce(judged_at, clock_timestamp())` })
        .where("portal_id", "=", portal)
        .where("id", "=", decision)
        .execute();
    },

    async talk(portal, decision) {
      if (!isUuid(decision)) return undefined;
      // Decisions that were made anew were opened by the same message, and are the same session.
      const { rows } = await sql<TalkRow>`
        with opening as (
          select m.conversation_id, m.seq, m.created_at, d.at
          from decisions d join messages m on m.id = d.message_id
          where d.portal_id = ${portal} and d.id = ${decision}),
        next as (
          select m.seq, m.created_at
          from opening o
            join decisions n on n.conversation_id = o.conversation_id
            join messages m on m.id = n.message_id and m.seq > o.seq
          order by m.seq limit 1),
        over as (
          select max(coalesce(p.closed_at, p.judged_at)) as at
          from opening o
            join decisions p on p.conversation_id = o.conversation_id and p.at < o.at
            join messages m on m.id = p.message_id and m.seq < o.seq),
        words as (
          select m.seq, m.created_at, m.origin ->> 'by' as by, m.origin ->> 'authorId' as author,
            m.kind = 'message' and m.state not in ('refused', 'failed')
              and (m.direction = 'out' or m.origin ->> 'by' = 'device') as is_ours
          from opening o join messages m on m.conversation_id = o.conversation_id)
        select
          (select jsonb_agg(distinct jsonb_build_object('by', w.by, 'author', w.author)) from words w
            where w.is_ours and w.seq >= o.seq and w.seq < coalesce(n.seq, 9223372036854775807)) as writers,
          (select max(w.created_at) from words w where w.seq >= o.seq and w.seq < coalesce(n.seq, 9223372036854775807)) as last_at,
          n.created_at as next_at,
          (select jsonb_agg(jsonb_build_object('by', l.by, 'author', l.author)) from (
            select w.by, w.author from words w
            where w.is_ours and w.seq < o.seq and w.created_at > o.created_at - interval '1 day'
              and w.created_at > coalesce((select over.at from over), '-infinity')
            order by w.seq desc limit 1) l) as before
        from opening o left join next n on true`.execute(db);
      const [row] = rows;
      if (!row) return undefined;
      return {
        writers: (row.writers ?? []).map(toWriter),
        before: (row.before ?? []).map(toWriter),
        lastAt: row.last_at,
        ...(row.next_at !== null && { nextAt: row.next_at }),
      };
    },
  };
}

const toWriter = ({ by, author }: WriterRow): Writer => ({ by, ...(author !== null && { authorId: author }) });
