/**
 * A mail's parts (RFC 2045, 2046), as views on its bytes. Own code, because the library at hand (postal-mime, whose parsers
 * of addresses and encoded words are used) decodes texts by their labels before anybody can doubt these, joins alternatives,
 * and takes seconds of processor time for a megabyte of empty lines. A part is cut by its parent's boundary before its own
 * is looked for, so a boundary that is missing spoils nothing outside. Pure; never throws.
 */
import { decodeWords } from "postal-mime";
import { readHeaders, readStructured } from "./header-fields.ts";
import type { MailHeaders } from "./mail-headers.ts";
import { bodyStart, prepareSource } from "./source.ts";
import { withoutTransferEncoding } from "./transfer-encoding.ts";

export interface MailPart {
  readonly headers: MailHeaders;
  /** Lower case, `multipart/mixed`. */
  readonly type: string;
  /** Of Content-Type, names in lower case, values decoded. */
  readonly parameters: ReadonlyMap<string, string>;
  /** "", "inline", "attachment" or what else was sent. */
  readonly disposition: string;
  /** Decoded, without a path. */
  readonly name: string | undefined;
  /** Without angle brackets. */
  readonly contentId: string | undefined;
  /** Behind the transfer encoding; empty for a part that has parts. */
  readonly bytes: Uint8Array;
  readonly parts: readonly MailPart[];
}

export interface MimeTree {
  readonly root: MailPart;
  /** There was more of it than any mail has: the rest is kept as one part. */
  readonly broken: boolean;
}

/** Deeper than any mail program nests, and shallow enough for every recursion. */
const DEEPEST = 120;
const MOST_PARTS = 5000;
/** Longer blocks of headers are cut: nobody writes them, and every step would carry them. */
const LONGEST_HEADERS = 1_000_000;

const LF = 0x0a;
const CR = 0x0d;
const DASH = 0x2d;

interface Budget {
  parts: number;
  broken: boolean;
}

export function readTree(given: Uint8Array): MimeTree {
  const budget: Budget = { parts: 0, broken: false };
  const root = readPart(prepareSource(given), "text/plain", 0, budget);
  return { root, broken: budget.broken };
}

function readPart(bytes: Uint8Array, defaultType: string, depth: number, budget: Budget): MailPart {
  budget.parts++;
  const body = bodyStart(bytes);
  const headers = readHeaders(bytes.subarray(0, Math.min(body, LONGEST_HEADERS)));
  const { value, parameters } = readStructured(headers.first("content-type"));
  const disposition = readStructured(headers.first("content-disposition"));
  const type = value === "" ? defaultType : value;
  const content = bytes.subarray(body);
  const parts = type.startsWith("multipart/")
    ? readParts(content, type, parameters.get("boundary"), depth, budget)
    : [];
  const leaf = parts.length === 0;
  return {
    headers,
    // A multipart in which no part begins is a text with an odd label.
    type: leaf && type.startsWith("multipart/") ? "text/plain" : type,
    parameters,
    disposition: disposition.value,
    name: nameOf(disposition.parameters.get("filename") ?? parameters.get("name")),
    contentId: headers.first("content-id").trim().replace(/^<|>$/g, "") || undefined,
    bytes: leaf ? withoutTransferEncoding(content, headers.first("content-transfer-encoding")) : content.subarray(0, 0),
    parts,
  };
}

function readParts(
  content: Uint8Array,
  type: string,
  boundary: string | undefined,
  depth: number,
  budget: Budget,
): readonly MailPart[] {
  if (depth >= DEEPEST) {
    budget.broken = true;
    return [];
  }
  const defaultType = type === "multipart/digest" ? "message/rfc822" : "text/plain";
  const named = boundary === undefined || boundary === "" ? [] : cut(content, boundary);
  const found = named.length > 0 ? named : cutByLikelyBoundary(content);
  const parts: MailPart[] = [];
  for (const piece of found) {
    if (budget.parts >= MOST_PARTS) {
      budget.broken = true;
      const rest = content.subarray(piece.byteOffset - content.byteOffset);
      parts.push({
        ...readPart(new Uint8Array(0), "application/octet-stream", depth, budget),
        name: "rest.txt",
        bytes: rest,
      });
      break;
    }
    parts.push(readPart(piece, defaultType, depth + 1, budget));
  }
  return parts;
}

/** What stands between the lines of a boundary, up to its last one or to the end. */
function cut(content: Uint8Array, boundary: string): readonly Uint8Array[] {
  const buffer = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const delimiter = Buffer.from(`--${boundary}`);
  const pieces: Uint8Array[] = [];
  let start: number | undefined;
  for (let at = buffer.indexOf(delimiter); at >= 0; at = buffer.indexOf(delimiter, at + delimiter.length)) {
    if (at > 0 && buffer[at - 1] !== LF) continue;
    const line = endOfDelimiter(buffer, at + delimiter.length);
    if (line === undefined) continue;
    if (start !== undefined) pieces.push(content.subarray(start, beforeLineBreak(buffer, start, at)));
    if (line.last) return pieces;
    start = line.end;
  }
  if (start !== undefined) pieces.push(content.subarray(start));
  return pieces;
}

/** Behind a delimiter's line; undefined when the line goes on, as that of another boundary does. */
function endOfDelimiter(buffer: Buffer, from: number): { readonly end: number; readonly last: boolean } | undefined {
  const last = buffer[from] === DASH && buffer[from + 1] === DASH;
  let at = last ? from + 2 : from;
  while (buffer[at] === 0x20 || buffer[at] === 0x09) at++;
  if (at >= buffer.length) return { end: at, last };
  if (buffer[at] === LF) return { end: at + 1, last };
  return buffer[at] === CR && buffer[at + 1] === LF ? { end: at + 2, last } : undefined;
}

/** The line break before a delimiter belongs to the delimiter. */
function beforeLineBreak(buffer: Buffer, start: number, at: number): number {
  const feed = at > start && buffer[at - 1] === LF ? at - 1 : at;
  return feed > start && buffer[feed - 1] === CR ? feed - 1 : feed;
}

/** The boundary was lost on the way, or differs from what the header names: the first line that looks like one is taken. */
function cutByLikelyBoundary(content: Uint8Array): readonly Uint8Array[] {
  const start = Buffer.from(content.buffer, content.byteOffset, Math.min(content.byteLength, 10_000)).toString(
    "latin1",
  );
  const boundary = /(?:^|\n)--([^\s"]{1,70})[ \t]*\r?\n[!-9;-~]{1,100}:/.exec(start)?.[1];
  return boundary === undefined ? [] : cut(content, boundary);
}

const nameOf = (given: string | undefined): string | undefined =>
  given === undefined ? undefined : safeFileName(decodeName(given));

/**
 * A name to show and to save under; undefined when nothing is left of it. A path would be somebody else's disk; controls and
 * marks that turn the reading direction hide what a file is.
 */
export function safeFileName(given: string): string | undefined {
  const name = given
    .slice(0, 5000)
    .replace(/^.*[/\\]/, "")
    .replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "")
    .trim();
  return name === "" || name === "." || name === ".." ? undefined : name.slice(0, 255);
}

function decodeName(value: string): string {
  try {
    return decodeWords(value);
  } catch {
    return value;
  }
}
