import { describe, expect, test } from "vitest";
import { type Condition, conditionSchema, depthOf } from "../../src/rules/condition-schema.ts";
import { compileCondition, createTexts, firstThatHolds, patternsOf } from "../../src/rules/conditions.ts";
import { patternSize } from "../../src/rules/patterns.ts";
import { entity, facts } from "./samples.ts";

const holds = (condition: unknown, given: unknown = {}, contact: "first" | "repeat" = "first"): boolean => {
  const known = facts(given);
  const openDeals = known.crm.found.filter((one) => one.type === "deal" && one.open);
  return compileCondition(
    conditionSchema.parse(condition),
    createTexts(),
  )({ facts: known, contact, openDeals, folded: [], found: [] });
};
const text = (op: string, ...values: string[]) => ({ fact: "text", op, values });

describe("texts", () => {
  test("are compared without regard to case, to ё/е and to how accents are encoded", () => {
    expect(holds(text("is", "ёлка"), { text: "ЕЛКА" })).toBe(true);
    expect(holds(text("contains", "ЕЛК"), { text: "у ёлки" })).toBe(true);
    expect(holds(text("contains", "CAFE\u0301"), { text: "un café" })).toBe(true);
    expect(holds(text("matches", "^Ёл.*а$"), { text: "елочка" })).toBe(true);
    expect(holds(text("is", "елка"), { text: "елка " })).toBe(false);
  });

  test("one of several values is enough, and nothing is no empty text", () => {
    expect(holds(text("is", "a", "b"), { text: "B" })).toBe(true);
    expect(holds({ fact: "tag", op: "is", values: ["vip"] }, { tags: ["new", "VIP"] })).toBe(true);
    expect(holds({ fact: "line", op: "matches", values: [".*"] }, { line: null })).toBe(false);
    expect(holds({ fact: "utm", name: "source", op: "matches", values: [".*"] })).toBe(false);
    expect(holds({ fact: "field", name: "toString", op: "matches", values: [".*"] })).toBe(false);
    expect(
      holds({ fact: "field", name: "City", op: "is", values: ["Omsk"] }, { site: { fields: { City: "omsk" } } }),
    ).toBe(true);
    expect(
      holds({ fact: "mail-to", op: "is", values: ["b@x.example"] }, { mail: { to: ["a@x.example", "B@x.example"] } }),
    ).toBe(true);
  });

  test.each([
    ["channel", { channel: "viber" }],
    ["account", { account: { id: "viber" } }],
    ["site", { site: { host: "viber" } }],
    ["page", { site: { page: "viber" } }],
    ["form", { site: { form: "viber" } }],
    ["language", { customer: { language: "viber" } }],
    ["mail-from", { mail: { from: "viber" } }],
    ["mail-subject", { mail: { subject: "viber" } }],
  ])("%s is looked at", (fact, given) => {
    const condition = { fact, op: "is", values: ["Viber"] };
    expect([holds(condition, given), holds(condition)]).toEqual([true, false]);
  });
});

describe("regular expressions", () => {
  test("keep what follows a backslash: \\D stays \\D, \\S stays \\S, \\pL stays \\pL", () => {
    expect([
      holds(text("matches", "^\\D+$"), { text: "abc" }),
      holds(text("matches", "^\\D+$"), { text: "123" }),
    ]).toEqual([true, false]);
    expect(holds(text("matches", "^\\S+\\W$"), { text: "Hi!" })).toBe(true);
    expect(holds(text("matches", "^\\p{Lu}$"), { text: "a" })).toBe(false);
    expect(holds(text("matches", "^\\p{L}+$"), { text: "Ёж" })).toBe(true);
  });

  test("that need look-around or back-references are refused, and never match meanwhile", () => {
    for (const pattern of ["(?=a)b", "(?<!a)b", "(a)\\1", "(", "[a"]) {
      const condition = conditionSchema.parse({ any: [{ not: text("matches", pattern) }, { all: [text("is", "(")] }] });
      expect(patternsOf(condition)).toEqual([pattern]);
      expect(patternSize(pattern)).toBeUndefined();
      expect(holds(text("matches", pattern), { text: "aab" })).toBe(false);
    }
    expect(patternsOf(conditionSchema.parse(text("contains", "(")))).toEqual([]);
  });

  test("take time by the text alone, whatever is written", () => {
    const started = performance.now();
    expect(holds(text("matches", "^(a+)+$"), { text: `${"a".repeat(3_900)}!` })).toBe(false);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe("yes and no, days and deals", () => {
  test("are what the facts say, and their opposite", () => {
    const local = { date: "2026-11-28", time: "10:00", weekday: 6, workingHours: false };
    expect(holds({ fact: "weekday", values: [6, 7] }, { local })).toBe(true);
    expect(holds({ fact: "working-hours", is: false }, { local })).toBe(true);
    // Where no hours are set it is always working time.
    expect(holds({ fact: "working-hours", is: true })).toBe(true);
    expect(holds({ fact: "has-phone", is: true }, { customer: { phones: ["+1"] } })).toBe(true);
    expect(holds({ fact: "has-email", is: false }, { customer: { phones: ["+1"] } })).toBe(true);
    expect(holds({ fact: "known", is: true }, { crm: { found: [entity("contact", "1")] } })).toBe(true);
    expect([holds({ fact: "contact", is: "repeat" }), holds({ fact: "contact", is: "repeat" }, {}, "repeat")]).toEqual([
      false,
      true,
    ]);
  });

  test("an open deal is looked for by pipeline and stage together, in one deal", () => {
    const found = [
      entity("deal", "1", { pipeline: "3", stage: "C3:NEW" }),
      entity("deal", "2", { pipeline: "0", stage: "WON" }),
      entity("deal", "3", { pipeline: "9", stage: "C9:NEW", open: false }),
    ];
    const deal = (more: object) => holds({ fact: "open-deal", ...more }, { crm: { found } });
    expect([deal({}), deal({ pipeline: "3" }), deal({ stage: "WON" })]).toEqual([true, true, true]);
    expect([deal({ pipeline: "3", stage: "WON" }), deal({ pipeline: "9" })]).toEqual([false, false]);
    expect(deal({ pipeline: "9", is: false })).toBe(true);
  });
});

describe("groups", () => {
  const yes = { all: [] };
  const no = { any: [] };

  test("an empty all holds, an empty any does not; they nest", () => {
    expect([holds(yes), holds(no), holds({ not: no })]).toEqual([true, false, true]);
    expect(holds({ all: [yes, { any: [no, { not: { all: [yes, no] } }] }] })).toBe(true);
  });

  test("are measured, and a misspelt one is no condition", () => {
    const deep = conditionSchema.parse({ all: [{ any: [{ not: text("is", "x") }] }] });
    expect([depthOf(deep), depthOf({ all: [] })]).toEqual([4, 1]);
    expect(conditionSchema.safeParse({ al: [] }).success).toBe(false);
    expect(conditionSchema.safeParse({ all: [], any: [] }).success).toBe(false);
    expect(conditionSchema.safeParse({ fact: "text", op: "is", values: [] }).success).toBe(false);
  });

  test("the first one that holds counts", () => {
    const texts = createTexts();
    const checks = [no, yes, yes].map((one) => compileCondition(one as Condition, texts));
    const subject = { facts: facts(), contact: "first", openDeals: [], folded: [], found: [] } as const;
    expect(firstThatHolds(checks, { ...subject, folded: [], found: [] })).toBe(1);
    expect(firstThatHolds([], { ...subject, folded: [], found: [] })).toBe(-1);
  });
});
