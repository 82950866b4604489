import type { ImapFlow, MessageStructureObject } from "imapflow";
import { fetchOne } from "./fetch-one.ts";
import type { LeftFile } from "./letter-event.ts";

/**
 * Mails larger than what is read at once: their headers and texts are fetched by part and put together to a mail without
 * its files, which are told of and stay on the server until somebody wants them.
 */
export interface LargeMail {
  readonly source: Buffer;
  readonly left: readonly LeftFile[];
}

/** Of one text, in bytes as they stand in the mail. */
const LONGEST_TEXT = 1_024 * 1_024;
const MOST_TEXTS = 6;
const BOUNDARY = "=_threadline_texts";

/** `undefined`: the mail is gone, or the server does not say what is in it. */
export async function fetchLarge(client: ImapFlow, uid: number): Promise<LargeMail | undefined> {
  const message = await fetchOne(client, uid, { bodyStructure: true, headers: true });
  if (!message?.bodyStructure || !message.headers) return undefined;
  const leaves = leavesOf(message.bodyStructure);
  const [only] = leaves;
  if (leaves.length === 1 && only && !only.part?.includes(".")) return await beginningOf(client, uid);
  const texts = leaves.filter(isText).slice(0, MOST_TEXTS);
  const left = leaves.filter((leaf) => !texts.includes(leaf)).flatMap(leftFile);
  const numbers = texts.flatMap(({ part }) => (part === undefined ? [] : [part]));
  const parts = await fetchOne(client, uid, {
    bodyParts: numbers.flatMap((key) => [`${key}.MIME`, { key, maxLength: LONGEST_TEXT }]),
  });
  if (!parts?.bodyParts) return undefined;
  const bodies = parts.bodyParts;
  const partOf = (key: string): Buffer => bodies.get(key) ?? bodies.get(key.toLowerCase()) ?? Buffer.alloc(0);
  const pieces: Buffer[] = [Buffer.from(withoutType(message.headers.toString("latin1")), "latin1")];
  for (const number of numbers)
    pieces.push(Buffer.from(`--${BOUNDARY}\r\n`), partOf(`${number}.MIME`), partOf(number), Buffer.from("\r\n"));
  pieces.push(Buffer.from(`--${BOUNDARY}--\r\n`));
  return { source: Buffer.concat(pieces), left };
}

/** One huge text: its beginning is read as it stands. */
async function beginningOf(client: ImapFlow, uid: number): Promise<LargeMail | undefined> {
  const message = await fetchOne(client, uid, { source: { maxLength: LONGEST_TEXT } });
  return message?.source ? { source: message.source, left: [] } : undefined;
}

function leavesOf(node: MessageStructureObject): MessageStructureObject[] {
  return node.childNodes && node.childNodes.length > 0 ? node.childNodes.flatMap(leavesOf) : [node];
}

const isText = ({ type, disposition }: MessageStructureObject): boolean =>
  /^text\/(plain|html|calendar)$/i.test(type) && disposition?.toLowerCase() !== "attachment";

function leftFile(leaf: MessageStructureObject): LeftFile[] {
  if (leaf.part === undefined) return [];
  const type = leaf.type.toLowerCase();
  const name = leaf.dispositionParameters?.["filename"] ?? leaf.parameters?.["name"] ?? `${type.replace("/", ".")}`;
  // Base64: four characters, and a line's end now and then, for three bytes.
  const ratio = leaf.encoding?.toLowerCase() === "base64" ? 0.73 : 1;
  return [{ number: leaf.part, name, type, size: Math.floor((leaf.size ?? 0) * ratio) }];
}

/** The mail's headers with another type of content: that of what is put together here. */
function withoutType(headers: string): string {
  const kept = headers
    .replace(/\r?\n(?:[ \t]*\r?\n)*$/, "")
    .split(/\r?\n(?![ \t])/)
    .filter((line) => !/^content-(type|transfer-encoding|disposition)\s*:/i.test(line));
  return `${kept.join("\r\n")}\r\nContent-Type: multipart/mixed; boundary="${BOUNDARY}"\r\n\r\n`;
}
