import type { VisitorMessage } from "../../src/api/webchat.ts";
import { h } from "./dom.ts";

type Span = VisitorMessage["spans"][number];

const TAGS = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strike: "s",
  code: "code",
  pre: "pre",
  quote: "blockquote",
  link: "a",
} as const satisfies Record<Span["kind"], string>;

/** Renders a text with its spans (sorted, nested or apart, never crossing); bare web addresses become links. */
export function renderRichText(text: string, spans: readonly Span[]): DocumentFragment {
  const fragment = document.createDocumentFragment();
  fragment.append(...renderRange(text, spans, 0, text.length, false));
  return fragment;
}

function renderRange(text: string, spans: readonly Span[], start: number, end: number, isLinked: boolean): Node[] {
  const nodes: Node[] = [];
  let at = start;
  for (let index = 0; index < spans.length; ) {
    const span = spans[index];
    if (!span || span.start < at || span.end > end) {
      index += 1;
      continue;
    }
    nodes.push(...renderPlain(text.slice(at, span.start), isLinked));
    let next = index + 1;
    while (next < spans.length && (spans[next]?.start ?? 0) < span.end) next += 1;
    const address = span.kind === "link" ? safeAddress(span.url ?? text.slice(span.start, span.end)) : undefined;
    const isLink = address !== undefined && !isLinked;
    const inner = renderRange(
      text,
      spans.slice(index + 1, next),
      span.start,
      span.end,
      isLinked || span.kind === "link" || span.kind === "code" || span.kind === "pre",
    );
    if (span.kind === "link") nodes.push(...(isLink ? [link(address, inner)] : inner));
    else nodes.push(h(TAGS[span.kind], {}, ...inner));
    at = span.end;
    index = next;
  }
  nodes.push(...renderPlain(text.slice(at, end), isLinked));
  return nodes;
}

/** An address in running text: the punctuation that ends its sentence is not part of it. */
const ADDRESS = /\bhttps?:\/\/[^\s<>"'`]+[^\s<>"'`.,;:!?)\]}»”’]/gi;

function renderPlain(text: string, isLinked: boolean): Node[] {
  if (text === "") return [];
  if (isLinked) return [document.createTextNode(text)];
  const nodes: Node[] = [];
  let at = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = safeAddress(match[0]);
    if (address === undefined) continue;
    if (match.index > at) nodes.push(document.createTextNode(text.slice(at, match.index)));
    nodes.push(link(address, [document.createTextNode(match[0])]));
    at = match.index + match[0].length;
  }
  if (at < text.length) nodes.push(document.createTextNode(text.slice(at)));
  return nodes;
}

const link = (address: string, inner: readonly Node[]) =>
  h("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow ugc" }, ...inner);

/** Only what a click cannot turn into code of the page. */
export function safeAddress(address: string): string | undefined {
  const url = URL.parse(address);
  return url && /^(https?|mailto|tel):$/.test(url.protocol) ? url.href : undefined;
}
