/** The front door of reading: what every caller gets of a mail, and of what is hardly one. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readMail } from "../../../src/mail/reading/read-mail.ts";
import { sentenceOfSign } from "../../../src/mail/reading/sign-texts.ts";
import { eml, read } from "../../support/mail/eml.ts";

describe("headers", () => {
  test("ids keep their brackets, come once, and are found where programs fold or forget", async () => {
    const mail = await read({
      "Message-ID": "one@customer.example",
      "In-Reply-To": '<two@firm.example> ("of Monday")',
      References: "<zero@firm.example>\r\n <two@\r\n firm.example> <zero@firm.example>",
    });
    expect(mail.messageId).toBe("<one@customer.example>");
    expect(mail.inReplyTo).toBe("<two@firm.example>");
    expect(mail.references).toEqual(["<zero@firm.example>", "<two@firm.example>"]);
  });

  test("addresses are bare and lower case, names decoded, groups opened", async () => {
    const mail = await read({
      From: "=?koi8-r?Q?=E9=D7=C1=CE?= <Ivan@Customer.Example>",
      To: "Sales: one@firm.example, Two <two@firm.example>;, three@firm.example",
      Cc: "undisclosed-recipients:;",
    });
    expect(mail.from).toEqual({ name: "Иван", address: "ivan@customer.example" });
    expect(mail.to.map(({ address }) => address)).toEqual([
      "one@firm.example",
      "two@firm.example",
      "three@firm.example",
    ]);
    expect(mail.cc).toEqual([]);
  });

  test("a mail without From has its Sender, and one without both has nobody and makes no lead", async () => {
    const sent = await readMail(Buffer.from("Sender: b@customer.example\n\nHello"));
    expect(sent.from?.address).toBe("b@customer.example");
    const nobody = await readMail(Buffer.from("Subject: x\n\nHello"));
    expect(nobody).toMatchObject({ from: undefined, class: "human", mayCreateLead: false, mayAutoAnswer: false });
  });

  test("raw eight-bit headers of old programs are read in their charset", async () => {
    const head = Buffer.from("From: a@customer.example\nContent-Type: text/plain; charset=windows-1251\nSubject: ");
    const words = Buffer.from([0xd1, 0xf7, 0xe5, 0xf2, 0x20, 0xed, 0xe0, 0x20, 0xee, 0xef, 0xeb, 0xe0, 0xf2, 0xf3]);
    const mail = await readMail(Buffer.concat([head, words, Buffer.from("\n\nx")]));
    expect(mail.subject).toBe("Счет на оплату");
  });

  test("a date that nobody can read is no date", async () => {
    expect((await read({ Date: "Tue, 12 May 2026 10:15:00 +0300 (MSK)" })).date).toEqual(
      new Date("2026-05-12T07:15:00Z"),
    );
    expect((await read({ Date: "вчера" })).date).toBeUndefined();
  });
});

describe("whatever the bytes", () => {
  test("nothing that a database refuses comes out: no NUL, no half of a character", async () => {
    const mail = await read(
      {
        From: '"I\u0000van =?utf-8?Q?=00x?=" <iv\u0000an@customer.example>',
        "Message-ID": "<a\u0000b@customer.example>",
        Subject: "=?utf-8?Q?One=00two?= th\u0000ree",
        "Content-Type": 'multipart/mixed; boundary="b"',
      },
      [
        "--b",
        "Content-Type: text/html; charset=utf-8",
        "",
        `<p>a\u0000b &#0; &#xd800;</p>${"<div>".repeat(2000)}&#xd800;&#0;`,
        "--b",
        "Content-Type: text/calendar; method=RE\u0000QUEST",
        "",
        "BEGIN:VEVENT",
        "UID:1\u00002",
        "SUMMARY:Mee\u0000ting",
        "END:VEVENT",
        "--b",
        "Content-Type: application/pdf; name*=utf-8''a%00b.pdf",
        "",
        "x",
        "--b--",
      ].join("\r\n"),
    );
    const told = JSON.stringify(mail);
    expect(told).not.toMatch(/\\u0000|\\ud[89a-f]/i);
    expect(mail.subject).toBe("One two three");
    expect(mail.attachments.map(({ name }) => name)).toEqual(["invite.ics", "ab.pdf"]);
  });

  test("an answer comes, and its class allows no more than it says", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (bytes) => {
        const mail = await readMail(bytes);
        expect(typeof mail.text).toBe("string");
        expect(mail.mayCreateLead && mail.class !== "human").toBe(false);
        expect(mail.mayAutoAnswer && mail.class !== "human").toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  test("a mail cut anywhere is still read", async () => {
    const whole = eml(
      { "Content-Type": 'multipart/mixed; boundary="b"' },
      [
        "--b",
        "Content-Type: text/plain",
        "",
        "Hello",
        "--b",
        "Content-Type: application/pdf; name=a.pdf",
        "Content-Transfer-Encoding: base64",
        "",
        "JVBERg==",
        "--b--",
        "",
      ].join("\r\n"),
    );
    for (let end = 0; end <= whole.length; end++) {
      expect(typeof (await readMail(whole.subarray(0, end))).text).toBe("string");
    }
  });
});

describe("why a mail is not a person's", () => {
  test("is said in the languages of the app, with what of the mail it was", async () => {
    const { reasons } = await read(
      { Subject: "Automatic reply: Price", "Auto-Submitted": "auto-replied" },
      "Back on Monday.",
    );
    const [reason] = reasons;
    if (reason === undefined) throw new Error("no reason is given");
    expect(sentenceOfSign(reason, "en")).toBe("Its sender marked it as automatic (Auto-Submitted: auto-replied).");
    expect(sentenceOfSign(reason, "ru")).toBe(
      "Отправитель пометил его как автоматическое (Auto-Submitted: auto-replied).",
    );
    expect(sentenceOfSign(reason, "es")).toContain("automático");
  });
});
