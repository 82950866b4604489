import { Readable } from "node:stream";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type ConversationId, laneOf } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { applyLineEvent } from "../../src/relay/line-events.ts";
import { beginGap, createRepairs, endGap } from "../../src/relay/repair.ts";
import { StoreUnavailable } from "../../src/store/contract.ts";
import { until } from "../support/world/until.ts";
import { Relay } from "./harness.ts";

let relay: Relay;
let who: string;
let people = 0;
beforeAll(async () => {
  relay = await Relay.start({
    portalFile: async (url) =>
      url.endsWith("gone")
        ? { kind: "gone", sentence: "The portal no longer gives out the file." }
        : { kind: "opened", stream: Readable.from([Buffer.from("file bytes")]), mime: "text/plain" },
  });
});
beforeEach(() => {
  people += 1;
  who = `customer-${people}`;
  relay.emulator.faults.clear();
  relay.resetClock();
  relay.channel.sent.length = 0;
  relay.channel.answers = [];
});
afterAll(() => relay.stop());

/** A conversation under way: the customer wrote, the portal has a chat. */
async function open() {
  const conversation = await relay.customerWrites(who, "hello");
  await relay.run("in", conversation);
  const known = await relay.store.conversations.find(relay.portal, conversation);
  const chat = Number(known?.imChatId);
  const says = (text: string) => relay.emulator.portal().operatorWrites(chat, { text, userId: 5 }).id;
  /** The operator writes in the portal, and the event reaches us. */
  const reply = async (text: string, more: object = {}) => {
    const id = says(text);
    const accepted = await relay.operatorDoes({
      kind: "message",
      chatId: conversation,
      imChatId: String(chat),
      imMessageId: String(id),
      authorId: "5",
      content: { body: plainText(text), attachments: [], ...more },
    });
    return { id, accepted };
  };
  /** What the operator said comes to us, and may leave so much later. */
  const store = (id: number, text: string, waitMs = 0) =>
    relay.store.messages.acceptReply({
      ...{ portal: relay.portal, conversation, kind: "message", originKey: `im:${id}`, imMessageId: String(id) },
      origin: { by: "open-line", imMessageId: String(id), imChatId: String(chat), authorId: "5" },
      ...{ content: { body: plainText(text), attachments: [] }, sentAt: relay.deps.now(), waitMs },
    });
  return { conversation, chat, says, store, reply };
}

/** Until the test ends, what the channel sends waits for this turn. */
function paced(): PromiseWithResolvers<void> {
  const { capabilities } = relay.channel;
  const turn = Promise.withResolvers<void>();
  relay.channel.capabilities = { ...capabilities, paced: true };
  relay.channel.turn = turn.promise;
  onTestFinished(() => {
    relay.channel.capabilities = capabilities;
  });
  return turn;
}

const outTexts = () => relay.channel.sent.map((message) => message.text);

describe("agent -> customer", () => {
  it("sends once, in order, and tells the portal that it arrived", async () => {
    const { conversation, chat, reply } = await open();
    const { id } = await reply("one");
    await reply("two");
    const again = await relay.operatorDoes({
      kind: "message",
      chatId: conversation,
      imChatId: String(chat),
      imMessageId: String(id),
      authorId: "5",
      content: { body: plainText("one"), attachments: [] },
    });
    expect(again).toEqual({ kind: "duplicate" });
    expect(await relay.run("out", conversation)).toEqual({ kind: "idle" });
    expect(outTexts()).toEqual(["one", "two"]);
    const shown = relay.emulator.portal().portal.messages.get(id);
    expect(shown).toMatchObject({ sending: false, connectorMid: ["x1"] });
  });

  it("sends two answers in the order of the portal when their events come the other way round", async () => {
    const { conversation, says, store } = await open();
    const [first, second] = [says("one"), says("two")];
    const MINUTE_MS = 60_000;
    await store(second, "two", MINUTE_MS);
    expect((await relay.run("out", conversation)).kind).toBe("later");
    await store(first, "one", 10 * MINUTE_MS);
    relay.advance(5 * MINUTE_MS);
    expect((await relay.run("out", conversation)).kind).toBe("later");
    relay.advance(6 * MINUTE_MS);
    expect(await relay.run("out", conversation)).toEqual({ kind: "idle" });
    expect(outTexts()).toEqual(["one", "two"]);
  });

  it("waits as the vendor asks, and keeps the order meanwhile", async () => {
    const { conversation, reply } = await open();
    relay.channel.answers = [{ kind: "retry", afterMs: 30_000, sentence: "too many" }];
    await reply("one");
    await reply("two");
    const drained = await relay.run("out", conversation);
    expect(drained.kind === "later" && Math.round((drained.at.getTime() - relay.deps.now().getTime()) / 1000)).toBe(30);
    expect(outTexts()).toEqual([]);
    relay.advance(31_000);
    await relay.run("out", conversation);
    expect(outTexts()).toEqual(["one", "two"]);
  });

  it("knows of what only waited for its turn when the worker died that it was not sent", async () => {
    const { conversation, reply } = await open();
    const turn = paced();
    await reply("one");
    const dying = relay.run("out", conversation);
    await until(async () => relay.channel.waiting === 1, 5_000, "the channel to wait for its turn");
    expect(await relay.states(conversation)).toContain("out stored: one");
    // Its lease is another's now.
    await relay.store.lanes.heartbeat("heir", 60_000);
    await relay.loseLane("out", conversation, "heir");
    turn.resolve();
    expect((await dying).kind).toBe("later");
    expect(outTexts()).toEqual([]);
    await relay.store.lanes.release(laneOf("out", conversation, relay.portal), "heir");
    await relay.run("out", conversation);
    expect(outTexts()).toEqual(["one"]);
  });

  it("holds an answer back while it waits for its turn at the vendor and an earlier one comes", async () => {
    const { conversation, says, store } = await open();
    const [first, second] = [says("one"), says("two")];
    const turn = paced();
    await store(second, "two");
    const run = relay.run("out", conversation);
    await until(async () => relay.channel.waiting === 1, 5_000, "the channel to wait for its turn");
    await store(first, "one");
    turn.resolve();
    expect((await run).kind).toBe("later");
    expect(outTexts()).toEqual([]);
    expect(await relay.store.lanes.due(relay.deps.now(), 1_000)).toContain(laneOf("out", conversation, relay.portal));
    await relay.run("out", conversation);
    expect(outTexts()).toEqual(["one", "two"]);
  });

  it("says of nothing that it may have been sent which could not be put on record", async () => {
    const { conversation, reply } = await open();
    paced().resolve();
    await reply("one");
    const { store } = relay.deps;
    const away = { ...store.messages, beginAttempt: () => Promise.reject(new StoreUnavailable("away")) };
    const failing = { ...relay.deps, store: { ...store, messages: away } };
    await expect(relay.run("out", conversation, failing)).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await relay.states(conversation)).toContain("out stored: one");
    await relay.run("out", conversation);
    expect(outTexts()).toEqual(["one"]);
  });

  it("goes on behind an answer that was taken back while it waited for its turn at the vendor", async () => {
    const { conversation, says, store } = await open();
    const turn = paced();
    const taken = await store(says("taken back"), "taken back");
    await store(says("stays"), "stays");
    const run = relay.run("out", conversation);
    await until(async () => relay.channel.waiting === 1, 5_000, "the channel to wait for its turn");
    if (taken.kind !== "stored") throw new Error("not stored");
    await relay.store.messages.withdraw(relay.portal, taken.message, "Taken back.");
    turn.resolve();
    expect((await run).kind).toBe("later");
    await relay.run("out", conversation);
    expect(outTexts()).toEqual(["stays"]);
  });

  it("never repeats what may have been sent, tells the agent, and goes on", async () => {
    const { conversation, reply } = await open();
    relay.channel.answers = [{ kind: "uncertain", sentence: "Telegram did not answer." }];
    await reply("doubtful");
    await reply("next");
    await relay.run("out", conversation);
    relay.advance(3_600_000);
    await relay.run("out", conversation);
    expect(outTexts()).toEqual(["next"]);
    expect((await relay.states(conversation)).slice(1)).toEqual(["out uncertain: doubtful", "out sent: next"]);
    expect(relay.emulator.portal().portal.notifications.at(-1)).toMatchObject({
      userId: 5,
      message: expect.stringMatching(/doubtful.*may not have been delivered.*Telegram did not answer/s),
    });
  });

  it("counts a throwing channel as uncertain", async () => {
    const { conversation, reply } = await open();
    relay.channel.answers = [new Error("bug")];
    await reply("boom");
    await relay.run("out", conversation);
    expect((await relay.states(conversation)).at(-1)).toBe("out uncertain: boom");
  });

  it("leaves what a dead worker was sending uncertain", async () => {
    const { conversation, reply } = await open();
    await reply("half sent");
    await relay.diesWhileSending("out", conversation);
    await relay.run("out", conversation);
    expect(outTexts()).toEqual([]);
    expect((await relay.states(conversation)).at(-1)).toBe("out uncertain: half sent");
  });

  it("refuses before the network what the channel cannot do", async () => {
    const { conversation, reply } = await open();
    await reply("too big", {
      attachments: [{ kind: "file", source: { by: "portal", url: "https://p/x" }, name: "big.zip", size: 5_000_000 }],
    });
    await reply("sticker", { attachments: [{ kind: "sticker", source: { by: "portal", url: "https://p/gone" } }] });
    await relay.run("out", conversation);
    expect(relay.channel.sent).toEqual([]);
    expect((await relay.states(conversation)).slice(1)).toEqual(["out refused: too big", "out refused: sticker"]);
  });

  it("fetches the portal's file once and hands it on", async () => {
    const { conversation, reply } = await open();
    relay.channel.answers = [{ kind: "retry", afterMs: 1_000, sentence: "later" }];
    await reply("see", {
      attachments: [{ kind: "file", source: { by: "portal", url: "https://p/file" }, name: "offer.txt" }],
    });
    await relay.run("out", conversation);
    relay.advance(2_000);
    await relay.run("out", conversation);
    expect(relay.channel.sent).toMatchObject([{ text: "see", files: ["offer.txt"] }]);
  });

  it("waits while the account is down, and says why", async () => {
    const { conversation, reply } = await open();
    relay.channel.answers = [
      { kind: "account-down", connection: { kind: "bad-credentials", sentence: "The token was revoked." } },
    ];
    await reply("hello?");
    expect((await relay.run("out", conversation)).kind).toBe("later");
    expect((await relay.states(conversation)).at(-1)).toBe("out stored: hello?");
    expect((await relay.store.accounts.find(relay.portal, relay.account.id))?.connection.kind).toBe("bad-credentials");
  });

  it("gives up after a day and can be told to try again", async () => {
    const { conversation, reply } = await open();
    await reply("old");
    relay.advance(25 * 3_600_000);
    relay.channel.answers = [{ kind: "retry", afterMs: 1_000, sentence: "Telegram is down." }];
    await relay.run("out", conversation);
    expect((await relay.states(conversation)).at(-1)).toBe("out failed: old");
    const [row] = await relay.store.messages.journal(relay.portal, {
      conversation,
      direction: "out",
      after: 0,
      limit: 1,
    });
    expect(row && (await relay.store.messages.retry(relay.portal, row.id))).toBe(
      laneOf("out", conversation, relay.portal),
    );
    await relay.run("out", conversation);
    expect(outTexts()).toEqual(["old"]);
  });

  it("edits and deletes what was sent", async () => {
    const { conversation, chat, reply } = await open();
    const { id } = await reply("helo");
    await relay.run("out", conversation);
    const of = { chatId: conversation, imChatId: String(chat), imMessageId: String(id) };
    await relay.operatorDoes({ kind: "edit", ...of, content: { body: plainText("hello"), attachments: [] } });
    await relay.operatorDoes({ kind: "delete", ...of });
    await relay.run("out", conversation);
    expect(relay.channel.edited.at(-1)).toEqual({ externalIds: ["x1"], text: "hello" });
    expect(relay.channel.removed.at(-1)).toEqual(["x1"]);
  });

  it("does not follow an edit of something it never had", async () => {
    const { conversation, chat } = await open();
    const accepted = await relay.operatorDoes({
      kind: "edit",
      chatId: conversation,
      imChatId: String(chat),
      imMessageId: "424242",
      content: { body: plainText("x"), attachments: [] },
    });
    expect(accepted).toEqual({ kind: "unknown" });
  });

  it("reports a delivery again until the portal has heard it", async () => {
    const { conversation, reply } = await open();
    const { id } = await reply("one");
    relay.emulator.faults.add({ kind: "drop-before", method: "imconnector.send.status.delivery", probability: 1 });
    expect((await relay.run("out", conversation)).kind).toBe("later");
    relay.emulator.faults.clear();
    relay.advance(60_000);
    await relay.run("out", conversation);
    expect(outTexts()).toEqual(["one"]);
    expect(relay.emulator.portal().portal.messages.get(id)?.sending).toBe(false);
  });
});

describe("after an outage", () => {
  const repairs = (owner = "w") => createRepairs({ ...relay.deps, lines: relay.deps.portals.lines, owner });
  const noteGap = () => relay.store.portals.noteGap(relay.deps.now(), relay.portal);
  const outgoing = async (conversation: ConversationId) =>
    (await relay.states(conversation)).filter((state) => state.startsWith("out"));

  it("fetches the replies whose events were lost, each once", async () => {
    const { conversation, chat } = await open();
    const controls = relay.emulator.portal();
    controls.operatorWrites(chat, { text: "lost one", userId: 5 });
    controls.systemWrites(chat, "Anna joined");
    controls.operatorWrites(chat, { text: "lost two", userId: 5 });
    await noteGap();
    const repair = repairs();
    repair.start(relay.portal);
    await expect.poll(() => outgoing(conversation)).toEqual(["out stored: lost one", "out stored: lost two"]);
    repair.start(relay.portal);
    await repair.close();
    expect(await outgoing(conversation)).toHaveLength(2);
    await relay.run("out", conversation);
    expect(outTexts()).toEqual(["lost one", "lost two"]);
  });

  it("sends what was lost before what came later, and asks the portal once", async () => {
    const { conversation, chat, reply } = await open();
    relay.emulator.portal().operatorWrites(chat, { text: "lost", userId: 5 });
    await noteGap();
    await reply("seen");
    relay.emulator.requests.clear();
    relay.advance(10);
    await relay.run("out", conversation);
    expect(outTexts()).toEqual(["lost", "seen"]);
    await reply("third");
    await relay.run("out", conversation);
    expect(outTexts()).toEqual(["lost", "seen", "third"]);
    expect(relay.emulator.requests.entries({ method: "imopenlines.session.history.get" })).toHaveLength(1);
  });

  it("sends what was lost first also when the history was compared while a start was under way", async () => {
    const { conversation, chat, reply } = await open();
    const gap = { store: relay.store, now: relay.deps.now };
    await beginGap(gap);
    await reply("before");
    relay.advance(10);
    await relay.run("out", conversation);
    relay.emulator.portal().operatorWrites(chat, { text: "lost before it listened", userId: 5 });
    relay.advance(10);
    await reply("heard before the end of the gap was noted");
    await relay.run("out", conversation);
    expect(outTexts()).toEqual(["before", "lost before it listened", "heard before the end of the gap was noted"]);
    await endGap(gap);
    relay.advance(10);
    for (const text of ["after", "and after"]) {
      relay.emulator.requests.clear();
      await reply(text);
      await relay.run("out", conversation);
    }
    expect(outTexts().slice(3)).toEqual(["after", "and after"]);
    expect(relay.emulator.requests.entries({ method: "imopenlines.session.history.get" })).toEqual([]);
  });

  it("looks once more for what was lost before an answer that came while the history was being read", async () => {
    const { conversation, says, reply } = await open();
    const gap = { store: relay.store, now: relay.deps.now };
    await reply("before");
    await beginGap(gap);
    const method = "imopenlines.session.history.get";
    relay.emulator.requests.clear();
    relay.emulator.faults.add({ kind: "slow-after", method, delayMs: 1_000, times: 1 });
    const run = relay.run("out", conversation);
    await until(async () => relay.emulator.requests.entries({ method }).length === 1, 5_000, "the history to be read");
    says("lost while it was being read");
    await reply("heard while it was being read");
    await run;
    expect(outTexts()).toEqual(["before", "lost while it was being read", "heard while it was being read"]);
    await endGap(gap);
  });

  it("hears of a gap that begins while a long run is under way", async () => {
    const { conversation, says, reply } = await open();
    const turn = paced();
    await reply("first");
    says("lost");
    await reply("after it");
    const run = relay.run("out", conversation);
    await until(async () => relay.channel.waiting === 1, 5_000, "the channel to wait for its turn");
    relay.advance(1_000);
    await noteGap();
    turn.resolve();
    await run;
    expect(outTexts()).toEqual(["first", "lost", "after it"]);
  });

  it("holds a reply up for some minutes at most while the history cannot be read", async () => {
    const { conversation, reply } = await open();
    const { clientEndpoint } = relay.emulator.portal().portal;
    await reply("waiting");
    await noteGap();
    await relay.movePortal("http://127.0.0.1:9/rest/");
    expect((await relay.run("out", conversation)).kind).toBe("later");
    expect(outTexts()).toEqual([]);
    relay.advance(301_000);
    await relay.run("out", conversation);
    expect(outTexts()).toEqual(["waiting"]);
    await relay.movePortal(clientEndpoint);
  }, 60_000);

  it("waits for another process's run and then makes its own", async () => {
    const { conversation, chat } = await open();
    relay.emulator.portal().operatorWrites(chat, { text: "lost", userId: 5 });
    await relay.store.locks.acquire(`repair:${relay.portal}`, "another", 60_000);
    await noteGap();
    const repair = repairs();
    repair.start(relay.portal);
    await relay.store.messages.findByIm(relay.portal, "0");
    expect(await outgoing(conversation)).toEqual([]);
    await relay.store.locks.release(`repair:${relay.portal}`, "another");
    await expect.poll(() => outgoing(conversation), { timeout: 8_000 }).toEqual(["out stored: lost"]);
    await repair.close();
  });
});

describe("what the portal tells of dialogs and lines", () => {
  it("closes and opens, and a late end of an earlier session changes nothing", async () => {
    const { conversation } = await open();
    const base = { portal: relay.portal, chatId: conversation };
    const isOpen = async () => (await relay.store.conversations.find(relay.portal, conversation))?.open;
    await applyLineEvent(relay.deps, { kind: "dialog-finished", ...base });
    expect(await isOpen()).toBe(false);
    await applyLineEvent(relay.deps, { kind: "dialog-started", ...base, sessionId: "99" });
    await applyLineEvent(relay.deps, { kind: "dialog-finished", ...base, sessionId: "98" });
    expect(await isOpen()).toBe(true);
  });

  it("takes an account off a line that is gone, and its messages wait", async () => {
    await applyLineEvent(relay.deps, { kind: "line-deleted", portal: relay.portal, line: "1" });
    expect(await relay.store.accounts.find(relay.portal, relay.account.id)).not.toHaveProperty("line");
    const conversation = await relay.customerWrites(who, "waits");
    await relay.run("in", conversation);
    expect(await relay.states(conversation)).toEqual(["in stored: waits"]);
  });
});
