import fc from "fast-check";
import { expect, test } from "vitest";
import {
  addressesIn,
  isLetterWords,
  readWords,
  writeRecipients,
} from "../../placements/shared/chat/letter/letter-words.ts";
import { madeOf, withoutTemplate } from "../../placements/shared/chat/letter/made-of.ts";

test.each([
  ["ann@example.com", [{ address: "ann@example.com" }]],
  [
    "Ann Moss <ann@example.com>; bob@example.com,",
    [{ address: "ann@example.com", name: "Ann Moss" }, { address: "bob@example.com" }],
  ],
  [`"Moss, Ann" <ann@example.com>`, [{ address: "ann@example.com", name: "Moss, Ann" }]],
])("%s is read", (typed, to) => {
  expect(readWords({ to: typed })).toEqual({ kind: "ready", letter: { to } });
});

test.each(["ann", "ann@", "ann@example", "ann@exa mple.com", "<>", "Ann <ann>"])(
  "%s is named as no address",
  (typed) => {
    expect(readWords({ to: "bob@example.com", cc: `bob@example.com, ${typed}` })).toEqual({
      kind: "bad",
      written: typed,
    });
  },
);

test("nobody gets a letter without recipients; what is not said is left to the server", () => {
  expect(readWords({ to: " , " })).toEqual({ kind: "nobody" });
  expect(readWords({})).toEqual({ kind: "ready", letter: {} });
  expect(readWords({ subject: "  Offer ", cc: "", quote: false })).toEqual({
    kind: "ready",
    letter: { subject: "Offer", cc: [], quote: false },
  });
});

test("what is written down is read back", () => {
  const address = fc.constantFrom("ann@example.com", "b.o-b+1@mail.example.co.uk");
  const name = fc.stringMatching(/^[A-Za-zА-я][A-Za-zА-я ,;]{0,20}[A-Za-zА-я]$/);
  const recipient = fc.oneof(fc.record({ address }), fc.record({ address, name }));
  fc.assert(
    fc.property(fc.array(recipient, { minLength: 1, maxLength: 5 }), (to) => {
      expect(readWords({ to: writeRecipients(to) })).toEqual({ kind: "ready", letter: { to } });
    }),
  );
});

test("only what can be words of a letter is taken from the browser's memory", () => {
  expect([{}, { to: "a", quote: false }].every(isLetterWords)).toBe(true);
  expect([undefined, null, "x", { to: 5 }, { quote: "yes" }].some(isLetterWords)).toBe(false);
});

test("a letter made of a template says so, unless its writer makes it a personal one", () => {
  expect(readWords({ template: "offer" })).toEqual({ kind: "ready", letter: { template: "offer" } });
  expect(readWords({ template: "offer", personal: true })).toEqual({ kind: "ready", letter: {} });
  expect(isLetterWords({ template: "offer", personal: true })).toBe(true);
  expect([{ template: 5 }, { personal: "yes" }].some(isLetterWords)).toBe(false);
});

test("addresses are found in what is typed, once each; what cannot be read yet is left out", () => {
  expect(addressesIn(["Ann <a@b.example>, c@d.example", "a@b.example", "half@"])).toEqual([
    "a@b.example",
    "c@d.example",
  ]);
});

test("a letter is made of the reply that it begins with; an answer is personal unless its text lets people go", () => {
  const reply = { shortcut: "offer", text: "20% off" };
  const at = { text: " /of", start: 1, end: 4, wroteAt: null };
  const answers = { ...at, wroteAt: "2026-11-29" };
  expect(madeOf({ subject: "Hi", personal: true }, reply, at)).toEqual({ subject: "Hi", template: "offer" });
  expect(madeOf(undefined, reply, answers)).toEqual({ template: "offer", personal: true });
  expect(madeOf(undefined, { ...reply, text: "20% off {Unsubscribe}" }, answers)).toEqual({ template: "offer" });
  expect(madeOf({ cc: "a@b.c" }, reply, { ...at, text: "Hello /of" })).toEqual({ cc: "a@b.c" });
  expect(withoutTemplate({ subject: "Hi", template: "offer", personal: true })).toEqual({ subject: "Hi" });
  expect([withoutTemplate({ template: "offer" }), withoutTemplate(undefined)]).toEqual([undefined, undefined]);
});
