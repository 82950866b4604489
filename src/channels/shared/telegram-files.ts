import type { Attachment, AttachmentKind } from "../../domain/message.ts";
import type { AttachmentLimit } from "../contract/capabilities.ts";
import type { OpenedFile, SendOutcome } from "../contract/sending.ts";

/**
 * How Telegram takes files, from bots and people alike: they meet the same servers. Which types a method takes differs and
 * is the channel's own. Pure.
 */

/** Longest text of one message, in UTF-16 units (core.telegram.org/api/config, `message_length_max`). */
export const TEXT_LIMIT = 4096;
/** Longest caption under a file (`caption_length_limit_default`). */
export const CAPTION_LIMIT = 1024;
/** Larger pictures go as documents (Bot API, "sendPhoto"). */
const PHOTO_LIMIT = 10 * 1024 * 1024;
/** An album has 2 to 10 items (Bot API, "sendMediaGroup"; messages.sendMultiMedia). */
const GROUP_LIMIT = 10;

export type FileMethod = "photo" | "video" | "animation" | "voice" | "audio" | "document" | "sticker";

export interface PlannedFile {
  readonly attachment: Attachment;
  readonly opened: OpenedFile;
  readonly method: FileMethod;
}

/** What each method takes, by the file's real type; what fits nowhere goes as a document, which takes anything. */
export type Taken = Readonly<Record<Exclude<FileMethod, "document">, RegExp>>;

type Refused = Extract<SendOutcome, { kind: "refused" }>;

/** Static stickers of more than this are refused (core.telegram.org/stickers). */
const STICKER_LIMIT = 512 * 1024;
/** A photo's width and height together, and their ratio (Bot API, "sendPhoto"). */
const PHOTO_SIDES = 10_000;
const PHOTO_RATIO = 20;

const WANTED: Readonly<Record<AttachmentKind, readonly FileMethod[]>> = {
  photo: ["photo", "animation"],
  video: ["video"],
  animation: ["animation"],
  voice: ["voice", "audio"],
  audio: ["audio"],
  file: [],
  sticker: ["sticker", "photo"],
};

/** Each file with the method that it goes by; `opened` stands in the order of the attachments. */
export function planFiles(
  attachments: readonly Attachment[],
  opened: readonly OpenedFile[],
  taken: Taken,
): PlannedFile[] {
  return attachments.flatMap((attachment, at) => {
    const file = opened[at];
    return file ? [{ attachment, opened: file, method: methodFor(attachment, file, taken) }] : [];
  });
}

function methodFor(attachment: Attachment, opened: OpenedFile, taken: Taken): FileMethod {
  const mime = opened.mime.toLowerCase().split(";")[0]?.trim() ?? "";
  return WANTED[attachment.kind].find((method) => takes(method, mime, attachment, opened.size, taken)) ?? "document";
}

function takes(method: FileMethod, mime: string, attachment: Attachment, size: number, taken: Taken): boolean {
  if (method === "document" || !taken[method].test(mime)) return false;
  // A photo that is moving is wanted as such; an mp4 sent as a photo is not.
  if (method === "animation" && attachment.kind === "photo") return mime === "image/gif";
  if (method === "sticker") return size <= STICKER_LIMIT;
  if (method === "photo") return size <= PHOTO_LIMIT && hasPhotoShape(attachment);
  return true;
}

function hasPhotoShape({ width, height }: Attachment): boolean {
  if (!width || !height) return true;
  return width + height <= PHOTO_SIDES && Math.max(width, height) / Math.min(width, height) <= PHOTO_RATIO;
}

/** Neighbours that may share an album do: photos with videos, documents and audio each among themselves. */
export function intoAlbums(files: readonly PlannedFile[]): PlannedFile[][] {
  const runs: PlannedFile[][] = [];
  for (const file of files) {
    const run = runs.at(-1);
    const album = albumOf(file.method);
    const fits = run?.[0] && album !== undefined && albumOf(run[0].method) === album && run.length < GROUP_LIMIT;
    if (fits) run.push(file);
    else runs.push([file]);
  }
  return runs;
}

function albumOf(method: FileMethod): string | undefined {
  if (method === "photo" || method === "video") return "pictures";
  return method === "document" || method === "audio" ? method : undefined;
}

/**
 * The sentence for a file that Telegram would refuse, before any call.
 * @param limits what the channel says it takes, by kind
 * @param takers who is limited, for the sentence: " from bots"
 * @param size bytes, as far as known: the claim before the file is opened, the truth after
 */
export function checkFile(
  attachment: Attachment,
  limits: Partial<Record<AttachmentKind, AttachmentLimit>>,
  takers: string,
  size: number | undefined = attachment.size,
): Refused | undefined {
  const limit = limits[attachment.kind];
  const name = attachment.name === undefined ? "This file" : `The file “${attachment.name}”`;
  if (!limit) {
    const sentence = `${name} is of a kind that Telegram does not take${takers}.`;
    return { kind: "refused", code: "kind-not-supported", sentence };
  }
  if (size === undefined) return undefined;
  if (size === 0) return { kind: "refused", code: "file-empty", sentence: `${name} is empty. Attach it again.` };
  if (size <= limit.maxBytes) return undefined;
  return {
    kind: "refused",
    code: "file-too-big",
    sentence: `${name} is too big: it has ${megabytes(size)} MB, and Telegram takes up to ${megabytes(limit.maxBytes)} MB${takers}. Send a link to it instead.`,
  };
}

function megabytes(bytes: number): string {
  return String(Math.round((bytes / 1024 / 1024) * 10) / 10);
}
