import { describe, expect, it } from "vitest";
import { defaultEmailKeyRules } from "../../../src/rules/contacts/email-key.ts";
import { emailSpellings } from "../../../src/rules/contacts/email-spellings.ts";

describe("how a mailbox may stand in the CRM", () => {
  it("is as it was written, and the mailbox behind it, at most services", () => {
    expect(emailSpellings("Maria+shop@works.example", [], 20)).toEqual([
      "Maria+shop@works.example",
      "maria@works.example",
    ]);
    expect(emailSpellings("maria@works.example", ["maria"], 20)).toEqual(["maria@works.example"]);
  });

  it("is with one dot at each place at Gmail, the border of the person's names first", () => {
    const asked = emailSpellings("johnsmith@googlemail.com", ["john", "smith"], 20);
    expect(asked.slice(0, 3)).toEqual(["johnsmith@googlemail.com", "johnsmith@gmail.com", "john.smith@gmail.com"]);
    expect(asked).toHaveLength(2 + 8);
  });

  it("asks for no more than a search takes, however long the name", () => {
    const asked = emailSpellings("averylongnameofsomebodyindeed@gmail.com", ["somebody"], 20);
    expect(asked).toHaveLength(20);
    expect(new Set(asked).size).toBe(20);
  });

  it("has no dots where the portal says that they count", () => {
    const rules = { ...defaultEmailKeyRules, gmailDots: false };
    expect(emailSpellings("john.smith@gmail.com", ["john"], 20, rules)).toEqual(["john.smith@gmail.com"]);
  });
});
