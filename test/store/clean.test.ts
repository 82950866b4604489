import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanText, indexable, isUuid, saneDate, toJson } from "../../src/store/clean.ts";

const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom("\0", "\ud800", "\udc00", "\\", "u0000", '"', "😀"),
    fc.string({ unit: "binary", maxLength: 1 }),
  ),
});

describe("what the database takes", () => {
  it("text without NUL and half pairs, of the same length, so that ranges stay right", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const clean = cleanText(text);
        return (
          clean.length === text.length && clean.isWellFormed() && !clean.includes("\0") && cleanText(clean) === clean
        );
      }),
    );
    expect(cleanText("a\0b\ud800c😀")).toBe("a\ufffdb\ufffdc😀");
  });

  it("JSON whose every text and key is clean, and everything else as it was", () => {
    fc.assert(
      fc.property(
        fc.dictionary(anyText, fc.oneof(anyText, fc.array(anyText), fc.double({ noNaN: true }), fc.constant(null))),
        (value) => {
          const json = toJson(value);
          expect(json).not.toMatch(/(?<!\\)(?:\\\\)*\\u0000/);
          const walk = (part: unknown): unknown => {
            if (typeof part === "string") return cleanText(part);
            if (Array.isArray(part)) return part.map(walk);
            return typeof part === "object" && part !== null
              ? Object.fromEntries(Object.entries(part).map(([key, inner]) => [cleanText(key), walk(inner)]))
              : part;
          };
          expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(walk(value))));
        },
      ),
    );
    expect(toJson({ at: new Date(0), text: "a\0" })).toBe('{"at":"1970-01-01T00:00:00.000Z","text":"a\ufffd"}');
  });

  it("ids as they are, and long ones short but apart", () => {
    expect(indexable("42")).toBe("42");
    expect(indexable("😀".repeat(250))).toBe("😀".repeat(250));
    const [one, two] = [indexable(`${"x".repeat(3000)}1`), indexable(`${"x".repeat(3000)}2`)];
    expect(one).not.toBe(two);
    expect(one).toHaveLength(165);
    expect(Buffer.byteLength(indexable("😀".repeat(5000)))).toBeLessThan(1000);
  });

  it("dates within reason, else the one given for it", () => {
    const fallback = new Date("2026-01-01");
    for (const date of [new Date("1970-01-01"), new Date("2026-05-05"), new Date("9998-12-31")])
      expect(saneDate(date, fallback)).toBe(date);
    for (const date of [new Date(Number.NaN), new Date(-1), new Date(8.64e15)])
      expect(saneDate(date, fallback)).toBe(fallback);
  });

  it("uuids only where ids of ours are meant", () => {
    expect(isUuid("6fa459ea-ee8a-4ca4-894e-db77e160355e")).toBe(true);
    for (const rubbish of ["", "x", "6fa459ea-ee8a-4ca4-894e-db77e160355e\n", "6fa459eaee8a4ca4894edb77e160355e"])
      expect(isUuid(rubbish)).toBe(false);
  });
});
