/** Offline requests by their own front door: a site's form, the whole application, and the emulated portal behind it. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { cardsWith, commentsOn, dealsOf } from "../relay/crm/cards.ts";
import { until } from "../support/world/until.ts";
import { type ApiAccount, World } from "../support/world/world.ts";
import { journalOf } from "./support.ts";

const SITE = "https://shop.example";
const settings = { origins: [SITE], askName: "optional", askPhone: "optional", askEmail: "optional", country: "ES" };
const body = { channel: "form", credentials: {}, settings };

let world: World;
/** On a line, and without one. */
let lined: ApiAccount & { readonly embed?: string };
let alone: ApiAccount & { readonly embed?: string };
let phone: string;
let people = 0;

beforeAll(async () => {
  world = await World.start({ unpaced: true });
  await world.install();
  const { id } = await world.connect(body);
  lined = await world.api(`/api/accounts/${id}`);
  alone = await world.api("/api/accounts", { method: "POST", body: { name: "Second site", ...body } });
}, 60_000);
beforeEach(() => {
  people += 1;
  phone = `+346001${String(10_000 + people)}`;
});
afterAll(() => world.stop());
const PATIENCE_MS = 60_000;

async function rules(ruleset: object): Promise<void> {
  const { version } = await world.api<{ version: number }>("/api/rules");
  await world.api("/api/rules", { method: "PUT", body: { ruleset, basedOn: version } });
}

async function request(account: ApiAccount & { readonly embed?: string }, text: string, more = {}): Promise<void> {
  const key = /data-key="([^"]+)"/.exec(account.embed ?? "")?.[1];
  const response = await fetch(`${world.web.url}/forms/${account.id}`, {
    method: "POST",
    headers: { origin: SITE, "content-type": "application/json" },
    body: JSON.stringify({ key, id: randomUUID(), name: "Ana", phone, text, page: `${SITE}/cakes`, ...more }),
  });
  expect([response.status, await response.text()]).toEqual([200, '{"ok":true}']);
}

const stateOf = async (text: string) => (await journalOf(world)).find((message) => message.text === text)?.state;
const inLine = () => [...world.portal.portal().portal.messages.values()].map((message) => message.text);
const leads = () => cardsWith(world.portal, "lead", phone);
const said = (type: "lead" | "deal", id: number | undefined) => commentsOn(world.portal, type, id ?? 0).join("\n");
const arrives = (text: string) =>
  until(
    async () => (await stateOf(text)) === "sent",
    20_000,
    `“${text}” to be done with`,
    async () => JSON.stringify(await journalOf(world), null, 1),
  );

it(
  "a request becomes a conversation in the line and a card by the rules of chats",
  async () => {
    await rules({ owner: { who: "rules" } });
    await request(lined, "Do you bake on Sundays?");
    await arrives("Do you bake on Sundays?");
    expect(inLine()).toContain("Do you bake on Sundays?");
    await until(() => said("lead", leads()[0]?.id).includes("on Sundays"), 20_000, "the request in its lead");
    expect(leads()).toMatchObject([{ fields: { title: "shop.example: Ana" } }]);
  },
  PATIENCE_MS,
);

it(
  "or a card alone, by a copy of the rules of its own; chats go on by theirs",
  async () => {
    await rules({
      owner: { who: "rules" },
      chats: { creation: { first: "lead" } },
      requests: {
        transfer: { line: { otherwise: "deny" } },
        creation: { first: "deal" },
        titles: { request: { deal: "Request of {{ name }}: {{ words }}" } },
      },
    });
    await request(lined, "Two cakes, please", { fields: { Day: "Friday" } });
    await arrives("Two cakes, please");
    await until(() => cardsWith(world.portal, "contact", phone).length > 0, 20_000, "the contact");
    const contact = cardsWith(world.portal, "contact", phone)[0]?.id ?? 0;
    await until(() => said("deal", dealsOf(world.portal, contact)[0]?.id).includes("Two cakes"), 20_000, "the deal");
    expect(dealsOf(world.portal, contact)).toMatchObject([{ fields: { title: "Request of Ana: Two cakes, please" } }]);
    expect(inLine()).not.toContain("Two cakes, please");
    expect(leads()).toEqual([]);

    // The second one is a request of its own, of somebody who is known: nothing new is made.
    await request(lined, "Make it three");
    await arrives("Make it three");
    await until(
      () => said("deal", dealsOf(world.portal, contact)[0]?.id).includes("Make it three"),
      20_000,
      "the second",
    );
    expect(dealsOf(world.portal, contact)).toHaveLength(1);
  },
  PATIENCE_MS,
);

it(
  "an account without a line works for the CRM and our own surfaces, when the rules want it in no line",
  async () => {
    await rules({
      owner: { who: "rules" },
      overrides: [{ id: "own", account: alone.id, groups: { transfer: { line: { otherwise: "deny" } } } }],
    });
    await request(alone, "Without any line");
    await arrives("Without any line");
    await until(() => said("lead", leads()[0]?.id).includes("Without any line"), 20_000, "the lead with its words");
    expect(leads()).toHaveLength(1);
    expect(inLine()).not.toContain("Without any line");
  },
  PATIENCE_MS,
);

it(
  "and waits for one otherwise: nothing is lost, nothing made before it goes on",
  async () => {
    await rules({ owner: { who: "rules" } });
    await request(alone, "For the line");
    await until(async () => (await stateOf("For the line")) === "stored", 20_000, "the request to be kept");
    await world.api(`/api/accounts/${alone.id}`, { method: "PATCH", body: { line: 1 } });
    await arrives("For the line");
    expect(inLine()).toContain("For the line");
    await until(() => said("lead", leads()[0]?.id).includes("For the line"), 20_000, "the lead with its words");
    expect(leads()).toHaveLength(1);
  },
  PATIENCE_MS,
);
