/** What must hold for every text, whatever forms of quotes stand in it and in whatever order. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readMail } from "../../../src/mail/reading/read-mail.ts";
import { eml, read } from "../../support/mail/eml.ts";

const lines = [
  "",
  "Hello,",
  "Yes.",
  "> quoted words",
  ">> quoted deeper",
  ">",
  "On Tue, May 12, 2026 at 10:15 AM Anna <anna@firm.example> wrote:",
  "вт, 12 мая 2026 г. в 10:15, Анна <anna@firm.example>:",
  "12.05.2026 10:15, Анна пишет:",
  "-----Original Message-----",
  "---------- Forwarded message ---------",
  "________________________________",
  "From: Anna <anna@firm.example>",
  "Sent: Tuesday, May 12, 2026 10:15 AM",
  "To: John",
  "Subject: Offer",
  "От: Анна Петрова",
  "Отправлено: 12 мая 2026 г. 10:15",
  "Кому: Иван",
  "Тема: Счёт",
  "-- ",
  "Sent from my iPhone",
  "АП> цитата",
  "answers in red below",
];
const tags = [
  "<div>words</div>",
  "<p>more</p>",
  '<div class="gmail_quote">',
  '<div class="gmail_attr">On 12.05.2026 Anna wrote:</div>',
  '<blockquote type="cite">',
  "<blockquote>",
  "</blockquote>",
  "</div>",
  '<div id="divRplyFwdMsg">',
  "<b>From:</b> Anna &lt;a@firm.example&gt;<br>",
  "<b>Sent:</b> 12.05.2026 10:15<br>",
  "<b>To:</b> John<br><b>Subject:</b> x<br>",
  "<hr>",
  "plain",
  "&#64976;",
];

const counted = (text: string): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const word of text.split(/\s+/u)) if (word !== "") counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
};

describe("folding", () => {
  test("keeps every word of a text, each as often as it stood there", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...lines), { maxLength: 30 }), async (chosen) => {
        const { visible, folded } = await readMail(eml({}, chosen.join("\r\n")));
        expect(counted(`${visible}\n${folded}`)).toEqual(counted(chosen.join("\n")));
      }),
      { numRuns: 2000 },
    );
  });

  test("keeps every word of an HTML mail", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...tags), { maxLength: 25 }), async (chosen) => {
        const { visible, folded, text } = await readMail(eml({ "Content-Type": "text/html" }, chosen.join("\r\n")));
        expect(counted(`${visible}\n${folded}`)).toEqual(counted(text));
        const words = chosen.filter((tag) => /^(?:<div>words|<p>more|plain)/.test(tag)).length;
        expect((text.match(/words|more|plain/g) ?? []).length).toBe(words);
      }),
      { numRuns: 1000 },
    );
  });

  test("leaves something to read wherever something was written", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...lines), { maxLength: 20 }), async (chosen) => {
        const { visible, text } = await readMail(eml({}, chosen.join("\r\n")));
        expect(visible === "").toBe(text === "");
      }),
      { numRuns: 500 },
    );
  });

  test("reads the HTML where the plain version hides the quote", async () => {
    const mail = await read(
      { "Content-Type": 'multipart/alternative; boundary="a"' },
      [
        "--a",
        "Content-Type: text/plain",
        "",
        "Yes. Anna asked: which colour?",
        "--a",
        "Content-Type: text/html",
        "",
        '<div>Yes.</div><div class="gmail_quote"><div class="gmail_attr">Anna asked:</div><blockquote class="gmail_quote">which colour?</blockquote></div>',
        "--a--",
      ].join("\r\n"),
    );
    expect(mail.visible).toBe("Yes.");
    expect(mail.folded).toBe("Anna asked:\n> which colour?");
  });
});
