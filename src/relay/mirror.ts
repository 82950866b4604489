/**
 * What agents write on our own pages, put into the line under their names (`AgentVoice` of `portal/contract.ts`).
 *
 * A mirror is a row of the customer's lane, so the line shows both sides in the order in which they were kept. The attempt
 * is on record before the request leaves; the portal's event of it may come before the answer, after a crash, twice or
 * never, and ends the mirror just as the answer does (`end_mirror`), so that either finds it done.
 *
 * Crash or a lost answer in between: the line's history is asked, and what is not there is said again. A history that may
 * not be read leaves it uncertain, and the conversation goes on: nothing is lost for the customer by that, or, where the
 * line is the way to the channel, the agent is told. A chat that is closed is reopened by the agent's own right, as it is
 * when they write in the line itself; where the portal does not let them, it is said when the customer opens it.
 */
import { authorOf, isAutomatic, type Message } from "../domain/message.ts";
import type { AgentWords, PortalOutcome, Said } from "../portal/contract.ts";
import type { LaneContents } from "../store/contract/lanes.ts";
import type { DueMessage, MirrorEnd } from "../store/contract/messages.ts";
import { isTooOld } from "./backoff.ts";
import { echoOf } from "./echoes.ts";
import { isSaying, saysNothing, toElement } from "./elements.ts";
import { attempt, conclude } from "./inbound-outcomes.ts";
import type { InboundRoute } from "./inbound-route.ts";
import { type Drained, IDLE, later, type RelayDeps, type Turn } from "./ports.ts";
import { historyOf, SETTLE_MS } from "./settle-inbound.ts";
import { sayIn } from "./speech.ts";

/** A chat of a line with what is to be put right in it. */
interface Mirroring {
  readonly deps: RelayDeps;
  readonly route: InboundRoute;
  readonly row: DueMessage;
  /** What the mirror is of: a message, or a change to one. */
  readonly target: Message;
}

const ASK_AGAIN_MS = 5_000;
const CLOSED = "The chat in the line is closed, and Bitrix24 does not let you reopen it. The message was not sent.";

export const isMirror = (row: Message): boolean => row.kind === "mirror";

/** An account without a line: there is nothing to put it into. Answers how many rows are done. */
export async function withoutMirror(deps: RelayDeps, row: DueMessage): Promise<number> {
  if (row.target !== undefined) await end(deps, row, { state: "sent" });
  return 1;
}

/** @returns when to come back, or how many rows from the head are done */
export async function mirror(
  deps: RelayDeps,
  turn: Turn,
  route: InboundRoute,
  contents: LaneContents,
  row: DueMessage,
): Promise<Drained | number> {
  const target = row.target === undefined ? undefined : await deps.store.messages.find(row.portal, row.target);
  // Deleted by age meanwhile.
  if (!target) {
    await deps.store.messages.finish([{ message: row.id, result: { state: "sent" } }]);
    return 1;
  }
  const at: Mirroring = { deps, route, row, target };
  if (row.state === "sending" || row.state === "uncertain") return (await settle(at)) ?? 1;
  if (row.nextAt > deps.now()) return later(row.nextAt);
  if (target.kind === "message") return say(at, turn, contents);
  return change(at, turn);
}

async function say(at: Mirroring, turn: Turn, contents: LaneContents): Promise<Drained | number> {
  const { deps, route, row, target } = at;
  if (target.imMessageId !== undefined) return done(at);
  // What waited for its chat to open and came to nothing meanwhile is no news to anybody.
  if (isAutomatic(target.origin) && (target.state === "failed" || target.state === "refused")) return done(at);
  const { conversation } = route;
  const isKeptOut =
    conversation.imChatId === undefined &&
    !conversation.open &&
    !(await deps.belonging.goesToLine(contents, route.adapter, [target]));
  if (isKeptOut) return done(at);
  if (!(await mayBeSaid(at, contents))) {
    if (route.lines.agents.way === "messenger" && !isAutomatic(target.origin)) return giveUp(at, CLOSED);
    // Due again with the customer's next message, which opens the chat.
    return IDLE;
  }
  const words = await wordsOf(at, target);
  return carryOut(at, await route.lines.agents.say(route.at, words, () => attempt(deps, turn, [row])));
}

/** Whoever writes in the line takes the chat, and reopens it; so does who writes here. `false`: it is closed, and stays so. */
async function mayBeSaid({ deps, route, target }: Mirroring, contents: LaneContents): Promise<boolean> {
  const now = (await deps.store.conversations.find(target.portal, target.conversation)) ?? route.conversation;
  const chat = now.imChatId;
  const author = writerOf(target) ?? (await nextWriter({ deps, target }, contents));
  // A robot writes to many: it opens no chat, and is said where somebody else has one, or before whatever opens it.
  if (isAutomatic(target.origin) && !(now.open && chat !== undefined) && author === undefined)
    return contents.rows.some((row) => isSaying(row) && !saysNothing(row));
  // The first words of a chat open it, and so do the customer's, which follow in this run.
  if (chat === undefined || author === undefined) return true;
  const chats = deps.portals.chatsOf(target.portal, author);
  if (now.open && now.accepted) {
    // Who speaks by the messenger must be in the chat.
    if (now.operator !== author && route.lines.agents.way === "messenger") await chats.act(chat, { kind: "join" });
    return true;
  }
  if (!now.open && contents.rows.some((row) => isSaying(row) && !saysNothing(row))) return true;
  const outcome = await chats.act(chat, { kind: now.open ? "accept" : "reopen" });
  if (outcome.kind === "refused" || outcome.kind === "unauthorised") return now.open;
  if (outcome.kind !== "ok") return true;
  const look = await chats.look(chat);
  await deps.store.conversations.learn(target.portal, target.conversation, {
    ...(look.kind === "ok" && look.value.sessionId !== undefined && { sessionId: look.value.sessionId }),
    ...{ open: true, operator: author, accepted: true },
  });
  return true;
}

const writerOf = ({ origin }: Message): string | undefined =>
  origin.by === "open-line" ? undefined : authorOf(origin);

/** Of what nobody wrote: the agent whose words stand behind it in the lane, and who takes the chat by them. */
async function nextWriter(
  { deps, target }: Pick<Mirroring, "deps" | "target">,
  contents: LaneContents,
): Promise<string | undefined> {
  if (!isAutomatic(target.origin)) return undefined;
  for (const row of contents.rows) {
    const said = isMirror(row) && row.target !== undefined && (await deps.store.messages.find(row.portal, row.target));
    const author = said ? writerOf(said) : undefined;
    if (author !== undefined) return author;
  }
  return undefined;
}

/** In whose name it stands in the line. What nobody wrote: in the name of whoever has the chat, or who installed the application. */
async function speakerOf({ deps, route, target }: Mirroring): Promise<string> {
  const writer = writerOf(target);
  if (writer !== undefined || !isAutomatic(target.origin)) return writer ?? "";
  const { operator } = (await deps.store.conversations.find(target.portal, target.conversation)) ?? route.conversation;
  return operator ?? (await deps.store.portals.find(target.portal))?.userId ?? "";
}

/** What was changed, or taken back. Of what the line never had there is nothing to change. */
async function change(at: Mirroring, turn: Turn): Promise<Drained | number> {
  const { deps, route, row, target } = at;
  const said = target.target === undefined ? undefined : await deps.store.messages.find(target.portal, target.target);
  if (!said || route.conversation.imChatId === undefined) return done(at);
  const { agents } = route.lines;
  const make = target.kind === "delete" ? agents.withdraw : agents.change;
  return carryOut(at, await make(route.at, await wordsOf(at, said), () => attempt(deps, turn, [row])));
}

/** The words of a message as they are now, in the name of whoever wrote this. */
async function wordsOf(at: Mirroring, said: Message): Promise<AgentWords> {
  const { deps, route, target } = at;
  const { account, conversation } = route;
  const { message } = toElement([said], {
    ...{ account, conversation, toBBCode: deps.toBBCode, link: deps.shelf.link },
    say: await sayIn(deps.speech, said.portal),
  });
  const isOurs = said.origin.by !== "open-line";
  return {
    authorId: await speakerOf(at),
    ...(isAutomatic(target.origin) && { automatic: true }),
    // What was written in the line itself carries the id that its delivery was reported with.
    message: {
      ...message,
      message: { ...message.message, id: isOurs ? said.id : (said.externalIds[0] ?? said.id) },
    },
    ...(conversation.imChatId !== undefined && { imChatId: conversation.imChatId }),
    ...(said.imMessageId !== undefined && { imMessageId: said.imMessageId }),
  };
}

async function carryOut(at: Mirroring, outcome: PortalOutcome<Said>): Promise<Drained | number> {
  const { deps, row, target } = at;
  if (outcome.kind !== "ok") {
    if (outcome.kind !== "withdrawn" && isTooOld(row.createdAt, deps.now()))
      return giveUp(at, outcome.sentence, "failed");
    return (await conclude(deps, [row], outcome)) ?? 1;
  }
  const said = outcome.value;
  if (said.kind === "refused") {
    deps.log.warn({ message: target.id, code: said.code }, "the line did not take what an agent wrote on our page");
    return giveUp(at, said.sentence);
  }
  const { imMessageId } = said;
  const imChatId = said.chatId ?? at.route.conversation.imChatId;
  await end(deps, row, {
    state: "sent",
    ...(imMessageId !== undefined && { imMessageId }),
    ...(imChatId !== undefined && { imChatId }),
  });
  await deps.store.conversations.learn(target.portal, target.conversation, {
    ...(said.chatId !== undefined && { imChatId: said.chatId }),
    ...(said.sessionId !== undefined && { sessionId: said.sessionId }),
    ...(target.kind === "message" && !at.route.conversation.open && { open: true }),
  });
  return 1;
}

/** Ends the doubt about an attempt whose answer was lost. `undefined`: it is decided. */
async function settle(at: Mirroring): Promise<Drained | undefined> {
  const { deps, route, row, target } = at;
  const now = deps.now();
  const again = (sentence: string) =>
    deps.store.messages.finish([{ message: row.id, result: { state: "stored", nextAt: now, error: sentence } }]);
  if (target.kind !== "message") {
    await again("Interrupted; changes may be made again.");
    return later(now);
  }
  if (target.imMessageId !== undefined) {
    await done(at);
    return undefined;
  }
  if (row.state === "uncertain" && row.nextAt > now) return later(row.nextAt);
  const settleBy = row.settleBy ?? new Date((row.attemptedAt ?? now).getTime() + SETTLE_MS);
  const of = historyOf((await deps.store.conversations.find(row.portal, row.conversation)) ?? route.conversation);
  const history = of && (await route.lines.history(of));
  if (history?.kind !== "ok" && !isPassing(history)) {
    await giveUp(
      at,
      "It may stand in the line twice or not at all: the connection broke, and its history cannot be read.",
      "uncertain",
    );
    return undefined;
  }
  const found = history.kind === "ok" && (await findIn(at, history.value));
  if (found) {
    await end(deps, row, { state: "sent", imMessageId: found.id, imChatId: found.chatId });
    return undefined;
  }
  if (history.kind === "ok" && now >= settleBy) {
    await again("The line's history shows that it is not there; said again.");
    return later(now);
  }
  const nextAt = new Date(now.getTime() + ASK_AGAIN_MS);
  const error = "The portal may still be working on it.";
  await deps.store.messages.finish([{ message: row.id, result: { state: "uncertain", error, settleBy, nextAt } }]);
  return later(nextAt);
}

type History = Awaited<ReturnType<InboundRoute["lines"]["history"]>>;
const isPassing = (
  history: History | undefined,
): history is Exclude<History, { kind: "ok" | "refused" | "uncertain" | "withdrawn" }> =>
  history?.kind === "throttled" || history?.kind === "unreachable" || history?.kind === "unauthorised";

/** What the line shows of it, if it does: none of the messages that are known here already. */
async function findIn({ deps, row, target }: Mirroring, history: Extract<History, { kind: "ok" }>["value"]) {
  const told = history.filter((message) => !message.fromCustomer && !message.system);
  const known = await deps.store.messages.knownByIm(
    row.portal,
    told.map(({ id, date }) => ({ id, at: date })),
  );
  const ours = [{ message: target, saidAt: row.attemptedAt ?? row.createdAt }];
  return told.find(({ id, authorId, text, fileCount, date, externalIds }) => {
    if (known.has(id)) return false;
    const heard = { authorId, text: deps.fromBBCode(text).text, files: fileCount, at: date, externalIds };
    return echoOf(ours, heard, deps) !== undefined;
  });
}

async function done({ deps, row }: Mirroring): Promise<number> {
  await end(deps, row, { state: "sent" });
  return 1;
}

async function giveUp(
  { deps, row }: Mirroring,
  error: string,
  state: "refused" | "failed" | "uncertain" = "refused",
): Promise<number> {
  await end(deps, row, { state, error });
  return 1;
}

async function end(deps: RelayDeps, row: DueMessage, how: MirrorEnd): Promise<void> {
  if (row.target === undefined) return;
  const ended = await deps.store.messages.endMirror(row.portal, row.target, how);
  if (ended.due !== undefined) deps.dispatcher.wake(ended.due);
}
