import type { Attachment, AttachmentKind, ContactCard, Content, Place } from "../../domain/message.ts";
import type { RichText } from "../../domain/rich-text.ts";
import type { OpenedFile, SendOutcome } from "../contract.ts";
import { splitText } from "../shared/split-text.ts";
import { CAPTION_LIMIT, capabilities, GROUP_LIMIT, PHOTO_LIMIT, TEXT_LIMIT } from "./about.ts";
import { storable } from "./entities.ts";

/**
 * Which calls a message takes, decided before the first of them, so that what Telegram would refuse is refused while
 * nothing is sent. Pure.
 *
 * Order: files as given, then place and contact cards, then text. A text of at most 1,024 units goes as the caption of
 * the first file; a longer one follows as messages of its own.
 */

export type Refused = Extract<SendOutcome, { kind: "refused" }>;
export type FileMethod = "photo" | "video" | "animation" | "voice" | "audio" | "document" | "sticker";

export interface PlannedFile {
  readonly attachment: Attachment;
  readonly opened: OpenedFile;
  readonly method: FileMethod;
}

export type Step =
  | { readonly kind: "text"; readonly text: RichText }
  /** One file, or up to ten as an album. */
  | { readonly kind: "files"; readonly files: readonly PlannedFile[]; readonly caption?: RichText }
  | { readonly kind: "place"; readonly place: Place }
  | { readonly kind: "contact"; readonly card: ContactCard };

export type Planned = { readonly kind: "steps"; readonly steps: readonly Step[] } | Refused;

export function planSteps(content: Content, files: readonly OpenedFile[]): Planned {
  const body = { ...content.body, text: storable(content.body.text) };
  const refused = content.attachments
    .map((one, at) => checkFile(one, files[at]?.size))
    .find((one) => one !== undefined);
  if (refused) return refused;
  const planned = content.attachments.flatMap((attachment, at): PlannedFile[] => {
    const opened = files[at];
    return opened ? [{ attachment, opened, method: methodFor(attachment, opened) }] : [];
  });
  const cards = (content.contacts ?? []).filter((card) => card.phones.length > 0);
  const others: Step[] = [
    ...(content.place ? [{ kind: "place", place: content.place } as const] : []),
    ...cards.map((card) => ({ kind: "contact", card }) as const),
  ];
  const [first, ...rest] = albums(planned);
  const hasText = body.text.trim() !== "";
  if (!first && others.length === 0 && !hasText) return content.contacts?.length ? noPhone : empty;
  const captioned = first && hasText && body.text.length <= CAPTION_LIMIT && first.files[0]?.method !== "sticker";
  if (captioned) return { kind: "steps", steps: [{ ...first, caption: body }, ...rest, ...others] };
  const texts = hasText ? splitText(body, TEXT_LIMIT).map((text): Step => ({ kind: "text", text })) : [];
  return { kind: "steps", steps: [...(first ? [first, ...rest] : []), ...others, ...texts] };
}

const empty: Refused = {
  kind: "refused",
  code: "empty",
  sentence: "The message is empty: it has neither text nor a file.",
};

const noPhone: Refused = {
  kind: "refused",
  code: "no-phone",
  sentence: "Telegram takes contact cards with a phone number only. Write the contact as text.",
};

/**
 * The sentence for what can be refused before any call.
 * @param size bytes, as far as known: the claim before the file is opened, the truth after
 */
export function checkFile(attachment: Attachment, size: number | undefined = attachment.size): Refused | undefined {
  const limit = capabilities.attachments[attachment.kind];
  const name = attachment.name === undefined ? "This file" : `The file “${attachment.name}”`;
  if (!limit || size === undefined) return undefined;
  if (size === 0) return { kind: "refused", code: "file-empty", sentence: `${name} is empty. Attach it again.` };
  if (size <= limit.maxBytes) return undefined;
  const megabytes = (bytes: number): number => Math.round(bytes / 1024 / 1024);
  return {
    kind: "refused",
    code: "file-too-big",
    sentence: `${name} is too big: it has ${megabytes(size)} MB, and Telegram takes up to ${megabytes(limit.maxBytes)} MB. Send a link to it instead.`,
  };
}

/** By the file's real type; what fits nowhere goes as a document, which takes anything. */
const TAKES: Readonly<Record<Exclude<FileMethod, "document">, RegExp>> = {
  photo: /^image\/(jpeg|jpg|png|webp|bmp)$/,
  video: /^video\/(mp4|quicktime|webm)$/,
  animation: /^(image\/gif|video\/mp4)$/,
  voice: /^audio\/(ogg|opus)$/,
  audio: /^audio\//,
  sticker: /^image\/webp$/,
};
/** core.telegram.org/stickers: a static sticker has at most 512 KB. */
const STICKER_LIMIT = 512 * 1024;
/** A photo's width and height together, and their ratio (core.telegram.org/bots/api#sendphoto, the same servers). */
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

function methodFor(attachment: Attachment, opened: OpenedFile): FileMethod {
  const mime = opened.mime.toLowerCase().split(";")[0]?.trim() ?? "";
  return WANTED[attachment.kind].find((method) => takes(method, mime, attachment, opened.size)) ?? "document";
}

function takes(method: FileMethod, mime: string, attachment: Attachment, size: number): boolean {
  if (method === "document" || !TAKES[method].test(mime)) return false;
  if (method === "animation" && attachment.kind === "photo") return mime === "image/gif";
  if (method === "sticker") return size <= STICKER_LIMIT;
  if (method !== "photo") return true;
  const { width, height } = attachment;
  if (size > PHOTO_LIMIT) return false;
  if (!width || !height) return true;
  return width + height <= PHOTO_SIDES && Math.max(width, height) / Math.min(width, height) <= PHOTO_RATIO;
}

type FilesStep = Extract<Step, { kind: "files" }>;

/** Neighbours that may share an album do: photos with videos, documents and audio each among themselves. */
function albums(files: readonly PlannedFile[]): FilesStep[] {
  const runs: PlannedFile[][] = [];
  for (const file of files) {
    const run = runs.at(-1);
    const album = albumOf(file.method);
    if (run?.[0] && album !== undefined && albumOf(run[0].method) === album && run.length < GROUP_LIMIT) run.push(file);
    else runs.push([file]);
  }
  return runs.map((run) => ({ kind: "files", files: run }));
}

function albumOf(method: FileMethod): string | undefined {
  if (method === "photo" || method === "video") return "pictures";
  return method === "document" || method === "audio" ? method : undefined;
}
