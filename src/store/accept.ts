import { CompiledQuery, type Kysely } from "kysely";
import { conversationId, laneOf, type MessageId, messageId, type PortalId } from "../domain/ids.ts";
import { cleanText, indexable, isUuid, saneDate, toJson } from "./clean.ts";
import type { Accepted, AcceptedFirst, FirstRow, InboundRow, ReplyRow } from "./contract/accept.ts";
import { repeatWhenUndone } from "./errors.ts";
import type { Schema } from "./schema.ts";

/**
 * The way in. One call is one transaction, and one statement as long as nothing but new messages is in it: either
 * everything of it is there, or nothing, and what was answered is durable (as far as the database is).
 *
 * - Crash before the commit: nothing is stored, nothing was acknowledged, the vendor sends again. After it: the vendor
 *   may send again, and gets `duplicate`.
 * - Twice at once, in one call or in two processes: one row, one `duplicate`.
 * - Out of order: messages stand in the order in which they were accepted. An edit older than one seen before is
 *   `duplicate`. An edit or deletion that comes before its message is `unknown` and stored nowhere: a caller whose
 *   vendor delivers in parallel should refuse it, so that it is sent again.
 * - Order under concurrency: the conversation's row is locked before a message draws its number, and the lock is held
 *   until the commit. So in a conversation nobody can see a later number while an earlier one is still to come. Over
 *   several conversations of a portal that is not promised.
 */
export async function acceptInbound(db: Kysely<Schema>, rows: readonly InboundRow[]): Promise<readonly Accepted[]> {
  const results = new Array<Accepted>(rows.length).fill({ kind: "unknown" });
  const now = new Date();
  const events = rows.flatMap((row, n) => (isUuid(row.account) ? [eventOf(row, n, now)] : []));
  if (events.length === 0) return results;
  const accepted = await repeatWhenUndone(() => acceptEvents(db, events));
  for (const row of accepted) {
    const portal = rows[row.n]?.portal;
    if (portal !== undefined) results[row.n] = toAccepted(row, "in", portal);
  }
  return results;
}

/** What follows each other and goes the same way is written as one set; a change has to find what stands before it. */
async function acceptEvents(db: Kysely<Schema>, events: readonly InboundEvent[]): Promise<readonly AcceptedRow[]> {
  const [first, ...more] = setsOf(events);
  if (!first) return [];
  if (more.length === 0) return acceptSet(db, first);
  return db.transaction().execute(async (tx) => {
    const accepted: AcceptedRow[] = [];
    for (const set of [first, ...more]) accepted.push(...(await acceptSet(tx, set)));
    return accepted;
  });
}

interface EventSet {
  readonly way: "messages" | "gathered" | "change";
  readonly events: InboundEvent[];
}

function setsOf(events: readonly InboundEvent[]): readonly EventSet[] {
  const sets: EventSet[] = [];
  for (const event of events) {
    const way = wayOf(event);
    const last = sets.at(-1);
    if (last?.way === way && way !== "change") last.events.push(event);
    else sets.push({ way, events: [event] });
  }
  return sets;
}

function wayOf({ kind, gather }: InboundEvent): EventSet["way"] {
  if (kind !== "message") return "change";
  return gather === true ? "gathered" : "messages";
}

function acceptSet(db: Kysely<Schema>, { way, events }: EventSet): Promise<readonly AcceptedRow[]> {
  if (way === "messages") return call(db, "select * from accept_messages($1)", [toJson(events)]);
  if (way === "gathered") return call(db, "select * from accept_gathered($1)", [toJson(events)]);
  return call(db, "select * from accept_change($1)", [toJson(events[0])]);
}

/** See `acceptInbound`; the message's number is drawn under the same lock. */
export async function acceptReply(db: Kysely<Schema>, row: ReplyRow): Promise<Accepted> {
  if (!isUuid(row.conversation) || (row.target !== undefined && !isUuid(row.target))) return { kind: "unknown" };
  const now = new Date();
  const reply = toJson({
    portal: row.portal,
    conversation: row.conversation,
    kind: row.kind,
    origin_key: indexable(row.originKey),
    origin: row.origin,
    target: row.target,
    content: row.content,
    sent: saneDate(row.sentAt, now),
    im_message: row.imMessageId,
    im_chat: row.imChatId,
  });
  const write = async (on: Kysely<Schema>): Promise<Accepted> => {
    const [accepted] =
      row.waitMs === undefined
        ? await callMirrored<AcceptedReply>(on, "accept_reply", reply, now, row.mirror)
        : await call<AcceptedReply>(on, WAITING_REPLY, [reply, row.waitMs]);
    return accepted
      ? toAccepted({ ...accepted, conversation_id: row.conversation }, "out", row.portal)
      : { kind: "unknown" };
  };
  const { files = [] } = row;
  if (files.length === 0) return repeatWhenUndone(() => write(db));
  try {
    return await repeatWhenUndone(() =>
      db.transaction().execute(async (tx) => {
        const accepted = await write(tx);
        if (accepted.kind === "stored") await giveFiles(tx, row, accepted.message);
        return accepted;
      }),
    );
  } catch (error) {
    if (error instanceof FileTaken) return { kind: "unknown" };
    throw error;
  }
}

class FileTaken extends Error {}

async function giveFiles(tx: Kysely<Schema>, { portal, conversation, files = [] }: ReplyRow, message: MessageId) {
  const { numUpdatedRows } = await tx
    .updateTable("media")
    .set({ message_id: message, conversation_id: null, planned_id: null })
    .where("portal_id", "=", portal)
    // What was planned may have been planned in a conversation that goes on as this one.
    .where((where) => where.or([where("conversation_id", "=", conversation), where("planned_id", "is not", null)]))
    .where("message_id", "is", null)
    .where("id", "in", [...files])
    .executeTakeFirst();
  if (Number(numUpdatedRows) !== files.length) throw new FileTaken();
}

/** See `acceptInbound`. The conversation may be there already: the person wrote meanwhile, or before. */
export async function acceptFirst(db: Kysely<Schema>, row: FirstRow): Promise<AcceptedFirst> {
  if (!isUuid(row.account)) return { kind: "unknown" };
  const now = new Date();
  const first = toJson({
    portal: row.portal,
    account: row.account,
    chat: indexable(row.chatId),
    customer: row.customer,
    origin_key: indexable(row.originKey),
    origin: row.origin,
    content: row.content,
    sent: saneDate(row.sentAt, now),
  });
  const [accepted] = await repeatWhenUndone(() =>
    callMirrored<Omit<AcceptedRow, "n">>(db, "accept_first", first, now, row.mirror),
  );
  if (!accepted) return { kind: "unknown" };
  const stored = toAccepted(accepted, "out", row.portal);
  if (stored.kind !== "duplicate") return stored;
  const { message_id, conversation_id } = accepted;
  if (message_id === null || conversation_id === null) return { kind: "unknown" };
  return { kind: "duplicate", message: messageId(message_id), conversation: conversationId(conversation_id) };
}

/** The time is counted by the database: the wait for one of its connections is none of it. */
const WAITING_REPLY = "select * from accept_reply($1, clock_timestamp() + $2 * interval '1 millisecond')";

interface AcceptedRow {
  readonly n: number;
  readonly outcome: string;
  readonly message_id: string | null;
  readonly conversation_id: string | null;
  readonly due: boolean;
  readonly mirror_due?: boolean;
}

type AcceptedReply = Omit<AcceptedRow, "conversation_id">;

type InboundEvent = ReturnType<typeof eventOf>;

function eventOf(row: InboundRow, n: number, now: Date) {
  return {
    n,
    portal: cleanText(row.portal),
    account: row.account,
    key: indexable(row.key),
    kind: row.kind,
    chat: indexable(row.chatId),
    // A name replaces the former one as a whole, so what it does not have is told as gone.
    customer: row.customer?.name === undefined ? row.customer : { lastName: null, username: null, ...row.customer },
    external: indexable(row.externalId),
    content: row.content,
    album: row.album,
    sent: saneDate(row.sentAt, now),
    not_before: saneDate(row.notBefore, now),
    // Left out where they say nothing: nearly always, and this is the hot path.
    ...(row.fromDevice === true && { device: true }),
    ...(row.group === true && { in_group: true }),
    ...(row.byContact === true && { gather: true }),
    ...((row.fromDevice === true || row.content.notice !== undefined || isByMachine(row)) && { mute: true }),
  };
}

/** An automatic letter is no word of the customer's: nobody has to answer it. */
const isByMachine = ({ content: { letter } }: InboundRow): boolean => letter !== undefined && letter.class !== "human";

function toAccepted(row: Omit<AcceptedRow, "n">, direction: "in" | "out", portal: PortalId): Accepted {
  if (row.outcome !== "stored" || row.message_id === null || row.conversation_id === null) {
    return { kind: row.outcome === "duplicate" ? "duplicate" : "unknown" };
  }
  const conversation = conversationId(row.conversation_id);
  return {
    kind: "stored",
    message: messageId(row.message_id),
    conversation,
    lane: laneOf(direction, conversation, portal),
    due: row.due,
    ...(row.mirror_due === true && { alsoDue: laneOf("in", conversation, portal) }),
  };
}

/** One statement, so one transaction, whether something goes into the line as well or not. */
function callMirrored<Row>(
  db: Kysely<Schema>,
  accept: "accept_reply" | "accept_first",
  row: string,
  now: Date,
  mirror: ReplyRow["mirror"],
): Promise<readonly Row[]> {
  const parameters = [row, now.toISOString()];
  if (mirror === undefined) return call(db, `select * from ${accept}($1, $2)`, parameters);
  return call(
    db,
    `select a.*, a.outcome = 'stored' and add_mirror(a.message_id, $3, $2) as mirror_due from ${accept}($1, $2) as a`,
    [...parameters, mirror],
  );
}

/** Not through the query builder: these run for every message, and their text never changes. */
async function call<Row>(db: Kysely<Schema>, text: string, parameters: readonly unknown[]): Promise<readonly Row[]> {
  return (await db.executeQuery<Row>(CompiledQuery.raw(text, [...parameters]))).rows;
}
