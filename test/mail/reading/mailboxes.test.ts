import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyMailboxes, mailboxesIn, plainMailboxes } from "../../../src/mail/reading/mailboxes.ts";

describe("who a header names", () => {
  it.each([
    ["anna@shop.example", [{ name: "", address: "anna@shop.example" }]],
    ["Anna <Anna@Shop.example>", [{ name: "Anna", address: "anna@shop.example" }]],
    ["<anna@shop.example>", [{ name: "", address: "anna@shop.example" }]],
    ['"Petrova, Anna" <anna+crm@shop.example>', [{ name: "Petrova, Anna", address: "anna+crm@shop.example" }]],
    ['"anna@shop.example" <anna@shop.example>', [{ name: "", address: "anna@shop.example" }]],
    [
      "Анна  Петрова <anna@shop.example>, bob@shop.example",
      [
        { name: "Анна Петрова", address: "anna@shop.example" },
        { name: "", address: "bob@shop.example" },
      ],
    ],
  ])("is told the short way: %s", (value, named) => {
    expect(plainMailboxes(value)).toEqual(named);
    expect(anyMailboxes(value)).toEqual(named);
  });

  it.each([
    "=?utf-8?B?0JDQvdC90LA=?= <anna@shop.example>",
    "Anna (in charge) <anna@shop.example>",
    '"Anna \\"the boss\\"" <anna@shop.example>',
    "Team: anna@shop.example, bob@shop.example;",
    "anna@shop.example bob@shop.example",
    "anna at shop.example",
    "anna@shop.example,, bob@shop.example",
    "",
  ])("is told by the whole grammar: %s", (value) => {
    expect(plainMailboxes(value)).toBeUndefined();
    expect(mailboxesIn(value)).toEqual(anyMailboxes(value));
  });

  it("is the same both ways, whatever is written", () => {
    const pieces = [
      "anna@shop.example",
      "Anna",
      "О'Нил",
      '"',
      "<",
      ">",
      ",",
      " ",
      "\t",
      "(",
      ")",
      ":",
      ";",
      "=?",
      "\\",
      "@",
      ".",
    ];
    const written = fc.array(
      fc.oneof(fc.constantFrom(...pieces), fc.constantFrom(" <b.c+d@shop.example>", '"Ann, B." ')),
      {
        maxLength: 12,
      },
    );
    let told = 0;
    fc.assert(
      fc.property(written, (parts) => {
        const value = parts.join("");
        const plain = plainMailboxes(value);
        if (plain === undefined) return;
        told += 1;
        expect(plain).toEqual(anyMailboxes(value));
      }),
      { numRuns: 5_000 },
    );
    expect(told).toBeGreaterThan(50);
  });

  it("takes time by its length, not by its square", () => {
    const began = process.threadCpuUsage();
    for (const one of [" ", "a", '"', "a@", "(", "<", "\t,"]) mailboxesIn(one.repeat(100_000));
    expect(process.threadCpuUsage(began).user / 1_000).toBeLessThan(2_000);
  });
});
