/**
 * What the finder is worth, measured on texts that were written down before it (test/fixtures/contacts/README.md). Both
 * parts are printed and each must hold by itself: the frozen one has never been tuned on.
 */
import { readFileSync } from "node:fs";
import { parsePhoneNumberFromString } from "libphonenumber-js";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { findContacts } from "../../../src/rules/contacts/find-contacts.ts";

const Expectation = z.strictObject({
  id: z.string().regex(/^(?:ru|en|es|un)-\d{3}$/),
  text: z.string().min(1),
  defaultCountry: z.string().regex(/^[A-Z]{2}$/),
  phones: z.array(z.string().regex(/^\+[1-9]\d{7,14}$/)),
  emails: z.array(z.string().regex(/^[^@]+@[a-z\d.-]+$/)),
  note: z.string().min(1).optional(),
});
type Expectation = z.infer<typeof Expectation>;
const Line = Expectation.extend({
  language: z.enum(["ru", "en", "es"]),
  source: z.enum(["public", "own"]),
  from: z.string().min(3).optional(),
});

interface Score {
  readonly precision: number;
  readonly recall: number;
  readonly wrong: readonly string[];
}

const read = <Shape extends z.ZodType>(part: string, shape: Shape): z.infer<Shape>[] =>
  readFileSync(new URL(`../../fixtures/contacts/${part}.jsonl`, import.meta.url), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => shape.parse(JSON.parse(line)));

const parts = { tuned: read("tuned", Line), frozen: read("frozen", Line), unseen: read("unseen", Expectation) };
const all = [...parts.tuned, ...parts.frozen];

function score(lines: readonly Expectation[]): Score {
  let right = 0;
  let extra = 0;
  let missed = 0;
  const wrong: string[] = [];
  for (const { id, text, defaultCountry, phones, emails } of lines) {
    const found = findContacts(text, { defaultCountry });
    const got = [...found.phones.map(({ number }) => number), ...found.emails.map(({ address }) => address)];
    const wanted = new Set([...phones, ...emails]);
    const surplus = got.filter((one) => !wanted.has(one));
    const lacking = [...wanted].filter((one) => !got.includes(one));
    right += got.length - surplus.length;
    extra += surplus.length;
    missed += lacking.length;
    if (surplus.length + lacking.length > 0)
      wrong.push(`${id}: surplus ${surplus.join(" ")}; missed ${lacking.join(" ")}`);
  }
  return { precision: right / (right + extra), recall: right / (right + missed), wrong };
}

describe("the corpus", () => {
  test("is large, in three languages, half of it public, a third of it frozen", () => {
    expect(all.length).toBeGreaterThanOrEqual(330);
    expect(parts.frozen.length / all.length).toBeGreaterThanOrEqual(1 / 3);
    expect(all.filter(({ source }) => source === "public").length / all.length).toBeGreaterThanOrEqual(0.5);
    for (const language of ["ru", "en", "es"])
      expect(all.filter((line) => line.language === language).length).toBeGreaterThan(100);
    expect(all.filter(({ phones, emails }) => phones.length + emails.length === 0).length).toBeGreaterThan(200);
  });

  test("names each line once, says where public facts stand, and expects numbers that can exist", () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(new Set(all.map(({ text, defaultCountry }) => `${defaultCountry} ${text}`)).size).toBe(all.length);
    for (const { id, source, from, phones, emails } of all) {
      expect(from !== undefined, id).toBe(source === "public");
      for (const phone of phones) expect(parsePhoneNumberFromString(phone)?.isPossible(), `${id} ${phone}`).toBe(true);
      expect(emails, id).toEqual(emails.map((email) => email.toLowerCase()));
    }
  });
});

describe.each(["tuned", "frozen", "unseen"] as const)("the %s part", (part) => {
  test("is found with precision of at least 0.99 and recall of at least 0.95", () => {
    const { precision, recall, wrong } = score(parts[part]);
    const figure = (value: number): string => value.toFixed(4);
    console.log(
      `contacts, ${part}: ${parts[part].length} lines, precision ${figure(precision)}, recall ${figure(recall)}`,
    );
    // The frozen part's lines are not shown: whoever sees them tunes on them.
    if (part !== "frozen") for (const line of wrong) console.log(`  ${line}`);
    expect(precision).toBeGreaterThanOrEqual(0.99);
    expect(recall).toBeGreaterThanOrEqual(0.95);
  });

  test("has its numbers in the order in which they stand in the text", () => {
    for (const { id, text, defaultCountry, phones } of parts[part]) {
      const found = findContacts(text, { defaultCountry }).phones.map(({ number }) => number);
      expect(
        found.filter((number) => phones.includes(number)),
        id,
      ).toEqual(phones.filter((number) => found.includes(number)));
    }
  });
});
