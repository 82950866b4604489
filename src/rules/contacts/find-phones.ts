/**
 * Phones in a text. Runs of digits are cut into numbers where each part is one by the numbering plans, and a part that the
 * plans allow is believed by its shape and by the words beside it.
 *
 * The cost is bounded: a text may have as many digits as it likes, only so many tries are made on it.
 */
import type { PhoneNumber } from "libphonenumber-js/max";
import { type Cue, cueOf, isAmount, saysPhone } from "./cues.ts";
import { dialsEight, isEightCode, lacksZero, type Reading, type ReadOptions, readNumber } from "./numbers.ts";
import { findRuns, type Group, isBorder, isEdge, type Run } from "./runs.ts";
import { cover } from "./spans.ts";
import { isTaxNumber } from "./tax-number.ts";

export interface PhoneSpot {
  readonly number: PhoneNumber;
  readonly start: number;
  readonly end: number;
}

/** E.164 has 15 digits; a prefix for abroad or a (0) may be written along. */
const mostDigits = 18;
/** One try takes about 12 µs. A message of the largest messenger holds some hundred numbers. */
const mostTries = 8_000;
/** Longer runs are tables; they are read in pieces, so that what is kept in mind stays small. */
const mostGroups = 64;

interface Piece {
  readonly reading: Reading;
  readonly last: number;
}

interface Scene {
  readonly text: string;
  readonly options: ReadOptions;
  /** Nothing but digits and marks in the whole text: whoever sends that sends a number. */
  readonly alone: boolean;
  tries: number;
}

/** @param text readable, with everything covered that is known to be no phone */
export function findPhones(text: string, options: ReadOptions): PhoneSpot[] {
  const scene: Scene = { text, options, alone: !text.includes(cover) && !/\p{L}/u.test(text), tries: mostTries };
  const spots: PhoneSpot[] = [];
  let seen = 0;
  let earlier: { readonly end: number; readonly cue: Cue; readonly digits: number } | undefined;
  const runs = findRuns(text).flatMap(cutUp);
  for (const [index, run] of runs.entries()) {
    const next = runs[index + 1]?.start ?? text.length;
    let cue = cueOf({
      before: text.slice(Math.max(seen, run.start - 80), run.start),
      behind: text.slice(run.end, next),
    });
    const digits = run.groups.reduce((sum, group) => sum + group.digits.length, 0);
    // "orders 9261234567 and 9261234568": what was said of the first holds for the next of its kind.
    if (cue === "none" && earlier?.digits === digits && isList(text.slice(earlier.end, run.start))) cue = earlier.cue;
    spots.push(...phonesOf(run, cue, seen, scene));
    seen = run.end;
    earlier = { end: run.end, cue, digits };
  }
  return spots;
}

const isList = (between: string): boolean => /^[ ,;/&+()]*(?:(?:и|или|and|or|y|o|e) )?[ (+]*$/iu.test(between);

function cutUp(run: Run): Run[] {
  const pieces: Run[] = [];
  for (let from = 0; from < run.groups.length; from += mostGroups) {
    const groups = run.groups.slice(from, from + mostGroups);
    const first = groups[0];
    const last = groups.at(-1);
    if (first === undefined || last === undefined) continue;
    pieces.push({ groups, start: from === 0 ? run.start : first.start, end: last.end });
  }
  return pieces;
}

function phonesOf(run: Run, cue: Cue, seen: number, scene: Scene): PhoneSpot[] {
  const { groups } = run;
  // From behind, because where a number may end depends on whether another begins there.
  const best: (Piece | undefined)[] = [];
  for (let first = groups.length - 1; first >= 0; first--) best[first] = longest(run, first, cue, seen, best, scene);
  const spots: PhoneSpot[] = [];
  let free = true;
  for (let first = 0; first < groups.length; ) {
    const piece = best[first];
    const group = groups[first];
    if (piece === undefined || group === undefined || !(free || mayBegin(group, groups[first + 1]?.before))) {
      first++;
      free = false;
      continue;
    }
    const end = groups[piece.last]?.end ?? group.end;
    spots.push({ number: piece.reading.number, start: beginOf(group), end });
    first = piece.last + 1;
    free = true;
  }
  return spots;
}

/** Where the plus or the bracket in front of a number stands. */
const beginOf = ({ start, before }: Group): number =>
  start - (/\+{0,2} ?\(?\+? ?$/.exec(before)?.[0].trimStart().length ?? 0);

/**
 * Behind something else a number begins at a border, as a row of digits that is one all by itself, with the 8 or 0 that is
 * dialled first, or ("$20 415-666-7777") where the marks change.
 */
function mayBegin({ before, digits }: Group, inside: string | undefined): boolean {
  if (isBorder(before)) return true;
  if (!/^ +\(?$/.test(before)) return false;
  return digits.length >= 9 || /^[80]$|^[80]\d{3}$/.test(digits) || (digits.length === 3 && inside === "-");
}

function longest(
  run: Run,
  first: number,
  cue: Cue,
  seen: number,
  best: readonly (Piece | undefined)[],
  scene: Scene,
): Piece | undefined {
  const { groups } = run;
  const ends: number[] = [];
  let digits = 0;
  for (let last = first; last < groups.length; last++) {
    const group = groups[last];
    if (group === undefined || (last > first && group.before.includes("+"))) break;
    digits += group.digits.length;
    if (digits > mostDigits) break;
    if (digits >= 7) ends.push(last);
  }
  const edges = ends.filter((last) => isEdge(groups[last + 1]?.before ?? ""));
  for (const last of new Set([...edges, ...ends.reverse()])) {
    if (!mayEnd(groups, first, last, best)) continue;
    const reading = judge(run, first, last, cue, seen, scene);
    if (reading !== undefined) return { reading, last };
  }
  return undefined;
}

function mayEnd(groups: readonly Group[], first: number, last: number, best: readonly (Piece | undefined)[]): boolean {
  const following = groups[last + 1];
  if (following === undefined || isBorder(following.before) || best[last + 1] !== undefined) return true;
  // "8 916 111 22 33 5 этаж": a short number behind a blank, and nothing else.
  const begins = groups[first]?.digits ?? "";
  const rest = groups.slice(last + 1).reduce((sum, group) => sum + group.digits.length, 0);
  return rest <= 3 && following.before === " " && (begins.length >= 9 || /^[078]/.test(begins));
}

function judge(run: Run, first: number, last: number, cue: Cue, seen: number, scene: Scene): Reading | undefined {
  const groups = run.groups.slice(first, last + 1);
  const digits = groups.map((group) => group.digits).join("");
  if (/^(\d)\1*$/.test(digits) || scene.tries <= 0) return undefined;
  const opening = groups[0];
  if (opening === undefined) return undefined;
  const start = beginOf(opening);
  const end = groups.at(-1)?.end ?? opening.end;
  const plus = opening.before.includes("+");
  if (isAmount(scene.text.slice(Math.max(seen, start - 12), start), scene.text.slice(end, end + 60))) return undefined;
  if (isGlued(scene.text, start, end)) return undefined;
  scene.tries--;
  const reading = readNumber(digits, plus, scene.options);
  if (reading === undefined || /^(\d)\1*$/.test(reading.number.nationalNumber)) return undefined;
  return isBelieved(reading, groups, digits, cue, scene) ? reading : undefined;
}

function isBelieved(reading: Reading, groups: readonly Group[], digits: string, cue: Cue, scene: Scene): boolean {
  const { number, how } = reading;
  const bracket = groups.some(({ before }, index) => before.includes("(") || (index > 0 && before.includes(")")));
  const said = cue === "phone" || scene.alone;
  if (!reading.given && how !== "international" && (cue !== "phone" || groups.length < 2)) return false;
  // Shorter ones exist on a few islands; elsewhere they are sums and degrees with a sign.
  if (number.number.length < "+12345678".length) return false;
  if (how === "international") return true;
  if (cue === "other" && !bracket) return false;
  if (cue !== "phone" && groups.length === 1 && dialsEight(scene.options.country) && isTaxNumber(digits)) return false;
  if (cue === "doubtful" && !bracket && groups.length < 3) return false;
  if (how === "plusless" && !isCodeApart(number.countryCallingCode, groups)) return false;
  if (how === "plusless") return said || (dialsEight(scene.options.country) && isEightCode(number.countryCallingCode));
  if (how === "eight") return said || groups.length > 1 || dialsEight(scene.options.country);
  if (cue !== "phone" && !bracket && !isGroupedAtHome(number.countryCallingCode, groups, digits)) return false;
  // Where 0 is dialled within the country, people write it; without it any row of digits could be meant.
  const zero = number.countryCallingCode === "54" || !lacksZero(number, digits);
  if (scene.alone && cue !== "phone") return zero || number.getType() === "MOBILE";
  return cue === "phone" || (zero && looksNational(number, groups, digits, bracket));
}

/** In +1 and +7 the area's three digits stand apart, from one who sends nothing else too; documents are grouped otherwise. */
function isGroupedAtHome(code: string, groups: readonly Group[], digits: string): boolean {
  const [head, second] = groups;
  if (second === undefined || !((code === "1" && digits.length < 12) || (code === "7" && digits.length === 10)))
    return true;
  return head?.digits.length === 3 || (code === "1" && head?.digits === "1" && second.digits.length === 3);
}

/** Ukraine's zero is written with its area, and Mexico's mobiles had a 1 until 2019. */
const oldHeads: Readonly<Record<string, string>> = { "380": "38", "52": "521" };

/** In one row, or with the country's code in a group of its own: "12 345 678 901" is no number of +1. */
function isCodeApart(code: string, groups: readonly Group[]): boolean {
  const head = groups[0]?.digits ?? "";
  if (groups.length === 1 || head === code) return true;
  return !groups[0]?.before.includes("(") && (head.length >= code.length + 2 || oldHeads[code] === head);
}

/** Nobody says that it is a phone: it must be written as one is written in its country. */
function looksNational(number: PhoneNumber, groups: readonly Group[], digits: string, bracket: boolean): boolean {
  const bare = groups.length === 1;
  if (digits.length < 8) return false;
  // Ten digits of +7 in one row are a mobile, or number a document.
  if (bare && !bracket && number.countryCallingCode === "7" && digits.length === 10)
    return number.getType() === "MOBILE";
  // Short plans: a row of eight is a date, an order or a count as well.
  return digits.length >= 9 || !bare;
}

const fileName =
  /^\.(?:jpe?g|png|gif|webp|heic|svg|pdf|docx?|xlsx?|csv|txt|zip|rar|mp[34]|mov|avi|html?|php|ru|com|net|org)(?![\p{L}\d])/u;

/**
 * Run into letters, digits are a part of a code, unless the word in front says phone ("tel89…", "number-415…") or
 * is somebody's name: "Иван-8916…", "612…-Ana".
 */
function isGlued(text: string, start: number, end: number): boolean {
  const behind = text.slice(end, end + 12);
  // _8916…_ is how chats set text in italics.
  const italics =
    text[start - 1] === "_" && /^_(?![\p{L}\d])/u.test(behind) && !/[\p{L}\d]/u.test(text[start - 2] ?? "");
  if (italics) return false;
  if (/^[\p{Script=Latin}_@]/u.test(behind) && !/^ ?(?:x|ext)\.? ?\d/i.test(behind)) return true;
  if (/^[-_](?!\p{Lu}\p{Ll}{2})(?:\p{Script=Latin}|\d|\p{Lu}{2})/u.test(behind) || fileName.test(behind)) return true;
  const word = /([\p{L}\p{M}\d_]*)([-_#=@]?)$/u.exec(text.slice(Math.max(0, start - 24), start));
  const [, before = "", mark = ""] = word ?? [];
  if (mark === "" && text[start] === "+" && /\d$/.test(before)) return false;
  if (before === "") return mark !== "" && mark !== "-" && mark !== "=";
  const isName =
    mark === ""
      ? !/\p{Script=Latin}|[\d_]$/u.test(before)
      : mark === "-" && /^(?:\p{Lu}\p{Ll}{2,}|[а-яё]{3,})$/u.test(before);
  return !isName && !saysPhone(before);
}
