import type { BrowserContextOptions, Page, Route } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type AccountId, accountId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { localTime } from "../../src/relay/local-time.ts";
import { LOOKS, Pages } from "./support/open-pages.ts";

let pages: Pages;
let admin: string;
const MINUTE = 60_000;
const ago = (ms: number) => new Date(Date.now() - ms);

beforeAll(async () => {
  pages = await Pages.start();
  admin = await pages.site.install();
});
afterAll(() => pages.stop());
afterEach(async () => {
  await pages.closePage();
  const { site } = pages;
  site.portal.portal.notifications.length = 0;
  await site.store.health.saveSettings(site.memberId, { people: null });
  for (const account of await site.store.accounts.list(site.memberId))
    await site.store.accounts.delete(site.memberId, account.id);
  expect(pages.complaints.splice(0)).toEqual([]);
});

let tokens = 0;
async function account(name: string): Promise<AccountId> {
  tokens += 1;
  const credentials = { token: `${1_000_000_000 + tokens}:abcdef` };
  const answer = await pages.site.api(admin, "POST", "/accounts", { channel: "telegram", name, credentials });
  expect(answer.statusCode, answer.body).toBe(201);
  return accountId(answer.json().id);
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
const board = (page: Page) => page.getByRole("region", { name: /^(Health|Состояние каналов|Estado de los canales)$/ });
const rowOf = (page: Page, name: string) => board(page).getByRole("listitem").filter({ hasText: name });

/** One that is well, one that needs somebody, one that is silent, one that reconnects, one that is off. */
async function furnish() {
  const { store, memberId: portal } = pages.site;
  const well = await account("Ellis & Sons shop");
  const locked = await account("Service desk");
  const silent = await account("Spare parts");
  const flaky = await account("Workshop, the one with the long name on the second floor");
  const off = await account("Old number");
  await store.accounts.update(portal, locked, {
    connection: {
      kind: "bad-credentials",
      sentence: "Telegram does not accept the token any more. Make a new one with @BotFather and change the account.",
    },
  });
  await store.accounts.update(portal, flaky, {
    connection: { kind: "transient-disconnect", sentence: "Telegram does not answer just now." },
  });
  await store.accounts.update(portal, off, { enabled: false });
  await store.health.raise(portal, locked, { kind: "connection", reason: "person", sentence: "", since: ago(0) });
  await store.health.raise(portal, silent, {
    kind: "silence",
    reason: "silent",
    sentence: "",
    since: ago(310 * MINUTE),
  });
  const place = { portal, ...localTime(new Date(), (await store.health.settings(portal))?.timeZone) };
  await store.health.record([
    { ...place, account: well, received: 41, sent: 38, lastReceivedAt: ago(2 * MINUTE), lastSentAt: ago(30_000) },
    {
      ...place,
      account: locked,
      refused: 1,
      uncertain: 2,
      lastReceivedAt: ago(50 * 60 * MINUTE),
      lastSentAt: ago(51 * 60 * MINUTE),
    },
    { ...place, account: silent, lastReceivedAt: ago(310 * MINUTE) },
  ]);
  await receive(locked, "Is anybody there?");
  await receive(locked, "Hello?");
  return { well, locked, silent, flaky, off };
}

let keys = 0;
async function receive(to: AccountId, text: string) {
  keys += 1;
  const [accepted] = await pages.site.store.messages.acceptInbound([
    {
      portal: pages.site.memberId,
      account: to,
      key: `k${keys}`,
      kind: "message",
      chatId: `chat-${to}`,
      customer: { externalId: "li", name: "Li", lastName: "Wei" },
      externalId: String(keys),
      content: { body: plainText(text), attachments: [] },
      sentAt: ago(7 * MINUTE),
      notBefore: ago(7 * MINUTE),
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  return accepted;
}

const away = (route: Route) =>
  route.fulfill({ status: 503, json: { error: { code: "unavailable", message: "The database is away." } } });

describe("the health board", () => {
  test("says how each channel is and what to do, in light, dark and narrow", async () => {
    await furnish();
    for (const [name, look] of Object.entries(LOOKS)) {
      const page = await settings(look);
      await board(page).getByText("3 channels need a look").waitFor();
      await pages.inspect(page, `health-${name}`);
    }
    const page = await settings();
    const well = rowOf(page, "Ellis & Sons shop");
    // Two when it was furnished; the pages before took their time.
    await well.getByText(/\d+ minutes ago/).waitFor();
    expect(await well.getByText(/\d+ minutes ago/).getAttribute("title")).toMatch(/\d{4}.*\d{1,2}:\d{2}/);
    const locked = rowOf(page, "Service desk");
    for (const words of ["Not accepted", "choose Change", "2 for Bitrix24", "2 days ago", "3, show them"])
      await locked.getByText(words).first().waitFor();
    await rowOf(page, "Spare parts").getByText("Nothing has come in since").waitFor();
    await rowOf(page, "Workshop").getByText("tried again by itself").waitFor();
    expect(await rowOf(page, "Old number").getByRole("button").count()).toBe(0);
  });

  test("is quiet while there is nothing, and speaks Russian and Spanish", async () => {
    const page = await settings();
    await board(page).getByText("Once a channel is connected").waitFor();
    await furnish();
    for (const [language, words] of [
      ["ru", "3 канала требуют внимания"],
      ["la", "3 canales requieren atención"],
    ] as const) {
      const translated = await settings(LOOKS.narrow, language);
      await board(translated).getByText(words).waitFor();
      await pages.inspect(translated, `health-${language}`);
    }
  });

  test("connects a channel again and leads from its errors to the journal", async () => {
    const { locked } = await furnish();
    const lost = await receive(locked, "Where is my order?");
    const { store } = pages.site;
    await store.messages.finish([{ message: lost.message, result: { state: "failed", error: "Given up." } }]);
    const page = await settings();
    await rowOf(page, "Service desk").getByRole("button", { name: "3, show them" }).click();
    const journal = page.getByRole("region", { name: "Recent messages" });
    await journal.getByText("Where is my order?").waitFor();
    // Both may have stood there before.
    await journal.getByText("Is anybody there?").waitFor({ state: "hidden" });
    expect(await page.evaluate("document.activeElement?.textContent?.includes('Recent messages')")).toBe(true);

    await page.getByRole("button", { name: "Connect again: Service desk" }).click();
    await rowOf(page, "Service desk").getByText("Service desk is connected.").waitFor();
    await board(page).getByText("2 channels need a look").waitFor();
    expect((await store.accounts.find(pages.site.memberId, locked))?.connection.kind).toBe("connected");
  });

  test("keeps what it showed when news cannot be loaded, and offers to try again when there is nothing to show", async () => {
    await furnish();
    const page = await settings();
    await rowOf(page, "Service desk").waitFor();
    await page.route("**/api/health", away);
    await page.getByRole("button", { name: "Connect again: Ellis & Sons shop" }).click();
    await board(page).getByText("newer ones could not be loaded").waitFor();
    await rowOf(page, "Service desk").waitFor();

    const fresh = await settings({}, "en", (opened) => opened.route("**/api/health", away));
    await board(fresh).getByText("The database is away.").waitFor();
    await fresh.unroute("**/api/health");
    await board(fresh).getByRole("button", { name: "Try again" }).click();
    await rowOf(fresh, "Service desk").waitFor();
  });

  test("chooses colleagues by search, saves them, and sends a test to them", async () => {
    const { site } = pages;
    const page = await settings();
    await board(page).getByRole("button", { name: "Alarms" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Nobody was chosen yet").waitFor();
    await dialog.getByText("Ada Admin").waitFor();
    await dialog.getByLabel("Find a colleague").fill("ber");
    await dialog.getByRole("button", { name: "Boris Berg" }).click();
    await dialog.getByRole("button", { name: "Do not tell Ada Admin" }).click();
    await pages.inspect(page, "health-alarms");
    expect(await dialog.getByRole("button", { name: "Send a test notification" }).isDisabled()).toBe(true);
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText("Saved").waitFor();
    expect((await site.store.health.settings(site.memberId))?.people).toEqual([{ id: "7", name: "Boris Berg" }]);
    await dialog.getByRole("button", { name: "Send a test notification" }).click();
    await dialog.getByText("Sent to Boris Berg").waitFor();
    expect(site.portal.portal.notifications).toMatchObject([{ userId: 7 }]);

    await dialog.getByRole("button", { name: "Do not tell Boris Berg" }).click();
    await dialog.getByText("Nobody is told.").waitFor();
    await dialog.getByLabel("Find a colleague").fill("nobody like this");
    await dialog.getByText("Nobody was found.").waitFor();
  });

  test("takes the clock of whoever opens it first", async () => {
    const { site } = pages;
    await settings({ timezoneId: "America/Bogota" });
    await expect.poll(async () => (await site.store.health.settings(site.memberId))?.timeZone).not.toBeUndefined();
    const known = (await site.store.health.settings(site.memberId))?.timeZone;
    const page = await settings({ timezoneId: "Asia/Tashkent" });
    await board(page).getByRole("button", { name: "Alarms" }).click();
    await page.getByText(`judged by the clock of ${known}`).waitFor();
    await page.getByRole("button", { name: "Use Asia/Tashkent" }).click();
    await page.getByText("judged by the clock of Asia/Tashkent").waitFor();
  });
});
