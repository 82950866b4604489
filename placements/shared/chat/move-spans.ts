import type { MessageAnswer } from "../../../src/api/messages.ts";

export type Span = MessageAnswer["spans"][number];

/**
 * Formatting of a text after one change in it: what stands before the change stays, what stands behind it moves along, and what
 * the change is inside of grows or shrinks with it. Words that are written at an edge of a formatted part are not formatted.
 */
export function moveSpans(spans: readonly Span[], before: string, after: string): readonly Span[] {
  if (before === after || spans.length === 0) return spans;
  const { start, end } = changeIn(before, after);
  const delta = after.length - before.length;
  return spans.flatMap((span) => {
    const from = span.start < start ? span.start : Math.max(span.start, end) + delta;
    const to = span.end > end ? span.end + delta : Math.min(span.end, start);
    return from < to ? [{ ...span, start: from, end: to }] : [];
  });
}

/** Which part of the old text was replaced; both texts are the same around it. */
function changeIn(before: string, after: string): { readonly start: number; readonly end: number } {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let tail = 0;
  while (tail < shorter - start && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return { start, end: before.length - tail };
}
