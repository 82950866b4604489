import { createHash } from "node:crypto";
import type { tl } from "@mtcute/core";
import type { Customer } from "../../domain/conversation.ts";
import { plainText } from "../../domain/rich-text.ts";
import type { ChannelEvent, ChatMoved, MessageReceived } from "../contract/events.ts";
import type { PersonSettings } from "./about.ts";
import type { Budget } from "./budget.ts";
import type { People } from "./client.ts";
import { type Ledger, printOfMessage } from "./ledger.ts";
import { channelMark, customerOf, groupOf, markedOf, TELEGRAM_ITSELF } from "./peers.ts";
import { readContent, readNotice } from "./read-content.ts";

/**
 * One update of Telegram as events in neutral words. Runs in the account's inbox, one after the other; unknown kinds
 * give none. Keys are made of the message's own numbers, so that news which comes again (after a crash, by a gap that
 * was filled) is recognised.
 *
 * Left out: bots (two that answer each other never stop), broadcast channels, the account's notes to itself, and
 * Telegram's own notices, which hold the sign-in codes of the account.
 */
export interface ReadContext {
  readonly self: number;
  readonly settings: PersonSettings;
  readonly ledger: Ledger;
  readonly budget: Budget;
  now(): number;
}

export async function readUpdate(update: tl.TypeUpdate, people: People, context: ReadContext): Promise<ChannelEvent[]> {
  switch (update._) {
    case "updateNewMessage":
    case "updateNewChannelMessage":
      return await readMessage(update.message, people, context);
    case "updateEditMessage":
    case "updateEditChannelMessage":
      return await readEdit(update.message, people, context);
    case "updateDeleteMessages":
      return await readDeletions(update.messages, undefined, context);
    case "updateDeleteChannelMessages":
      return await readDeletions(update.messages, channelMark(update.channelId), context);
    case "updateReadHistoryOutbox":
      return await readReceipts(markedOf(update.peer), update.maxId, context);
    case "updateReadChannelOutbox":
      return await readReceipts(channelMark(update.channelId), update.maxId, context);
    case "updateMessageReactions":
      return await readReaction(update, people, context);
    default:
      return [];
  }
}

interface Chat {
  readonly chatId: number;
  readonly customer: Customer;
  readonly group: boolean;
}

/** The chat that a message belongs to; `undefined` when it is none that is relayed. */
function chatOf(peer: tl.TypePeer, people: People, context: ReadContext): Chat | undefined {
  const chatId = markedOf(peer);
  if (peer._ === "peerUser") {
    if (chatId === context.self || chatId === TELEGRAM_ITSELF) return undefined;
    const user = people.user(chatId);
    if (user?.bot || user?.support) return undefined;
    return { chatId, customer: user ? customerOf(user) : { externalId: String(chatId) }, group: false };
  }
  if (!context.settings.groups) return undefined;
  const chat = people.chat(peer._ === "peerChat" ? peer.chatId : peer.channelId);
  if (chat?._ === "channel" && chat.broadcast) return undefined;
  return { chatId, customer: groupOf(chatId, chat), group: true };
}

/** Who wrote in a group. Without a sender it is the group itself (an administrator who does not show). */
function authorOf(message: tl.RawMessage | tl.RawMessageService, chat: Chat, people: People): Customer | undefined {
  if (!chat.group || message.out) return undefined;
  const from = message.fromId;
  if (!from) return undefined;
  const id = markedOf(from);
  if (from._ !== "peerUser") return groupOf(id, people.chat(from._ === "peerChat" ? from.chatId : from.channelId));
  const user = people.user(id);
  return user ? customerOf(user) : { externalId: String(id) };
}

async function readMessage(message: tl.TypeMessage, people: People, context: ReadContext): Promise<ChannelEvent[]> {
  if (message._ === "messageEmpty") return [];
  const chat = chatOf(message.peerId, people, context);
  if (!chat) return [];
  const common = await commonOf(message, chat, context);
  const author = authorOf(message, chat, people);
  if (message._ === "messageService") {
    const moved = readMove(message, chat);
    if (moved) return [moved];
    const notice = readNotice(message, people);
    if (!notice) return [];
    const content = { body: plainText(notice.sentence), attachments: [], notice: notice.kind };
    return [{ ...common, content: { ...content, ...(author && { author }) } }];
  }
  if (message.out) {
    if (await context.ledger.owns(chat.chatId, message.id, printOfMessage(message))) return [];
  } else if (!chat.group) {
    await context.budget.markWarm(chat.chatId);
  }
  const content = readContent(message, people);
  return [
    {
      ...common,
      content: { ...content, ...(author && { author }) },
      ...(message.groupedId && { album: message.groupedId.toString() }),
      ...(message.out && { fromDevice: true }),
    },
  ];
}

/** A basic group became a supergroup: its last message says so, and the first of the new one. Numbers begin anew there. */
function readMove({ action, date }: tl.RawMessageService, { chatId }: Chat): ChatMoved | undefined {
  if (action._ === "messageActionChatMigrateTo") return movedTo(chatId, channelMark(action.channelId), date);
  if (action._ === "messageActionChannelMigrateFrom") return movedTo(-action.chatId, chatId, date);
  return undefined;
}

function movedTo(from: number, to: number, date: number): ChatMoved {
  return {
    kind: "moved",
    key: `g:${from}:${to}`,
    chatId: String(from),
    at: new Date(date * 1_000),
    toChatId: String(to),
    idsEnd: true,
  };
}

async function commonOf(
  message: tl.RawMessage | tl.RawMessageService,
  { chatId, customer, group }: Chat,
  { ledger }: ReadContext,
): Promise<Omit<MessageReceived, "content">> {
  await ledger.note(message.id, chatId);
  return {
    kind: "message",
    key: `m:${chatId}:${message.id}`,
    chatId: String(chatId),
    at: new Date(message.date * 1_000),
    customer,
    externalId: String(message.id),
    ...(group && { group: true }),
  };
}

async function readEdit(message: tl.TypeMessage, people: People, context: ReadContext): Promise<ChannelEvent[]> {
  // Telegram also "edits" for reactions, previews of links and polls (`edit_hide`, or no date), and every few seconds
  // while somebody shares where they are.
  if (message._ !== "message" || message.editDate === undefined || message.editHide) return [];
  if (message.media?._ === "messageMediaGeoLive") return [];
  const chat = chatOf(message.peerId, people, context);
  if (!chat) return [];
  const ours = message.out ? context.ledger.printOf(chat.chatId, message.id) : undefined;
  if (ours !== undefined) return await readEditOfOurs(message, message.editDate, ours, chat, people, context);
  const author = authorOf(message, chat, people);
  const content = { ...readContent(message, people), ...(author && { author }) };
  const print = createHash("sha256").update(JSON.stringify(content.body)).digest("hex").slice(0, 16);
  return [
    {
      kind: "edit",
      // Two edits within one second have the same date; the text tells them apart.
      key: `e:${chat.chatId}:${message.id}:${message.editDate}-${print}`,
      chatId: String(chat.chatId),
      at: new Date(message.editDate * 1_000),
      customer: chat.customer,
      externalId: String(message.id),
      content,
    },
  ];
}

/**
 * The person changed on their phone what an agent wrote. The line cannot show that in the agent's own message, so it is told
 * as the person's words. Our own edits come back too, by a filled gap or another device: they say what we know already.
 */
async function readEditOfOurs(
  message: tl.RawMessage,
  editDate: number,
  known: string,
  chat: Chat,
  people: People,
  { ledger }: ReadContext,
): Promise<ChannelEvent[]> {
  const print = printOfMessage(message);
  if (print === known) return [];
  await ledger.edited(chat.chatId, message.id, print);
  const { body } = readContent(message, people);
  const begin = "Changed the message to: ";
  const spans = body.spans.map((span) => ({ ...span, start: span.start + begin.length, end: span.end + begin.length }));
  return [
    {
      kind: "message",
      key: `o:${chat.chatId}:${message.id}:${editDate}-${print}`,
      chatId: String(chat.chatId),
      at: new Date(editDate * 1_000),
      customer: chat.customer,
      externalId: `${message.id}-changed-${editDate}`,
      content: {
        body: { text: `${begin}${body.text}`, spans },
        attachments: [],
        quote: { externalId: String(message.id) },
      },
      ...(chat.group && { group: true }),
      fromDevice: true,
    },
  ];
}

async function readDeletions(
  ids: readonly number[],
  channel: number | undefined,
  { ledger, settings, now }: ReadContext,
): Promise<ChannelEvent[]> {
  const events: ChannelEvent[] = [];
  for (const id of ids) {
    const chatId = channel ?? (await ledger.chatOf(id));
    if (chatId === undefined || (chatId < 0 && !settings.groups)) continue;
    events.push({
      kind: "delete",
      key: `d:${chatId}:${id}`,
      chatId: String(chatId),
      at: new Date(now()),
      externalId: String(id),
    });
  }
  return events;
}

async function readReceipts(chatId: number, maxId: number, { ledger, now }: ReadContext): Promise<ChannelEvent[]> {
  const read = await ledger.readUpTo(chatId, maxId);
  if (read.length === 0) return [];
  return [
    {
      kind: "receipt",
      key: `r:${chatId}:${maxId}`,
      chatId: String(chatId),
      at: new Date(now()),
      externalIds: read.map(String),
      state: "read",
    },
  ];
}

async function readReaction(
  update: tl.RawUpdateMessageReactions,
  people: People,
  context: ReadContext,
): Promise<ChannelEvent[]> {
  const chat = chatOf(update.peer, people, context);
  if (!chat) return [];
  const others = (update.reactions.recentReactions ?? []).filter(
    (one) => !one.my && markedOf(one.peerId) !== context.self,
  );
  const [latest] = others.toSorted((a, b) => b.date - a.date);
  // Who took a reaction off is not told; in a private chat it can only be the other one.
  if (chat.group && !latest) return [];
  const emoji = latest?.reaction._ === "reactionEmoji" ? latest.reaction.emoticon : "";
  const by = latest && latest.peerId._ === "peerUser" ? people.user(latest.peerId.userId) : undefined;
  const date = latest?.date ?? Math.floor(context.now() / 1_000);
  return [
    {
      kind: "reaction",
      key: `x:${chat.chatId}:${update.msgId}:${date}:${latest ? `${markedOf(latest.peerId)}:${emoji}` : ""}`,
      chatId: String(chat.chatId),
      at: new Date(date * 1_000),
      customer: chat.group && by ? customerOf(by) : chat.customer,
      externalId: String(update.msgId),
      emoji,
    },
  ];
}
