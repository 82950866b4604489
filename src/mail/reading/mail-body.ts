/** Which parts of a mail are its text and which its attachments. Pure; never throws. */
import mime from "mime";
import { decodeText } from "./charset.ts";
import { unflow } from "./flowed.ts";
import { MailHeaders } from "./mail-headers.ts";
import { type MailPart, safeFileName } from "./mime-tree.ts";
import { oneLine } from "./one-line.ts";
import type { MailAttachment } from "./read-mail-types.ts";
import { readTnef } from "./tnef.ts";

/** One stretch of the text: in plain words, in HTML, or in both when the sender offered a choice. */
export interface BodyBlock {
  readonly plain: string | undefined;
  readonly html: string | undefined;
}

export interface MailBody {
  readonly blocks: readonly BodyBlock[];
  readonly attachments: readonly MailAttachment[];
  /** `text/calendar` parts, decoded; the method of the Content-Type stands with each. */
  readonly calendars: readonly { readonly text: string; readonly method: string }[];
  readonly smime: "signed" | "encrypted" | undefined;
  /** There is a winmail.dat. */
  readonly tnef: boolean;
}

/** Parts that machines write for machines: read by `reports.ts`, nothing to open for a person. */
const FOR_MACHINES = new Set([
  "message/delivery-status",
  "message/global-delivery-status",
  "message/disposition-notification",
  "message/feedback-report",
]);

interface Gathered {
  readonly blocks: BodyBlock[];
  readonly attachments: MailAttachment[];
  readonly calendars: { text: string; method: string }[];
  tnef: boolean;
  smime: "signed" | "encrypted" | undefined;
}

export function bodyOf(root: MailPart): MailBody {
  const gathered: Gathered = { blocks: [], attachments: [], calendars: [], tnef: false, smime: undefined };
  walk(root, gathered, false);
  return gathered;
}

function walk(part: MailPart, into: Gathered, related: boolean): void {
  if (part.type === "multipart/alternative" && part.parts.length > 0) {
    walkAlternative(part, into, related);
    return;
  }
  if (part.parts.length > 0) {
    const inRelated = related || part.type === "multipart/related";
    for (const child of part.parts) walk(child, into, inRelated);
    return;
  }
  if (isText(part, into.blocks.length === 0)) {
    const text = textOf(part);
    into.blocks.push(part.type === "text/html" ? { plain: undefined, html: text } : { plain: text, html: undefined });
    return;
  }
  if (FOR_MACHINES.has(part.type) && part.disposition !== "attachment") return;
  if (part.type === "text/calendar" || part.type === "application/ics") {
    into.calendars.push({
      text: decodeText(part.bytes, part.parameters.get("charset") ?? "utf-8"),
      method: part.parameters.get("method") ?? "",
    });
  }
  into.smime ??= smimeOf(part);
  if (part.bytes.byteLength > 0 || part.name !== undefined) into.attachments.push(attachmentOf(part, related));
  if (isTnef(part)) unwrap(part, into);
}

/** What Outlook wrapped stands beside its wrapping; its text counts where the mail has no other. */
function unwrap(part: MailPart, into: Gathered): void {
  const { text, files } = readTnef(part.bytes);
  into.tnef = true;
  if (text !== "" && into.blocks.length === 0) into.blocks.push({ plain: text, html: undefined });
  for (const { name, bytes } of files) {
    into.attachments.push({
      name: safeFileName(name) ?? "attachment.bin",
      type: mime.getType(name) ?? "application/octet-stream",
      size: bytes.byteLength,
      contentId: undefined,
      inline: false,
      content: () => bytes,
    });
  }
}

/** Of a choice the plain and the HTML version make one block; pictures and invitations beside them are kept. */
function walkAlternative(part: MailPart, into: Gathered, related: boolean): void {
  const inner: Gathered = { blocks: [], attachments: [], calendars: [], tnef: false, smime: undefined };
  for (const child of part.parts) walk(child, inner, related);
  const plain = inner.blocks.flatMap((block) => block.plain ?? []);
  const html = inner.blocks.flatMap((block) => block.html ?? []);
  if (inner.blocks.length > 0) {
    into.blocks.push({
      plain: plain.length > 0 ? plain.join("\n") : undefined,
      html: html.length > 0 ? html.join("\n") : undefined,
    });
  }
  into.attachments.push(...inner.attachments);
  into.calendars.push(...inner.calendars);
  into.tnef ||= inner.tnef;
  into.smime ??= inner.smime;
}

function isText({ type, disposition, name }: MailPart, first: boolean): boolean {
  if (type !== "text/plain" && type !== "text/html" && type !== "text/enriched" && type !== "text") return false;
  if (disposition === "attachment") return false;
  return name === undefined || (first && disposition !== "inline" && !/[.]\w{2,5}$/.test(name));
}

/** A text part's words, `\n` at the ends of lines. */
function textOf(part: MailPart): string {
  const text = decodeText(part.bytes, part.parameters.get("charset") ?? htmlCharset(part))
    .replace(/\r\n?/g, "\n")
    .replaceAll("\u0000", "");
  const plain = part.type === "text/enriched" ? withoutEnriched(text) : text;
  return /^flowed$/i.test(part.parameters.get("format") ?? "")
    ? unflow(plain, /^yes$/i.test(part.parameters.get("delsp") ?? ""))
    : plain;
}

function htmlCharset(part: MailPart): string | undefined {
  if (part.type !== "text/html") return undefined;
  const head = Buffer.from(part.bytes.subarray(0, 2000)).toString("latin1");
  return /<meta[^>]{0,200}charset\s*=\s*["']?([\w-]+)/i.exec(head)?.[1];
}

/** RFC 1896: tags without meaning for us, `<<` for `<`. */
const withoutEnriched = (text: string): string =>
  text
    .replace(/<param>[^<]*<\/param>/gi, "")
    .replace(/<<|<\/?[a-z-]{1,60}>/gi, (tag) => (tag === "<<" ? "<" : ""))
    .replace(/\n(\n*)/g, (_, more: string) => (more === "" ? " " : more));

function smimeOf({ type, name, parameters }: MailPart): "signed" | "encrypted" | undefined {
  if (/^application\/(x-)?pkcs7-signature$/.test(type)) return "signed";
  const envelope = /^application\/(x-)?pkcs7-mime$/.test(type) || /[.]p7m$/i.test(name ?? "");
  if (!envelope) return undefined;
  return parameters.get("smime-type")?.toLowerCase() === "signed-data" ? "signed" : "encrypted";
}

const isTnef = ({ type, name }: MailPart): boolean =>
  /^application\/(vnd\.)?ms-tnef$/.test(type) || name?.toLowerCase() === "winmail.dat";

function attachmentOf(part: MailPart, related: boolean): MailAttachment {
  const { bytes, type, contentId } = part;
  return {
    name: part.name ?? nameFor(part),
    type: /^[\w.+-]+\/[\w.+-]+$/.test(type) ? type : "application/octet-stream",
    size: bytes.byteLength,
    contentId: contentId === "" ? undefined : contentId,
    inline:
      part.disposition !== "attachment" && (related || part.disposition === "inline") && type.startsWith("image/"),
    content: () => bytes,
  };
}

const NAMES: Readonly<Record<string, string>> = {
  "text/calendar": "invite.ics",
  "application/ics": "invite.ics",
  "application/pkcs7-mime": "smime.p7m",
  "application/x-pkcs7-mime": "smime.p7m",
  "application/pkcs7-signature": "smime.p7s",
  "application/x-pkcs7-signature": "smime.p7s",
  "application/pgp-signature": "signature.asc",
  "application/pgp-encrypted": "version.asc",
  "application/ms-tnef": "winmail.dat",
  "application/vnd.ms-tnef": "winmail.dat",
  "text/rfc822-headers": "headers.txt",
  "image/jpeg": "image.jpg",
  "image/svg+xml": "image.svg",
  "audio/mpeg": "audio.mp3",
};

function nameFor({ type, headers, bytes }: MailPart): string {
  if (type.startsWith("message/")) return fileNameOf(subjectWithin(bytes) ?? headers.words("content-description"));
  const known = NAMES[type];
  if (known !== undefined) return known;
  const [kind = "", subtype = ""] = type.split("/");
  if (["image", "audio", "video"].includes(kind) && /^[a-z0-9]{2,5}$/.test(subtype)) return `${kind}.${subtype}`;
  return kind === "text" ? "text.txt" : "attachment.bin";
}

/** An attached mail is called by its subject. */
function fileNameOf(subject: string): string {
  const clean = oneLine(subject.replace(/[\\/:*?"<>|\p{Cc}]/gu, " ")).slice(0, 100);
  return `${clean === "" ? "message" : clean}.eml`;
}

function subjectWithin(bytes: Uint8Array): string | undefined {
  const head =
    Buffer.from(bytes.subarray(0, 8000))
      .toString("utf8")
      .split(/\r?\n\r?\n/, 1)[0] ?? "";
  const value = /^subject:[ \t]*(.+(?:\r?\n[ \t].+)*)/im.exec(head)?.[1];
  return value === undefined ? undefined : new MailHeaders([{ key: "subject", value }]).words("subject");
}
