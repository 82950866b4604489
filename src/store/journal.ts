import { type Kysely, type Selectable, sql } from "kysely";
import type { Customer } from "../domain/conversation.ts";
import { decisionId, type MessageId, mediaId, messageId, type PortalId } from "../domain/ids.ts";
import type { Message } from "../domain/message.ts";
import { isUuid, toJson } from "./clean.ts";
import type { Beside, JournalPage, JournalRepository, JournalSearch } from "./contract/journal.ts";
import { repeatWhenUndone } from "./errors.ts";
import { messageOfJson, toMessage } from "./message-row.ts";
import type { Schema } from "./schema.ts";

/** Reads what others wrote, and deletes what is too old: a batch is one statement, and one more that finds nothing is harmless. */
export function createJournalRepository(db: Kysely<Schema>): JournalRepository {
  return {
    search: (portal, asked) => search(db, portal, asked),

    async beside(portal, messages) {
      const ids = messages.filter(isUuid);
      if (ids.length === 0) return new Map();
      const { rows } = await sql<BesideRow>`select * from messages_beside(${portal}, ${ids}::uuid[])`.execute(db);
      return new Map(rows.map(toBeside));
    },

    async countBefore(portal, before, atMost) {
      const { rows } = await sql<{ count: number }>`
        select count_before(${portal}, ${before}, ${atMost}) as count`.execute(db);
      return rows[0]?.count ?? 0;
    },

    async forget(portal, { before, after, limit }) {
      // Before anything is gone: who reads the line's history must not take what is deleted for what was missed.
      await db
        .updateTable("portals")
        .set({ forgotten_before: before })
        .where("id", "=", portal)
        .where((where) => where.or([where("forgotten_before", "is", null), where("forgotten_before", "<", before)]))
        .execute();
      const { rows } = await repeatWhenUndone(() =>
        sql<{ last_seq: number | null; forgotten: number }>`
          select * from forget_messages(${portal}, ${before}, ${after}, ${limit})`.execute(db),
      );
      const [row] = rows;
      const next = row?.last_seq ?? undefined;
      return { forgotten: row?.forgotten ?? 0, ...(next !== undefined && { next }) };
    },

    async removedFiles(portal, limit) {
      const rows = await db
        .selectFrom("removed_media")
        .select("id")
        .where("portal_id", "=", portal)
        .limit(limit)
        .execute();
      return rows.map((row) => mediaId(row.id));
    },

    async filesGone(portal, files) {
      if (files.length === 0) return;
      await db
        .deleteFrom("removed_media")
        .where("portal_id", "=", portal)
        .where("id", "in", [...files])
        .execute();
    },
  };
}

/** Rows of the journal that one page looks at, most of them in stretches that leave room for others between. */
const MOST_LOOKED_AT = 10_000;
const STRETCH = 2_000;
/** Messages that came within a moment may stand in either order. */
const MOMENT_MS = 60_000;
const MOST_WORDS = 10;

async function search(db: Kysely<Schema>, portal: PortalId, asked: JournalSearch): Promise<JournalPage> {
  const { conversations, accounts, since, until, limit } = asked;
  if (![...(accounts ?? []), ...(conversations ?? [])].every(isUuid)) return { rows: [] };
  const question = toJson(questionOf(asked));
  let before = asked.before ?? Number.MAX_SAFE_INTEGER;
  if (until !== undefined)
    before = Math.min(before, await positionAt(db, portal, new Date(until.getTime() + MOMENT_MS)));
  const found: Message[] = [];
  let lookedTo: Date | undefined;
  for (let budget = MOST_LOOKED_AT; budget > 0; ) {
    // What is not asked for anything rare is found in the first stretch.
    const stretch = Math.min(budget, budget === MOST_LOOKED_AT ? Math.max(limit, 200) : STRETCH);
    const { rows } = await sql<StretchRow>`
      select * from find_messages(
        ${portal}, ${conversations ? [...conversations] : null}::uuid[], ${before}, ${stretch}, ${limit - found.length}, ${question})`.execute(
      db,
    );
    const [row] = rows;
    found.push(...(row?.hits ?? []).map((each) => toMessage(messageOfJson(each))));
    const isLast = !row?.oldest || row.looked_at < stretch;
    if (found.length === limit) break;
    if (isLast || (since !== undefined && row.oldest.getTime() < since.getTime() - MOMENT_MS)) return { rows: found };
    before = row.low;
    lookedTo = row.oldest;
    budget -= stretch;
  }
  const last = found.at(-1);
  if (found.length < limit) return { rows: found, next: before, ...(lookedTo && { lookedTo }) };
  return { rows: found, ...(last && { next: last.seq, lookedTo: last.createdAt }) };
}

function questionOf({ text, states, accounts, direction, changes, since, until, said }: JournalSearch): object {
  const words = (text ?? "")
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const digits = /^[\d\s()+./-]+$/.test(text ?? "") ? (text ?? "").replace(/\D/g, "") : "";
  return {
    ...(words.length > 0 && { words: words.slice(0, MOST_WORDS) }),
    // Fewer would be found in every date and price.
    ...(digits.length >= 4 && { digits }),
    ...(states && { states }),
    ...(accounts && { accounts }),
    ...(direction && { direction }),
    ...(changes === true && { changes }),
    ...(said === true && { said }),
    ...(since && { since }),
    ...(until && { until }),
  };
}

async function positionAt(db: Kysely<Schema>, portal: PortalId, at: Date): Promise<number> {
  const { rows } = await sql<{ position: number }>`select position_at(${portal}, ${at}) as position`.execute(db);
  return rows[0]?.position ?? 0;
}

interface StretchRow {
  readonly low: number;
  readonly looked_at: number;
  readonly oldest: Date | null;
  readonly hits: readonly Selectable<Schema["messages"]>[] | null;
}

interface BesideRow {
  readonly message_id: string;
  readonly customer: Customer;
  readonly decision_id: string | null;
  readonly decided_at: Date | null;
  readonly is_own: boolean | null;
  readonly written_at: Date | null;
}

function toBeside(row: BesideRow): [MessageId, Beside] {
  const beside: Beside = {
    customer: row.customer,
    ...(row.decision_id !== null &&
      row.decided_at !== null && {
        decision: { id: decisionId(row.decision_id), at: row.decided_at, own: row.is_own === true },
      }),
    ...(row.written_at !== null && { writtenAt: row.written_at }),
  };
  return [messageId(row.message_id), beside];
}
