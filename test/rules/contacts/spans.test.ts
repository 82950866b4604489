import { expect, test } from "vitest";
import { covered, otherNumbers, pageAddresses } from "../../../src/rules/contacts/spans.ts";

const found = (text: string): string[] => otherNumbers(text).map(({ start, end }) => text.slice(start, end));

test("an account in small letters is one when its check digits agree", () => {
  expect(found("no93 8601 1117 947")).toEqual(["no93 8601 1117 947"]);
  expect(found("no94 8601 1117 947")).toEqual([]);
  expect(found("NO94 8601 1117 947")).toEqual(["NO94 8601 1117 947"]);
});

test("a long row of digits is a card when Luhn's formula agrees", () => {
  expect(found("5555555555554444")).toEqual(["5555555555554444"]);
  expect(found("5555555555554445")).toEqual([]);
  expect(found("+5555555555554444")).toEqual([]);
});

test("what is covered keeps its length, spans over each other once", () => {
  const text = "a 12.05.2024 b";
  expect(
    covered(text, [
      { start: 2, end: 12 },
      { start: 4, end: 7 },
    ]).replace(/[^ab ]/g, "·"),
  ).toBe("a ·········· b");
  expect(pageAddresses("ver http://a.b/1 y c.de/2, e@f.g").map(({ start }) => start)).toEqual([4, 19]);
});
