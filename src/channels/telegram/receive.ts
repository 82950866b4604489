import { createHash, timingSafeEqual } from "node:crypto";
import type { Account } from "../../domain/account.ts";
import type { Customer } from "../../domain/conversation.ts";
import type { Content } from "../../domain/message.ts";
import { plainText } from "../../domain/rich-text.ts";
import type { ChannelEvent, ChatMoved } from "../contract/events.ts";
import type { ChannelRequest, Received } from "../contract.ts";
import { realName, storableText } from "../shared/clean-text.ts";
import { nameOfChat } from "./chat-ref.ts";
import { personName, readContent } from "./inbound-content.ts";
import {
  businessRemovalSchema,
  type ChatIn,
  type MessageIn,
  memberChangeSchema,
  messageSchema,
  reactionSchema,
  type UserIn,
  updateSchema,
} from "./schemas.ts";
import { type Told, toldBy, toldByChange } from "./service.ts";
import { greetingFor } from "./welcome.ts";

/**
 * Telegram's webhook. Pure and synchronous: nothing to crash in. Telegram repeats an update until it is answered with
 * 2xx, so the same one may come twice or after a later one of another chat; keys made of the message's own ids (and not
 * of the update's number, which differs between webhook and polling after a re-registration) make that harmless.
 * A body that is not JSON is refused, an update that is not understood is accepted: refusing it would make Telegram
 * repeat it and hold back everything that the same chat sends after it.
 */

const SECRET_HEADER = "x-telegram-bot-api-secret-token";

export function receive(request: ChannelRequest, account: Account): Received {
  if (!provesItself(request, account)) {
    return { kind: "rejected", status: 401, reason: "The request does not carry this account's secret token." };
  }
  if (request.method !== "POST") return { kind: "rejected", status: 400, reason: "Telegram sends updates by POST." };
  const update = parseUpdate(request.rawBody);
  if (!update) return { kind: "rejected", status: 400, reason: "The body is not a Telegram update." };
  const greeting = greetingFor(account, update);
  return {
    kind: "accepted",
    events: readUpdate(update),
    ...(greeting && {
      answer: { contentType: "application/json", body: JSON.stringify({ method: "sendMessage", ...greeting }) },
    }),
  };
}

function provesItself(request: ChannelRequest, account: Account): boolean {
  const given = request.headers[SECRET_HEADER];
  // An account without a secret would let everybody in.
  if (typeof given !== "string" || account.webhookSecret === "") return false;
  // Digests have one length, which `timingSafeEqual` asks for and which hides the secret's own.
  return timingSafeEqual(digest(given), digest(account.webhookSecret));
}

function digest(value: string): Buffer {
  return createHash("sha256").update(value).digest();
}

function parseUpdate(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body.toString("utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const parsed = updateSchema.safeParse(json);
  return parsed.success ? parsed.data : undefined;
}

/** The events of one update, as webhook and polling give them. Unknown kinds give none. */
export function readUpdate(update: Readonly<Record<string, unknown>>): ChannelEvent[] {
  const message = update.message ?? update.business_message;
  if (isRecord(message)) return readMessage(message, "message");
  const edited = update.edited_message ?? update.edited_business_message;
  if (isRecord(edited)) return readMessage(edited, "edit");
  if (isRecord(update.message_reaction)) return readReaction(update.message_reaction);
  if (isRecord(update.my_chat_member)) return readMemberChange(update.my_chat_member);
  if (isRecord(update.deleted_business_messages)) return readRemovals(update.deleted_business_messages);
  return [];
}

function readMessage(raw: Readonly<Record<string, unknown>>, kind: "message" | "edit"): ChannelEvent[] {
  const parsed = messageSchema.safeParse(raw);
  if (!parsed.success) return [];
  const message = parsed.data;
  const business = message.business_connection_id;
  // Connections are broken where they should name a chat: better none than the bot's own chat of that number.
  if (business === undefined && "business_connection_id" in raw) return [];
  // What we sent ourselves for a business account comes back as news of that account.
  if (message.sender_business_bot || !isTalk(message.chat)) return [];
  if (message.migrate_from_chat_id !== undefined)
    return [movedFrom(message.migrate_from_chat_id, message.chat.id, message)];
  const author = readAuthor(message);
  const told = toldBy(message);
  const content = told ? contentOf(told) : author && readContent(message, raw);
  if (!author || !content) return [];
  const common = { ...placeOf(message, author), externalId: String(message.message_id) };
  const { chatId, externalId } = common;
  const inGroup = message.chat.type !== "private";
  const full: Content = inGroup ? { ...content, author } : content;
  if (message.migrate_to_chat_id !== undefined)
    return readMove(message, message.migrate_to_chat_id, common.customer, full);
  if (kind === "message") {
    const album = message.media_group_id;
    const fromDevice = business !== undefined && message.from?.id !== message.chat.id;
    return [
      {
        kind,
        key: `m:${chatId}:${externalId}`,
        at: seconds(message.date),
        ...common,
        content: full,
        ...(album && { album }),
        ...(inGroup && { group: true }),
        ...(fromDevice && { fromDevice: true }),
      },
    ];
  }
  // A live location is edited every few seconds, with nothing in it that an agent would read again.
  if (message.location?.live_period !== undefined) return [];
  const edited = message.edit_date ?? message.date;
  // Two edits within one second have the same date; the content tells them apart.
  const key = `e:${chatId}:${externalId}:${edited}-${fingerprint(full)}`;
  return [{ kind, key, at: seconds(edited), ...common, content: full }];
}

/**
 * A group became a supergroup: the last message of the old chat and the first of the new one tell it, in any order. The
 * conversation goes on under the new number, and says so once.
 */
function readMove(message: MessageIn, to: number, customer: Customer, content: Content): ChannelEvent[] {
  const moved = movedFrom(message.chat.id, to, message);
  const externalId = `moved-${message.chat.id}`;
  return [
    moved,
    {
      kind: "message",
      key: `m:${moved.chatId}:${message.message_id}`,
      chatId: moved.toChatId,
      at: moved.at,
      customer: { ...customer, externalId: moved.toChatId },
      externalId,
      content,
      group: true,
    },
  ];
}

/** Messages of a supergroup are numbered from 1 anew (core.telegram.org/api/channel#migration). */
function movedFrom(from: number, to: number, { date }: MessageIn): ChatMoved {
  return {
    kind: "moved",
    key: `g:${from}:${to}`,
    chatId: String(from),
    at: seconds(date),
    toChatId: String(to),
    idsEnd: true,
  };
}

const isTalk = (chat: ChatIn): boolean => ["private", "group", "supergroup"].includes(chat.type);

/** Whose conversation it is: the person's, or the group's as a whole. */
function placeOf(message: MessageIn, author: Customer): { readonly chatId: string; readonly customer: Customer } {
  const { chat, business_connection_id: business, from } = message;
  const chatId = nameOfChat(chat.id, business);
  if (chat.type !== "private") return { chatId, customer: chatAsCustomer(chat) };
  // By the business owner's own hand: the customer is the one they wrote to.
  return { chatId, customer: business !== undefined && from?.id !== chat.id ? personOfChat(chat) : author };
}

function chatAsCustomer(chat: ChatIn): Customer {
  const name = realName(chat.title);
  return { externalId: String(chat.id), ...(name && { name }), ...(chat.username && publicName(chat.username)) };
}

function personOfChat(chat: ChatIn): Customer {
  const { name, lastName } = personName({ ...chat, is_bot: false, language_code: undefined });
  return {
    externalId: String(chat.id),
    ...(name && { name }),
    ...(lastName && { lastName }),
    ...(chat.username && publicName(chat.username)),
  };
}

const contentOf = ({ notice, sentence, start }: Told): Content => ({
  body: plainText(sentence),
  attachments: [],
  notice,
  ...(start !== undefined && { site: { start } }),
});

/**
 * Telegram tells reactions in private chats by themselves, in groups to bots that are administrators. A picture of
 * somebody's own, or a paid star, has no emoji; that there is one is told all the same.
 */
function readReaction(raw: Readonly<Record<string, unknown>>): ChannelEvent[] {
  const parsed = reactionSchema.safeParse(raw);
  if (!parsed.success || !isTalk(parsed.data.chat)) return [];
  const { chat, user, actor_chat: actor, date, message_id: id, new_reaction: now, old_reaction: before } = parsed.data;
  const person = user && !user.is_bot ? personAsCustomer(user) : undefined;
  const customer = actor ? chatAsCustomer(actor) : person;
  if (!customer) return [];
  const [first] = now;
  const emoji = first === undefined ? "" : (first.emoji ?? (first.type === "paid" ? "⭐" : "✨"));
  const chatId = nameOfChat(chat.id, undefined);
  const key = `r:${chatId}:${id}:${customer.externalId}:${date}-${fingerprint([before, now])}`;
  return [
    { kind: "reaction", key, chatId, at: seconds(date), customer, externalId: String(id), emoji: storableText(emoji) },
  ];
}

function readMemberChange(raw: Readonly<Record<string, unknown>>): ChannelEvent[] {
  const parsed = memberChangeSchema.safeParse(raw);
  if (!parsed.success || !isTalk(parsed.data.chat)) return [];
  const { chat, from, date } = parsed.data;
  const told = toldByChange(parsed.data);
  if (!told) return [];
  const author = personAsCustomer(from);
  const inGroup = chat.type !== "private";
  const chatId = nameOfChat(chat.id, undefined);
  // Not a message of the chat: its number is made of the change's own.
  const externalId = `change-${date}-${told.notice}`;
  return [
    {
      kind: "message",
      key: `c:${chatId}:${externalId}`,
      chatId,
      at: seconds(date),
      customer: inGroup ? chatAsCustomer(chat) : author,
      externalId,
      content: inGroup ? { ...contentOf(told), author } : contentOf(told),
      ...(inGroup && { group: true }),
    },
  ];
}

/** Telegram tells bots of deletions in chats of a business account only, and not when they happened. */
function readRemovals(raw: Readonly<Record<string, unknown>>): ChannelEvent[] {
  const parsed = businessRemovalSchema.safeParse(raw);
  if (!parsed.success) return [];
  const chatId = nameOfChat(parsed.data.chat.id, parsed.data.business_connection_id);
  return [...new Set(parsed.data.message_ids)].map((id) => ({
    kind: "delete",
    key: `d:${chatId}:${id}`,
    chatId,
    at: new Date(0),
    externalId: String(id),
  }));
}

/**
 * The person who wrote. In a group that speaks anonymously (an administrator, a linked channel) it is the chat itself.
 * Other bots are nobody: two bots that answer each other never stop.
 */
function readAuthor(message: MessageIn): Customer | undefined {
  if (message.sender_chat) return chatAsCustomer(message.sender_chat);
  const { from } = message;
  if (!from || from.is_bot) return undefined;
  const phone = ownPhone(message);
  return { ...personAsCustomer(from), ...(phone && { phone }) };
}

function personAsCustomer(user: UserIn): Customer {
  const { name, lastName } = personName(user);
  const language = user.language_code;
  return {
    externalId: String(user.id),
    ...(name && { name }),
    ...(lastName && { lastName }),
    ...(user.username && publicName(user.username)),
    ...(language && /^[A-Za-z0-9-]{2,35}$/.test(language) && { language }),
  };
}

/**
 * The writer's own number, when they pressed "share my contact": only then does the contact carry their user id. A
 * contact of somebody else says nothing about the writer.
 */
function ownPhone({ contact, from }: MessageIn): string | undefined {
  if (!contact || contact.user_id === undefined || contact.user_id !== from?.id) return undefined;
  const digits = contact.phone_number.replace(/\D/g, "");
  return /^\d{6,15}$/.test(digits) ? `+${digits}` : undefined;
}

function publicName(username: string): { username: string; url: string } | undefined {
  return /^[A-Za-z0-9_]{2,64}$/.test(username) ? { username, url: `https://t.me/${username}` } : undefined;
}

/** A date that no clock can mean (a broken or hostile update) becomes the epoch instead of an invalid Date. */
function seconds(value: number): Date {
  const date = new Date(value * 1_000);
  return Number.isNaN(date.getTime()) ? new Date(0) : date;
}

function fingerprint(content: unknown): string {
  return createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 16);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
