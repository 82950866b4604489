import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { holdsNothing, mapFields, type PortalField, toNumber } from "../../src/rules/fields.ts";
import { FIELD_TYPES, type FieldMapping, fieldMapping } from "../../src/rules/ruleset.ts";

const field = (name: string, more: Partial<PortalField> = {}): PortalField => ({
  ...{ name, title: name, multiple: false, readOnly: false, items: [] },
  ...more,
});
const mapped = (
  type: FieldMapping["type"],
  text: string,
  options: { field?: Partial<PortalField>; zone?: string } = {},
): unknown => {
  const mapping = fieldMapping.parse({ entity: "lead", field: "x", type, value: "{{ field.x }}" });
  const { values, problems } = mapFields(
    [mapping],
    "lead",
    { field: { x: text } },
    [field("x", options.field)],
    options.zone,
  );
  return problems.length > 0 ? problems.map((one) => one.problem).join() : values.x;
};

describe("a number", () => {
  test.each([
    ["1234.5", 1234.5],
    ["1 234,50", 1234.5],
    ["1\u00a0234,50", 1234.5],
    ["1,234.50", 1234.5],
    ["1.234,50", 1234.5],
    ["1.234.567", 1_234_567],
    ["1,23,456.78", 123_456.78],
    ["-12", -12],
    ["0,125", 0.125],
    ["5,", 5],
    ["1'234'567", 1_234_567],
  ])("is read from %j", (text, number) => {
    expect(toNumber(text)).toBe(number);
  });

  test.each([
    "1,234",
    "1.234",
    "1,2,3.4",
    "1.2.3",
    "12 apples",
    "",
    "1e5",
    "NaN",
    "1234567890123456",
    "--1",
    "1,234,56",
  ])("is nothing certain in %j", (text) => {
    expect(toNumber(text)).toBeUndefined();
  });

  test("comes back from however people write it, and never as another one", () => {
    const amount = fc.tuple(fc.integer({ min: 0, max: 999_999_999 }), fc.integer({ min: 0, max: 99 }));
    const marks = fc.constantFrom([" ", ","], [",", "."], [".", ","], ["\u00a0", ","], ["'", "."]);
    fc.assert(
      fc.property(amount, marks, fc.boolean(), ([whole, cents], [parting = "", point = ""], isNegative) => {
        const grouped = String(whole).replace(/\B(?=(\d{3})+$)/g, parting);
        const text = `${isNegative ? "-" : ""}${grouped}${point}${String(cents).padStart(2, "0")}`;
        expect(toNumber(text)).toBe(Number(`${isNegative ? "-" : ""}${whole}.${String(cents).padStart(2, "0")}`));
      }),
    );
  });

  test("is read or not, whatever is written", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const number = toNumber(text);
        expect(number === undefined || Number.isFinite(number)).toBe(true);
      }),
    );
  });
});

describe("a date", () => {
  test.each([
    ["2026-11-28", "2026-11-28"],
    ["2026-11-28T23:30:00-05:00", "2026-11-28"],
    ["28.11.2026", "2026-11-28"],
    ["8/1/2026", "2026-01-08"],
    ["28-11-2026", "2026-11-28"],
    ["11/28/2026", "not-convertible"],
    ["31.02.2026", "not-convertible"],
    ["10:00", "not-convertible"],
    ["2026", "not-convertible"],
    ["tomorrow", "not-convertible"],
  ])("%j is %j", (text, expected) => {
    expect(mapped("date", text)).toBe(expected);
  });

  test("with a time is meant in the portal's zone, unless it names one", () => {
    const zone = "Europe/Moscow";
    expect(mapped("datetime", "2026-11-28 10:00", { zone })).toBe("2026-11-28T10:00:00+03:00");
    expect(mapped("datetime", "28.11.2026 9:05", { zone })).toBe("2026-11-28T09:05:00+03:00");
    expect(mapped("datetime", "2026-11-28T10:00:00+01:00", { zone })).toBe("2026-11-28T10:00:00+01:00");
    expect(mapped("datetime", "2026-11-28T10:00:00Z", { zone })).toBe("2026-11-28T10:00:00Z");
  });
});

describe("money, yes and no, links", () => {
  test.each([
    ["1 234,50 RUB", "1234.5|RUB"],
    ["1234.5|EUR", "1234.5|EUR"],
    ["99", "99"],
    ["1,234 USD", "not-convertible"],
    ["a lot", "not-convertible"],
    ["12 rub", "not-convertible"],
  ])("money: %j is %j", (text, expected) => {
    expect(mapped("money", text)).toBe(expected);
  });

  test.each([
    ["Да", "Y"],
    ["YES", "Y"],
    ["sí", "Y"],
    ["0", "N"],
    ["нет", "N"],
    ["maybe", "not-convertible"],
  ])("yes or no: %j is %j", (text, expected) => {
    expect(mapped("boolean", text)).toBe(expected);
  });

  test.each([
    ["shop.example/a?b=1", "https://shop.example/a?b=1"],
    ["http://shop.example", "http://shop.example/"],
    ["shop.example:8080/x", "https://shop.example:8080/x"],
    ["javascript:alert(1)", "not-convertible"],
    ["data:text/html,x.y", "not-convertible"],
    ["mailto:a@b.example", "not-convertible"],
    ["https://bank.example@evil.example/", "not-convertible"],
    ["localhost", "not-convertible"],
    ["not a link", "not-convertible"],
  ])("a link: %j is %j", (text, expected) => {
    expect(mapped("url", text)).toBe(expected);
  });
});

describe("a choice", () => {
  const items = [
    { id: "101", value: "Чёрный" },
    { id: "102", value: "White" },
    { id: "7", value: "101" },
  ];
  test.each([
    ["чЕРНЫЙ", "101"],
    ["white", "102"],
    ["101", "7"],
    ["102", "102"],
    ["green", "no-such-choice"],
  ])("%j is %j", (text, expected) => {
    expect(mapped("enumeration", text, { field: { items } })).toBe(expected);
  });

  test("of many goes as a list", () => {
    expect(mapped("enumeration", "white", { field: { items, multiple: true } })).toEqual(["102"]);
  });
});

describe("mapping", () => {
  const mappings = (...given: object[]) => given.map((one) => fieldMapping.parse({ entity: "lead", ...one }));

  test("goes to its own entity, by the portal's own spelling of the name, and says what is wrong", () => {
    const { values, problems } = mapFields(
      mappings(
        { field: "UFCRM_1", value: "{{ name }}" },
        { field: "gone", value: "x" },
        { field: "id", value: "5" },
        { field: "comments", value: "{{ name" },
        { field: "title", value: "{{ nobody }}" },
        { entity: "deal", field: "ufCrm_1", value: "deal" },
      ),
      "lead",
      { name: "Maria" },
      [field("ufCrm_1"), field("id", { readOnly: true }), field("comments"), field("title")],
    );
    expect(values).toEqual({ ufCrm_1: "Maria" });
    expect(problems.map((one) => [one.field, one.problem])).toEqual([
      ["gone", "unknown-field"],
      ["id", "read-only"],
      ["comments", "broken-template"],
    ]);
  });

  test("is not checked against a list that could not be read, but for choices, which need one", () => {
    const given = mappings({ field: "ufCrm_1", value: "x" }, { field: "ufCrm_2", type: "enumeration", value: "x" });
    expect(mapFields(given, "lead", {}, undefined)).toMatchObject({
      values: { ufCrm_1: "x" },
      problems: [{ field: "ufCrm_2", problem: "no-such-choice" }],
    });
  });

  test("never throws, and never gives a value beside a problem, whatever customers write", () => {
    const types = fc.constantFrom(...FIELD_TYPES);
    fc.assert(
      fc.property(types, fc.string(), (type, text) => {
        const mapping = fieldMapping.parse({ entity: "lead", field: "x", type, value: "{{ field.x }}" });
        const { values, problems } = mapFields([mapping], "lead", { field: { x: text } }, [field("x")]);
        expect(Object.keys(values).length + problems.length).toBeLessThanOrEqual(1);
        expect(Object.values(values)).not.toContain(undefined);
      }),
    );
  });
});

test("a field holds nothing when nobody set it; a checkbox was set by somebody", () => {
  for (const empty of [undefined, null, "", 0, "0", [], [""]]) expect(holdsNothing(empty)).toBe(true);
  for (const held of ["x", 1, "N", false, ["5"], [0, 1]]) expect(holdsNothing(held)).toBe(false);
});
