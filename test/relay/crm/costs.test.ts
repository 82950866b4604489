/** How many commands to the portal a message costs. They share its limits with all that agents and other apps do. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Relay } from "../harness.ts";
import { cardExists, closes, commandsTo, commentsOn, phoneField, runToTheEnd, valuesOf, writes } from "./cards.ts";

let relay: Relay;
let who: string;
let phone: string;
let email: string;
let people = 0;
beforeAll(async () => {
  relay = await Relay.start();
});
beforeEach(() => {
  people += 1;
  who = `customer-${people}`;
  phone = `+7903${String(4_234_000 + people)}`;
  email = `maria${people}@example.com`;
  relay.emulator.faults.clear();
  relay.resetClock();
});
afterAll(() => relay.stop());

/** Asked for once in a minute or more, for all conversations together. */
const DIRECTORIES = [
  ...["crm.settings.mode.get", "crm.status.list", "crm.category.list", "crm.item.fields"],
  ...["user.get", "timeman.status", "department.get"],
];
/** Saves the rules and has the directories read. */
async function warm(chats: object): Promise<void> {
  await relay.saveRules({ owner: { who: "rules" }, chats });
  await writes(relay, `${who}-warm`, "warm the directories", { phone: phone.replace("+7903", "+7908") });
}
/** Commands of the next message alone. */
async function costs(text: string, more: Parameters<typeof writes>[3] = {}): Promise<readonly string[]> {
  relay.emulator.requests.clear();
  await writes(relay, who, text, more);
  return commandsTo(relay.emulator).filter((method) => !DIRECTORIES.includes(method));
}
/** Those of a conversation's later session. */
async function another(): Promise<number> {
  const conversation = await relay.store.conversations.findByExternalChat(relay.account.id, who);
  if (!conversation) throw new Error("nothing was written before");
  await closes(relay, conversation.id);
  return (await costs("and again, another day")).length;
}
const exists = (type: Parameters<typeof cardExists>[1], fields: Record<string, unknown>) =>
  cardExists(relay.emulator, type, fields);

describe("at most six commands for a new person, at most three for a known one", () => {
  it("where a deal and its contact are made", async () => {
    await warm({ creation: { first: "deal" } });
    expect((await costs("hello", { phone })).length).toBeLessThanOrEqual(6);
    expect((await costs("one more thing")).length).toBeLessThanOrEqual(3);
    expect(await another()).toBeLessThanOrEqual(3);
  });

  it("with a phone and an e-mail", async () => {
    await warm({ creation: { first: "deal" } });
    expect((await costs(`hello, ${email}`, { phone })).length).toBeLessThanOrEqual(6);
  });

  it("for somebody who has a lead alone", async () => {
    await warm({});
    expect(await costs("hello", { phone })).toEqual([
      "crm.duplicate.findbycomm",
      "crm.item.add",
      "imconnector.send.messages",
      "crm.timeline.comment.add",
    ]);
    expect(await another()).toBe(2);
  });

  it("for somebody whom the CRM knows and we do not", async () => {
    await warm({});
    const contact = exists("contact", phoneField(phone));
    exists("deal", { contactId: contact.id });
    expect(await costs("hello", { phone })).toEqual([
      "crm.duplicate.findbycomm",
      "crm.item.list",
      "imconnector.send.messages",
      "crm.timeline.comment.add",
    ]);
    expect(await another()).toBeLessThanOrEqual(3);
  });

  it("for somebody who is found by a phone and leaves a new e-mail: what the search has told is not read again", async () => {
    await warm({});
    const contact = exists("contact", phoneField(phone));
    exists("deal", { contactId: contact.id });
    expect(await costs(`hello, my new address is ${email}`, { phone })).toEqual([
      "crm.duplicate.findbycomm",
      "crm.duplicate.findbycomm",
      "crm.item.list",
      "imconnector.send.messages",
      "crm.timeline.comment.add",
      "crm.item.update",
    ]);
    expect(valuesOf(contact)).toEqual([phone, email]);
    expect((await costs(`did you get it? ${email}`)).length).toBeLessThanOrEqual(3);
    expect(await another()).toBeLessThanOrEqual(3);
    expect(valuesOf(contact)).toEqual([phone, email]);
  });

  it("for somebody who is found by an e-mail and leaves a new phone", async () => {
    await warm({});
    const lead = exists("lead", { fm: [{ typeId: "EMAIL", valueType: "WORK", value: email }] });
    expect((await costs(`call me: ${phone}`, { email })).length).toBeLessThanOrEqual(6);
    expect(valuesOf(lead)).toEqual([email, phone]);
  });

  it("and where the portal answers after it has done it, the card is read before anything is added again", async () => {
    await warm({});
    const contact = exists("contact", phoneField(phone));
    relay.emulator.faults.add({ kind: "drop-after", method: "crm.item.update", times: 1 });
    const conversation = await writes(relay, who, `my new address is ${email}`, { phone });
    await runToTheEnd(relay, conversation);
    expect(valuesOf(contact)).toEqual([phone, email]);
  });
});

describe("where both the deal and the lead get the comment", () => {
  /**
   * The second comment is a command more, so that the first message of a known person's session costs four. The question
   * for the contact's deals is what could be saved, and is not: it finds the deal that somebody made by hand. The portal
   * would tell of one (ONCRMDEALADD), but sends an event once and loses it when we do not answer, and nothing shows
   * that one was lost: the comment would then go into an older deal and nobody would know why.
   */
  it("it is a command more at the beginning of a session, and none later", async () => {
    await warm({ comments: { priority: "both" } });
    const contact = exists("contact", phoneField(phone));
    exists("lead", phoneField(phone));
    exists("deal", { contactId: contact.id });
    expect((await costs("hello", { phone })).length).toBeLessThanOrEqual(6);
    expect((await costs("one more thing")).length).toBe(3);
    expect(await another()).toBe(4);
  });

  it("the question for deals is worth it: one that nobody told of takes the comment", async () => {
    await warm({ comments: { priority: "both" } });
    const contact = exists("contact", phoneField(phone));
    const conversation = await writes(relay, who, "hello", { phone });
    expect(commentsOn(relay.emulator, "contact", contact.id)).toHaveLength(1);
    await closes(relay, conversation);
    const byHand = exists("deal", { contactId: contact.id });
    await writes(relay, who, "about the new order");
    expect(commentsOn(relay.emulator, "deal", byHand.id).join()).toContain("about the new order");
  });
});
