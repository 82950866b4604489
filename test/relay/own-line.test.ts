/** The engine in its lane: an account without a line, the real store, the emulated portal. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ConversationId, laneOf } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { createLineSessions } from "../../src/relay/line-sessions.ts";
import { createOwnMode } from "../../src/relay/own-line/own-mode.ts";
import { ownLineSchema } from "../../src/rules/lines/own-line.ts";
import { StoreUnavailable } from "../../src/store/contract.ts";
import type { PortalUser } from "../emulators/portal/model.ts";
import { Relay } from "./harness.ts";

const MINUTE = 60_000;
let relay: Relay;
let who: string;
let people = 0;

beforeAll(async () => {
  relay = await Relay.start();
  await relay.store.accounts.update(relay.portal, relay.account.id, { line: null, connector: null });
  for (const id of [11, 12, 13]) employs(id);
});
afterAll(() => relay.stop());
beforeEach(() => {
  people += 1;
  who = `customer-${people}`;
  relay.resetClock();
  relay.channel.contents.length = 0;
  relay.channel.sent.length = 0;
  delete relay.channel.greets;
});

function employs(id: number, more: Partial<PortalUser> = {}): void {
  const { users } = relay.emulator.portal().portal;
  const admin = users.get(1);
  if (!admin) throw new Error("the portal has an administrator");
  users.set(id, { ...admin, id, name: `Agent ${id}`, lastName: "", admin: false, ...more });
}

async function works(settings: object, isNew = true): Promise<void> {
  const parsed = ownLineSchema.parse({
    ...{ enabled: true, distribution: "in-order" },
    queue: [11, 12].map((id) => ({ kind: "person", id: String(id) })),
    ...{ agent: { shown: "hidden" } },
    ...settings,
  });
  await relay.store.ownLines.put(relay.portal, relay.account.id, { settings: parsed, by: "1", isNew });
}

/** Both lanes until neither has anything to do at once. */
async function runs(conversation: ConversationId): Promise<Date | undefined> {
  await relay.run("in", conversation);
  const outbound = await relay.store.messages.journal(relay.portal, {
    conversation,
    direction: "out",
    after: 0,
    limit: 1,
  });
  if (outbound.length > 0) await relay.run("out", conversation);
  const drained = await relay.run("in", conversation);
  return drained.kind === "later" ? drained.at : undefined;
}

async function customerSays(text: string): Promise<ConversationId> {
  const conversation = await relay.customerWrites(who, text);
  await runs(conversation);
  return conversation;
}

async function now(conversation: ConversationId) {
  const found = await relay.store.conversations.find(relay.portal, conversation);
  if (!found) throw new Error("the conversation is gone");
  return found;
}

const sessions = () =>
  createLineSessions({
    store: relay.store,
    portals: relay.portals,
    dispatcher: relay.deps.dispatcher,
    news: relay.deps.news,
    names: async () => new Map(),
    log: relay.deps.log,
  });

async function agent(conversation: ConversationId, kind: "accept" | "finish", userId = "11"): Promise<void> {
  expect(await sessions().act(await now(conversation), userId, { kind })).toEqual({ kind: "done" });
  await runs(conversation);
}

async function answers(conversation: ConversationId, text: string, authorId = "11"): Promise<void> {
  await relay.deps.replies.write({
    ...{ portal: relay.portal, conversation, authorId, clientId: `${who} ${text}`, at: relay.deps.now() },
    content: { body: plainText(text), attachments: [] },
  });
  await sessions().wrote(await now(conversation), authorId);
  await runs(conversation);
}

const told = (user: number) => relay.emulator.portal().portal.notifications.filter((one) => one.userId === user).length;
const sent = () => relay.channel.sent.map(({ text }) => text);

describe("a conversation without a line", () => {
  it("is greeted once, given to the first, forwarded, and its agents are told", async () => {
    await works({ greeting: "Welcome!" });
    const before = [told(11), told(12)];
    const conversation = await customerSays("hello");
    expect(sent()).toEqual(["Welcome!"]);
    expect(await relay.states(conversation)).toEqual(["in sent: hello", "out sent: Welcome!"]);
    expect(await now(conversation)).toMatchObject({ open: true, operator: "11", accepted: false });
    relay.advance(6 * MINUTE);
    await runs(conversation);
    await runs(conversation);
    expect(await now(conversation)).toMatchObject({ operator: "12", accepted: false });
    expect([told(11), told(12)]).toEqual(before.map((count) => count + 1));
    await agent(conversation, "accept", "12");
    relay.advance(60 * MINUTE);
    await runs(conversation);
    expect((await relay.store.ownLines.session(relay.portal, conversation))?.dueAt).toBeUndefined();
    expect(await now(conversation)).toMatchObject({ operator: "12", accepted: true });
    expect(sent()).toEqual(["Welcome!"]);
  });

  it("is not greeted twice where the channel greets whoever opens it, and is when they come again", async () => {
    relay.channel.greets = true;
    await works({ greeting: "Welcome!", closing: { fullCloseMinutes: 0 } });
    const conversation = await customerSays("hello");
    expect((await now(conversation)).operator).toBe("11");
    expect(sent()).toEqual([]);
    await agent(conversation, "finish");
    await customerSays("hello again");
    expect(sent()).toEqual(["Welcome!"]);
  });

  it("still waits for an answer after a greeting", async () => {
    await works({ greeting: "Welcome!" });
    const conversation = await customerSays("hello");
    const [row] = await relay.store.desk.find(relay.portal, [conversation]);
    expect(row?.desk.waitingSince).toBeInstanceOf(Date);
  });

  it("is closed with a text and a question; a press of a star is a rating and opens nothing", async () => {
    await works({ closing: { reply: "Goodbye!" }, rating: { ask: "How was it?", thanks: "Thank you." } });
    const conversation = await customerSays("hello");
    await answers(conversation, "here you are");
    await agent(conversation, "finish");
    expect(sent()).toEqual(["here you are", "Goodbye!", "How was it?"]);
    expect(
      relay.channel.contents
        .at(-1)
        ?.buttons?.flat()
        .map(({ text }) => text),
    ).toContain("5 ⭐");
    await customerSays("4 ⭐");
    expect(sent().at(-1)).toBe("Thank you.");
    const ratings = await relay.store.ownLines.ratings(relay.portal, conversation);
    expect(ratings).toMatchObject([{ session: 1, operator: "11", stars: 4 }]);
    const [row] = await relay.store.desk.find(relay.portal, [conversation]);
    expect(row?.desk.waitingSince).toBeUndefined();
    expect(row?.conversation.open).toBe(false);
    await customerSays("one more thing");
    expect(await now(conversation)).toMatchObject({ open: true, operator: "11", accepted: false });
  });

  it("is closed and asked also when somebody took, answered and finished it before the engine looked", async () => {
    await works({ rating: { ask: "How was it?" }, closing: { fullCloseMinutes: 0 } });
    const quickly = async (text: string) => {
      const conversation = await relay.customerWrites(who, text);
      const act = async (kind: "accept" | "finish") =>
        expect(await sessions().act(await now(conversation), "11", { kind })).toEqual({ kind: "done" });
      await act("accept");
      await relay.deps.replies.write({
        ...{ portal: relay.portal, conversation, authorId: "11", clientId: `${who} ${text}`, at: relay.deps.now() },
        content: { body: plainText(`${text}!`), attachments: [] },
      });
      await sessions().wrote(await now(conversation), "11");
      await act("finish");
      await runs(conversation);
      return conversation;
    };
    const conversation = await quickly("hello");
    expect(sent()).toEqual(["hello!", "How was it?"]);
    expect((await now(conversation)).open).toBe(false);
    // Once more in a later session, and what comes after it opens again.
    relay.advance(MINUTE);
    await runs(conversation);
    await quickly("again");
    expect(sent()).toEqual(["hello!", "How was it?", "again!", "How was it?"]);
    expect((await now(conversation)).open).toBe(false);
    await customerSays("one more thing");
    expect((await now(conversation)).open).toBe(true);
  });

  it("sends what was said when it is over for good, once; nothing of what nobody answered, nor of spam", async () => {
    await works({ closing: { transcript: true, fullCloseMinutes: 5 } });
    const before = relay.transcribed.length;
    const conversation = await customerSays("hello");
    await agent(conversation, "accept");
    await answers(conversation, "Good day");
    await agent(conversation, "finish");
    expect(relay.transcribed.slice(before)).toEqual([]);
    relay.advance(6 * MINUTE);
    await runs(conversation);
    await runs(conversation);
    expect(relay.transcribed.slice(before)).toEqual([`${conversation} by 11`]);

    who = `${who}-unanswered`;
    const other = await customerSays("hello");
    await agent(other, "accept");
    await agent(other, "finish");
    relay.advance(6 * MINUTE);
    await runs(other);
    expect(relay.transcribed.slice(before)).toHaveLength(1);
  });

  it("asks in words where the channel has no buttons", async () => {
    const { capabilities } = relay.channel;
    relay.channel.capabilities = {
      ...capabilities,
      parts: { ...capabilities.parts, buttons: { in: "impossible", out: "impossible" } },
    };
    await works({ rating: { ask: "1 to 5?" } });
    const conversation = await customerSays("hello");
    await answers(conversation, "here you are");
    await agent(conversation, "finish");
    relay.channel.capabilities = capabilities;
    expect(relay.channel.contents.at(-1)).toMatchObject({ body: { text: "1 to 5?" } });
    expect(relay.channel.contents.at(-1)?.buttons).toBeUndefined();
    await customerSays("5");
    expect(await relay.store.ownLines.ratings(relay.portal, conversation)).toMatchObject([{ stars: 5 }]);
  });

  it("is marked while nobody answers, and not any more when somebody does", async () => {
    await works({ unanswered: { minutes: 10, reply: "A moment, please." } });
    const conversation = await customerSays("hello");
    relay.advance(11 * MINUTE);
    await runs(conversation);
    expect(sent()).toEqual(["A moment, please."]);
    expect((await now(conversation)).tags).toEqual(["unanswered"]);
    await answers(conversation, "here I am");
    expect((await now(conversation)).tags).toBeUndefined();
  });

  it("closes by itself when the customer says nothing more", async () => {
    await works({ silence: { minutes: 30, reply: "We close this." } });
    const conversation = await customerSays("hello");
    await answers(conversation, "what is your number?");
    relay.advance(31 * MINUTE);
    await runs(conversation);
    expect(sent()).toEqual(["what is your number?", "We close this."]);
    expect(await now(conversation)).toMatchObject({ open: false });
  });

  it("keeps the limit over all conversations of the account", async () => {
    await works({ limit: { chats: 1, ignores: "none" }, closing: { fullCloseMinutes: 0 } });
    await relay.store.ownLines.put(relay.portal, relay.account.id, {
      settings: ownLineSchema.parse({ enabled: false }),
      ...{ by: "1", isNew: false },
    });
    await works({ limit: { chats: 1, ignores: "none" }, queue: [{ kind: "person", id: "13" }] });
    const first = await customerSays("hello");
    who = `${who}-other`;
    const second = await customerSays("hello too");
    expect((await now(first)).operator).toBe("13");
    expect((await now(second)).operator).toBeUndefined();
    await agent(first, "accept", "13");
    await agent(first, "finish", "13");
    relay.advance(2 * MINUTE);
    await runs(first);
    await runs(second);
    expect((await now(second)).operator).toBe("13");
  });

  it("gives whoever waits longest what a limit lets free, at once", async () => {
    employs(14);
    await works({ limit: { chats: 1, ignores: "closed" }, queue: [{ kind: "person", id: "14" }] });
    const all: ConversationId[] = [];
    for (const name of ["one", "two", "three"]) {
      who = `${who}-${name}`;
      all.push(await customerSays("hello"));
      relay.advance(1_000);
    }
    const [first, second, third] = all as [ConversationId, ConversationId, ConversationId];
    const given = async () => [(await now(first)).operator, (await now(second)).operator, (await now(third)).operator];
    expect(await given()).toEqual(["14", undefined, undefined]);
    await agent(first, "accept", "14");
    await agent(first, "finish", "14");
    // Not when it would have been looked at again: a minute after it came.
    const due = await relay.store.lanes.due(relay.deps.now(), 100);
    expect(due).toEqual(expect.arrayContaining([second, third].map((id) => laneOf("in", id, relay.portal))));
    await runs(second);
    await runs(third);
    expect((await given()).slice(1)).toEqual(["14", undefined]);
  });

  it.each(["decide", "done"] as const)("says what it decided once, also after a crash at: %s", async (step) => {
    await works({ greeting: "Welcome!" });
    const conversation = await relay.customerWrites(who, "hello");
    const { ownLines } = relay.store;
    const crashing = {
      ...ownLines,
      [step]: async () => {
        throw new StoreUnavailable("the worker dies");
      },
    };
    const dying = createOwnMode({
      ...relay.deps,
      ...{ portals: relay.portals, transcripts: relay.transcripts },
      store: { ...relay.store, ownLines: crashing },
    });
    await expect(relay.run("in", conversation, { ...relay.deps, ownMode: dying })).rejects.toThrow("the worker dies");
    await relay.store.lanes.heartbeat("heir", 60_000);
    await relay.loseLane("in", conversation, "heir");
    await relay.store.lanes.retire("heir");
    await runs(conversation);
    expect(sent()).toEqual(["Welcome!"]);
    expect((await now(conversation)).operator).toBe("11");
    expect((await relay.store.ownLines.session(relay.portal, conversation))?.outbox).toEqual([]);
  });

  it("is kept though the engine has a fault, and looked at again", async () => {
    await works({});
    const conversation = await relay.customerWrites(who, "hello");
    const decide = async () => {
      throw new Error("a bug");
    };
    const store = { ...relay.store, ownLines: { ...relay.store.ownLines, decide } };
    const faulty = createOwnMode({ ...relay.deps, portals: relay.portals, transcripts: relay.transcripts, store });
    const drained = await relay.run("in", conversation, { ...relay.deps, ownMode: faulty });
    expect(await relay.states(conversation)).toEqual(["in sent: hello"]);
    if (drained.kind !== "later") throw new Error("nobody comes back");
    expect(drained.at.getTime()).toBeLessThanOrEqual(relay.deps.now().getTime() + MINUTE);
    await runs(conversation);
    expect((await now(conversation)).operator).toBe("11");
  });

  it("goes to nobody who is on leave, and to them where nobody asks for presence", async () => {
    employs(41, { absentUntil: new Date("2099-01-01T00:00:00Z") });
    employs(42);
    const queue = [41, 42].map((id) => ({ kind: "person", id: String(id) }));
    await works({ queue, distribution: "in-order" });
    expect((await now(await customerSays("hello"))).operator).toBe("42");
    await works({ queue, distribution: "in-order", checkPresence: false });
    who = `${who}-other`;
    expect((await now(await customerSays("hello"))).operator).toBe("41");
  });

  it("goes to nobody who is neither online nor at work", async () => {
    employs(31, { offline: true, workday: "CLOSED" });
    employs(32, { offline: true, workday: "EXPIRED" });
    employs(33, { offline: true, workday: "OPENED" });
    employs(34);
    await works({ queue: [31, 32, 33, 34].map((id) => ({ kind: "person", id: String(id) })) });
    expect((await now(await customerSays("hello"))).operator).toBe("33");
    await works({
      queue: [31, 32].map((id) => ({ kind: "person", id: String(id) })),
      offHoursReply: "Nobody is here.",
    });
    who = `${who}-other`;
    expect((await now(await customerSays("hello"))).operator).toBeUndefined();
    expect(sent()).toEqual(["Nobody is here."]);
  });

  it.each([
    ["profile", "Agent 11:\nhere you are"],
    ["entry", "Support:\nhere you are"],
    ["hidden", "here you are"],
  ])("shows its agent by: %s", async (shown, text) => {
    await works({ agent: { shown, entries: [{ person: "11", name: "Support" }] } });
    const conversation = await customerSays("hello");
    await answers(conversation, "here you are");
    expect(sent()).toEqual([text]);
    expect((await relay.states(conversation)).at(-1)).toBe("out sent: here you are");
  });

  it("is decided by the rules at once: nothing waits for a line", async () => {
    await relay.saveRules({ owner: { who: "rules" } });
    await works({});
    const conversation = await relay.customerWrites(who, "hello", {
      customer: { externalId: who, name: "Maria", phone: `+7902${String(3_234_000 + people)}` },
    });
    await runs(conversation);
    expect(await relay.states(conversation)).toEqual(["in sent: hello"]);
    expect((await relay.store.decisions.current(relay.portal, conversation))?.decision).toBeDefined();
    await relay.saveRules({});
  });

  it("leaves what was said before it was switched on alone", async () => {
    await works({ enabled: false });
    const conversation = await relay.customerWrites(who, "hello");
    await runs(conversation);
    await works({ greeting: "Welcome!" });
    await runs(conversation);
    expect(sent()).toEqual([]);
    expect((await now(conversation)).operator).toBeUndefined();
  });
});
