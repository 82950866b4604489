/** Whoever has a chat is responsible for its card, and the other way round: what stands in the emulated portal afterwards. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ConversationId } from "../../../src/domain/ids.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import type { CrmItem } from "../../emulators/portal/model.ts";
import { Relay } from "../harness.ts";
import { cardExists, cardsWith, commandsTo, phoneField, runToTheEnd, writes } from "./cards.ts";

const [ADMIN, ANNA, BORIS] = [1, 5, 7];
const MINUTE_MS = 60_000;
let relay: Relay;
let who: string;
let phone: string;
let people = 0;
let at: Date;
beforeAll(async () => {
  relay = await Relay.start();
  await relay.store.portals.update(relay.portal, { userId: String(ADMIN) });
});
beforeEach(async () => {
  people += 1;
  who = `transfer-${people}`;
  phone = `+7907${String(3_234_000 + people)}`;
  at = new Date("2026-11-28T10:00:00Z");
  relay.resetClock();
  relay.emulator.faults.clear();
  await follow(true);
});
afterAll(() => relay.stop());

const follow = (followTransfers: boolean) =>
  relay.saveRules({ owner: { who: "rules" }, chats: { responsible: { followTransfers } } });
const lead = (): CrmItem => {
  const [found] = cardsWith(relay.emulator, "lead", phone);
  if (!found) throw new Error("no lead");
  return found;
};
const responsible = () => Number(lead().fields.assignedById);
const controls = () => relay.emulator.portal();
const chatOf = async (conversation: ConversationId) => {
  const found = await relay.store.conversations.find(relay.portal, conversation);
  return Number(found?.imChatId);
};
const operator = async (conversation: ConversationId) =>
  controls().portal.chats.get(await chatOf(conversation))?.ownerId;
/** A minute later than whatever happened before. */
const next = () => {
  at = new Date(at.getTime() + MINUTE_MS);
  return at;
};
const begins = (chat = who) => writes(relay, chat, "hello", { phone });
const runs = (conversation: ConversationId) => runToTheEnd(relay, conversation);

/** The portal tells of a text in the chat: of an operator, or its own (without an author). */
async function isToldOf(conversation: ConversationId, author?: number, when = next()): Promise<void> {
  await relay.operatorDoes({
    kind: "message",
    chatId: conversation,
    imChatId: String(await chatOf(conversation)),
    imMessageId: randomUUID(),
    ...(author !== undefined && { authorId: String(author) }),
    content: { body: plainText("good day"), attachments: [] },
  });
  await relay.deps.belonging.heardOfChat(relay.portal, conversation, when, author?.toString());
}
async function takes(conversation: ConversationId, person: number): Promise<void> {
  controls().operatorAccepts(await chatOf(conversation), person);
  await isToldOf(conversation, person);
  await runs(conversation);
}
async function passes(conversation: ConversationId, person: number, when = next()): Promise<void> {
  controls().operatorTransfers(await chatOf(conversation), person);
  await isToldOf(conversation, undefined, when);
}
/** Somebody changes the responsible person in the CRM, and the portal tells so. */
async function reassigns(card: CrmItem, person: number, when = next()): Promise<void> {
  controls().portal.crm.update(card, { assignedById: person }, ADMIN, Date.now());
  await tells(card, when);
}
const tells = (card: CrmItem, when = next()) =>
  relay.deps.belonging.heardOfCard(relay.portal, card.entityTypeId === 1 ? "lead" : "deal", String(card.id), when);
const follows = async (conversation: ConversationId) =>
  (await relay.store.decisions.current(relay.portal, conversation))?.steps.filter(({ name }) =>
    name.startsWith("follow:"),
  );
const written = () =>
  commandsTo(relay.emulator).filter((method) =>
    ["crm.item.update", "imopenlines.operator.transfer", "imopenlines.session.intercept"].includes(method),
  );

describe("from the chat to the card", () => {
  it("whoever takes the chat becomes responsible, and whoever it is passed on to after them", async () => {
    const conversation = await begins();
    expect(responsible()).toBe(ADMIN);
    await takes(conversation, ANNA);
    expect(responsible()).toBe(ANNA);
    await passes(conversation, BORIS);
    await runs(conversation);
    expect(responsible()).toBe(BORIS);
    expect(await follows(conversation)).toMatchObject([
      { name: `follow:0:lead:${lead().id}:${ANNA}`, end: { kind: "done", id: String(ANNA) } },
      { name: `follow:1:lead:${lead().id}:${BORIS}`, end: { kind: "done", id: String(BORIS) } },
    ]);
  });

  it("a transfer that nobody wrote after is noticed with the customer's next message, minutes later", async () => {
    const conversation = await begins();
    await takes(conversation, ANNA);
    controls().operatorTransfers(await chatOf(conversation), BORIS);
    await writes(relay, who, "are you there?");
    expect(responsible()).toBe(ANNA);
    relay.advance(6 * MINUTE_MS);
    await writes(relay, who, "hello?");
    expect(responsible()).toBe(BORIS);
  });

  it("a deal that was there before follows, its contact does not, and nothing once it is closed", async () => {
    const contact = cardExists(relay.emulator, "contact", { ...phoneField(phone), assignedById: ADMIN });
    const deal = cardExists(relay.emulator, "deal", { contactId: contact.id, assignedById: ADMIN });
    const conversation = await begins();
    await takes(conversation, ANNA);
    expect([deal, contact].map((card) => Number(card.fields.assignedById))).toEqual([ANNA, ADMIN]);
    controls().portal.crm.update(deal, { stageId: "WON" }, ADMIN, Date.now());
    await passes(conversation, BORIS);
    await runs(conversation);
    expect(Number(deal.fields.assignedById)).toBe(ANNA);
  });

  it("nobody is responsible for a chat that a bot has, or nobody", async () => {
    const conversation = await begins();
    await isToldOf(conversation);
    await runs(conversation);
    expect(responsible()).toBe(ADMIN);
    const session = controls().portal.chats.get(await chatOf(conversation));
    controls().operatorAccepts(session?.id ?? 0, ANNA);
    const bot = relay.emulator.portal().addBot("Lina");
    Object.assign(session ?? {}, { ownerId: bot.id });
    await isToldOf(conversation, bot.id);
    await runs(conversation);
    expect(responsible()).toBe(ADMIN);
  });

  it("writes nothing where the line has done it by its own setting", async () => {
    const conversation = await begins();
    controls().operatorAccepts(await chatOf(conversation), ANNA);
    controls().portal.crm.update(lead(), { assignedById: ANNA }, ANNA, Date.now());
    relay.emulator.requests.clear();
    await isToldOf(conversation, ANNA);
    await runs(conversation);
    expect([responsible(), written()]).toEqual([ANNA, []]);
  });

  it("asks and writes nothing where the rules do not follow", async () => {
    await follow(false);
    const conversation = await begins();
    await isToldOf(conversation);
    await runs(conversation);
    relay.advance(10 * MINUTE_MS);
    relay.emulator.requests.clear();
    controls().operatorTransfers(await chatOf(conversation), ANNA);
    await isToldOf(conversation, ANNA);
    await reassigns(lead(), BORIS);
    await runs(conversation);
    expect([responsible(), written()]).toEqual([BORIS, []]);
    expect(commandsTo(relay.emulator)).not.toContain("crm.item.list");
  });

  it("stops at once when it is switched off, also for chats that are open", async () => {
    const conversation = await begins();
    await takes(conversation, ANNA);
    await passes(conversation, BORIS);
    await follow(false);
    await runs(conversation);
    relay.advance(10 * MINUTE_MS);
    await writes(relay, who, "hello?");
    expect(responsible()).toBe(ANNA);
  });
});

describe("from the card to the chat", () => {
  it("an open chat is passed on to whoever is made responsible", async () => {
    const conversation = await begins();
    await takes(conversation, ANNA);
    await reassigns(lead(), BORIS);
    await runs(conversation);
    expect([await operator(conversation), responsible()]).toEqual([BORIS, BORIS]);
    expect(await follows(conversation)).toMatchObject([{}, { name: `follow:1:chat:${BORIS}`, end: { kind: "done" } }]);
  });

  it("whoever acts for us takes it, because nobody can pass a chat to themselves", async () => {
    const conversation = await begins();
    await takes(conversation, ANNA);
    relay.emulator.requests.clear();
    await reassigns(lead(), ADMIN);
    await runs(conversation);
    expect([await operator(conversation), written()]).toEqual([ADMIN, ["imopenlines.session.intercept"]]);
  });

  it("a change of something else in the card passes nothing on, and costs one question", async () => {
    const conversation = await begins();
    await takes(conversation, ANNA);
    controls().portal.crm.update(lead(), { comments: "VIP" }, ADMIN, Date.now());
    relay.emulator.requests.clear();
    await tells(lead());
    await runs(conversation);
    expect(await operator(conversation)).toBe(ANNA);
    expect(commandsTo(relay.emulator)).toEqual(["crm.item.list"]);
  });

  it("a closed chat stays closed", async () => {
    const conversation = await begins();
    await takes(conversation, ANNA);
    controls().finishDialog(await chatOf(conversation));
    await relay.store.conversations.learn(relay.portal, conversation, { open: false });
    relay.emulator.requests.clear();
    await reassigns(lead(), BORIS);
    await runs(conversation);
    expect(written()).toEqual([]);
  });

  it("that the portal refuses is told beside the decision, and not tried for ever", async () => {
    const conversation = await begins();
    await takes(conversation, ANNA);
    const error = { status: 400, code: "OPERATOR_WRONG", description: "You cannot redirect to this operator" };
    relay.emulator.faults.add({ kind: "command-error", method: "imopenlines.operator.transfer", error, times: 1 });
    await reassigns(lead(), BORIS);
    await runs(conversation);
    await tells(lead());
    await runs(conversation);
    expect([await operator(conversation), responsible()]).toEqual([ANNA, BORIS]);
    expect((await follows(conversation))?.at(-1)).toMatchObject({ end: { kind: "refused" } });
    await passes(conversation, ANNA);
    await runs(conversation);
    expect(responsible()).toBe(BORIS);
  });
});

describe("both", () => {
  it.each([
    { first: "chat", last: "card", chat: ANNA, card: BORIS, wins: BORIS },
    { first: "card", last: "chat", chat: BORIS, card: ANNA, wins: BORIS },
  ])(
    "changed, the $first first and the $last after it: the last change counts",
    async ({ first, chat, card, wins }) => {
      const conversation = await begins();
      await takes(conversation, ADMIN);
      const [earlier, later] = [next(), next()];
      // Told in the other order than they happened.
      if (first === "chat") {
        await reassigns(lead(), card, later);
        await passes(conversation, chat, earlier);
      } else {
        await passes(conversation, chat, later);
        await reassigns(lead(), card, earlier);
      }
      await runs(conversation);
      expect([await operator(conversation), responsible()]).toEqual([wins, wins]);
    },
  );

  it("our own writes come back and change nothing more", async () => {
    const conversation = await begins();
    await takes(conversation, ANNA);
    relay.emulator.requests.clear();
    await tells(lead());
    await isToldOf(conversation);
    await runs(conversation);
    await reassigns(lead(), BORIS);
    await runs(conversation);
    for (let round = 0; round < 3; round += 1) {
      await isToldOf(conversation);
      await tells(lead());
      await runs(conversation);
      relay.advance(6 * MINUTE_MS);
    }
    expect(written()).toEqual(["imopenlines.operator.transfer"]);
    expect([await operator(conversation), responsible()]).toEqual([BORIS, BORIS]);
  });

  it("what one chat writes into a card does not pass the person's other chat on", async () => {
    const one = await begins();
    const other = await begins(`${who}-other`);
    await takes(one, ANNA);
    await takes(other, BORIS);
    await tells(lead());
    await runs(one);
    await runs(other);
    expect([await operator(one), await operator(other), responsible()]).toEqual([ANNA, BORIS, BORIS]);
    // Somebody who changes the card means all of them.
    await reassigns(lead(), ANNA);
    await runs(one);
    await runs(other);
    expect([await operator(one), await operator(other)]).toEqual([ANNA, ANNA]);
  });
});

describe("what goes wrong", () => {
  it("a portal that is away is asked again, and a lost answer writes nothing twice", async () => {
    const conversation = await begins();
    controls().operatorAccepts(await chatOf(conversation), ANNA);
    relay.emulator.faults.add({ kind: "drop-after", method: "crm.item.update", times: 1 });
    await isToldOf(conversation, ANNA);
    await runs(conversation);
    expect(responsible()).toBe(ANNA);
    relay.emulator.requests.clear();
    relay.emulator.faults.add({ kind: "drop-after", method: "imopenlines.operator.transfer", times: 1 });
    await reassigns(lead(), BORIS);
    await runs(conversation);
    expect(await operator(conversation)).toBe(BORIS);
    expect(written()).toEqual(["imopenlines.operator.transfer"]);
  });

  it.each([false, true])(
    "a worker that died around the write (written: %s) leaves it to the next one",
    async (isWritten) => {
      const conversation = await begins();
      controls().operatorAccepts(await chatOf(conversation), ANNA);
      const decision = await relay.store.decisions.current(relay.portal, conversation);
      if (!decision) throw new Error("no decision");
      await relay.store.decisions.beginStep(relay.portal, decision.id, `follow:0:lead:${lead().id}:${ANNA}`);
      if (isWritten) controls().portal.crm.update(lead(), { assignedById: ANNA }, ADMIN, Date.now());
      relay.emulator.requests.clear();
      await isToldOf(conversation, ANNA);
      await runs(conversation);
      expect([responsible(), written().length]).toEqual([ANNA, isWritten ? 0 : 1]);
    },
  );

  it("a conversation that was moved to another card does not take that card over", async () => {
    const conversation = await begins();
    await takes(conversation, ANNA);
    const other = cardExists(relay.emulator, "lead", { assignedById: BORIS });
    const { person } = (await relay.store.decisions.current(relay.portal, conversation)) ?? {};
    if (!person) throw new Error("nobody");
    await relay.store.people.chooseCard(relay.portal, "1", person, {
      ...{ type: "lead", id: String(other.id), why: "admin", title: "Other", open: true, lastActiveAt: new Date() },
      responsible: String(BORIS),
      freshAt: new Date(),
    });
    await relay.store.decisions.renew(relay.portal, conversation);
    await runs(conversation);
    await isToldOf(conversation);
    await runs(conversation);
    expect(Number(other.fields.assignedById)).toBe(BORIS);
  });
});
