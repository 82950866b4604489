import type { BrowserContextOptions, Page, Route } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type AccountId, accountId, type ConversationId, type MessageId, type PersonId } from "../../src/domain/ids.ts";
import type { LinkedEntity } from "../../src/domain/person.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import type { NewPoint } from "../../src/store/contract/people.ts";
import { LOOKS, Pages } from "./support/open-pages.ts";

let pages: Pages;
let admin: string;
let shop: AccountId;
let keys = 0;

beforeAll(async () => {
  pages = await Pages.start();
  admin = await pages.site.install();
});
afterAll(() => pages.stop());
afterEach(async () => {
  await pages.closePage();
  const { site } = pages;
  for (const account of await site.store.accounts.list(site.memberId))
    await site.api(admin, "DELETE", `/accounts/${account.id}`);
  // Nobody is left whom nothing belongs to.
  const { store, memberId } = site;
  for (const { points, entities } of (await store.people.search(memberId, { limit: 100 })).people) {
    for (const { type, id } of entities) await store.people.removeEntity(memberId, "1", type, id);
    for (const { kind, key } of points) await store.people.removePoint(memberId, "1", kind, key);
  }
  expect(pages.complaints.splice(0)).toEqual([]);
});

async function account(): Promise<void> {
  keys += 1;
  const credentials = { token: `${1_000_000_000 + keys}:abcdef` };
  const body = { channel: "telegram", name: "Ellis & Sons shop", credentials };
  shop = accountId((await pages.site.api(admin, "POST", "/accounts", body)).json().id);
}

interface Written {
  readonly person: PersonId;
  readonly conversation: ConversationId;
  readonly message: MessageId;
}

/** Somebody writes, and what they wrote is found in it. */
async function writes(
  who: { readonly id: string; readonly name: string; readonly lastName?: string },
  text: string,
  found: readonly Omit<NewPoint, "why">[] = [],
): Promise<Written> {
  const { store, memberId: portal } = pages.site;
  keys += 1;
  const at = new Date(Date.now() - 60_000 + keys);
  const [accepted] = await store.messages.acceptInbound([
    {
      portal,
      account: shop,
      key: `k${keys}`,
      kind: "message",
      chatId: who.id,
      customer: { externalId: who.id, name: who.name, ...(who.lastName !== undefined && { lastName: who.lastName }) },
      externalId: String(keys),
      content: { body: plainText(text), attachments: [] },
      sentAt: at,
      notBefore: at,
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  const { conversation, message } = accepted;
  const byChannel = { by: "channel", conversation } as const;
  const messenger = { kind: "messenger", key: `${shop}:${who.id}`, shown: `@${who.id}`, linkable: true } as const;
  const { person } = await store.people.identify(portal, {
    conversation,
    points: [
      { ...messenger, why: byChannel },
      ...found.map((one) => ({ ...one, why: { by: "message", message } as const })),
    ],
    sharedByMoreThan: 5,
  });
  return { person, conversation, message };
}
const phone = (key: string, shown = key): Omit<NewPoint, "why"> => ({ kind: "phone", key, shown, linkable: true });
const email = (key: string): Omit<NewPoint, "why"> => ({ kind: "email", key, shown: key, linkable: true });
const card = (
  type: "lead" | "deal",
  id: string,
  title: string,
  why: LinkedEntity["why"],
  open = true,
): LinkedEntity => ({
  type,
  id,
  title,
  why,
  open,
  lastActiveAt: new Date(),
});

async function furnish() {
  await account();
  const maria = await writes({ id: "maria", name: "Maria", lastName: "Lopez" }, "Call me: 8 903 123-45-67", [
    phone("+79031234567", "8 903 123-45-67"),
    email("maria@example.com"),
    { ...phone("+74950000000"), linkable: false },
  ]);
  const visitor = await writes({ id: "visitor", name: "Maria L." }, "It is me, Maria, from the other phone");
  const jonas = await writes({ id: "jonas", name: "Jonas", lastName: "Weber" }, "Hello", [phone("+4915112345678")]);
  await pages.site.store.people.saveEntities(pages.site.memberId, maria.person, [
    card("deal", "41", "Oak table, the large one", "made"),
    card("lead", "7", "", "phone", false),
  ]);
  return { maria, visitor, jonas };
}

function settings(
  look: BrowserContextOptions = {},
  language = "en",
  before?: (page: Page) => Promise<unknown>,
): Promise<Page> {
  const { url, fields } = pages.site.portal.appRequest();
  const translated = new URL(url);
  translated.searchParams.set("LANG", language);
  return pages.open({ url: translated.href, fields }, "/", { ...LOOKS.light, ...look }, before);
}
const cardOf = (page: Page) => page.getByRole("region", { name: /^(Customers|Клиенты|Clientes)$/ });
const part = (page: Page, name: string) => cardOf(page).getByRole("region", { name, exact: true });

async function openPerson(page: Page, name: string): Promise<void> {
  await cardOf(page)
    .getByRole("button", { name: new RegExp(name) })
    .click();
  await cardOf(page).getByRole("heading", { name }).waitFor();
}

describe("customers", () => {
  test("are listed and looked at, in light, dark and narrow", async () => {
    await furnish();
    for (const [name, look] of Object.entries(LOOKS)) {
      const page = await settings(look);
      await cardOf(page).getByText("Jonas Weber").waitFor();
      await pages.inspect(page, `customers-list-${name}`);
      await openPerson(page, "Maria Lopez");
      await part(page, "Cards in the CRM").getByText("Oak table, the large one").waitFor();
      await pages.inspect(page, `customers-person-${name}`);
    }
  });

  test("speak Russian and Spanish", async () => {
    await furnish();
    for (const [language, words] of [
      ["ru", "Клиент написал это в сообщении. Указан первым"],
      ["la", "El cliente lo escribió en un mensaje. Fue el primero"],
    ] as const) {
      const page = await settings(LOOKS.narrow, language);
      await openPerson(page, "Maria Lopez");
      await cardOf(page).getByText(words).first().waitFor();
      await pages.inspect(page, `customers-${language}`);
    }
  });

  test("open their cards over the page where the portal is around it", async () => {
    const { maria } = await furnish();
    const { id } = pages.site.portal.portal.crm.add(2, { title: "Four chairs" }, 1, Date.now());
    await pages.site.store.people.saveEntities(pages.site.memberId, maria.person, [
      card("deal", String(id), "Four chairs", "made"),
    ]);
    const portal = await pages.openPortal();
    await portal.getByRole("link", { name: "Market" }).click();
    await portal.getByRole("button", { name: "Open", exact: true }).click();
    const app = portal.frameLocator(".slider iframe");
    const customers = app.getByRole("region", { name: "Customers" });
    await customers.getByRole("button", { name: /Maria Lopez/ }).click();
    await customers.getByRole("link", { name: "Four chairs" }).click();
    await portal.getByRole("heading", { name: /Four chairs/ }).waitFor();
    // The page stays below, and no window was opened beside it.
    await customers.getByRole("heading", { name: "Maria Lopez" }).waitFor();
    expect(portal.context().pages()).toHaveLength(1);
  });

  test("say why each link is theirs, and show the message that it stands in", async () => {
    await furnish();
    const page = await settings();
    await openPerson(page, "Maria Lopez");
    const links = part(page, "Links");
    const number = links.getByRole("listitem").filter({ hasText: "8 903 123-45-67" });
    for (const words of ["+79031234567", "First", "The customer wrote it in a message.", "stays a link even when"])
      await number.getByText(words).first().waitFor();
    const own = links.getByRole("listitem").filter({ hasText: "+74950000000" });
    await own.getByText("Never links").waitFor();
    const messenger = links.getByRole("listitem").filter({ hasText: "@maria" });
    await messenger.getByText("Telegram · Ellis & Sons shop. The messenger itself says so.").waitFor();
    const deal = part(page, "Cards in the CRM").getByRole("link", { name: "Oak table, the large one" });
    const { domain } = pages.site.portal.portal;
    expect(await deal.getAttribute("href")).toBe(`https://${domain}/crm/deal/details/41/`);

    await number.getByRole("button", { name: "Show the message" }).click();
    const dialog = page.getByRole("dialog", { name: "Conversation" });
    await dialog.getByText("Call me: 8 903 123-45-67").waitFor();
    await pages.inspect(page, "customers-message");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  });

  test("are found by a part of a number, and not found in words", async () => {
    await furnish();
    const page = await settings();
    const search = cardOf(page).getByRole("searchbox");
    await search.fill("15112");
    await cardOf(page).getByText("Maria Lopez").waitFor({ state: "detached" });
    await cardOf(page).getByText("Jonas Weber").waitFor();
    await search.fill("nobody at all");
    await cardOf(page).getByText("Nobody matches").waitFor();
    expect(await cardOf(page).getByRole("listitem").count()).toBe(0);
    await search.fill("");
    await cardOf(page).getByText("Maria Lopez").waitFor();
  });

  test("lose a link only after a question, and get it back in place", async () => {
    const { maria } = await furnish();
    const page = await settings();
    await openPerson(page, "Maria Lopez");
    const links = part(page, "Links");
    await links.getByRole("button", { name: "Actions for maria@example.com" }).click();
    await page.getByRole("menuitem", { name: "Remove" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("no longer taken for Maria Lopez").waitFor();
    await pages.inspect(page, "customers-remove");
    await dialog.getByRole("button", { name: "Remove" }).click();
    await cardOf(page).getByText("maria@example.com was removed.").first().waitFor();
    await links.getByText("maria@example.com").waitFor({ state: "detached" });
    const { name = "" } = (await pages.site.store.users.find(pages.site.memberId, "1")) ?? {};
    expect(name).not.toBe("");
    await part(page, "Changes").getByText(`${name} ·`).waitFor();

    await cardOf(page).getByRole("status").getByRole("button", { name: "Undo" }).click();
    await cardOf(page).getByText("It was undone.").waitFor();
    await links.getByText("maria@example.com").waitFor();
    const { points } = (await pages.site.store.people.find(pages.site.memberId, maria.person)) ?? { points: [] };
    expect(points.map((point) => point.key)).toContain("maria@example.com");
  });

  test("are joined after it was said what will happen, and parted again from the history", async () => {
    const { maria, visitor } = await furnish();
    const page = await settings();
    await openPerson(page, "Maria Lopez");
    await cardOf(page).getByRole("button", { name: "Join with another person" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: /Jonas Weber/ }).click();
    await dialog.getByText("Both have a phone of their own").waitFor();
    await pages.inspect(page, "customers-join");
    await dialog.getByRole("searchbox").fill("visitor");
    await dialog.getByText("Jonas Weber", { exact: true }).waitFor({ state: "detached" });
    await dialog.getByRole("button", { name: /Maria L\./ }).click();
    await dialog.getByText("with 1 link, 0 cards, 1 conversation").waitFor();
    await dialog.getByRole("button", { name: "Join", exact: true }).click();
    await cardOf(page).getByText("Maria L. is one with Maria Lopez now.").waitFor();
    expect((await pages.site.store.people.find(pages.site.memberId, maria.person))?.conversations).toHaveLength(2);

    await part(page, "Changes").getByRole("button", { name: "Undo: Somebody else was joined" }).click();
    await part(page, "Changes").getByText("Undone").waitFor();
    await cardOf(page).getByRole("button", { name: "Show this person" }).click();
    await cardOf(page).getByRole("heading", { name: "Maria L." }).waitFor();
    expect((await pages.site.store.people.find(pages.site.memberId, visitor.person))?.conversations).toEqual([
      visitor.conversation,
    ]);
  });

  test("give a link to somebody else, and part with what is another person's", async () => {
    const { jonas } = await furnish();
    const page = await settings();
    await openPerson(page, "Maria Lopez");
    await part(page, "Links").getByRole("button", { name: "Actions for maria@example.com" }).click();
    await page.getByRole("menuitem", { name: "Give to another person" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: /Jonas Weber/ }).click();
    await dialog.getByRole("button", { name: "Give", exact: true }).click();
    await cardOf(page).getByText("maria@example.com belongs to Jonas Weber now.").waitFor();
    await cardOf(page).getByRole("button", { name: "Show this person" }).click();
    await cardOf(page).getByRole("heading", { name: "Jonas Weber" }).waitFor();
    await part(page, "Links").getByText("maria@example.com").waitFor();
    await part(page, "Changes").getByText("maria@example.com came from another person.").waitFor();

    await cardOf(page).getByRole("button", { name: "Split" }).click();
    await dialog.getByText("Choose what the new person takes along.").waitFor();
    await dialog.getByRole("checkbox", { name: "maria@example.com" }).click();
    await dialog.getByText("A new person gets 1 link, 0 conversations of Jonas Weber.").waitFor();
    await pages.inspect(page, "customers-split");
    await dialog.getByRole("button", { name: "Split" }).click();
    await cardOf(page).getByText("A new person was made out of Jonas Weber.").waitFor();
    const keys = (await pages.site.store.people.find(pages.site.memberId, jonas.person))?.points.map(({ key }) => key);
    expect(keys).not.toContain("maria@example.com");
  });

  test("say in words why a change cannot be undone", async () => {
    const { maria, jonas } = await furnish();
    const { people } = pages.site.store;
    await people.movePoint(pages.site.memberId, "1", "email", "maria@example.com", jonas.person);
    const page = await settings();
    await openPerson(page, "Jonas Weber");
    await people.removePoint(pages.site.memberId, "1", "email", "maria@example.com");
    await part(page, "Changes").getByRole("button", { name: "Undo: maria@example.com came" }).click();
    await cardOf(page)
      .getByText("maria@example.com has been changed since, so this cannot be undone any more.")
      .waitFor();
    expect(maria.person).not.toBe(jonas.person);
  });

  test("are reached, read and left with the keyboard", async () => {
    await furnish();
    const page = await settings();
    await cardOf(page).getByRole("searchbox").focus();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await cardOf(page).locator("h3:focus", { hasText: "Jonas Weber" }).waitFor();
    await cardOf(page).getByRole("button", { name: "Back to all customers" }).press("Enter");
    await page.locator("[data-person]:focus").waitFor();
    expect(await page.locator(":focus").innerText()).toContain("Jonas Weber");
  });

  test("say so when there is nobody, when they cannot be loaded, and when somebody is gone", async () => {
    const away = (route: Route) =>
      route.fulfill({ status: 503, json: { error: { code: "unavailable", message: "The database is away." } } });
    let page = await settings();
    await cardOf(page).getByText("Nobody has written yet").waitFor();
    page = await settings(LOOKS.light, "en", (blank) => blank.route("**/api/customers?*", away));
    await cardOf(page).getByText("The database is away.").waitFor();
    await page.unroute("**/api/customers?*");
    await cardOf(page).getByRole("button", { name: "Try again" }).click();
    await cardOf(page).getByText("Nobody has written yet").waitFor();

    const { maria, jonas } = await furnish();
    page = await settings();
    await cardOf(page).getByText("Maria Lopez").waitFor();
    await pages.site.store.people.merge(pages.site.memberId, "1", maria.person, jonas.person);
    await cardOf(page)
      .getByRole("button", { name: /Maria Lopez/ })
      .click();
    await cardOf(page).getByRole("heading", { name: "This person is not here any more" }).waitFor();
    await pages.inspect(page, "customers-gone");
  });
});
