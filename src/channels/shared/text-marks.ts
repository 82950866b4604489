import { normaliseSpans, type RichText, type Span, type SpanKind } from "../../domain/rich-text.ts";
import { splitText } from "./split-text.ts";

/**
 * The marks that messengers format by (*bold*, _italic_, ~strike~, ```block```, in WhatsApp also `code` and "> quote") to
 * RichText and back. Pure and total, in time linear in the text.
 *
 * Marks count only at the edges of words (`snake_case_name` and 2*3*4 stay as they are), do not go over the end of a line
 * (except a block) and have no white space inside their edges. There is no escape sign. A literal mark that would
 * format what follows gets a zero-width space behind it, which people see nothing of; where nothing would be formatted by
 * mistake, the text goes unchanged, so that codes and addresses can be copied as they are.
 */
export interface MarkDialect {
  /** `code` within a line. Without it, code goes as a block. */
  readonly inlineCode: boolean;
  /** Lines that begin with "> ". Without it, quotes go as plain lines. */
  readonly quotes: boolean;
}

export interface TextMarks {
  /** A text with marks as RichText. */
  fromMarks(source: string): RichText;
  /** RichText as the messenger shows it best. Underline has no mark and is left out; a link's address stands behind its words. */
  toMarks(body: RichText): string;
  /** Parts that fit with their marks: marks and addresses make a text longer, so the cut is moved until all parts fit. */
  splitMarked(body: RichText, limit: number): string[];
}

export function createTextMarks(dialect: MarkDialect): TextMarks {
  const marks = dialect.inlineCode ? /([*_~`])(?!\u200b)/g : /([*_~]|```)(?!\u200b)/g;
  const tools: Tools = {
    ...dialect,
    escape: (text) => text.replace(marks, `$1${ESCAPE}`),
    fromMarks: (source) => fromMarks(tools, source),
  };
  const toMarks = (body: RichText): string => writeMarks(tools, body);
  return {
    fromMarks: tools.fromMarks,
    toMarks,
    splitMarked(body, limit) {
      for (let at = limit; at >= limit / 8; at = Math.floor(at * 0.75)) {
        const parts = splitText(body, at).map(toMarks);
        if (parts.every((part) => part.length <= limit)) return parts;
      }
      // More marks than text: no person's formatting. The words are what counts.
      return splitText({ text: body.text, spans: [] }, limit).map((part) => part.text);
    },
  };
}

interface Tools extends MarkDialect {
  /** Puts a zero-width space behind each literal mark. */
  escape(text: string): string;
  fromMarks(source: string): RichText;
}

const KIND_OF = { "*": "bold", _: "italic", "~": "strike" } as const;
type Mark = keyof typeof KIND_OF;
const MARK_OF: Partial<Record<SpanKind, string>> = { bold: "*", italic: "_", strike: "~", code: "`", pre: "```" };
const ESCAPE = "\u200b";
const WORD = /[\p{L}\p{N}]/u;
const SPACE = /[\s\u200b]/;

function fromMarks(dialect: MarkDialect, source: string): RichText {
  const out = new Output();
  let at = 0;
  for (const block of source.matchAll(/```([^`]+)```/g)) {
    if (block[1]?.trim() === "") continue;
    readLines(dialect, source.slice(at, block.index), out, at === 0 || source.charAt(at - 1) === "\n");
    out.span("pre", () => out.add(block[1] ?? ""));
    at = block.index + block[0].length;
  }
  readLines(dialect, source.slice(at), out, at === 0);
  return out.richText();
}

function writeMarks(tools: Tools, body: RichText): string {
  const linked = withAddresses(body);
  const spans = markable(tools, linked);
  const wanted = tools.fromMarks(tools.escape(linked.text)).text;
  for (const escaped of [false, true]) {
    const marked = renderMarks(linked.text, spans, escaped ? tools.escape : undefined);
    const read = tools.fromMarks(marked);
    if (read.text === wanted && sameSpans(read, linked.text, spans)) return marked;
  }
  // Spans that the marks cannot say without showing some of them: the words are what counts.
  return tools.escape(linked.text);
}

class Output {
  private readonly parts: string[] = [];
  private readonly spans: Span[] = [];
  private length = 0;

  add(text: string): void {
    this.parts.push(text);
    this.length += text.length;
  }

  span(kind: SpanKind, fill: () => void): void {
    const start = this.length;
    fill();
    this.spans.push({ kind, start, end: this.length });
  }

  richText(): RichText {
    const text = this.parts.join("");
    return { text, spans: normaliseSpans(text, this.spans) };
  }
}

function readLines(dialect: MarkDialect, source: string, out: Output, startsLine: boolean): void {
  for (const [at, line] of source.split("\n").entries()) {
    if (at > 0) out.add("\n");
    const quoted = dialect.quotes && (at > 0 || startsLine) && /^> \S/.test(line);
    if (quoted) out.span("quote", () => readInline(lineOf(dialect, line.slice(2)), 0, line.length - 2, out));
    else readInline(lineOf(dialect, line), 0, line.length, out);
  }
}

interface Line {
  readonly text: string;
  /** Runs of inline code: begin -> end, marks included. */
  readonly codes: ReadonlyMap<number, number>;
  /** Places where each mark may close, ascending. */
  readonly closers: Readonly<Record<Mark, readonly number[]>>;
}

function lineOf(dialect: MarkDialect, text: string): Line {
  const code = dialect.inlineCode ? [...text.matchAll(/`(?!\u200b)([^`]+)`/g)] : [];
  const runs = code.filter((one) => one[1]?.trim() !== "");
  const codes = new Map(runs.map((one) => [one.index, one.index + one[0].length]));
  const closers: Record<Mark, number[]> = { "*": [], _: [], "~": [] };
  for (let at = 0; at < text.length; at = codes.get(at) ?? at + 1) {
    const mark = text.charAt(at);
    if (isMark(mark) && !codes.has(at) && closes(text, at)) closers[mark].push(at);
  }
  return { text, codes, closers };
}

const isMark = (value: string): value is Mark => value in KIND_OF && value.length === 1;

function closes(text: string, at: number): boolean {
  const next = text.charAt(at + 1);
  return at > 0 && !SPACE.test(text.charAt(at - 1)) && next !== ESCAPE && !startsWithWord(text, at + 1);
}

function opens(text: string, at: number): boolean {
  const next = text.charAt(at + 1);
  return next !== "" && next !== text.charAt(at) && !SPACE.test(next) && !endsWithWord(text, at);
}

const startsWithWord = (text: string, at: number): boolean =>
  at < text.length && WORD.test(String.fromCodePoint(text.codePointAt(at) ?? 0));
/** Whether the character before this place is one of a word; pairs of surrogates count by their second half's neighbour. */
const endsWithWord = (text: string, at: number): boolean =>
  at > 0 && /[\p{L}\p{N}]$/u.test(text.slice(Math.max(0, at - 2), at));

function readInline(line: Line, start: number, end: number, out: Output): void {
  const { text, codes, closers } = line;
  let from = start;
  const flush = (to: number): void => {
    // The sign that kept a mark from counting has done its work.
    if (to > from) out.add(text.slice(from, to).replace(/([*_~`])\u200b/g, "$1"));
  };
  for (let at = start; at < end; ) {
    const codeEnd = codes.get(at);
    if (codeEnd !== undefined && codeEnd <= end) {
      flush(at);
      out.span("code", () => out.add(text.slice(at + 1, codeEnd - 1)));
      at = codeEnd;
      from = at;
      continue;
    }
    const mark = text.charAt(at);
    const close = isMark(mark) && opens(text, at) ? firstAtLeast(closers[mark], at + 2) : undefined;
    if (isMark(mark) && close !== undefined && close < end) {
      flush(at);
      const inner = at + 1;
      out.span(KIND_OF[mark], () => readInline(line, inner, close, out));
      at = close + 1;
      from = at;
      continue;
    }
    at += 1;
  }
  flush(end);
}

function firstAtLeast(sorted: readonly number[], least: number): number | undefined {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < least) low = middle + 1;
    else high = middle;
  }
  return sorted[low];
}

/** Puts the address of each link behind its words, unless the words are the address. */
function withAddresses(body: RichText): RichText {
  const inserts = body.spans
    .filter((span) => span.kind === "link" && span.url !== undefined && !saysAddress(body.text, span))
    .map((span) => ({ at: span.end, text: ` (${span.url ?? ""})` }))
    .sort((a, b) => a.at - b.at);
  const shift = (place: number, inclusive: boolean): number =>
    inserts.reduce(
      (sum, one) => (one.at < place || (inclusive && one.at === place) ? sum + one.text.length : sum),
      place,
    );
  let text = "";
  let from = 0;
  for (const one of inserts) {
    text += body.text.slice(from, one.at) + one.text;
    from = one.at;
  }
  text += body.text.slice(from);
  const spans = body.spans
    .filter((span) => span.kind !== "link")
    .map((span) => ({ ...span, start: shift(span.start, true), end: shift(span.end, false) }));
  return { text, spans };
}

function saysAddress(text: string, span: Span): boolean {
  const bare = (value: string): string =>
    value
      .trim()
      .replace(/^(https?:\/\/|mailto:|tel:)/i, "")
      .replace(/\/$/, "");
  return bare(text.slice(span.start, span.end)) === bare(span.url ?? "");
}

/** The spans that can be shown: cut at line ends, without white space at their edges, at the edges of words. */
function markable(dialect: MarkDialect, body: RichText): Span[] {
  const cut = body.spans.flatMap((span): Span[] => {
    if (span.kind === "underline" || span.kind === "link") return [];
    if (span.kind === "quote" && !dialect.quotes) return [];
    if (span.kind === "code" && !dialect.inlineCode) return [{ ...span, kind: "pre" }];
    return span.kind === "pre" ? [span] : linesOf(body.text, span);
  });
  const codes = cut.filter((span) => span.kind === "code" || span.kind === "pre");
  const kept = cut.filter((span, at) => {
    if (cut.some((other, place) => place < at && other.kind === span.kind && other.end > span.start)) return false;
    const inside = body.text.slice(span.start, span.end);
    if (span.kind === "quote") return span.start === 0 || body.text.charAt(span.start - 1) === "\n";
    const mark = MARK_OF[span.kind]?.charAt(0) ?? "";
    if (inside.includes(mark)) return false;
    if (span.kind === "code" || span.kind === "pre") return true;
    const overCode = codes.some((code) => code.start < span.end && span.start < code.end);
    return !overCode && !endsWithWord(body.text, span.start) && !startsWithWord(body.text, span.end);
  });
  return normaliseSpans(body.text, kept);
}

function linesOf(text: string, span: Span): Span[] {
  const found: Span[] = [];
  for (const piece of text.slice(span.start, span.end).matchAll(/[^\n]+/g)) {
    const words = piece[0].trim();
    if (words === "") continue;
    const start = span.start + piece.index + piece[0].indexOf(words);
    found.push({ ...span, start, end: start + words.length });
  }
  return found;
}

function renderMarks(text: string, spans: readonly Span[], escaping: Tools["escape"] | undefined): string {
  const at = new Map<number, { open: string; close: string }>();
  const edge = (place: number): { open: string; close: string } => {
    const known = at.get(place) ?? { open: "", close: "" };
    at.set(place, known);
    return known;
  };
  for (const span of spans) {
    const mark = MARK_OF[span.kind] ?? "";
    edge(span.start).open += span.kind === "quote" ? "> " : mark;
    const end = edge(span.end);
    // Spans come outer first, so the inner one's mark has to close before.
    end.close = mark + end.close;
  }
  const places = [...at.keys()].sort((a, b) => a - b);
  const codes = spans.filter((span) => span.kind === "code" || span.kind === "pre");
  let result = "";
  let from = 0;
  for (const place of [...places, text.length]) {
    const piece = text.slice(from, place);
    const verbatim = codes.some((code) => code.start <= from && place <= code.end && place > from);
    result += escaping && !verbatim ? escaping(piece) : piece;
    const marks = at.get(place);
    if (marks) {
      result += marks.close + marks.open;
      at.delete(place);
    }
    from = place;
  }
  return result;
}

function sameSpans(read: RichText, text: string, spans: readonly Span[]): boolean {
  // A line that begins like a quote is shown as one whether it was meant or not.
  const words = (body: string, list: readonly Span[]): string =>
    list
      .filter((span) => span.kind !== "quote")
      .map((span) => `${span.kind}:${body.slice(span.start, span.end)}`)
      .sort()
      .join("\n");
  return words(read.text, read.spans) === words(text, spans);
}
