import { normaliseSpans, type RichText } from "../../domain/rich-text.ts";

/**
 * Cuts texts that are too long for one message of a channel. Pure and total: any text, any limit from 1 up, gives parts
 * that fit; nothing but the white space at the cuts is lost.
 *
 * Only the window of one part is looked at for each cut, so the time is linear in the text's length.
 */

/** A cut at a nicer place is preferred to a fuller part, but not at the price of parts less than half full. */
const LEAST_FILL = 0.5;

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const sentences = new Intl.Segmenter(undefined, { granularity: "sentence" });

/**
 * Splits at the end of a paragraph, else of a line, else of a sentence, else of a word, else between two graphemes.
 * A cut never falls inside a grapheme or a surrogate pair, except that a single grapheme longer than the limit is cut
 * between code points. Spans follow their text; one that crosses a cut goes on in the next part.
 *
 * @param limit longest part in UTF-16 units, at least 2 (a surrogate pair has to fit)
 * @returns parts in order, none empty; a text of white space only gives none
 */
export function splitText(body: RichText, limit: number): RichText[] {
  if (!Number.isInteger(limit) || limit < 2)
    throw new RangeError("splitText: the limit must be an integer of at least 2");
  if (body.text.trim() === "") return [];
  if (body.text.length <= limit) return [body];
  const parts: RichText[] = [];
  let start = skipSpace(body.text, 0);
  while (start < body.text.length) {
    const end = body.text.length - start <= limit ? body.text.length : cutPoint(body.text, start, limit);
    const part = slice(body, start, trimEnd(body.text, start, end));
    if (part.text.length > 0) parts.push(part);
    start = skipSpace(body.text, end);
  }
  return parts;
}

/** The part of a text between two offsets, with the spans that lie in it. */
function slice(body: RichText, start: number, end: number): RichText {
  const text = body.text.slice(start, end);
  const spans = body.spans
    .filter((span) => span.end > start && span.start < end)
    .map((span) => ({ ...span, start: span.start - start, end: span.end - start }));
  return { text, spans: normaliseSpans(text, spans) };
}

function cutPoint(text: string, start: number, limit: number): number {
  // One unit more than fits: white space right after a full part makes that part a legal one.
  const window = text.slice(start, start + limit + 1);
  const least = Math.ceil(limit * LEAST_FILL);
  const at =
    lastMatchEnd(window, /\n[^\S\n]*\n\s*/g, least, limit) ??
    lastMatchEnd(window, /\n/g, least, limit) ??
    lastSentenceEnd(window, least, limit) ??
    lastMatchEnd(window, /\s/g, 1, limit) ??
    lastGraphemeEnd(text, start, limit);
  return start + at;
}

/** End of the last match that begins within the limit: what matches is white space, which is dropped at a cut. */
function lastMatchEnd(window: string, pattern: RegExp, least: number, limit: number): number | undefined {
  let found: number | undefined;
  for (const match of window.matchAll(pattern)) {
    if (match.index > limit) break;
    // White space may be the base of a grapheme (a combining mark after it); such a place is no end of a word.
    if (match.index >= least && !continuesGrapheme(window, match.index + match[0].length)) found = match.index;
  }
  return found;
}

function lastSentenceEnd(window: string, least: number, limit: number): number | undefined {
  let found: number | undefined;
  for (const segment of sentences.segment(window)) {
    const end = segment.index + segment.segment.trimEnd().length;
    const isWholeWindow = segment.index + segment.segment.length >= window.length;
    // The last segment ends where the window does, which says nothing about the sentence.
    if (isWholeWindow && !/[.!?…。!?]["'»”’)\]]*\s$/u.test(window)) break;
    if (end >= least && end <= limit && !continuesGrapheme(window, end)) found = end;
  }
  return found;
}

function lastGraphemeEnd(text: string, start: number, limit: number): number {
  // A grapheme that straddles the limit must be seen whole, hence the longer window.
  const window = text.slice(start, start + limit * 2);
  let end = 0;
  for (const segment of graphemes.segment(window)) {
    const next = segment.index + segment.segment.length;
    if (next > limit) break;
    end = next;
  }
  if (end > 0) return end;
  return isPairCut(text, start + limit) ? limit - 1 : limit;
}

function continuesGrapheme(window: string, at: number): boolean {
  return at < window.length && /^[\p{M}\u200d]/u.test(window.slice(at, at + 2));
}

function isPairCut(text: string, at: number): boolean {
  return /[\ud800-\udbff]/.test(text.charAt(at - 1)) && /[\udc00-\udfff]/.test(text.charAt(at));
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && isSpace(text, at) && !continuesGrapheme(text.slice(at, at + 3), 1)) at += 1;
  return at;
}

function trimEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && isSpace(text, at - 1)) at -= 1;
  return at;
}

function isSpace(text: string, at: number): boolean {
  return /\s/.test(text.charAt(at));
}
