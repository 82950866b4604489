import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { accountId, conversationId, type MessageId, mediaId } from "../../src/domain/ids.ts";
import type { Content } from "../../src/domain/message.ts";
import { plainText, type SpanKind } from "../../src/domain/rich-text.ts";
import type { MessageResult } from "../../src/store/contract/messages.ts";
import type { PageRequest } from "../emulators/portal/pages.ts";
import { openSite, type Site } from "../handlers/support/site.ts";

/** Our pages as the portal opens them: a real browser, the built bundles, the real server and store behind. */
let browser: Browser;
let outDir: string;
let site: Site;
let base: string;
let admin: string;
let context: BrowserContext | undefined;
const complaints: string[] = [];
const screenshots = process.env.SCREENSHOTS_DIR;

beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), "pages-"));
  await build({ configFile: "vite.config.ts", logLevel: "error", build: { outDir } });
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM_PATH ?? "", args: ["--no-sandbox"] });
  site = await openSite({ pagesDir: outDir });
  base = await site.app.listen({ port: 0, host: "127.0.0.1" });
  admin = await site.install();
  if (screenshots !== undefined) await mkdir(screenshots, { recursive: true });
});

afterAll(async () => {
  await browser?.close();
  await site?.stop();
  await rm(outDir, { recursive: true, force: true });
});

afterEach(async () => {
  await context?.close();
  context = undefined;
  site.installation.report = { ok: true, problems: [] };
  site.emulator.faults.clear();
  for (const account of await site.store.accounts.list(site.memberId))
    await site.api(admin, "DELETE", `/accounts/${account.id}`);
  await site.store.portals.update(site.memberId, {
    active: true,
    name: "Ellis & Sons",
    trouble: null,
    installation: { ok: true, problems: [] },
  });
  expect(complaints.splice(0)).toEqual([]);
});

type Look = Parameters<Browser["newContext"]>[0];
const LOOKS: Readonly<Record<string, NonNullable<Look>>> = {
  light: { colorScheme: "light", viewport: { width: 1280, height: 860 } },
  dark: { colorScheme: "dark", viewport: { width: 1280, height: 860 } },
  narrow: { colorScheme: "light", viewport: { width: 390, height: 780 } },
};

/** Opens a page the way the portal does: a form posted into a fresh window. */
async function open(
  request: PageRequest,
  path: string,
  fields: Readonly<Record<string, string>> = {},
  look: Look = LOOKS.light ?? {},
): Promise<Page> {
  await context?.close();
  context = await browser.newContext(look);
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !/Failed to load resource/.test(message.text())) complaints.push(message.text());
  });
  const all = { ...request.fields, ...fields };
  const inputs = Object.entries(all).map(
    ([name, value]) => `<input name="${name}" value="${value.replaceAll('"', "&quot;")}">`,
  );
  await page.setContent(
    `<form method="post" action="${base}${path}${new URL(request.url).search}">${inputs.join("")}</form>`,
  );
  await page.evaluate("document.forms[0].submit()");
  await page.locator("main").waitFor();
  return page;
}

const settings = (look?: Look) => open(site.portal.appRequest(), "/", {}, look);
const connectorSetup = (look?: Look) =>
  open(
    site.portal.appRequest(),
    "/placements/connector-setup",
    {
      PLACEMENT: "SETTING_CONNECTOR",
      PLACEMENT_OPTIONS: JSON.stringify({ CONNECTOR: "threadline_telegram", LINE: "1" }),
    },
    look,
  );
const dealTab = (look?: Look) =>
  open(
    site.portal.appRequest(),
    "/placements/deal-tab",
    { PLACEMENT: "CRM_DEAL_DETAIL_TAB", PLACEMENT_OPTIONS: JSON.stringify({ ID: "42" }) },
    look,
  );
const workplace = (look?: Look) => open(site.portal.appRequest(), "/placements/workplace", {}, look);

/** No serious accessibility fault, nothing cut off sideways; a picture of it where one is wanted. */
async function inspect(page: Page, name: string): Promise<void> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate("axe.run(document, { rules: { region: { enabled: false } } })")) as {
    violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
  };
  const serious = violations.filter((violation) => violation.impact === "serious" || violation.impact === "critical");
  if (screenshots !== undefined)
    await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: name.includes("settings") });
  expect(
    serious.map(
      (violation) =>
        `${violation.id}: ${violation.nodes.map((node) => `${node.html.slice(0, 200)} ${node.failureSummary.slice(0, 200)}`).join("; ")}`,
    ),
    name,
  ).toEqual([]);
  expect(
    await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"),
    `${name}: cut off sideways`,
  ).toBe(0);
}

async function inAllLooks(
  name: string,
  show: (look: Look) => Promise<Page>,
  ready: (page: Page) => Promise<void>,
): Promise<void> {
  for (const [look, options] of Object.entries(LOOKS)) {
    const page = await show(options);
    await ready(page);
    await inspect(page, `${name}-${look}`);
  }
}

let keys = 0;
async function receive(
  account: string,
  chatId: string,
  name: [string, string],
  content: string | Content,
  minutesAgo: number,
): Promise<{ message: MessageId; conversation: string }> {
  keys += 1;
  const sentAt = new Date(Date.now() - minutesAgo * 60_000);
  const [accepted] = await site.store.messages.acceptInbound([
    {
      portal: site.memberId,
      account: accountId(account),
      key: `k${keys}`,
      kind: "message",
      chatId,
      customer: { externalId: chatId, name: name[0], lastName: name[1], username: name[0].toLowerCase() },
      externalId: String(keys),
      content: typeof content === "string" ? { body: plainText(content), attachments: [] } : content,
      sentAt,
      notBefore: sentAt,
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  return accepted;
}

async function reply(conversation: string, text: string, minutesAgo: number): Promise<MessageId> {
  keys += 1;
  const accepted = await site.store.messages.acceptReply({
    portal: site.memberId,
    conversation: conversationId(conversation),
    kind: "message",
    originKey: `im:${keys}`,
    origin: { by: "open-line", imMessageId: String(keys), imChatId: "1" },
    content: { body: plainText(text), attachments: [] },
    sentAt: new Date(Date.now() - minutesAgo * 60_000),
  });
  if (accepted.kind !== "stored") throw new Error("not stored");
  return accepted.message;
}

async function ends(message: MessageId, result: MessageResult): Promise<void> {
  const row = await site.store.messages.find(site.memberId, message);
  if (!row) throw new Error("no row");
  const lane = `${row.direction}:${row.conversation}` as Parameters<Site["store"]["lanes"]["take"]>[0];
  await site.store.lanes.heartbeat("test", 60_000);
  await site.store.lanes.take(lane, "test", 10);
  await site.store.messages.beginAttempt(lane, "test", [message]);
  await site.store.messages.finish([{ message, result }]);
  await site.store.lanes.release(lane, "test");
}

async function account(name: string, token: string, line?: string): Promise<string> {
  const answer = await site.api(admin, "POST", "/accounts", {
    channel: "telegram",
    name,
    credentials: { token },
    ...(line !== undefined && { line }),
  });
  if (answer.statusCode !== 201) throw new Error(answer.body);
  return answer.json().id;
}

/** Two bots and a few conversations in every state a page can show. */
async function furnish(): Promise<{ readonly conversation: string }> {
  const shop = await account("Ellis & Sons shop", "1112223334:abcdef", "1");
  const service = await account("Service desk", "4445556667:abcdef");
  await site.store.accounts.update(site.memberId, accountId(service), {
    connection: {
      kind: "bad-credentials",
      sentence: "Telegram does not accept the token any more. Make a new one with @BotFather and change the account.",
    },
  });
  const maria = await receive(
    shop,
    "maria",
    ["Maria", "Lopez"],
    "Hello! Do you deliver on Fridays? I am looking at the oak table, the large one, and would need it before the weekend.",
    190,
  );
  await ends(maria.message, { state: "sent" });
  await ends(await reply(maria.conversation, "Good morning Maria, yes we do: between 9 and 13 o'clock.", 185), {
    state: "delivered",
    externalIds: ["5"],
  });
  await ends((await receive(shop, "maria", ["Maria", "Lopez"], "Perfect, thank you!", 30)).message, { state: "sent" });
  await ends(await reply(maria.conversation, "The driver will call you an hour before.", 12), {
    state: "uncertain",
    error:
      "Telegram did not answer in time. The message may not have been delivered; ask the customer before sending it again.",
  });
  const photo: Content = {
    body: plainText("This is the scratch"),
    attachments: [
      {
        kind: "file",
        source: { by: "channel", ref: "x" },
        name: "table-damage-report-from-the-carrier-final-version.pdf",
        mime: "application/pdf",
        size: 1_482_113,
      },
    ],
    quote: { author: "Shop", text: "Could you send us a picture?" },
  };
  const jonas = await receive(shop, "jonas", ["Jonas", "Weber"], photo, 8);
  await ends(await reply(jonas.conversation, "Thank you, we will exchange it.", 5), {
    state: "refused",
    error: "The customer has blocked the bot. Reach them another way.",
  });
  await receive(service, "li", ["Li", "Wei"], "Is anybody there?", 2);
  await site.store.conversations.learn(site.memberId, conversationId(maria.conversation), { imChatId: "777" });
  return { conversation: maria.conversation };
}

describe("settings", () => {
  test("show channels, switch and journal, in light, dark and narrow", async () => {
    await furnish();
    await inAllLooks("settings", settings, async (page) => {
      await page.getByText("Ellis & Sons shop", { exact: true }).first().waitFor();
      await page.getByText("Is anybody there?").waitFor();
    });
  });

  test("say what to do first when there is nothing yet", async () => {
    await inAllLooks("settings-empty", settings, (page) => page.getByText("No channel yet").waitFor());
  });

  test("tell what is missing, and repair it", async () => {
    site.installation.report = {
      ok: false,
      problems: [
        "The permission imopenlines is missing. Open the application's card in Bitrix24 Market and install it again.",
      ],
    };
    await site.store.portals.update(site.memberId, { installation: site.installation.report });
    const page = await settings();
    await page.getByText("The permission imopenlines is missing").waitFor();
    await inspect(page, "settings-problems");
    site.installation.report = { ok: true, problems: [] };
    await page.getByRole("button", { name: "Repair" }).click();
    await page.getByText("Everything is in place.").waitFor();
    expect(await page.getByText("The permission imopenlines is missing").count()).toBe(0);
  });

  test("add an account step by step, keeping what was typed when the vendor says no", async () => {
    const page = await settings();
    await page.getByRole("button", { name: "Add channel" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Connect" }).click();
    await dialog.getByText("This is needed.").waitFor();
    await dialog.getByLabel("Bot token").fill("bad-token-00000");
    await dialog.getByLabel("Name").fill("My bot");
    await dialog.getByRole("button", { name: "Connect" }).click();
    await dialog.getByText("Telegram does not know this token").waitFor();
    expect(await dialog.getByLabel("Name").inputValue()).toBe("My bot");
    await inspect(page, "settings-dialog");
    await dialog.getByLabel("Bot token").fill("1234567890:abcdef");
    await dialog.getByRole("button", { name: "Connect" }).click();
    await page.getByText("My bot").waitFor();
    expect(await site.store.accounts.list(site.memberId)).toMatchObject([
      { name: "My bot", connection: { kind: "connected" } },
    ]);
  });

  test("connect an account to a line, switch it off, ask about the backlog, delete it", async () => {
    const id = await account("Shop bot", "1112223334:abcdef");
    const page = await settings();
    await page.getByRole("combobox", { name: "Open Channel: Shop bot" }).click();
    await page.getByRole("option", { name: "Support" }).click();
    await expect.poll(async () => (await site.store.accounts.find(site.memberId, accountId(id)))?.line).toBe("2");
    const toggle = page.getByRole("switch", { name: "Deliver messages of Shop bot" });
    await toggle.click();
    await page.getByText("Off: messages are kept").waitFor();
    await receive(id, "c", ["Maria", "Lopez"], "hello", 1);
    await toggle.click();
    await page.getByText("1 message came in").waitFor();
    await inspect(page, "settings-backlog");
    await page.getByRole("button", { name: "Leave undelivered" }).click();
    await expect.poll(async () => (await site.store.accounts.find(site.memberId, accountId(id)))?.enabled).toBe(true);
    await page.getByText("Given up").waitFor();
    await page.getByRole("button", { name: "Send again" }).click();
    await page.getByText("Waiting").waitFor();
    await page.getByRole("button", { name: "Actions for Shop bot" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("No channel yet").waitFor();
    expect(await site.store.accounts.list(site.memberId)).toEqual([]);
  });

  test("filter the journal by state and channel, and ask before an uncertain message goes again", async () => {
    await furnish();
    const page = await settings();
    await page.getByText("Is anybody there?").waitFor();
    await page.getByRole("combobox", { name: "State" }).click();
    await page.getByRole("option", { name: "With trouble" }).click();
    await page.getByText("Is anybody there?").waitFor({ state: "hidden" });
    await page.getByText("Thank you, we will exchange it.").waitFor();
    const doubtful = page.getByRole("listitem").filter({ hasText: "The driver will call you" });
    await doubtful.getByRole("button", { name: "Send again" }).click();
    await page.getByText("It may have arrived already.").waitFor();
    expect(site.woken.filter((lane) => lane.startsWith("out:"))).toEqual([]);
    await page.getByRole("dialog").getByRole("button", { name: "Send again" }).click();
    await doubtful.waitFor({ state: "hidden" });
    expect(site.woken.filter((lane) => lane.startsWith("out:"))).toHaveLength(1);
    await page.getByRole("combobox", { name: "State" }).click();
    await page.getByRole("option", { name: "All states" }).click();
    await page.getByRole("combobox", { name: "Channel", exact: true }).click();
    await page.getByRole("option", { name: "Service desk" }).click();
    await page.getByText("Is anybody there?").waitFor();
    expect(await page.getByText("The driver will call you").count()).toBe(0);
    await page.getByRole("combobox", { name: "State" }).click();
    await page.getByRole("option", { name: "Refused" }).click();
    await page.getByText("No such message").waitFor();
  });

  test("are kept up to date without overwriting what is being typed", async () => {
    const page = await settings();
    const name = page.getByLabel("Name");
    await name.fill("Half a na");
    await site.store.portals.update(site.memberId, { name: "From elsewhere" });
    await page.getByText("Not saved yet").waitFor();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved", { exact: true }).waitFor();
    expect((await site.store.portals.find(site.memberId))?.name).toBe("Half a na");
  });

  test("work with the keyboard alone", async () => {
    await account("Shop bot", "1112223334:abcdef");
    const page = await settings();
    await page.getByText("Shop bot").waitFor();
    const add = page.getByRole("button", { name: "Add channel" });
    await add.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await expect.poll(() => page.evaluate("document.activeElement.textContent")).toContain("Add channel");
  });

  test("say so when the server is away, and go on when it is back", async () => {
    const page = await open(site.portal.appRequest(), "/");
    await page.getByText("No channel yet").waitFor();
    await context?.setOffline(true);
    await page.getByLabel("Name").fill("Renamed");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("The server cannot be reached").waitFor();
    await context?.setOffline(false);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved", { exact: true }).waitFor();
    expect((await site.store.portals.find(site.memberId))?.name).toBe("Renamed");
  });

  test("speak Russian", async () => {
    await furnish();
    const request = site.portal.appRequest();
    const page = await open({ ...request, url: request.url.replace("LANG=en", "LANG=ru") }, "/");
    await page.getByRole("heading", { name: "Последние сообщения" }).waitFor();
    await page.getByText("Is anybody there?").waitFor();
    await inspect(page, "settings-russian");
  });
});

describe("connector's settings", () => {
  test("pick an account, connect, show the state, disconnect", async () => {
    const id = await account("Shop bot", "1112223334:abcdef");
    await account("Service desk", "4445556667:abcdef", "2");
    await inAllLooks("connector-choose", connectorSetup, (page) =>
      page.getByText("Now connected to Support").waitFor(),
    );
    const page = await connectorSetup();
    await page.getByRole("radio", { name: /Shop bot/ }).click();
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    await page.getByText("Shop bot is connected to this Open Channel").waitFor();
    expect(site.portal.portal.isLineActive("threadline_telegram", 1)).toBe(true);
    await inspect(page, "connector-connected");
    await page.getByRole("button", { name: "Disconnect" }).click();
    await page.getByText("Which account shall be connected?").waitFor();
    expect((await site.store.accounts.find(site.memberId, accountId(id)))?.line).toBeUndefined();
  });

  test("make the first account inline, connected at once", async () => {
    const page = await connectorSetup();
    await page.getByText("There is no account of this channel yet").waitFor();
    await page.getByRole("button", { name: "Add an account" }).click();
    await page.getByRole("dialog").getByLabel("Bot token").fill("1234567890:abcdef");
    await page.getByRole("dialog").getByRole("button", { name: "Connect" }).click();
    await page.getByText("is connected to this Open Channel").waitFor();
    expect(site.portal.portal.isLineActive("threadline_telegram", 1)).toBe(true);
  });
});

describe("conversations", () => {
  test("of the workplace: list and thread, in light, dark and narrow", async () => {
    await furnish();
    await inAllLooks("workplace", workplace, async (page) => {
      await page.getByRole("button", { name: /Maria Lopez/ }).click();
      await page.getByText("The driver will call you").waitFor();
    });
    const page = await workplace(LOOKS.narrow);
    await page.getByRole("button", { name: /Jonas Weber/ }).waitFor();
    await inspect(page, "workplace-narrow-list");
    await page.getByRole("button", { name: /Jonas Weber/ }).click();
    await page.getByText("The customer has blocked the bot").waitFor();
    await inspect(page, "workplace-narrow-thread");
  });

  test("a new message appears by itself", async () => {
    const { conversation } = await furnish();
    const page = await workplace();
    await page.getByRole("button", { name: /Maria Lopez/ }).click();
    await page.getByText("The driver will call you").waitFor();
    await reply(conversation, "One more thing", 0);
    await page.getByText("One more thing").waitFor({ timeout: 15_000 });
    expect(await page.getByText("The driver will call you").count()).toBe(1);
  });

  test("stay at the end while pictures load, and let go of a reader who scrolls away", async () => {
    const shop = await account("Shop bot", "1112223334:abcdef");
    for (let index = 0; index < 12; index += 1)
      await receive(shop, "maria", ["Maria", "Lopez"], `Message ${index}`, 60 - index);
    const picture: Content = {
      body: plainText("A picture whose size nobody told"),
      attachments: [
        { kind: "photo", source: { by: "media", id: mediaId(randomUUID()) }, name: "room.jpg", mime: "image/png" },
      ],
    };
    await receive(shop, "maria", ["Maria", "Lopez"], picture, 2);
    await receive(shop, "maria", ["Maria", "Lopez"], "The last one", 1);
    const page = await workplace();
    const { promise: shown, resolve: show } = Promise.withResolvers<void>();
    // Links of media name the public address, which is not this server's.
    await page.route("**/messages?*", async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ body: (await answer.text()).replaceAll("http://threadline.test/", `${base}/`) });
    });
    await page.route("**/media/*", async (route) => {
      await shown;
      await route.fulfill({
        contentType: "image/svg+xml",
        body: '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="280"/>',
      });
    });
    await page.getByRole("button", { name: /Maria Lopez/ }).click();
    const last = page.getByText("The last one");
    await last.waitFor();
    const log = page.getByRole("log");
    const fromEnd = () => log.evaluate((view) => Math.round(view.scrollHeight - view.scrollTop - view.clientHeight));
    const before = await log.evaluate((view) => view.scrollHeight);
    show();
    await expect.poll(async () => await log.evaluate((view) => view.scrollHeight)).toBeGreaterThan(before);
    await expect.poll(fromEnd).toBe(0);

    await log.evaluate((view) => view.scrollTo(0, 0));
    const toEnd = page.getByRole("button", { name: "To the newest message" });
    await toEnd.waitFor();
    await receive(shop, "maria", ["Maria", "Lopez"], "Meanwhile", 0);
    await page.getByText("Meanwhile").waitFor({ timeout: 15_000 });
    expect(await log.evaluate((view) => view.scrollTop)).toBe(0);
    await toEnd.click();
    await expect.poll(fromEnd).toBe(0);
    await toEnd.waitFor({ state: "hidden" });
  });

  test("show formatting and links, never HTML; a deleted message only as such", async () => {
    const shop = await account("Shop bot", "1112223334:abcdef");
    const text = "<b>not bold</b> bold https://shop.example/a?b=1. Call +34 600 123 456 or evil";
    const span = (kind: SpanKind, words: string, url?: string) => ({
      kind,
      start: text.lastIndexOf(words),
      end: text.lastIndexOf(words) + words.length,
      ...(url !== undefined && { url }),
    });
    const spans = [
      span("bold", "bold https://shop.example/a?b=1"),
      span("italic", "https://shop.example/a?b=1"),
      span("link", "evil", "javascript:alert(1)"),
    ];
    await receive(shop, "maria", ["Maria", "Lopez"], { body: { text, spans }, attachments: [] }, 5);
    const gone = await receive(shop, "maria", ["Maria", "Lopez"], "Forget what I said", 4);
    const row = await site.store.messages.find(site.memberId, gone.message);
    await site.store.messages.acceptInbound([
      {
        portal: site.memberId,
        account: accountId(shop),
        key: "gone",
        kind: "delete",
        chatId: "maria",
        customer: { externalId: "maria", name: "Maria" },
        externalId: row?.externalIds[0] ?? "",
        content: { body: plainText(""), attachments: [] },
        sentAt: new Date(),
        notBefore: new Date(),
      },
    ]);
    const page = await workplace();
    await page.getByRole("button", { name: /Maria Lopez/ }).click();
    const log = page.getByRole("log");
    await log.getByText("<b>not bold</b>").waitFor();
    expect(await log.locator("strong").textContent()).toBe("bold https://shop.example/a?b=1");
    const links = await log
      .locator("a")
      .evaluateAll((all) =>
        all.map((a) => [a.textContent, ...["href", "target", "rel"].map((name) => a.getAttribute(name))]),
      );
    const safe = ["_blank", "noopener noreferrer nofollow"];
    expect(links).toEqual([
      ["https://shop.example/a?b=1", "https://shop.example/a?b=1", ...safe],
      ["+34 600 123 456", "tel:+34600123456", ...safe],
    ]);
    await log.getByText("Message deleted").waitFor();
    expect(await log.getByText("Forget what I said").count()).toBe(0);
  });

  test("show a group's messages with all their parts, in light, dark and narrow", async () => {
    const shop = await account("Shop bot", "1112223334:abcdef");
    const ann = { externalId: "ann", name: "Ann", lastName: "Lee" };
    const now = new Date();
    let part = 0;
    const row = (content: Partial<Content>, more: object = {}) => {
      part += 1;
      return {
        portal: site.memberId,
        account: accountId(shop),
        key: `part-${part}`,
        kind: "message",
        chatId: "club",
        customer: { externalId: "club", name: "Chess club" },
        externalId: `part-${part}`,
        group: true,
        content: { body: plainText(""), attachments: [], author: ann, ...content },
        sentAt: now,
        notBefore: now,
        ...more,
      } as const;
    };
    const [first] = await site.store.messages.acceptInbound([
      row({ place: { latitude: 48.2, longitude: 16.37, title: "Club house", address: "Main St 1" } }),
      row({ contacts: [{ name: "Bob <b>", phones: ["+1 555 000 1234"], emails: ["bob@example.com"] }] }),
      row({ body: plainText("Tournament on Sunday"), forwarded: { from: "Dan" } }),
      row({ body: plainText("Eve joined the group"), notice: "joined" }),
      row({ body: plainText("I will be late") }, { fromDevice: true }),
      row({ body: plainText("👍") }, { kind: "reaction", externalId: "part-3" }),
    ]);
    if (first?.kind !== "stored") throw new Error("not stored");
    await site.store.messages.acceptReply({
      portal: site.memberId,
      conversation: first.conversation,
      kind: "message",
      originKey: "surface:parts",
      origin: { by: "surface", clientId: "parts", authorId: "1" },
      content: {
        body: plainText("Shall we count you in?"),
        attachments: [],
        template: { name: "invitation", language: "en", variables: [] },
        buttons: [
          [
            { kind: "reply", text: "Yes" },
            { kind: "link", text: "Evil", url: "javascript:alert(1)" },
            { kind: "link", text: "Rules", url: "https://club.example/rules" },
          ],
        ],
      },
      sentAt: now,
    });
    const show = async (look: Look) => {
      const page = await workplace(look);
      await page.getByRole("button", { name: /Chess club/ }).click();
      return page;
    };
    await inAllLooks("workplace-parts", show, async (page) => {
      const log = page.getByRole("log");
      await log.getByText("Club house").waitFor();
      expect(await log.locator("a").evaluateAll((all) => all.map((a) => a.getAttribute("href")))).toEqual([
        "https://www.google.com/maps/search/?api=1&query=48.2%2C16.37",
        "tel:+15550001234",
        "mailto:bob@example.com",
        "https://club.example/rules",
      ]);
      for (const words of ["Bob <b>", "Forwarded from Dan", "From the phone", "Template: invitation", "Evil"])
        await log.getByText(words, { exact: true }).waitFor();
      expect(await log.locator("p", { hasText: /^Ann Lee$/ }).count()).toBe(3);
      const late = log.locator("li", { hasText: "I will be late" });
      expect(await late.getAttribute("class")).toContain("items-end");
      const tournament = log.locator("li", { hasText: "Tournament on Sunday" });
      expect(await tournament.getByRole("list", { name: "Reactions" }).textContent()).toContain("👍");
      expect(await log.locator("li", { hasText: "Eve joined" }).getAttribute("class")).toContain("justify-center");
    });
  });

  test("of a card that has none say why", async () => {
    await inAllLooks("card-empty", dealTab, (page) => page.getByText("No conversations yet").waitFor());
  });
});

describe("installation", () => {
  const install = (look?: Look) => open(site.portal.installRequest(), "/install", {}, look);

  test("shows that it is done, or what is missing, and tries again", async () => {
    await inAllLooks("install-done", install, (page) => page.getByText("Threadline is ready").waitFor());
    site.installation.report = {
      ok: false,
      problems: [
        "The permission imopenlines is missing. Add it to the application and install it again.",
        "The tab in leads could not be added: the portal works without leads.",
      ],
    };
    const page = await install();
    await page.getByText("Not everything could be set up").waitFor();
    await inspect(page, "install-problems");
    site.installation.report = { ok: true, problems: [] };
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("Threadline is ready").waitFor();
  });

  test("tells the portal, and says so with a way out when the portal did not hear it", async () => {
    const { url, fields } = site.portal.installRequest();
    const sid = "a".repeat(32);
    context = await browser.newContext();
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`);
    const address = site.portal.portal.address;
    await page.goto(`http://${address}/no-such-page`);
    // A portal whose answer to the first installFinish is garbled.
    await page.setContent(
      `<iframe name="${address}|0|${sid}" width="800" height="600"></iframe>
          <form method="post" target="${address}|0|${sid}" action="${base}/install${new URL(url).search}">${inputs.join("")}</form>
          <script>
            window.finishes = 0;
            window.addEventListener("message", ({ data, source, origin }) => {
              const [command, ...rest] = data.split(":");
              const key = rest.at(-2);
              const garbled = command === "setInstallFinish" && ++window.finishes === 1;
              const init = { MEMBER_ID: "${site.memberId}", LANG: "en", INSTALL: true, FIRST_RUN: false, AUTH_EXPIRES: "3600" };
              const answer = command === "getInitData" ? init : true;
              source.postMessage(key + ":" + (garbled ? "{" : JSON.stringify(answer)), origin);
            });
            document.forms[0].submit();
          </script>`,
    );
    const frame = page.frameLocator("iframe");
    await frame.getByText("Bitrix24 has not heard it yet").waitFor();
    expect(errors).toEqual([expect.stringContaining("installFinish")]);
    await frame.getByRole("button", { name: "Finish the installation" }).click();
    await frame.getByText("Threadline is ready").waitFor();
    expect(await page.evaluate("window.finishes")).toBe(2);
    expect(errors).toHaveLength(1);
  });
});
