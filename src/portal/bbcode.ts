/**
 * BBCode of Bitrix24's chats <-> the neutral form. What the portal understands stands in its documentation's page on
 * message formatting; brackets it does not know it shows as they are, and there is no documented way to escape one.
 *
 * Customers' brackets stay literal: where `[` could begin a tag of the portal, an invisible WORD JOINER (U+2060) is put
 * behind it. Entities would be shown as such, because the portal escapes HTML itself. The same sign, before a `>>` or a
 * row of dashes at the beginning of a line, keeps a customer's text from turning into a quotation. Reading takes one
 * joiner off each of these places, and writing adds one to text that has them already, so nothing is lost or changed.
 *
 * Reading never throws and never loses words: tags that mean nothing to a customer (mentions, commands, colours) give
 * their inner text, icons their title, times a date, unknown or broken tags stay as they were written.
 */
import { parse } from "@bbob/parser";
import { normaliseSpans, type RichText, type Span, type SpanKind } from "../domain/rich-text.ts";

const JOINER = "\u2060";
/** The portal frames a quotation of a whole message with rows of this many dashes. */
const FRAME = "-".repeat(54);

const FORMATS: Readonly<Record<string, SpanKind>> = { b: "bold", i: "italic", u: "underline", s: "strike" };
const OPENING: Readonly<Record<SpanKind, string>> = {
  bold: "[b]",
  italic: "[i]",
  underline: "[u]",
  strike: "[s]",
  code: "[code]",
  pre: "[code]",
  quote: "",
  link: "",
};
const CLOSING: Readonly<Record<SpanKind, string>> = {
  bold: "[/b]",
  italic: "[/i]",
  underline: "[/u]",
  strike: "[/s]",
  code: "[/code]",
  pre: "[/code]",
  quote: "",
  link: "[/url]",
};
const TAGS = [
  "b",
  "i",
  "u",
  "s",
  "size",
  "color",
  "url",
  "user",
  "chat",
  "context",
  "code",
  "img",
  "icon",
  "put",
  "send",
  "call",
  "timestamp",
  "disk",
  "br",
  "quote",
  "pch",
  "rating",
  "attach",
  "like",
  "dislike",
  "font",
];
const ANY_BRACKET = /\[/g;
const TAG_HERE = new RegExp(
  `^\\[(?:/(?:${TAGS.join("|")})|(?:${TAGS.join("|")})(?:=[^\\[\\]\\n]+|\\s[^\\[\\]\\n=]+=[^\\[\\]\\n]+)?)\\]`,
  "i",
);
/** Tags without an end. */
const SINGLE_TAGS = new Set(["br", "icon", "timestamp", "disk", "attach", "rating", "like", "dislike"]);
const TAG_AHEAD = new RegExp(`^${JOINER}*(?:${JOINER}|/?(?:${TAGS.join("|")})(?![a-z0-9]))`, "i");
/** Longer than any tag's name: a span of ours that begins or ends so close behind a bracket could complete a tag. */
const NEAR = 12;

/** Neutral -> BBCode. Total. `pre` and `code` become the one code tag there is; a quotation inside a line loses its mark. */
export function toBbcode(rich: RichText): string {
  const { text } = rich;
  const spans = normaliseSpans(text, rich.spans).filter(
    (span) => span.kind !== "link" || linkAddress(span.url) !== undefined,
  );
  const insertions = new Map<number, string>();
  const insert = (at: number, what: string) => insertions.set(at, (insertions.get(at) ?? "") + what);
  const opened: Span[] = [];
  const closeUntil = (position: number) => {
    for (let span = opened.at(-1); span && span.end <= position; span = opened.at(-1)) {
      opened.pop();
      insert(span.end, CLOSING[span.kind]);
    }
  };
  for (const span of spans) {
    closeUntil(span.start);
    if (opened.some((outer) => outer.kind === "code" || outer.kind === "pre")) continue;
    insert(span.start, span.kind === "link" ? `[url=${linkAddress(span.url) ?? ""}]` : OPENING[span.kind]);
    opened.push(span);
  }
  closeUntil(Number.POSITIVE_INFINITY);

  const boundaries = [...insertions.keys()].sort((a, b) => a - b);
  const quoted = quotedLines(text, spans);
  let result = "";
  for (let at = 0; at <= text.length; at += 1) {
    const tags = insertions.get(at) ?? "";
    if (at === 0 || text[at - 1] === "\n") {
      // What ends here belongs to the line before; it has no width in the text, so the mark may stand behind it.
      result += tags;
      if (quoted.has(at)) result += ">>";
      if (looksLikeQuotation(text, at)) result += JOINER;
    } else result += tags;
    if (at === text.length) break;
    result += text[at] ?? "";
    const completes = () => boundaries.some((boundary) => boundary > at && boundary <= at + NEAR);
    if (text[at] === "[" && (completes() || TAG_AHEAD.test(text.slice(at + 1, at + 1 + 64)))) result += JOINER;
  }
  return result;
}

/** BBCode -> neutral. Total. */
export function fromBbcode(source: string): RichText {
  const reading: Reading = { text: "", spans: [] };
  const stand = standIn(source);
  const guarded = source.replace(ANY_BRACKET, (bracket: string, offset: number) =>
    TAG_HERE.test(source.slice(offset, offset + 2_000)) ? bracket : stand,
  );
  const nodes: readonly unknown[] = parse(guarded, {
    onlyAllowTags: TAGS,
    caseFreeTags: true,
    contextFreeTags: ["code"],
  });
  for (const node of nodes) readNode(node, guarded, reading);
  return unmark({
    text: reading.text.replaceAll(stand, "["),
    spans: reading.spans.map((span) =>
      span.url === undefined ? span : { ...span, url: span.url.replaceAll(stand, "%5B") },
    ),
  });
}

/** A character that the text does not contain. It takes the place of brackets that begin no tag: the parser writes those anew, and not always as they were. */
function standIn(source: string): string {
  for (let code = 0xe000; code < 0xf8ff; code += 1) {
    const sign = String.fromCharCode(code);
    if (!source.includes(sign)) return sign;
  }
  return "(";
}

interface Reading {
  text: string;
  readonly spans: Span[];
}

interface TagNode {
  readonly tag: string;
  readonly content: readonly unknown[];
  readonly start?: { readonly from: number; readonly to: number };
  readonly end?: unknown;
}

function readNode(node: unknown, source: string, reading: Reading): void {
  if (typeof node === "string") reading.text += node;
  if (!isTag(node)) return;
  const start = reading.text.length;
  const mark = readTag(node, source, reading);
  const end = reading.text.length;
  if (mark !== undefined && end > start) reading.spans.push({ ...mark, start, end });
}

/** Adds what a tag shows to the text; answers how that is marked, if it is. */
function readTag(node: TagNode, source: string, reading: Reading): Pick<Span, "kind" | "url"> | undefined {
  const tag = node.tag.toLowerCase();
  const start = reading.text.length;
  const written = node.start ? source.slice(node.start.from, node.start.to) : "";
  const attribute = /^\[[^=\s\]]*=([\s\S]*)\]$/.exec(written)?.[1] ?? "";
  const readInner = () => {
    for (const child of node.content) readNode(child, source, reading);
  };
  const shown = () => reading.text.slice(start);
  if (node.end === undefined && !SINGLE_TAGS.has(tag)) reading.text += written;
  else if (tag === "br") reading.text += "\n";
  else if (tag === "icon") reading.text += /\btitle=(.*?)(?:\s+\w+=|$)/.exec(attribute)?.[1] ?? "";
  else if (tag === "timestamp") reading.text += momentOf(attribute) ?? written;
  else if (SINGLE_TAGS.has(tag)) reading.text += written;
  readInner();
  if (node.end === undefined) return undefined;

  const format = FORMATS[tag];
  if (format !== undefined) return { kind: format };
  if (tag === "quote") return { kind: "quote" };
  if (tag === "code") return { kind: shown().includes("\n") ? "pre" : "code" };
  if (tag === "url" || tag === "img") {
    const address = linkAddress(tag === "url" && attribute !== "" ? attribute : shown());
    if (shown() === "") reading.text += attribute;
    return address === undefined ? undefined : { kind: "link", url: address };
  }
  if (tag === "call") {
    const number = (attribute || shown()).replace(/[^\d+]/g, "");
    return number === "" ? undefined : { kind: "link", url: `tel:${number}` };
  }
  return undefined;
}

/** Takes the signs off that mark literal brackets and quotations, and turns quoted lines into quotations. */
function unmark(reading: Reading): RichText {
  const { text } = reading;
  const cuts: { readonly from: number; readonly to: number }[] = [];
  const quotes: { from: number; to: number }[] = [];
  for (const match of text.matchAll(new RegExp(`\\[${JOINER}`, "g")))
    cuts.push({ from: match.index + 1, to: match.index + 2 });
  const lines = linesOf(text);
  let frame: number | undefined;
  for (const [index, line] of lines.entries()) {
    const words = text.slice(line.from, line.to);
    if (words.startsWith(JOINER) && looksLikeQuotation(text, line.from))
      cuts.push({ from: line.from, to: line.from + 1 });
    else if (
      words === FRAME &&
      (frame !== undefined || lines.slice(index + 1).some((later) => text.slice(later.from, later.to) === FRAME))
    ) {
      const end = Math.min(line.to + 1, text.length);
      cuts.push({ from: line.from, to: end });
      if (frame === undefined) frame = end;
      else {
        quotes.push({ from: frame, to: Math.max(frame, line.from - 1) });
        frame = undefined;
      }
    } else if (words.startsWith(">>")) {
      cuts.push({ from: line.from, to: line.from + 2 });
      const last = quotes.at(-1);
      if (last && last.to === line.from - 1) last.to = line.to;
      else quotes.push({ from: line.from, to: line.to });
    }
  }
  cuts.sort((a, b) => a.from - b.from);
  const moved = (position: number) =>
    position - cuts.reduce((sum, cut) => sum + Math.max(0, Math.min(position, cut.to) - cut.from), 0);
  let kept = "";
  let at = 0;
  for (const cut of cuts) {
    kept += text.slice(at, Math.max(at, cut.from));
    at = Math.max(at, cut.to);
  }
  kept += text.slice(at);
  const marked = [
    ...quotes.map((quote): Span => ({ kind: "quote", start: quote.from, end: quote.to })),
    ...reading.spans.toReversed(),
  ];
  return {
    text: kept,
    spans: normaliseSpans(
      kept,
      nestingOrder(marked).map((span) => ({ ...span, start: moved(span.start), end: moved(span.end) })),
    ),
  };
}

/** Outer before inner. The reading pushes a span when it closes, so inner ones come first there. */
function nestingOrder(spans: readonly Span[]): Span[] {
  return spans.toSorted((a, b) => a.start - b.start || b.end - a.end);
}

function linesOf(text: string): { readonly from: number; readonly to: number }[] {
  const lines: { from: number; to: number }[] = [];
  let from = 0;
  for (const line of text.split("\n")) {
    lines.push({ from, to: from + line.length });
    from += line.length + 1;
  }
  return lines;
}

/** The line that begins at `at` would be read as a quotation, or would after one joiner is taken off. */
function looksLikeQuotation(text: string, at: number): boolean {
  const end = text.indexOf("\n", at);
  const line = text.slice(at, end < 0 ? text.length : end).replace(new RegExp(`^${JOINER}+`), "");
  return line.startsWith(">>") || line === FRAME;
}

/** Beginnings of the lines that stand in a quotation which begins and ends with a line. */
function quotedLines(text: string, spans: readonly Span[]): Set<number> {
  const starts = new Set<number>();
  for (const span of spans) {
    if (span.kind !== "quote") continue;
    const whole =
      (span.start === 0 || text[span.start - 1] === "\n") && (span.end === text.length || text[span.end] === "\n");
    if (!whole) continue;
    for (const line of linesOf(text))
      if (line.from >= span.start && line.from < Math.max(span.end, span.start + 1)) starts.add(line.from);
  }
  return starts;
}

/** Addresses a customer or agent may be given; brackets and blanks would end the tag. */
function linkAddress(address: string | undefined): string | undefined {
  const trimmed = (address ?? "").trim().replace(/^["']|["']$/g, "");
  if (!/^(https?:\/\/|mailto:|tel:)\S/i.test(trimmed)) return undefined;
  return trimmed.replace(/[[\]\s"']/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);
}

function momentOf(attribute: string): string | undefined {
  const seconds = Number(/^(\d{1,12})/.exec(attribute)?.[1]);
  if (!Number.isFinite(seconds)) return undefined;
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function isTag(node: unknown): node is TagNode {
  return (
    typeof node === "object" &&
    node !== null &&
    "tag" in node &&
    typeof node.tag === "string" &&
    "content" in node &&
    Array.isArray(node.content)
  );
}
