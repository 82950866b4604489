/** A chat that is over and that nobody answered: what becomes of the card that was made for it. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ConversationId } from "../../../src/domain/ids.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { applyLineEvent } from "../../../src/relay/line-events.ts";
import { Relay } from "../harness.ts";
import { cardExists, cardsWith, commandsTo, commentsOn, runToTheEnd, writes } from "./cards.ts";

const HOUR_MS = 3_600_000;
const TITLES = {
  chat: { lead: "Chat with {{ name }}", deal: "Deal with {{ name }}" },
  missed: { lead: "Unanswered: {{ name }}", deal: "Unanswered deal: {{ name }}" },
};
let relay: Relay;
let who: string;
let phone: string;
let people = 0;
beforeAll(async () => {
  relay = await Relay.start();
});
beforeEach(async () => {
  people += 1;
  who = `unanswered-${people}`;
  phone = `+7906${String(3_234_000 + people)}`;
  relay.resetClock();
  relay.emulator.faults.clear();
  relay.channel.answers = [];
  await hasLine(true);
  await own({});
});
afterAll(() => relay.stop());

const own = (chats: object) => relay.saveRules({ owner: { who: "rules" }, chats: { titles: TITLES, ...chats } });
const hasLine = (line: boolean) =>
  relay.store.accounts.update(
    relay.portal,
    relay.account.id,
    line ? { line: "1", connector: "threadline_fake" } : { line: null, connector: null },
  );
const leads = () => cardsWith(relay.emulator, "lead", phone);
const titles = () => leads().map((lead) => lead.fields.title);
const conversationNow = async (id: ConversationId) => {
  const found = await relay.store.conversations.find(relay.portal, id);
  if (!found) throw new Error("no conversation");
  return found;
};
const begins = () => writes(relay, who, "hello, is anybody there?", { phone });

/** The portal tells that the chat was closed. */
async function isClosed(conversation: ConversationId): Promise<void> {
  const { sessionId } = await conversationNow(conversation);
  await applyLineEvent(relay.deps, {
    kind: "dialog-finished",
    portal: relay.portal,
    chatId: conversation,
    ...(sessionId !== undefined && { sessionId }),
  });
}
async function closes(conversation: ConversationId): Promise<void> {
  await isClosed(conversation);
  await runToTheEnd(relay, conversation);
}
/** Somebody, or the line itself, writes in the portal's chat. */
async function writesInLine(conversation: ConversationId, text: string, authorId?: string): Promise<void> {
  const { imChatId } = await conversationNow(conversation);
  await relay.operatorDoes({
    kind: "message",
    chatId: conversation,
    imChatId: String(imChatId),
    imMessageId: randomUUID(),
    authorId,
    content: { body: plainText(text), attachments: [] },
  });
  await relay.run("out", conversation);
}
const steps = async (conversation: ConversationId) =>
  (await relay.store.decisions.ofConversation(relay.portal, conversation, 10)).flatMap((decision) =>
    decision.steps.filter((step) => step.name.startsWith("missed:")),
  );

describe("a chat that is closed", () => {
  it("without an answer is called so, once, and told beside the decision", async () => {
    const conversation = await begins();
    expect(titles()).toEqual(["Chat with Maria"]);
    await closes(conversation);
    expect(titles()).toEqual(["Unanswered: Maria"]);
    const id = String(leads()[0]?.id);
    expect(await steps(conversation)).toMatchObject([{ name: `missed:lead:${id}`, end: { kind: "done", id } }]);
    // What was said stays what was written down.
    expect(commentsOn(relay.emulator, "lead", Number(id)).join()).toContain("is anybody there?");
  });

  it("after a person answered keeps its title", async () => {
    const conversation = await begins();
    await writesInLine(conversation, "good day", "5");
    await closes(conversation);
    expect(titles()).toEqual(["Chat with Maria"]);
    expect(await steps(conversation)).toEqual([]);
  });

  it("after a greeting of the line and the texts of a bot counts as unanswered", async () => {
    const conversation = await begins();
    await writesInLine(conversation, "Welcome! We answer within a minute.");
    const bot = relay.emulator.portal().addBot("Lina");
    await writesInLine(conversation, "I am the bot. How can I help?", String(bot.id));
    await closes(conversation);
    expect(titles()).toEqual(["Unanswered: Maria"]);
  });

  it("after somebody wrote of whom nobody can tell what they are keeps its title", async () => {
    const conversation = await begins();
    const error = { status: 403, code: "insufficient_scope", description: "x" };
    for (const method of ["im.user.list.get", "user.get"])
      relay.emulator.faults.add({ kind: "command-error", method, error, times: 5 });
    await writesInLine(conversation, "hello", "888");
    await closes(conversation);
    expect(titles()).toEqual(["Chat with Maria"]);
  });

  it("after an answer that did not reach the customer counts as unanswered", async () => {
    const conversation = await begins();
    relay.channel.answers = [{ kind: "refused", code: "blocked", sentence: "The customer has blocked us." }];
    await writesInLine(conversation, "good day", "5");
    await closes(conversation);
    expect(titles()).toEqual(["Unanswered: Maria"]);
  });

  it("after an answer from the account's own phone keeps its title", async () => {
    const conversation = await begins();
    await relay.customerWrites(who, "on my way", {
      customer: { externalId: who, name: "Maria", phone },
      fromDevice: true,
    });
    await relay.run("in", conversation);
    await closes(conversation);
    expect(titles()).toEqual(["Chat with Maria"]);
  });

  it("without an answer keeps a title that somebody gave it meanwhile, and tells so", async () => {
    const conversation = await begins();
    Object.assign(leads()[0]?.fields ?? {}, { title: "Maria from the fair" });
    await closes(conversation);
    expect(titles()).toEqual(["Maria from the fair"]);
    expect(await steps(conversation)).toMatchObject([{ end: { kind: "done" } }]);
    expect((await steps(conversation))[0]?.end).not.toHaveProperty("id");
  });

  it("without an answer changes no card that was there before", async () => {
    const old = cardExists(relay.emulator, "lead", { fm: [{ typeId: "PHONE", valueType: "WORK", value: phone }] });
    const conversation = await begins();
    await closes(conversation);
    expect(old.fields.title).toBe("An old lead");
    expect(await steps(conversation)).toEqual([]);
  });

  it("without an answer keeps its title where the rules have none for it", async () => {
    await own({ titles: { ...TITLES, missed: { lead: " ", deal: "" } } });
    const conversation = await begins();
    await closes(conversation);
    expect(titles()).toEqual(["Chat with Maria"]);
    expect(await steps(conversation)).toEqual([]);
  });

  it("calls a deal by its own template, and its contact stays", async () => {
    await own({ creation: { first: "deal" } });
    const conversation = await begins();
    await closes(conversation);
    const [contact] = cardsWith(relay.emulator, "contact", phone);
    const deals = [...(relay.emulator.portal().portal.crm.items.get(2)?.values() ?? [])];
    const [deal] = deals.filter((one) => Number(one.fields.contactId) === contact?.id);
    expect(deal?.fields.title).toBe("Unanswered deal: Maria");
    expect(contact?.fields.name).toBe("Maria");
  });
});

describe("an unanswered chat", () => {
  it("is judged once: closed twice, opened again and closed, the title that it has then stays", async () => {
    const conversation = await begins();
    await closes(conversation);
    await closes(conversation);
    Object.assign(leads()[0]?.fields ?? {}, { title: "Chat with Maria" });
    await relay.store.conversations.learn(relay.portal, conversation, { open: true });
    await closes(conversation);
    expect(titles()).toEqual(["Chat with Maria"]);
    expect(await steps(conversation)).toHaveLength(1);
  });

  it("that was opened again and answered before anybody judged it counts as answered", async () => {
    const conversation = await begins();
    await isClosed(conversation);
    await writesInLine(conversation, "sorry, here I am", "5");
    await runToTheEnd(relay, conversation);
    expect(titles()).toEqual(["Chat with Maria"]);
  });

  it("is judged once also where somebody's answer was on its way, and did not arrive in the end", async () => {
    const conversation = await begins();
    const { imChatId } = await conversationNow(conversation);
    await relay.operatorDoes({
      kind: "message",
      chatId: conversation,
      imChatId: String(imChatId),
      imMessageId: randomUUID(),
      authorId: "5",
      content: { body: plainText("good day"), attachments: [] },
    });
    await closes(conversation);
    relay.channel.answers = [{ kind: "refused", code: "blocked", sentence: "The customer has blocked us." }];
    await relay.run("out", conversation);
    await closes(conversation);
    expect(titles()).toEqual(["Chat with Maria"]);
  });

  it("is judged although the next session has begun by then, and by what was said before it", async () => {
    await own({ creation: { repeat: "lead", reuseOpen: false } });
    const conversation = await begins();
    await isClosed(conversation);
    await relay.customerWrites(who, "hello again", { customer: { externalId: who, name: "Maria", phone } });
    await relay.run("in", conversation);
    await writesInLine(conversation, "good day", "5");
    await closes(conversation);
    expect(titles()).toEqual(["Unanswered: Maria", "Chat with Maria"]);
  });

  it("is renamed once although the answer of the portal was lost, or it was away", async () => {
    const conversation = await begins();
    relay.emulator.faults.add({ kind: "drop-after", method: "crm.item.update", times: 1 });
    relay.emulator.faults.add({ kind: "status-503", method: "crm.item.get", times: 2 });
    await closes(conversation);
    expect(titles()).toEqual(["Unanswered: Maria"]);
    expect(await steps(conversation)).toMatchObject([{ end: { kind: "done" } }]);
  });

  it.each(["before", "after"])("is renamed although a worker died %s the title was written", async (when) => {
    const conversation = await begins();
    const [lead] = leads();
    const decision = await relay.store.decisions.current(relay.portal, conversation);
    if (!decision) throw new Error("no decision");
    await relay.store.decisions.beginStep(relay.portal, decision.id, `missed:lead:${lead?.id}`);
    if (when === "after") Object.assign(lead?.fields ?? {}, { title: "Unanswered: Maria" });
    relay.emulator.requests.clear();
    await closes(conversation);
    expect(titles()).toEqual(["Unanswered: Maria"]);
    expect(await steps(conversation)).toMatchObject([{ end: { kind: "done", id: String(lead?.id) } }]);
    const updates = commandsTo(relay.emulator).filter((method) => method === "crm.item.update");
    expect(updates).toHaveLength(when === "after" ? 0 : 1);
  });

  it("whose title somebody changed after a worker had died keeps that one", async () => {
    const conversation = await begins();
    const [lead] = leads();
    const decision = await relay.store.decisions.current(relay.portal, conversation);
    if (!decision) throw new Error("no decision");
    await relay.store.decisions.beginStep(relay.portal, decision.id, `missed:lead:${lead?.id}`);
    Object.assign(lead?.fields ?? {}, { title: "Maria from the fair" });
    await closes(conversation);
    expect(titles()).toEqual(["Maria from the fair"]);
  });

  it("costs no question about people who need none, and leaves answered ones alone", async () => {
    const conversation = await begins();
    relay.emulator.requests.clear();
    await closes(conversation);
    expect(commandsTo(relay.emulator).filter((method) => /^crm\.item|^user/.test(method))).toEqual([
      "crm.item.get",
      "crm.item.update",
    ]);
  });

  it("was none where the customer only answered what we had written first", async () => {
    const begun = await relay.store.messages.acceptFirst({
      portal: relay.portal,
      account: relay.account.id,
      chatId: who,
      customer: { externalId: who, name: "Maria", phone },
      content: { body: plainText("Your table is ready."), attachments: [] },
      originKey: `surface:${who}`,
      origin: { by: "surface", clientId: who, authorId: "5" },
      sentAt: relay.deps.now(),
    });
    if (begun.kind !== "stored") throw new Error(begun.kind);
    await relay.run("out", begun.conversation);
    const conversation = await writes(relay, who, "thanks!", { phone });
    await closes(conversation);
    expect(titles()).toEqual(["Chat with Maria"]);
  });
});

describe("a session that nobody closed", () => {
  it("is not judged: not before it was delivered, and not while it is open", async () => {
    const error = { status: 400, code: "NOT_ACTIVE_LINE", description: "The line is off" };
    relay.emulator.faults.add({ kind: "command-error", method: "imconnector.send.messages", error, times: 1 });
    const conversation = await relay.customerWrites(who, "hello", {
      customer: { externalId: who, name: "Maria", phone },
    });
    await relay.run("in", conversation);
    expect((await conversationNow(conversation)).open).toBe(false);
    expect(titles()).toEqual(["Chat with Maria"]);
    relay.emulator.faults.clear();
    relay.advance(HOUR_MS);
    await runToTheEnd(relay, conversation);
    relay.advance(30 * HOUR_MS);
    await runToTheEnd(relay, conversation);
    expect(titles()).toEqual(["Chat with Maria"]);
    await closes(conversation);
    expect(titles()).toEqual(["Unanswered: Maria"]);
  });
});

describe("outside any line", () => {
  const keptOut = { transfer: { line: { otherwise: "deny" } } };
  beforeEach(async () => {
    await hasLine(false);
    await own(keptOut);
  });

  it("a day of silence ends it: somebody comes back for it, and calls it unanswered", async () => {
    const conversation = await relay.customerWrites(who, "hello", {
      customer: { externalId: who, name: "Maria", phone },
    });
    const drained = await relay.run("in", conversation);
    if (drained.kind !== "later") throw new Error("nobody comes back");
    expect(drained.at.getTime() - relay.deps.now().getTime()).toBeGreaterThan(23 * HOUR_MS);
    relay.advance(25 * HOUR_MS);
    await runToTheEnd(relay, conversation);
    expect(titles()).toEqual(["Unanswered: Maria"]);
  });

  it("an answer from a surface of ours is one", async () => {
    const conversation = await begins();
    await relay.store.messages.acceptReply({
      portal: relay.portal,
      conversation,
      kind: "message",
      originKey: `surface:${who}`,
      origin: { by: "surface", clientId: who, authorId: "5" },
      content: { body: plainText("good day"), attachments: [] },
      sentAt: relay.deps.now(),
    });
    await relay.run("out", conversation);
    relay.advance(25 * HOUR_MS);
    await runToTheEnd(relay, conversation);
    expect(titles()).toEqual(["Chat with Maria"]);
  });

  it("a request is no chat, and is never unanswered", async () => {
    (relay.channel.capabilities as { oneWay?: unknown }).oneWay = {};
    try {
      const conversation = await begins();
      relay.advance(25 * HOUR_MS);
      await runToTheEnd(relay, conversation);
      expect(titles()).not.toContain("Unanswered: Maria");
      expect(await steps(conversation)).toEqual([]);
    } finally {
      delete (relay.channel.capabilities as { oneWay?: unknown }).oneWay;
    }
  });
});
