import { expect, test } from "vitest";
import { normalisePhone, readContact } from "../../../src/channels/shared/contact-details.ts";

test.each([
  ["+34 600 12 34 56", "", "+34600123456"],
  ["0034 600 12 34 56", "", "+34600123456"],
  ["600 12 34 56", "ES", "+34600123456"],
  ["8 (912) 345-67-89", "RU", "+79123456789"],
  ["(415) 555-0132", "US", "+14155550132"],
  ["٠٥٠١٢٣٤٥٦٧", "SA", "+966501234567"],
])("%s (%s) is %s", (typed, country, expected) => {
  expect(normalisePhone(typed, country)).toBe(expected);
});

test.each([
  ["600 12 34 56", ""],
  ["call me", "ES"],
  ["12", "ES"],
  ["+999 123456789", "ES"],
  ["+34 600 12 34 56 or +34 600 12 34 57", "ES"],
  ["", "ES"],
])("%j (%s) is no phone", (typed, country) => {
  expect(normalisePhone(typed, country)).toBeUndefined();
});

const policy = { askName: "required", askPhone: "optional", askEmail: "required", country: "ES" } as const;

test("what was given is cleaned, what is missing or unusable is named by its field", () => {
  expect(readContact({ name: " Ana \n María\u202e ", phone: "600123456", email: " Ana@Example.ORG " }, policy)).toEqual(
    {
      kind: "ok",
      details: { name: "Ana María", phone: "+34600123456", email: "ana@example.org" },
    },
  );
  expect(readContact({ name: " ", phone: "12", email: "ana@" }, policy)).toEqual({
    kind: "wrong",
    fields: { name: "missing", phone: "wrong", email: "wrong" },
  });
  expect(readContact({}, policy)).toEqual({ kind: "wrong", fields: { name: "missing", email: "missing" } });
});

test("what was not asked for is dropped", () => {
  const nothing = { askName: "no", askPhone: "no", askEmail: "no", country: "" } as const;
  expect(readContact({ name: "Ana", phone: "rubbish", email: "rubbish" }, nothing)).toEqual({
    kind: "ok",
    details: {},
  });
});
