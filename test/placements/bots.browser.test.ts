import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accountId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { LOOKS, Pages } from "./support/open-pages.ts";

let pages: Pages;
let account: string;
let status = 200;
const bot = createServer((request, response) => {
  request.resume();
  request.on("end", () => response.writeHead(status, { "content-type": "application/json" }).end("{}"));
});

beforeAll(async () => {
  await new Promise<void>((resolve) => bot.listen(0, "127.0.0.1", resolve));
  pages = await Pages.start();
  const admin = await pages.site.install();
  const made = { channel: "telegram", name: "Ellis & Sons shop", credentials: { token: "1000000001:abcdef" } };
  account = (await pages.site.api(admin, "POST", "/accounts", made)).json().id;
});
afterAll(async () => {
  await pages.stop();
  await new Promise((resolve) => bot.close(resolve));
});

async function dialogIn(look: BrowserContextOptions, language: string, menu: RegExp, item: string) {
  const { url, fields } = pages.site.portal.appRequest();
  const translated = new URL(url);
  translated.searchParams.set("LANG", language);
  const page: Page = await pages.open({ url: translated.href, fields }, "/", look);
  await page.getByRole("button", { name: menu }).click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
  return { page, dialog: page.getByRole("dialog") };
}
const english = (look: BrowserContextOptions = LOOKS.light) => dialogIn(look, "en", /^Actions for Ellis/, "Bot");

test("an administrator sets a bot up, keeps its secret, tries it, and reads what was wrong with it", async () => {
  const { page, dialog } = await english();
  await dialog.getByText("It is made when you save for the first time.").waitFor();
  await dialog.getByLabel("Address").fill("https://10.0.0.1/bot");
  await dialog.getByLabel("The bot answers first").click();
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByRole("alert").getByText("begins with https").waitFor();
  await dialog.getByLabel("Address").fill(`http://127.0.0.1:${(bot.address() as AddressInfo).port}/bot`);
  await dialog.getByLabel("Name").fill("Robbie");
  await dialog.getByLabel("Seconds until a person takes over").fill("31");
  await dialog.getByText("A whole number from 1 to 30.").waitFor();
  expect(await dialog.getByRole("button", { name: "Save" }).isDisabled()).toBe(true);
  await dialog.getByLabel("Seconds until a person takes over").fill("5");
  await dialog.getByLabel("What the customer is told when it fails").fill("One moment, please.");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByText("It is shown only now").waitFor();
  const secret = await dialog.locator("code").textContent();
  expect(secret).toMatch(/^[\w-]{43}$/);
  await dialog.getByRole("button", { name: "Try it" }).click();
  await dialog.getByText("The bot answered.").waitFor();
  await pages.inspect(page, "bots-secret");
  status = 500;
  await dialog.getByRole("button", { name: "Try it" }).click();
  await dialog.getByText("The bot answered with the status 500.").waitFor();
  const stored = await pages.site.store.bots.find(pages.site.memberId, accountId(account));
  expect([stored?.secret, stored?.settings]).toEqual([
    secret,
    expect.objectContaining({ enabled: true, name: "Robbie", timeoutSeconds: 5, failureReply: "One moment, please." }),
  ]);

  const again = await english();
  await again.dialog.getByText("It was shown when it was made").waitFor();
  await again.dialog.getByRole("button", { name: "Make a new one" }).click();
  const asked = again.page.getByRole("dialog", { name: "Make a new secret?" });
  await asked.getByRole("button", { name: "Make a new one" }).click();
  await again.dialog.getByText("It is shown only now").waitFor();
  expect(await again.dialog.locator("code").textContent()).not.toBe(secret);
  expect(pages.complaints.splice(0)).toEqual([]);
});

test("it looks well in light, dark and narrow, in every language, and says that it rests", async () => {
  const { store, memberId } = pages.site;
  const until = new Date(Date.now() + 60 * 60_000);
  await store.bots.failed(memberId, accountId(account), { sentence: "The bot cannot be reached.", most: 1, until });
  for (const [name, look] of Object.entries(LOOKS)) {
    const { page, dialog } = await english(look);
    await dialog.getByText("It failed several times in a row").waitFor();
    await dialog.getByText("The bot cannot be reached.").waitFor();
    await pages.inspect(page, `bots-${name}`);
  }
  const russian = await dialogIn(LOOKS.narrow, "ru", /^Действия: Ellis/, "Бот");
  await russian.dialog.getByText("Бот недоступен.").waitFor();
  await pages.inspect(russian.page, "bots-ru");
  const spanish = await dialogIn(LOOKS.light, "la", /^Acciones .*Ellis/, "Bot");
  await spanish.dialog.getByText("No se puede contactar con el bot.").waitFor();
  await pages.inspect(spanish.page, "bots-es");
  expect(pages.complaints.splice(0)).toEqual([]);
});

test("whoever works sees which conversations a bot has, finds them, and takes one over", async () => {
  const { site } = pages;
  const { store, memberId } = site;
  const admin = await site.sessionOf(1);
  const says = async (chatId: string, name: string, text: string) => {
    const now = new Date();
    const [accepted] = await store.messages.acceptInbound([
      {
        ...{ portal: memberId, account: accountId(account), key: chatId, kind: "message", chatId, externalId: chatId },
        ...{ customer: { externalId: chatId, name }, content: { body: plainText(text), attachments: [] } },
        ...{ sentAt: now, notBefore: now },
      },
    ]);
    if (accepted?.kind !== "stored") throw new Error("not stored");
    return accepted.conversation;
  };
  const maria = await says("maria", "Maria", "Is my order ready?");
  await says("jonas", "Jonas", "Good morning");
  await store.conversations.learn(memberId, maria, { open: true, bot: { by: "account", name: "Robbie" } });
  await store.notes.add(memberId, {
    ...{ conversation: maria, authorId: "bot", clientId: "bot:1", text: "Wants a delivery.", mentions: [] },
  });
  const workplace = async (language: string, look: BrowserContextOptions) => {
    const { url, fields } = site.portal.appRequest();
    const translated = new URL(url);
    translated.searchParams.set("LANG", language);
    return pages.open({ url: translated.href, fields }, "/placements/workplace", look);
  };
  for (const [name, language, look, tag, filter, option, take] of [
    ["light", "en", LOOKS.light, "Bot: Robbie", "Who has it", "A bot's", "Take over"],
    ["ru", "ru", LOOKS.narrow, "Бот: Robbie", "Кто ведёт", "У бота", "Забрать у бота"],
    ["es", "la", LOOKS.dark, "Bot: Robbie", "Quién la atiende", "De un bot", "Asumir"],
  ] as const) {
    const page = await workplace(language, look);
    const rows = page.getByRole("navigation").getByRole("listitem");
    await rows.filter({ hasText: "Maria" }).getByText(tag).waitFor();
    expect(await rows.count()).toBe(2);
    await page.getByLabel(filter).selectOption({ label: option });
    await expect.poll(() => rows.count()).toBe(1);
    await rows.first().getByRole("button").click();
    await page.getByRole("button", { name: take }).waitFor();
    await page.getByText("Wants a delivery.").waitFor();
    await pages.inspect(page, `bot-has-it-${name}`);
  }
  const page = await workplace("en", LOOKS.light);
  await page.getByRole("navigation").getByRole("button", { name: /Maria/ }).click();
  await page.getByRole("button", { name: "Take over" }).click();
  await page.getByText("You have it").waitFor();
  expect((await site.api(admin, "GET", `/conversations/${maria}`)).json()).toMatchObject({
    ...{ bot: null, accepted: true, operator: { id: "1" } },
  });
  expect(pages.complaints.splice(0)).toEqual([]);
});
