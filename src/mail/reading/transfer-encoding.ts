/** Content-Transfer-Encoding off (RFC 2045). Pure; never throws: what is no code stays as it is, or is passed over. */

/** `encoding` is the header's value as it stands. What needs no decoding is answered as the same bytes. */
export function withoutTransferEncoding(bytes: Uint8Array, encoding: string): Uint8Array {
  const name = /[a-z][\w-]*/.exec(encoding.toLowerCase().replace(/\([^)]{0,200}\)/g, ""))?.[0];
  if (name === "base64") return fromBase64(bytes);
  return name === "quoted-printable" ? fromQuotedPrintable(bytes) : bytes;
}

function fromBase64(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  // Some programs join several codes, each with its own padding; a decoder stops at the first.
  const codes = text.trimEnd().split(/=+(?=[^=])/);
  return codes.length === 1
    ? Buffer.from(text, "base64")
    : Buffer.concat(codes.map((code) => Buffer.from(code, "base64")));
}

const EQUALS = 0x3d;
const LF = 0x0a;
const CR = 0x0d;
const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09;

function fromQuotedPrintable(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(EQUALS)) return bytes;
  const decoded = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte !== EQUALS) {
      decoded[length++] = byte;
      continue;
    }
    const high = hexValue(bytes[at + 1]);
    const low = hexValue(bytes[at + 2]);
    if (high >= 0 && low >= 0) {
      decoded[length++] = high * 16 + low;
      at += 2;
      continue;
    }
    const softBreak = endOfSoftBreak(bytes, at + 1);
    if (softBreak === undefined) decoded[length++] = byte;
    else at = softBreak - 1;
  }
  return decoded.subarray(0, length);
}

/** Behind "=", blanks that some relay added, and the end of the line. */
function endOfSoftBreak(bytes: Uint8Array, from: number): number | undefined {
  let at = from;
  while (isBlank(bytes[at]) && at - from < 80) at++;
  if (at >= bytes.length || bytes[at] === LF) return at + 1;
  return bytes[at] === CR && bytes[at + 1] === LF ? at + 2 : undefined;
}

function hexValue(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : -1;
}
