/**
 * Bytes of a mail to text. Labels lie (forms of old sites say utf-8 and send windows-1251; relays relabel), so a label is
 * believed only while the bytes allow it. Pure; never throws; unknown labels are guessed like missing ones.
 */
import { isAscii, isUtf8 } from "node:buffer";
import { TextDecoder } from "node:util";

/** Labels that say nothing: what a mail program writes when it does not know, or what is right for ASCII alone. */
const SAYS_NOTHING = new Set([
  "",
  "ascii",
  "us-ascii",
  "ansi_x3.4-1968",
  "utf-8",
  "utf8",
  "utf8mb4",
  "unknown",
  "unknown-8bit",
  "x-unknown",
  "default",
  "8bit",
  "7bit",
  "binary",
  "none",
]);

/** One byte, one character, so that any bytes "fit": believed only when the text looks like language. */
const CYRILLIC = ["windows-1251", "koi8-r", "ibm866", "iso-8859-5"] as const;
const EASILY_CONFUSED = new Set<string>([
  ...CYRILLIC,
  "koi8-u",
  "windows-1252",
  "iso-8859-1",
  "latin1",
  "iso-8859-15",
  "x-mac-cyrillic",
]);

const decoders = new Map<string, TextDecoder | undefined>();

/** A sample decides: a guess over megabytes is no better. */
const SAMPLE = 4096;

/** The bytes as text; the label is the charset parameter as it stands, or undefined. */
export function decodeText(bytes: Uint8Array, label: string | undefined): string {
  if (isAscii(bytes)) return decodeAscii(bytes, label);
  const name = normalise(label);
  if (SAYS_NOTHING.has(name)) return decodeUnlabelled(bytes);
  const decoder = decoderFor(name);
  if (decoder === undefined) return decodeUnlabelled(bytes);
  if (EASILY_CONFUSED.has(name)) return decodeOneByte(bytes, name, decoder);
  const text = decoder.decode(bytes);
  return text.includes("\ufffd") && isUtf8(bytes) ? decodeUtf8(bytes) : text;
}

/** ISO-2022-JP: escape, then the set that follows. */
const SHIFTED = /\p{Cc}(?:\$[@AB]|\(J)/u;

function decodeAscii(bytes: Uint8Array, label: string | undefined): string {
  const name = normalise(label);
  // Encodings that hide other characters in seven bits.
  const shifted = name.startsWith("iso-2022") || SHIFTED.test(sampleOf(bytes, "latin1"));
  if (shifted) return (decoderFor(name.startsWith("iso-2022") ? name : "iso-2022-jp") ?? utf8).decode(bytes);
  if (name === "utf-7" || name === "unicode-1-1-utf-7") return decodeUtf7(Buffer.from(bytes).toString("latin1"));
  return name.startsWith("utf-16") ? (decoderFor(name) ?? utf8).decode(bytes) : decodeUtf8(bytes);
}

const utf8 = new TextDecoder();
const decodeUtf8 = (bytes: Uint8Array): string => utf8.decode(bytes);
const sampleOf = (bytes: Uint8Array, encoding: BufferEncoding): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, SAMPLE)).toString(encoding);

function normalise(label: string | undefined): string {
  const name = (label ?? "")
    .trim()
    .toLowerCase()
    .replace(/^["']|["']$/g, "")
    .replace(/\*.*$/, "");
  const codePage = /^(?:x-)?(?:cp|win|windows|ms)[-_]?(125\d|866|874|936|949|950|932)$/.exec(name)?.[1];
  if (codePage === undefined) return name === "latin-1" ? "iso-8859-1" : name;
  const known: Readonly<Record<string, string>> = {
    "866": "ibm866",
    "932": "shift_jis",
    "936": "gb18030",
    "949": "euc-kr",
    "950": "big5",
  };
  return known[codePage] ?? `windows-${codePage}`;
}

function decoderFor(name: string): TextDecoder | undefined {
  if (!/^[\w.:+-]{2,40}$/.test(name)) return undefined;
  if (decoders.has(name)) return decoders.get(name);
  let decoder: TextDecoder | undefined;
  try {
    decoder = new TextDecoder(name === "gb2312" || name === "gbk" ? "gb18030" : name);
  } catch {
    decoder = undefined;
  }
  // The sender chooses the label: what is remembered stays small.
  if (decoders.size < 200) decoders.set(name, decoder);
  return decoder;
}

function decodeUnlabelled(bytes: Uint8Array): string {
  if (isUtf8(bytes) || mostlyUtf8(bytes)) return decodeUtf8(bytes);
  return (decoderFor(bestGuess(bytes) ?? "windows-1252") ?? utf8).decode(bytes);
}

/** UTF-8 that was cut within a character or spoilt in one place is still UTF-8. */
function mostlyUtf8(bytes: Uint8Array): boolean {
  const text = sampleOf(bytes, "utf8");
  let broken = 0;
  let whole = 0;
  for (const character of text) {
    if (character === "\ufffd") broken++;
    else if (character > "\u007f") whole++;
  }
  return whole > broken * 10;
}

function decodeOneByte(bytes: Uint8Array, name: string, decoder: TextDecoder): string {
  if (isUtf8(bytes)) return decodeUtf8(bytes);
  const better = bestGuess(bytes, name);
  return ((better === undefined ? undefined : decoderFor(better)) ?? decoder).decode(bytes);
}

/**
 * The Cyrillic charset that makes the best Russian of the bytes; undefined when none does. Where a label is given it has to
 * be clearly beaten: a name or two in a French text prove nothing.
 */
function bestGuess(bytes: Uint8Array, label?: string): string | undefined {
  const sample = bytes.subarray(0, SAMPLE);
  let high = 0;
  let letters = 0;
  for (const byte of sample) {
    if (byte >= 0x80) high++;
    else if ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a) letters++;
  }
  if (high < 4 || high * 2 < letters) {
    // Mostly Latin with some other letters: only long runs of them speak for another script.
    if (!/[^\p{ASCII}]{4}/u.test(sampleOf(sample, "latin1"))) return undefined;
  }
  const scored = CYRILLIC.map((name) => ({
    name: name as string,
    score: plausibility(decoderFor(name)?.decode(sample) ?? ""),
  }));
  scored.sort((a, b) => b.score - a.score);
  const best = scored[0];
  if (best === undefined || best.score < 0.4) return undefined;
  if (label === undefined) return best.name;
  const labelled = plausibility(decoderFor(label)?.decode(sample) ?? "");
  return best.score > labelled + 0.5 ? best.name : undefined;
}

/** How much the letters outside ASCII read like Russian: about 1 for Russian, 0 and less for what another charset makes of it. */
function plausibility(text: string): number {
  let score = 0;
  let seen = 0;
  let before = "";
  for (const character of text) {
    if (character > "\u007f" && character !== "\u00a0") {
      seen++;
      if (/[а-яёіїєґ]/.test(character)) score += COMMON.has(character) ? 1.2 : 0.7;
      else if (/[А-ЯЁІЇЄҐ]/.test(character)) score += /[а-яё]/.test(before) ? -1.5 : 0.5;
      else score += /[«»—–…№„“”’•]/.test(character) ? 0.3 : -1;
    }
    before = character;
  }
  return seen === 0 ? 0 : score / seen;
}

const COMMON = new Set("оеаинтслврдмпу");

/** RFC 2152, which no runtime decodes and old Exchange servers still send. */
function decodeUtf7(text: string): string {
  return text.replace(/\+([A-Za-z0-9/]*)-?/g, (_, code: string) => {
    if (code === "") return "+";
    const bytes = Buffer.from(code, "base64");
    return new TextDecoder("utf-16be").decode(bytes.subarray(0, bytes.length - (bytes.length % 2)));
  });
}
