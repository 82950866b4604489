/** A conversation that somebody moves to another card, and what the portal itself has linked it to. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ConversationId } from "../../../src/domain/ids.ts";
import type { LinkedEntity } from "../../../src/domain/person.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { linkThatDiffers } from "../../../src/relay/crm/portal-link.ts";
import { Relay } from "../harness.ts";

let relay: Relay;
let who: string;
let phone: string;
let people = 0;
beforeAll(async () => {
  relay = await Relay.start();
});
beforeEach(() => {
  people += 1;
  who = `mover-${people}`;
  phone = `+7904${String(1_234_000 + people)}`;
});
afterAll(() => relay.stop());

const crm = () => relay.emulator.portal().portal.crm;
const TYPES = { lead: 1, deal: 2, contact: 3 } as const;
type Type = keyof typeof TYPES;
const exists = (type: Type, fields: Record<string, unknown> = {}) =>
  crm().add(TYPES[type], { title: `An old ${type}`, ...fields }, 1, Date.now()).id;
const withPhone = () => ({ fm: [{ typeId: "PHONE", valueType: "WORK", value: phone }] });
const lastId = (type: Type) => Math.max(0, ...(crm().items.get(TYPES[type])?.keys() ?? []));
const countOf = (type: Type) => crm().items.get(TYPES[type])?.size ?? 0;
const comments = (type: Type, id: number) =>
  crm()
    .comments.filter((comment) => comment.entityType === type && comment.entityId === id)
    .map((comment) => comment.text)
    .join("\n");
const rules = (chats: object) => relay.saveRules({ owner: { who: "rules" }, chats });

async function writes(text: string): Promise<ConversationId> {
  const conversation = await relay.customerWrites(who, text, { customer: { externalId: who, name: "Maria", phone } });
  await relay.run("in", conversation);
  return conversation;
}

async function agentWrites(conversation: ConversationId, text: string): Promise<void> {
  const { imChatId } = (await relay.store.conversations.find(relay.portal, conversation)) ?? {};
  await relay.operatorDoes({
    kind: "message",
    chatId: conversation,
    imChatId: String(imChatId),
    imMessageId: `${who}-${text}`,
    content: { body: plainText(text), attachments: [] },
  });
  await relay.run("out", conversation);
  await relay.run("in", conversation);
}

const decisionOf = async (conversation: ConversationId) => {
  const found = await relay.store.decisions.current(relay.portal, conversation);
  if (!found) throw new Error("no decision");
  return found;
};
const card = (type: Type, id: number): LinkedEntity => ({
  type,
  id: String(id),
  why: "admin",
  title: "Chosen",
  open: true,
  lastActiveAt: new Date(),
  freshAt: new Date(),
});

/** As the API does it. */
async function moves(conversation: ConversationId, to: LinkedEntity): Promise<string> {
  const { person } = await decisionOf(conversation);
  const change = await relay.store.people.chooseCard(relay.portal, "1", person, to);
  if (change.kind !== "done") throw new Error(change.kind);
  await relay.store.decisions.renew(relay.portal, conversation);
  await relay.run("in", conversation);
  return change.entry;
}

describe("a conversation that is moved", () => {
  it("goes on in the chosen card, replies too, and makes nothing", async () => {
    await rules({ creation: { first: "lead", repeat: "lead", reuseOpen: false } });
    const conversation = await writes("hello");
    const lead = lastId("lead");
    expect(comments("lead", lead)).toContain("hello");
    const deal = exists("deal");
    const before = [countOf("lead"), countOf("deal"), countOf("contact")];

    await moves(conversation, card("deal", deal));
    const { decision } = await decisionOf(conversation);
    expect(decision).toMatchObject({
      create: { kind: "nothing" },
      targets: [{ type: "deal", id: String(deal) }],
      reasons: expect.arrayContaining([expect.objectContaining({ code: "target-chosen" })]),
    });
    await agentWrites(conversation, "I am looking into it");
    await writes("thank you");
    expect(comments("deal", deal)).toContain("I am looking into it");
    expect(comments("deal", deal)).toContain("thank you");
    expect(comments("deal", deal)).not.toContain("hello");
    expect(comments("lead", lead)).not.toContain("thank you");

    // Another day the session is another one, and the choice stands.
    await relay.store.conversations.learn(relay.portal, conversation, { open: false });
    await writes("me again");
    expect(comments("deal", deal)).toContain("me again");
    expect([countOf("lead"), countOf("deal"), countOf("contact")]).toEqual(before);
    expect(await relay.store.decisions.ofConversation(relay.portal, conversation, 10)).toHaveLength(3);
  });

  it("goes where it went before when the move is taken back", async () => {
    await rules({ creation: { first: "lead", repeat: "nothing" } });
    const conversation = await writes("hello");
    const lead = lastId("lead");
    const deal = exists("deal");
    const entry = await moves(conversation, card("deal", deal));
    await relay.store.people.undo(relay.portal, "1", entry);
    await relay.store.decisions.renew(relay.portal, conversation);
    await writes("still the lead");
    expect(comments("lead", lead)).toContain("still the lead");
    expect(comments("deal", deal)).toBe("");
  });
});

describe("what the portal has linked the chat to", () => {
  const asked = () =>
    relay.emulator.requests
      .entries({})
      .flatMap((entry) => entry.commands ?? [])
      .filter((one) => one.method === "imopenlines.dialog.get").length;

  it("is read once a session, and agrees where the portal found the card by its phone", async () => {
    await rules({ creation: { first: "lead" } });
    relay.emulator.requests.clear();
    const conversation = await writes("hello");
    expect(asked()).toBe(0);
    await writes("one");
    const decision = await decisionOf(conversation);
    expect(decision.portalLink).toMatchObject({ lead: String(lastId("lead")) });
    expect(linkThatDiffers(decision)).toBeUndefined();
    await writes("one more");
    await writes("and one more");
    expect(asked()).toBe(1);
  });

  it("is kept with the decision where it differs, and stays with one that is made anew", async () => {
    await rules({ creation: { repeat: "nothing" }, comments: { priority: "deals" } });
    const contact = exists("contact", withPhone());
    const deal = exists("deal", { contactId: contact });
    relay.emulator.requests.clear();
    const conversation = await writes("hello");
    expect(comments("deal", deal)).toContain("hello");
    for (const chat of relay.emulator.portal().portal.chats.values())
      if (chat.crm.contact === contact) Object.assign(chat.crm, { deal: 0 });
    await writes("one more");
    expect(linkThatDiffers(await decisionOf(conversation))).toEqual([{ type: "contact", id: String(contact) }]);
    await relay.store.decisions.renew(relay.portal, conversation);
    await writes("and one more");
    expect((await decisionOf(conversation)).portalLink).toEqual({ contact: String(contact) });
    expect(asked()).toBe(1);
  });

  it("is not asked for again when the portal does not tell", async () => {
    await rules({ creation: { first: "lead" } });
    relay.emulator.requests.clear();
    relay.emulator.faults.add({
      kind: "command-error",
      method: "imopenlines.dialog.get",
      error: { status: 400, code: "ACCESS_ERROR", description: "You do not have access to the specified dialog" },
      times: 5,
    });
    const conversation = await writes("hello");
    await writes("one more");
    relay.emulator.faults.clear();
    expect(asked()).toBe(1);
    const decision = await decisionOf(conversation);
    expect(decision.portalLink).toBeNull();
    expect(linkThatDiffers(decision)).toBeUndefined();
  });
});
