import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromEntities, toEntities } from "../../../src/channels/telegram/entities.ts";
import { normaliseSpans, type Span, type SpanKind } from "../../../src/domain/rich-text.ts";
import { checkEntities } from "../../emulators/telegram/parameters.ts";

const kinds: readonly SpanKind[] = ["bold", "italic", "underline", "strike", "code", "pre", "quote", "link"];
const anySpans = fc.array(
  fc.record({ kind: fc.constantFrom(...kinds), start: fc.nat(40), length: fc.integer({ min: 1, max: 30 }) }),
  { maxLength: 12 },
);
const spansOf = (raw: readonly { kind: SpanKind; start: number; length: number }[]): Span[] =>
  raw.map(({ kind, start, length }) => ({
    kind,
    start,
    end: start + length,
    ...(kind === "link" && { url: "https://example.com/" }),
  }));

describe("telegram entities", () => {
  it("made of any spans keep Telegram's rules", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), anySpans, (text, raw) => {
        const body = { text, spans: normaliseSpans(text, spansOf(raw)) };
        expect(() => checkEntities("x".repeat(text.length), toEntities(body))).not.toThrow();
      }),
      { numRuns: 1_000 },
    );
  });

  it("come back as the spans they were made of", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...kinds), { maxLength: 8 }), (list) => {
        const text = "abcd ".repeat(8);
        const spans = list.map(
          (kind, at): Span => ({
            kind,
            start: at * 5,
            end: at * 5 + 4,
            ...(kind === "link" && { url: "https://example.com/" }),
          }),
        );
        const body = { text, spans };
        expect(
          fromEntities(
            text,
            toEntities(body).map((one) => ({ ...one, url: one.type === "text_link" ? one.url : undefined })),
          ),
        ).toEqual(body);
      }),
    );
  });

  it("leave out a link that leads nowhere", () => {
    expect(toEntities({ text: "abc", spans: [{ kind: "link", start: 0, end: 3, url: "javascript:x" }] })).toEqual([]);
    expect(toEntities({ text: "abc", spans: [{ kind: "link", start: 0, end: 3 }] })).toEqual([]);
  });
});
