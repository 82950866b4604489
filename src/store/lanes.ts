import { type Kysely, type RawBuilder, type Selectable, sql } from "kysely";
import { conversationId, type Direction, type LaneId, laneOf, parseLane, portalId } from "../domain/ids.ts";
import { accountReader } from "./accounts.ts";
import { isUuid } from "./clean.ts";
import type { LaneContents, LaneRepository } from "./contract/lanes.ts";
import { toConversation } from "./conversations.ts";
import { repeatWhenUndone } from "./errors.ts";
import { messageOfJson, toDueMessage, withDates } from "./message-row.ts";
import type { Schema } from "./schema.ts";
import type { Secrets } from "./secrets.ts";

/**
 * Leases on lanes. A lane has an owner by name; whether that owner lives is written once per owner and not per lane, so
 * that a process with a thousand lanes beats its heart with one row. Liveness goes by the database's clock.
 *
 * An owner that dies: its lanes show up in `due` when its time is over. One that was only slow and comes back after its
 * lane was taken: `beginAttempt` and `release` know it no more.
 */
export function createLaneRepository(db: Kysely<Schema>, secrets: Secrets): LaneRepository {
  const toAccount = accountReader(secrets);

  async function contentsOf(question: RawBuilder<Answer>): Promise<LaneContents | undefined> {
    const { rows } = await question.execute(db);
    const contents = rows[0]?.contents;
    if (!contents) return undefined;
    const { conversation, account, portal } = contents;
    return {
      rows: contents.rows.map((message) => toDueMessage(messageOfJson(message))),
      conversation: toConversation(withDates(conversation, CONVERSATION_TIMES)),
      account: toAccount(withDates(account, ["created_at"])),
      portal: {
        active: portal.active,
        authorised: portal.authorised,
        ...(portal.gap_at !== null && { gapAt: new Date(portal.gap_at) }),
      },
    };
  }

  return {
    async read(lane, limit) {
      const at = keyOf(lane);
      if (!at) return undefined;
      return contentsOf(
        sql<Answer>`select lane_contents(${at.conversation}, ${at.direction}, ${at.portal}, ${limit}) as contents`,
      );
    },

    async take(lane, owner, limit) {
      const at = keyOf(lane);
      if (!at) return undefined;
      return contentsOf(
        sql<Answer>`select take_lane(${at.conversation}, ${at.direction}, ${at.portal}, ${owner}, ${limit}) as contents`,
      );
    },

    async release(lane, owner, next) {
      const at = keyOf(lane);
      if (!at) return undefined;
      const { rows } = await sql<{ due_at: Date | null }>`
        update lanes set owner = null, due_at = least(due_at, ${next ?? null}::timestamptz)
        where conversation_id = ${at.conversation} and direction = ${at.direction} and owner = ${owner}
        returning due_at`.execute(db);
      return rows[0]?.due_at ?? undefined;
    },

    async handOver(lane, owner) {
      const at = keyOf(lane);
      if (!at) return undefined;
      return repeatWhenUndone(async () => {
        const { rows } = await sql<LaneRow>`
          select * from hand_over(${at.conversation}, ${at.direction}, ${at.portal}, ${owner})`.execute(db);
        return rows[0] && toLane(rows[0]);
      });
    },

    async due(now, limit) {
      const { rows } = await sql<LaneRow>`
        (select l.conversation_id, l.direction, l.portal_id, l.due_at as since from lanes l
          where l.due_at <= ${now} and (l.owner is null or not exists (
            select 1 from lane_owners o where o.owner = l.owner and o.until > clock_timestamp()))
          order by l.due_at limit ${limit})
        union all
        (select l.conversation_id, l.direction, l.portal_id, coalesce(o.until, '-infinity') as since
          from lanes l left join lane_owners o on o.owner = l.owner
          where l.owner is not null and (l.due_at is null or l.due_at > ${now}) and (o.until is null or o.until <= clock_timestamp())
          limit ${limit})
        order by since limit ${limit}`.execute(db);
      return rows.map(toLane);
    },

    async makeDue(lane) {
      const at = keyOf(lane);
      if (!at) return;
      await sql`
        update lanes set due_at = least(due_at, ${new Date()}::timestamptz)
        where portal_id = ${at.portal} and conversation_id = ${at.conversation} and direction = ${at.direction}`.execute(
        db,
      );
    },

    wakeAll(portal, account) {
      if (account !== undefined && !isUuid(account)) return Promise.resolve([]);
      // Locked in the order in which accepting locks them.
      return repeatWhenUndone(async () => {
        const { rows } = await sql<LaneRow>`
          with waiting as (
            select l.conversation_id, l.direction
            from lanes l join conversations c on c.id = l.conversation_id
            where l.portal_id = ${portal} and (${account ?? null}::uuid is null or l.account_id = ${account ?? null}::uuid)
              and exists (
                select 1 from messages m
                where m.conversation_id = l.conversation_id and m.direction = l.direction and m.pending)
            order by c.account_id, c.external_chat_id, l.direction
            for no key update of l)
          update lanes l set due_at = least(l.due_at, ${new Date()}::timestamptz)
          from waiting w where l.conversation_id = w.conversation_id and l.direction = w.direction
          returning l.conversation_id, l.direction, l.portal_id`.execute(db);
        return rows.map(toLane);
      });
    },

    async heartbeat(owner, ttlMs) {
      await sql`
        with gone as (delete from lane_owners where until < clock_timestamp() - interval '1 day')
        insert into lane_owners as o (owner, until)
        values (${owner}, clock_timestamp() + ${ttlMs}::double precision * interval '1 millisecond')
        on conflict (owner) do update set until = excluded.until`.execute(db);
    },

    async retire(owner) {
      await db.deleteFrom("lane_owners").where("owner", "=", owner).execute();
    },

    async retireAll() {
      await db.deleteFrom("lane_owners").execute();
    },

    async depth(now) {
      const row = await db
        .selectFrom("lanes")
        .select((count) => count.fn.countAll<number>().as("lanes"))
        .where("due_at", "<=", now)
        .executeTakeFirstOrThrow();
      return row.lanes;
    },
  };
}

interface Answer {
  readonly contents: {
    readonly conversation: Selectable<Schema["conversations"]>;
    readonly account: Selectable<Schema["accounts"]>;
    readonly portal: { readonly active: boolean; readonly authorised: boolean; readonly gap_at: string | null };
    readonly rows: readonly Selectable<Schema["messages"]>[];
  } | null;
}

const CONVERSATION_TIMES = ["compared_at", "last_inbound_at", "last_message_at", "state_at"] as const;

interface LaneRow {
  readonly conversation_id: string;
  readonly direction: string;
  readonly portal_id: string;
}

const toLane = (row: LaneRow): LaneId =>
  laneOf(row.direction as Direction, conversationId(row.conversation_id), portalId(row.portal_id));

/** A wake-up may carry anything; what names no lane of ours is nobody's. */
export function keyOf(lane: LaneId): { direction: Direction; conversation: string; portal: string } | undefined {
  const parsed = parseLane(lane);
  return parsed && isUuid(parsed.conversation) ? parsed : undefined;
}
