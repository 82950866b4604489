/** A block of header lines to fields, and the values that have parameters (RFC 2045, 2231). Pure; linear; never throws. */
import { isUtf8 } from "node:buffer";
import { decodeText } from "./charset.ts";
import { MailHeaders } from "./mail-headers.ts";

/** More lines are no mail's; what stands behind is not looked at. */
const MOST_LINES = 10_000;

/** Raw eight-bit headers (old Russian programs, forms of sites) are read in the charset that they or their looks name. */
export function readHeaders(block: Uint8Array): MailHeaders {
  const text = isUtf8(block) ? bytesOf(block).toString("utf8") : decodeText(block, declaredCharset(block));
  const fields: { key: string; value: string }[] = [];
  for (const raw of text.replaceAll("\u0000", "").split("\n", MOST_LINES)) {
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    const last = fields.at(-1);
    if ((line.startsWith(" ") || line.startsWith("\t")) && last !== undefined) {
      last.value += line;
      continue;
    }
    const colon = line.indexOf(":");
    if (colon > 0) fields.push({ key: line.slice(0, colon).trim().toLowerCase(), value: line.slice(colon + 1) });
  }
  return new MailHeaders(fields);
}

function declaredCharset(block: Uint8Array): string | undefined {
  return /charset\s{0,5}=\s{0,5}"?([\w-]+)/i.exec(bytesOf(block).toString("latin1"))?.[1];
}

/** The same bytes, not a copy. */
const bytesOf = (block: Uint8Array): Buffer => Buffer.from(block.buffer, block.byteOffset, block.byteLength);

export interface Structured {
  /** Lower case, without comments: "text/plain", "attachment". */
  readonly value: string;
  /** Names in lower case, the first of a name wins, continuations joined and decoded. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** `text/plain; charset="utf-8"; name*0*=utf-8''…` */
export function readStructured(header: string): Structured {
  const [first = "", ...rest] = splitAtSemicolons(header);
  const given = new Map<string, string>();
  for (const piece of rest) {
    const equals = piece.indexOf("=");
    if (equals < 0) continue;
    const name = piece.slice(0, equals).trim().toLowerCase();
    if (!given.has(name)) given.set(name, unquoted(piece.slice(equals + 1).trim()));
  }
  return { value: withoutComments(first).trim().toLowerCase(), parameters: joinContinuations(given) };
}

/** Not within quotes; a quote that never ends is none. */
function splitAtSemicolons(header: string): readonly string[] {
  const pieces: string[] = [];
  let start = 0;
  let quoted = false;
  const lastQuote = header.lastIndexOf('"');
  for (let at = 0; at < header.length; at++) {
    const character = header[at];
    if (quoted && character === "\\" && isEscape(header[at + 1])) at++;
    else if (character === '"') quoted = !quoted && at < lastQuote;
    else if (character === ";" && !quoted) {
      pieces.push(header.slice(start, at));
      start = at + 1;
    }
  }
  pieces.push(header.slice(start));
  return pieces;
}

/** Names of files come with the backslashes of their paths unescaped: only these two are escapes. */
const isEscape = (character: string | undefined): boolean => character === '"' || character === "\\";

function unquoted(value: string): string {
  if (!value.startsWith('"')) return withoutComments(value).trim();
  let text = "";
  for (let at = 1; at < value.length; at++) {
    const character = value[at] ?? "";
    if (character === "\\" && isEscape(value[at + 1])) text += value[++at];
    else if (character === '"') break;
    else text += character;
  }
  return text;
}

/** "(…)" behind a blank or at the beginning; within a name ("offer(1).pdf") it belongs to the name. */
const withoutComments = (value: string): string => value.replace(/(^|[ \t])\([^()]{0,500}\)/g, "$1");

function joinContinuations(given: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const plain = new Map<string, string>();
  const sections = new Map<string, { number: number; extended: boolean; value: string }[]>();
  for (const [name, value] of given) {
    const [, base, number, star] = /^([^*]+)\*(?:(\d{1,4})(\*)?)?$/.exec(name) ?? [];
    if (base === undefined) {
      plain.set(name, value);
      continue;
    }
    const extended = number === undefined || star !== undefined;
    sections.set(base, [...(sections.get(base) ?? []), { number: Number(number ?? 0), extended, value }]);
  }
  for (const [name, parts] of sections) {
    const ordered = [...parts].sort((a, b) => a.number - b.number);
    const [, charset, rest] =
      /^([^']*)'[^']*'([\s\S]*)$/.exec(ordered[0]?.extended === true ? ordered[0].value : "") ?? [];
    const bytes = ordered.map(({ extended, value }, at) => {
      const text = at === 0 && rest !== undefined ? rest : value;
      return extended ? percentDecoded(text) : Buffer.from(text);
    });
    plain.set(name, decodeText(Buffer.concat(bytes), charset));
  }
  return plain;
}

function percentDecoded(text: string): Buffer {
  const pieces = text.split(/%([0-9a-f]{2})/i);
  return Buffer.concat(
    pieces.map((piece, at) => (at % 2 === 1 ? Buffer.from([Number.parseInt(piece, 16)]) : Buffer.from(piece))),
  );
}
