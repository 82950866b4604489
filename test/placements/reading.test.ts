import { describe, expect, test } from "vitest";
import { actionsOf } from "../../placements/shared/chat/actions.ts";
import { createPageMemory } from "../../placements/shared/chat/page-memory.ts";
import { type ReadMark, readOn, unseen } from "../../placements/shared/chat/reading.ts";
import { rowsOf, type ThreadRow } from "../../placements/shared/thread-rows.ts";
import type { ChannelAnswer } from "../../src/api/channels.ts";
import type { MessageAnswer } from "../../src/api/messages.ts";

const row = (seq: number, more: Partial<MessageAnswer> = {}): MessageAnswer => ({
  ...{ id: `m${seq}`, seq, conversation: "c", account: "a", direction: "in", kind: "message", text: `No ${seq}` },
  ...{ spans: [], state: "sent", attempts: 1, attemptedAt: null, error: null, retriable: false, sentAt: "" },
  ...{ createdAt: "", attachments: [], fromPhone: false, ...more },
});
const theirs = (...seqs: number[]) => seqs.map((seq) => row(seq));

describe("how far a conversation was read", () => {
  test("who sees it for the first time has nothing new", () => {
    expect(readOn({ seq: undefined, line: undefined }, theirs(1, 2, 3), true)).toEqual({ seq: 3, line: undefined });
  });

  test("the line stands before the customer's first message since, and stays there", () => {
    const rows = [row(1), row(2), row(3, { direction: "out" }), row(4, { fromPhone: true }), row(5), row(6)];
    const came = readOn({ seq: 2, line: undefined }, rows, true);
    expect(came).toEqual({ seq: 6, line: "m5" });
    expect(readOn(came, [...rows, row(7)], true)).toEqual({ seq: 7, line: "m5" });
  });

  test("what comes below the view is counted and not read", () => {
    const mark: ReadMark = { seq: 3, line: undefined };
    const rows = [...theirs(1, 2, 3, 4, 5), row(6, { kind: "reaction" }), row(7, { direction: "out" })];
    const away = readOn(mark, rows, false);
    expect([away, unseen(away, rows)]).toEqual([{ seq: 3, line: "m4" }, 2]);
    const back = readOn(away, rows, true);
    expect([back.seq, unseen(back, rows)]).toEqual([7, 0]);
  });

  test("earlier messages that are fetched are nothing new", () => {
    expect(readOn({ seq: 9, line: undefined }, theirs(1, 2, 9), false)).toEqual({ seq: 9, line: undefined });
  });
});

describe("what is offered for a message", () => {
  const able = {
    ...{ textLimit: 4096, edit: true, remove: true, quote: true, typing: false, receipts: "none" },
    ...{ mayWriteFirst: false, reaction: true, templates: false, attachments: {}, parts: {} },
  } as const satisfies ChannelAnswer["capabilities"];
  const shown = (message: MessageAnswer, changed?: MessageAnswer["changed"]): ThreadRow => {
    const [made] = rowsOf([{ ...message, ...(changed && { changed }) }]);
    if (!made) throw new Error("no row");
    return made;
  };
  const ann = { id: "5", admin: false };
  const own = (more: Partial<MessageAnswer> = {}) => shown(row(1, { direction: "out", agent: { id: "5" }, ...more }));

  test("all that the channel can do, and nothing to who only reads", () => {
    expect(actionsOf(own(), able, ann)).toEqual(["reply", "react", "copy", "edit", "remove"]);
    expect(actionsOf(shown(row(1)), able, ann)).toEqual(["reply", "react", "copy"]);
    expect(actionsOf(own(), able, undefined)).toEqual(["copy"]);
    expect(actionsOf(own(), undefined, ann)).toEqual(["copy"]);
  });

  test("not what the channel cannot, by its flags or by its parts", () => {
    const none = { ...able, edit: false, remove: false, quote: false, reaction: false };
    const impossible = { out: "impossible" };
    const parts = { quote: impossible, reaction: impossible, edit: impossible, delete: impossible };
    expect(actionsOf(own(), none, ann)).toEqual(["copy"]);
    expect(actionsOf(own(), { ...able, parts }, ann)).toEqual(["copy"]);
    expect(actionsOf(own(), { ...able, oneWay: "Call them." }, ann)).toEqual(["copy"]);
  });

  test("only its author changes a message, and administrators", () => {
    expect(actionsOf(own({ agent: { id: "7" } }), able, ann)).toEqual(["reply", "react", "copy"]);
    expect(actionsOf(own({ agent: undefined }), able, ann)).toEqual(["reply", "react", "copy"]);
    expect(actionsOf(own({ agent: { id: "7" } }), able, { id: "1", admin: true })).toContain("edit");
  });

  test("nothing is changed or quoted that the customer does not have", () => {
    for (const state of ["stored", "sending", "refused", "failed", "uncertain"] as const)
      expect(actionsOf(own({ state }), able, ann)).toEqual(["copy"]);
    expect(actionsOf(own({ text: "" }), able, ann)).toEqual(["reply", "react", "remove"]);
    expect(actionsOf(shown(row(1), { edited: false, deleted: true }), able, ann)).toEqual([]);
    expect(actionsOf(shown(row(1, { notice: "joined" })), able, ann)).toEqual([]);
  });
});

describe("what a page remembers", () => {
  const kept = (entries: Record<string, string> = {}, full = false): Storage => ({
    getItem: (key) => entries[key] ?? null,
    setItem(key, value) {
      if (full) throw new Error("QuotaExceededError");
      entries[key] = value;
    },
    removeItem: (key) => void Reflect.deleteProperty(entries, key),
    key: (index) => Object.keys(entries)[index] ?? null,
    get length() {
      return Object.keys(entries).length;
    },
    clear: () => undefined,
  });

  test("is kept for one viewer", () => {
    const entries: Record<string, string> = {};
    const ann = createPageMemory("ann:", () => kept(entries));
    ann.set("draft:1", "Hello");
    expect(createPageMemory("ann:", () => kept(entries)).get("draft:1")).toBe("Hello");
    const bob = createPageMemory("bob:", () => kept(entries));
    expect([bob.get("draft:1"), bob.keys("")]).toEqual([undefined, []]);
    expect(ann.keys("draft:")).toEqual(["draft:1"]);
    ann.set("draft:1", undefined);
    expect([ann.get("draft:1"), entries]).toEqual([undefined, {}]);
  });

  test("lasts as long as the page where storage is forbidden or full, and the newest counts", () => {
    const forbidden = createPageMemory("ann:", () => {
      throw new Error("SecurityError");
    });
    forbidden.set("draft:1", "Hello");
    expect([forbidden.get("draft:1"), forbidden.keys("draft:")]).toEqual(["Hello", ["draft:1"]]);
    const full = createPageMemory("ann:", () => kept({ "ann:draft:1": "Old" }, true));
    expect(full.get("draft:1")).toBe("Old");
    const entries = { "ann:draft:1": "Old" };
    const filled = createPageMemory("ann:", () => kept(entries, true));
    filled.set("draft:1", "New");
    expect([filled.get("draft:1"), entries]).toEqual(["New", {}]);
  });
});
