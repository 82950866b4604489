import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Account } from "../../domain/account.ts";
import type { Customer } from "../../domain/conversation.ts";
import { plainText } from "../../domain/rich-text.ts";
import type { ChannelEvent, MessageReceived } from "../contract/events.ts";
import type { ChannelRequest, Received } from "../contract.ts";
import { realName, storableText } from "../shared/clean-text.ts";
import { credentialsOf } from "./api.ts";
import { readCallbackData } from "./callback-data.ts";
import { readBody, readContent } from "./inbound-content.ts";
import { failureSentence } from "./outcomes.ts";
import { type ContactIn, type MessageIn, type StatusIn, type ValueIn, valueSchema, webhookSchema } from "./schemas.ts";

/**
 * Meta's webhook. Pure and synchronous: nothing to crash in. Meta repeats a webhook for up to seven days until it is
 * answered with 2xx and keeps no order, so anything may come twice and late; keys made of Meta's own ids make that
 * harmless. A webhook may hold several entries and changes, and those of other numbers of the same app: only what names
 * this account's phone number id is ours. What is not understood is accepted, because refusing it would only repeat it.
 *
 * Every status carries what we sent along (`biz_opaque_callback_data`), our key: that settles a call whose answer was
 * lost. A `sent` status tells nothing beside it.
 */

const SIGNATURE_HEADER = "x-hub-signature-256";

export function receive(request: ChannelRequest, account: Account): Received {
  if (request.method === "GET") return challenge(request, account);
  if (!provesItself(request, account)) {
    return { kind: "rejected", status: 401, reason: "The request is not signed with this account's app secret." };
  }
  if (request.method !== "POST") return { kind: "rejected", status: 400, reason: "WhatsApp sends webhooks by POST." };
  let json: unknown;
  try {
    json = JSON.parse(request.rawBody.toString("utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) return { kind: "rejected", status: 400, reason: "The body is not JSON." };
    throw error;
  }
  return { kind: "accepted", events: readWebhook(json, credentialsOf(account).phoneNumberId) };
}

/** "Verification requests": the answer is the challenge, when the token is the one we gave the admin. */
function challenge(request: ChannelRequest, account: Account): Received {
  const { "hub.mode": mode, "hub.verify_token": token, "hub.challenge": word } = request.query;
  const known = typeof token === "string" && account.webhookSecret !== "" && equal(token, account.webhookSecret);
  if (!known || mode !== "subscribe") {
    return { kind: "rejected", status: 403, reason: "The verify token is not this account's." };
  }
  // It is echoed, so it may be nothing that a browser would take for more than a word.
  if (typeof word !== "string" || !/^[\w.-]{1,200}$/.test(word)) {
    return { kind: "rejected", status: 400, reason: "The challenge cannot be read." };
  }
  return { kind: "challenge", status: 200, body: word, contentType: "text/plain" };
}

function provesItself(request: ChannelRequest, account: Account): boolean {
  const given = request.headers[SIGNATURE_HEADER];
  const { appSecret } = credentialsOf(account);
  // An account without a secret would let everybody in.
  if (typeof given !== "string" || appSecret === "" || account.webhookSecret === "") return false;
  const expected = createHmac("sha256", appSecret).update(request.rawBody).digest("hex");
  return equal(given.toLowerCase(), `sha256=${expected}`);
}

/** In constant time; digests have one length, which `timingSafeEqual` asks for. */
function equal(one: string, other: string): boolean {
  const digest = (value: string): Buffer => createHash("sha256").update(value).digest();
  return timingSafeEqual(digest(one), digest(other));
}

function readWebhook(json: unknown, phoneNumberId: string): ChannelEvent[] {
  const webhook = webhookSchema.safeParse(json);
  if (!webhook.success || webhook.data.object !== "whatsapp_business_account") return [];
  const changes = (webhook.data.entry ?? []).flatMap((entry) => entry.changes ?? []);
  return unique(
    changes.flatMap(({ field, value }) => {
      if (field !== "messages" && field !== "smb_message_echoes") return [];
      const parsed = valueSchema.safeParse(value);
      return parsed.success && parsed.data.metadata.phone_number_id === phoneNumberId ? readValue(parsed.data) : [];
    }),
  );
}

/** One webhook may tell the same thing twice. */
function unique(events: readonly ChannelEvent[]): ChannelEvent[] {
  return [...new Map(events.map((event) => [event.key, event])).values()];
}

function readValue(value: ValueIn): ChannelEvent[] {
  const contacts = value.contacts ?? [];
  return [
    ...(value.messages ?? []).flatMap((message) => readMessage(message, contacts)),
    ...(value.message_echoes ?? []).flatMap(readEcho),
    ...(value.statuses ?? []).flatMap((status) => readStatus(status, contacts)),
  ];
}

function readMessage(message: MessageIn, contacts: readonly ContactIn[]): ChannelEvent[] {
  // Groups are not claimed: their members would otherwise all become customers of one chat.
  if (message.group_id !== undefined) return [];
  const customer = readCustomer(message.from, message.from_user_id, contacts);
  if (!customer) return [];
  const chatId = customer.externalId;
  const at = seconds(message.timestamp);
  const base = { chatId, at, customer };
  switch (message.type) {
    case "reaction":
      if (!message.reaction) return [];
      return [
        {
          ...base,
          kind: "reaction",
          key: `r:${message.id}`,
          externalId: message.reaction.message_id,
          emoji: storableText(message.reaction.emoji ?? ""),
        },
      ];
    case "edit":
      if (!message.edit?.message) return [];
      return [
        {
          ...base,
          kind: "edit",
          key: `e:${message.id}`,
          externalId: message.edit.original_message_id,
          content: readBody(message.edit.message),
        },
      ];
    case "revoke":
      if (!message.revoke) return [];
      return [{ kind: "delete", key: `d:${message.id}`, chatId, at, externalId: message.revoke.original_message_id }];
    case "system":
      return readSystem(message, base);
    case "request_welcome":
      return [];
    default:
      return [
        ...readReferral(message, base),
        { ...base, kind: "message", key: `m:${message.id}`, externalId: message.id, content: readContent(message) },
      ];
  }
}

type Base = Pick<MessageReceived, "chatId" | "at" | "customer">;

/** The messages that follow come from the new number, in a conversation of their own: the agent has to know. */
function readSystem(message: MessageIn, base: Base): ChannelEvent[] {
  const { type, body, wa_id: number } = message.system ?? {};
  const moved = type === "user_changed_number" || type === "customer_changed_number";
  const sentence =
    moved && number !== undefined && /^\d{6,15}$/.test(number)
      ? `The customer changed their WhatsApp number to +${number}. Write to them there.`
      : body;
  if (!sentence) return [];
  return [notice(message, base, "n", storableText(sentence))];
}

/** An advertisement or a post that led here: told as a line of its own, because the customer did not say it. */
function readReferral(message: MessageIn, base: Base): ChannelEvent[] {
  if (!message.referral) return [];
  const { source_type: type, headline, body, source_url: url } = message.referral;
  const source = type === "post" ? "a post" : "an advertisement";
  const words = [headline, body].filter(Boolean).join(": ");
  const line = [`The customer came from ${source}${words === "" ? "" : ` “${words}”`}.`, url].filter(Boolean).join(" ");
  return [notice(message, base, "a", storableText(line))];
}

function notice(message: MessageIn, base: Base, mark: string, sentence: string): MessageReceived {
  const content = { body: plainText(sentence), attachments: [], notice: "other" as const };
  return { ...base, kind: "message", key: `${mark}:${message.id}`, externalId: `${mark}:${message.id}`, content };
}

/** Written by the business itself in the WhatsApp Business app on its phone. */
function readEcho(message: MessageIn): ChannelEvent[] {
  const customer = message.group_id === undefined ? readCustomer(message.to, message.to_user_id, []) : undefined;
  if (!customer || ["edit", "revoke", "reaction", "system"].includes(message.type)) return [];
  return [
    {
      kind: "message",
      key: `m:${message.id}`,
      chatId: customer.externalId,
      at: seconds(message.timestamp),
      customer,
      externalId: message.id,
      content: readContent(message),
      fromDevice: true,
    },
  ];
}

/**
 * The number where Meta tells it, because that is what agents write to first and what earlier conversations are named
 * by; else the business-scoped id ("If a username is adopted … the number is withheld").
 */
function readCustomer(
  number: string | undefined,
  userId: string | undefined,
  contacts: readonly ContactIn[],
): Customer | undefined {
  const phone = number !== undefined && /^\d{5,15}$/.test(number) ? number : undefined;
  const scoped = userId !== undefined && /^[A-Z]{2}\.[A-Za-z0-9.]{1,140}$/.test(userId) ? userId : undefined;
  const externalId = phone ?? scoped;
  if (externalId === undefined) return undefined;
  const contact = contacts.find(
    (one) => (phone !== undefined && one.wa_id === phone) || (scoped !== undefined && one.user_id === scoped),
  );
  const name = realName(contact?.profile?.name);
  const username = contact?.profile?.username?.replace(/^@/, "");
  return {
    externalId,
    ...(name && { name }),
    ...(username && /^[\w.]{3,64}$/.test(username) && { username }),
    ...(phone !== undefined && { phone: `+${phone}`, url: `https://wa.me/${phone}` }),
  };
}

const RECEIPTS = { delivered: "delivered", read: "read", played: "read" } as const;

function readStatus(status: StatusIn, contacts: readonly ContactIn[]): ChannelEvent[] {
  const chatId = status.recipient_id ?? status.recipient_user_id ?? contacts[0]?.wa_id ?? contacts[0]?.user_id;
  if (!chatId) return [];
  const place = { chatId, at: seconds(status.timestamp) };
  const sent = readCallbackData(status.biz_opaque_callback_data);
  const proofs: ChannelEvent[] = sent
    ? [{ ...place, kind: "proof", key: `p:${status.id}:${status.status}`, externalId: status.id, ...sent }]
    : [];
  const base = { ...place, externalIds: [status.id] };
  if (status.status === "failed") {
    const [error] = status.errors ?? [];
    const details = error?.error_data?.details ?? error?.message ?? error?.title ?? "";
    const sentence = failureSentence(error?.code, details);
    return [...proofs, { ...base, kind: "failure", key: `f:${status.id}`, sentence }];
  }
  const state = Object.hasOwn(RECEIPTS, status.status) ? RECEIPTS[status.status as keyof typeof RECEIPTS] : undefined;
  return state ? [...proofs, { ...base, kind: "receipt", key: `s:${status.id}:${status.status}`, state }] : proofs;
}

/** A date that no clock can mean becomes the epoch instead of an invalid Date. */
function seconds(value: number): Date {
  const date = new Date(value * 1_000);
  return Number.isNaN(date.getTime()) ? new Date(0) : date;
}
