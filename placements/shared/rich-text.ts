import { type FunctionalComponent, h, type VNodeChild } from "vue";
import type { MessageAnswer } from "../../src/api/messages.ts";

/**
 * A message's text with its formatting, drawn as elements and text nodes: what a customer wrote is never read as HTML.
 * Web and mail addresses and international phone numbers become links, except inside code.
 */
type Span = MessageAnswer["spans"][number];

const TAGS = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strike: "s",
  code: "code",
  pre: "pre",
  quote: "blockquote",
} as const satisfies Record<Exclude<Span["kind"], "link">, string>;

const LOOKS: Partial<Record<Span["kind"], string>> = {
  code: "rounded-sm bg-black/5 px-1 font-mono text-[0.9em] dark:bg-white/10",
  pre: "my-1 overflow-x-auto rounded-md bg-black/5 px-2 py-1 font-mono text-[0.9em] dark:bg-white/10",
  quote: "my-1 border-l-2 border-(--ui-color-accent-main-primary) pl-2",
};
const LINK = "underline underline-offset-2 break-words hover:no-underline";

export const RichText: FunctionalComponent<{ text: string; spans: readonly Span[] }> = ({ text, spans }) =>
  h("div", { class: "break-words whitespace-pre-wrap", dir: "auto" }, draw(text, spans, 0, text.length, true));
RichText.props = ["text", "spans"];

/** Marks that turn the direction of writing: one that nobody ends makes `exe.gpj` read as `jpg.exe`. */
const withoutTurns = (text: string) => text.replace(/[\u202a-\u202e\u2066-\u2069]/g, "");

/** `spans` lie in the range, sorted by start, the enclosing one before those inside it. */
function draw(text: string, spans: readonly Span[], start: number, end: number, mayLink: boolean): VNodeChild[] {
  const drawn: VNodeChild[] = [];
  let at = start;
  let index = 0;
  while (index < spans.length) {
    const span = spans[index];
    index += 1;
    if (!span || span.start < at || span.end > end) continue;
    let inside = index;
    while ((spans[inside]?.start ?? end) < span.end) inside += 1;
    const inner = spans.slice(index, inside);
    index = inside;
    drawn.push(...plain(text.slice(at, span.start), mayLink), wrap(text, span, inner, mayLink));
    at = span.end;
  }
  drawn.push(...plain(text.slice(at, end), mayLink));
  return drawn;
}

function wrap(text: string, span: Span, inner: readonly Span[], mayLink: boolean): VNodeChild {
  if (span.kind !== "link") {
    const isCode = span.kind === "code" || span.kind === "pre";
    return h(TAGS[span.kind], { class: LOOKS[span.kind] }, draw(text, inner, span.start, span.end, mayLink && !isCode));
  }
  const address = mayLink ? harmless(span.url ?? text.slice(span.start, span.end)) : undefined;
  const drawn = draw(text, inner, span.start, span.end, false);
  return address === undefined ? drawn : link(address, drawn);
}

/** The punctuation that ends a sentence belongs to no address. */
const LINKS =
  /(?<web>\bhttps?:\/\/[^\s<>"'`]*[^\s<>"'`.,;:!?)\]}»”’])|(?<mail>\b[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.\p{L}{2,}\b)|(?<phone>(?<![\w+])\+\d(?:[ ().-]{0,2}\d){7,14}(?!\w))/giu;

function plain(text: string, mayLink: boolean): VNodeChild[] {
  if (!mayLink) return [withoutTurns(text)];
  const drawn: VNodeChild[] = [];
  let at = 0;
  for (const match of text.matchAll(LINKS)) {
    const [words] = match;
    const address = harmless(addressOf(words, match.groups ?? {}));
    if (address === undefined) continue;
    drawn.push(withoutTurns(text.slice(at, match.index)), link(address, [withoutTurns(words)]));
    at = match.index + words.length;
  }
  drawn.push(withoutTurns(text.slice(at)));
  return drawn;
}

function addressOf(words: string, { mail, phone }: Partial<Record<string, string>>): string {
  if (mail !== undefined) return `mailto:${words}`;
  return phone === undefined ? words : phoneAddress(words);
}

export const phoneAddress = (phone: string) => `tel:${phone.replace(/[^\d+]/g, "")}`;

/** Only what a click cannot turn into code of this page. */
export function harmless(address: string): string | undefined {
  const url = URL.parse(address);
  return url && /^(https?|mailto|tel):$/.test(url.protocol) ? url.href : undefined;
}

/** In a window of its own, which learns nothing of this page. */
const link = (address: string, inner: VNodeChild[]) =>
  h("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow", class: LINK }, inner);
