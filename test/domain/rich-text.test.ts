import fc from "fast-check";
import { expect, it } from "vitest";
import { normaliseSpans, type Span } from "../../src/domain/rich-text.ts";

const spans = fc.array(
  fc.record({
    kind: fc.constantFrom("bold", "italic", "underline", "strike") as fc.Arbitrary<Span["kind"]>,
    start: fc.integer({ min: -3, max: 25 }),
    end: fc.integer({ min: -3, max: 25 }),
  }),
  { maxLength: 8 },
);

it("nests or separates any ranges, covers what they covered, and is stable", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 20 }), spans, (text, given) => {
      const result = normaliseSpans(text, given);
      for (const [index, span] of result.entries()) {
        expect(span.end).toBeGreaterThan(span.start);
        expect(span.end).toBeLessThanOrEqual(text.length);
        for (const other of result.slice(index + 1)) {
          expect(other.start).toBeGreaterThanOrEqual(span.start);
          const crosses = other.start < span.end && other.end > span.end;
          expect(crosses).toBe(false);
        }
      }
      for (let at = 0; at < text.length; at += 1) {
        const covered = (list: readonly Span[]) =>
          new Set(list.filter((span) => span.start <= at && at < span.end).map((span) => span.kind));
        expect(covered(result)).toEqual(covered(given));
      }
      expect(normaliseSpans(text, result)).toEqual(result);
    }),
  );
});
