import { createHash } from "node:crypto";

/**
 * What people and vendors send must never be refused by the database, or a message would be lost over a character.
 * PostgreSQL takes neither NUL nor half a surrogate pair in text, no index entry over some 2,700 bytes, and no date
 * that is none. Replacements keep the length in UTF-16 units, so that ranges of a formatted text stay where they are.
 */

const REPLACEMENT = "\uFFFD";

/** Replaces NUL and lone surrogates. The same text on writing and on looking up gives the same result. */
export function cleanText(value: string): string {
  const wellFormed = value.isWellFormed() ? value : value.toWellFormed();
  return wellFormed.includes("\0") ? wellFormed.replaceAll("\0", REPLACEMENT) : wellFormed;
}

/** JSON for a `jsonb` column. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value);
  // JSON.stringify writes exactly these two as escapes; where neither occurs the slow way is saved.
  if (!/\\u0000|\\ud[89a-f]/.test(text)) return text;
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === "string") return cleanText(part);
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [cleanText(key), inner]));
  });
}

/** Longest id that is indexed as it is, in bytes. */
const LONGEST_ID = 1000;

/** Ids of vendors as they are indexed: as given, or shortened to a unique form when they are absurdly long. */
export function indexable(id: string): string {
  if (id.length * 3 <= LONGEST_ID) return id;
  const clean = cleanText(id);
  if (Buffer.byteLength(clean) <= LONGEST_ID) return clean;
  return `${clean.slice(0, 100).toWellFormed()}#${createHash("sha256").update(clean).digest("hex")}`;
}

const EARLIEST = Date.UTC(1970, 0, 1);
const LATEST = Date.UTC(9999, 0, 1);

/** A date that the database takes; a vendor's nonsense becomes `fallback`. */
export function saneDate(value: Date, fallback: Date): Date {
  const time = value.getTime();
  return time >= EARLIEST && time <= LATEST ? value : fallback;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Ids come from addresses and requests: what has not the shape of one of ours belongs to nothing. */
export const isUuid = (value: string): boolean => UUID.test(value);
