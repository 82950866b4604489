import { type Kysely, type Selectable, sql } from "kysely";
import { accountId, conversationId, type Direction, type PortalId, portalId } from "../../domain/ids.ts";
import type { Origin } from "../../domain/message.ts";
import type { Counted, CountedSoFar, MarkKind, SaidRow, Talk, TalkMark, Wait } from "../../domain/report.ts";
import type { Rating } from "../../domain/site-facts.ts";
import { toJson } from "../clean.ts";
import type { ReportRepository, ToCount } from "../contract/reports.ts";
import { repeatWhenUndone } from "../errors.ts";
import type { Schema } from "../schema.ts";
import { keepCounted, keepSaid } from "./keeping.ts";
import { keepTags } from "./tags.ts";

type CountingPart = Pick<ReportRepository, "settled" | "behind" | "strangers" | "count" | "recount" | "progress">;

/** Marks that one batch takes in beside its messages. */
const MARKS = 500;
/** Conversations that get or lose tags with it. */
const TAGGED = 500;
/** Portals that are looked at in one round. */
const PORTALS = 200;
/** Figures that are so old are called incomplete while messages wait. */
const MOMENT_MS = 60_000;
const QUARTER_MS = 900_000;

const read = sql`m.seq, m.conversation_id, m.account_id, m.direction, m.origin, m.content ->> 'notice' as notice,
  m.content #>> '{letter,class}' as letter, m.content #> '{site,rating}' as rating, m.sent_at, m.created_at`;

/**
 * Counts behind the messages.
 * - Crash at any moment: a batch, its position and the marks it took in are one transaction; the next run goes on from there.
 * - Twice, or two workers: the position's row is held while a batch is counted, so the second one counts what comes after it.
 * - Out of order: positions of a portal may become visible in another order than they were drawn in, so nothing is counted up
 *   to a position before all that were drawn before it have ended (`settled`). A mark that comes late takes its conversation
 *   back to where it stands and on again.
 * - Forgotten messages: what was counted of them stays.
 */
export function createCounting(db: Kysely<Schema>): CountingPart {
  /** The last position that was drawn, and a number that transactions begun from then on are above. */
  let asked: { readonly position: number; readonly at: Date; readonly transaction: string } | undefined;

  return {
    async settled() {
      asked ??= await db.transaction().execute(async (tx) => {
        // In this order: whoever drew a number up to the position has a lower number of a transaction than ours.
        const drawn = await sql<{ position: number; at: Date }>`
          select coalesce(pg_sequence_last_value(pg_get_serial_sequence('messages', 'seq')::regclass), 0)::bigint as position,
            clock_timestamp() as at`.execute(tx);
        const own = await sql<{ id: string }>`select pg_current_xact_id()::text as id`.execute(tx);
        const [now] = drawn.rows;
        return { position: now?.position ?? 0, at: now?.at ?? new Date(0), transaction: own.rows[0]?.id ?? "0" };
      });
      const { position, at, transaction } = asked;
      const { rows } = await sql<{ over: boolean }>`
        select pg_snapshot_xmin(pg_current_snapshot()) > ${transaction}::xid8 as over`.execute(db);
      if (rows[0]?.over !== true) return undefined;
      asked = undefined;
      return { position, at };
    },

    async behind(upTo, version) {
      const { rows } = await sql<{ id: string }>`
        select p.id from portals p left join report_progress r on r.portal_id = p.id
          where r.version is distinct from ${version}
            or exists (select 1 from messages m where m.portal_id = p.id and m.seq > r.position and m.seq <= ${upTo})
            or exists (select 1 from talk_marks t where t.portal_id = p.id and not t.counted and t.seq <= ${upTo})
            or exists (select 1 from report_retags g where g.portal_id = p.id)
          order by r.counted_to desc nulls last, p.id limit ${PORTALS}`.execute(db);
      return rows.map((row) => portalId(row.id));
    },

    async strangers(portal, upTo, limit) {
      const { rows } = await sql<{ id: string }>`
        select distinct next.author as id from (
            select m.origin ->> 'authorId' as author, m.origin ->> 'by' as by from messages m
              where m.portal_id = ${portal} and m.seq <= ${upTo} and m.kind = 'message'
                and m.seq > coalesce((select r.position from report_progress r where r.portal_id = ${portal}), 0)
              order by m.seq limit ${limit}) as next
          where next.by = 'open-line' and next.author not in ('', '0')
            and not exists (
              select 1 from line_writers w where w.portal_id = ${portal} and w.user_id = next.author)`.execute(db);
      return rows.map(({ id }) => id);
    },

    count: (portal, to, by) =>
      repeatWhenUndone(() =>
        db.transaction().execute(async (tx) => {
          const from = await begin(tx, portal, to.version);
          const tagged = await keepTags(tx, portal, TAGGED);
          const rows = await nextRows(tx, portal, from.position, to);
          const more = rows.length === to.limit;
          const position = Math.max(from.position, more ? (rows.at(-1)?.seq ?? to.position) : to.position);
          const marks = await newMarks(tx, portal, position);
          const batch = await batchOf(tx, portal, { rows, marks, from: from.position, position });
          const counted: Counted[] = batch.map((one) => by.count(one));
          await keepCounted(tx, portal, counted);
          await keepSaid(tx, portal, rows, from.saidBefore, by.writer);
          if (marks.length > 0)
            await tx
              .updateTable("talk_marks")
              .set({ counted: true })
              .where("portal_id", "=", portal)
              .where(
                "id",
                "in",
                marks.map(({ id }) => id),
              )
              .execute();
          const countedTo = more ? (rows.at(-1)?.createdAt ?? to.at) : to.at;
          await tx
            .updateTable("report_progress")
            .set({ position, counted_to: countedTo })
            .where("portal_id", "=", portal)
            .execute();
          return { more: more || marks.length === MARKS || tagged === TAGGED, messages: rows.length };
        }),
      ),

    recount: (portal) => repeatWhenUndone(() => db.transaction().execute((tx) => forgetCounted(tx, portal))),

    async progress(portal, now) {
      const { rows } = await sql<{ counted_to: Date | null; waits_since: Date | null }>`
        select r.counted_to, (
            select m.created_at from messages m where m.portal_id = p.id and m.seq > coalesce(r.position, 0)
              order by m.seq limit 1) as waits_since
          from portals p left join report_progress r on r.portal_id = p.id where p.id = ${portal}`.execute(db);
      const [row] = rows;
      if (!row) return { behind: false };
      const waits = row.waits_since !== null && now.getTime() - row.waits_since.getTime() > MOMENT_MS;
      return { behind: waits, ...(row.counted_to !== null && { countedTo: row.counted_to }) };
    },
  };
}

/** Holds the portal's position. What another version counted is counted anew, as far as it can be. */
async function begin(tx: Kysely<Schema>, portal: PortalId, version: number) {
  await tx
    .insertInto("report_progress")
    .values({ portal_id: portal, version, counted_to: null })
    .onConflict((conflict) => conflict.column("portal_id").doNothing())
    .execute();
  const hold = () =>
    tx
      .selectFrom("report_progress")
      .select(["position", "version", "said_before as saidBefore"])
      .where("portal_id", "=", portal)
      .forUpdate()
      .executeTakeFirstOrThrow();
  const held = await hold();
  if (held.version === version) return held;
  await forgetCounted(tx, portal);
  await tx.updateTable("report_progress").set({ version }).where("portal_id", "=", portal).execute();
  return hold();
}

async function nextRows(
  tx: Kysely<Schema>,
  portal: PortalId,
  after: number,
  to: { readonly position: number; readonly limit: number },
): Promise<readonly SaidRow[]> {
  const { rows } = await sql<Row>`
    select ${read} from messages m
      where m.portal_id = ${portal} and m.seq > ${after} and m.seq <= ${to.position} and m.kind = 'message'
      order by m.seq limit ${to.limit}`.execute(tx);
  return rows.map(toSaid);
}

async function newMarks(tx: Kysely<Schema>, portal: PortalId, upTo: number): Promise<readonly TalkMark[]> {
  const rows = await tx
    .selectFrom("talk_marks")
    .selectAll()
    .where("portal_id", "=", portal)
    .where("counted", "=", false)
    .where("seq", "<=", upTo)
    .orderBy("seq")
    .orderBy("id")
    .limit(MARKS)
    .execute();
  return rows.map(toMark);
}

interface Taken {
  readonly rows: readonly SaidRow[];
  readonly marks: readonly TalkMark[];
  /** Counted before. */
  readonly from: number;
  /** Counted with this batch. */
  readonly position: number;
}

/** What is known of each conversation of the batch; those with new marks are taken back to the first of them. */
async function batchOf(tx: Kysely<Schema>, portal: PortalId, taken: Taken): Promise<readonly ToCount[]> {
  const { rows, marks } = taken;
  const marked = Map.groupBy(marks, (mark) => mark.conversation);
  const said = Map.groupBy(
    rows.filter((row) => !marked.has(row.conversation)),
    (row) => row.conversation,
  );
  const again = marked.size === 0 ? [] : await takeBack(tx, portal, marked, taken);
  const fresh = [...said].map(([conversation, own]) => ({ conversation, rows: own, marks: [] }));
  const before = await soFar(
    tx,
    [...again, ...fresh].map((one) => one.conversation),
  );
  return [...again, ...fresh].map((one) => ({ ...one, before: before.get(one.conversation) ?? {} }));
}

/** All of them in a few statements: many conversations are closed in the time of a batch. */
async function takeBack(
  tx: Kysely<Schema>,
  portal: PortalId,
  marked: ReadonlyMap<string, readonly TalkMark[]>,
  { from: counted, position }: Taken,
): Promise<readonly Omit<ToCount, "before">[]> {
  const floor = await floorOf(tx, portal);
  const kept = await tx
    .selectFrom("talk_marks")
    .selectAll()
    .where("conversation_id", "in", [...marked.keys()])
    .where("seq", "<=", position)
    .orderBy("seq")
    .orderBy("id")
    .execute();
  const known = Map.groupBy(kept.map(toMark), (mark) => mark.conversation);
  const back = [...marked].map(([conversation, marks]) => {
    const all = known.get(conversationId(conversation)) ?? [];
    // What a rating took away is not there to go on from.
    const from = all.some(({ kind }) => kind === "rated") ? 0 : Math.min(counted, ...marks.map(({ seq }) => seq));
    return { conversation: conversationId(conversation), at: Math.max(floor, from), marks: all };
  });
  const places = sql`jsonb_to_recordset(${toJson(back.map(({ conversation, at }) => ({ id: conversation, at })))}::jsonb)
    as b(id uuid, at bigint)`;
  await sql`delete from report_talks t using ${places} where t.conversation_id = b.id and t.opened_seq > b.at`.execute(
    tx,
  );
  await sql`update report_talks t set
      closed_at = case when t.closed_seq < b.at then t.closed_at end, closed_seq = case when t.closed_seq < b.at then t.closed_seq end,
      agent = case when t.answered_seq <= b.at then t.agent end, answered_seq = case when t.answered_seq <= b.at then t.answered_seq end
    from ${places} where t.conversation_id = b.id and (t.closed_seq >= b.at or t.answered_seq > b.at)`.execute(tx);
  await sql`delete from report_waits w using ${places} where w.conversation_id = b.id and w.asked_seq > b.at`.execute(
    tx,
  );
  await sql`update report_waits w set ended = null, end_seq = null, seconds = null, agent = null
    from ${places} where w.conversation_id = b.id and (w.end_seq > b.at or w.end_seq = b.at and w.ended <> 'answered')`.execute(
    tx,
  );
  await sql`delete from report_ratings r using ${places} where r.conversation_id = b.id and r.seq > b.at`.execute(tx);
  const { rows } = await sql<Row>`
    select m.* from ${places} cross join lateral (
        select ${read} from messages m
          where m.conversation_id = b.id and m.portal_id = ${portal} and m.seq > b.at and m.seq <= ${position}
            and m.kind = 'message') as m
      order by m.seq`.execute(tx);
  const said = Map.groupBy(rows.map(toSaid), (row) => row.conversation);
  return back.map(({ conversation, at, marks }) => ({
    conversation,
    rows: said.get(conversation) ?? [],
    marks: marks.filter((mark) => mark.seq >= at),
  }));
}

/** The last position of which something may be forgotten. */
async function floorOf(tx: Kysely<Schema>, portal: PortalId): Promise<number> {
  const { rows } = await sql<{ floor: number }>`
    select case when p.forgotten_before is null then 0 else position_at(p.id, p.forgotten_before) - 1 end as floor
      from portals p where p.id = ${portal}`.execute(tx);
  return Math.max(0, rows[0]?.floor ?? 0);
}

/**
 * Takes everything back to where messages are kept from. A quarter of an hour of which some messages are forgotten stays as it
 * was counted.
 */
async function forgetCounted(tx: Kysely<Schema>, portal: PortalId): Promise<void> {
  const floor = await floorOf(tx, portal);
  const { rows } = await sql<{ before: Date | null }>`
    select forgotten_before as before from portals where id = ${portal}`.execute(tx);
  const before = rows[0]?.before?.getTime();
  const quarter = before === undefined ? -1 : Math.floor(before / QUARTER_MS);
  await sql`delete from report_talks where portal_id = ${portal} and opened_seq > ${floor}`.execute(tx);
  await sql`update report_talks set
      closed_at = case when closed_seq < ${floor} then closed_at end, closed_seq = case when closed_seq < ${floor} then closed_seq end,
      agent = case when answered_seq <= ${floor} then agent end, answered_seq = case when answered_seq <= ${floor} then answered_seq end
    where portal_id = ${portal} and (closed_seq >= ${floor} or answered_seq > ${floor})`.execute(tx);
  await sql`delete from report_waits where portal_id = ${portal} and asked_seq > ${floor}`.execute(tx);
  await sql`update report_waits set ended = null, end_seq = null, seconds = null, agent = null
    where portal_id = ${portal} and (end_seq > ${floor} or end_seq = ${floor} and ended <> 'answered')`.execute(tx);
  await sql`delete from report_ratings where portal_id = ${portal} and seq > ${floor}`.execute(tx);
  await sql`delete from report_said where portal_id = ${portal} and quarter > ${quarter}`.execute(tx);
  await sql`update talk_marks set counted = false where portal_id = ${portal} and seq >= ${floor} and counted`.execute(
    tx,
  );
  await tx
    .updateTable("report_progress")
    .set({ position: floor, said_before: quarter, counted_to: null })
    .where("portal_id", "=", portal)
    .execute();
}

async function soFar(tx: Kysely<Schema>, conversations: readonly string[]): Promise<ReadonlyMap<string, CountedSoFar>> {
  if (conversations.length === 0) return new Map();
  const [talks, waits] = [
    await sql<Selectable<Schema["report_talks"]>>`
      select t.* from unnest(${conversations}::uuid[]) as c(id) cross join lateral (
        select * from report_talks r where r.conversation_id = c.id order by r.n desc limit 2) as t`.execute(tx),
    await sql<Selectable<Schema["report_waits"]>>`
      select w.* from unnest(${conversations}::uuid[]) as c(id) cross join lateral (
        select * from report_waits r where r.conversation_id = c.id order by r.asked_seq desc limit 1) as w
        where w.ended is null`.execute(tx),
  ];
  const byConversation = Map.groupBy(talks.rows, (row) => row.conversation_id);
  const waiting = new Map(waits.rows.map((row) => [row.conversation_id, toWait(row)]));
  return new Map(
    conversations.map((id) => {
      const [talk, prior] = (byConversation.get(id) ?? []).toSorted((a, b) => b.n - a.n).map(toTalk);
      const wait = waiting.get(id);
      return [id, { ...(talk && { talk }), ...(prior && { prior }), ...(wait && { wait }) }];
    }),
  );
}

interface Row {
  readonly seq: number;
  readonly conversation_id: string;
  readonly account_id: string;
  readonly direction: Direction;
  readonly origin: Origin;
  readonly notice: string | null;
  readonly letter: string | null;
  readonly rating: Rating | null;
  readonly sent_at: Date;
  readonly created_at: Date;
}

const toSaid = (row: Row): SaidRow => ({
  conversation: conversationId(row.conversation_id),
  account: accountId(row.account_id),
  ...{ seq: row.seq, direction: row.direction, origin: row.origin, sentAt: row.sent_at, createdAt: row.created_at },
  ...(row.notice !== null && { notice: row.notice }),
  ...(row.letter !== null && { letter: row.letter }),
  ...(row.rating !== null && { rating: row.rating }),
});

const toMark = (row: Selectable<Schema["talk_marks"]>): TalkMark => ({
  ...{ id: row.id, conversation: conversationId(row.conversation_id), seq: row.seq, at: row.at },
  kind: row.kind as MarkKind,
  ...(row.agent !== null && { agent: row.agent }),
});

const toTalk = (row: Selectable<Schema["report_talks"]>): Talk => ({
  ...{ conversation: conversationId(row.conversation_id), account: accountId(row.account_id), n: row.n },
  ...{ openedAt: row.opened_at, openedSeq: row.opened_seq, byUs: row.by_us },
  ...(row.answered_seq !== null && row.agent !== null && { answered: { seq: row.answered_seq, agent: row.agent } }),
  ...(row.closed_seq !== null && row.closed_at !== null && { closed: { seq: row.closed_seq, at: row.closed_at } }),
});

const toWait = (row: Selectable<Schema["report_waits"]>): Wait => ({
  ...{ conversation: conversationId(row.conversation_id), account: accountId(row.account_id) },
  ...{ askedAt: row.asked_at, askedSeq: row.asked_seq, first: row.is_first },
});
