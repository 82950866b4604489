/** What people see and may do by the role that an administrator gave them; and that of a person's pages one alone rings. */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { accountId, type ConversationId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { launchWholeBrowser } from "../support/browser.ts";
import { postPage } from "../support/our-page.ts";
import { LOOKS, Pages } from "./support/open-pages.ts";

const ANNA = 5;
const BORIS = 7;
const SOON = { timeout: 15_000 };

let pages: Pages;
let admin: string;
let account: string;
let keys = 0;

beforeAll(async () => {
  pages = await Pages.start([], launchWholeBrowser);
  admin = await pages.site.install();
  const body = { channel: "telegram", name: "Shop bot", credentials: { token: "1234567890:abcdefgh" } };
  account = (await pages.site.api(admin, "POST", "/accounts", body)).json().id;
});
afterAll(() => pages.stop());
afterEach(async () => {
  await pages.closePage();
  expect(pages.complaints.splice(0)).toEqual([]);
});

async function writes(name: string, operator?: number): Promise<ConversationId> {
  const { store, memberId: portal, news } = pages.site;
  keys += 1;
  const now = new Date();
  const [accepted] = await store.messages.acceptInbound([
    {
      ...{ portal, account: accountId(account), key: `r${keys}`, kind: "message", chatId: name, externalId: `${keys}` },
      ...{ customer: { externalId: name, name }, sentAt: now, notBefore: now },
      content: { body: plainText(`It is ${name}`), attachments: [] },
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  if (operator !== undefined)
    await store.conversations.learn(portal, accepted.conversation, { operator: String(operator), accepted: true });
  news.ofConversation(portal, accepted.conversation);
  return accepted.conversation;
}

const workplaceOf = (userId: number) =>
  pages.open(pages.site.portal.appRequest({ userId }), "/placements/workplace", LOOKS.light);
const listed = async (page: Page) =>
  (await page.getByRole("navigation").getByRole("listitem").allInnerTexts())
    .map((row) => row.split("\n")[0] ?? "")
    .toSorted();

/** Processes learn of a role within seconds: that person may read so many conversations. */
async function inForce(userId: number, conversations: number): Promise<void> {
  const session = await pages.site.sessionOf(userId);
  const readable = async () => (await pages.site.api(session, "GET", "/conversations")).json<unknown[]>().length;
  await expect.poll(readable, SOON).toBe(conversations);
}

test("roles are given in the settings, and say what people see, and what they may do", async () => {
  await writes("Nobodys");
  await writes("Annas", ANNA);
  await writes("Boriss", BORIS);

  const settings = await pages.open(pages.site.portal.appRequest(), "/");
  await settings.getByRole("button", { name: "Give roles" }).click();
  const dialog = settings.getByRole("dialog");
  for (const name of ["Anna Agent", "Boris Berg"]) await dialog.getByRole("button", { name: new RegExp(name) }).click();
  await dialog.getByLabel("Role of Boris Berg").selectOption({ label: "Controller" });
  await pages.inspect(settings, "roles-dialog");
  await dialog.getByRole("button", { name: "Save" }).click();
  await settings.getByText("Roles: Anna Agent (Agent), Boris Berg (Controller).").waitFor();

  await inForce(ANNA, 2);
  const agent = await workplaceOf(ANNA);
  await expect.poll(() => listed(agent), SOON).toEqual(["Annas", "Nobodys"]);
  await agent.getByRole("button", { name: /Annas/ }).click();
  await agent.getByRole("textbox", { name: "Message", exact: true }).waitFor();
  await agent.getByRole("button", { name: "Write to a new customer" }).waitFor();

  const controller = await workplaceOf(BORIS);
  await expect.poll(() => listed(controller), SOON).toEqual(["Annas", "Boriss", "Nobodys"]);
  await controller.getByRole("button", { name: /Annas/ }).click();
  await controller.getByText("Your role is to read along.").waitFor();
  await controller.getByRole("log").getByText("It is Annas").waitFor();
  // What they would be refused is not offered.
  const panel = controller.getByRole("complementary", { name: "About the customer" });
  await panel.getByText("It is not known yet who this is").waitFor();
  const offered = await controller
    .getByRole("button")
    .evaluateAll((all) => all.map((one) => one.getAttribute("aria-label") ?? one.textContent?.trim() ?? ""));
  const refused = [
    "Write to a new customer",
    "Accept",
    "Finish",
    "Transfer",
    "To the archive",
    "No reply needed",
    "Send",
  ];
  expect(offered.filter((name) => refused.includes(name))).toEqual([]);
  expect(offered).toContain("About the customer");
  await pages.inspect(controller, "roles-controller");

  const roles = [{ id: String(ANNA), name: "Anna Agent", role: "head" }];
  await pages.site.api(admin, "PATCH", "/portal", { roles });
  await inForce(ANNA, 3);
  const head = await workplaceOf(ANNA);
  await expect.poll(() => listed(head), SOON).toEqual(["Annas", "Boriss", "Nobodys"]);
  await head.getByRole("button", { name: /Boriss/ }).click();
  await head.getByRole("textbox", { name: "Message", exact: true }).waitFor();
});

/** What a page lets hear and see, beside what it really does. */
const LISTEN = `
  window.rung = [];
  window.Notification = class extends window.Notification {
    constructor(title, options) { super(title, options); window.rung.push(title); }
  };
  const tone = AudioContext.prototype.createOscillator;
  AudioContext.prototype.createOscillator = function () { window.rung.push("tone"); return tone.call(this); };`;

test("of several pages of one person a single one rings, and another one when it goes", async () => {
  const context = await pages.freshContext();
  await context.grantPermissions(["notifications"], { origin: pages.base });
  await context.addInitScript(LISTEN);
  const openOne = async () => {
    const page = await context.newPage();
    await postPage(page, pages.base, pages.site.portal.appRequest(), { path: "/placements/workplace" });
    await page.getByRole("button", { name: "Notifications" }).waitFor();
    return page;
  };
  const first = await openOne();
  await first.getByRole("button", { name: "Notifications" }).click();
  const dialog = first.getByRole("dialog");
  await dialog.getByRole("switch", { name: "Notification on the desktop" }).click();
  await dialog.getByRole("switch", { name: "Sound" }).click();
  await dialog.getByRole("button", { name: "Close" }).last().click();
  const second = await openOne();
  const rung = async (page: Page) => await page.evaluate<string[]>("window.rung.filter((one) => one !== 'tone')");
  const tones = async (page: Page) => await page.evaluate<number>("window.rung.filter((one) => one === 'tone').length");
  const tried = await tones(first);
  const rows = (page: Page, name: string) =>
    page.getByRole("navigation").getByRole("button", { name: new RegExp(name) });

  await writes("Maria");
  await expect.poll(() => rung(first), SOON).toEqual(["Maria wrote"]);
  await expect.poll(() => tones(first)).toBe(tried + 2);
  await rows(second, "Maria").waitFor();
  expect([await rung(second), await tones(second)]).toEqual([[], 0]);

  // The page that rings is closed: the lock goes on to the other one.
  await first.close();
  await expect
    .poll(async () => {
      await writes(`Next ${keys}`);
      return (await rung(second)).length;
    }, SOON)
    .toBeGreaterThan(0);
  expect((await rung(second))[0]).toMatch(/^Next \d+ wrote$/);
});
