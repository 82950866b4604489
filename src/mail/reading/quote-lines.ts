/** Text to lines with their quoting depth. */
import { HTML_MARKS } from "./html-text.ts";
import type { QuoteLine } from "./quote-introductions.ts";

const QUOTED = /^[ \t]?(?:>[ \t]?)+/;
/** The Bat! puts initials before the mark: "АП> ". */
const INITIALS = /^[ \t]?(\p{Lu}{1,4})>{1,5}(?:[ \t]|$)/u;

/** GroupWise puts the marks of a quote before the line that introduces one: ">>> Anna Peters <anna@firm.example> schrieb am …". */
const INTRODUCES =
  /^>>> ?[^>\s].{0,200}(?:(?:schrieb|wrote|escribi[óo]|a écrit|написал)(?!\p{L}).{0,120}\d|\d{1,2}[:.]\d\d(?: ?[ap]m)? ?>>>\s*$)/iu;

const MARKS: Readonly<Record<string, NonNullable<QuoteLine["mark"]>>> = {
  [HTML_MARKS.tail]: "tail",
  [HTML_MARKS.attribution]: "attribution",
  [HTML_MARKS.certain]: "certain",
};

/** Text as `htmlToMarkedText` gives it, or plain text, to lines. */
export function quoteLines(text: string): readonly QuoteLine[] {
  const raw = text.split("\n");
  const initials = frequentInitials(raw);
  const marked = MARKED.test(text);
  return raw.map((line, at) => {
    const mark = marked ? MARKS[MARKED.exec(line)?.[0] ?? ""] : undefined;
    const clean = withoutMarks(line);
    const introduces = INTRODUCES.test(clean) && !QUOTED.test(raw[at - 1] ?? "");
    return { text: clean, depth: introduces ? 0 : depthOf(clean, initials), mark };
  });
}

const MARKED = /[\ufdd0-\ufdd2]/;

/**
 * Without what the HTML said of the lines, and without characters that show nothing: marks of the reading direction, which
 * some programs put between the digits of a date, and blanks of no width.
 */
export const withoutMarks = (text: string): string =>
  text.replace(/[\ufdd0-\ufdd2\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, "");

function depthOf(line: string, initials: ReadonlySet<string>): number {
  const marks = QUOTED.exec(line)?.[0];
  if (marks !== undefined) return marks.replace(/[^>]/g, "").length;
  const name = INITIALS.exec(line)?.[1];
  return name !== undefined && initials.has(name) ? 1 : 0;
}

/** Only initials that stand before two lines and more are a quote. */
function frequentInitials(lines: readonly string[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const name = INITIALS.exec(line)?.[1];
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return new Set([...counts].filter(([, count]) => count > 1).map(([name]) => name));
}
