import { type Kysely, type Selectable, sql } from "kysely";
import { accountId, messageId, portalId } from "../domain/ids.ts";
import type { HitClass } from "../domain/letter-hit.ts";
import { cleanText, indexable, isUuid, saneDate } from "./clean.ts";
import type { JudgedHit, LetterReportRow, LetterTrack, SeenLetter, TrackRepository } from "./contract/tracks.ts";
import { repeatWhenUndone } from "./errors.ts";
import type { Schema } from "./schema.ts";

/** A letter that is fetched more often proves no more. */
const MOST_HITS = 200;
const LONGEST_AGENT = 400;
/** Of one conversation; older ones are of no interest any more. */
const MOST_LETTERS = 50;

/** A person has written after the letter `m`. */
const answeredBy = sql<boolean>`exists (
  select 1 from messages a
  where a.conversation_id = m.conversation_id and a.direction = 'in' and a.kind = 'message' and a.seq > m.seq
    and a.origin->>'by' = 'channel' and a.content->'letter'->>'class' = 'human')`;

/** What is seen of letters. Hits of one letter wait for each other, so that they are judged together; each is one transaction. */
export function createTrackRepository(db: Kysely<Schema>): TrackRepository {
  const hitsOf = async (on: Kysely<Schema>, id: string) => {
    const rows = await on.selectFrom("letter_hits").selectAll().where("track_id", "=", id).orderBy("n").execute();
    return rows.map(toHit);
  };

  return {
    async begin({ portal, account, originKey, messageId, links }) {
      const key = indexable(originKey);
      await db
        .insertInto("letter_tracks")
        .values({
          ...{ portal_id: portal, account_id: account, origin_key: key, message_header_id: cleanText(messageId) },
          links: links.map(cleanText),
        })
        .onConflict((conflict) => conflict.columns(["portal_id", "origin_key"]).doNothing())
        .execute();
      const row = await db
        .selectFrom("letter_tracks")
        .selectAll()
        .where("portal_id", "=", portal)
        .where("origin_key", "=", key)
        .executeTakeFirstOrThrow();
      return toTrack(row);
    },

    async find(id) {
      if (!isUuid(id)) return undefined;
      const row = await db.selectFrom("letter_tracks").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toTrack(row);
    },

    async hit(id, hit, judge) {
      if (!isUuid(id)) return [];
      return repeatWhenUndone(() =>
        db.transaction().execute(async (tx) => {
          const track = await tx
            .selectFrom("letter_tracks")
            .select(["portal_id", "origin_key"])
            .where("id", "=", id)
            .forUpdate()
            .executeTakeFirst();
          if (!track) return [];
          const before = await hitsOf(tx, id);
          if (before.length >= MOST_HITS) return before;
          const hits = [...before, { ...hit, at: saneDate(hit.at, new Date()) }];
          const classes = judge(hits, await sentAt(tx, track.portal_id, track.origin_key));
          const judged = hits.map((one, at): JudgedHit => ({ ...one, class: classes[at] ?? "scanner" }));
          const last = judged.at(-1);
          if (last)
            await tx
              .insertInto("letter_hits")
              .values({
                ...{ track_id: id, n: judged.length, link: last.link ?? null, at: last.at, ahead: last.ahead },
                ...{
                  method: cleanText(last.method).slice(0, 20),
                  agent: cleanText(last.agent).slice(0, LONGEST_AGENT),
                },
                ...{ from_print: last.from, class: last.class },
              })
              .execute();
          for (const [at, one] of before.entries())
            if (judged[at]?.class !== one.class)
              await tx
                .updateTable("letter_hits")
                .set({ class: judged[at]?.class ?? one.class })
                .where("track_id", "=", id)
                .where("n", "=", at + 1)
                .execute();
          return judged;
        }),
      );
    },

    async seen(portal, originKey) {
      const row = await db
        .selectFrom("letter_tracks")
        .select("id")
        .where("portal_id", "=", portal)
        .where("origin_key", "=", indexable(originKey))
        .executeTakeFirst();
      if (!row) return undefined;
      const [hits, left] = await Promise.all([hitsOf(db, row.id), sentAt(db, portal, originKey)]);
      return { hits, ...(left && { sentAt: left }) };
    },

    async ofConversation(portal, conversation) {
      if (!isUuid(conversation)) return [];
      const { rows } = await sql<{
        id: string;
        human: boolean | null;
        proxied: boolean | null;
        clicked: boolean | null;
        answered: boolean;
      }>`
        with letters as (
          select m.id, m.seq, t.id as track, ${answeredBy} as answered
          from messages m join letter_tracks t on t.portal_id = m.portal_id and t.origin_key = m.origin_key
          where m.portal_id = ${portal} and m.conversation_id = ${conversation} and m.direction = 'out'
            and m.kind = 'message' and m.content->'letter' is not null
          order by m.seq desc limit ${MOST_LETTERS})
        select l.id, l.answered, bool_or(h.class = 'human') as human, bool_or(h.class = 'proxy') as proxied,
          bool_or(h.class = 'human' and h.link is not null) as clicked
        from letters l left join letter_hits h on h.track_id = l.track
        group by l.id, l.seq, l.answered having count(h.n) > 0 or l.answered order by l.seq`.execute(db);
      return rows.map(({ id, human, proxied, clicked, answered }) => ({
        message: messageId(id),
        opened: openedBy(human, proxied),
        ...{ clicked: clicked === true, answered },
      }));
    },

    async forget(portal, before, limit) {
      const { rows } = await sql`
        with old as materialized (
          select id from letter_tracks where portal_id = ${portal} and created_at < ${before}
          order by created_at limit ${limit} for update skip locked)
        delete from letter_tracks t using old where t.id = old.id returning t.id`.execute(db);
      return rows.length;
    },

    async report(portal, since, until) {
      const { rows } = await sql<LetterReportRow>`
        with letters as (
          select m.origin->>'authorId' as author, m.content->'letter'->'sending'->>'template' as template,
            t.id as track,
            ${answeredBy} as answered
          from messages m
          left join letter_tracks t on t.portal_id = m.portal_id and t.origin_key = m.origin_key
          where m.portal_id = ${portal} and m.direction = 'out' and m.kind = 'message'
            and m.created_at >= ${since} and m.created_at < ${until}
            and m.state in ('sent', 'delivered', 'read') and m.content->'letter' is not null),
        judged as (
          select l.*, coalesce(h.human, false) as human, coalesce(h.proxied, false) as proxied,
            coalesce(h.clicked, false) as clicked
          from letters l left join lateral (
            select bool_or(class = 'human') as human, bool_or(class = 'proxy') as proxied,
              bool_or(class = 'human' and link is not null) as clicked
            from letter_hits where track_id = l.track) h on true)
        select author as "authorId", template, count(*)::int as sent, count(track)::int as tracked,
          (count(*) filter (where human or answered))::int as opened,
          (count(track) filter (where human or answered))::int as "openedOfTracked",
          (count(*) filter (where proxied and not human and not answered))::int as "probablyOpened",
          (count(*) filter (where clicked))::int as clicked,
          (count(*) filter (where answered))::int as answered
        from judged group by author, template order by count(*) desc, author, template limit 1000`.execute(db);
      return rows;
    },
  };

  async function sentAt(on: Kysely<Schema>, portal: string, originKey: string): Promise<Date | undefined> {
    const row = await on
      .selectFrom("messages")
      .select(["attempted_at"])
      .where("portal_id", "=", portal)
      .where("origin_key", "=", indexable(originKey))
      .executeTakeFirst();
    return row?.attempted_at ?? undefined;
  }
}

/** `null`: nobody has looked at all. */
function openedBy(human: boolean | null, proxied: boolean | null): SeenLetter["opened"] {
  if (human === true) return "yes";
  return proxied === true ? "probably" : "not-known";
}

const toTrack = (row: Selectable<Schema["letter_tracks"]>): LetterTrack => ({
  id: row.id,
  portal: portalId(row.portal_id),
  account: accountId(row.account_id),
  originKey: row.origin_key,
  messageId: row.message_header_id,
  links: row.links,
});

const toHit = (row: Selectable<Schema["letter_hits"]>): JudgedHit => ({
  ...(row.link !== null && { link: row.link }),
  ...{ at: row.at, method: row.method, agent: row.agent, from: row.from_print, ahead: row.ahead },
  class: row.class as HitClass,
});
