import { describe, expect, it } from "vitest";
import { cardOf, toVcard } from "../../../src/channels/whatsapp-web/content.ts";
import { fromMarkup, toMarkup } from "../../../src/channels/whatsapp-web/markup.ts";
import type { Span } from "../../../src/domain/rich-text.ts";

const seen = (source: string) => {
  const { text, spans } = fromMarkup(source);
  return [text, ...spans.map((span) => `${span.kind}:${text.slice(span.start, span.end)}`)];
};

describe("WhatsApp's marks", () => {
  it.each([
    [
      "*bold* _italic_ ~strike~ `code`",
      ["bold italic strike code", "bold:bold", "italic:italic", "strike:strike", "code:code"],
    ],
    ["*_both_*", ["both", "italic:both", "bold:both"]],
    ["```a *b* c```", ["a *b* c", "pre:a *b* c"]],
    ["> quoted\nnot", ["quoted\nnot", "quote:quoted"]],
    ["2 * 3 * 4", ["2 * 3 * 4"]],
    ["snake_case_name", ["snake_case_name"]],
    ["*open", ["*open"]],
    ["*a\nb*", ["*a\nb*"]],
    ["(*x*), y", ["(x), y", "bold:x"]],
  ])("%j are read as %j", (source, expected) => {
    expect(seen(source)).toEqual(expected);
  });

  it("are written so that they are read back", () => {
    const text = "plain bold italic and code\nquoted";
    const spans: Span[] = [
      { kind: "bold", start: 6, end: 17 },
      { kind: "italic", start: 11, end: 17 },
      { kind: "code", start: 22, end: 26 },
      { kind: "quote", start: 27, end: 33 },
    ];
    const markup = toMarkup({ text, spans });
    expect(markup).toBe("plain *bold _italic_* and `code`\n> quoted");
    expect(fromMarkup(markup)).toEqual({ text, spans });
  });

  it("stand at words, not at spaces, and end with the line", () => {
    expect(toMarkup({ text: "a b \nc", spans: [{ kind: "bold", start: 1, end: 6 }] })).toBe("a *b* \n*c*");
  });

  it("show a link's address beside other words, and once beside itself", () => {
    const link = (text: string, url: string) =>
      toMarkup({ text, spans: [{ kind: "link", start: 0, end: text.length, url }] });
    expect(link("our shop", "https://example.com/")).toBe("our shop (https://example.com/)");
    expect(link("example.com", "https://example.com/")).toBe("example.com");
  });

  it("cost linear time, whatever is written", () => {
    const started = performance.now();
    for (const text of [
      "*".repeat(65_000),
      "* a".repeat(20_000),
      "> ".repeat(30_000),
      "`".repeat(65_000),
      "_a".repeat(30_000),
    ])
      fromMarkup(text);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe("cards", () => {
  it("are written and read with WhatsApp's own number", () => {
    const card = { name: "Weber; Anna, Dr.", phones: ["+49 1511 2345678"], emails: ["anna@example.com"] };
    expect(cardOf(toVcard(card))).toEqual({ ...card, phones: ["+4915112345678"] });
  });

  it("of other programs are read as far as they go", () => {
    const vcard =
      "BEGIN:VCARD\r\nVERSION:2.1\r\nN:Doe\r\nitem1.TEL:+1 555\r\nEMAIL;TYPE=work:a@b.c\r\nFN:Jo\r\n hn\r\nEND:VCARD";
    expect(cardOf(vcard)).toEqual({ name: "John", phones: ["+1 555"], emails: ["a@b.c"] });
    expect(cardOf("nonsense")).toEqual({ name: "", phones: [], emails: [] });
  });
});
