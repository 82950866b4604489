import type { Attachment, ContactCard, Content } from "../../domain/message.ts";
import { plainText, type RichText } from "../../domain/rich-text.ts";
import type { OpenedFile } from "../contract/sending.ts";
import {
  CAPTION_LIMIT,
  FILE_BYTES,
  FILE_NAME_LIMIT,
  NAME_LIMIT,
  PHONE_LIMIT,
  PICTURE_BYTES,
  REQUEST_BYTES,
  TEXT_LIMIT,
  VIDEO_BYTES,
  VIDEO_DURATION,
} from "./about.ts";
import { forbiddenExtension } from "./forbidden.ts";
import { splitMarked, toMarks } from "./formatting.ts";
import { keyboardOf } from "./keyboard.ts";
import type { Refused } from "./outcomes.ts";
import { fileName, sendable } from "./text.ts";

/**
 * Which calls a message takes, decided before the first of them, so that what Viber would refuse is refused while
 * nothing is sent yet. Pure.
 *
 * Order: files as given, place, contacts, text; the buttons under the last. A text of at most 768 units goes as the
 * description of a picture that comes first; other files carry no text at Viber.
 */

/** A file of the message: as it lies here, and where Viber fetches it. */
export interface LinkedFile {
  readonly attachment: Attachment;
  readonly facts: Pick<OpenedFile, "name" | "mime" | "size">;
  readonly link: string;
}

/** One request's body, without sender and receiver. */
export type Payload = Readonly<Record<string, unknown>>;

export type Planned = { readonly kind: "payloads"; readonly payloads: readonly Payload[] } | Refused;

export function planPayloads(content: Content, files: readonly LinkedFile[]): Planned {
  const refused = files.map((one) => checkFile(one.attachment, one.facts)).find((one) => one !== undefined);
  if (refused) return refused;
  if ((content.contacts ?? []).some((card) => numberOf(card) === "")) return badContact;
  const keyboard = keyboardOf(content.buttons);
  if (keyboard.kind === "refused") return keyboard;
  const body = bodyOf(content);
  const payloads: Payload[] = files.map(filePayload);
  const [first, ...others] = payloads;
  const caption = sendable(captionOf(body)).trim();
  const under = first?.["type"] === "picture" && caption.length <= CAPTION_LIMIT ? caption : "";
  const shown = first && under !== "" ? [{ ...first, text: under }, ...others] : payloads;
  const { place } = content;
  const all = [
    ...shown,
    ...(place ? [{ type: "location", location: { lat: place.latitude, lon: place.longitude } }] : []),
    ...(content.contacts ?? []).map(contactPayload),
    ...(under === "" ? splitMarked(body, TEXT_LIMIT).map((text) => ({ type: "text", text: sendable(text) })) : []),
  ];
  const last = all.at(-1);
  if (!last) return emptyMessage;
  const complete = [...all.slice(0, -1), { ...last, ...keyboard.part }];
  return complete.some(tooLarge) ? tooMuch : { kind: "payloads", payloads: complete };
}

const emptyMessage: Refused = {
  kind: "refused",
  code: "empty",
  sentence: "The message is empty: it has neither text nor a file.",
};
const tooMuch: Refused = {
  kind: "refused",
  code: "too-long",
  sentence: "The message is too large for Viber, its buttons counted. Shorten it or take buttons away.",
};

/** Room for receiver, sender and their names, which every request carries. */
const ENVELOPE_BYTES = 3_000;

function tooLarge(payload: Payload): boolean {
  return Buffer.byteLength(JSON.stringify(payload)) > REQUEST_BYTES - ENVELOPE_BYTES;
}

/** The text with the quoted words and the place's name above it. */
function bodyOf({ body, quote, place }: Content): RichText {
  const above = [
    ...(quote?.text ? [`«${oneLine(quote.text)}»`] : []),
    ...[place?.title, place?.address].flatMap((line) => (line ? [sendable(line)] : [])),
  ].filter((line) => line.trim() !== "");
  // Ranges count characters, so those that Viber must not get are taken out later where there are any.
  const text = body.spans.length === 0 ? sendable(body.text) : body.text.toWellFormed();
  if (above.length === 0) return { ...body, text };
  if (text.trim() === "") return plainText(above.join("\n"));
  const head = `${above.join("\n")}\n`;
  const spans = body.spans.map((span) => ({
    ...span,
    start: span.start + head.length,
    end: span.end + head.length,
  }));
  return { text: head + text, spans };
}

/** Viber tells of formatting in texts only, so a picture's description has the addresses of its links and no marks. */
function captionOf({ text, spans }: RichText): string {
  return toMarks({ text, spans: spans.filter((span) => span.kind === "link") });
}

function oneLine(text: string): string {
  const line = sendable(text).replace(/\s+/g, " ").trim();
  return line.length > 120 ? `${line.slice(0, 119).toWellFormed()}…` : line;
}

const badContact: Refused = {
  kind: "refused",
  code: "bad-contact",
  sentence: "Viber takes contacts with a phone number only. Send the contact as text instead.",
};

function numberOf({ phones }: ContactCard): string {
  return (phones[0] ?? "").replace(/[^\d+]/g, "").slice(0, PHONE_LIMIT);
}

function contactPayload(card: ContactCard): Payload {
  const { name } = card;
  const phone = numberOf(card);
  const label = sendable(name).trim() || phone;
  return { type: "contact", contact: { name: label.slice(0, NAME_LIMIT).toWellFormed(), phone_number: phone } };
}

function filePayload({ attachment, facts, link }: LinkedFile): Payload {
  const mime = facts.mime.toLowerCase().split(";")[0]?.trim() ?? "";
  const path = URL.parse(link)?.pathname ?? "";
  if (isPicture(attachment, mime, facts.size, path)) return { type: "picture", text: "", media: link };
  const { duration } = attachment;
  if (isVideo(attachment, mime, facts.size, path)) {
    return { type: "video", media: link, size: facts.size, ...(duration && { duration: Math.ceil(duration) }) };
  }
  return { type: "file", media: link, size: facts.size, file_name: shortName(facts.name) };
}

/** Viber goes by the end of the address, which therefore has to agree with what the bytes are. */
function isPicture(attachment: Attachment, mime: string, size: number, path: string): boolean {
  if (attachment.kind !== "photo" && attachment.kind !== "sticker") return false;
  if (size > PICTURE_BYTES) return false;
  if (mime === "image/jpeg") return /\.jpe?g$/i.test(path);
  if (mime === "image/png") return /\.png$/i.test(path);
  return mime === "image/gif" && /\.gif$/i.test(path);
}

function isVideo(attachment: Attachment, mime: string, size: number, path: string): boolean {
  if (attachment.kind !== "video" || mime !== "video/mp4" || !/\.mp4$/i.test(path)) return false;
  return size <= VIDEO_BYTES && (attachment.duration ?? 0) <= VIDEO_DURATION;
}

function shortName(name: string): string {
  const clean = fileName(name) || "file";
  return clean.length <= FILE_NAME_LIMIT ? clean : clean.slice(-FILE_NAME_LIMIT).toWellFormed();
}

/**
 * The sentence for a file that Viber would refuse, before any call.
 * @param facts the claims before the file is opened, the truth after
 */
export function checkFile(
  attachment: Attachment,
  facts: { readonly name?: string; readonly size?: number } = attachment,
): Refused | undefined {
  const name = facts.name === undefined ? "This file" : `The file “${fileName(facts.name)}”`;
  const extension = forbiddenExtension(facts.name);
  if (extension !== undefined) {
    return {
      kind: "refused",
      code: "file-forbidden",
      sentence: `${name} cannot be sent: Viber takes no files of the type .${extension}. Send a link to it instead.`,
    };
  }
  if (facts.size === undefined) return undefined;
  if (facts.size === 0) return { kind: "refused", code: "file-empty", sentence: `${name} is empty. Attach it again.` };
  if (facts.size <= FILE_BYTES) return undefined;
  const megabytes = Math.ceil((facts.size / 1024 / 1024) * 10) / 10;
  return {
    kind: "refused",
    code: "file-too-big",
    sentence: `${name} is too big: it has ${megabytes} MB, and Viber takes up to ${FILE_BYTES / 1024 / 1024} MB. Send a link to it instead.`,
  };
}
