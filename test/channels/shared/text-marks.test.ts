import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromMarks, splitMarked, toMarks } from "../../../src/channels/whatsapp-cloud/formatting.ts";
import { normaliseSpans, plainText, type SpanKind } from "../../../src/domain/rich-text.ts";
import { shownText } from "../whatsapp-cloud/shown.ts";

const read = (marked: string) => {
  const { text, spans } = fromMarks(marked);
  return { text, spans: spans.map((span) => `${span.kind}:${text.slice(span.start, span.end)}`) };
};

describe("WhatsApp's marks", () => {
  it.each([
    ["*bold* _italic_ ~gone~", "bold italic gone", ["bold:bold", "italic:italic", "strike:gone"]],
    ["*bold _both_*", "bold both", ["bold:bold both", "italic:both"]],
    ["run `npm *i*` now", "run npm *i* now", ["code:npm *i*"]],
    ["```a\n *b*```", "a\n *b*", ["pre:a\n *b*"]],
    ["> said *so*\nand", "said so\nand", ["quote:said so", "bold:so"]],
    ["snake_case_name 2*3*4", "snake_case_name 2*3*4", []],
    ["* not bold * and *nor this *", "* not bold * and *nor this *", []],
    ["*open\nclose*", "*open\nclose*", []],
    ["«*да*», *ё*!", "«да», ё!", ["bold:да", "bold:ё"]],
    ["** __ ~~ `` ``````", "** __ ~~ `` ``````", []],
  ])("are read: %j", (marked, text, spans) => {
    expect(read(marked)).toEqual({ text, spans });
  });

  it.each([
    [
      "a link's address behind its words",
      "see here",
      [{ kind: "link", start: 4, end: 8, url: "https://x.de/" }],
      "see here (https://x.de/)",
    ],
    ["no address twice", "see x.de/a", [{ kind: "link", start: 4, end: 10, url: "https://x.de/a" }], "see x.de/a"],
    ["bold line by line", "one\ntwo", [{ kind: "bold", start: 0, end: 7 }], "*one*\n*two*"],
    ["no white space inside", "a b c", [{ kind: "bold", start: 1, end: 4 }], "a *b* c"],
    ["nothing inside a word", "unbelievable", [{ kind: "bold", start: 2, end: 5 }], "unbelievable"],
    ["no underline", "under", [{ kind: "underline", start: 0, end: 5 }], "under"],
    ["quotes", "said", [{ kind: "quote", start: 0, end: 4 }], "> said"],
    ["code as it is", "a*b*c", [{ kind: "code", start: 0, end: 5 }], "`a*b*c`"],
  ] as const)("are written: %s", (_name, text, spans, marked) => {
    expect(toMarks({ text, spans: spans.map((span) => ({ ...span })) })).toBe(marked);
  });

  it("leave codes and addresses to be copied as they are", () => {
    for (const text of ["https://x.de/a_b_c?d=*", "SKU_17_B", "2 * 3 = 6", "a_b *"]) {
      expect(toMarks(plainText(text))).toBe(text);
    }
  });

  it("do not make formatting of literal marks", () => {
    const text = "use *args and **kwargs* or _x_ `y` ~z~";
    const marked = toMarks(plainText(text));
    expect(fromMarks(marked)).toEqual({ text, spans: [] });
    expect(shownText(marked)).toEqual({ text, spans: [] });
  });

  it("show every text as it was written, whatever its marks and spans", () => {
    const kinds: SpanKind[] = ["bold", "italic", "strike", "code", "pre", "underline"];
    const words = fc.array(fc.constantFrom("*", "_", "~", "`", " ", "a", "ё", "1", "\n", ".", "👍"), { maxLength: 30 });
    const span = fc.record({ kind: fc.constantFrom(...kinds), start: fc.nat(30), end: fc.nat(30) });
    fc.assert(
      fc.property(words, fc.array(span, { maxLength: 4 }), (letters, spans) => {
        const text = letters.join("");
        const body = { text, spans: normaliseSpans(text, spans) };
        expect(fromMarks(toMarks(body)).text).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });

  it("are read in time that grows with the text only", () => {
    for (const piece of ["*a ", "`", "``` ", "_*~", "*a_b~", "a* "]) {
      const begin = process.threadCpuUsage();
      fromMarks(piece.repeat(100_000 / piece.length));
      expect(process.threadCpuUsage(begin).user / 1_000, piece).toBeLessThan(1_500);
    }
  });

  it("never make a part longer than WhatsApp takes", () => {
    const text = "word ".repeat(2_000);
    const spans = Array.from({ length: 2_000 }, (_, at) => ({
      kind: "link" as const,
      start: at * 5,
      end: at * 5 + 4,
      url: `https://example.com/${at}`,
    }));
    const parts = splitMarked({ text, spans }, 4_096);
    expect(parts.every((part) => part.length <= 4_096)).toBe(true);
    expect(parts.join(" ").match(/word/g)).toHaveLength(2_000);
  });
});
