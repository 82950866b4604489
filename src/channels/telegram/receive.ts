import { createHash, timingSafeEqual } from "node:crypto";
import type { Account } from "../../domain/account.ts";
import type { Customer } from "../../domain/conversation.ts";
import type { ChannelEvent, ChannelRequest, Received } from "../contract.ts";
import { cleanName, personName, readContent } from "./inbound-content.ts";
import { type MessageIn, messageSchema, updateSchema } from "./schemas.ts";

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
  return { kind: "accepted", events: readUpdate(update) };
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
  if (isRecord(update.message)) return readMessage(update.message, "message");
  if (isRecord(update.edited_message)) return readMessage(update.edited_message, "edit");
  return [];
}

function readMessage(raw: Readonly<Record<string, unknown>>, kind: "message" | "edit"): ChannelEvent[] {
  const parsed = messageSchema.safeParse(raw);
  if (!parsed.success) return [];
  const message = parsed.data;
  if (!["private", "group", "supergroup"].includes(message.chat.type)) return [];
  const customer = readCustomer(message);
  const content = customer && readContent(message, raw);
  if (!customer || !content) return [];
  const externalId = String(message.message_id);
  const chatId = String(message.chat.id);
  if (kind === "message") {
    const album = message.media_group_id;
    const at = seconds(message.date);
    return [
      { kind, key: `m:${chatId}:${externalId}`, chatId, at, customer, externalId, content, ...(album && { album }) },
    ];
  }
  // A live location is edited every few seconds, with nothing in it that an agent would read again.
  if (message.location?.live_period !== undefined) return [];
  const edited = message.edit_date ?? message.date;
  // Two edits within one second have the same date; the content tells them apart.
  const key = `e:${chatId}:${externalId}:${edited}-${fingerprint(content)}`;
  return [{ kind, key, chatId, at: seconds(edited), customer, externalId, content }];
}

/**
 * The person who wrote. In a group that speaks anonymously (an administrator, a linked channel) it is the chat itself.
 * Other bots are nobody: two bots that answer each other never stop.
 */
function readCustomer(message: MessageIn): Customer | undefined {
  if (message.sender_chat) {
    const name = cleanName(message.sender_chat.title);
    const username = message.sender_chat.username;
    return { externalId: String(message.sender_chat.id), ...(name && { name }), ...(username && publicName(username)) };
  }
  const { from } = message;
  if (!from || from.is_bot) return undefined;
  const { name, lastName } = personName(from);
  const language = from.language_code;
  const phone = ownPhone(message);
  return {
    externalId: String(from.id),
    ...(name && { name }),
    ...(lastName && { lastName }),
    ...(from.username && publicName(from.username)),
    ...(phone && { phone }),
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
