import { domainToASCII } from "node:url";
import { describe, expect, it, test } from "vitest";
import { createAddressBook } from "../../../src/mail/threads/addresses.ts";
import { mailFacts } from "../../../src/mail/threads/facts.ts";
import { messageIdsIn } from "../../../src/mail/threads/message-ids.ts";
import { readSubject } from "../../../src/mail/threads/subjects.ts";

describe("subjects", () => {
  it.each([
    ["Re: Price", "price", true, false],
    ["RE[12]: FW: Re (2): Price", "price", true, true],
    ["WG: AW: Preis", "preis", true, true],
    ["Пересл: Отв: Цена", "цена", true, true],
    ["RV: RE: Precio", "precio", true, true],
    ["ENC: RES: Preço", "preço", true, true],
    ["TR : Prix", "prix", false, true],
    ["VS: VL: Hinta", "hinta", true, true],
    ["[Team] Re: [team] Price", "price", true, false],
    ["[Re] [Fwd: ] Price (fwd)", "price", true, true],
    ["***SPAM*** [EXTERNAL] Re: Price", "price", true, false],
    ["[Order 12] status", "[order 12] status", false, false],
    ["Reply: Price", "reply: price", false, false],
    ["Reform: next steps", "reform: next steps", false, false],
    ["Re:Re:Re:", "", true, false],
    ["", "", false, false],
    ["=?UTF-8?Q?Re=3A_Price?=", "price", true, false],
    ["\u202aRe:\u202c  Pri\u00adce\r\n\tlist", "price list", true, false],
  ])("%j", (subject, normal, isReply, isForward) => {
    expect(readSubject(subject)).toMatchObject({ normal, isReply, isForward });
  });

  it("name deals and carry tokens of ours", () => {
    expect(readSubject("Re: Offer [#D123]")).toMatchObject({ normal: "offer", tokens: ["d123"], deals: ["123"] });
    expect(readSubject("По сделке № 4512, и deal #77")?.deals).toEqual(["4512", "77"]);
    expect(readSubject("Negociación n.º 8")?.deals).toEqual(["8"]);
    expect(readSubject("Ideal 55 dealers 6, order 7")?.deals).toEqual([]);
    expect(readSubject("[#T-4F9k2c8qxy] x")).toMatchObject({ normal: "x", tokens: ["t-4f9k2c8qxy"], deals: [] });
    expect(readSubject(undefined)).toBeUndefined();
  });
});

test("of very many references the first one and the last ones are kept", () => {
  const ids = Array.from({ length: 5_000 }, (_, n) => `<${n}@x.example>`);
  const read = messageIdsIn(ids.join(" "), () => false);
  expect(read).toHaveLength(200);
  expect([read[0], read[1], read.at(-1)]).toEqual(["0@x.example", "4801@x.example", "4999@x.example"]);
});

describe("facts of a mail", () => {
  const book = createAddressBook(
    {
      domains: ["Фирма.РФ", "@firm.example."],
      mailboxes: ["boss@gmail.com", "ivan@corp.local"],
      aliases: [["boss@gmail.com", "chief@mail.example"]],
      lists: [],
    },
    { people: [["ann@customer.example", "ann@home.example"]] },
  );
  const of = (mail: Parameters<typeof mailFacts>[0]) => mailFacts(mail, book);

  it("tell who is a customer, and who wrote to whom", () => {
    const out = of({ from: `sales@${domainToASCII("фирма.рф")}`, to: "Ann <ann@home.example>" });
    expect(out).toMatchObject({ direction: "out", people: ["ann@customer.example"] });
    const real = of({ from: "sales@фирма.рф", to: 'Ann <ANN@home.example>, "Bob, Jr." <bob@customer.example>' });
    expect(real).toMatchObject({ direction: "out", people: ["ann@customer.example", "bob@customer.example"] });
  });

  it("know own boxes of public services and of networks inside a company, by any of their names", () => {
    expect(of({ from: "B.o.s.s+x@googlemail.com", to: "IVAN+crm@corp.local" }).direction).toBe("internal");
    expect(of({ from: "chief@mail.example", to: "x@corp.local" })).toMatchObject({
      direction: "out",
      sender: "boss@gmail.com",
      people: ["x@corp.local"],
    });
    expect(of({ from: { address: "ann@customer.example" }, to: [{ address: "x@sub.firm.example" }] }).people).toEqual([
      "ann@customer.example",
      "x@sub.firm.example",
    ]);
  });

  it("take a date as every machine takes it, to the second", () => {
    const date = (text: string | number) => of({ date: text }).date?.toISOString();
    expect(date("Fri, 1 May 2026 10:00:00.900 +0300 (MSK)")).toBe("2026-05-01T07:00:00.000Z");
    expect(date("2026-05-01T10:00:00")).toBe("2026-05-01T10:00:00.000Z");
    expect(date("1 May 2026 10:00:00")).toBe("2026-05-01T10:00:00.000Z");
    expect(date("2026-05-01")).toBe("2026-05-01T00:00:00.000Z");
    expect(date(Date.UTC(2026, 4, 1))).toBe("2026-05-01T00:00:00.000Z");
    expect(date("Thu, 01 Jan 1970 00:00:00 GMT")).toBeUndefined();
    expect(date("31 Dec 9999 23:59:59 GMT")).toBeUndefined();
    expect(date("tomorrow")).toBeUndefined();
  });
});
