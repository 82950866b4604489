import type { Outgoing, SendOutcome } from "../channels/contract/sending.ts";
import type { ChannelAdapter } from "../channels/contract.ts";
import type { Account } from "../domain/account.ts";
import type { Conversation } from "../domain/conversation.ts";
import { laneOf, messageId } from "../domain/ids.ts";
import type { Content, Message } from "../domain/message.ts";
import type { LaneContents } from "../store/contract/lanes.ts";
import type { DueMessage, MessageResult } from "../store/contract/messages.ts";
import { quotedInWords, quoteRefusal, reactedRefusal } from "./answered.ts";
import { backoff, isTooOld } from "./backoff.ts";
import { changeImpossible, changeRefusal, reactionRefusal, refusal, windowRefusal } from "./capability-check.ts";
import { compareHistory, hasGap } from "./compare-history.ts";
import { fetchFiles, keptFiles } from "./files.ts";
import { leftRefusal } from "./mail/unsubscribing.ts";
import { type Drained, earlier, IDLE, later, READ_AHEAD, type RelayDeps, type Turn } from "./ports.ts";
import { reportDeliveries } from "./report-deliveries.ts";

const MOVED = "The chat goes on under another id and is written to there.";
const MOVED_AWAY = "The chat goes on as another conversation. Answer there.";
const MOVED_IDS =
  "The chat became another one at the messenger, which cannot change messages from before. Write a new message instead.";

interface OutboundRoute {
  readonly account: Account;
  readonly adapter: ChannelAdapter;
  readonly conversation: Conversation;
  /** Replies may have been lost before this time. */
  readonly gapAt: Date | undefined;
}

/** What was read is read again after so long. */
const STALE_MS = 1_000;
const GAP_RETRY_MS = 2_000;
const GAP_PATIENCE_MS = 5 * 60_000;
const ACCOUNT_DOWN_RETRY_MS = 60_000;
const INTERRUPTED =
  "It may have been delivered: the server stopped while it was being sent. Ask the customer before you send it again.";

/**
 * Agent -> customer, second half: sends one conversation's rows in order, then tells the portal what arrived.
 *
 * Crash between the attempt's record and its outcome: the row is found `sending` under a lease that is now ours. Where
 * the channel shows a repeated key once, it is sent again; elsewhere nobody can be asked, so it stays `uncertain` and is
 * never resent by itself. A report to the portal may be repeated, so it is made after the fact and until it works.
 * A throw of an adapter is a bug of ours and counts as `uncertain`.
 */
export async function drainOutbound(deps: RelayDeps, turn: Turn): Promise<Drained> {
  await deps.votes.before(turn.contents);
  const drained = await sendAll(deps, turn);
  const reported = await reportDeliveries(deps, turn);
  const { account, conversation } = turn.contents;
  // Cards are written by the inbound lane alone, so that two runs never write the same words; the engine looks there, too.
  if (turn.contents.rows.length > 0 && ((await deps.belonging.writes(account)) || (await deps.ownMode.isOn(account))))
    deps.dispatcher.wake(laneOf("in", conversation.id, conversation.portal));
  return earlier(drained, reported);
}

async function sendAll(deps: RelayDeps, turn: Turn): Promise<Drained> {
  const readAgain = () => deps.store.lanes.read(turn.lane, READ_AHEAD);
  for (let contents: LaneContents | undefined = turn.contents; ; contents = await readAgain()) {
    const route = contents && outboundRoute(deps, contents);
    if (!contents || !route) return IDLE;
    let { rows } = contents;
    let isAll = rows.length < READ_AHEAD;
    const readAt = deps.now().getTime();
    const [first] = rows;
    if (!first) return IDLE;
    if (first.nextAt > deps.now()) return later(first.nextAt);
    if (hasGap(route.gapAt, route.conversation)) {
      const closed = await closeGap(deps, route, contents, first, readAgain);
      if (closed.kind !== "closed") return closed;
      ({ rows, isAll } = closed);
    }
    for (const row of rows) {
      // A vendor that takes one a second makes a run long, and a gap may have begun meanwhile.
      const isStale = row !== rows[0] && deps.now().getTime() - readAt >= STALE_MS;
      if (isStale) {
        isAll = false;
        break;
      }
      const step = await sendOne(deps, turn, route, row);
      if (step) return step;
    }
    // What was accepted since has made the lane due again, and giving the lease back tells: no need to look here.
    if (isAll) return IDLE;
  }
}

async function sendOne(
  deps: RelayDeps,
  turn: Turn,
  route: OutboundRoute,
  row: DueMessage,
): Promise<Drained | undefined> {
  if (row.nextAt > deps.now()) return later(row.nextAt);
  if (row.state === "sending" && route.adapter.capabilities.repeatable !== true) {
    await end(deps, row, { state: "uncertain", error: INTERRUPTED });
    return undefined;
  }
  if (row.kind === "message") return send(deps, turn, route, row);
  return row.kind === "reaction" ? react(deps, turn, route, row) : change(deps, turn, route, row);
}

interface Closed {
  readonly kind: "closed";
  /** What nothing unknown can stand before. */
  readonly rows: readonly DueMessage[];
  /** Nothing else waits. */
  readonly isAll: boolean;
}

/**
 * Events of this conversation may have been lost while we were away: before a reply goes out, the history is asked for
 * older ones, or they would arrive after it. A portal that cannot be asked holds the reply up for a moment, not for ever.
 *
 * A gap may be open still (a start of ours notes it before it listens), or a new one begin: what came while the history was
 * being read has its own look at it, in the next round.
 */
async function closeGap(
  deps: RelayDeps,
  route: OutboundRoute,
  before: LaneContents,
  first: DueMessage,
  readAgain: () => Promise<LaneContents | undefined>,
): Promise<Closed | Drained> {
  const compared = await compareHistory(deps, deps.portals.lines(first.portal), route.conversation);
  if (compared.kind === "unavailable") {
    const waited = deps.now().getTime() - first.createdAt.getTime();
    if (waited < GAP_PATIENCE_MS) return later(new Date(deps.now().getTime() + GAP_RETRY_MS));
  }
  const contents = await readAgain();
  const rows = contents?.rows ?? [];
  const isAll = rows.length < READ_AHEAD;
  if (!contents || compared.kind !== "done" || !hasGap(contents.portal.gapAt, contents.conversation))
    return { kind: "closed", rows, isAll };
  const seen = new Set(before.rows.map((row) => row.id));
  const unknown = rows.findIndex(({ id, origin }) =>
    origin.by === "open-line" ? !seen.has(id) && !compared.read.has(origin.imMessageId) : false,
  );
  return unknown < 0 ? { kind: "closed", rows, isAll } : { kind: "closed", rows: rows.slice(0, unknown), isAll: false };
}

/** `undefined` while the account is off or gone: switching it on wakes the lane. */
function outboundRoute(deps: RelayDeps, lane: LaneContents): OutboundRoute | undefined {
  const { account, conversation, portal } = lane;
  // Moved since the run began: the lane is due again, and hands over then.
  if (!portal.active || !account.enabled || conversation.movedTo !== undefined) return undefined;
  const adapter = deps.channels.get(account.channel);
  return adapter
    ? { account, adapter, conversation, gapAt: account.line === undefined ? undefined : portal.gapAt }
    : undefined;
}

async function send(deps: RelayDeps, turn: Turn, route: OutboundRoute, row: DueMessage): Promise<Drained | undefined> {
  const early =
    refusal(route.adapter, row.content) ??
    windowRefusal(route.adapter, row.content, route.conversation.lastInboundAt, deps.now());
  if (early !== undefined) return refuse(deps, row, early);
  // What was cut off while it was sent may have left: there only the channel can tell.
  const left = row.state === "sending" ? undefined : await leftRefusal(deps.store, row.portal, row.content);
  if (left !== undefined) return refuse(deps, row, left);
  const fetched = await fetchFiles(deps, row, route.account, route.adapter);
  if (fetched.kind === "retry") return postpone(deps, row, fetched.afterMs, fetched.sentence);
  // Half a message in the agent's name would say something else than what the agent wrote.
  if (fetched.lost.length > 0) return refuse(deps, row, `Not sent: ${fetched.lost.join(" ")}`);
  const quoting = await withQuote(deps, route.adapter, row, { ...row.content, attachments: fetched.attachments });
  if (quoting.kind === "refused") return refuse(deps, row, quoting.sentence);
  const signed = await deps.ownMode.signed(route.account, row, quoting.content);
  // A name is no reason to refuse what they wrote.
  const content = refusal(route.adapter, signed) === undefined ? signed : quoting.content;
  const late = refusal(route.adapter, content);
  if (late !== undefined) return refuse(deps, row, late);
  const outgoing: Outgoing = { chatId: route.conversation.externalChatId, content, ...keptFiles(deps.shelf) };
  return attempt(deps, turn, route, row, (leave) => route.adapter.send(route.account, { ...outgoing, leave }, row.id));
}

/** May be repeated by the vendors that have it: the last reaction counts. A broken attempt stays uncertain all the same. */
async function react(deps: RelayDeps, turn: Turn, route: OutboundRoute, row: DueMessage): Promise<Drained | undefined> {
  const { adapter, account, conversation } = route;
  const refused =
    reactionRefusal(adapter) ?? windowRefusal(adapter, row.content, conversation.lastInboundAt, deps.now());
  if (refused !== undefined) return refuse(deps, row, refused);
  const call = adapter.react;
  if (!call) return refuse(deps, row, `${adapter.title} takes no reactions. Answer with a message instead.`);
  const target = row.target === undefined ? undefined : await deps.store.messages.find(row.portal, row.target);
  const unanswerable = target && reactedRefusal(target, false);
  if (unanswerable !== undefined) return refuse(deps, row, unanswerable);
  const [externalId] = target?.externalIds ?? [];
  if (externalId === undefined) return refuse(deps, row, "The message that this is about is no longer kept here.");
  const reaction = { chatId: conversation.externalChatId, externalId, emoji: row.content.body.text };
  return attempt(deps, turn, route, row, () => call.call(adapter, account, reaction));
}

async function change(
  deps: RelayDeps,
  turn: Turn,
  route: OutboundRoute,
  row: DueMessage,
): Promise<Drained | undefined> {
  const target = row.target === undefined ? undefined : await deps.store.messages.find(row.portal, row.target);
  const { adapter } = route;
  const kind = row.kind === "edit" ? "edit" : "delete";
  const impossible = changeRefusal(adapter, kind);
  const possible = row.kind === "edit" ? adapter.edit : adapter.remove;
  if (impossible !== undefined) return refuse(deps, row, impossible);
  if (!possible) return refuse(deps, row, changeImpossible(adapter.title, kind));
  if (!target || target.externalIds.length === 0)
    return refuse(deps, row, "The message that this changes did not reach the customer.");
  const content = await deps.ownMode.signed(route.account, row, row.content);
  const outgoing = { chatId: route.conversation.externalChatId, externalIds: target.externalIds, content };
  return attempt(deps, turn, route, row, () => possible.call(adapter, route.account, outgoing));
}

async function refuse(deps: RelayDeps, row: DueMessage, error: string): Promise<undefined> {
  await end(deps, row, { state: "refused", error });
  return undefined;
}

/**
 * Puts the attempt on record. `false` when the lane is somebody else's now, the row was finished or withdrawn, or something
 * came that goes out before it: what was read is old, so the lane is looked at anew (another's lane does not hear of that).
 */
async function begin(deps: RelayDeps, turn: Turn, row: DueMessage): Promise<boolean> {
  const begun = await deps.store.messages.beginAttempt(turn.lane, turn.owner, [row.id]);
  if (begun && row.attempts === 0)
    deps.metrics.ownTime.observe(
      { direction: "out" },
      Math.max(0, deps.now().getTime() - Math.max(row.createdAt.getTime(), row.nextAt.getTime())) / 1000,
    );
  return begun;
}

async function attempt(
  deps: RelayDeps,
  turn: Turn,
  route: OutboundRoute,
  row: DueMessage,
  call: (leave: () => Promise<boolean>) => Promise<SendOutcome>,
): Promise<Drained | undefined> {
  let left: Promise<boolean> | undefined;
  const leave = (): Promise<boolean> => {
    left ??= begin(deps, turn, row);
    return left;
  };
  // Whoever waits for a turn says itself when the request leaves: what only waited was certainly not sent.
  if ((row.kind !== "message" || route.adapter.capabilities.paced !== true) && !(await leave()))
    return later(deps.now());
  let outcome: SendOutcome;
  try {
    outcome = await call(leave);
    if (left && !(await left)) return later(deps.now());
  } catch (error) {
    // Nothing leaves that could not be put on record.
    if (left && (await isRejected(left))) throw error;
    deps.log.error({ err: error, message: row.id, channel: route.adapter.id }, "a channel threw while sending");
    outcome = {
      kind: "uncertain",
      sentence: "It may have been delivered: an unexpected error happened while it was being sent.",
    };
  }
  switch (outcome.kind) {
    case "sent":
      await end(deps, row, {
        state: outcome.delivered === true ? "delivered" : "sent",
        externalIds: outcome.externalIds,
        ...(outcome.missed !== undefined && { error: outcome.missed }),
      });
      return undefined;
    case "refused":
      await end(deps, row, { state: "refused", error: outcome.sentence });
      return undefined;
    case "uncertain":
      await end(deps, row, {
        state: "uncertain",
        error: outcome.sentence,
        ...(outcome.externalIds && { externalIds: outcome.externalIds }),
      });
      return undefined;
    case "retry":
      return postpone(
        deps,
        row,
        Math.max(outcome.afterMs, outcome.afterMs > 0 ? 0 : backoff(row.attempts + 1)),
        outcome.sentence,
      );
    case "moved":
      return await follow(deps, route, row, outcome);
    case "account-down":
      await deps.store.accounts.update(row.portal, row.account, { connection: outcome.connection });
      return postpone(deps, row, ACCOUNT_DOWN_RETRY_MS, outcome.connection.sentence);
  }
}

const isRejected = (promise: Promise<unknown>): Promise<boolean> =>
  promise.then(
    () => false,
    () => true,
  );

/** The chat goes on under another id: a message is sent there at once, a change to one from before cannot be made. */
async function follow(
  deps: RelayDeps,
  { conversation }: OutboundRoute,
  row: DueMessage,
  { toChatId, idsEnd }: Extract<SendOutcome, { kind: "moved" }>,
): Promise<Drained | undefined> {
  const move = { from: conversation.externalChatId, to: toChatId, idsEnd };
  const moved = await deps.store.messages.applyMove(row.portal, row.account, move);
  for (const lane of moved.lanes) deps.dispatcher.wake(lane);
  if (moved.kind !== "unknown" && (row.kind === "message" || !idsEnd)) return postpone(deps, row, 0, MOVED);
  await end(deps, row, { state: "refused", error: row.kind === "message" ? MOVED_AWAY : MOVED_IDS });
  return undefined;
}

async function postpone(
  deps: RelayDeps,
  row: DueMessage,
  afterMs: number,
  error: string,
): Promise<Drained | undefined> {
  const now = deps.now();
  if (isTooOld(row.createdAt, now)) {
    await end(deps, row, { state: "failed", error: `Given up after a day of trying. ${error}` });
    return undefined;
  }
  const nextAt = new Date(now.getTime() + afterMs);
  await deps.store.messages.finish([{ message: row.id, result: { state: "stored", nextAt, error } }]);
  return later(nextAt);
}

/** Writes the ending. A bad one is told to its author by `report-deliveries.ts`, which finds it by its mark. */
async function end(deps: RelayDeps, row: DueMessage, result: MessageResult): Promise<void> {
  await deps.store.messages.finish([{ message: row.id, result }]);
  deps.metrics.delivered.inc({ direction: "out", state: result.state });
  deps.tally.ended(row, result, deps.now());
  if (row.origin.by !== "bot" || result.state === "sent" || result.state === "delivered") return;
  // Whoever talked to a bot has heard nothing: the inbound lane gives them to people.
  const lane = laneOf("in", row.conversation, row.portal);
  await deps.store.lanes.makeDue(lane);
  deps.dispatcher.wake(lane);
}

type Quoting =
  | { readonly kind: "ready"; readonly content: Content }
  | { readonly kind: "refused"; readonly sentence: string };

/** The channel needs its own id of the quoted message. */
async function withQuote(deps: RelayDeps, adapter: ChannelAdapter, row: Message, content: Content): Promise<Quoting> {
  const quote = content.quote;
  if (quote?.externalId === undefined) return { kind: "ready", content };
  // Our own pages name the message by our id, the portal by its own.
  const quoted =
    row.origin.by === "surface"
      ? await deps.store.messages.find(row.portal, messageId(quote.externalId))
      : await deps.store.messages.findByIm(row.portal, quote.externalId);
  const sentence = quoted && quoteRefusal(quoted);
  if (sentence !== undefined) return { kind: "refused", sentence };
  const externalId = quoted?.externalIds[0];
  if (externalId !== undefined) return { kind: "ready", content: { ...content, quote: { ...quote, externalId } } };
  const { externalId: _id, ...shown } = quote;
  const inWords = { ...content, quote: shown };
  // A channel without quotes makes words of them itself.
  return { kind: "ready", content: adapter.capabilities.quote ? quotedInWords(inWords) : inWords };
}
