import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normaliseSpans, plainText, type RichText, type Span, type SpanKind } from "../../src/domain/rich-text.ts";
import { fromBbcode, toBbcode } from "../../src/portal/bbcode.ts";

const KINDS: readonly SpanKind[] = ["bold", "italic", "underline", "strike", "code", "link"];
/** Text made to be misunderstood. */
const nasty = fc
  .array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom(
          "[",
          "]",
          "[b]",
          "[/b]",
          "[/code]",
          "[code]",
          "[br]",
          "[url=",
          "/",
          "=",
          "b",
          "i",
          "\u2060",
          ">>",
          "\n",
          "-".repeat(54),
          "\n>>",
          " ",
          "[[",
          "[ b ]",
          "\\",
          '"',
        ),
      },
      { weight: 2, arbitrary: fc.string({ unit: "grapheme", maxLength: 4 }) },
    ),
    { maxLength: 14 },
  )
  .map((parts) => parts.join(""));

const span = (length: number) =>
  fc
    .record({ kind: fc.constantFrom(...KINDS), start: fc.nat({ max: length }), end: fc.nat({ max: length }) })
    .map((raw): Span => (raw.kind === "link" ? { ...raw, url: "https://example.org/a?b=c&d=1#e" } : raw));
/** Spans as writing and reading both hold them: code holds nothing else, and is `pre` when it has several lines. */
const rich = nasty.chain((text) =>
  fc.array(span(text.length), { maxLength: 5 }).map((raw): RichText => {
    const spans = normaliseSpans(text, raw);
    const codes = spans.filter((one) => one.kind === "code");
    const kept = spans.filter(
      (one) =>
        !codes.some(
          (code) =>
            code !== one && spans.indexOf(code) < spans.indexOf(one) && code.start <= one.start && one.end <= code.end,
        ),
    );
    return {
      text,
      spans: kept.map((one) =>
        one.kind === "code" && text.slice(one.start, one.end).includes("\n") ? { ...one, kind: "pre" } : one,
      ),
    };
  }),
);

describe("there and back", () => {
  test("any text with any spans is the same again", () => {
    fc.assert(
      fc.property(rich, (one) => {
        expect(fromBbcode(toBbcode(one))).toEqual(one);
      }),
      { numRuns: 3000 },
    );
  });
  test("whole-line quotations are the same again", () => {
    const one: RichText = {
      text: "He said\nfirst [b]line\nsecond\nand I",
      spans: [{ kind: "quote", start: 8, end: 28 }],
    };
    expect(toBbcode(one)).toBe("He said\n>>first [\u2060b]line\n>>second\nand I");
    expect(fromBbcode(toBbcode(one))).toEqual(one);
  });
});

test("no string makes reading throw or gives spans outside the text", () => {
  fc.assert(
    fc.property(fc.oneof(nasty, fc.string()), (source) => {
      const { text, spans } = fromBbcode(source);
      expect(spans).toEqual(normaliseSpans(text, spans));
    }),
  );
});

test("words survive whatever tags stand around them", () => {
  const piece = fc.constantFrom(
    "[b]",
    "[/b]",
    "[user=1]",
    "[/user]",
    "[x]",
    "[/x]",
    "[size=20]",
    "[/size]",
    "[code]",
    "[/code]",
    "[url=https://a.example/]",
    "[/url]",
    "[br]",
    "[",
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(piece, fc.stringMatching(/^[a-z]{2,5}\d$/)), { maxLength: 10 }), (parts) => {
      const { text } = fromBbcode(parts.map(([tag, word]) => `${tag} ${word} `).join(""));
      for (const [, word] of parts) expect(text).toContain(word);
    }),
  );
});

test("a customer's brackets are shown and not obeyed", () => {
  expect(toBbcode(plainText("array[i] = [b]loud[/b]; list[0]"))).toBe(
    "array[\u2060i] = [\u2060b]loud[\u2060/b]; list[0]",
  );
});

describe("what operators write", () => {
  test.each([
    ["[b]Klaus Weber:[/b] [br]Guten Tag!", "Klaus Weber: \nGuten Tag!", [{ kind: "bold", start: 0, end: 12 }]],
    ["[USER=12]Ann[/USER], see [CHAT=5]Sales[/CHAT]", "Ann, see Sales", []],
    [
      "[url]https://a.example/x?y=1&z=2[/url]",
      "https://a.example/x?y=1&z=2",
      [{ kind: "link", start: 0, end: 27, url: "https://a.example/x?y=1&z=2" }],
    ],
    [
      "[url=https://a.example/?x=1&y=2#z]here[/url]",
      "here",
      [{ kind: "link", start: 0, end: 4, url: "https://a.example/?x=1&y=2#z" }],
    ],
    ["[url=javascript:alert(1)]here[/url]", "here", []],
    ["[icon=https://a.example/i.png size=20 title=smile] hi", "smile hi", []],
    ["[call=+1 999 123]ring[/call]", "ring", [{ kind: "link", start: 0, end: 4, url: "tel:+1999123" }]],
    ["[timestamp=1645844720 format=SHORT_TIME_FORMAT]", "2022-02-26 03:05 UTC", []],
    ["[size=20][color=#ff0000]big[/color][/size] [send=/help]Help[/send] [put=/x]X[/put]", "big Help X", []],
    [">>quoted\nanswer", "quoted\nanswer", [{ kind: "quote", start: 0, end: 6 }]],
    [
      `${"-".repeat(54)}\nAnn [10:00]\nhello\n${"-".repeat(54)}\nyes`,
      "Ann [10:00]\nhello\nyes",
      [{ kind: "quote", start: 0, end: 17 }],
    ],
    ["[code]a\n  [b]b[/code]", "a\n  [b]b", [{ kind: "pre", start: 0, end: 8 }]],
    ["5 [b] open and [unknown]kept[/unknown]", "5 [b] open and [unknown]kept[/unknown]", []],
    ["[disk=123]", "[disk=123]", []],
    ["smile :) 😀", "smile :) 😀", []],
  ])("%s", (source, text, spans) => {
    expect(fromBbcode(source)).toEqual({ text, spans });
  });
});
