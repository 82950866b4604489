/**
 * We write first: the words stand in the line under the agent's name, and where they belong is decided as if the customer
 * had written, by both ways in which they may get into the line.
 */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ConversationId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { mirrorBy } from "../../src/relay/accept-reply.ts";
import { cardExists, cardsWith, commentsOn, phoneField } from "./crm/cards.ts";
import { Relay } from "./harness.ts";

const ANNA = "5";
const CHATS = { first: { make: "lead" }, repeat: { make: "nothing" } };

describe.each(["connector", "messenger"] as const)("written first, by the %s", (voice) => {
  let relay: Relay;
  let phone: string;
  let who: string;
  let people = 0;

  beforeAll(async () => {
    relay = await Relay.start({ echo: false, voice });
    const { accessToken, refreshToken } = relay.emulator.portal().issueTokens({ userId: Number(ANNA) });
    await relay.store.users.remember({
      ...{ portal: relay.portal, userId: ANNA, name: "Anna Agent", admin: false, lastSeenAt: new Date() },
      tokens: { accessToken, refreshToken, expiresAt: new Date(Date.now() + 3_600_000) },
    });
    await relay.saveRules({ owner: { who: "rules" }, chats: CHATS });
  });
  afterAll(() => relay.stop());
  beforeEach(() => {
    people += 1;
    phone = `+7904${String(1_000_000 + people)}`;
    who = `first-${people}`;
    relay.channel.sent.length = 0;
    relay.emulator.faults.clear();
    delete (relay.channel.capabilities as { oneWay?: string }).oneWay;
  });

  async function write(text: string): Promise<ConversationId> {
    const clientId = randomUUID();
    const accepted = await relay.store.messages.acceptFirst({
      ...{ portal: relay.portal, account: relay.account.id, chatId: who, originKey: `surface:${clientId}` },
      customer: { externalId: who, name: "Olga", phone },
      origin: { by: "surface", clientId, authorId: ANNA },
      content: { body: plainText(text), attachments: [] },
      sentAt: relay.deps.now(),
      mirror: mirrorBy(voice),
    });
    if (accepted.kind !== "stored") throw new Error(accepted.kind);
    await work(accepted.conversation);
    return accepted.conversation;
  }

  async function work(conversation: ConversationId): Promise<void> {
    for (let round = 0; round < 4; round += 1) {
      await relay.run("in", conversation);
      await relay.run("out", conversation);
    }
  }

  const line = () => {
    const { portal } = relay.emulator.portal();
    return [...portal.chats.values()]
      .filter((chat) => chat.externalUserId === who)
      .map((chat) =>
        portal
          .chatMessages(chat)
          .filter(({ from }) => from !== "system")
          .map(({ from, authorId, text }) => `${from === "customer" ? "customer" : authorId}: ${text}`),
      );
  };

  test("it stands in one chat of the line, and a lead with the phone is there; the answer goes on in both", async () => {
    const conversation = await write("Good morning, your table has arrived.");
    expect(line()).toEqual([[`${ANNA}: Good morning, your table has arrived.`]]);
    expect(relay.channel.sent.map(({ text }) => text)).toEqual(["Good morning, your table has arrived."]);
    const [lead, ...others] = cardsWith(relay.emulator, "lead", phone);
    expect(others).toEqual([]);
    // Whoever wrote is responsible where the rules name nobody else.
    expect(lead?.fields).toMatchObject({ name: "Olga", assignedById: Number(ANNA) });
    await relay.customerWrites(who, "Thank you!", { customer: { externalId: who, name: "Olga", phone } });
    await work(conversation);
    expect(line()).toEqual([[`${ANNA}: Good morning, your table has arrived.`, "customer: Thank you!"]]);
    expect(cardsWith(relay.emulator, "lead", phone)).toHaveLength(1);
    const said = commentsOn(relay.emulator, "lead", lead?.id ?? 0).join("\n");
    expect(said.match(/your table has arrived/g)).toHaveLength(1);
    expect(said).toContain("Olga: Thank you!");
  });

  test("an open lead with that phone is taken, and no other is made", async () => {
    const lead = cardExists(relay.emulator, "lead", phoneField(phone));
    await write("Good morning");
    expect(cardsWith(relay.emulator, "lead", phone).map(({ id }) => id)).toEqual([lead.id]);
    expect(commentsOn(relay.emulator, "lead", lead.id).join("\n")).toContain("Good morning");
  });

  test("what we write is no word of the customer's: a phone in it links nobody", async () => {
    const conversation = await write("Call my colleague, +7 904 555 66 77");
    const person = await relay.store.people.ofConversation(relay.portal, conversation);
    expect(person?.points.filter(({ kind }) => kind === "phone").map(({ key }) => key)).toEqual([phone]);
    const decision = await relay.store.decisions.current(relay.portal, conversation);
    expect(decision?.facts).toMatchObject({ text: "", begunBy: ANNA });
  });

  test("whoever left a request keeps its lead, and the request says where the talk goes on", async () => {
    const form = await relay.store.accounts.create(relay.portal, {
      ...{ channel: "form", name: "Site", credentials: {}, settings: {}, webhookSecret: "s" },
      connection: { kind: "connected", sentence: "" },
    });
    const deps = {
      ...relay.deps,
      channels: new Map([
        ...relay.deps.channels,
        [
          "form",
          Object.assign(Object.create(relay.channel), {
            id: "form",
            capabilities: { ...relay.channel.capabilities, oneWay: "No way back." },
          }),
        ],
      ]),
    };
    const [asked] = await relay.store.messages.acceptInbound([
      {
        ...{ portal: relay.portal, account: form.id, key: `request-${who}`, kind: "message", chatId: `tel:${phone}` },
        customer: { externalId: `tel:${phone}`, name: "Olga", phone },
        externalId: `request-${who}`,
        content: { body: plainText("Please call me"), attachments: [] },
        ...{ sentAt: new Date(), notBefore: new Date() },
      },
    ]);
    if (asked?.kind !== "stored") throw new Error("not stored");
    await relay.store.people.identify(relay.portal, {
      conversation: asked.conversation,
      points: [{ kind: "phone", key: phone, shown: phone, why: { by: "channel" }, linkable: true }],
      sharedByMoreThan: 5,
    });
    const lead = cardExists(relay.emulator, "lead", phoneField(phone));
    const person = await relay.store.people.ofConversation(relay.portal, asked.conversation);
    if (!person) throw new Error("nobody");
    await relay.store.people.saveEntities(relay.portal, person.id, [
      {
        type: "lead",
        id: String(lead.id),
        why: "made",
        title: "",
        open: true,
        lastActiveAt: new Date(),
        freshAt: new Date(),
      },
    ]);
    relay.emulator.requests.clear();

    const clientId = randomUUID();
    const begun = await relay.store.messages.acceptFirst({
      ...{ portal: relay.portal, account: relay.account.id, chatId: who, originKey: `surface:${clientId}` },
      customer: { externalId: who, name: "Olga", phone },
      origin: { by: "surface", clientId, authorId: ANNA },
      content: { body: plainText("You asked us to call"), attachments: [] },
      sentAt: relay.deps.now(),
      mirror: mirrorBy(voice),
    });
    if (begun.kind !== "stored") throw new Error(begun.kind);
    for (let round = 0; round < 3; round += 1) {
      await relay.run("in", begun.conversation, deps);
      await relay.run("out", begun.conversation, deps);
    }
    expect((await relay.store.people.ofConversation(relay.portal, begun.conversation))?.id).toBe(person.id);
    expect(cardsWith(relay.emulator, "lead", phone).map(({ id }) => id)).toEqual([lead.id]);
    expect(commentsOn(relay.emulator, "lead", lead.id).join("\n")).toContain("You asked us to call");
    const rows = await relay.store.messages.journal(relay.portal, {
      conversation: asked.conversation,
      after: 0,
      limit: 10,
    });
    expect(rows.map(({ content }) => [content.notice, content.body.text])).toEqual([
      [undefined, "Please call me"],
      ["other", expect.stringMatching(/^The conversation goes on in Fake channel, through Fake[.]/)],
    ]);
  });
});
