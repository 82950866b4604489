import { Readable } from "node:stream";
import MailComposer, { type MailComposerOptions } from "nodemailer/lib/mail-composer";
import type { MailAddress } from "../../domain/letter.ts";
import type { RichText } from "../../domain/rich-text.ts";
import { OWN_MARKER } from "../reading/automatic.ts";
import { escapeHtml, htmlOf, type LinkChange, plainOf } from "./html-body.ts";
import { type QuotedLetter, quotedHtml, quotedText } from "./quoted.ts";
import { replyHeaders, type ThreadPlace } from "./references.ts";
import { tidySubject } from "./subject.ts";

export interface LetterOrder {
  /** With its angle brackets: fixed before the first try (`messageIdOf`), and the same for every one. */
  readonly messageId: string;
  /** Address and name of the box. */
  readonly from: MailAddress;
  readonly to: readonly MailAddress[];
  readonly cc?: readonly MailAddress[];
  readonly bcc?: readonly MailAddress[];
  readonly subject: string;
  /** Absent: it begins a thread. */
  readonly place?: ThreadPlace;
  readonly body: RichText;
  readonly signature?: RichText;
  readonly quoted?: QuotedLetter;
  readonly files: readonly LetterFile[];
  readonly date: Date;
  /** No person wrote it (RFC 3834). */
  readonly automatic?: "auto-replied" | "auto-generated";
  /** Of what goes to many. `url` takes a POST without asking anything (RFC 8058). */
  readonly unsubscribe?: { readonly mailto?: string; readonly url?: string };
  readonly tracked?: { readonly pixel?: string; readonly link?: LinkChange };
}

export interface LetterFile {
  readonly name: string;
  readonly mime: string;
  /** Called when the mail is written out and has come to this file; each time anew. */
  open(): Promise<AsyncIterable<Buffer | string>>;
}

export interface ComposedLetter {
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  readonly inReplyTo?: string;
  readonly references: readonly string[];
  /**
   * The bytes of the whole mail. Each call writes it anew, and the same: boundaries, date and id are fixed by the order.
   * An error of a file becomes the stream's.
   * @param forSender its header names the blind copies, too: for the Sent folder and nobody else
   */
  raw(forSender?: boolean): Readable;
}

/**
 * Makes a mail of what an agent wrote. Pure, apart from the files that its streams open. Nothing that stands in a subject, a
 * name or a file's name can add a header: line ends are gone from all of them.
 */
export function composeLetter(order: LetterOrder): ComposedLetter {
  const { messageId, from, to, cc = [], bcc = [] } = order;
  const { inReplyTo, references } = replyHeaders(order.place);
  const options = (): MailComposerOptions => ({
    from: written(from),
    to: to.map(written),
    cc: cc.map(written),
    bcc: bcc.map(written),
    subject: tidySubject(order.subject),
    messageId,
    date: order.date,
    ...(inReplyTo !== undefined && { inReplyTo }),
    references: [...references],
    text: textOf(order),
    html: pageOf(order),
    attachments: order.files.map((file) => ({
      filename: oneLine(file.name),
      contentType: /^[\w.+-]+\/[\w.+-]+$/.test(file.mime) ? file.mime : "application/octet-stream",
      contentDisposition: "attachment",
      content: Readable.from(bytesOf(file), { objectMode: false }),
    })),
    headers: headersOf(order),
    baseBoundary: messageId.replace(/[^\w]/g, "").slice(0, 40),
    newline: "win",
    disableUrlAccess: true,
    disableFileAccess: true,
  });
  const everybody = [...to, ...cc, ...bcc].map(({ address }) => address);
  return {
    envelope: { from: from.address, to: [...new Map(everybody.map((one) => [one.toLowerCase(), one])).values()] },
    ...(inReplyTo !== undefined && { inReplyTo }),
    references,
    raw(forSender = false) {
      const node = new MailComposer(options()).compile();
      node.keepBcc = forSender;
      return node.createReadStream();
    },
  };
}

async function* bytesOf(file: LetterFile): AsyncIterable<Buffer | string> {
  yield* await file.open();
}

function headersOf({ automatic, unsubscribe }: LetterOrder): Record<string, string> {
  const ways = [unsubscribe?.url, unsubscribe?.mailto && `mailto:${unsubscribe.mailto}`].flatMap((way) =>
    way === undefined || way === "" ? [] : [`<${oneLine(way)}>`],
  );
  return {
    ...(automatic !== undefined && { "Auto-Submitted": automatic, [OWN_MARKER]: automatic }),
    ...(automatic === "auto-replied" && { "X-Auto-Response-Suppress": "All" }),
    ...(ways.length > 0 && { "List-Unsubscribe": ways.join(", ") }),
    ...(unsubscribe?.url !== undefined && { "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" }),
  };
}

function textOf({ body, signature, quoted }: LetterOrder): string {
  const parts = [plainOf(body)];
  if (signature && signature.text !== "") parts.push(`-- \n${plainOf(signature)}`);
  if (quoted) parts.push(quotedText(quoted));
  return parts.join("\n\n");
}

function pageOf({ body, signature, quoted, tracked }: LetterOrder): string {
  const parts = [`<div>${htmlOf(body, tracked?.link)}</div>`];
  // Known by its two signs to whoever folds signatures away.
  if (signature && signature.text !== "") parts.push(`<div class="signature">-- <br>\r\n${htmlOf(signature)}</div>`);
  if (quoted) parts.push(quotedHtml(quoted));
  if (tracked?.pixel !== undefined)
    parts.push(`<img src="${escapeHtml(tracked.pixel)}" width="1" height="1" alt="" style="border:0">`);
  return `<!DOCTYPE html>\r\n<html><head><meta charset="utf-8"></head><body>${parts.join("<br>\r\n")}</body></html>\r\n`;
}

const written = ({ address, name }: MailAddress) => ({ address: oneLine(address), name: oneLine(name ?? "") });

const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, " ").trim();
