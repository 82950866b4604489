import { normaliseSpans, type RichText, type Span, type SpanKind } from "../../domain/rich-text.ts";

/**
 * WhatsApp writes formatting into the text: *bold*, _italic_, ~strike~, `code`, ```block``` and `> ` before quoted lines
 * (faq.whatsapp.com, "How to format your messages"). Underline and links with other words do not exist there.
 */

const MARK: Partial<Record<SpanKind, string>> = { bold: "*", italic: "_", strike: "~", code: "`", pre: "```" };

/** Text that JSON, WhatsApp and a database take: well-formed, without NUL. */
export const storable = (text: string): string => text.toWellFormed().replaceAll("\u0000", "\ufffd");

/** Formatted text as WhatsApp's own. A link whose words are not its address has that added in brackets. */
export function toMarkup(body: RichText): string {
  const text = storable(body.text);
  const spans = normaliseSpans(text, body.spans);
  const inserts: { at: number; order: number; text: string }[] = [];
  for (const [order, span] of spans.entries()) {
    if (insideCode(spans, span)) continue;
    const words = text.slice(span.start, span.end);
    if (span.kind === "link" && span.url !== undefined && !sameAddress(words, span.url)) {
      inserts.push({ at: span.end, order: -order, text: ` (${span.url})` });
    }
    if (span.kind === "quote") {
      for (const at of lineStarts(text, span)) inserts.push({ at, order: -1_000, text: "> " });
    }
    const mark = MARK[span.kind];
    if (mark === undefined) continue;
    // A mark beside a space is no mark there, and a line break ends one.
    for (const piece of mark === "```" ? [span] : pieces(text, span)) {
      inserts.push({ at: piece.start, order, text: mark }, { at: piece.end, order: -order - 1, text: mark });
    }
  }
  inserts.sort((a, b) => a.at - b.at || a.order - b.order);
  let result = "";
  let from = 0;
  for (const { at, text: insert } of inserts) {
    result += text.slice(from, at) + insert;
    from = at;
  }
  return result + text.slice(from);
}

function insideCode(spans: readonly Span[], span: Span): boolean {
  return spans.some(
    (one) =>
      one !== span && (one.kind === "code" || one.kind === "pre") && one.start <= span.start && span.end <= one.end,
  );
}

const sameAddress = (words: string, url: string): boolean =>
  words.replace(/^(https?:\/\/|mailto:|tel:)|\/$/g, "") === url.replace(/^(https?:\/\/|mailto:|tel:)|\/$/g, "");

function lineStarts(text: string, { start, end }: Span): number[] {
  const starts = [text.lastIndexOf("\n", start - 1) + 1];
  for (let at = text.indexOf("\n", start); at >= 0 && at < end - 1; at = text.indexOf("\n", at + 1))
    starts.push(at + 1);
  return starts;
}

function pieces(text: string, span: Span): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  for (const match of text.slice(span.start, span.end).matchAll(/\S(?:[^\n]*\S)?/g))
    found.push({ start: span.start + match.index, end: span.start + match.index + match[0].length });
  return found;
}

/** How far an end of a mark is looked for: keeps the time linear in the text's length. */
const LONGEST_MARKED = 4_096;

const KIND: Readonly<Record<string, SpanKind>> = { "*": "bold", _: "italic", "~": "strike" };

/** WhatsApp's text as neutral text; marks that do not pair stay as they are. */
export function fromMarkup(source: string): RichText {
  const text = storable(source);
  const blocks = /```([\s\S]+?)```|`([^`\n]+)`/g;
  let out = "";
  const spans: Span[] = [];
  const add = (inner: RichText): void => {
    for (const span of inner.spans) spans.push({ ...span, start: span.start + out.length, end: span.end + out.length });
    out += inner.text;
  };
  let from = 0;
  for (const match of text.matchAll(blocks)) {
    add(readMarks(text.slice(from, match.index)));
    const words = match[1] ?? match[2] ?? "";
    spans.push({ kind: match[1] === undefined ? "code" : "pre", start: out.length, end: out.length + words.length });
    out += words;
    from = match.index + match[0].length;
  }
  add(readMarks(text.slice(from)));
  return { text: out, spans: normaliseSpans(out, spans) };
}

function readMarks(text: string, quotes = true): RichText {
  let out = "";
  const spans: Span[] = [];
  const open: { mark: string; at: number }[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const mark = text.charAt(at);
    const kind = KIND[mark];
    const before = text.charAt(at - 1);
    const after = text.charAt(at + 1);
    if (mark === "\n") open.length = 0;
    if (quotes && text.startsWith("> ", at) && (at === 0 || before === "\n")) {
      const end = text.indexOf("\n", at) < 0 ? text.length : text.indexOf("\n", at);
      const inner = readMarks(text.slice(at + 2, end), false);
      for (const span of inner.spans)
        spans.push({ ...span, start: span.start + out.length, end: span.end + out.length });
      spans.push({ kind: "quote", start: out.length, end: out.length + inner.text.length });
      out += inner.text;
      at = end - 1;
      continue;
    }
    const held = open.findLastIndex((one) => one.mark === mark);
    if (kind && held >= 0 && /\S/.test(before) && !/[\p{L}\p{N}]/u.test(after)) {
      const begun = open[held]?.at ?? 0;
      if (out.length > begun) {
        spans.push({ kind, start: begun, end: out.length });
        open.length = held;
        continue;
      }
    }
    const closes = kind ? (text.slice(at + 1, at + 1 + LONGEST_MARKED).split("\n", 1)[0] ?? "") : "";
    if (kind && /\S/.test(after) && !/[\p{L}\p{N}]/u.test(before) && closesIn(closes, mark)) {
      open.push({ mark, at: out.length });
      continue;
    }
    out += mark;
  }
  return { text: out, spans };
}

/** Whether a mark that opens here has an end on this line. */
function closesIn(line: string, mark: string): boolean {
  for (let at = line.indexOf(mark); at >= 0; at = line.indexOf(mark, at + 1)) {
    if (at > 0 && /\S/.test(line.charAt(at - 1)) && !/[\p{L}\p{N}]/u.test(line.charAt(at + 1))) return true;
  }
  return false;
}
