import type { Attachment, AttachmentKind, ContactCard, Content, Place } from "../../domain/message.ts";
import type { RichText } from "../../domain/rich-text.ts";
import type { OpenedFile } from "../contract.ts";
import { splitText } from "../shared/split-text.ts";
import { CAPTION_LIMIT, capabilities, GROUP_LIMIT, PHOTO_LIMIT, TEXT_LIMIT } from "./about.ts";
import { storable } from "./entities.ts";
import { fileName } from "./inbound-content.ts";
import type { Refused } from "./outcomes.ts";

/**
 * Which calls a message takes, decided before the first of them, so that what Telegram would refuse is refused while
 * nothing is sent yet. Pure.
 *
 * Order: files as given, then text. A text of at most 1,024 units goes as the caption of the first file; a longer one
 * follows the files as messages of its own (split at 4,096), because a caption cut in two would tear it from its end.
 */

export type FileMethod = "photo" | "video" | "animation" | "voice" | "audio" | "document" | "sticker";

export interface PlannedFile {
  readonly attachment: Attachment;
  readonly opened: OpenedFile;
  readonly method: FileMethod;
}

export type Step =
  | { readonly kind: "place"; readonly place: Place }
  | { readonly kind: "card"; readonly card: ContactCard }
  | { readonly kind: "text"; readonly text: RichText }
  | { readonly kind: "file"; readonly file: PlannedFile; readonly caption?: RichText }
  | { readonly kind: "group"; readonly files: readonly PlannedFile[]; readonly caption?: RichText };

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
  const fileSteps = group(planned);
  const [first, ...others] = fileSteps;
  const hasText = body.text.trim() !== "";
  const wrong = checkParts(content);
  if (wrong) return wrong;
  const cards = (content.contacts ?? []).map((card): Step => ({ kind: "card", card }));
  const extras: Step[] = [...(content.place ? [{ kind: "place" as const, place: content.place }] : []), ...cards];
  if (!first && !hasText && extras.length === 0) return emptyMessage;
  // Buttons stand under the last step: under a text, where there is one, because an album has none of its own.
  const hasButtons = (content.buttons ?? []).flat().length > 0;
  if (hasButtons && !hasText) return buttonsAlone;
  const asCaption = first?.step.kind === "file" || !hasButtons;
  const fits = body.text.length <= CAPTION_LIMIT && (!hasButtons || (others.length === 0 && extras.length === 0));
  if (first && hasText && first.method !== "sticker" && asCaption && fits) {
    return { kind: "steps", steps: [{ ...first.step, caption: body }, ...others.map((one) => one.step), ...extras] };
  }
  const texts = splitText(body, TEXT_LIMIT).map((text): Step => ({ kind: "text", text }));
  return { kind: "steps", steps: [...fileSteps.map((one) => one.step), ...extras, ...texts] };
}

/** Places and cards that Telegram would refuse, before any call. */
function checkParts({ place, contacts = [] }: Content): Refused | undefined {
  if (place && !(Math.abs(place.latitude) <= 90 && Math.abs(place.longitude) <= 180))
    return { kind: "refused", code: "bad-location", sentence: "This location lies nowhere on Earth. Choose it again." };
  if (contacts.some((card) => (card.phones[0] ?? "").trim() === ""))
    return {
      kind: "refused",
      code: "bad-contact",
      sentence: "Telegram sends contact cards with a phone number only. Write the name and address as text.",
    };
  return undefined;
}

const buttonsAlone: Refused = {
  kind: "refused",
  code: "bad-buttons",
  sentence: "Buttons stand under a text. Write what they are about.",
};

const emptyMessage: Refused = {
  kind: "refused",
  code: "empty",
  sentence: "The message is empty: it has neither text nor a file.",
};

/**
 * The sentence for a file that Telegram would refuse, before any call.
 * @param size bytes, as far as known: the claim before the file is opened, the truth after
 */
export function checkFile(attachment: Attachment, size: number | undefined = attachment.size): Refused | undefined {
  const limit = capabilities.attachments[attachment.kind];
  const name = attachment.name === undefined ? "This file" : `The file “${attachment.name}”`;
  if (!limit)
    return {
      kind: "refused",
      code: "kind-not-supported",
      sentence: `${name} is of a kind that Telegram bots cannot send.`,
    };
  if (size === undefined) return undefined;
  if (size === 0) return { kind: "refused", code: "file-empty", sentence: `${name} is empty. Attach it again.` };
  if (size <= limit.maxBytes) return undefined;
  return {
    kind: "refused",
    code: "file-too-big",
    sentence: `${name} is too big: it has ${megabytes(size)} MB, and Telegram takes up to ${megabytes(limit.maxBytes)} MB from bots. Send a link to it instead.`,
  };
}

function megabytes(bytes: number): string {
  return String(Math.round((bytes / 1024 / 1024) * 10) / 10);
}

/** What each method takes, by the file's real type ("sendVideo", "sendVoice" … of the Bot API); the rest are documents. */
const TAKES: Readonly<Record<Exclude<FileMethod, "document">, RegExp>> = {
  photo: /^image\/(jpeg|jpg|png|webp|bmp)$/,
  video: /^video\/mp4$/,
  animation: /^(image\/gif|video\/mp4)$/,
  voice: /^audio\/(ogg|opus|mpeg|mp3|mp4|m4a|x-m4a)$/,
  audio: /^audio\/(mpeg|mp3|mp4|m4a|x-m4a)$/,
  sticker: /^image\/webp$/,
};
/** Static stickers of more than this are refused ("sendSticker"). */
const STICKER_LIMIT = 512 * 1024;
/** A photo's width and height together, and their ratio ("sendPhoto"). */
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

interface FileStep {
  readonly method: FileMethod;
  readonly step: Extract<Step, { kind: "file" | "group" }>;
}

/** Neighbours that may share an album ("sendMediaGroup": photos and videos mix, documents and audio do not) do. */
function group(files: readonly PlannedFile[]): FileStep[] {
  const runs: PlannedFile[][] = [];
  for (const file of files) {
    const run = runs.at(-1);
    const album = albumOf(file.method);
    const fits = run?.[0] && album !== undefined && albumOf(run[0].method) === album && run.length < GROUP_LIMIT;
    if (fits) run.push(file);
    else runs.push([file]);
  }
  return runs.flatMap((run): FileStep[] => {
    const [first] = run;
    if (!first) return [];
    const step: FileStep["step"] = run.length === 1 ? { kind: "file", file: first } : { kind: "group", files: run };
    return [{ method: first.method, step }];
  });
}

function albumOf(method: FileMethod): string | undefined {
  if (method === "photo" || method === "video") return "pictures";
  return method === "document" || method === "audio" ? method : undefined;
}

/**
 * A name as grammY 1.46 has to be given it: it writes the name into the header without quotes, and Telegram's server
 * reads a quoted string and then undoes percent-encoding (tdlib, `HttpReader`).
 */
export function uploadName(opened: OpenedFile): string {
  const name = fileName(opened.name) || "file";
  return `"${name.replace(/[%"\\;]/g, (char) => encodeURIComponent(char))}"`;
}
