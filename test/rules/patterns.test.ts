/** Patterns that are looked for together find what each of them finds alone. */
import fc from "fast-check";
import { RE2JS } from "re2js";
import { describe, expect, it } from "vitest";
import { createPatterns } from "../../src/rules/patterns.ts";

const PATTERNS = [
  "order-\\d+",
  "ord(er|re)",
  "(refund|возврат)[а-я ]+7",
  "^hello",
  "bye$",
  "\\bcat\\b",
  "",
  "a.c",
  "\\D{3}",
  "[а-я]+!",
  "x*",
];
const words = fc.constantFrom(
  "order-7",
  "ord",
  "refund",
  "возврат заказа 7",
  "hello",
  "bye",
  "cat",
  "abc",
  "42",
  "ой!",
  "\n",
  " ",
);

describe("patterns", () => {
  it("find together what each finds alone, in any choice and order", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(PATTERNS), fc.array(words, { maxLength: 6 }), (chosen, parts) => {
        const text = parts.join("");
        const patterns = createPatterns();
        const numbers = chosen.map((pattern) => patterns.add(pattern) ?? -1);
        const found = patterns.find(text);
        expect(numbers.map((number) => found[number])).toEqual(
          chosen.map((pattern) => RE2JS.compile(pattern).test(text)),
        );
      }),
      { numRuns: 500 },
    );
  });

  it("have one number however often they are added, and may come after the first search", () => {
    const patterns = createPatterns();
    expect([patterns.add("a"), patterns.add("b"), patterns.add("a")]).toEqual([0, 1, 0]);
    expect(patterns.find("b")).toEqual([false, true]);
    expect(patterns.add("c")).toBe(2);
    expect(patterns.find("bc")).toEqual([false, true, true]);
  });

  it("that are no regular expressions have no number, and disturb nobody", () => {
    const patterns = createPatterns();
    expect([patterns.add("("), patterns.add("a"), patterns.add("b")]).toEqual([undefined, 0, 1]);
    expect(patterns.find("a")).toEqual([true, false]);
  });

  it("that are large are not joined, which would make them slow", () => {
    const patterns = createPatterns();
    const numbers = Array.from({ length: 60 }, (_, at) => patterns.add(`a(a|b){100}${at}(c|d){20}`));
    expect(new Set(numbers).size).toBe(60);
    let state = 1;
    const irregular = Array.from({ length: 4_000 }, () => {
      state = (state * 48_271) % 2_147_483_647;
      return state % 2 === 0 ? "a" : "b";
    }).join("");
    const begin = process.cpuUsage();
    expect(patterns.find(irregular).some(Boolean)).toBe(false);
    // Joined, it is more than a second.
    expect(process.cpuUsage(begin).user / 1_000).toBeLessThan(300);
  });
});
