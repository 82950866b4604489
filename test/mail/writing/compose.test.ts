import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import PostalMime from "postal-mime";
import { expect, it } from "vitest";
import { normaliseSpans, plainText, type RichText, type SpanKind } from "../../../src/domain/rich-text.ts";
import { composeLetter, type LetterFile, type LetterOrder } from "../../../src/mail/writing/compose.ts";

const box = { address: "sales@shop.example", name: "Shop, sales" };
const order = (more: Partial<LetterOrder> = {}): LetterOrder => ({
  messageId: "<0198f3a2-7c11-7000-8000-000000000001@shop.example>",
  from: box,
  to: [{ address: "anna@customer.example", name: "Anna Иванова" }],
  subject: "Your order",
  body: plainText("Good day"),
  files: [],
  date: new Date("2026-11-29T10:00:00Z"),
  ...more,
});
const file = (name: string, bytes: Buffer, mime = "application/pdf"): LetterFile => ({
  name,
  mime,
  open: async () => Readable.from([bytes.subarray(0, 3), bytes.subarray(3)]),
});
const bytesOf = (letter: LetterOrder, forSender?: boolean) => buffer(composeLetter(letter).raw(forSender));
const read = async (letter: LetterOrder, forSender?: boolean) => PostalMime.parse(await bytesOf(letter, forSender));

it("says who writes to whom, and nobody reads of the blind copies but the sender", async () => {
  const letter = order({
    cc: [{ address: "boss@customer.example" }],
    bcc: [{ address: "archive@shop.example" }, { address: "ANNA@customer.example" }],
  });
  const mail = await read(letter);
  expect(mail.from).toEqual({ address: "sales@shop.example", name: "Shop, sales" });
  expect(mail.to).toEqual([{ address: "anna@customer.example", name: "Anna Иванова" }]);
  expect(mail.cc).toEqual([{ address: "boss@customer.example", name: "" }]);
  expect(mail.bcc).toBeUndefined();
  expect((await bytesOf(letter)).toString("latin1")).not.toContain("archive@");
  expect((await read(letter, true)).bcc?.map(({ address }) => address)).toContain("archive@shop.example");
  const { envelope } = composeLetter(letter);
  expect(envelope.from).toBe("sales@shop.example");
  expect(envelope.to.map((one) => one.toLowerCase()).toSorted()).toEqual([
    "anna@customer.example",
    "archive@shop.example",
    "boss@customer.example",
  ]);
});

it("is the same to the byte each time it is written, with its id fixed by its key", async () => {
  const letter = order({ files: [file("price.pdf", Buffer.from("%PDF-1.7 prices"))], body: plainText("Цены") });
  const [one, other] = await Promise.all([bytesOf(letter), bytesOf(letter)]);
  expect(one.equals(other)).toBe(true);
  const mail = await PostalMime.parse(one);
  expect(mail.messageId).toBe("<0198f3a2-7c11-7000-8000-000000000001@shop.example>");
  expect(mail.date).toBe("2026-11-29T10:00:00.000Z");
});

it("goes on from the letter before it; of a long thread the first and the newest are named, on folded lines", async () => {
  const ids = Array.from({ length: 60 }, (_, at) => `<letter-${at}-${"x".repeat(40)}@customer.example>`);
  const last = "<last@customer.example>";
  const bytes = await bytesOf(order({ place: { messageId: last, references: [...ids, "no id", "<a b@c>"] } }));
  const mail = await PostalMime.parse(bytes);
  expect(mail.inReplyTo).toBe(last);
  const named = (mail.references ?? "").split(/\s+/);
  expect(named).toEqual([ids[0], ...ids.slice(-19), last]);
  for (const line of bytes.toString("latin1").split("\r\n")) expect(line.length).toBeLessThanOrEqual(998);
});

it("has the agent's words as text and as HTML, the signature, and the letter that is answered below", async () => {
  const mail = await read(
    order({
      body: {
        text: "Look: the price <b> of & more\nhttps://shop.example/p?a=1&b=2",
        spans: [
          { kind: "bold", start: 0, end: 4 },
          { kind: "link", start: 10, end: 15, url: "https://shop.example/price" },
        ],
      },
      signature: plainText("Olga\n+7 495 000-00-00"),
      quoted: {
        from: { address: "anna@customer.example", name: "Anna" },
        at: new Date("2026-11-28T09:30:00Z"),
        text: "How much?\n> earlier",
        language: "ru",
        zone: "Europe/Moscow",
      },
    }),
  );
  expect(mail.text?.replace(/\r\n/g, "\n")).toBe(
    [
      "Look: the price <https://shop.example/price> <b> of & more\nhttps://shop.example/p?a=1&b=2",
      "-- \nOlga\n+7 495 000-00-00",
      "28 нояб. 2026 г. в 12:30, Anna <anna@customer.example> пишет:\n> How much?\n>> earlier\n",
    ].join("\n\n"),
  );
  expect(mail.html).toContain("<b>Look</b>");
  expect(mail.html).toContain('<a href="https://shop.example/price">price</a> &#60;b&#62;');
  expect(mail.html).toContain('<a href="https://shop.example/p?a=1&#38;b=2">');
  expect(mail.html).toContain('<blockquote type="cite"');
});

it("carries files as streams that are opened one after another, and an unreadable one breaks the mail off", async () => {
  const opened: string[] = [];
  const noted = (one: LetterFile): LetterFile => ({
    ...one,
    open: async () => {
      opened.push(one.name);
      return one.open();
    },
  });
  const letter = order({
    files: [
      noted(file("Прайс «2026».pdf", Buffer.from([37, 80, 68, 70, 0, 255, 10, 13]))),
      noted(file("bad\r\nX-Evil: 1.txt", Buffer.from("hi there"), "text/plain\r\nX: y")),
    ],
  });
  const composed = composeLetter(letter);
  expect(opened).toEqual([]);
  const mail = await PostalMime.parse(await buffer(composed.raw()));
  expect(opened).toHaveLength(2);
  expect(mail.attachments.map(({ filename }) => filename)).toEqual(["Прайс «2026».pdf", "bad X-Evil: 1.txt"]);
  expect(Buffer.from(mail.attachments[0]?.content as ArrayBuffer)).toEqual(
    Buffer.from([37, 80, 68, 70, 0, 255, 10, 13]),
  );
  expect(mail.headers.some(({ key }) => key.startsWith("x-evil") || key === "x")).toBe(false);
  const broken = order({ files: [{ name: "gone", mime: "a/b", open: () => Promise.reject(new Error("gone")) }] });
  await expect(bytesOf(broken)).rejects.toThrow("gone");
});

it("says of itself when no person wrote it, and how to be written to no more", async () => {
  const mail = await read(
    order({
      automatic: "auto-replied",
      unsubscribe: { url: "https://app.example/u/1", mailto: "sales@shop.example?subject=unsubscribe" },
    }),
  );
  const header = (name: string) => mail.headers.find(({ key }) => key === name)?.value;
  expect(header("auto-submitted")).toBe("auto-replied");
  expect(header("x-threadline-automatic")).toBe("auto-replied");
  expect(header("list-unsubscribe")).toBe("<https://app.example/u/1>, <mailto:sales@shop.example?subject=unsubscribe>");
  expect(header("list-unsubscribe-post")).toBe("List-Unsubscribe=One-Click");
  const byHand = await read(order());
  for (const name of ["auto-submitted", "x-threadline-automatic", "list-unsubscribe"])
    expect(byHand.headers.some(({ key }) => key === name)).toBe(false);
});

const kinds: SpanKind[] = ["bold", "italic", "underline", "strike", "code", "pre", "quote", "link"];
const rich = fc
  .tuple(
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 200 }),
    fc.array(fc.record({ kind: fc.constantFrom(...kinds), start: fc.nat(200), end: fc.nat(200) }), { maxLength: 6 }),
  )
  .map(([text, spans]): RichText => {
    const tidy = text.replace(/[\p{Cc}\p{Cs}]/gu, " ");
    return {
      text: tidy,
      spans: normaliseSpans(
        tidy,
        spans.map((span) => (span.kind === "link" ? { ...span, url: 'https://x.example/"><script>' } : span)),
      ),
    };
  });

it("keeps subject, names and words through any reader, whatever stands in them, and adds no header", async () => {
  const words = fc.string({ unit: "grapheme", maxLength: 120 });
  await fc.assert(
    fc.asyncProperty(rich, words, words, async (body, subject, name) => {
      const letter = order({ body, subject: `a\r\nX-Evil: 1${subject}`, to: [{ address: "a@b.example", name }] });
      const mail = await read(letter);
      const visible = (text: string) => text.replace(/[\s\p{Cc}]+/gu, " ").trim();
      expect(mail.headers.some(({ key }) => key === "x-evil")).toBe(false);
      expect(visible(mail.subject ?? "")).toBe(visible(letter.subject));
      expect(mail.to?.map(({ address }) => address)).toEqual(["a@b.example"]);
      expect(mail.html).not.toContain("<script>");
      const signs = (text: string) => text.replace(/[\s>]|<https?:[^\s]*|"/g, "");
      if (!body.spans.some(({ kind }) => kind === "link")) expect(signs(mail.text ?? "")).toBe(signs(body.text));
    }),
    { numRuns: 300 },
  );
});
