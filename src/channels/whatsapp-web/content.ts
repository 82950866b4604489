import type { Attachment, AttachmentKind, ContactCard, Content, Quote } from "../../domain/message.ts";
import { plainText } from "../../domain/rich-text.ts";
import { fromMarkup, storable } from "./markup.ts";
import type { MessageIn } from "./schemas.ts";

/** One message of the library as neutral content. Pure and total: kinds that nobody here knows say so in words. */

/** Told by WhatsApp to itself: nothing that a customer wrote. An album's own message only announces its pictures. */
const SILENT = new Set([
  "album",
  "broadcast_notification",
  "ciphertext",
  "debug",
  "e2e_notification",
  "gp2",
  "group_notification",
  "notification",
  "notification_template",
  "protocol",
  "reaction",
  "revoked",
]);

const FILE_KIND: Readonly<Record<string, AttachmentKind>> = {
  image: "photo",
  video: "video",
  ptv: "video",
  ptt: "voice",
  audio: "audio",
  document: "file",
  sticker: "sticker",
};

const HIDDEN = "This message can be seen on the phone only.";

export const isSilent = (message: MessageIn): boolean =>
  SILENT.has(message.type) || (message.type === "call_log" && callOf(message) === undefined);

/**
 * @param ref what opens its media later
 * @param quote of the message it answers, in ids of ours
 */
export function contentOf(message: MessageIn, ref: string, quote: Quote | undefined): Content {
  return {
    ...partsOf(message, ref),
    ...(quote && { quote }),
    ...(message.isForwarded === true && { forwarded: {} }),
  };
}

function partsOf(message: MessageIn, ref: string): Content {
  const { type } = message;
  if (type === "call_log") return callOf(message) ?? notice(HIDDEN);
  const kind = FILE_KIND[type];
  if (kind) {
    if (!message.hasMedia || message._data.isViewOnce === true) return notice(HIDDEN);
    return { body: fromMarkup(message.body), attachments: [attachmentOf(message, kind, ref)] };
  }
  if (type === "location" && message.location) {
    const { latitude, longitude, name, address } = message.location;
    const valid = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
    if (!valid) return notice(HIDDEN);
    const place = {
      latitude,
      longitude,
      ...(name && { title: storable(name) }),
      ...(address && { address: storable(address) }),
    };
    return { body: plainText(""), attachments: [], place };
  }
  if (message.vCards.length > 0) {
    const contacts = message.vCards
      .map(cardOf)
      .filter((card) => card.phones.length + card.emails.length > 0 || card.name);
    return contacts.length > 0 ? { body: plainText(""), attachments: [], contacts } : notice(HIDDEN);
  }
  if (type === "poll_creation") {
    const lines = [message.pollName ?? message.body, ...message.pollOptions.map((option) => `• ${option.name}`)];
    return { body: plainText(storable(lines.join("\n"))), attachments: [] };
  }
  if (message.body.trim() !== "") return { body: fromMarkup(message.body), attachments: [] };
  return notice(HIDDEN);
}

const notice = (sentence: string): Content => ({ body: plainText(sentence), attachments: [], notice: "other" });

const missed = (sentence: string): Content => ({ ...notice(sentence), notice: "call-missed" });

/** All that is known while it rings; a linked device is not told more by the library's event (`Call`). */
export const ringing = (isVideo: boolean): Content =>
  notice(
    `The customer is calling${isVideo ? " by video" : ""}. It rings on the phone and cannot be answered here; whether somebody answers there may not be told.`,
  );

/**
 * How a call of the customer's ended, by the line that WhatsApp's page writes into the chat afterwards (`call_log`): the
 * library passes it on where the page marks it as new, which it does not always (wwebjs/whatsapp-web.js, issue 3564), with
 * the page's own words for the outcome (pull request 201888); older pages only had a subtype for missed ones. Calls from the
 * phone, and outcomes that nobody here knows, are told nothing of.
 */
function callOf({ id, _data }: MessageIn): Content | undefined {
  if (id.fromMe) return undefined;
  const call = _data.isVideoCall === true || _data.subtype?.includes("video") === true ? "video call" : "call";
  if (_data.callOutcome === "Missed" || _data.subtype?.startsWith("miss") === true) return missed(`Missed ${call}.`);
  if (_data.callOutcome === "Rejected") return missed(`The customer's ${call} was declined on the phone.`);
  if (_data.callOutcome === "Completed" || _data.callOutcome === "AcceptedElsewhere")
    return notice(`The customer's ${call} was answered on the phone.`);
  return undefined;
}

function attachmentOf(message: MessageIn, kind: AttachmentKind, ref: string): Attachment {
  const { mimetype, filename, size, width, height } = message._data;
  const whole = (value: number | undefined): value is number =>
    value !== undefined && Number.isFinite(value) && value > 0;
  return {
    kind: kind === "video" && message.isGif === true ? "animation" : kind,
    source: { by: "channel", ref },
    ...(filename && { name: safeFileName(filename) }),
    ...(mimetype && { mime: mimetype.split(";")[0]?.trim().toLowerCase() ?? mimetype }),
    ...(whole(size) && { size: Math.round(size) }),
    ...(whole(width) && { width: Math.round(width) }),
    ...(whole(height) && { height: Math.round(height) }),
    ...(whole(message.duration) && { duration: Math.round(message.duration) }),
  };
}

const UNSEEN = /\p{Cc}|[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffd]/gu;

/** Without folders, control characters and marks that turn the direction of writing. */
export function safeFileName(claimed: string): string {
  return storable(claimed).replace(UNSEEN, "").replace(/[/\\]/g, "_").trim().slice(-200).toWellFormed();
}

/** A person's name, or nothing when it is none ("." or an emoji): passed on, such names would make one person of many. */
export function realName(claimed: string | undefined): string | undefined {
  const name = storable(claimed ?? "")
    .replace(UNSEEN, "")
    .replace(/\s+/g, " ")
    .trim();
  return /\p{L}/u.test(name) ? name.slice(0, 200).toWellFormed() : undefined;
}

const MOST_ENTRIES = 20;

/** The name, phones and e-mails of a vCard 2.1 to 4.0; `waid` is the number at WhatsApp. */
export function cardOf(vcard: string): ContactCard {
  const lines = storable(vcard.slice(0, 20_000))
    .replace(/\r?\n[ \t]/g, "")
    .split(/\r?\n/);
  const values = (name: string): string[] =>
    lines
      .flatMap((line) => {
        const match = /^(?:[\w-]+\.)?([A-Za-z-]+)((?:;[^:]*)?):(.*)$/.exec(line);
        return match?.[1]?.toUpperCase() === name ? [[match[2] ?? "", match[3] ?? ""] as const] : [];
      })
      .map(([parameters, value]) => {
        const number = /;waid=(\d{5,20})/i.exec(parameters)?.[1];
        return number === undefined ? unescapeText(value) : `+${number}`;
      })
      .filter((value) => value !== "")
      .slice(0, MOST_ENTRIES);
  return { name: values("FN")[0] ?? "", phones: values("TEL"), emails: values("EMAIL") };
}

function unescapeText(value: string): string {
  return value
    .replace(/\\n/gi, " ")
    .replace(/\\([,;\\])/g, "$1")
    .trim();
}

/** A card as a vCard 3.0, its values escaped. */
export function toVcard(card: ContactCard): string {
  const escaped = (value: string): string =>
    storable(value)
      .replace(/[\\,;]/g, "\\$&")
      .replace(/\s+/g, " ")
      .trim();
  return [
    "BEGIN:VCARD",
    "VERSION:3.0",
    `N:;${escaped(card.name)};;;`,
    `FN:${escaped(card.name)}`,
    ...card.phones.map((phone) => `TEL;type=CELL;waid=${phone.replace(/\D/g, "")}:${escaped(phone)}`),
    ...card.emails.map((email) => `EMAIL:${escaped(email)}`),
    "END:VCARD",
  ].join("\n");
}
