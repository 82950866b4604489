/**
 * What is put right in the bytes before they are parsed: what stands before the headers, and headers in raw eight bits
 * (old Russian programs and forms of sites), which a parser could only turn into question marks. Pure; copies only when it
 * changes something.
 */
import { isUtf8 } from "node:buffer";
import { decodeText } from "./charset.ts";

const LF = 0x0a;
const CR = 0x0d;

/** A name, blanks perhaps, a colon. */
const HEADER_LINE = /^[!-9;-~]{1,100}[ \t]*:/;

export interface Source {
  readonly bytes: Uint8Array;
  /** Where the body begins: behind the first empty line, or at the end. */
  readonly body: number;
}

/** Headers longer than this in all are cut: nobody writes them, and every one costs memory in each step. */
const LONGEST_HEADERS = 1_000_000;

export function prepareSource(given: Uint8Array): Source {
  const bytes = given.subarray(firstLine(given));
  if (!looksLikeHeaders(bytes)) {
    const body = Buffer.concat([Buffer.from("\r\n"), bytes]);
    return { bytes: body, body: 2 };
  }
  const body = bodyStart(bytes);
  const headers = bytes.subarray(0, body);
  if (headers.length > LONGEST_HEADERS) return withHeaders(cutAtLine(headers), bytes.subarray(body));
  if (isUtf8(headers)) return { bytes, body };
  const declared = /charset\s*=\s*"?([\w-]+)/i.exec(Buffer.from(headers).toString("latin1"))?.[1];
  return withHeaders(Buffer.from(decodeText(headers, declared)), bytes.subarray(body));
}

function withHeaders(headers: Uint8Array, body: Uint8Array): Source {
  return { bytes: Buffer.concat([headers, body]), body: headers.length };
}

/** Behind a byte order mark and empty lines that some exports put first. */
function firstLine(bytes: Uint8Array): number {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (at < bytes.length && (bytes[at] === LF || bytes[at] === CR)) at++;
  return at;
}

/** Whether the first line is one: a text without any headers is all body. */
function looksLikeHeaders(bytes: Uint8Array): boolean {
  const line = Buffer.from(bytes.subarray(0, 500)).toString("latin1").split(/\r?\n/, 1)[0] ?? "";
  return HEADER_LINE.test(line) || line.startsWith("From ") || line.startsWith(">From ");
}

function bodyStart(bytes: Uint8Array): number {
  let at = bytes.indexOf(LF);
  while (at >= 0) {
    const next = bytes[at + 1];
    if (next === LF) return at + 2;
    if (next === CR && bytes[at + 2] === LF) return at + 3;
    at = bytes.indexOf(LF, at + 1);
  }
  return bytes.length;
}

function cutAtLine(headers: Uint8Array): Uint8Array {
  const end = headers.lastIndexOf(LF, LONGEST_HEADERS);
  const kept = headers.subarray(0, end < 0 ? LONGEST_HEADERS : end + 1);
  return Buffer.concat([kept, Buffer.from(end < 0 ? "\r\n\r\n" : "\r\n")]);
}
