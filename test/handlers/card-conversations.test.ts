/** The tab in a card shows all that its person writes, wherever they write it, to whoever may see the card. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { accountId, type ConversationId, conversationId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { bootOf, openSite, type Site } from "./support/site.ts";

let site: Site;
let admin: string;
let account: string;
let keys = 0;
beforeAll(async () => {
  site = await openSite();
  admin = await site.install();
  const body = { channel: "telegram", name: "Shop", credentials: { token: "123456:good-token" } };
  account = (await site.api(admin, "POST", "/accounts", body)).json().id;
});
afterAll(() => site.stop());

async function writes(phone: string): Promise<ConversationId> {
  keys += 1;
  const [accepted] = await site.store.messages.acceptInbound([
    {
      portal: site.memberId,
      account: accountId(account),
      key: `key-${keys}`,
      kind: "message",
      chatId: `chat-${keys}`,
      customer: { externalId: `${keys}`, name: "Maria" },
      externalId: `${keys}`,
      content: { body: plainText(`message ${keys}`), attachments: [] },
      sentAt: new Date(),
      notBefore: new Date(),
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  const { conversation } = accepted;
  const points = [{ kind: "phone", key: phone, shown: phone, why: { by: "channel" }, linkable: true } as const];
  await site.store.people.identify(site.memberId, { conversation, points, sharedByMoreThan: 5 });
  return conversation;
}
async function belongsTo(conversation: ConversationId, type: "deal" | "contact", id: string): Promise<void> {
  const person = await site.store.people.ofConversation(site.memberId, conversation);
  if (!person) throw new Error("nobody");
  await site.store.people.saveEntities(site.memberId, person.id, [
    { type, id, why: "phone", title: "", open: true, lastActiveAt: new Date() },
  ]);
}
const card = (type: number, fields: Record<string, unknown> = {}) =>
  String(site.portal.portal.crm.add(type, { title: "Card", ...fields }, 1, Date.now()).id);
const ofCard = async (session: string, id: string) =>
  (await site.api(session, "GET", `/cards/deal/${id}/conversations`)).json<{ id: string }[]>().map((one) => one.id);
/** The session of an employee's page in the deal's tab. */
async function tabOf(userId: number, id: string): Promise<string> {
  const change = { PLACEMENT: "CRM_DEAL_DETAIL_TAB", PLACEMENT_OPTIONS: JSON.stringify({ ID: id }) };
  const answer = await site.frame(site.portal.appRequest({ userId }), change, "/placements/deal-tab");
  return bootOf(answer.body).session;
}

test("all conversations of the deal's person, and of its contact's person, to an agent who may see the deal", async () => {
  const [first, second, stranger] = [
    await writes("+79030000001"),
    await writes("+79030000001"),
    await writes("+79030000002"),
  ];
  const deal = card(2);
  await belongsTo(first, "deal", deal);
  const agent = await tabOf(5, deal);
  expect(await ofCard(agent, deal)).toEqual([second, first]);
  expect((await site.api(agent, "GET", `/conversations/${second}/messages`)).json()).toMatchObject([
    { text: "message 2" },
  ]);
  expect((await site.api(agent, "GET", `/conversations/${stranger}/messages`)).statusCode).toBe(404);

  const contact = card(3);
  await belongsTo(stranger, "contact", contact);
  const byHand = card(2, { contactId: Number(contact) });
  expect(await ofCard(await tabOf(5, byHand), byHand)).toEqual([stranger]);
});

test("nothing of a card that is not there, nor from a page that is not in that card", async () => {
  const conversation = await writes("+79030000003");
  const deal = card(2);
  await belongsTo(conversation, "deal", deal);
  site.portal.portal.crm.items.get(2)?.delete(Number(deal));
  expect((await site.api(admin, "GET", `/cards/deal/${deal}/conversations`)).statusCode).toBeGreaterThanOrEqual(400);
  const outside = await site.sessionOf(5);
  expect((await site.api(outside, "GET", `/conversations/${conversationId(conversation)}/messages`)).statusCode).toBe(
    404,
  );
});

test("the page brings along what it would ask for first, as it would be answered", async () => {
  const conversation = await writes("+79030000031");
  const deal = card(2);
  await belongsTo(conversation, "deal", deal);
  const change = { PLACEMENT: "CRM_DEAL_DETAIL_TAB", PLACEMENT_OPTIONS: JSON.stringify({ ID: deal }) };
  const open = () => site.frame(site.portal.appRequest({ userId: 5 }), change, "/placements/deal-tab");
  const { session, given = [] } = bootOf((await open()).body);
  expect(given.map(({ path }) => path).sort()).toEqual(
    [
      "/channels",
      `/cards/deal/${deal}/conversations`,
      `/conversations/${conversation}/messages?together=true&limit=50`,
      `/conversations/${conversation}/together`,
    ].sort(),
  );
  for (const { path, body } of given) expect(body, path).toEqual((await site.api(session, "GET", path)).json());

  // A portal that is slow to say what the viewer may see holds the page up for a moment only.
  site.emulator.faults.add({ kind: "slow-before", method: "crm.item.list", delayMs: 8_000 });
  const hidden = card(2);
  await belongsTo(await writes("+79030000032"), "deal", hidden);
  const begin = Date.now();
  const late = bootOf(
    (
      await site.frame(
        site.portal.appRequest({ userId: 7 }),
        { ...change, PLACEMENT_OPTIONS: JSON.stringify({ ID: hidden }) },
        "/placements/deal-tab",
      )
    ).body,
  );
  expect(Date.now() - begin).toBeLessThan(6_000);
  expect(late.given?.map(({ path }) => path)).toEqual(["/channels"]);
  site.emulator.faults.clear();
});

test("a card that is only being made, and one that the viewer may not see, bring nothing of conversations", async () => {
  const page = async (id: string) => {
    const change = { PLACEMENT: "CRM_DEAL_DETAIL_TAB", PLACEMENT_OPTIONS: JSON.stringify({ ID: id }) };
    return bootOf((await site.frame(site.portal.appRequest({ userId: 5 }), change, "/placements/deal-tab")).body).given;
  };
  expect(await page("0")).toBeUndefined();
  const nowhere = (await page("987654"))?.map(({ path, body }) => [path, body]);
  expect(nowhere).toContainEqual(["/cards/deal/987654/conversations", []]);
  expect(nowhere).toHaveLength(2);
});
