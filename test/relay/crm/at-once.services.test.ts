import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { freshServices } from "../../../bench/support/services.ts";
import { portalId } from "../../../src/domain/ids.ts";
import { createLogger } from "../../../src/log/log.ts";
import type { Store } from "../../../src/store/contract.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { PNG } from "../../support/bad-files.ts";
import { until } from "../../support/world/until.ts";
import { type ApiAccount, World } from "../../support/world/world.ts";
import { cardsWith, commentsOn, dealsOf } from "./cards.ts";

/**
 * Somebody new in many places at the same moment, and two workers that race for them over one PostgreSQL. Every answer of
 * the CRM takes a while, so that a search which found nothing is old before anything is made.
 */

const SITE = "https://shop.example";
const SLOW_MS = 400;
let services: Awaited<ReturnType<typeof freshServices>>;
let world: World;
let store: Store;
let second: string;
let form: ApiAccount & { readonly embed?: string };
let people = 0;

beforeAll(async () => {
  services = await freshServices();
  const latencyMs = { "crm.duplicate.findbycomm": SLOW_MS, "crm.item.list": SLOW_MS, "crm.item.add": SLOW_MS };
  const portal = { latencyMs };
  world = await World.start({ unpaced: true, services: { ...services, workers: 2 }, portal: { portals: [portal] } });
  store = await openStore({
    ...{ databaseUrl: services.databaseUrl, dataDir: world.dataDir },
    ...{ secretKey: "0123456789abcdef0123456789abcdef", log: createLogger("silent") },
  });
  await world.install();
  await world.connectTelegram();
  second = world.telegram.addBot().token;
  await world.connectTelegram({ token: second });
  const settings = { origins: [SITE], askPhone: "optional", askEmail: "optional" };
  const { id } = await world.connect({ channel: "form", credentials: {}, settings });
  form = await world.api(`/api/accounts/${id}`);
}, 120_000);
afterAll(async () => {
  await store?.close();
  await world?.stop();
  await services?.drop();
});

async function rules(ruleset: object): Promise<void> {
  const { version } = await world.api<{ version: number }>("/api/rules");
  await world.api("/api/rules", { method: "PUT", body: { ruleset, basedOn: version } });
  // The other processes remember the rules for three seconds, and nothing tells from outside when they look again.
  const savedAt = Date.now();
  await until(() => Date.now() - savedAt > REMEMBERED_MS, 10_000, "the rules to count everywhere");
}

const REMEMBERED_MS = 3_500;

function newPhone(): string {
  people += 1;
  return `+7903${String(5_234_000 + people)}`;
}

/** An album with a caption and a text with one bot, texts with another, and a site's form: all of them one person. */
async function writesEverywhere(phone: string): Promise<void> {
  const [one, other] = [world.telegram.addPerson(), world.telegram.addPerson({}, second)];
  const photo = { name: "a.png", mime: "image/png", bytes: PNG };
  world.telegram.userWrites(one.id, { album: [{ photo, caption: `call ${phone}` }, { photo }, { photo }] });
  world.telegram.userWrites(one.id, `my number is ${phone}`);
  for (const text of [`${phone} is mine`, "are you there?"]) world.telegram.userWrites(other.id, text, { bot: second });
  const key = /data-key="([^"]+)"/.exec(form.embed ?? "")?.[1];
  const response = await fetch(`${world.web.url}/forms/${form.id}`, {
    method: "POST",
    headers: { origin: SITE, "content-type": "application/json" },
    body: JSON.stringify({ key, id: randomUUID(), phone, text: `a request of ${phone}` }),
  });
  await response.arrayBuffer();
}

const peopleWith = async (phone: string) =>
  (await store.people.search(portalId(world.portal.portal().portal.memberId), { text: phone, limit: 10 })).people;

/** Everything that was said stands in cards, in one or another. */
async function comesToRest(phone: string, texts: () => readonly string[]): Promise<void> {
  const all = [`call ${phone}`, `my number is ${phone}`, `${phone} is mine`, "are you there?", `a request of ${phone}`];
  await until(
    () => all.every((text) => texts().join("\n").includes(text)),
    90_000,
    "everything that was said to stand in a card",
    () => JSON.stringify(texts(), null, 1),
  );
}

it("makes one person and one lead of each", async () => {
  await rules({ owner: { who: "rules" } });
  const phones = [newPhone(), newPhone(), newPhone()];
  await Promise.all(phones.map(writesEverywhere));
  for (const phone of phones) {
    const leads = () => cardsWith(world.portal, "lead", phone);
    await comesToRest(phone, () => leads().flatMap((lead) => commentsOn(world.portal, "lead", lead.id)));
    expect(leads()).toHaveLength(1);
    expect(await peopleWith(phone)).toMatchObject([{ conversations: { length: 3 } }]);
  }
}, 120_000);

it("makes one contact with one deal of each", async () => {
  await rules({ owner: { who: "rules" }, chats: { creation: { first: "deal" } } });
  const phones = [newPhone(), newPhone()];
  await Promise.all(phones.map(writesEverywhere));
  for (const phone of phones) {
    const contacts = () => cardsWith(world.portal, "contact", phone);
    const deals = () => contacts().flatMap((contact) => dealsOf(world.portal, contact.id));
    await comesToRest(phone, () => deals().flatMap((deal) => commentsOn(world.portal, "deal", deal.id)));
    expect([contacts().length, deals().length]).toEqual([1, 1]);
    expect(await peopleWith(phone)).toHaveLength(1);
  }
}, 120_000);

it("doubles nothing when workers are killed in the middle of making a card", async () => {
  await rules({ owner: { who: "rules" }, chats: { creation: { first: "deal" } } });
  const phone = newPhone();
  const person = world.telegram.addPerson();
  const workers = world.processes.slice(1);
  world.portal.requests.clear();
  world.telegram.userWrites(person.id, `call ${phone}`);
  const isAdding = () =>
    world.portal.requests
      .entries({})
      .some((entry) => entry.commands.some((one) => one.method === "crm.item.add" && one.finishedAt === null)) ||
    world.portal.requests.entries({}).some((entry) => entry.method === "crm.item.add" && entry.answeredAt === null);
  await until(isAdding, 30_000, "a card to be under way");
  await Promise.all(workers.map((worker) => worker.kill("SIGKILL")));
  for (const worker of workers) await worker.start();
  const contacts = () => cardsWith(world.portal, "contact", phone);
  const deals = () => contacts().flatMap((contact) => dealsOf(world.portal, contact.id));
  const said = () => deals().flatMap((deal) => commentsOn(world.portal, "deal", deal.id));
  await until(() => said().length > 0, 150_000, "the deal with what was said");
  expect([contacts().length, deals().length, said().length]).toEqual([1, 1, 1]);
}, 200_000);
