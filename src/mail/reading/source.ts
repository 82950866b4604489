/**
 * Where a mail's headers begin: behind what exports and boxes put first, and nowhere in a text that has none. Pure; copies
 * only when it changes something.
 */

const LF = 0x0a;
const CR = 0x0d;

/** A name, blanks perhaps, a colon. */
const HEADER_LINE = /^[!-9;-~]{1,100}[ \t]*:/;

/** Bytes that begin with headers, or with the empty line that says there are none. */
export function prepareSource(given: Uint8Array): Uint8Array {
  const bytes = withLineFeeds(given.subarray(firstLine(given)));
  return looksLikeHeaders(bytes) ? bytes : Buffer.concat([Buffer.from("\r\n"), bytes]);
}

/** Old Macs ended lines with a carriage return alone; everything here looks for line feeds. */
function withLineFeeds(bytes: Uint8Array): Uint8Array {
  if (bytes.includes(LF) || !bytes.includes(CR)) return bytes;
  return bytes.map((byte) => (byte === CR ? LF : byte));
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

/** Where the body begins: behind the first empty line, or at the end. */
export function bodyStart(bytes: Uint8Array): number {
  if (bytes[0] === LF) return 1;
  if (bytes[0] === CR && bytes[1] === LF) return 2;
  let at = bytes.indexOf(LF);
  while (at >= 0) {
    const next = bytes[at + 1];
    if (next === LF) return at + 2;
    if (next === CR && bytes[at + 2] === LF) return at + 3;
    at = bytes.indexOf(LF, at + 1);
  }
  return bytes.length;
}
