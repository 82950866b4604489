/** What agents write on our own pages, on its way into the line: crashes, lost answers, and what is kept out of it. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ConversationId, laneOf, messageId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { Relay } from "./harness.ts";

const ANNA = "5";
const SEND = "imconnector.send.messages";
const SAY = "im.message.add";
/** The portal cuts a request at 60 s: what is not there then will not come. */
const LONG_ENOUGH_MS = 70_000;

let relay: Relay;
let customer: string;
let conversation: ConversationId;
let customers = 0;

async function begin(options: Parameters<typeof Relay.start>[0] = {}): Promise<void> {
  relay = await Relay.start({ echo: false, ...options });
  const controls = relay.emulator.portal();
  const { accessToken, refreshToken } = controls.issueTokens({ userId: Number(ANNA) });
  await relay.store.users.remember({
    ...{ portal: relay.portal, userId: ANNA, name: "Anna Agent", admin: false, lastSeenAt: new Date() },
    tokens: { accessToken, refreshToken, expiresAt: new Date(Date.now() + 3_600_000) },
  });
}

/** Somebody new has written, and the line shows it. */
async function customerWrote(text = "Is it in stock?"): Promise<void> {
  relay.emulator.faults.clear();
  relay.resetClock();
  relay.channel.sent.length = 0;
  customers += 1;
  customer = `c${customers}`;
  conversation = await relay.customerWrites(customer, text);
  await relay.run("in", conversation);
}

const writes = (text: string, authorId = ANNA) =>
  relay.deps.replies.write({
    ...{ portal: relay.portal, conversation, clientId: randomUUID(), authorId, at: relay.deps.now() },
    content: { body: plainText(text), attachments: [] },
  });

const chats = () =>
  [...relay.emulator.portal().portal.chats.values()].filter((chat) => chat.externalUserId === customer);

/** The chat of the line in order, with who speaks. */
function line(): string[] {
  const { portal } = relay.emulator.portal();
  return chats().flatMap((chat) =>
    portal
      .chatMessages(chat)
      .map(({ from, authorId, text }) => `${from === "customer" ? "customer" : authorId}: ${text}`),
  );
}

const sent = () => relay.channel.sent.map((message) => message.text);

/** Both lanes, as long as there is something to do. */
async function work(): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    await relay.run("in", conversation);
    await relay.run("out", conversation);
  }
}

const unfinished = () => relay.store.messages.unfinished(laneOf("in", conversation, relay.portal), 10);

describe("beside the channel", () => {
  beforeAll(() => begin());
  afterAll(() => relay.stop());
  beforeEach(() => customerWrote());

  it("keeps its place behind what the customer wrote before, and before what they wrote after", async () => {
    await relay.customerWrites(customer, "Hello?");
    await writes("Yes");
    await relay.customerWrites(customer, "Thanks");
    await work();
    expect(line()).toEqual(["customer: Is it in stock?", "customer: Hello?", "5: Yes", "customer: Thanks"]);
    expect(sent()).toEqual(["Yes"]);
  });

  it("does not hold the customer's answer up when the portal is away", async () => {
    relay.emulator.faults.add({ kind: "status-503", method: SEND, times: 100 });
    await writes("Yes");
    await relay.run("out", conversation);
    expect(sent()).toEqual(["Yes"]);
  });

  it("is found in the history when the answer was lost, and not said twice", async () => {
    relay.emulator.faults.add({ kind: "drop-after", method: SEND, times: 1 });
    await writes("Yes");
    await work();
    relay.advance(10_000);
    await work();
    expect(line()).toEqual(["customer: Is it in stock?", "5: Yes"]);
    expect(await unfinished()).toEqual([]);
    expect(sent()).toEqual(["Yes"]);
  });

  it("is said again once it is certain that it was not", async () => {
    relay.emulator.faults.add({ kind: "drop-before", method: SEND, times: 1 });
    await writes("Yes");
    await work();
    await relay.customerWrites(customer, "Hello?");
    await work();
    expect(line()).toEqual(["customer: Is it in stock?"]);
    relay.advance(LONG_ENOUGH_MS);
    await work();
    expect(line()).toEqual(["customer: Is it in stock?", "5: Yes", "customer: Hello?"]);
    expect(sent()).toEqual(["Yes"]);
  });

  it("is said once although its worker died before the request left", async () => {
    await writes("one");
    await relay.diesWhileSending("in", conversation);
    await work();
    expect(line()).toEqual(["customer: Is it in stock?"]);
    relay.advance(LONG_ENOUGH_MS);
    await work();
    expect(line().slice(1)).toEqual(["5: one"]);
  });

  it("does not hold the conversation up when the history may not be read, nor is it said twice", async () => {
    const error = { status: 403, code: "ACCESS_DENIED", description: "no" };
    relay.emulator.faults.add({ kind: "command-error", method: "imopenlines.session.history.get", times: 10, error });
    relay.emulator.faults.add({ kind: "drop-after", method: SEND, times: 1 });
    await writes("Yes");
    await relay.customerWrites(customer, "Hello?");
    await work();
    relay.advance(10_000);
    await work();
    expect(line()).toEqual(["customer: Is it in stock?", "5: Yes", "customer: Hello?"]);
    expect(await relay.states(conversation)).toEqual(["in sent: Is it in stock?", "out sent: Yes", "in sent: Hello?"]);
  });

  it("waits for the customer where the agent may not reopen the chat, and opens no second one", async () => {
    const [chat] = chats();
    relay.emulator.portal().finishDialog(chat?.id ?? 0);
    await relay.store.conversations.learn(relay.portal, conversation, { open: false });
    const error = { status: 400, code: "ACCESS_DENIED", description: "no" };
    relay.emulator.faults.add({ kind: "command-error", method: "imopenlines.session.start", times: 10, error });
    await writes("It has arrived");
    await work();
    expect(sent()).toEqual(["It has arrived"]);
    expect(line()).toEqual(["customer: Is it in stock?"]);
    expect(chat?.sessionIds).toHaveLength(1);
    await relay.customerWrites(customer, "Great");
    await work();
    expect(line()).toEqual(["customer: Is it in stock?", "5: It has arrived", "customer: Great"]);
    expect([chat?.sessionIds.length, chats().length]).toEqual([2, 1]);
  });

  it("is nowhere to be seen: not in the thread, not in the backlog", async () => {
    const before = await relay.store.messages.backlog(relay.portal, relay.account.id);
    await writes("Yes");
    expect(await relay.states(conversation)).toEqual(["in sent: Is it in stock?", "out stored: Yes"]);
    expect(await relay.store.messages.backlog(relay.portal, relay.account.id)).toBe(before + 1);
    const found = await relay.store.journal.search(relay.portal, {
      conversations: [conversation],
      changes: true,
      limit: 10,
    });
    expect(found.rows.map((row) => row.kind)).toEqual(["message", "message"]);
    expect(await unfinished()).toMatchObject([{ kind: "mirror" }]);
  });

  it("is not put into the line where the rules keep the conversation out of it", async () => {
    const keep = (line: object) => relay.saveRules({ owner: { who: "rules" }, chats: { transfer: { line } } });
    await keep({ otherwise: "deny" });
    await customerWrote("Between us");
    await writes("Just so");
    await work();
    expect(sent()).toEqual(["Just so"]);
    expect(line()).toEqual([]);
    expect(await unfinished()).toEqual([]);
    await keep({ otherwise: "allow" });
  });

  it("is done with when the account has lost its line meanwhile", async () => {
    await writes("Yes");
    await relay.store.accounts.update(relay.portal, relay.account.id, { line: null, connector: null });
    await work();
    expect(await unfinished()).toEqual([]);
    expect(sent()).toEqual(["Yes"]);
  });
});

describe("by the messenger, before the channel", () => {
  beforeAll(() => begin({ voice: "messenger" }));
  afterAll(() => relay.stop());
  beforeEach(() => customerWrote());

  it("goes to the customer once it stands in the line, and not before", async () => {
    relay.emulator.faults.add({ kind: "status-503", method: SAY, times: 1 });
    await writes("Yes");
    await relay.run("out", conversation);
    expect(sent()).toEqual([]);
    await work();
    expect(line()).toEqual(["customer: Is it in stock?", "5: Yes"]);
    expect(sent()).toEqual(["Yes"]);
  });

  it("goes once when the answer was lost: the history, or the event, tells that it stands there", async () => {
    relay.emulator.faults.add({ kind: "drop-after", method: SAY, times: 1 });
    await writes("by the history");
    await relay.run("in", conversation);
    relay.advance(10_000);
    await work();
    expect(sent()).toEqual(["by the history"]);
    relay.resetClock();
    relay.emulator.faults.add({ kind: "drop-after", method: SAY, times: 1 });
    await writes("by the event");
    await relay.run("in", conversation);
    const { portal } = relay.emulator.portal();
    const said = [...portal.messages.values()].at(-1);
    const event = {
      ...({ kind: "message", chatId: conversation, imChatId: String(said?.chatId), authorId: ANNA } as const),
      ...{ imMessageId: String(said?.id), content: { body: plainText("by the event"), attachments: [] } },
    };
    expect(await relay.operatorDoes(event)).toEqual({ kind: "duplicate" });
    await work();
    expect(await relay.operatorDoes(event)).toEqual({ kind: "duplicate" });
    await work();
    expect(sent()).toEqual(["by the history", "by the event"]);
    expect(line().slice(1)).toEqual(["5: by the history", "5: by the event"]);
  });

  it("is refused in words where the portal does not let the agent write, and nothing reaches the customer", async () => {
    const error = { status: 400, code: "ACCESS_ERROR", description: "Action unavailable" };
    relay.emulator.faults.add({ kind: "command-error", method: SAY, times: 1, error });
    await writes("Yes");
    await work();
    expect(sent()).toEqual([]);
    const [row] = await relay.store.messages.journal(relay.portal, { conversation, direction: "out", limit: 1 });
    expect(row).toMatchObject({
      state: "refused",
      error: expect.stringContaining("does not let you write into this chat"),
    });
    expect(relay.emulator.portal().portal.notifications.at(-1)?.userId).toBe(Number(ANNA));
    // A person may send it all the same.
    await relay.store.messages.retry(relay.portal, row?.id ?? messageId(""));
    await work();
    expect(sent()).toEqual(["Yes"]);
  });

  it("is refused when nobody is signed in under that name", async () => {
    await writes("Yes", "7");
    await work();
    expect(sent()).toEqual([]);
    expect(await relay.states(conversation)).toContain("out refused: Yes");
  });
});

describe("what nobody wrote", () => {
  beforeAll(() => begin());
  afterAll(() => relay.stop());
  beforeEach(() => customerWrote());

  const robotSays = (text: string) => {
    const key = `robot:${randomUUID()}`;
    const content = { body: plainText(text), attachments: [] };
    const words = { portal: relay.portal, conversation, content, key, at: relay.deps.now() };
    return relay.deps.replies.speak({ ...words, by: { by: "robot", key } });
  };
  const closeChat = async () => {
    const [chat] = chats();
    relay.emulator.portal().finishDialog(chat?.id ?? 0);
    await relay.store.conversations.learn(relay.portal, conversation, { open: false });
  };

  it("says so in the line, answers nobody, and is no second message when it comes back from there", async () => {
    await relay.store.conversations.learn(relay.portal, conversation, { operator: ANNA, accepted: true });
    await robotSays("Your order is ready");
    await work();
    expect(line()).toEqual(["customer: Is it in stock?", "5: Robot:\nYour order is ready"]);
    const { portal } = relay.emulator.portal();
    const said = [...portal.messages.values()].at(-1);
    const event = {
      ...({ kind: "message", chatId: conversation, imChatId: String(said?.chatId), authorId: ANNA } as const),
      imMessageId: String(said?.id),
    };
    const heard = (text: string) => ({ ...event, content: { body: plainText(text), attachments: [] } });
    expect(await relay.operatorDoes(heard("Robot:\nYour order is ready"))).toEqual({ kind: "duplicate" });
    await work();
    expect(sent()).toEqual(["Your order is ready"]);
    const [desk] = await relay.store.desk.find(relay.portal, [conversation]);
    expect(desk?.desk.waitingSince).toBeDefined();
    // The same words by a person are a message of their own.
    expect(await relay.operatorDoes({ ...heard("Your order is ready"), imMessageId: "999001" })).toMatchObject({
      kind: "stored",
    });
  });

  it("opens no chat: it stands before what the customer answers", async () => {
    await closeChat();
    await robotSays("Rate us");
    await work();
    expect(sent()).toEqual(["Rate us"]);
    expect(line()).toEqual(["customer: Is it in stock?"]);
    await relay.customerWrites(customer, "Five");
    await work();
    expect(line().map((said) => said.slice(said.indexOf(": ") + 2))).toEqual([
      "Is it in stock?",
      "Robot:\nRate us",
      "Five",
    ]);
  });

  it("stands before what an agent writes into a closed chat, and does not hold that up", async () => {
    await closeChat();
    await robotSays("Rate us");
    await work();
    await writes("Anything else?");
    await work();
    expect(line().slice(1)).toEqual(["5: Robot:\nRate us", "5: Anything else?"]);
  });
});
