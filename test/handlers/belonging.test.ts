/** A conversation moved to another card by its front door: who may, what comes of it, and the way back. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { CardAnswer } from "../../src/api/belonging.ts";
import { accountId, type ConversationId, laneOf, type PersonId } from "../../src/domain/ids.ts";
import type { LinkedEntity } from "../../src/domain/person.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { openSite, type Site } from "./support/site.ts";

let site: Site;
let admin: string;
let account: string;
let conversation: ConversationId;
let person: PersonId;
let keys = 0;
beforeAll(async () => {
  site = await openSite();
  await site.install();
  admin = await site.sessionOf(1);
  const body = { channel: "telegram", name: "Shop", credentials: { token: "123456:good-token" } };
  account = (await site.api(admin, "POST", "/accounts", body)).json().id;
});
afterAll(() => site.stop());

/** Somebody writes, and the rules have decided something. */
beforeEach(async () => {
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
      content: { body: plainText("hi"), attachments: [] },
      sentAt: new Date(),
      notBefore: new Date(),
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  conversation = accepted.conversation;
  const why = { by: "channel" } as const;
  const points = [{ kind: "messenger", key: `${account}:${keys}`, shown: "@m", why, linkable: true } as const];
  person = (await site.store.people.identify(site.memberId, { conversation, points, sharedByMoreThan: 5 })).person;
  await site.store.decisions.begin(site.memberId, { conversation, message: accepted.message, person });
  site.woken.length = 0;
});

const TYPES = { lead: 1, deal: 2 } as const;
const inPortal = (type: keyof typeof TYPES, title: string) =>
  String(site.portal.portal.crm.add(TYPES[type], { title }, 1, Date.now()).id);
const known = (type: keyof typeof TYPES, id: string, open = true): LinkedEntity => ({
  type,
  id,
  why: "phone",
  title: "as it was",
  open,
  lastActiveAt: new Date(),
});
const cards = async (session = admin): Promise<CardAnswer[]> =>
  (await site.api(session, "GET", `/conversations/${conversation}/cards`)).json();
const move = (body: unknown, session = admin) => site.api(session, "POST", `/conversations/${conversation}/card`, body);
const agentWhoMayRead = async () => {
  const agent = site.portal.portal.employees().find((user) => user.active && !user.extranet && !user.admin);
  if (!agent) throw new Error("an employee is needed");
  return { agent, session: await site.sessionOf(agent.id) };
};

describe("moving a conversation", () => {
  it("offers the person's other open leads and deals, by the names that the portal shows", async () => {
    const [deal, lead, closed] = [inPortal("deal", "Oak table"), inPortal("lead", "Old lead"), inPortal("deal", "Won")];
    await site.store.people.saveEntities(site.memberId, person, [
      known("deal", deal),
      known("lead", lead),
      known("deal", closed, false),
      known("deal", "999999"),
    ]);
    expect(await cards()).toEqual([
      { type: "deal", id: deal, title: "Oak table", takes: false },
      { type: "lead", id: lead, title: "Old lead", takes: false },
    ]);
  });

  it("chooses the card, has the decision made anew at once, and is taken back", async () => {
    const deal = inPortal("deal", "Oak table");
    await site.store.people.saveEntities(site.memberId, person, [known("deal", deal)]);
    const before = await site.store.decisions.current(site.memberId, conversation);
    const moved = await move({ type: "deal", id: deal });
    expect(moved.statusCode, moved.body).toBe(200);
    expect(await cards()).toMatchObject([{ id: deal, takes: true }]);
    const after = await site.store.decisions.current(site.memberId, conversation);
    expect(after?.id).not.toBe(before?.id);
    expect(after?.decision).toBeUndefined();
    expect(site.woken).toEqual([laneOf("in", conversation, site.memberId)]);
    const again = await move({ type: "deal", id: deal });
    expect([again.statusCode, again.json().error.reason]).toEqual([409, "chosen-already"]);
    expect((await site.api(admin, "GET", `/customers/${person}`)).json().audit[0]).toMatchObject({
      what: "card-chosen",
      about: { type: "deal", id: deal, title: "Oak table" },
    });

    const { entry } = moved.json();
    const undone = await site.api(admin, "POST", `/conversations/${conversation}/card/undo`, { entry });
    expect(undone.statusCode, undone.body).toBe(200);
    expect(await cards()).toMatchObject([{ id: deal, takes: false }]);
    expect((await site.store.people.find(site.memberId, person))?.entities).toMatchObject([{ id: deal, why: "phone" }]);
  });

  it("is for those who may read both, with the viewer's own rights", async () => {
    const deal = inPortal("deal", "Oak table");
    const { agent, session } = await agentWhoMayRead();
    expect((await move({ type: "deal", id: deal }, session)).statusCode).toBe(404);
    expect((await move({ type: "deal", id: "999999" })).statusCode).toBe(404);
    expect((await move({ type: "deal", id: "1 or 1" })).statusCode).toBe(400);
    expect((await move({ type: "invoice", id: deal })).statusCode).toBe(400);
    expect((await site.store.people.find(site.memberId, person))?.entities).toEqual([]);

    const anybody = site.portal.portal.users.get(1);
    if (!anybody) throw new Error("no administrator");
    const had = anybody.crmAccess;
    anybody.crmAccess = false;
    expect((await move({ type: "deal", id: deal })).statusCode).toBe(403);
    anybody.crmAccess = had;
    expect(agent.id).not.toBe(1);
  });

  it("takes back only what the viewer moved, unless they may mend links", async () => {
    const deal = inPortal("deal", "Oak table");
    const change = await site.store.people.chooseCard(site.memberId, "somebody-else", person, known("deal", deal));
    if (change.kind !== "done") throw new Error(change.kind);
    const undo = (entry: string) => site.api(admin, "POST", `/conversations/${conversation}/card/undo`, { entry });
    expect((await undo("00000000-0000-4000-8000-000000000000")).statusCode).toBe(404);
    expect((await undo(change.entry)).statusCode).toBe(200);
    expect((await undo(change.entry)).statusCode).toBe(409);
  });
});
