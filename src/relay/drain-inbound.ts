import type { Message, NoticeKind } from "../domain/message.ts";
import { plainText } from "../domain/rich-text.ts";
import type { ConnectorMessage, ElementOutcome, LineAddress, PortalOutcome } from "../portal/contract.ts";
import type { LaneContents } from "../store/contract/lanes.ts";
import type { DueMessage, MessageResult } from "../store/contract/messages.ts";
import type { BotStand } from "./bots/desk.ts";
import { compareHistory, hasGap } from "./compare-history.ts";
import { type Element, groupAlbums, isSaying, saysNothing, toElement } from "./elements.ts";
import { fetchFiles } from "./files.ts";
import { attempt, conclude, finishAll } from "./inbound-outcomes.ts";
import { type InboundRoute, inboundRoute } from "./inbound-route.ts";
import { keepHere } from "./keep-here.ts";
import { isMirror, mirror, withoutMirror } from "./mirror.ts";
import { type Drained, earlier, IDLE, later, READ_AHEAD, type RelayDeps, type Turn } from "./ports.ts";
import { settleHead } from "./settle-inbound.ts";
import { sayIn } from "./speech.ts";
import { NOTHING_TO_SHOW } from "./wording.ts";
import { placeOurWords } from "./write-first.ts";

/** Messages packed into one command. More would make one command so long that others wait behind it. */
const PACK = 20;

type Change = (
  at: LineAddress,
  messages: readonly ConnectorMessage[],
  leave: () => Promise<boolean>,
) => Promise<PortalOutcome<readonly ElementOutcome[]>>;

/**
 * Customer -> portal, second half: delivers one conversation's rows in order.
 *
 * The attempt is on record directly before the request leaves and the outcome after it. Crash between: the row is found
 * `sending` under a lease that is now ours, nobody knows, so the line's history is asked (`settle-inbound.ts`); the lane
 * waits meanwhile, or order would break. The portal slow: the call runs, the lease is kept alive by its owner. Lying
 * (success outside, failure inside): every element's own word counts. Gone: pauses grow up to five minutes, for a day.
 */
export async function drainInbound(deps: RelayDeps, turn: Turn): Promise<Drained> {
  const { contents } = turn;
  const adapter = deps.channels.get(contents.account.channel);
  let bot = await deps.bots.look(contents, adapter);
  let delivered = await deliverAll(deps, turn, bot, contents);
  if (!adapter || !contents.portal.active) return delivered;
  const fetched = async (message: Message) => {
    const files = await fetchFiles(deps, message, contents.account, adapter);
    return files.kind === "ready" ? files.attachments : [];
  };
  let again = await deps.belonging.after(contents, adapter);
  let due = await deps.ownMode.after(contents, adapter, bot.talking);
  const talked = await deps.bots.talk(contents, adapter, fetched);
  if (talked === "over") {
    // People have it now, or it is closed: what was kept from the line goes there, and the queue begins.
    bot = await deps.bots.look(contents, adapter);
    delivered = await deliverAll(deps, turn, bot, await deps.store.lanes.read(turn.lane, READ_AHEAD));
    again = earliest(again, await deps.belonging.after(contents, adapter));
    due = await deps.ownMode.after(contents, adapter, bot.talking);
    await deps.bots.talk(contents, adapter, fetched);
  }
  const given =
    bot.takenBy !== undefined && delivered.kind === "idle" ? await deps.bots.giveInLine(contents) : undefined;
  const fires = await deps.triggers.after(contents, adapter);
  const next = talked instanceof Date ? talked : undefined;
  return [again, due, fires, next, given].map((at) => (at ? later(at) : IDLE)).reduce(earlier, delivered);
}

const earliest = (one: Date | undefined, other: Date | undefined): Date | undefined =>
  one && other ? new Date(Math.min(one.getTime(), other.getTime())) : (one ?? other);

async function deliverAll(
  deps: RelayDeps,
  turn: Turn,
  bot: BotStand,
  first: LaneContents | undefined,
): Promise<Drained> {
  const readAgain = () => deps.store.lanes.read(turn.lane, READ_AHEAD);
  for (let contents = first; ; contents = await readAgain()) {
    const [head] = contents?.rows ?? [];
    if (!contents || !head) return IDLE;
    const { rows } = contents;
    const held = await heldByBot(deps, bot, contents, head);
    if (held === "waits") return IDLE;
    if (held === "kept") continue;
    const route = inboundRoute(deps, contents);
    if (!route) {
      const step = await withoutLine(deps, contents, head);
      if (typeof step !== "number") return step;
      if (step === rows.length && rows.length < READ_AHEAD) return IDLE;
      continue;
    }

    if (isMirror(head)) {
      await placeOurWords(deps, contents, route.adapter, head);
      const step = await mirror(deps, turn, route, contents, head);
      if (typeof step !== "number") return step;
      if (step === rows.length && rows.length < READ_AHEAD) return IDLE;
      continue;
    }
    if (head.state === "sending" || head.state === "uncertain") {
      const drained = await settleHead(deps, route, rows);
      if (drained) return drained;
      continue;
    }
    if (head.nextAt > deps.now()) return later(head.nextAt);

    const step = await take(deps, turn, route, contents, head);
    if (typeof step !== "number") return step;
    // What was accepted since has made the lane due again, and giving the lease back tells: no need to look here.
    if (step === rows.length && rows.length < READ_AHEAD) return IDLE;
  }
}

/**
 * While a bot talks nothing goes into a line, and what it closed by itself goes into none later. Without a line of its own
 * the conversation is ours anyway.
 */
async function heldByBot(
  deps: RelayDeps,
  { talking, keptUpTo }: BotStand,
  { account, portal }: LaneContents,
  head: DueMessage,
): Promise<"waits" | "kept" | "free"> {
  if (account.line === undefined || !portal.active || head.state !== "stored") return "free";
  const isBots = isMirror(head) && head.origin.by === "bot";
  if (head.seq <= keptUpTo || (isBots && keptUpTo > 0 && !talking && (await isClosedByBot(deps, head, keptUpTo)))) {
    if (isMirror(head)) await withoutMirror(deps, head);
    else await finishAll(deps, [head], { state: "sent" });
    return "kept";
  }
  return talking ? "waits" : "free";
}

/** The bot's last words of what it closed stand behind what they answer. */
async function isClosedByBot({ store }: RelayDeps, head: DueMessage, keptUpTo: number): Promise<boolean> {
  const between = await store.messages.journal(head.portal, {
    ...{ conversation: head.conversation, after: keptUpTo, before: head.seq, direction: "in", limit: 1 },
  });
  return between.length === 0;
}

/** When to come back, or how many rows from the head are done. */
type Step = Drained | number;

/**
 * An account without a line: what its rules keep out of any line is done with here, for our own surfaces and the CRM; the
 * rest waits until it has one, and loses nothing.
 */
async function withoutLine(deps: RelayDeps, contents: LaneContents, head: DueMessage): Promise<Step> {
  const { account, conversation, portal } = contents;
  const adapter = deps.channels.get(account.channel);
  const isOff = !portal.active || !account.enabled || conversation.movedTo !== undefined;
  if (adapter && !isOff && account.line === undefined && isMirror(head)) {
    await placeOurWords(deps, contents, adapter, head);
    return withoutMirror(deps, head);
  }
  if (!adapter || isOff || account.line !== undefined || head.state !== "stored") return IDLE;
  if (head.nextAt > deps.now()) return later(head.nextAt);
  const isNew = isSaying(head) && !saysNothing(head);
  const rows = isNew ? takeTogether(contents.rows, deps.now()).flat() : [head];
  // Where the engine distributes nothing waits for a line.
  const waits = !(await deps.ownMode.isOn(account));
  const isForLine = isNew
    ? (await deps.belonging.before(contents, adapter, rows, waits)).line
    : await deps.belonging.goesToLine(contents, adapter, rows);
  return isForLine && waits ? IDLE : keepHere(deps, { account, adapter }, rows);
}

async function take(
  deps: RelayDeps,
  turn: Turn,
  route: InboundRoute,
  contents: LaneContents,
  head: DueMessage,
): Promise<Step> {
  if (!isSaying(head)) return change(deps, turn, route, head);
  if (!saysNothing(head)) return deliver(deps, turn, route, contents);
  await finishAll(deps, [head], { state: "sent" });
  return 1;
}

async function deliver(deps: RelayDeps, turn: Turn, route: InboundRoute, contents: LaneContents): Promise<Step> {
  const { rows } = contents;
  const [head] = rows;
  if (head && !route.conversation.open && opensNothing(head)) {
    // In Open Lines it would open a new chat about a closed one: it is for our own surfaces.
    await finishAll(deps, [head], { state: "sent" });
    return 1;
  }
  const groups = takeTogether(rows, deps.now());
  const { line } = await deps.belonging.before(contents, route.adapter, groups.flat());
  if (!line) return keepHere(deps, route, groups.flat());
  const elements: Element[] = [];
  for (const group of groups) {
    const prepared = await prepare(deps, route, group);
    if (prepared.kind === "retry") {
      if (elements.length > 0) break;
      const nextAt = new Date(deps.now().getTime() + prepared.afterMs);
      await finishAll(deps, group, { state: "stored", nextAt, error: prepared.sentence });
      return later(nextAt);
    }
    elements.push(prepared.element);
  }

  const sent = elements.flatMap((element) => element.rows);
  const leave = () => attempt(deps, turn, sent);
  const outcome = await route.lines.deliverMessages(
    route.at,
    elements.map((element) => element.message),
    leave,
  );
  if (outcome.kind !== "ok") return (await conclude(deps, sent, outcome)) ?? sent.length;

  const results = elements.flatMap((element, index) =>
    element.rows.map((row) => ({ message: row.id, result: elementResult(outcome.value[index]) })),
  );
  await deps.store.messages.finish(results);
  route.adapter.progressed?.(route.account, route.conversation.externalChatId);
  const account = { portal: route.account.portal, account: route.account.id };
  for (const { result } of results) {
    deps.metrics.delivered.inc({ direction: "in", state: result.state });
    deps.tally.ended({ ...account, direction: "in" }, result, deps.now());
  }
  await learn(deps, route, outcome.value);
  return sent.length;
}

/**
 * A rating is about the session that ended; that somebody blocked the bot, came or went, or that the chat moved, is nothing
 * to answer. A missed call is, and so is the press of a Start button.
 */
const opensNothing = ({ content }: Message): boolean =>
  content.site?.rating !== undefined || (content.notice !== undefined && SILENT.includes(content.notice));
const SILENT: readonly NoticeKind[] = ["joined", "left", "moved", "unsubscribed"];

/** From the head: texts up to a pack, or one element with files (the portal downloads those inside the call), as far as their time has come. */
function takeTogether(rows: readonly DueMessage[], now: Date): DueMessage[][] {
  const ready: DueMessage[] = [];
  for (const row of rows) {
    if (!isSaying(row) || saysNothing(row) || row.state !== "stored" || row.nextAt > now) break;
    ready.push(row);
  }
  const taken: DueMessage[][] = [];
  for (const group of groupAlbums(ready)) {
    const withFiles = group.some((row) => row.content.attachments.length > 0);
    if (withFiles && taken.length > 0) break;
    taken.push(group);
    if (withFiles || taken.length === PACK) break;
  }
  return taken;
}

type Prepared =
  | { readonly kind: "ready"; readonly element: Element }
  | { readonly kind: "retry"; readonly afterMs: number; readonly sentence: string };

async function prepare(deps: RelayDeps, route: InboundRoute, group: readonly DueMessage[]): Promise<Prepared> {
  const say = await sayIn(deps.speech, route.conversation.portal);
  const rows: DueMessage[] = [];
  for (const row of group) {
    if (row.content.attachments.length === 0) {
      rows.push(row);
      continue;
    }
    const fetched = await fetchFiles(deps, row, route.account, route.adapter);
    if (fetched.kind === "retry") return fetched;
    const text = [row.content.body.text, ...fetched.lost.map(say)].filter((part) => part !== "").join("\n");
    const body = fetched.lost.length === 0 ? row.content.body : { text, spans: row.content.body.spans };
    rows.push({ ...row, content: { ...row.content, body, attachments: fetched.attachments } });
  }
  const element = toElement(rows, {
    account: route.account,
    conversation: route.conversation,
    toBBCode: deps.toBBCode,
    link: deps.shelf.link,
    say,
  });
  if (element.message.message.text !== "" || element.message.message.files.length > 0)
    return { kind: "ready", element };
  // The portal refuses an element with neither text nor file; the agent should still see that something came.
  const message = {
    ...element.message,
    message: { ...element.message.message, text: deps.toBBCode(plainText(say(NOTHING_TO_SHOW))) },
  };
  return { kind: "ready", element: { rows: element.rows, message } };
}

/** Edits and deletions may be repeated, so an unclear outcome simply tries again. */
async function change(deps: RelayDeps, turn: Turn, route: InboundRoute, row: DueMessage): Promise<Step> {
  const target = row.target === undefined ? undefined : await deps.store.messages.find(row.portal, row.target);
  if (!target || target.state === "refused" || target.state === "failed") {
    await finishAll(deps, [row], { state: "refused", error: "The message that this changes was not delivered." });
    return 1;
  }
  // Never in the line, by the rules: nothing there is to be changed.
  if (route.conversation.imChatId === undefined && !route.conversation.open) return keepHere(deps, route, [row]);
  const say = await sayIn(deps.speech, row.portal);
  const { message } = toElement([asChangeOf(target, row)], {
    account: route.account,
    conversation: route.conversation,
    toBBCode: deps.toBBCode,
    link: deps.shelf.link,
    say,
  });
  const send: Change = row.kind === "edit" ? route.lines.updateMessages : route.lines.deleteMessages;
  const outcome = await send(route.at, [message], () => attempt(deps, turn, [row]));
  if (outcome.kind !== "ok") return (await conclude(deps, [row], outcome)) ?? 1;
  await finishAll(deps, [row], elementResult(outcome.value[0]));
  return 1;
}

/** The target as it is to stand there now. Whoever wrote it is named again: the portal finds a group's message by author. */
function asChangeOf(target: Message, row: DueMessage): Message {
  const { author, forwarded, quote } = target.content;
  return {
    ...target,
    kind: row.kind,
    content: {
      ...row.content,
      attachments: [],
      ...(author && { author }),
      ...(forwarded && { forwarded }),
      ...(quote && { quote }),
    },
  };
}

function elementResult(element: ElementOutcome | undefined): MessageResult {
  if (element?.kind === "ok") return { state: "sent" };
  if (element?.kind === "refused") return { state: "refused", error: element.sentence };
  return { state: "uncertain", error: "The portal did not say what became of this message." };
}

async function learn(deps: RelayDeps, route: InboundRoute, elements: readonly ElementOutcome[]): Promise<void> {
  const { conversation } = route;
  const told = elements.findLast((element) => element.kind === "ok");
  if (told?.kind !== "ok") return;
  const { chatId, sessionId, portalUserId } = told;
  const news =
    (chatId !== undefined && chatId !== conversation.imChatId) ||
    (sessionId !== undefined && sessionId !== conversation.sessionId) ||
    !conversation.open;
  if (!news) return;
  await deps.store.conversations.learn(conversation.portal, conversation.id, {
    ...(chatId !== undefined && { imChatId: chatId }),
    ...(sessionId !== undefined && { sessionId }),
    ...(portalUserId !== undefined && conversation.group !== true && { portalUserId }),
    open: true,
  });
  // Only now can the portal be asked about this chat; replies may stand there that never reached us.
  const placed = { ...conversation, ...(chatId !== undefined && { imChatId: chatId }) };
  if (conversation.imChatId === undefined && hasGap(route.gapAt, placed))
    await compareHistory(deps, route.lines, placed);
}
