import type { Attachment, Button, ContactCard, Content } from "../../domain/message.ts";
import type { RichText } from "../../domain/rich-text.ts";
import type { OpenedFile } from "../contract/sending.ts";
import { storableText } from "../shared/clean-text.ts";
import { isEmpty, unclaimedPart } from "../shared/unclaimed.ts";
import { BUTTON_LIMIT, BUTTON_TEXT_LIMIT, CAPTION_LIMIT, capabilities, MEDIA_LIMITS, TEXT_LIMIT } from "./about.ts";
import { splitMarked, toMarks } from "./formatting.ts";
import type { Refused } from "./outcomes.ts";

/**
 * Which messages a reply becomes, decided before the first call, so that what WhatsApp would refuse is refused while
 * nothing is sent yet. Pure.
 *
 * Order: files as given, then text (with its buttons), then place and cards. A text that fits goes as the caption of the
 * first file that may have one.
 */

export type MediaType = keyof typeof MEDIA_LIMITS;

export interface PlannedFile {
  readonly attachment: Attachment;
  readonly opened: OpenedFile;
  readonly type: MediaType;
  /** As it is uploaded; one of those that the documentation lists. */
  readonly mime: string;
  readonly caption?: string;
}

export type Step =
  | { readonly kind: "file"; readonly file: PlannedFile }
  /** Body of a message without its recipient, as the API takes it. */
  | { readonly kind: "message"; readonly body: Readonly<Record<string, unknown>> };

export type Planned = { readonly kind: "steps"; readonly steps: readonly Step[] } | Refused;

export function planSteps(content: Content, files: readonly OpenedFile[]): Planned {
  const buttons = (content.buttons ?? []).flat();
  const refused = checkContent(content) ?? checkButtons(buttons, content.body.text);
  if (refused) return refused;
  const planned: PlannedFile[] = [];
  for (const [at, attachment] of content.attachments.entries()) {
    const opened = files[at];
    const file = opened && planFile(attachment, opened);
    if (!file) continue;
    if ("kind" in file) return file;
    planned.push(file);
  }
  const body = { ...content.body, text: storableText(content.body.text) };
  const hasText = body.text.trim() !== "";
  const caption = hasText && buttons.length === 0 ? toMarks(body) : "";
  const [first, ...others] = planned;
  const captioned = first && caption !== "" && mayHaveCaption(first) && caption.length <= CAPTION_LIMIT;
  const all = captioned ? [{ ...first, caption }, ...others] : planned;
  return {
    kind: "steps",
    steps: [
      ...all.map((file): Step => ({ kind: "file", file })),
      ...(hasText && !captioned ? textSteps(body, buttons) : []),
      ...(content.place ? [placeStep(content.place)] : []),
      ...((content.contacts?.length ?? 0) > 0 ? [cardsStep(content.contacts ?? [])] : []),
    ],
  };
}

/** What can be refused before a file is opened. */
export function checkContent(content: Content): Refused | undefined {
  const file = content.attachments.map((one) => checkSize(one, one.size)).find((one) => one !== undefined);
  if (file) return file;
  if (isEmpty(content)) return refuse("empty", "The message is empty: it has neither text nor a file.");
  return unclaimedPart("WhatsApp", capabilities, content, ["reply", "link"]);
}

const refuse = (code: string, sentence: string): Refused => ({ kind: "refused", code, sentence });

function checkButtons(buttons: readonly Button[], text: string): Refused | undefined {
  if (buttons.length === 0) return undefined;
  if (text.trim() === "") return refuse("buttons-alone", "WhatsApp shows buttons only under a text. Write one.");
  const long = buttons.find((one) => one.text.trim() === "" || one.text.length > BUTTON_TEXT_LIMIT);
  if (long)
    return refuse(
      "button-text",
      `The words on a button may have 1 to ${BUTTON_TEXT_LIMIT} characters at WhatsApp; “${long.text}” has ${long.text.length}.`,
    );
  const links = buttons.filter((one) => one.kind === "link");
  if (links.length > 0 && buttons.length > 1)
    return refuse(
      "link-button-alone",
      "WhatsApp takes either one link button or up to three reply buttons. Leave the others out.",
    );
  if (links.some((one) => !/^https?:\/\/[^\s]{1,2000}$/i.test(one.url)))
    return refuse("button-link", "The address of the link button does not begin with https:// or http://. Correct it.");
  if (buttons.length > BUTTON_LIMIT)
    return refuse(
      "too-many-buttons",
      `WhatsApp takes up to ${BUTTON_LIMIT} buttons; this message has ${buttons.length}.`,
    );
  if (new Set(buttons.map((one) => one.text.trim())).size < buttons.length)
    return refuse("same-buttons", "Two buttons have the same words, which WhatsApp does not take. Change one of them.");
  return undefined;
}

function textSteps(body: RichText, buttons: readonly Button[]): Step[] {
  const preview = /https?:\/\//i.test(body.text);
  const asText = (text: string): Step => ({
    kind: "message",
    body: { type: "text", text: { body: text, preview_url: preview } },
  });
  if (buttons.length === 0) return splitMarked(body, TEXT_LIMIT).map(asText);
  const parts = splitMarked(body, CAPTION_LIMIT);
  const last = parts.at(-1) ?? "";
  return [...parts.slice(0, -1).map(asText), buttonsStep(last, buttons)];
}

function buttonsStep(text: string, buttons: readonly Button[]): Step {
  const [first] = buttons;
  const interactive =
    first?.kind === "link"
      ? {
          type: "cta_url",
          body: { text },
          action: { name: "cta_url", parameters: { display_text: first.text.trim(), url: first.url } },
        }
      : {
          type: "button",
          body: { text },
          action: {
            buttons: buttons.map((one, at) => ({
              type: "reply",
              reply: { id: `button-${at + 1}`, title: one.text.trim() },
            })),
          },
        };
  return { kind: "message", body: { type: "interactive", interactive } };
}

function placeStep(place: NonNullable<Content["place"]>): Step {
  const { latitude, longitude, title, address } = place;
  const location = { latitude, longitude, ...(title && { name: title }), ...(address && { address }) };
  return { kind: "message", body: { type: "location", location } };
}

/** A name needs one of its parts beside the full form ("Contacts messages"). */
function cardsStep(cards: readonly ContactCard[]): Step {
  const contacts = cards.map((card) => {
    const name = card.name.trim() || (card.phones[0] ?? card.emails[0] ?? "Contact");
    return {
      name: { formatted_name: name, first_name: name },
      ...(card.phones.length > 0 && {
        phones: card.phones.map((phone) => {
          const digits = phone.replace(/\D/g, "");
          return { phone, type: "CELL", ...(/^\+/.test(phone.trim()) && { wa_id: digits }) };
        }),
      }),
      ...(card.emails.length > 0 && { emails: card.emails.map((email) => ({ email, type: "WORK" })) }),
    };
  });
  return { kind: "message", body: { type: "contacts", contacts } };
}

/** "Supported media types", by the file's real type. */
const TYPES: readonly { readonly type: MediaType; readonly mimes: RegExp }[] = [
  { type: "image", mimes: /^image\/(jpeg|png)$/ },
  { type: "video", mimes: /^video\/(mp4|3gpp)$/ },
  { type: "audio", mimes: /^audio\/(aac|amr|mpeg|mp4|ogg)$/ },
  { type: "sticker", mimes: /^image\/webp$/ },
  {
    type: "document",
    mimes:
      /^(text\/plain|application\/(pdf|msword|vnd\.ms-(excel|powerpoint)|vnd\.openxmlformats-officedocument\.(wordprocessingml\.document|spreadsheetml\.sheet|presentationml\.presentation)))$/,
  },
];

/** Other names of the same types. Tables and notes are plain text under another name. */
const SAME_TYPES: Readonly<Record<string, string>> = {
  "image/jpg": "image/jpeg",
  "audio/mp3": "audio/mpeg",
  "audio/m4a": "audio/mp4",
  "audio/x-m4a": "audio/mp4",
  "audio/opus": "audio/ogg",
  "application/ogg": "audio/ogg",
  "video/3gp": "video/3gpp",
  "text/csv": "text/plain",
  "text/markdown": "text/plain",
  "text/tab-separated-values": "text/plain",
};

export function planFile(attachment: Attachment, opened: OpenedFile): PlannedFile | Refused {
  const claimed = opened.mime.toLowerCase().split(";")[0]?.trim() ?? "";
  const mime = Object.hasOwn(SAME_TYPES, claimed) ? (SAME_TYPES[claimed] ?? claimed) : claimed;
  const type = TYPES.find((one) => one.mimes.test(mime))?.type;
  const name = nameOf(attachment);
  if (!type)
    return refuse(
      "file-type",
      `WhatsApp does not take ${name}: it takes pictures as JPEG or PNG, videos as MP4, sound as MP3, M4A or OGG, and PDF, Word, Excel, PowerPoint and text files. Save it as one of these or send a link to it.`,
    );
  return checkSize(attachment, opened.size, MEDIA_LIMITS[type]) ?? { attachment, opened, type, mime };
}

const nameOf = (attachment: Attachment): string =>
  attachment.name === undefined ? "this file" : `the file “${attachment.name}”`;

/** @param size bytes, as far as known: the claim before the file is opened, the truth after */
function checkSize(
  attachment: Attachment,
  size: number | undefined,
  most = capabilities.attachments[attachment.kind]?.maxBytes,
): Refused | undefined {
  const name = nameOf(attachment);
  if (most === undefined)
    return refuse("kind-not-supported", `WhatsApp cannot send ${name}: it knows no files of its kind.`);
  if (size === undefined) return undefined;
  if (size === 0) return refuse("file-empty", `There is nothing in ${name}. Attach it again.`);
  if (size <= most) return undefined;
  return refuse(
    "file-too-big",
    `WhatsApp takes up to ${megabytes(most)} MB of this kind, and ${name} has ${megabytes(size)} MB. Make it smaller or send a link to it.`,
  );
}

const megabytes = (bytes: number): string => String(Math.round((bytes / 1024 / 1024) * 10) / 10);

function mayHaveCaption(file: PlannedFile): boolean {
  return file.type === "image" || file.type === "video" || file.type === "document";
}
