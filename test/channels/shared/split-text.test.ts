import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitText } from "../../../src/channels/shared/split-text.ts";
import { normaliseSpans, plainText, type RichText, type Span } from "../../../src/domain/rich-text.ts";

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const withoutSpace = (text: string): string => text.replace(/\s+/g, "");
const texts = (parts: RichText[]): string[] => parts.map((part) => part.text);

const pieces = fc.constantFrom(
  "a",
  "word",
  "Ёж",
  " ",
  "  ",
  "\n",
  "\n\n",
  ". ",
  "! ",
  "👩‍👩‍👧",
  "🇩🇪",
  "é",
  "𝒳",
  "한",
  "\r\n",
);
const anyText = fc.oneof(
  fc.array(pieces, { maxLength: 120 }).map((list) => list.join("")),
  fc.string({ unit: "grapheme", maxLength: 200 }),
);
const anyBody = fc
  .tuple(
    anyText,
    fc.array(fc.record({ start: fc.nat(200), length: fc.nat(80), kind: fc.constantFrom("bold", "italic", "code") }), {
      maxLength: 6,
    }),
  )
  .map(([text, raw]): RichText => {
    const spans = raw.map(
      (span): Span => ({ kind: span.kind as Span["kind"], start: span.start, end: span.start + span.length }),
    );
    return { text, spans: normaliseSpans(text, spans) };
  });

describe("splitText", () => {
  it("leaves a text that fits alone", () => {
    const body: RichText = { text: " kept as it is ", spans: [{ kind: "bold", start: 1, end: 5 }] };
    expect(splitText(body, 15)).toEqual([body]);
  });

  it("prefers the end of a paragraph, then a line, a sentence, a word", () => {
    expect(texts(splitText(plainText("one two. three\n\nfour five six"), 20))).toEqual([
      "one two. three",
      "four five six",
    ]);
    expect(texts(splitText(plainText("one two. three\nfour five six"), 20))).toEqual([
      "one two. three",
      "four five six",
    ]);
    expect(texts(splitText(plainText("One two three. Four five six"), 20))).toEqual([
      "One two three.",
      "Four five six",
    ]);
    expect(texts(splitText(plainText("one two three four five six"), 20))).toEqual(["one two three four", "five six"]);
  });

  it("uses a part in full when white space follows it", () => {
    expect(texts(splitText(plainText("abcde fghij"), 5))).toEqual(["abcde", "fghij"]);
  });

  it("does not make a tiny first part for the sake of a paragraph", () => {
    const [first] = texts(splitText(plainText(`Hi\n\n${"word ".repeat(30)}`), 100));
    expect(first?.length).toBeGreaterThan(90);
  });

  it("cuts a grapheme longer than the limit between code points", () => {
    const parts = texts(splitText(plainText(`e${"́".repeat(30)}`), 10));
    expect(parts.every((part) => part.length <= 10)).toBe(true);
    expect(parts.join("")).toHaveLength(31);
    expect(texts(splitText(plainText("👩‍👩‍👧‍👦"), 3)).every((part) => part.isWellFormed())).toBe(true);
  });

  it("lets spans follow their text across the cut", () => {
    const body: RichText = {
      text: "aaaa bbbb cccc",
      spans: [
        { kind: "bold", start: 2, end: 7 },
        { kind: "link", start: 10, end: 14, url: "https://x.example" },
      ],
    };
    expect(splitText(body, 5)).toEqual([
      { text: "aaaa", spans: [{ kind: "bold", start: 2, end: 4 }] },
      { text: "bbbb", spans: [{ kind: "bold", start: 0, end: 2 }] },
      { text: "cccc", spans: [{ kind: "link", start: 0, end: 4, url: "https://x.example" }] },
    ]);
  });

  it("gives nothing for white space and refuses a limit that cannot work", () => {
    expect(splitText(plainText(" \n\t "), 3)).toEqual([]);
    expect(() => splitText(plainText("abc"), 1)).toThrow(RangeError);
  });

  it("is quick on long texts", () => {
    const started = performance.now();
    const parts = splitText(plainText("слово и ещё слово. ".repeat(6_000)), 4_096);
    expect(parts.length).toBeGreaterThan(25);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it("holds for any text: parts fit, are not empty, lose only white space, cut no pair and no grapheme", () => {
    fc.assert(
      fc.property(anyBody, fc.integer({ min: 12, max: 90 }), (body, limit) => {
        const parts = splitText(body, limit);
        expect(withoutSpace(texts(parts).join(""))).toBe(withoutSpace(body.text));
        // What stands around a cut: no grapheme of the whole text is missing from the parts.
        const whole = [...graphemes.segment(body.text)]
          .map((one) => one.segment)
          .filter((one) => one.trim() !== "" && one.length <= limit);
        const split = parts
          .flatMap((part) => [...graphemes.segment(part.text)].map((one) => one.segment))
          .filter((one) => one.trim() !== "");
        if (whole.length === [...graphemes.segment(body.text)].filter((one) => one.segment.trim() !== "").length)
          expect(split).toEqual(whole);
        for (const part of parts) {
          expect(part.text.trim()).not.toBe("");
          expect(part.text.length).toBeLessThanOrEqual(Math.max(limit, body.text.length <= limit ? limit : 0));
          if (body.text.isWellFormed()) expect(part.text.isWellFormed()).toBe(true);
          expect(part.spans).toEqual(normaliseSpans(part.text, part.spans));
        }
      }),
      { numRuns: 500 },
    );
  });

  it("keeps the formatting of every character", () => {
    fc.assert(
      fc.property(anyBody, fc.integer({ min: 12, max: 90 }), (body, limit) => {
        const marks = (rich: RichText): string[] =>
          [...rich.text].length === 0
            ? []
            : Array.from(
                { length: rich.text.length },
                (_, at) =>
                  `${rich.text[at]}:${[...new Set(rich.spans.filter((span) => span.start <= at && at < span.end).map((span) => span.kind))].sort()}`,
              ).filter((mark) => !/^\s/.test(mark));
        expect(splitText(body, limit).flatMap(marks)).toEqual(marks(body));
      }),
      { numRuns: 300 },
    );
  });
});
