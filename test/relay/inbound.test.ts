import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Content } from "../../src/domain/message.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { createInboundAcceptor } from "../../src/relay/accept-inbound.ts";
import type { InboundRow } from "../../src/store/contract/accept.ts";
import { Relay } from "./harness.ts";

/** One portal and store for all; each test has a customer of its own. */
let relay: Relay;
let who: string;
let people = 0;
beforeAll(async () => {
  relay = await Relay.start();
});
beforeEach(() => {
  people += 1;
  who = `customer-${people}`;
  relay.emulator.faults.clear();
  relay.resetClock();
  relay.emulator.requests.clear();
});
afterAll(() => relay.stop());

const METHOD = "imconnector.send.messages";

describe("customer -> portal", () => {
  it("delivers in order, packs what waits together, and learns the portal's chat", async () => {
    const conversation = await relay.customerWrites(who, "one");
    for (const text of ["two", "three", "four"]) await relay.customerWrites(who, text);
    expect(await relay.run("in", conversation)).toEqual({ kind: "idle" });
    expect(relay.shown(who)).toEqual(["one", "two", "three", "four"]);
    expect(await relay.states(conversation)).toEqual([
      "in sent: one",
      "in sent: two",
      "in sent: three",
      "in sent: four",
    ]);
    expect(relay.emulator.requests.entries({ method: METHOD })).toHaveLength(1);
    expect(await relay.store.conversations.find(relay.portal, conversation)).toMatchObject({
      open: true,
      imChatId: expect.any(String),
      sessionId: expect.any(String),
    });
  });

  it("keeps a rating of a closed conversation for our own surfaces: it opens no chat, and what follows does", async () => {
    const conversation = await relay.customerWrites(who, "Thank you, bye");
    await relay.run("in", conversation);
    const controls = relay.emulator.portal();
    const chat = [...controls.portal.chats.values()].find((one) => one.externalUserId === who);
    if (!chat) throw new Error("no chat");
    controls.finishDialog(chat.id);
    await relay.store.conversations.learn(relay.portal, conversation, { open: false });
    relay.emulator.requests.clear();
    const rated = (value: number): Content => ({
      body: plainText(`Rated ${value} of 5.`),
      ...{ attachments: [], notice: "other", site: { rating: { scale: "stars", value, session: "1" } } },
    });
    await relay.customerWrites(who, "", { content: rated(4) });
    expect(await relay.run("in", conversation)).toEqual({ kind: "idle" });
    expect(relay.emulator.requests.entries({ method: METHOD })).toEqual([]);
    expect(await relay.states(conversation)).toEqual(["in sent: Thank you, bye", "in sent: Rated 4 of 5."]);
    expect(await relay.store.conversations.find(relay.portal, conversation)).toMatchObject({ open: false });

    await relay.customerWrites(who, "", { content: rated(3) });
    await relay.customerWrites(who, "One more question");
    expect(await relay.run("in", conversation)).toEqual({ kind: "idle" });
    expect(relay.shown(who)).toEqual(["Thank you, bye", "One more question"]);
    await relay.customerWrites(who, "", { content: rated(5) });
    await relay.run("in", conversation);
    expect(relay.shown(who)).toEqual(["Thank you, bye", "One more question", "Rated 5 of 5."]);
  });

  it("takes the same update twice as one", async () => {
    const conversation = await relay.customerWrites(who, "one", { externalId: `${who}-1` });
    await relay.customerWrites(who, "one", { externalId: `${who}-1` });
    await relay.run("in", conversation);
    expect(relay.shown(who)).toEqual(["one"]);
  });

  it("keeps the order of a vendor's batch that is larger than one write", async () => {
    const writes: string[] = [];
    const store = {
      messages: {
        ...relay.store.messages,
        acceptInbound: async (rows: readonly InboundRow[]) => {
          writes.push("begin");
          const accepted = await relay.store.messages.acceptInbound(rows);
          writes.push("end");
          return accepted;
        },
      },
    };
    const texts = Array.from({ length: 100 }, (_, n) => `update ${n}`);
    const events = texts.map((text, n) => ({
      kind: "message" as const,
      key: `${who}-${n}`,
      chatId: who,
      at: relay.deps.now(),
      customer: { externalId: who },
      externalId: `${who}-${n}`,
      content: { body: { text, spans: [] }, attachments: [] },
    }));
    await createInboundAcceptor({ ...relay.deps, store }).accept(relay.account, events);
    expect(writes.length).toBeGreaterThan(2);
    expect(writes.join(" ")).not.toContain("begin begin");
    const conversation = await relay.store.conversations.findByExternalChat(relay.account.id, who);
    const rows = await relay.store.messages.journal(relay.portal, {
      ...(conversation && { conversation: conversation.id }),
      after: 0,
      limit: 200,
    });
    expect(rows.map((row) => row.content.body.text)).toEqual(texts);
    if (conversation) await relay.run("in", conversation.id);
    expect(relay.shown(who)).toEqual(texts);
  });

  it("never repeats a call that broke off after it was processed: the line's history tells that it arrived", async () => {
    const conversation = await relay.customerWrites(who, "first");
    await relay.run("in", conversation);
    relay.emulator.faults.add({ kind: "drop-after", method: METHOD, times: 1 });
    await relay.customerWrites(who, "second");
    await relay.customerWrites(who, "third");
    expect((await relay.run("in", conversation)).kind).toBe("later");
    expect(await relay.states(conversation)).toEqual(["in sent: first", "in uncertain: second", "in uncertain: third"]);
    relay.advance(2_000);
    expect(await relay.run("in", conversation)).toEqual({ kind: "idle" });
    expect(await relay.states(conversation)).toEqual(["in sent: first", "in sent: second", "in sent: third"]);
    expect(relay.shown(who)).toEqual(["first", "second", "third"]);
  });

  it("sends again what certainly did not arrive, but not before the portal must have given up", async () => {
    const conversation = await relay.customerWrites(who, "first");
    await relay.run("in", conversation);
    relay.emulator.faults.add({ kind: "drop-before", method: METHOD, times: 1 });
    await relay.customerWrites(who, "second");
    await relay.run("in", conversation);
    relay.advance(5_000);
    expect((await relay.run("in", conversation)).kind).toBe("later");
    expect(relay.shown(who)).toEqual(["first"]);
    relay.advance(70_000);
    expect(await relay.run("in", conversation)).toEqual({ kind: "idle" });
    expect(relay.shown(who)).toEqual(["first", "second"]);
    expect(await relay.states(conversation)).toEqual(["in sent: first", "in sent: second"]);
  });

  it("holds back later messages while an earlier one is in doubt", async () => {
    const conversation = await relay.customerWrites(who, "first");
    await relay.run("in", conversation);
    relay.emulator.faults.add({ kind: "drop-before", method: METHOD, times: 1 });
    await relay.customerWrites(who, "second");
    await relay.run("in", conversation);
    await relay.customerWrites(who, "third");
    relay.advance(5_000);
    await relay.run("in", conversation);
    expect(relay.shown(who)).toEqual(["first"]);
    relay.advance(70_000);
    await relay.run("in", conversation);
    expect(relay.shown(who)).toEqual(["first", "second", "third"]);
  });

  it("leaves the doubt to a person where nobody can be asked, and goes on", async () => {
    relay.emulator.faults.add({ kind: "drop-after", method: METHOD, times: 1 });
    const conversation = await relay.customerWrites(who, "very first");
    await relay.run("in", conversation);
    await relay.customerWrites(who, "next");
    relay.advance(2_000);
    await relay.run("in", conversation);
    expect(await relay.states(conversation)).toEqual(["in uncertain: very first", "in sent: next"]);
    expect(relay.shown(who)).toEqual(["very first", "next"]);
  });

  it("asks the history about rows that a dead worker left behind", async () => {
    const conversation = await relay.customerWrites(who, "first");
    await relay.run("in", conversation);
    await relay.customerWrites(who, "second");
    await relay.diesWhileSending("in", conversation);
    expect((await relay.run("in", conversation)).kind).toBe("later");
    relay.advance(70_000);
    await relay.run("in", conversation);
    expect(relay.shown(who)).toEqual(["first", "second"]);
  });

  it("comes back later while the portal cannot be reached, and loses nothing", async () => {
    const { clientEndpoint } = relay.emulator.portal().portal;
    await relay.movePortal("http://127.0.0.1:9/rest/");
    const conversation = await relay.customerWrites(who, "hello");
    expect((await relay.run("in", conversation)).kind).toBe("later");
    expect(await relay.states(conversation)).toEqual(["in stored: hello"]);
    await relay.movePortal(clientEndpoint);
    relay.advance(5_000);
    await relay.run("in", conversation);
    expect(relay.shown(who)).toEqual(["hello"]);
  });

  it("shows an element's own refusal and goes on with the others", async () => {
    relay.emulator.faults.add({ kind: "element-refused", method: METHOD, nth: 1, times: 1 });
    const conversation = await relay.customerWrites(who, "refused");
    await relay.run("in", conversation);
    await relay.customerWrites(who, "fine");
    await relay.run("in", conversation);
    const [first, second] = await relay.states(conversation);
    expect(first).toBe("in refused: refused");
    expect(second).toBe("in sent: fine");
  });

  it("waits while the account is off or has no line, and goes on when it is woken", async () => {
    await relay.store.accounts.update(relay.portal, relay.account.id, { enabled: false });
    const conversation = await relay.customerWrites(who, "kept");
    expect(await relay.run("in", conversation)).toEqual({ kind: "idle" });
    expect(await relay.states(conversation)).toEqual(["in stored: kept"]);
    await relay.store.accounts.update(relay.portal, relay.account.id, { enabled: true });
    expect(await relay.store.lanes.wakeAll(relay.portal, relay.account.id)).toHaveLength(1);
    await relay.run("in", conversation);
    expect(relay.shown(who)).toEqual(["kept"]);
  });

  it("carries edits and deletions to the same message", async () => {
    const conversation = await relay.customerWrites(who, "helo", { externalId: `${who}-1` });
    await relay.run("in", conversation);
    const at = relay.deps.now();
    const customer = { externalId: who, name: "Maria" };
    await relay.acceptor().accept(relay.account, [
      {
        kind: "edit",
        key: `e:${who}`,
        chatId: who,
        at,
        customer,
        externalId: `${who}-1`,
        content: { body: { text: "hello", spans: [] }, attachments: [] },
      },
    ]);
    await relay.run("in", conversation);
    expect(relay.shown(who)).toEqual(["hello"]);
    await relay
      .acceptor()
      .accept(relay.account, [{ kind: "delete", key: `d:${who}`, chatId: who, at, externalId: `${who}-1` }]);
    await relay.run("in", conversation);
    expect(relay.shown(who)[0]).toMatch(/^\(deleted\)/);
  });

  it("puts an album into one message, and a lost file into words", async () => {
    relay.channel.files.set("here", "bytes");
    const photo = (ref: string) => ({
      body: { text: "", spans: [] },
      attachments: [{ kind: "photo" as const, source: { by: "channel" as const, ref } }],
    });
    const conversation = await relay.customerWrites(who, "", { album: "a", content: photo("here") });
    await relay.customerWrites(who, "", { album: "a", content: photo("lost") });
    expect((await relay.run("in", conversation)).kind).toBe("later");
    relay.advance(1_000);
    await relay.run("in", conversation);
    expect(relay.shown(who)).toEqual(["The file is gone."]);
    expect(relay.emulator.requests.entries({ method: METHOD })).toHaveLength(1);
  });
});
