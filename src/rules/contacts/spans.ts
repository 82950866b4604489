/**
 * Parts of a text that hold digits and are no phone, whatever a part of them looks like: addresses of pages, bank
 * accounts, cards, dates, positions. Every pattern is bounded or begins only where a word begins, so that a hostile text
 * costs time in proportion to its length.
 */

export interface Span {
  readonly start: number;
  /** Behind the last character. */
  readonly end: number;
}

/** Takes the place of what is no phone: of Unicode's private characters, no digit, letter, blank or mark. */
export const cover = "\ue000";

const day = "(?:0?[1-9]|[12]\\d|3[01])";
const month = "(?:0?[1-9]|1[0-2])";
const clock = "[0-2]?\\d:[0-5]\\d(?::[0-5]\\d)?(?!\\d)";
const octet = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";

/** Whole or not at all: what a pattern takes is covered. */
const patterns: readonly RegExp[] = [
  // 2024-05-12, 2024/05/12 08:00 (ISO 8601 and what people make of it)
  new RegExp(`(?<![\\d.+(])(?:19|20)\\d\\d([-/.])${month}\\1${day}(?!\\d|[-/.]\\d)(?:[ T]{1,2}${clock})?`, "g"),
  // 12.05.2024, 3/10/84
  new RegExp(`(?<![\\d.+(/-])${day}([./-])(?:${month}\\1(?:(?:19|20)\\d\\d|\\d\\d))(?!\\d|[./-]\\d)`, "g"),
  // 03/27/2011: the month first
  new RegExp(`(?<![\\d.+(/-])${month}/${day}/(?:19|20)\\d\\d(?!\\d|[./-]\\d)`, "g"),
  // 20240512 and 20240512143000
  /(?<![\d.+(/-])(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[0-2]\d[0-5]\d[0-5]\d)?(?![\d])/g,
  // 1995-2003
  /(?<![\d.+(/-])(?:19|20)\d\d ?- ?(?:19|20)\d\d(?!\d| ?[./-] ?\d)/g,
  // 10:30, 9:00-18:00
  new RegExp(`(?<![\\d+])${clock}`, "g"),
  // 55.755826, 37.617300 (ISO 6709 and maps)
  /(?<![\d.])-?\d{1,3}\.\d{4,12} ?[,; ] ?-?\d{1,3}\.\d{4,12}(?!\d)/g,
  // 192.0.2.146
  new RegExp(`(?<![\\d.])${octet}(?:\\.${octet}){3}(?![\\d]|\\.\\d)`, "g"),
  // 550e8400-e29b-41d4-a716-446655440000
  /(?<![\da-z])[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}(?![\da-z])/gi,
  // 4-4-4-4 and more is how cards and accounts are grouped, never phones
  /(?<!\d|\d[ -])\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1?\d{1,4}){0,3}(?!\d)/g,
  // Documents: СНИЛС 112-233-445 95; RUT 12.345.678-5 and NIT 899.999.068-1; CUIT 20-12345678-6; CPF 123.456.789-09
  /(?<![\d+(-])\d{3}-\d{3}-\d{3} \d\d(?![\d-])/g,
  /(?<![\d.+(])\d{1,3}\.\d{3}\.\d{3}-(?:\d{1,2}|[kK])(?![\d-])/g,
  /(?<![\d+(-])\d\d-\d{8}-\d(?![\d-])/g,
  // 12 345 678,90 and 1.234.567,89: money with its hundredths
  /(?<![\d+(])\d{1,3}(?:([ .])\d{3}){1,4},\d\d(?!\d)/g,
];

const iban = /(?<![\p{L}\d])[a-z]{2}\d\d(?:[ -]?[a-z\d]{4}){2,7}(?:[ -]?[a-z\d]{1,4})?(?![\p{L}\d])/giu;
const longDigits = /(?<![\d+])[2-6]\d{13,18}(?!\d)/g;

/** Pages, files and the like; what stands before `//` tells, or a host with a path behind it. */
const address =
  /(?<![\p{L}\d._@+-])(?:[a-z][a-z+.-]{1,15}:\/\/|www\.)[^\s<>"«»[\]]+|(?<![\p{L}\d._@-])(?:[\p{L}\d_-]{1,63}\.){1,6}\p{L}{2,24}(?::\d{1,5})?[/?#][^\s<>"«»[\]]*/giu;

/** Addresses of pages, in order. `mailto:` and `tel:` are none of these. */
export function pageAddresses(text: string): Span[] {
  return [...text.matchAll(address)].map(({ index, 0: found }) => ({ start: index, end: index + found.length }));
}

/** Everything else that is known to be no phone. */
export function otherNumbers(text: string): Span[] {
  const spans: Span[] = [];
  const take = (pattern: RegExp, isOne: (found: string) => boolean) => {
    for (const { index, 0: found } of text.matchAll(pattern)) {
      if (isOne(found)) spans.push({ start: index, end: index + found.length });
    }
  };
  take(iban, isIban);
  take(longDigits, isCard);
  for (const pattern of patterns) take(pattern, () => true);
  return spans;
}

/** The same text, as long as before, with the spans covered. */
export function covered(text: string, spans: readonly Span[]): string {
  let result = "";
  let at = 0;
  for (const { start, end } of [...spans].sort((one, other) => one.start - other.start)) {
    if (end <= at) continue;
    const from = Math.max(start, at);
    result += text.slice(at, from) + cover.repeat(end - from);
    at = end;
  }
  return result + text.slice(at);
}

/** Written in capitals the shape is enough (a digit may be mistyped); in small letters the check digits must agree. */
function isIban(found: string): boolean {
  const plain = found.replace(/[ -]/g, "");
  if (plain.length < 15 || plain.length > 34) return false;
  if (/^[A-Z]{2}\d\d/.test(plain)) return true;
  // ISO 13616: the first four go to the end, letters count from 10, and the whole leaves 1 of 97.
  let rest = 0;
  for (const sign of (plain.slice(4) + plain.slice(0, 4)).toLowerCase()) {
    const value = Number.parseInt(sign, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** Luhn's formula (ISO/IEC 7812), which every payment card keeps. */
function isCard(digits: string): boolean {
  let sum = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = Number(digits[digits.length - 1 - place]);
    const twice = digit * 2;
    sum += place % 2 === 0 ? digit : twice - (twice > 9 ? 9 : 0);
  }
  return sum % 10 === 0;
}
