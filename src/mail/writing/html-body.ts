/**
 * The neutral RichText as the two forms that a mail carries: HTML with inline styles only (mail programs drop style sheets),
 * and plain text that says the same. Pure and total: nothing that a text holds becomes markup, and only addresses that a
 * mail program may open become links.
 */
import { find } from "linkifyjs";
import { normaliseSpans, type RichText, type Span, type SpanKind } from "../../domain/rich-text.ts";

/** Another address for a link, with its place among the links of the mail, from 1 (tracked mails). */
export type LinkChange = (url: string, place: number) => string;

const OPENS: Readonly<Record<Exclude<SpanKind, "link">, readonly [open: string, close: string]>> = {
  bold: ["<b>", "</b>"],
  italic: ["<i>", "</i>"],
  underline: ["<u>", "</u>"],
  strike: ["<s>", "</s>"],
  code: ["<code>", "</code>"],
  pre: ['<pre style="margin:0;white-space:pre-wrap">', "</pre>"],
  quote: ['<blockquote style="margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex">', "</blockquote>"],
};

/** Addresses of links in the order in which `htmlOf` meets them: those that were marked, and those that stand in the text. */
export const linksOf = (body: RichText): readonly string[] =>
  withPlainLinks(body).flatMap(({ kind, url }) => (kind === "link" && isWebAddress(url) ? [url] : []));

/** A fragment, without `html` and `body`. */
export function htmlOf(body: RichText, change: LinkChange = (url) => url): string {
  const { text } = body;
  const tags = new Map<number, { closes: string[]; opens: string[] }>();
  const at = (place: number) => {
    const known = tags.get(place) ?? { closes: [], opens: [] };
    tags.set(place, known);
    return known;
  };
  let links = 0;
  const spans = withPlainLinks(body);
  for (const span of spans) {
    if (span.kind === "link" && isWebAddress(span.url)) links += 1;
    const [open, close] = tagsOf(span, (url) => (isWebAddress(url) ? change(url, links) : url));
    at(span.start).opens.push(open);
    // Outer ones come first, so inner ones close before them.
    at(span.end).closes.unshift(close);
  }
  const pres = spans.filter(({ kind }) => kind === "pre");
  const places = [...new Set([0, ...tags.keys(), text.length])].toSorted((a, b) => a - b);
  let html = "";
  for (const [index, place] of places.entries()) {
    const { closes, opens } = tags.get(place) ?? { closes: [], opens: [] };
    html += closes.join("") + opens.join("");
    const piece = text.slice(place, places[index + 1] ?? text.length);
    const isPre = pres.some(({ start, end }) => start <= place && place < end);
    const startsLine = place === 0 || text.charAt(place - 1) === "\n";
    html += isPre ? escapeHtml(piece) : lines(piece, startsLine);
  }
  return html;
}

/** The same in words: the address of a link stands behind its words, and what is quoted is marked as mail programs do. */
export function plainOf(body: RichText): string {
  const inserts = new Map<number, string>();
  for (const { kind, start, end, url } of body.spans) {
    if (kind !== "link" || !isSafeAddress(url) || bare(body.text.slice(start, end)) === bare(url)) continue;
    inserts.set(end, `${inserts.get(end) ?? ""} <${url}>`);
  }
  const quotes = body.spans.filter(({ kind }) => kind === "quote");
  let result = "";
  let startsLine = true;
  for (let at = 0; at <= body.text.length; at += 1) {
    result += inserts.get(at) ?? "";
    if (at === body.text.length) break;
    if (startsLine && quotes.some(({ start, end }) => start <= at && at < end)) result += "> ";
    const sign = body.text.charAt(at);
    startsLine = sign === "\n";
    result += sign;
  }
  return result;
}

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

function tagsOf({ kind, url }: Span, change: (url: string) => string): readonly [string, string] {
  if (kind !== "link") return OPENS[kind];
  return isSafeAddress(url) ? [`<a href="${escapeHtml(change(url))}">`, "</a>"] : ["", ""];
}

/** Line ends, and runs of white space that a page would swallow. */
const lines = (text: string, startsLine: boolean): string =>
  escapeHtml(text)
    .replace(/\t/g, "    ")
    .replace(startsLine ? / (?= )|(?<=^|\n) /g : / (?= )|(?<=\n) /g, "&nbsp;")
    .replace(/\r?\n/g, "<br>\r\n");

/** Addresses that stand in the text as such are links, too; not in code, and not where one is marked already. */
function withPlainLinks({ text, spans }: RichText): readonly Span[] {
  const taken = spans.filter(({ kind }) => kind === "link" || kind === "code" || kind === "pre");
  const found = find(text, "url").flatMap(({ start, end, href }): Span[] => {
    const isFree = taken.every((span) => span.end <= start || end <= span.start);
    return isFree && /^https?:/i.test(href) ? [{ kind: "link", start, end, url: href }] : [];
  });
  return normaliseSpans(text, [...spans, ...found]);
}

const isWebAddress = (url: string | undefined): url is string => /^https?:\/\/[^\s<>"]+$/i.test(url ?? "");

const isSafeAddress = (url: string | undefined): url is string =>
  isWebAddress(url) || /^(?:mailto|tel):[^\s<>"]+$/i.test(url ?? "");

const bare = (value: string): string =>
  value
    .trim()
    .replace(/^(?:https?:\/\/|mailto:|tel:)/i, "")
    .replace(/\/$/, "");
