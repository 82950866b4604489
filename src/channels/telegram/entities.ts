import type { MessageEntity } from "grammy/types";
import { normaliseSpans, type RichText, type Span, type SpanKind } from "../../domain/rich-text.ts";
import { storableText } from "../shared/clean-text.ts";
import { cutSpan } from "../shared/cut-spans.ts";
import type { EntityIn } from "./schemas.ts";

/** Spans to Telegram's entities and back. Both count UTF-16 units, so offsets pass through unchanged. */

const KIND_OF: Readonly<Record<string, SpanKind>> = {
  bold: "bold",
  italic: "italic",
  underline: "underline",
  strikethrough: "strike",
  code: "code",
  pre: "pre",
  blockquote: "quote",
  expandable_blockquote: "quote",
  text_link: "link",
};

const TYPE_OF = {
  bold: "bold",
  italic: "italic",
  underline: "underline",
  strike: "strikethrough",
  code: "code",
  pre: "pre",
  quote: "blockquote",
} as const satisfies Partial<Record<SpanKind, MessageEntity["type"]>>;

/** A text may carry any number of entities; more than this is no person's formatting. */
const MOST_ENTITIES = 1_000;

/**
 * A text with its entities as RichText. Entities that need no formatting (url, mention, hashtag …) stay plain text.
 * Halves of surrogate pairs and NUL, which a database refuses, are replaced one for one, so offsets hold.
 */
export function fromEntities(text: string, entities: readonly EntityIn[] = []): RichText {
  const clean = storableText(text);
  const spans = entities.slice(0, MOST_ENTITIES).flatMap((entity): Span[] => {
    const kind = KIND_OF[entity.type];
    if (!kind) return [];
    const range = { start: entity.offset, end: entity.offset + entity.length };
    if (kind !== "link") return [{ kind, ...range }];
    return entity.url !== undefined && isWebLink(entity.url) ? [{ kind, ...range, url: entity.url }] : [];
  });
  return { text: clean, spans: normaliseSpans(clean, spans) };
}

/**
 * Spans as entities that Telegram takes as they are. Its rules (Bot API, "MessageEntity"): entities nest or are
 * disjoint; code and pre contain nothing and lie in nothing; quotes do not nest; links do not nest. Where spans break a
 * rule, code beats other formatting and the outer of two equal kinds stays.
 */
export function toEntities(body: RichText): MessageEntity[] {
  const spans = normaliseSpans(body.text, body.spans);
  const taken: Span[] = [];
  const code = spans.filter((span) => span.kind === "code" || span.kind === "pre").filter((span) => claim(taken, span));
  const links = outermost(
    spans.filter((span) => span.kind === "link" && span.url !== undefined && isWebLink(span.url)),
  );
  const quotes = outermost(spans.filter((span) => span.kind === "quote"));
  const plain = spans.filter((span) => !["code", "pre", "link", "quote"].includes(span.kind));
  // A quote around code is allowed to stay: it marks whole lines and does not format the code.
  const cut = [...plain, ...links].flatMap((span) => cutSpan(span, code));
  return normaliseSpans(body.text, [...code, ...quotes, ...cut]).flatMap(toEntity);
}

function toEntity(span: Span): MessageEntity[] {
  const range = { offset: span.start, length: span.end - span.start };
  if (span.kind === "link") return span.url === undefined ? [] : [{ type: "text_link", ...range, url: span.url }];
  return [{ type: TYPE_OF[span.kind], ...range }];
}

function claim(taken: Span[], span: Span): boolean {
  if (taken.some((other) => span.start < other.end && other.start < span.end)) return false;
  taken.push(span);
  return true;
}

function outermost(spans: readonly Span[]): Span[] {
  const taken: Span[] = [];
  return spans.filter((span) => claim(taken, span));
}

function isWebLink(url: string): boolean {
  return url.length <= 2_048 && /^(https?|tg|mailto|tel):/i.test(url);
}
