import { describe, expect, test } from "vitest";
import { createDrafts, NO_DRAFT } from "../../placements/shared/chat/drafts.ts";
import { fileProblem } from "../../placements/shared/chat/file-rules.ts";
import { holdingOf, oldKnowledge, sessionActions, standingOf } from "../../placements/shared/chat/holding.ts";
import { createOutbox, notYetHere, type Pending, type PostOutcome } from "../../placements/shared/chat/outbox.ts";
import { createPageMemory } from "../../placements/shared/chat/page-memory.ts";
import { bestToAnswer, replyWindow } from "../../placements/shared/chat/reply-window.ts";
import { fillGaps, firstWords } from "../../placements/shared/chat/template-text.ts";
import type { ChannelAnswer } from "../../src/api/channels.ts";
import type { ConversationAnswer, MessageAnswer } from "../../src/api/messages.ts";
import { until } from "../support/world/until.ts";

const DAY_MS = 86_400_000;
const at = (iso: string) => new Date(iso);
const forbidden = () =>
  createPageMemory("me:", () => {
    throw new Error("SecurityError");
  });

const row = (clientId: string): MessageAnswer => ({
  ...{ id: `m-${clientId}`, seq: 1, conversation: "c", account: "a", direction: "out", kind: "message", text: "" },
  ...{ spans: [], state: "stored", attempts: 0, attemptedAt: null, error: null, retriable: false, sentAt: "" },
  ...{ createdAt: "", attachments: [], fromPhone: false, clientId },
});

describe("a draft", () => {
  test("stands until it is taken away, each conversation its own", () => {
    const memory = forbidden();
    const drafts = createDrafts(memory, Date.now);
    const file = { id: "f", kind: "photo", name: "a.png", size: 3 };
    const draft = { text: "Hello", quote: { id: "m", author: "Ann", text: "Hi" }, files: [file] };
    drafts.save("one", draft);
    drafts.save("two", { text: "Other", files: [] });
    const reloaded = createDrafts(memory, Date.now);
    expect([reloaded.load("one"), reloaded.load("two").text, reloaded.load("three")]).toEqual([
      draft,
      "Other",
      NO_DRAFT,
    ]);
    reloaded.save("one", NO_DRAFT);
    expect([reloaded.load("one"), memory.keys("draft:")]).toEqual([NO_DRAFT, ["draft:two"]]);
  });

  test("is dropped after a month, and when it is not one", () => {
    const memory = forbidden();
    let now = at("2026-01-01T00:00:00Z").getTime();
    createDrafts(memory, () => now).save("old", { text: "Old", files: [] });
    memory.set("draft:broken", "{");
    memory.set("draft:foreign", JSON.stringify({ text: 5, at: now }));
    now += 29 * DAY_MS;
    expect(createDrafts(memory, () => now).load("old").text).toBe("Old");
    expect(createDrafts(memory, () => now).load("foreign")).toEqual(NO_DRAFT);
    now += 2 * DAY_MS;
    createDrafts(memory, () => now);
    expect(memory.keys("draft:")).toEqual([]);
  });
});

describe("messages on their way to the server", () => {
  function desk(memory = forbidden()) {
    const posted: Pending[] = [];
    const answers: ((outcome: PostOutcome) => void)[] = [];
    const stored: string[] = [];
    const pauses: (() => void)[] = [];
    let list: readonly Pending[] = [];
    let ids = 0;
    const outbox = createOutbox({
      ...{ conversation: "c", memory, now: () => new Date(Date.UTC(2026, 0, 1, 0, 0, ids)) },
      post: (message) => {
        posted.push(message);
        return new Promise((resolve) => answers.push(resolve));
      },
      stored: (message) => stored.push(message.clientId ?? ""),
      changed: (now) => {
        list = now;
      },
      pause: () => new Promise((resolve) => pauses.push(resolve)),
      newId() {
        ids += 1;
        return `id-${ids}`;
      },
    });
    const answer = async (outcome: PostOutcome) => {
      const before = posted.length + pauses.length + stored.length + list.filter(isRefused).length;
      await until(() => answers.length > 0, 2_000, "it is asked");
      answers.shift()?.(outcome);
      await until(
        () => posted.length + pauses.length + stored.length + list.filter(isRefused).length > before,
        2_000,
        "something came of it",
      );
    };
    const states = () => list.map(({ text, state }) => `${text} ${state}`);
    return { outbox, posted, stored, pauses, memory, states, answer };
  }
  const isRefused = ({ state }: Pending) => state === "refused";
  const say = (text: string) => ({ text, files: [] });
  const took = (clientId: string): PostOutcome => ({ kind: "stored", message: row(clientId) });

  test("go one after the other, in the order they were written", async () => {
    const { outbox, posted, stored, states, answer, memory } = desk();
    outbox.add(say("One"));
    outbox.add(say("Two"));
    expect([posted.map(({ text }) => text), states()]).toEqual([["One"], ["One sending", "Two sending"]]);
    await answer(took("id-1"));
    await until(() => posted.length === 2, 2_000, "the second one leaves");
    await answer(took("id-2"));
    expect([stored, states(), memory.keys("")]).toEqual([["id-1", "id-2"], [], []]);
  });

  test("are asked for again under the same id while nobody answers, and hold up the ones behind", async () => {
    const { outbox, posted, pauses, states, answer } = desk();
    outbox.add(say("One"));
    outbox.add(say("Two"));
    await answer({ kind: "unknown", sentence: "No connection." });
    expect(states()).toEqual(["One waiting", "Two sending"]);
    expect(outbox.take("id-1")).toBeUndefined();
    pauses.shift()?.();
    await until(() => posted.length === 2, 2_000, "it is asked again");
    expect(posted.map(({ clientId }) => clientId)).toEqual(["id-1", "id-1"]);
    await answer(took("id-1"));
    await until(() => posted.length === 3, 2_000, "the next one leaves");
    expect(posted.at(-1)?.text).toBe("Two");
  });

  test("that were refused wait for a person, and hold up nobody", async () => {
    const { outbox, posted, states, answer, memory } = desk();
    outbox.add(say("One"));
    outbox.add(say("Two"));
    await answer({ kind: "refused", sentence: "Too late." });
    await until(() => posted.length === 2, 2_000, "the next one leaves");
    expect(states()).toEqual(["One refused", "Two sending"]);
    await answer(took("id-2"));
    outbox.again("id-1");
    await until(() => posted.length === 3, 2_000, "it is asked again");
    expect(posted.at(-1)?.clientId).toBe("id-1");
    await answer({ kind: "refused", sentence: "Still too late." });
    expect(outbox.take("id-1")?.problem).toBe("Still too late.");
    expect([states(), memory.keys("")]).toEqual([[], []]);
  });

  test("outlive the page: what had no answer goes out again under its id, a refusal stays one", async () => {
    const before = desk();
    before.outbox.add(say("One"));
    before.outbox.add(say("Two"));
    await before.answer({ kind: "refused", sentence: "Too late." });
    const after = desk(before.memory);
    expect(after.states()).toEqual(["One refused", "Two sending"]);
    await until(() => after.posted.length === 1, 2_000, "it leaves");
    expect(after.posted[0]?.clientId).toBe("id-2");
    await after.answer(took("id-2"));
    expect(after.stored).toEqual(["id-2"]);
    after.memory.set("outbox:c:broken", "[]");
    expect(desk(after.memory).states()).toEqual(["One refused"]);
    expect(after.memory.keys("")).toEqual(["outbox:c:id-1"]);
  });

  test("are shown once when the thread has them before the answer does", () => {
    const pending = ["a", "b"].map((clientId): Pending => ({ ...say("x"), clientId, at: "", state: "sending" }));
    expect(notYetHere(pending, [row("a")]).map(({ clientId }) => clientId)).toEqual(["b"]);
  });
});

describe("when a customer may be answered", () => {
  const now = at("2026-03-02T12:00:00Z");
  const day = { replyWindowHours: 24 };

  test("freely, for some hours, or not at all", () => {
    expect(replyWindow({}, null, now)).toEqual({ kind: "free" });
    expect(replyWindow(day, "2026-03-01T12:00:01Z", now)).toEqual({
      ...{ kind: "open", until: at("2026-03-02T12:00:01Z") },
    });
    expect(replyWindow(day, "2026-03-01T12:00:00Z", now)).toEqual({ kind: "closed", since: now });
    expect(replyWindow(day, null, now)).toEqual({ kind: "closed" });
    expect(replyWindow({ ...day, oneWay: "Call them." }, null, now)).toEqual({ kind: "never", sentence: "Call them." });
  });

  test("the answer goes where they wrote last and can be reached", () => {
    const able = (id: string, more: object): ChannelAnswer => ({
      ...{ id, title: id, description: "", icon: { svg: "", color: "" }, setup: [], sessions: false, signIn: {} },
      capabilities: {
        ...{ textLimit: 1, edit: false, remove: false, quote: false, typing: false, receipts: "none" },
        ...{ mayWriteFirst: false, reaction: false, templates: false, attachments: {}, parts: {}, ...more },
      },
    });
    const channels = [able("chat", {}), able("wa", { ...day, templates: true }), able("form", { oneWay: "No." })];
    const wrote = (channel: string, lastCustomerAt: string | null) => ({ id: channel, channel, lastCustomerAt });
    const best = (...all: ReturnType<typeof wrote>[]) => bestToAnswer(all, channels, now)?.id;
    expect(best(wrote("chat", "2026-03-02T10:00:00Z"), wrote("wa", "2026-03-02T11:00:00Z"))).toBe("wa");
    expect(best(wrote("wa", "2026-02-01T00:00:00Z"), wrote("chat", "2026-01-01T00:00:00Z"))).toBe("chat");
    expect(best(wrote("form", "2026-03-02T11:59:00Z"), wrote("wa", "2026-02-01T00:00:00Z"))).toBe("wa");
    expect(best(wrote("unknown", "2026-03-02T11:59:00Z"), wrote("form", null))).toBe("form");
    expect(best()).toBeUndefined();
  });
});

describe("files before they are uploaded", () => {
  const attachments = { photo: { maxBytes: 5 * 1024 * 1024 }, file: { maxBytes: 1024 * 1024 } };
  const file = (type: string, size: number) => fileProblem({ attachments, parts: {} }, { type, size });

  test("are judged by what they say they are", () => {
    expect(file("image/png", 5 * 1024 * 1024)).toBeUndefined();
    expect(file("image/png", 5 * 1024 * 1024 + 1)).toEqual({ kind: "too-large", limit: 5 });
    expect(file("", 1024 * 1024 + 1)).toEqual({ kind: "too-large", limit: 1 });
    // A kind of which nothing is said goes as a file.
    expect(file("video/mp4", 1024)).toBeUndefined();
    expect(file("image/png", 0)).toEqual({ kind: "empty" });
  });

  test("are not offered where the channel takes none", () => {
    const pdf = { type: "application/pdf", size: 10 };
    expect(fileProblem({ attachments: {}, parts: {} }, pdf)).toEqual({ kind: "not-taken" });
    expect(fileProblem({ attachments, parts: { file: { out: "impossible" } } }, pdf)).toEqual({ kind: "not-taken" });
    expect(fileProblem({ attachments, parts: { file: { out: { degraded: "as a link" } } } }, pdf)).toBeUndefined();
  });
});

describe("who has a conversation", () => {
  const given = (more: object) => ({
    alone: false,
    chat: "7",
    open: true,
    operator: { id: "5" },
    accepted: true,
    bot: null,
    ...more,
  });

  test("and what can be done then", () => {
    const seen = (more: object, viewer = "5") => {
      const holding = holdingOf(given(more), viewer);
      return [holding.kind, sessionActions(holding)[0]];
    };
    expect(seen({ chat: null })).toEqual(["free", undefined]);
    expect(seen({ chat: null, alone: true })).toEqual(["mine", "finish"]);
    expect(seen({ open: false })).toEqual(["closed", "reopen"]);
    expect(seen({ operator: null })).toEqual(["nobody", "accept"]);
    // Also where the line has nothing of it yet; of what somebody has, no bot is told.
    expect(seen({ operator: null, bot: { name: "Robbie" } })).toEqual(["bots", "accept"]);
    expect(seen({ operator: null, bot: {}, open: false, chat: null })).toEqual(["bots", "accept"]);
    expect(seen({ bot: { name: "Robbie" } })).toEqual(["mine", "finish"]);
    expect(seen({ accepted: false })).toEqual(["offered", "accept"]);
    expect(seen({})).toEqual(["mine", "finish"]);
    expect(seen({ accepted: false }, "6")).toEqual(["theirs", "accept"]);
    // What a colleague has taken is not taken from them.
    expect(sessionActions(holdingOf(given({}), "6"))).toEqual(["transfer", "finish", "spam"]);
  });

  test("what is newer counts: the list, or what was told since", () => {
    const listed: ConversationAnswer = {
      ...{
        id: "c",
        account: "a",
        accountName: "",
        channel: "x",
        customer: { name: "Ann" },
        group: false,
        alone: false,
      },
      ...{
        person: null,
        chat: "7",
        open: true,
        operator: null,
        accepted: false,
        bot: null,
        stateAt: "2026-03-02T12:00:00.000Z",
        lastMessageAt: "",
      },
      lastCustomerAt: null,
    };
    const told = { open: true, operator: { id: "5" }, accepted: true, bot: null, stateAt: "2026-03-02T12:00:00.000Z" };
    expect(standingOf(listed, undefined)).toBe(listed);
    expect(standingOf(listed, told)).toEqual({ ...listed, ...told });
    expect(standingOf(listed, { ...told, stateAt: "2026-03-02T11:59:59.000Z" })).toBe(listed);
    expect(standingOf(listed, { ...told, stateAt: null })).toBe(listed);
    expect(standingOf({ ...listed, stateAt: null }, { ...told, stateAt: null }).accepted).toBe(true);
  });

  test("old knowledge is told with its time", () => {
    const now = at("2026-03-02T12:00:00Z");
    expect(oldKnowledge("2026-03-02T11:58:30Z", now)).toBeUndefined();
    expect(oldKnowledge("2026-03-02T11:57:00Z", now)).toBe("2026-03-02T11:57:00Z");
    expect(oldKnowledge(null, now)).toBeUndefined();
  });
});

test("a template is read with what fills its gaps", () => {
  const body = "Dear {{1}}, your order {{2}} of {{1}} is here. {{3}}";
  expect(fillGaps(body, ["Ann", " 17 "])).toBe("Dear Ann, your order 17 of Ann is here. {{3}}");
  expect(fillGaps("{{1}}", ["$& {{2}}"])).toBe("$& {{2}}");
  expect(firstWords("order_is_here")).toBe("Order is here");
});
