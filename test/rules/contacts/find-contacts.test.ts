import { describe, expect, test } from "vitest";
import { type FindOptions, findContacts } from "../../../src/rules/contacts/find-contacts.ts";

const phones = (text: string, options: FindOptions | string = "RU"): string[] =>
  findContacts(text, typeof options === "string" ? { defaultCountry: options } : options).phones.map(
    ({ number }) => number,
  );
const emails = (text: string): string[] => findContacts(text).emails.map(({ address }) => address);

const pavel = "+79161234567";
const olga = "+79261234567";

describe("the words beside a number", () => {
  test.each([
    ["Это мой номер заказа 9161234567", []],
    ["9161234567 - номер заказа", []],
    ["Заказ оформлен на 89161234567", [pavel]],
    ["Мой заказ на номер 8 916 123 45 67", [pavel]],
    ["заказ 12345678 тел 89161234567", [pavel]],
    ["Номер телефона 89161234567, номер заказа 89261234567", [pavel]],
    ["Подскажите по заказам 9161234567 и 9261234567", []],
    ["код города 495, телефон 8 (495) 123-45-67", ["+74951234567"]],
    ["тел89161234567", [pavel]],
    ["user9161234567", []],
    ["Иван-89161234567, 89261234567-Ольга", [pavel, olga]],
    ["АБ-89161234567", []],
    ["_89161234567_", [pavel]],
    ["a_89161234567_b", []],
    ["перевёл 12 500 руб на 8 916 123 45 67", [pavel]],
    ["СТС 9912345678", []],
    ["id +7 916 123-45-67", [pavel]],
    ["8-916-123-45-67(68)", [pavel]],
    ["т. (495) 123-45-67/68", ["+74951234567"]],
    ["89161234567 Анна 89261234567 Олег", [pavel, olga]],
    ["Иванов 12.03.1985 8 916 123 45 67 кв 5", [pavel]],
    ["12 345 678 901", []],
    ["9161234567.jpg", []],
    ["@79161234567", []],
    ["+7 999 999-99-99", []],
    ["0.9161234567", []],
  ])("%s", (text, expected) => {
    expect(phones(text)).toEqual(expected);
  });

  test.each([
    ["Hice un pedido ayer y mi número es 612345678", "ES", ["+34612345678"]],
    ["mi número de pedido es 612345678", "ES", []],
    ["nº 612345678", "ES", []],
    ["Mi pedido 612345678 y mi teléfono 722112233", "ES", ["+34722112233"]],
    ["entre 612.345.678 y 700.000.000 euros", "ES", []],
    ["my case number is 212 555 0199 and phone is 646 555 0198", "US", ["+16465550198"]],
    ["just in case: 212-555-0199", "US", ["+12125550199"]],
    ["Order #: 2125550199. Phone: 6465550199", "US", ["+16465550199"]],
    ["2125550199 views", "US", []],
    ["20 7946 0018", "US", []],
    ["+12125550199+16465550198", "US", ["+12125550199", "+16465550198"]],
    ["7911 123456 is what they asked me", "GB", []],
    ["Joe-9175551234", "US", ["+19175551234"]],
    ["612345678-Ana", "ES", ["+34612345678"]],
    ["SET-612345678", "ES", []],
    ["612345678-BLK", "ES", []],
    ["917-555-1234 #12", "US", ["+19175551234"]],
    ["wifi password 9175551234", "US", []],
    ["n.º 612345678", "ES", []],
    ["call 7911 123456", "GB", ["+447911123456"]],
    ["612345678", "DE", []],
  ])("%s (%s)", (text, country, expected) => {
    expect(phones(text, country)).toEqual(expected);
  });
});

describe("ranges that were opened after the list was made", () => {
  test("are believed with a plus, or in groups and called a phone", () => {
    expect(phones("+56 9 1234 5678", "ES")).toEqual(["+56912345678"]);
    expect(phones("llámame al cel 9 1234 5678", "CL")).toEqual(["+56912345678"]);
    expect(phones("912345678", "CL")).toEqual([]);
    expect(phones("+7 123 456-78-90")).toEqual([]);
  });
});

describe("8 for +7", () => {
  const text = "мой номер 8 916 123-45-67";

  test("holds wherever the portal is, unless it is switched off", () => {
    expect(phones(text, "ES")).toEqual([pavel]);
    expect(phones(text, { defaultCountry: "ES", eightIsSeven: false })).toEqual([]);
    expect(phones(text, {})).toEqual([pavel]);
    expect(phones(text, { eightIsSeven: false })).toEqual([]);
  });

  test("within Russia it is the plan's own prefix", () => {
    expect(phones(text, { defaultCountry: "RU", eightIsSeven: false })).toEqual([pavel]);
  });

  test("a bare row of eleven digits is one abroad only when nothing else is said", () => {
    expect(phones("89161234567", "ES")).toEqual([pavel]);
    expect(phones("lo que me sale es 89161234567 y nada más", "ES")).toEqual([]);
  });
});

test("a country that does not exist counts as none", () => {
  for (const defaultCountry of ["XX", "", "__proto__", undefined]) {
    expect(phones("916 123-45-67, +34 612 345 678", { defaultCountry })).toEqual(["+34612345678"]);
  }
  expect(phones("612 34 56 78", " es ")).toEqual(["+34612345678"]);
});

test("what was written, and whose plan it is, stand beside the number", () => {
  expect(findContacts("Ана, тел.: 8 (701)\u00a0123-45-67, Ana@Пример.РФ!", { defaultCountry: "KZ" })).toEqual({
    phones: [{ number: "+77011234567", country: "KZ", written: "8 (701) 123-45-67" }],
    emails: [{ address: "ana@xn--e1afmkfd.xn--p1ai", written: "Ana@Пример.РФ" }],
  });
});

describe("documents without a word beside them", () => {
  test.each([
    ["4217030520", "RU", []],
    ["9701234560", "RU", ["+79701234560"]],
    ["4010 123456", "RU", []],
    ["892-612-345 67", "RU", []],
    ["22.345.678-5", "CL", []],
    ["20-12345678-6", "AR", []],
    ["0612345678", "IT", ["+390612345678"]],
    ["0991234567", "EC", ["+593991234567"]],
    ["291234567 и все", "BY", []],
    ["380501234567", "RU", ["+380501234567"]],
    ["3104 2217 5512 0045", "GT", []],
  ])("%s (%s)", (text, country, expected) => {
    expect(phones(text, country)).toEqual(expected);
  });
});

describe("links", () => {
  test.each([
    ["https://t.me/+79161234567", [pavel]],
    ["https://t.me/+AbCdEf79161234567", []],
    ["whatsapp://send?phone=79161234567", [pavel]],
    ["viber://chat?number=%2B79161234567", [pavel]],
    ["https://wa.me/message/79161234567", []],
    ["тел.моб/89161234567", [pavel]],
    ["shop.ru/89161234567", []],
  ])("%s", (text, expected) => {
    expect(phones(text)).toEqual(expected);
  });
});

describe("where an e-mail address begins and ends", () => {
  test.each([
    ["ivan@mail.ru|petr@mail.ru\nolga@mail.ru", ["ivan@mail.ru", "petr@mail.ru", "olga@mail.ru"]],
    ["моя почта ivan@mail.ruтел 89161234567", ["ivan@mail.ru"]],
    ["ivan@mail.ru.Жду ответа", ["ivan@mail.ru"]],
    ["ivan@mail.ru–это почта", ["ivan@mail.ru"]],
    ["почта-ivan@mail.ru", ["ivan@mail.ru"]],
    ["+почта-ivan@mail.ru", ["ivan@mail.ru"]],
    ["_почта-ivan@mail.ru_", ["ivan@mail.ru"]],
    ["__ivan@mail.ru__", ["ivan@mail.ru"]],
    ["_ivan@mail.ru_ и `petr@mail.ru`", ["ivan@mail.ru", "petr@mail.ru"]],
    ["[URL=mailto:ivan@mail.ru]ivan@mail.ru[/URL]", ["ivan@mail.ru"]],
    ["ivan＠mail．ru", ["ivan@mail.ru"]],
    ["iv\u00adan@mail.ru\u200b", ["ivan@mail.ru"]],
    ["ivan@gmail.con", []],
    ["ivan@server.local", []],
    ["sip:79161234567@sip.example.com", []],
    ["ssh -i key.pem ubuntu@ec2.example.com", []],
    ["ssh не работает, пишите ivan@mail.ru", ["ivan@mail.ru"]],
    ["user%example.com@example.org", []],
    ["screenshot@2x.com archive@old.zip", []],
    ["user@example.com:8080", ["user@example.com"]],
    ["@user@mastodon.social", []],
    [`${"a".repeat(64)}@example.com`, [`${"a".repeat(64)}@example.com`]],
    [`${"a".repeat(65)}@example.com`, []],
    [`a@${"b".repeat(64)}.com`, []],
  ])("%s", (text, expected) => {
    expect(emails(text)).toEqual(expected);
  });
});

describe("hostile texts", () => {
  test("lone halves of characters, marks of direction and other scripts' digits are read over", () => {
    expect(
      findContacts("\ud800\u202e8\u200f916\u206612\u206934567\udc00 \ud800a@b.ru\udc00", { defaultCountry: "RU" }),
    ).toMatchObject({
      phones: [{ number: pavel }],
      emails: [{ address: "a@b.ru" }],
    });
    expect(phones("+٧٩١٦١٢٣٤٥٦٧")).toEqual([pavel]);
    expect(phones([..."89161234567"].map((digit) => `${digit}\ufe0f\u20e3`).join(""))).toEqual([pavel]);
  });

  test.each([
    "1",
    "1 ",
    "8 9 ",
    "89161112233 ",
    "8 916 111 22 33, ",
    "1-",
    "1/1",
    "+",
    "(",
    "a.",
    "a@",
    "@",
    "a-b@c-",
    "ivan@mail.ru ",
    "a.a.",
    "http://",
    "whatsapp.com/send?a&",
    "ES91 2100 ",
    "4242 4242 4242 4242 ",
    "номер заказа ",
    "ssh -i a ",
    "1:1",
  ])("100 kB of %j cost in proportion to 25 kB", (piece) => {
    const text = piece.repeat(Math.ceil(100_000 / piece.length)).slice(0, 100_000);
    const time = (length: number): number => {
      const runs = [1, 2, 3].map(() => {
        const start = process.threadCpuUsage();
        findContacts(text.slice(0, length), { defaultCountry: "RU" });
        return process.threadCpuUsage(start).user / 1_000;
      });
      return Math.min(...runs);
    };
    time(1_000);
    const quarter = time(25_000);
    // Four times the text; a cost in squares would be sixteen times.
    expect(time(100_000)).toBeLessThan(quarter * 9 + 40);
  });
});
