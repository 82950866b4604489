/** Pure parts of where agents write: what a word calls up, what is put in, where formatting and notes go. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupsOf } from "../../placements/shared/chat/canned/canned-groups.ts";
import { fillReply, matching } from "../../placements/shared/chat/canned-text.ts";
import { columnOf } from "../../placements/shared/chat/column-rows.ts";
import { moveSpans, type Span } from "../../placements/shared/chat/move-spans.ts";
import { createNoteDrafts, newNoteDraft } from "../../placements/shared/chat/note-draft.ts";
import { partsOf } from "../../placements/shared/chat/note-parts.ts";
import { createPageMemory } from "../../placements/shared/chat/page-memory.ts";
import { mentionAt, slashAt, useSuggestions } from "../../placements/shared/chat/suggestions.ts";

const at = <Found>(find: (text: string, caret: number) => Found, text: string): Found =>
  find(text.replace("|", ""), text.indexOf("|"));

describe("a word that calls something up", () => {
  it("is a slash at the beginning of a word, up to the caret", () => {
    const word = (text: string) => at(slashAt, text)?.query;
    expect(word("/|")).toBe("");
    expect(word("/ho|")).toBe("ho");
    expect(word("Hello\n/ho|urs")).toBe("ho");
    expect(word("so /приве|")).toBe("приве");
    expect(["24/7|", "http://x|", "/a b|", "/a/b|", "/|a".replace("|", "a |"), "|/a"].map(word)).toEqual(
      Array(6).fill(undefined),
    );
    expect(at(slashAt, "so /ho|")).toEqual({ start: 3, end: 6, query: "ho" });
  });

  it("is an @ at the beginning of a word, with spaces as names have them, and none that stands there whole", () => {
    const word = (text: string, known: readonly string[] = []) =>
      at((all, caret) => mentionAt(all, caret, known), text);
    expect(word("@|")?.query).toBe("");
    expect(word("ask (@Boris Be|")).toEqual({ start: 5, end: 14, query: "Boris Be" });
    expect(["maria@shop|", "@ |", "@a  b|", "@a\nb|", `@${"x".repeat(41)}|`].map((text) => word(text))).toEqual(
      Array(5).fill(undefined),
    );
    expect(word("@Boris Berg please|", ["Boris Berg"])).toBeUndefined();
    expect(word("@Boris Berg and @Cl|", ["Boris Berg"])?.query).toBe("Cl");
  });
});

describe("the list", () => {
  const key = (name: string, shiftKey = false) => ({ key: name, isComposing: false, shiftKey });
  const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
  function open(find: (query: string) => Promise<readonly { id: string; label: string }[]>) {
    const chosen: string[] = [];
    const list = useSuggestions({
      ...{ triggerAt: slashAt, find, pauseMs: 0, explain: String },
      chosen: (item, trigger) => chosen.push(`${item.id} for ${trigger.query}`),
    });
    const type = (text: string) => list.look(text, text.length);
    return { list, chosen, type };
  }
  const two = async () => [
    { id: "a", label: "a" },
    { id: "b", label: "b" },
  ];

  it("is walked with arrows and taken from with Enter and Tab", async () => {
    const { list, chosen, type } = open(two);
    expect(list.pressed(key("Enter"))).toBe(false);
    type("/x");
    await settled();
    expect(list.isOpen.value).toBe(true);
    expect([list.pressed(key("ArrowDown")), list.pressed(key("Enter"))]).toEqual([true, true]);
    type("/y");
    await settled();
    expect([list.pressed(key("ArrowUp")), list.pressed(key("ArrowUp")), list.pressed(key("Tab"))]).toEqual(
      Array(3).fill(true),
    );
    expect(chosen).toEqual(["b for x", "a for y"]);
    expect(list.isOpen.value).toBe(false);
    expect(list.pressed(key("Enter"))).toBe(false);
  });

  it("takes the first for a word whose key was pressed before the answer came, and nothing goes out meanwhile", async () => {
    const { list, chosen, type } = open(two);
    type("/x");
    expect([list.pressed(key("Enter")), list.pressed(key("Enter", true)), list.pressed(key("a"))]).toEqual([
      true,
      false,
      false,
    ]);
    await settled();
    expect(chosen).toEqual(["a for x"]);
    expect(list.isOpen.value).toBe(false);
    // Written on: what it stands for now is another matter.
    type("/x");
    list.pressed(key("Tab"));
    type("/xy");
    await settled();
    expect(chosen).toHaveLength(1);
    expect(list.isOpen.value).toBe(true);
  });

  it("is looked at before anything of it is taken where no word was written, and a word that is none is left alone", async () => {
    const { list, chosen, type } = open(async (query) => (query === "none" ? [] : await two()));
    type("/");
    expect(list.pressed(key("Enter"))).toBe(true);
    await settled();
    expect(list.isOpen.value).toBe(true);
    type("/none");
    expect(list.pressed(key("Tab"))).toBe(true);
    await settled();
    expect(list.pressed(key("Tab"))).toBe(false);
    expect(chosen).toEqual([]);
  });

  it("stays away after Escape until another word is begun, and shows no answer for a word that is gone", async () => {
    const late: ((items: readonly { id: string; label: string }[]) => void)[] = [];
    const { list, type } = open((query) => (query === "slow" ? new Promise((resolve) => late.push(resolve)) : two()));
    type("/x");
    await settled();
    expect(list.pressed(key("Escape"))).toBe(true);
    type("/xy");
    await settled();
    expect(list.isOpen.value).toBe(false);
    type("/xy /z");
    await settled();
    expect(list.isOpen.value).toBe(true);
    type("/slow");
    await settled();
    type("no more");
    late[0]?.([{ id: "late", label: "late" }]);
    await settled();
    expect([list.isOpen.value, list.items.value]).toEqual([false, []]);
  });

  it("says why it could not look, and leaves Enter alone then", async () => {
    const { list, type } = open(() => Promise.reject(new Error("away")));
    type("/x");
    list.pressed(key("Tab"));
    await settled();
    expect(list.problem.value).toBe("Error: away");
    expect(list.isOpen.value).toBe(true);
    expect(list.pressed(key("Enter"))).toBe(false);
  });
});

describe("canned replies", () => {
  const changed = { changedAt: "", changedBy: { id: "1" } };
  const folderOf = (name: string, own = false) => ({ id: name, name, own, ...changed });
  const reply = (shortcut: string, text = "", own = false, folder?: string) => ({
    ...{ id: shortcut + own, shortcut, text, own, folder: folder === undefined ? null : folderOf(folder), ...changed },
  });
  const values = { name: "Maria", agent: "Ada", company: "Ellis", unsubscribe: "" };

  it("are found by their beginning, then inside, then by their text; one's own before everybody's", () => {
    const all = [reply("thanks"), reply("pay-thanks"), reply("hours", "we thank you"), reply("Thanks", "mine", true)];
    const found = (query: string) => matching(all, query, 9).map(({ id }) => id);
    expect(found("th")).toEqual(["Thankstrue", "pay-thanksfalse", "hoursfalse"]);
    expect(found("zzz")).toEqual([]);
    expect(found("")).toHaveLength(3);
    expect(matching(all, "", 1)).toHaveLength(1);
  });

  it("stand folder by folder before a word is typed, and are found by the name of their folder", () => {
    const all = [
      reply("z"),
      reply("pay", "", false, "Money"),
      reply("b", "", false, "Money"),
      reply("a", "", false, "Trips"),
    ];
    const found = (query: string) => matching(all, query, 9).map(({ shortcut }) => shortcut);
    expect(found("")).toEqual(["z", "b", "pay", "a"]);
    expect(found("mon")).toEqual(["b", "pay"]);
    expect(found("a")).toEqual(["a", "pay"]);
  });

  it("are grouped where they are kept: loose ones first, empty folders too, and of a search only what has its words", () => {
    const folders = [folderOf("Empty"), folderOf("Money")];
    const all = [reply("a"), reply("pay", "by card", false, "Money"), reply("lost", "", false, "Elsewhere")];
    const seen = (search: string) =>
      groupsOf(all, folders, search).map(({ folder, replies }) => [
        folder?.name,
        ...replies.map(({ shortcut }) => shortcut),
      ]);
    expect(seen(" ")).toEqual([[undefined, "a", "lost"], ["Empty"], ["Money", "pay"]]);
    expect(seen("CARD")).toEqual([["Money", "pay"]]);
    expect(seen("money")).toEqual([["Money", "pay"]]);
    expect(seen("zzz")).toEqual([]);
    expect(groupsOf([], folders, "")).toHaveLength(2);
  });

  it("have their gaps filled, and lose what nothing is known for", () => {
    expect(fillReply("Hello, {name}! {Agent}, {company} {other}", values)).toBe("Hello, Maria! Ada, Ellis {other}");
    expect(fillReply("Hello, {name}! {name}", { ...values, name: " " })).toBe("Hello!");
    // A customer's name is words, whatever it looks like.
    expect(fillReply("{name} {agent}", { ...values, name: "{agent} $&" })).toBe("{agent} $& Ada");
  });
});

describe("formatting of a text that is changed", () => {
  const bold = (start: number, end: number): Span => ({ kind: "bold", start, end });
  const moved = (before: string, after: string, spans: readonly Span[]) => moveSpans(spans, before, after);

  it("stays on its words", () => {
    const text = "very bold words";
    expect(moved(text, `so ${text}`, [bold(5, 9)])).toEqual([bold(8, 12)]);
    expect(moved(text, `${text}!`, [bold(5, 9)])).toEqual([bold(5, 9)]);
    expect(moved(text, "very bolder words", [bold(5, 9)])).toEqual([bold(5, 9)]);
    expect(moved(text, "very booold words", [bold(5, 9)])).toEqual([bold(5, 11)]);
    expect(moved(text, "very words", [bold(5, 9)])).toEqual([]);
    expect(moved(text, "words", [bold(5, 9)])).toEqual([]);
    expect(moved(text, "ver words", [bold(0, 9)])).toEqual([bold(0, 3)]);
    expect(moved(text, "X", [bold(0, 15)])).toEqual([]);
    const link: Span = { kind: "link", start: 5, end: 9, url: "https://example.org" };
    expect(moved(text, "a bold words", [link])).toEqual([{ ...link, start: 2, end: 6 }]);
  });

  it("never reaches out of the text, whatever is changed", () => {
    const words = fc.string({ maxLength: 9 });
    let kept = 0;
    fc.assert(
      fc.property(words, words, words, words, fc.nat(20), fc.nat(20), (head, old, now, tail, a, b) => {
        const [before, after] = [head + old + tail, head + now + tail];
        const [start, end] = [Math.min(a, b, before.length), Math.min(Math.max(a, b), before.length)];
        for (const span of moved(before, after, start < end ? [bold(start, end)] : [])) {
          kept += 1;
          expect(0 <= span.start && span.start < span.end && span.end <= after.length, JSON.stringify(span)).toBe(true);
        }
      }),
    );
    expect(kept).toBeGreaterThan(10);
  });
});

describe("notes", () => {
  it("are taken apart at the names of colleagues, the longer one first", () => {
    const mentions = [
      { id: "1", name: "Ann" },
      { id: "2", name: "Ann Lee" },
    ];
    expect(partsOf({ text: "ask @Ann Lee or @Ann, not @Anna", mentions })).toEqual([
      { text: "ask " },
      { text: "@Ann Lee", mention: mentions[1] },
      { text: " or " },
      { text: "@Ann", mention: mentions[0] },
      { text: ", not " },
      { text: "@Ann", mention: mentions[0] },
      { text: "a" },
    ]);
    expect(partsOf({ text: "", mentions })).toEqual([]);
  });

  it("stand among the messages by the time at which both were stored", () => {
    const message = (key: string, at: string) => ({ kind: "message", key, at }) as never;
    const note = (id: string, createdAt: string) => ({ id, createdAt }) as never;
    const rows = [message("m1", "2026-01-01T10:00"), message("m2", "2026-01-01T12:00")];
    const notes = [note("n0", "2026-01-01T09:00"), note("n1", "2026-01-01T11:00"), note("n2", "2026-01-01T13:00")];
    const keys = (hasEarlier: boolean, hasLater: boolean) =>
      columnOf(rows, notes, { hasEarlier, hasLater }).map(({ key }) => key);
    expect(keys(false, false)).toEqual(["n0", "m1", "n1", "m2", "n2"]);
    expect(keys(true, false)).toEqual(["m1", "n1", "m2", "n2"]);
    expect(keys(false, true)).toEqual(["n0", "m1", "n1", "m2"]);
    expect(columnOf([], notes, { hasEarlier: false, hasLater: false })).toHaveLength(3);
  });

  it("are kept as they were begun, with the id under which they go", () => {
    const stored = new Map<string, string>();
    const storage = {
      getItem: (name: string) => stored.get(name) ?? null,
      setItem: (name: string, value: string) => void stored.set(name, value),
      removeItem: (name: string) => void stored.delete(name),
    } as Storage;
    const drafts = () =>
      createNoteDrafts(
        createPageMemory("me:", () => storage),
        () => 1,
      );
    const draft = { ...newNoteDraft(), text: "@Ann look", people: [{ id: "1", name: "Ann" }] };
    drafts().save("c", draft);
    expect(drafts().load("c")).toEqual(draft);
    expect(drafts().load("other").text).toBe("");
    stored.set("me:draft:note:c", '{"clientId": "x", "text": "y", "people": [1, {"id": 2}]}');
    expect(drafts().load("c")).toEqual({ clientId: "x", text: "y", people: [] });
    drafts().save("c", { ...draft, text: "" });
    expect(stored.size).toBe(0);
  });
});
