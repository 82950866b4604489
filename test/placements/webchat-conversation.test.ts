import fc from "fast-check";
import { expect, test } from "vitest";
import { createConversation, type Entry } from "../../placements/webchat/conversation.ts";
import { safeAddress } from "../../placements/webchat/rich-text.ts";
import { chooseLanguage } from "../../placements/webchat/texts.ts";
import { inkOn } from "../../placements/webchat/theme.ts";
import type { VisitorMessage } from "../../src/api/webchat.ts";

const row = (seq: number, more: Partial<VisitorMessage> = {}): VisitorMessage => ({
  id: `m${seq}`,
  seq,
  kind: "message",
  from: "team",
  text: `text ${seq}`,
  spans: [],
  files: [],
  at: new Date(seq * 1000).toISOString(),
  state: "sent",
  ...more,
});
const pending = (key: string, at = 0): Entry => ({
  key,
  from: "visitor",
  text: "mine",
  spans: [],
  files: [],
  at,
  state: "sending",
  isEdited: false,
  isGone: false,
});

test("whatever the order and however often rows come, the conversation is the same", () => {
  const rows = [
    row(1, { from: "visitor", clientId: "c1" }),
    row(2),
    row(3),
    row(4, { kind: "edit", target: "m2", text: "better" }),
    row(5, { kind: "edit", target: "m2", text: "best" }),
    row(6, { kind: "delete", target: "m3", text: "" }),
    row(7),
  ];
  const expected = ["c1 text 1", "m2 best edited", "m3  gone", "m7 text 7"];
  fc.assert(
    fc.property(fc.shuffledSubarray([...rows, ...rows], { minLength: rows.length * 2 }), (shuffled) => {
      const conversation = createConversation();
      conversation.putPending(pending("c1"));
      for (const one of shuffled) conversation.apply([one]);
      const seen = conversation
        .entries()
        .map(
          (entry) =>
            `${entry.key} ${entry.text}${entry.isEdited && !entry.isGone ? " edited" : ""}${entry.isGone ? " gone" : ""}`,
        );
      expect(seen).toEqual(expected);
    }),
  );
});

test("a pending message becomes the stored one in its place, even when the stream is quicker than the answer", () => {
  const conversation = createConversation();
  conversation.putPending(pending("c1"));
  expect(conversation.entries()).toHaveLength(1);
  conversation.apply([row(1, { from: "visitor", clientId: "c1" })]);
  conversation.putPending({ ...pending("c1"), state: "failed" });
  expect(conversation.entries().map(({ key, state }) => [key, state])).toEqual([["c1", "sent"]]);
});

test("only what is new is news, and what was read, removed or written by the visitor is not unread", () => {
  const conversation = createConversation();
  expect(conversation.apply([row(1), row(2, { from: "visitor", clientId: "c" })]).map((entry) => entry.id)).toEqual([
    "m1",
  ]);
  expect(conversation.apply([row(1, { state: "delivered" }), row(3)]).map((entry) => entry.id)).toEqual(["m3"]);
  expect(conversation.unread(0)).toBe(2);
  expect(conversation.unread(1)).toBe(1);
  conversation.apply([row(3, { state: "read" })]);
  expect(conversation.unread(0)).toBe(1);
  conversation.apply([row(4, { kind: "delete", target: "m1" })]);
  expect(conversation.unread(0)).toBe(0);
});

test("pending messages stand last, in the order they were written", () => {
  const conversation = createConversation();
  conversation.putPending(pending("b", 2));
  conversation.putPending(pending("a", 1));
  conversation.apply([row(9)]);
  expect(conversation.entries().map((entry) => entry.key)).toEqual(["m9", "a", "b"]);
  conversation.dropPending("a");
  expect(conversation.entries().map((entry) => entry.key)).toEqual(["m9", "b"]);
});

test.each([
  "javascript:alert(1)",
  "data:text/html,x",
  "vbscript:x",
  " ja\tvascript:alert(1)",
  "blob:https://a/b",
  "file:///etc/passwd",
  "nothing",
])("%j is no address to click on", (address) => {
  expect(safeAddress(address)).toBeUndefined();
});

test("addresses of the web, mail and telephone are", () => {
  expect(
    ["https://a.example/x?y#z", "http://a.example/", "mailto:a@b.example", "tel:+4712345678"].map(safeAddress),
  ).toEqual(["https://a.example/x?y#z", "http://a.example/", "mailto:a@b.example", "tel:+4712345678"]);
});

test("the first wish that there are words for wins", () => {
  expect(chooseLanguage([undefined, "", "fr", "ru-RU", "en"])).toBe("ru");
  expect(chooseLanguage(["ES"])).toBe("es");
  expect(chooseLanguage(["fr"])).toBe("en");
});

test("words on the site's colour can be read", () => {
  expect(inkOn("#2563eb")).toBe("#ffffff");
  expect(inkOn("#fde047")).toBe("#0f172a");
  expect(inkOn("#ffffff")).toBe("#0f172a");
  expect(inkOn("#000000")).toBe("#ffffff");
});
