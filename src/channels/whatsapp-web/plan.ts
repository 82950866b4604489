import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Attachment } from "../../domain/message.ts";
import type { Outgoing, SendOutcome } from "../contract/sending.ts";
import { splitText } from "../shared/split-text.ts";
import { CAPTION_LIMIT, capabilities, TEXT_LIMIT } from "./about.ts";
import { safeFileName, toVcard } from "./content.ts";
import { toMarkup } from "./markup.ts";
import type { FileForm, WireStep } from "./protocol.ts";

/**
 * Which messages at WhatsApp one message of ours takes, decided and refused before anything leaves. Files as they were
 * given, then place and cards, then text; a short text goes under the first file that can carry it.
 */

export type Refused = SendOutcome & { readonly kind: "refused" };

export const refused = (code: string, sentence: string): Refused => ({ kind: "refused", code, sentence });

/** What is wrong with the message, before a file is opened. */
export function check({ content, chatId }: Pick<Outgoing, "content" | "chatId">): Refused | undefined {
  if (!/^[\d-]+@(c\.us|lid|g\.us)$/.test(chatId))
    return refused("chat-not-found", "This conversation does not belong to a WhatsApp chat.");
  if (content.template)
    return refused("no-templates", "A linked WhatsApp account has no templates. Send the text as it is.");
  if (content.buttons && content.buttons.length > 0)
    return refused("no-buttons", "WhatsApp shows no buttons of a linked account. Write the choices into the text.");
  if (content.forwarded)
    return refused("no-forward", "Nothing can be marked as forwarded here. Send it as your own message.");
  for (const attachment of content.attachments) {
    const wrong = checkSize(attachment, attachment.size);
    if (wrong) return wrong;
  }
  const { place, contacts = [] } = content;
  if (place && !(Math.abs(place.latitude) <= 90 && Math.abs(place.longitude) <= 180))
    return refused("bad-place", "The place has no valid coordinates. Choose it again.");
  const empty = content.body.text.trim() === "" && content.attachments.length === 0 && !place && contacts.length === 0;
  return empty ? refused("empty", "The message is empty: it has neither text nor a file.") : undefined;
}

function checkSize(attachment: Attachment, size: number | undefined): Refused | undefined {
  const limit = capabilities.attachments[attachment.kind]?.maxBytes ?? 0;
  const name = attachment.name === undefined ? "The file" : `The file “${attachment.name}”`;
  if (size === 0) return refused("file-empty", `${name} is empty. Attach it again.`);
  if (size === undefined || size <= limit) return undefined;
  return refused(
    "file-too-big",
    `${name} is too big: WhatsApp takes up to ${Math.floor(limit / 1024 / 1024)} MB of this kind. Send a link to it instead.`,
  );
}

export type Planned =
  | { readonly kind: "steps"; readonly steps: readonly WireStep[] }
  | Refused
  | { readonly kind: "unreadable" };

/** Writes the files into `folder` (the worker reads them there) and names the steps. `discard` takes the files away. */
export async function plan(message: Outgoing, folder: string, serial: string): Promise<Planned> {
  const files: (WireStep & { kind: "file" })[] = [];
  for (const [at, attachment] of message.content.attachments.entries()) {
    const path = join(folder, `out-${serial}-${at}`);
    try {
      const opened = await message.openFile(attachment);
      const wrong = checkSize(attachment, opened.size);
      if (wrong) {
        if (opened.stream instanceof Readable) opened.stream.destroy();
        return wrong;
      }
      const mime = opened.mime.toLowerCase().split(";")[0]?.trim() || "application/octet-stream";
      await pipeline(opened.stream, exactly(opened.size), createWriteStream(path, { mode: 0o600 }));
      const form = formFor(attachment, mime);
      files.push({
        kind: "file",
        path,
        mime: mimeFor(form, mime),
        name: safeFileName(opened.name) || "file",
        size: opened.size,
        form,
      });
    } catch {
      // Whatever the store of files throws, or a file of another length than it says: it cannot be sent now.
      return { kind: "unreadable" };
    }
  }
  const { body, place, contacts = [] } = message.content;
  const rest: WireStep[] = [
    ...(place
      ? [
          {
            kind: "place" as const,
            latitude: place.latitude,
            longitude: place.longitude,
            ...(place.title !== undefined && { name: place.title }),
            ...(place.address !== undefined && { address: place.address }),
          },
        ]
      : []),
    ...contacts.map((card): WireStep => ({ kind: "card", vcard: toVcard(card) })),
  ];
  const markup = toMarkup(body).trim();
  const [first, ...others] = files;
  if (first && markup !== "" && carriesText(first.form) && markup.length <= CAPTION_LIMIT)
    return { kind: "steps", steps: [{ ...first, caption: markup }, ...others, ...rest] };
  return { kind: "steps", steps: [...files, ...rest, ...texts(message)] };
}

/** Marks lengthen the text, so it is cut shorter where they would not fit. */
export function texts(message: Pick<Outgoing, "content">): WireStep[] {
  const { body } = message.content;
  for (let limit = TEXT_LIMIT; limit > 1_000; limit = Math.floor(limit * 0.75)) {
    const parts = splitText(body, limit).map(toMarkup);
    if (parts.every((part) => part.length <= TEXT_LIMIT)) return parts.map((text) => ({ kind: "text", text }));
  }
  return splitText({ text: body.text, spans: [] }, TEXT_LIMIT).map((part) => ({ kind: "text", text: toMarkup(part) }));
}

export async function discard(steps: readonly WireStep[]): Promise<void> {
  await Promise.all(steps.map((step) => (step.kind === "file" ? rm(step.path, { force: true }) : undefined)));
}

function exactly(size: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, next) {
      seen += chunk.length;
      next(seen > size ? new Error("longer than it says") : null, chunk);
    },
    flush(next) {
      next(seen === size ? null : new Error("shorter than it says"));
    },
  });
}

const carriesText = (form: FileForm): boolean => form !== "voice" && form !== "audio" && form !== "sticker";

const TAKES: Readonly<Record<Exclude<FileForm, "document">, RegExp>> = {
  photo: /^image\/(jpeg|jpg|png|webp)$/,
  video: /^video\/(mp4|3gpp|quicktime)$/,
  animation: /^video\/mp4$/,
  voice: /^audio\/(ogg|opus|mpeg|mp4|aac|amr)$/,
  audio: /^audio\/(ogg|opus|mpeg|mp4|aac|amr)$/,
  sticker: /^image\/(webp|png|jpeg)$/,
};

const FORM: Readonly<Record<Attachment["kind"], FileForm>> = {
  photo: "photo",
  video: "video",
  animation: "animation",
  voice: "voice",
  audio: "audio",
  file: "document",
  sticker: "sticker",
};

/** What WhatsApp would not play goes as a document, so nothing is refused for its type. */
function formFor(attachment: Attachment, mime: string): FileForm {
  const form = FORM[attachment.kind];
  return form === "document" || TAKES[form].test(mime) ? form : "document";
}

/** Voice plays in place only under this type. */
const mimeFor = (form: FileForm, mime: string): string =>
  form === "voice" && /^audio\/(ogg|opus)$/.test(mime) ? "audio/ogg; codecs=opus" : mime;
