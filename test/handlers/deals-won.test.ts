/** Deals that were won after a conversation: told by the portal, read from it, and shown in reports. */
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { ReportAnswer } from "../../src/api/reports.ts";
import { accountId, type PersonId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { createCounter } from "../../src/relay/reports/counter.ts";
import { createDealReader } from "../../src/relay/reports/deals.ts";
import type { CrmItem } from "../emulators/portal/model.ts";
import { openSite, type Site } from "./support/site.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const REFUSED = { status: 400, code: "ACCESS_DENIED", description: "Access denied." };
let site: Site;
let admin: string;
let shop: string;
let service: string;
let names = 0;
/** How far the reader's clock is ahead. */
let later = 0;
/** Reports are looked at two months from now, because deals are won here until then. */
let looking = 0;
const deps = () => ({
  ...{
    store: site.store,
    portals: site.portals,
    writers: site.writers,
    inTurn: <T>(_portal: unknown, work: () => T) => work(),
  },
  ...{ log: pino({ level: "silent" }), owner: "test", now: () => new Date(Date.now() + later) },
});
let reader: ReturnType<typeof createDealReader>;

beforeAll(async () => {
  site = await openSite({ now: () => new Date(Date.now() + looking) });
  admin = await site.install();
  [shop = "", service = ""] = await Promise.all(
    ["Shop", "Service"].map(
      async (name) =>
        (
          await site.api(admin, "POST", "/accounts", {
            ...{ channel: "telegram", name, credentials: { token: `12345678${name.length}:good-token` } },
          })
        ).json().id,
    ),
  );
  looking = 60 * DAY;
  admin = await site.sessionOf(1);
});
beforeEach(() => {
  later = 0;
  reader = createDealReader(deps());
  site.emulator.faults.clear();
});
afterAll(() => site.stop());

/** Somebody writes for the first time, or who was met before writes to one more account. */
async function writes(account: string, sharing = `key-${++names}`): Promise<{ person: PersonId; sharing: string }> {
  const now = new Date();
  const [accepted] = await site.store.messages.acceptInbound([
    {
      ...{ portal: site.memberId, account: accountId(account), key: `${account} ${sharing}`, kind: "message" },
      ...{ chatId: sharing, customer: { externalId: sharing, name: sharing }, externalId: sharing, sentAt: now },
      ...{ content: { body: plainText("hello"), attachments: [] }, notBefore: now },
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  const point = { kind: "email", key: `${sharing}@example.com`, shown: `${sharing}@example.com` } as const;
  const identified = await site.store.people.identify(site.memberId, {
    ...{ conversation: accepted.conversation, sharedByMoreThan: 5 },
    points: [{ ...point, why: { by: "channel" }, linkable: true }],
  });
  await createCounter(deps()).run();
  return { person: identified.person, sharing };
}

const crm = () => site.portal.portal.crm;
const moves = (deal: CrmItem, stageId: string, after = HOUR) => crm().update(deal, { stageId }, 1, Date.now() + after);
const tells = (deal: CrmItem) => site.store.people.noteChanged(site.memberId, "deal", String(deal.id));

async function dealOf(person: PersonId): Promise<CrmItem> {
  const deal = crm().add(2, { title: "Sale" }, 1, Date.now() - DAY);
  const now = new Date();
  await site.store.people.saveEntities(site.memberId, person, [
    { type: "deal", id: String(deal.id), why: "made", title: "Sale", open: true, lastActiveAt: now, freshAt: now },
  ]);
  return deal;
}

async function report(query = ""): Promise<ReportAnswer> {
  const day = (at: number) => new Date(at).toISOString().slice(0, 10);
  const period = `period=own&from=${day(Date.now() - 2 * DAY)}&to=${day(Date.now() + 60 * DAY)}`;
  return (await site.api(admin, "GET", `/reports?${period}${query}`)).json();
}
const won = async (query = "") => (await report(query)).total.dealsWon;
const asked = () =>
  site.emulator.requests
    .entries()
    .flatMap(({ commands }) => commands)
    .filter(({ method }) => method === "crm.item.list").length;

test("a deal is won after an event and a reading, and no longer when it is open again", async () => {
  const before = await won();
  const deal = await dealOf((await writes(shop)).person);
  moves(deal, "WON");
  await reader.run();
  expect(await won()).toBe(before);
  await tells(deal);
  await reader.run();
  expect(await won()).toBe(before + 1);
  moves(deal, "EXECUTING", 2 * HOUR);
  await tells(deal);
  await reader.run();
  expect(await won()).toBe(before);
  moves(deal, "LOSE", 3 * HOUR);
  await tells(deal);
  await reader.run();
  expect(await won()).toBe(before);
});

test("nothing is asked while nothing has changed", async () => {
  await reader.run();
  const before = asked();
  await dealOf((await writes(shop)).person);
  await reader.run();
  expect(asked()).toBe(before);
});

test("only what was won within thirty days after a conversation began counts", async () => {
  const before = await won();
  const { person } = await writes(shop);
  const [early, late, inTime] = [await dealOf(person), await dealOf(person), await dealOf(person)];
  moves(early, "WON", -HOUR);
  moves(late, "WON", 30 * DAY + HOUR);
  moves(inTime, "WON", 30 * DAY - HOUR);
  for (const deal of [early, late, inTime]) await tells(deal);
  await reader.run();
  expect(await won()).toBe(before + 1);
});

test("who spoke with us twice has won it once, at the later conversation, whatever is asked for", async () => {
  const [all, atShop, atService] = [await won(), await won(`&account=${shop}`), await won(`&account=${service}`)];
  const { person, sharing } = await writes(shop);
  await writes(service, sharing);
  const deal = await dealOf(person);
  moves(deal, "WON");
  await tells(deal);
  await reader.run();
  expect(await won()).toBe(all + 1);
  expect(await won(`&account=${service}`)).toBe(atService + 1);
  expect(await won(`&account=${shop}`)).toBe(atShop);
  const { accounts, channels } = await report();
  expect(accounts.find(({ id }) => id === service)?.dealsWon).toBe(atService + 1);
  expect(channels.reduce((sum, { dealsWon }) => sum + dealsWon, 0)).toBe(all + 1);
});

test("what changes while it is read is read again", async () => {
  const before = await won();
  const deal = await dealOf((await writes(shop)).person);
  moves(deal, "WON");
  await tells(deal);
  const [first] = (await site.store.reports.changedDeals(new Date(), 50)).get(site.memberId) ?? [];
  if (!first) throw new Error("It is to be read");
  moves(deal, "EXECUTING", 2 * HOUR);
  await tells(deal);
  const look = { title: "Sale", open: false, lastActiveAt: new Date(), wonAt: new Date() };
  await site.store.reports.keepDeals(site.memberId, [{ ...first, look }], new Date());
  expect(await won()).toBe(before);
  await reader.run();
  expect(await won()).toBe(before);
  expect((await site.store.reports.changedDeals(new Date(), 50)).get(site.memberId)).toBeUndefined();
});

test("a portal that refuses is left alone for a while, and a deal that is gone is forgotten", async () => {
  const { person } = await writes(shop);
  const deal = await dealOf(person);
  await tells(deal);
  crm().items.get(2)?.delete(deal.id);
  site.emulator.faults.add({ kind: "command-error", method: "crm.item.list", error: REFUSED });
  await reader.run();
  site.emulator.faults.clear();
  const before = asked();
  await reader.run();
  expect(asked()).toBe(before);
  later = 20 * 60_000;
  await reader.run();
  expect(asked()).toBe(before + 1);
  expect((await site.store.people.find(site.memberId, person))?.entities).toEqual([]);
});

interface Behind {
  readonly at: string;
  readonly conversation: { readonly id: string } | null;
  readonly message: { readonly text: string } | null;
  readonly deal?: {
    readonly id: string;
    readonly title: string | null;
    readonly stage?: string;
    readonly amount?: { readonly value: number; readonly currency: string };
    readonly responsible?: { readonly id: string; readonly name?: string };
  };
}
async function behind(query = ""): Promise<readonly Behind[]> {
  const day = (at: number) => new Date(at).toISOString().slice(0, 10);
  const period = `period=own&from=${day(Date.now() - 2 * DAY)}&to=${day(Date.now() + 60 * DAY)}`;
  const rows: Behind[] = [];
  for (let before: string | undefined = ""; before !== undefined; ) {
    const page = before === "" ? "" : `&before=${before}`;
    const answer = await site.api(admin, "GET", `/reports/behind?${period}&figure=dealsWon${query}${page}`);
    rows.push(...answer.json());
    before = answer.headers["x-next"] as string | undefined;
  }
  return rows;
}

test("the deals behind the figure are as many as it says, each with how it looks and where it is counted", async () => {
  const { person } = await writes(shop);
  const deal = await dealOf(person);
  crm().update(deal, { opportunity: 1250.5, currencyId: "EUR" }, 1, Date.now());
  moves(deal, "WON");
  await tells(deal);
  await reader.run();
  const all = await behind();
  expect(all).toHaveLength(await won());
  expect(await behind(`&account=${service}`)).toHaveLength(await won(`&account=${service}`));
  const row = all.find((one) => one.deal?.id === String(deal.id));
  expect(row).toMatchObject({
    ...{ message: { text: "hello" }, conversation: { id: expect.any(String) } },
    deal: { title: "Sale", stage: "Deal won", amount: { value: 1250.5, currency: "EUR" }, responsible: { id: "1" } },
  });
});

test("a portal that does not answer shows no names, and the rows stay", async () => {
  const rows = (await behind()).length;
  site.emulator.faults.add({ kind: "command-error", method: "crm.item.list", error: REFUSED });
  const hidden = await behind();
  site.emulator.faults.clear();
  expect(hidden).toHaveLength(rows);
  expect(hidden.length).toBeGreaterThan(0);
  expect(new Set(hidden.map(({ deal }) => deal?.title))).toEqual(new Set([null]));
});

test("a deal that is made after the last message counts when it is won, by its contact", async () => {
  const before = await won();
  const { person } = await writes(shop);
  const contact = crm().add(3, { name: "Ana" }, 1, Date.now() - DAY);
  const now = new Date();
  await site.store.people.saveEntities(site.memberId, person, [
    { type: "contact", id: String(contact.id), why: "email", title: "", open: true, lastActiveAt: now, freshAt: now },
  ]);
  // As the door for events does it.
  const hears = async ({ id }: CrmItem) => {
    await site.store.people.noteChanged(site.memberId, "deal", String(id));
    await site.store.reports.noteDeal(site.memberId, String(id));
  };
  const deal = crm().add(2, { title: "Made later", contactId: contact.id }, 1, Date.now());
  const strange = crm().add(2, { title: "Somebody else's" }, 1, Date.now());
  await hears(deal);
  await hears(strange);
  const calls = asked();
  await reader.run();
  expect(asked()).toBe(calls + 1);
  expect((await site.store.people.find(site.memberId, person))?.entities).toMatchObject([
    { type: "contact" },
    { type: "deal", id: String(deal.id), title: "Made later" },
  ]);
  expect(await won()).toBe(before);
  moves(deal, "WON");
  await hears(deal);
  await reader.run();
  expect(await won()).toBe(before + 1);
  // Nobody asks again for what is nobody's, until an event tells of it.
  const then = asked();
  await reader.run();
  expect(asked()).toBe(then);
});

test("a deal of a contact whom nobody has spoken with for long is nobody's", async () => {
  const { person } = await writes(shop);
  const contact = crm().add(3, { name: "Old" }, 1, Date.now() - DAY);
  const now = new Date();
  await site.store.people.saveEntities(site.memberId, person, [
    { type: "contact", id: String(contact.id), why: "email", title: "", open: true, lastActiveAt: now, freshAt: now },
  ]);
  const deal = crm().add(2, { title: "Late", contactId: contact.id }, 1, Date.now());
  await site.store.reports.noteDeal(site.memberId, String(deal.id));
  const [told] = (await site.store.reports.strangeDeals(new Date(), 50)).get(site.memberId) ?? [];
  if (!told) throw new Error("It is to be read");
  const look = { title: "Late", open: true, lastActiveAt: new Date() };
  await site.store.reports.settleDeals(
    site.memberId,
    [told],
    [{ ...told, look, contact: String(contact.id) }],
    new Date(Date.now() + 41 * DAY),
  );
  expect((await site.store.people.find(site.memberId, person))?.entities).toHaveLength(1);
  expect((await site.store.reports.strangeDeals(new Date(), 50)).get(site.memberId)).toBeUndefined();
});
