/**
 * The neutral form of a formatted text: plain text plus ranges over it. Channels and the portal each convert
 * from and to this form, so a new channel needs two converters and not one per pair.
 * Offsets are UTF-16 code units (what JavaScript, and Telegram, count in).
 */
export interface RichText {
  readonly text: string;
  /** Sorted by `start`; ranges nest or are disjoint, they never cross (see `normaliseSpans`). */
  readonly spans: readonly Span[];
}

export interface Span {
  readonly kind: SpanKind;
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  /** Only for `link`. */
  readonly url?: string;
}

export type SpanKind = "bold" | "italic" | "underline" | "strike" | "code" | "pre" | "quote" | "link";

/**
 * Without the marks that turn the direction of writing. One that nobody ends turns what stands behind it in the paragraph,
 * words of ours too, and makes `exe.gpj` read as `jpg.exe`. Scripts that are written from the right need none of them.
 */
export const withoutTurns = (text: string): string => text.replace(/[\u202a-\u202e\u2066-\u2069]/g, "");

export const plainText = (text: string): RichText => ({ text, spans: [] });

/**
 * Brings spans into the form that `RichText` promises: inside the text, not empty, sorted, and split where two
 * ranges would cross. Total: any list of ranges gives a valid result.
 */
export function normaliseSpans(text: string, spans: readonly Span[]): Span[] {
  const kept = spans
    .map((span) => ({ ...span, start: clamp(span.start, text.length), end: clamp(span.end, text.length) }))
    .filter((span) => span.end > span.start)
    .sort((a, b) => a.start - b.start || b.end - a.end);
  const result: Span[] = [];
  const open: Span[] = [];
  const queue = kept;
  while (queue.length > 0) {
    const span = queue.shift();
    if (!span) break;
    while (open.length > 0 && (open.at(-1)?.end ?? 0) <= span.start) open.pop();
    const enclosing = open.at(-1);
    if (enclosing && span.end > enclosing.end) {
      const rest = { ...span, start: enclosing.end };
      const at = queue.findIndex(
        (other) => other.start > rest.start || (other.start === rest.start && other.end < rest.end),
      );
      queue.splice(at < 0 ? queue.length : at, 0, rest);
      queue.unshift({ ...span, end: enclosing.end });
      continue;
    }
    result.push(span);
    open.push(span);
  }
  return result;
}

function clamp(value: number, max: number): number {
  if (!Number.isFinite(value)) return 0;
  return Math.min(Math.max(Math.trunc(value), 0), max);
}
