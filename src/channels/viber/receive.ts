import { createHmac, timingSafeEqual } from "node:crypto";
import type { ZodType } from "zod";
import type { Account } from "../../domain/account.ts";
import type { Customer } from "../../domain/conversation.ts";
import type { NoticeKind } from "../../domain/message.ts";
import { plainText } from "../../domain/rich-text.ts";
import type { ChannelEvent } from "../contract/events.ts";
import type { ChannelRequest, Received } from "../contract.ts";
import { readSettings } from "./about.ts";
import { phoneOf, readContent } from "./inbound.ts";
import { parseExact } from "./json.ts";
import { PHONE_ASKED } from "./keyboard.ts";
import {
  callbackSchema,
  conversationStartedSchema,
  failedEventSchema,
  type MessageEventIn,
  messageEventSchema,
  receiptEventSchema,
  subscribedEventSchema,
  type UserIn,
  unsubscribedEventSchema,
} from "./schemas.ts";
import { cleanName, storable } from "./text.ts";
import { welcomeOf } from "./welcome.ts";

/**
 * Viber's webhook. Pure and synchronous: nothing to crash in. Viber repeats a callback for about an hour until it is
 * answered with 200, so the same one may come twice or after a later one; keys made of Viber's own message tokens make
 * that harmless. The proof is a signature over the raw body with the bot's token, so that nobody else can make one and
 * an altered body fails; a true callback that somebody plays back has the key of the first.
 * A body that is not a callback is refused, one of an unknown kind is accepted without events: Viber would only repeat it.
 */

const SIGNATURE_HEADER = "x-viber-content-signature";

export function receive(request: ChannelRequest, account: Account): Received {
  if (!provesItself(request, account)) {
    return { kind: "rejected", status: 401, reason: "The request is not signed with this bot's token." };
  }
  if (request.method !== "POST") return { kind: "rejected", status: 400, reason: "Viber sends callbacks by POST." };
  const callback = parseCallback(request.rawBody);
  if (!callback) return { kind: "rejected", status: 400, reason: "The body is not a Viber callback." };
  if (callback.event === "conversation_started") return answerOpening(callback, account);
  return { kind: "accepted", events: readCallback(callback, account) };
}

/** Viber's own libraries also read the signature from `sig` of the query, for servers that drop headers. */
function provesItself(request: ChannelRequest, account: Account): boolean {
  const { token } = account.credentials;
  // A half-made account would let everybody in who signs with nothing.
  if (typeof token !== "string" || token === "" || account.webhookSecret === "") return false;
  const given = request.headers[SIGNATURE_HEADER] ?? request.query["sig"];
  if (typeof given !== "string" || !/^[0-9a-f]{64}$/i.test(given)) return false;
  const wanted = createHmac("sha256", token).update(request.rawBody).digest();
  return timingSafeEqual(Buffer.from(given, "hex"), wanted);
}

type Callback = Readonly<Record<string, unknown>> & { readonly event: string };

function parseCallback(body: Buffer): Callback | undefined {
  let json: unknown;
  try {
    json = parseExact(body.toString("utf8"));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
  const parsed = callbackSchema.safeParse(json);
  return parsed.success ? parsed.data : undefined;
}

/** Somebody opened the bot. Nobody wrote, so nothing is stored; the answer's body is the welcome message. */
function answerOpening(callback: Callback, account: Account): Received {
  const opening = conversationStartedSchema.safeParse(callback);
  const welcome = opening.success && opening.data.subscribed !== true ? welcomeOf(account) : undefined;
  if (!welcome) return { kind: "accepted", events: [] };
  return { kind: "challenge", status: 200, contentType: "application/json", body: JSON.stringify(welcome) };
}

function readCallback(callback: Callback, account: Account): ChannelEvent[] {
  switch (callback.event) {
    case "message":
      return read(messageEventSchema, callback, readMessage);
    case "delivered":
    case "seen":
      return read(receiptEventSchema, callback, (event) => {
        const state = callback.event === "seen" ? "read" : "delivered";
        const { message_token: token, user_id: chatId } = event;
        return { kind: "receipt", key: `${state}:${token}`, chatId, at: timeOf(event), externalIds: [token], state };
      });
    case "failed":
      return read(failedEventSchema, callback, (event) => ({
        kind: "failure",
        key: `failed:${event.message_token}`,
        chatId: event.user_id,
        at: timeOf(event),
        externalIds: [event.message_token],
        sentence: failureSentence(event.desc),
      }));
    case "subscribed":
      return read(subscribedEventSchema, callback, (event) => {
        const sentence = "The customer subscribed to the bot.";
        return notice(account, "joined", event.user, timeOf(event), sentence);
      });
    case "unsubscribed":
      return read(unsubscribedEventSchema, callback, (event) => {
        const sentence = "The customer unsubscribed from the bot. Messages reach them again after they write.";
        return notice(account, "left", { id: event.user_id }, timeOf(event), sentence);
      });
    default:
      // "webhook" is the handshake, which our 200 answers; "client_status" and what comes after us say nothing to agents.
      return [];
  }
}

function read<T>(schema: ZodType<T>, callback: Callback, make: (event: T) => ChannelEvent | undefined): ChannelEvent[] {
  const parsed = schema.safeParse(callback);
  const event = parsed.success ? make(parsed.data) : undefined;
  return event ? [event] : [];
}

function readMessage(event: MessageEventIn): ChannelEvent {
  const phone = ownPhone(event);
  return {
    kind: "message",
    key: `message:${event.message_token}`,
    chatId: event.sender.id,
    at: timeOf(event),
    customer: { ...customerOf(event.sender), ...(phone !== undefined && { phone }) },
    externalId: event.message_token,
    content: readContent(event.message),
  };
}

/**
 * The writer's own number, when they pressed our button: the answer then carries what we sent with it, and the contact
 * bears no name or theirs. A contact of somebody else says nothing about the writer.
 */
function ownPhone({ message, sender }: MessageEventIn): string | undefined {
  if (message.type !== "contact" || message.tracking_data !== PHONE_ASKED) return undefined;
  const name = message.contact?.name?.trim() ?? "";
  return name === "" || name === sender.name?.trim() ? phoneOf(message.contact?.phone_number) : undefined;
}

function notice(
  account: Account,
  kind: NoticeKind,
  user: UserIn,
  at: Date,
  sentence: string,
): ChannelEvent | undefined {
  if (!readSettings(account).announce) return undefined;
  const id = `${kind}:${user.id}:${at.getTime()}`;
  const content = { body: plainText(sentence), attachments: [], notice: kind };
  return { kind: "message", key: id, chatId: user.id, at, customer: customerOf(user), externalId: id, content };
}

function customerOf(user: UserIn): Customer {
  const name = cleanName(user.name);
  const { language } = user;
  return {
    externalId: user.id,
    ...(name !== undefined && { name }),
    ...(language !== undefined && /^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$/.test(language) && { language }),
  };
}

function failureSentence(reason: string | undefined): string {
  const words = storable(reason ?? "")
    .trim()
    .slice(0, 200)
    .replace(/[.!?\s]+$/, "");
  const why = words === "" ? "" : ` (${words})`;
  return `Viber could not show the message to the customer${why}. Send it in another form.`;
}

/** Milliseconds by Viber's clock. A time that no clock can mean becomes the epoch instead of an invalid Date. */
function timeOf({ timestamp }: { readonly timestamp?: number | undefined }): Date {
  const date = new Date(timestamp ?? 0);
  return Number.isNaN(date.getTime()) ? new Date(0) : date;
}
