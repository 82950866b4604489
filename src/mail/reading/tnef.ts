/**
 * winmail.dat: Outlook's own wrapping of a mail (MS-OXTNEF), which other programs show as one file that nobody can open. Its
 * attachments and its plain text are taken out; libraries for it are abandoned, and what is read here is a list of
 * length-prefixed attributes. Pure; never throws: what does not fit is left in the file, which is kept as well.
 */
import { decodeText } from "./charset.ts";

export interface Tnef {
  readonly text: string;
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

const SIGNATURE = 0x223e9f78;
const HEADER_BYTES = 6;
/** Level, id, length before the data; a checksum behind it. */
const BEFORE = 9;
const BEHIND = 2;

const BODY = 0x0002800c;
const FILE_BEGINS = 0x00069002;
const FILE_TITLE = 0x00018010;
const FILE_DATA = 0x0006800f;
const FILE_PROPERTIES = 0x00069005;

/** Long file name, in UTF-16 or in the sender's code page. */
const LONG_NAME_UNICODE = 0x3707001f;
const LONG_NAME_BYTES = 0x3707001e;

const MOST_FILES = 200;

export function readTnef(bytes: Uint8Array): Tnef {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < HEADER_BYTES || view.getUint32(0, true) !== SIGNATURE) return { text: "", files: [] };
  let text = "";
  const files: { name: string; long: string; bytes: Uint8Array }[] = [];
  for (let at = HEADER_BYTES; at + BEFORE <= bytes.byteLength; ) {
    const id = view.getUint32(at + 1, true);
    const length = view.getUint32(at + 5, true);
    const data = bytes.subarray(at + BEFORE, at + BEFORE + length);
    // A cut file: what is left of the last attribute is nothing to show.
    if (data.byteLength < length) break;
    const file = files.at(-1);
    if (id === BODY) text = words(data);
    else if (id === FILE_BEGINS && files.length < MOST_FILES)
      files.push({ name: "", long: "", bytes: new Uint8Array(0) });
    else if (id === FILE_TITLE && file !== undefined) file.name = words(data);
    else if (id === FILE_DATA && file !== undefined) file.bytes = data;
    else if (id === FILE_PROPERTIES && file !== undefined) file.long = longName(data);
    at += BEFORE + length + BEHIND;
  }
  return {
    text,
    files: files
      .filter((file) => file.bytes.byteLength > 0)
      .map(({ name, long, bytes: content }) => ({ name: long === "" ? name : long, bytes: content })),
  };
}

const words = (data: Uint8Array): string => beforeNul(decodeText(data, undefined)).trim();

/** Strings end with a NUL, and with whatever stood in the memory behind it. */
const beforeNul = (text: string): string => text.split("\u0000", 1)[0] ?? "";

/**
 * Looks for the property among those of the file. Properties before it are not parsed: their kinds are many, their tags
 * stand on four-byte boundaries, and the wanted one is its tag, the number of values (1) and their length.
 */
function longName(data: Uint8Array): string {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 4; at + 12 <= data.byteLength; at += 4) {
    const tag = view.getUint32(at, true);
    if (tag !== LONG_NAME_UNICODE && tag !== LONG_NAME_BYTES) continue;
    const length = view.getUint32(at + 8, true);
    const value = data.subarray(at + 12, at + 12 + length);
    if (view.getUint32(at + 4, true) !== 1 || value.byteLength < length || length === 0) continue;
    return tag === LONG_NAME_BYTES ? words(value) : beforeNul(decodeText(value, "utf-16le"));
  }
  return "";
}
