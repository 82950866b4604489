/** The person beside a conversation: what an agent is told of them, with whose rights, and at what price. */
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { PersonSideAnswer } from "../../src/api/person.ts";
import { accountId, type ConversationId, type PersonId } from "../../src/domain/ids.ts";
import type { EntityType, LinkedEntity } from "../../src/domain/person.ts";
import { create, receive, site, useApi } from "./support/api.ts";
import { bootOf } from "./support/site.ts";

useApi();

const TYPES = { lead: 1, deal: 2, contact: 3, company: 4 } as const;
const AGENT = 5;
let account: string;
let conversation: ConversationId;
let person: PersonId;
let chats = 0;
/** The administrator with a page of theirs open: their own token is known. */
let admin: string;
beforeAll(async () => {
  admin = await site.sessionOf(1);
});

beforeEach(async () => {
  chats += 1;
  account = (await create()).json().id;
  conversation = await receive(account, "hi", `chat-${chats}`);
  const why = { by: "channel" } as const;
  const points = [
    { kind: "messenger", key: `${accountId(account)}:${chats}`, shown: "@maria", why, linkable: true } as const,
    { kind: "phone", key: `+3460000${1000 + chats}`, shown: "600 00", why: { by: "crm" }, linkable: true } as const,
  ];
  person = (await site.store.people.identify(site.memberId, { conversation, points, sharedByMoreThan: 5 })).person;
});
afterEach(() => {
  const agent = site.portal.portal.users.get(AGENT);
  if (agent) Object.assign(agent, { crmOwnOnly: undefined, crmAccess: true });
});

const inPortal = (type: EntityType, fields: Record<string, unknown>) =>
  String(site.portal.portal.crm.add(TYPES[type], fields, 1, Date.now()).id);
const linked = (type: EntityType, id: string): LinkedEntity => ({
  ...{ type, id, why: "phone", title: "as it was", open: true, lastActiveAt: new Date() },
});
const link = (...cards: readonly (readonly [EntityType, string])[]) =>
  site.store.people.saveEntities(
    site.memberId,
    person,
    cards.map(([type, id]) => linked(type, id)),
  );
const side = async (session = admin): Promise<PersonSideAnswer> => {
  const answer = await site.api(session, "GET", `/conversations/${conversation}/person`);
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
};
/** An agent who reads the conversation because its card's tab is theirs. */
async function tabOf(deal: string, userId = AGENT): Promise<string> {
  const change = { PLACEMENT: "CRM_DEAL_DETAIL_TAB", PLACEMENT_OPTIONS: JSON.stringify({ ID: deal }) };
  const answer = await site.frame(site.portal.appRequest({ userId }), change, "/placements/deal-tab");
  return bootOf(answer.body).session;
}

describe("the person beside a conversation", () => {
  test("has the card in whose tab it is read, though nothing but the portal's chat leads there", async () => {
    const [bound, own] = [
      inPortal("deal", { title: "Bound by the portal" }),
      inPortal("deal", { title: "Of the person" }),
    ];
    await link(["deal", own]);
    expect((await side()).cards.map(({ title }) => title)).toEqual(["Of the person"]);
    expect((await side(await tabOf(bound, 1))).cards.map(({ title, why }) => [title, why]).toSorted()).toEqual([
      ["Bound by the portal", "portal"],
      ["Of the person", "phone"],
    ]);
  });

  test("has the card that the portal's own tracker bound to the chat, as it is bound now", async () => {
    const [bound, own] = [inPortal("deal", { title: "Found by the portal" }), inPortal("deal", { title: "Own" })];
    await link(["deal", own]);
    expect((await site.api(admin, "PATCH", `/accounts/${account}`, { line: "1" })).statusCode).toBe(200);
    const text = { user: { id: "u" }, message: { id: "m", date: 1, text: "Hello", files: [] }, chat: { id: "c" } };
    const at = { connector: "threadline_telegram", line: "1", chatId: "c" };
    const sent = await site.portals.lines(site.memberId).deliverMessages(at, [text], async () => true);
    const [element] = sent.kind === "ok" ? sent.value : [];
    const imChatId = element?.kind === "ok" ? element.chatId : undefined;
    const chat = site.portal.portal.chats.get(Number(imChatId));
    if (!chat || imChatId === undefined) throw new Error("no chat");
    Object.assign(chat.crm, { lead: 0, contact: 0, company: 0, deal: Number(bound) });
    await site.store.conversations.learn(site.memberId, conversation, { imChatId });
    const shown = async () => (await side()).cards.map(({ title, why }) => [title, why]).toSorted();
    expect(await shown()).toEqual([
      ["Found by the portal", "portal"],
      ["Own", "phone"],
    ]);
    chat.crm.deal = 0;
    expect(await shown()).toEqual([["Own", "phone"]]);
  });

  test("is told with their contact points, why they are theirs, and their open cards", async () => {
    const contact = inPortal("contact", { name: "Maria", lastName: "Lopez" });
    const deal = inPortal("deal", { title: "Oak table", categoryId: 1, assignedById: AGENT });
    const other = inPortal("deal", { title: "Chairs", contactId: Number(contact), assignedById: 1 });
    const lead = inPortal("lead", { title: "Old lead" });
    inPortal("deal", { title: "Of a stranger" });
    const won = inPortal("deal", { title: "Won", contactId: Number(contact), stageId: "WON" });
    await link(["contact", contact], ["deal", deal], ["lead", lead]);
    await site.store.desk.change(site.memberId, [conversation], { tags: ["vip"] });

    const told = await side();
    expect(told).toMatchObject({ problem: null, denied: [], tags: ["vip"], person: { id: person } });
    expect(told.person?.points.map(({ kind, why, account: at }) => [kind, why.by, at?.name])).toEqual([
      ["messenger", "channel", "Shop bot"],
      ["phone", "crm", undefined],
    ]);
    expect(told.cards.map(({ type, id, title, why }) => [type, id, title, why]).toSorted()).toEqual(
      [
        ["contact", contact, "Maria Lopez", "phone"],
        ["deal", deal, "Oak table", "phone"],
        ["deal", other, "Chairs", "contact"],
        ["lead", lead, "Old lead", "phone"],
      ].toSorted(),
    );
    expect(told.cards.some(({ id, type }) => type === "deal" && id === won)).toBe(false);
    const agent = site.portal.portal.users.get(AGENT);
    expect(told.cards.find(({ id, type }) => type === "deal" && id === deal)).toMatchObject({
      pipeline: { id: "1" },
      stage: { id: "C1:NEW", name: "New" },
      responsible: { id: String(AGENT), name: `${agent?.name} ${agent?.lastName}` },
      takes: false,
    });
  });

  test("costs one question for each kind of card, and no more once the directories are known", async () => {
    const contact = inPortal("contact", { name: "Maria" });
    await link(["contact", contact], ["deal", inPortal("deal", { title: "One" })], ["lead", inPortal("lead", {})]);
    await side();
    const commands = () =>
      site.emulator.requests
        .entries()
        .flatMap(({ method, commands: inside }) => (inside.length > 0 ? inside.map((one) => one.method) : [method]));
    const before = commands().length;
    await side();
    expect(commands().slice(before)).toEqual(["crm.item.list", "crm.item.list", "crm.item.list"]);
  });

  test("shows cards that the viewer's own token may read, and no others", async () => {
    const agent = site.portal.portal.users.get(AGENT);
    if (!agent) throw new Error("no agent");
    const theirs = inPortal("deal", { title: "Mine", assignedById: AGENT });
    await link(["deal", theirs], ["deal", inPortal("deal", { title: "Of a colleague", assignedById: 1 })]);
    const session = await tabOf(theirs);
    expect((await side(session)).cards.map(({ title }) => title).toSorted()).toEqual(["Mine", "Of a colleague"]);
    agent.crmOwnOnly = true;
    expect(await side(session)).toMatchObject({ cards: [{ title: "Mine" }], problem: null });
    agent.crmAccess = false;
    expect(await side(session)).toMatchObject({ cards: [], denied: ["deal"], problem: null });
    const stranger = await site.sessionOf(AGENT);
    conversation = await receive(account, "secret", `other-${chats}`);
    expect((await site.api(stranger, "GET", `/conversations/${conversation}/person`)).statusCode).toBe(404);
  });

  test("is told without cards while the portal is away, and as nobody before anybody is known", async () => {
    await link(["deal", inPortal("deal", { title: "Oak table" })]);
    site.emulator.faults.add({
      ...{ kind: "command-error", method: "crm.item.list", probability: 1 },
      error: { status: 500, code: "INTERNAL_SERVER_ERROR", description: "Internal server error" },
    });
    const told = await side();
    expect(told.cards).toEqual([]);
    expect(told.problem).toMatch(/\w/);
    expect(told.person?.points).toHaveLength(2);
    site.emulator.faults.clear();
    conversation = await receive(account, "hello", `new-${chats}`);
    expect(await side()).toMatchObject({ person: null, cards: [], problem: null });
  });
});

describe("giving a card to a colleague", () => {
  const give = (body: unknown, session = admin) =>
    site.api(session, "POST", `/conversations/${conversation}/card/responsible`, body);

  test("changes it in the portal with the viewer's own rights", async () => {
    const deal = inPortal("deal", { title: "Oak table", assignedById: 1 });
    await link(["deal", deal]);
    const agent = site.portal.portal.users.get(AGENT);
    const given = await give({ type: "deal", id: deal, to: String(AGENT) });
    expect(given.json()).toEqual({ responsible: { id: String(AGENT), name: `${agent?.name} ${agent?.lastName}` } });
    const held = site.portal.portal.crm.item(2, Number(deal))?.fields;
    expect([held?.assignedById, held?.updatedBy]).toEqual([AGENT, 1]);
    expect((await site.store.people.find(site.memberId, person))?.entities[0]?.freshAt).toBeUndefined();
  });

  test("is refused in words where the portal refuses, and for whom there is not", async () => {
    const deal = inPortal("deal", { title: "Oak table", assignedById: AGENT });
    await link(["deal", deal]);
    const session = await tabOf(deal);
    await side(session);
    const agent = site.portal.portal.users.get(AGENT);
    if (agent) agent.crmAccess = false;
    const denied = await give({ type: "deal", id: deal, to: "1" }, session);
    expect([denied.statusCode, denied.json().error.code]).toEqual([403, "no_access"]);
    expect((await give({ type: "deal", id: deal, to: "999999" })).json().error.code).toBe("nobody");
    expect(site.portal.portal.crm.item(2, Number(deal))?.fields.assignedById).toBe(AGENT);
  });
});
