import type { tl } from "@mtcute/core";
import { normaliseSpans, type RichText, type Span, type SpanKind } from "../../domain/rich-text.ts";
import { storableText } from "../shared/clean-text.ts";
import { cutSpan } from "../shared/cut-spans.ts";

/** Spans to Telegram's entities and back. Both count UTF-16 units, so offsets pass through unchanged. Pure. */

const KIND_OF: Readonly<Record<string, SpanKind>> = {
  messageEntityBold: "bold",
  messageEntityItalic: "italic",
  messageEntityUnderline: "underline",
  messageEntityStrike: "strike",
  messageEntityCode: "code",
  messageEntityPre: "pre",
  messageEntityBlockquote: "quote",
  messageEntityTextUrl: "link",
};

/** More than this is no person's formatting. Telegram itself keeps 100 (core.telegram.org/api/entities). */
const MOST_READ = 1_000;
const MOST_SENT = 100;

/**
 * A text with its entities. Those that need no formatting (links written out, names, tags) stay plain text. Halves of
 * surrogate pairs and NUL are replaced one for one, so offsets hold.
 */
export function fromEntities(text: string, entities: readonly tl.TypeMessageEntity[] = []): RichText {
  const clean = storableText(text);
  const spans = entities.slice(0, MOST_READ).flatMap((entity): Span[] => {
    const kind = KIND_OF[entity._];
    if (!kind) return [];
    const range = { start: entity.offset, end: entity.offset + entity.length };
    if (entity._ !== "messageEntityTextUrl") return [{ kind, ...range }];
    return isWebLink(entity.url) ? [{ kind, ...range, url: entity.url }] : [];
  });
  return { text: clean, spans: normaliseSpans(clean, spans) };
}

/**
 * Spans as entities. Code and pre hold no other formatting and lie in none but a quote; where spans break that, the code
 * stays and the other is cut around it.
 */
export function toEntities(body: RichText): tl.TypeMessageEntity[] {
  const spans = normaliseSpans(body.text, body.spans);
  const code = spans.filter((span) => span.kind === "code" || span.kind === "pre");
  const cut = spans.flatMap((span) => {
    if (span.kind === "code" || span.kind === "pre" || span.kind === "quote") return [span];
    return cutSpan(span, code);
  });
  return normaliseSpans(body.text, cut).slice(0, MOST_SENT).flatMap(toEntity);
}

function toEntity(span: Span): tl.TypeMessageEntity[] {
  const range = { offset: span.start, length: span.end - span.start };
  switch (span.kind) {
    case "bold":
      return [{ _: "messageEntityBold", ...range }];
    case "italic":
      return [{ _: "messageEntityItalic", ...range }];
    case "underline":
      return [{ _: "messageEntityUnderline", ...range }];
    case "strike":
      return [{ _: "messageEntityStrike", ...range }];
    case "code":
      return [{ _: "messageEntityCode", ...range }];
    case "pre":
      return [{ _: "messageEntityPre", ...range, language: "" }];
    case "quote":
      return [{ _: "messageEntityBlockquote", ...range }];
    case "link":
      return span.url !== undefined && isWebLink(span.url)
        ? [{ _: "messageEntityTextUrl", ...range, url: span.url }]
        : [];
    default:
      return span.kind satisfies never;
  }
}

function isWebLink(url: string): boolean {
  return url.length <= 2_048 && /^(https?|tg|mailto|tel):/i.test(url);
}
