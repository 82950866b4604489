import type { Business } from "./business.ts";
import type { SendLimiter } from "./limiter.ts";
import { type MessagePayload, parseMessage } from "./payloads.ts";
import { templateMedia, templateText } from "./template-text.ts";
import { badValue, GraphError, type Json, type Media, type Person, type SentMessage } from "./types.ts";

/** What posting a message does: checks, limits, statuses. */

const DAY_MS = 24 * 3_600_000;

/** "Supported media types": what each kind of message takes, and how much of it. */
const MB = 1024 * 1024;
export const MEDIA_RULES = {
  image: { mimes: /^image\/(jpeg|png)$/, most: 5 * MB },
  video: { mimes: /^video\/(mp4|3gpp)$/, most: 16 * MB },
  audio: { mimes: /^audio\/(aac|amr|mpeg|mp4|ogg)$/, most: 16 * MB },
  sticker: { mimes: /^image\/webp$/, most: 500 * 1024 },
  document: {
    mimes:
      /^(text\/plain|application\/(pdf|msword|vnd\.ms-excel|vnd\.ms-powerpoint|vnd\.openxmlformats-officedocument\.(wordprocessingml\.document|spreadsheetml\.sheet|presentationml\.presentation)))$/,
    most: 100 * MB,
  },
} as const;

export function postMessage(business: Business, limiter: SendLimiter, body: Json): Json {
  const payload = parseMessage(body);
  const name = payload.to ?? payload.recipient ?? "";
  const person = personFor(business, name);
  const media = mediaOf(business, payload);
  const text = textOf(business, payload);
  limiter.charge(business.phoneNumberId, person.waId);
  const id = business.newId();
  const contacts = [
    payload.to === undefined ? { input: name, user_id: person.userId } : { input: name, wa_id: person.waId },
  ];
  const answer = { messaging_product: "whatsapp", contacts, messages: [{ id }] };
  if (payload.type === "reaction") {
    const { message_id: target, emoji } = payload.reaction;
    if (!business.received.has(target)) throw badValue("reaction.message_id is not a message of this chat");
    business.reactions.set(target, emoji);
    return answer;
  }
  const quoted = payload.context?.message_id;
  const known =
    quoted !== undefined && (business.received.has(quoted) || business.sent.some((one) => one.id === quoted));
  const message: SentMessage = {
    id,
    to: person.waId,
    at: business.now(),
    type: payload.type,
    payload: body,
    state: "accepted",
    ...(media && { media }),
    ...(text !== undefined && { text }),
    ...(known && { quoted }),
    ...(payload.biz_opaque_callback_data !== undefined && { callbackData: payload.biz_opaque_callback_data }),
  };
  business.sent.push(message);
  settle(business, message, person);
  return answer;
}

function personFor(business: Business, name: string): Person {
  const known = business.person(name);
  if (known) return known;
  if (!/^\+?\d+$/.test(name)) throw badValue("recipient is not a user of this business");
  // Any number may be written to; that it has no WhatsApp is told by a status.
  const waId = name.replace(/^\+/, "");
  return { waId, userId: `US.${waId}`, name: waId, unreachable: true };
}

/** The statuses of a message that was taken; problems of the recipient come so, and not as answers. */
function settle(business: Business, message: SentMessage, person: Person): void {
  const open = person.lastWroteAt !== undefined && business.now() - person.lastWroteAt < DAY_MS;
  if (person.unreachable) {
    tellFailed(business, message, 131026, "Message Undeliverable.");
    return;
  }
  if (!open && message.type !== "template") {
    const details = "Message failed to send because more than 24 hours have passed since the customer last replied.";
    tellFailed(business, message, 131047, details);
    return;
  }
  tellStatus(business, message, "sent");
  tellStatus(business, message, "delivered");
}

export function tellStatus(business: Business, message: SentMessage, state: "sent" | "delivered" | "read"): Json {
  message.state = state;
  return business.tell({
    ...(state === "sent" ? {} : { contacts: [contactOf(business, message.to)] }),
    statuses: [
      {
        ...statusOf(business, message, state),
        conversation: { id: "c0ffee", origin: { type: "service" } },
        pricing: { billable: false, pricing_model: "PMP", category: "service", type: "free_customer_service" },
      },
    ],
  });
}

export function tellFailed(business: Business, message: SentMessage, code: number, details: string): void {
  message.state = "failed";
  message.failure = code;
  const error = {
    code,
    title: details,
    message: details,
    error_data: { details },
    href: "https://developers.facebook.com/",
  };
  business.tell({ statuses: [{ ...statusOf(business, message, "failed"), errors: [error] }] });
}

function statusOf(business: Business, message: SentMessage, status: string): Json {
  const byNumber = message.payload["to"] !== undefined;
  const person = business.people.get(message.to);
  return {
    id: message.id,
    status,
    timestamp: business.seconds(),
    ...(byNumber ? { recipient_id: message.to } : { recipient_user_id: person?.userId }),
    ...(message.callbackData !== undefined && { biz_opaque_callback_data: message.callbackData }),
  };
}

export function contactOf(business: Business, waId: string): Json {
  const person = business.people.get(waId);
  return {
    profile: { name: person?.name ?? waId, ...(person?.username !== undefined && { username: person.username }) },
    user_id: person?.userId ?? `US.${waId}`,
    ...(person?.username === undefined && { wa_id: waId }),
  };
}

function mediaOf(business: Business, payload: MessagePayload): Media | undefined {
  const part = partOf(payload);
  if (!part) return payload.type === "template" ? templateMedia(business, payload.template) : undefined;
  const media = business.media.get(part.id);
  if (!media) throw badValue(`${payload.type}.id is not a media id of this number`);
  const rule = MEDIA_RULES[payload.type as keyof typeof MEDIA_RULES];
  if (!rule.mimes.test(media.mime) || media.bytes.length > rule.most) {
    throw new GraphError(
      400,
      131053,
      `Unsupported ${payload.type} mime type ${media.mime} or size ${media.bytes.length}`,
    );
  }
  return media;
}

function partOf(payload: MessagePayload): { readonly id: string; readonly caption?: string | undefined } | undefined {
  switch (payload.type) {
    case "image":
      return payload.image;
    case "video":
      return payload.video;
    case "audio":
      return payload.audio;
    case "sticker":
      return payload.sticker;
    case "document":
      return payload.document;
    default:
      return undefined;
  }
}

function textOf(business: Business, payload: MessagePayload): string | undefined {
  if (payload.type === "text") return payload.text.body;
  if (payload.type === "interactive") return payload.interactive.body.text;
  if (payload.type === "template") return templateText(business, payload.template);
  return partOf(payload)?.caption;
}
