import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type SentElement, settle } from "../../src/relay/settle.ts";

const text = (value: string): SentElement => ({ text: value, files: 0 });

describe("settle: did the portal get it?", () => {
  it("finds nothing, a part, or all of a lost call", () => {
    const before = [text("Hello"), text("I want to order")];
    const lost = [text("two of them"), text("by Friday")];
    expect(settle(before, before, lost)).toEqual({ kind: "known", delivered: 0 });
    expect(settle([...before, text("two of them")], before, lost)).toEqual({ kind: "known", delivered: 1 });
    expect(settle([...before, ...lost], before, lost)).toEqual({ kind: "known", delivered: 2 });
  });

  it("sees through the portal's own markup and spacing", () => {
    expect(settle([text("[b]Hello[/b][br]world")], [], [text("Hello\nworld")])).toEqual({
      kind: "known",
      delivered: 1,
    });
  });

  it("tells a file without text by its presence", () => {
    const photo = { text: "", files: 1 };
    expect(settle([text("look"), photo], [text("look")], [photo])).toEqual({ kind: "known", delivered: 1 });
    expect(settle([text("look")], [text("look")], [photo])).toEqual({ kind: "known", delivered: 0 });
  });

  it("counts repeated words when the history is whole", () => {
    const ok = text("ok");
    expect(settle([text("hi"), ok, ok], [text("hi"), ok], [ok])).toEqual({ kind: "known", delivered: 1 });
    expect(settle([text("hi"), ok], [text("hi"), ok], [ok])).toEqual({ kind: "known", delivered: 0 });
  });

  it("stays ambiguous when the words repeat and the history begins too late to count them", () => {
    const ok = text("ok");
    expect(settle([ok, ok], [ok, ok, ok], [ok])).toEqual({ kind: "ambiguous" });
  });

  it("stays ambiguous when the history holds something else altogether", () => {
    expect(settle([text("somebody else's words")], [text("Hello")], [text("again")])).toEqual({ kind: "ambiguous" });
  });

  it("never claims a wrong number, whatever was said and wherever the history begins", () => {
    const word = fc.constantFrom("ok", "yes", "no", "hello", "1", "42");
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 8 }),
        fc.array(word, { minLength: 1, maxLength: 5 }),
        fc.nat(5),
        fc.nat(8),
        (before, lost, taken, cut) => {
          const delivered = Math.min(taken, lost.length);
          const whole = [...before, ...lost.slice(0, delivered)];
          const start = Math.min(cut, before.length);
          const result = settle(whole.slice(start).map(text), before.map(text), lost.map(text));
          expect(result.kind === "ambiguous" || result.delivered === delivered).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
