import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page, Request, Response } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { createWebchatAdapter } from "../../src/channels/webchat/adapter.ts";
import { createUploads } from "../../src/channels/webchat/uploads.ts";
import { type AccountId, accountId, type ConversationId, laneOf, type MessageId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import type { MessageResult } from "../../src/store/contract/messages.ts";
import { openSite, type Site } from "../handlers/support/site.ts";
import { launchBrowser } from "../support/browser.ts";
import { faultsOf } from "../support/our-page.ts";

/** One conversation as an agent watches it: what the customer types, and marks that change. Real browser, server, store. */
const VISITOR = `v${"a".repeat(22)}`;
const screenshots = process.env["SCREENSHOTS_DIR"];
let browser: Browser;
let dataDir: string;
let site: Site;
let base: string;
let admin: string;
let account: AccountId;
let conversation: ConversationId;
let context: BrowserContext | undefined;
const complaints: string[] = [];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "thread-"));
  browser = await launchBrowser();
  const uploads = createUploads({ dataDir, now: () => new Date() });
  const webchat = createWebchatAdapter({ hub: { notify: () => undefined }, uploads });
  site = await openSite({ pagesDir: inject("builtPages"), channels: [webchat] });
  base = await site.app.listen({ port: 0, host: "127.0.0.1" });
  admin = await site.install();
  if (screenshots !== undefined) await mkdir(screenshots, { recursive: true });
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await site?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

beforeEach(async () => {
  const settings = { origins: ["https://shop.example"], livePreview: true };
  const created = await site.api(admin, "POST", "/accounts", {
    ...{ channel: "webchat", name: "Shop", credentials: {}, settings },
  });
  account = accountId(created.json<{ id: string }>().id);
  ({ conversation } = await receive("Hello, is the oak table still there?"));
});

afterEach(async () => {
  await context?.close();
  await site.api(admin, "DELETE", `/accounts/${account}`);
  expect(complaints.splice(0)).toEqual([]);
});

let keys = 0;
async function receive(
  text: string,
  to = account,
  name = "Ada",
): Promise<{ message: MessageId; conversation: ConversationId }> {
  keys += 1;
  const sentAt = new Date();
  const [accepted] = await site.store.messages.acceptInbound([
    {
      ...{
        portal: site.memberId,
        account: to,
        key: `k${keys}`,
        kind: "message",
        chatId: VISITOR,
        externalId: `e${keys}`,
      },
      ...{ customer: { externalId: VISITOR, name, lastName: "Moss" }, sentAt, notBefore: sentAt },
      content: { body: plainText(text), attachments: [] },
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  return accepted;
}

async function reply(text: string, kind: "message" | "edit" = "message", target?: MessageId): Promise<MessageId> {
  keys += 1;
  const accepted = await site.store.messages.acceptReply({
    ...{ portal: site.memberId, conversation, kind, target, originKey: `im:${keys}`, sentAt: new Date() },
    origin: { by: "open-line", imMessageId: String(keys), imChatId: "1" },
    content: { body: plainText(text), attachments: [] },
  });
  if (accepted.kind !== "stored") throw new Error(`the reply was ${accepted.kind}`);
  return accepted.message;
}

async function end(messages: readonly MessageId[], result: MessageResult): Promise<void> {
  const lane = laneOf("out", conversation, site.memberId);
  await site.store.lanes.heartbeat("test", 60_000);
  await site.store.lanes.take(lane, "test", 500);
  await site.store.messages.beginAttempt(lane, "test", messages);
  await site.store.messages.finish(
    messages.map((message) => ({ message, result: { ...result, externalIds: [`x${message}`] } })),
  );
  await site.store.lanes.release(lane, "test");
}

const WIDE = { viewport: { width: 1280, height: 860 } };
const LOOKS: Readonly<Record<string, NonNullable<Parameters<Browser["newContext"]>[0]>>> = {
  light: { ...WIDE, colorScheme: "light" },
  dark: { ...WIDE, colorScheme: "dark" },
  narrow: { viewport: { width: 390, height: 780 }, colorScheme: "light" },
};

/** The workplace with the conversation open. `before` prepares the page before it loads. */
async function open(
  look = LOOKS["light"],
  before: (page: Page) => Promise<unknown> = async () => undefined,
): Promise<Page> {
  await context?.close();
  context = await browser.newContext(look);
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
  await before(page);
  const { url, fields } = site.portal.appRequest();
  const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`);
  const action = `${base}/placements/workplace${new URL(url).search}`;
  await page.setContent(`<form method="post" action="${action}">${inputs.join("")}</form>`);
  await page.evaluate("document.forms[0].submit()");
  await page.getByRole("button", { name: /Ada Moss/ }).click();
  await page.getByRole("log").getByRole("listitem").first().waitFor();
  return page;
}

/** Who types before the page's stream is open is not seen typing. */
async function openListening(look?: (typeof LOOKS)[string], before?: (page: Page) => Promise<unknown>): Promise<Page> {
  let heard: (() => void) | undefined;
  const listening = new Promise<void>((resolve) => {
    heard = resolve;
  });
  const page = await open(look, async (fresh) => {
    await before?.(fresh);
    fresh.on("response", (response) => {
      if (tellsLooking(response) && response.ok()) heard?.();
    });
  });
  await listening;
  return page;
}

/** The page's stream begins with the conversation, or is told of it. */
const tellsLooking = (response: Response) =>
  response.url().includes("/live?") ? response.url().includes("looking=") : looksAt(response.request(), true);
const looksAt = (request: Request, any: boolean) =>
  request.url().endsWith("/looking") && /"conversations":\[\]/.test(request.postData() ?? "") !== any;

const types = (text: string | undefined) => site.hub.draft(account, VISITOR, text);
const typed = (page: Page) => page.getByRole("region", { name: "What Ada Moss is typing" });
const dots = (page: Page) => page.locator("[aria-live=off]", { hasText: "Ada Moss is typing" });

describe("what the customer types", () => {
  test("is shown letter by letter, and goes when it is cleared or has become a message", async () => {
    const page = await openListening();
    types("Could you");
    await typed(page).getByText("Could you", { exact: true }).waitFor();
    types("Could you deliver it <b>on</b> Friday?");
    await typed(page).getByText("Could you deliver it <b>on</b> Friday?", { exact: true }).waitFor();
    types("");
    await typed(page).waitFor({ state: "detached" });
    types("Could you deliver it on Friday?");
    await typed(page).waitFor();
    // The notice that the input is empty may be lost: the message itself tells.
    await receive("Could you deliver it on Friday?");
    await page.getByRole("log").getByText("Could you deliver it on Friday?").waitFor();
    await typed(page).waitFor({ state: "detached" });
    expect(await dots(page).count()).toBe(0);
  });

  test("is looked for at once when the input is empty again", async () => {
    const page = await openListening(undefined, (fresh) => fresh.clock.install());
    // Far enough ahead for a slow machine: the clock goes on until it is told.
    await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1_000));
    // The page has looked just now and would by itself look again in four seconds.
    const looked = page.waitForResponse((response) => response.url().includes("/messages?"));
    await page.clock.runFor(4_000);
    await looked;
    types("On Friday?");
    await typed(page).waitFor();
    await receive("On Friday?");
    types("");
    await typed(page).waitFor({ state: "detached" });
    expect(await page.getByRole("log").getByText("On Friday?").count()).toBe(0);
    await page.clock.runFor(500);
    await page.getByRole("log").getByText("On Friday?").waitFor();
  });

  test("is told to a screen reader once, not letter by letter", async () => {
    const page = await openListening();
    await page.evaluate(() => {
      const told: string[] = [];
      const all = document.querySelectorAll("article [role=status]");
      if (all.length === 0) throw new Error("there is no status");
      for (const status of all)
        new MutationObserver(() => told.push(status.textContent ?? "")).observe(status, {
          ...{ childList: true, characterData: true, subtree: true },
        });
      Object.assign(window, { told });
    });
    for (const text of ["W", "Wh", "What", "What c", "What colour"]) {
      types(text);
      await typed(page).getByText(text, { exact: true }).waitFor();
    }
    expect(await page.evaluate("window.told")).toEqual(["Ada Moss is typing"]);
    expect(await typed(page).evaluate((element) => element.closest("[role=log]"))).toBeNull();
    await page.keyboard.press("Tab");
    await typed(page).focus();
    expect(await page.evaluate("document.activeElement.textContent")).toContain("What colour");
  });

  test("is dots where only the fact is known, until nothing is heard for a while", async () => {
    const page = await openListening(undefined, (fresh) => fresh.clock.install());
    types(undefined);
    await dots(page).waitFor();
    expect(await typed(page).count()).toBe(0);
    await page.clock.fastForward(6_100);
    await dots(page).waitFor({ state: "detached" });
    types("Let me think");
    await typed(page).waitFor();
    await page.clock.fastForward(20_000);
    expect(await typed(page).count()).toBe(1);
    await page.clock.fastForward(10_100);
    await dots(page).waitFor({ state: "detached" });
  });

  test("is not listened to by a hidden page, and again by one that is looked at", async () => {
    const page = await openListening();
    const look = (hidden: boolean) =>
      page.evaluate((isHidden) => {
        Object.defineProperty(document, "hidden", { configurable: true, get: () => isHidden });
        document.dispatchEvent(new Event("visibilitychange"));
      }, hidden);
    types("Before");
    await typed(page).waitFor();
    const closed = page.waitForResponse((response) => looksAt(response.request(), false));
    await look(true);
    await closed;
    expect(await dots(page).count()).toBe(0);
    types("While nobody looks");
    const opened = page.waitForResponse((response) => looksAt(response.request(), true));
    await look(false);
    await opened;
    expect(await dots(page).count()).toBe(0);
    types("After");
    await typed(page).getByText("After", { exact: true }).waitFor();
  });

  test("comes again after the line broke, without what was typed before", async () => {
    let tries = 0;
    const page = await openListening(undefined, async (fresh) => {
      await fresh.route("**/live?*", (route) => {
        tries += 1;
        if (tries === 1) return route.fulfill({ status: 503, json: { error: { code: "away", message: "Away." } } });
        if (tries > 2) return route.continue();
        const typing = JSON.stringify({ conversation, text: "An old letter" });
        const body = `event: hello\ndata: {}\n\nevent: typing\ndata: ${typing}\n\n`;
        return route.fulfill({ status: 200, contentType: "text/event-stream", body });
      });
    });
    await expect.poll(() => tries, { timeout: 20_000 }).toBe(3);
    await dots(page).waitFor({ state: "detached" });
    await expect
      .poll(
        () => {
          types("A new one");
          return typed(page).getByText("A new one", { exact: true }).count();
        },
        { timeout: 20_000 },
      )
      .toBe(1);
  });

  test("is not asked for again by who may not know, of one conversation as of another", async () => {
    const asked: string[] = [];
    const page = await open(undefined, async (fresh) => {
      fresh.on("request", (request) => {
        if (request.url().includes("/live?")) asked.push(request.url());
      });
      await fresh.route("**/live?*", (route) => route.fulfill({ status: 404, json: { error: {} } }));
      await fresh.clock.install();
    });
    await expect.poll(() => asked.length).toBe(1);
    await page.clock.runFor(60_000);
    expect(asked).toHaveLength(1);

    const bot = { channel: "telegram", name: "Bot", credentials: { token: "1234567890:abcdefgh" } };
    const other = accountId((await site.api(admin, "POST", "/accounts", bot)).json<{ id: string }>().id);
    await receive("From Telegram", other, "Boris");
    await page.clock.runFor(11_000);
    await page.getByRole("button", { name: /Boris/ }).click();
    await page.getByRole("log").getByText("From Telegram").waitFor();
    await page.clock.runFor(60_000);
    expect(asked).toHaveLength(1);
    await site.api(admin, "DELETE", `/accounts/${other}`);
  });

  test("stands well in light, dark and narrow", async () => {
    for (const [name, look] of Object.entries(LOOKS)) {
      const page = await openListening(look);
      types(
        "Good afternoon! I would like the table in oak, and if you have them, four chairs\nthat go with it. ".repeat(4),
      );
      await typed(page).waitFor();
      if (screenshots !== undefined) await page.screenshot({ path: join(screenshots, `typing-${name}.png`) });
      expect(await faultsOf(page)).toEqual([]);
    }
  });
});

test("marks of earlier messages change while they are looked at, like those of the newest", async () => {
  const sent: MessageId[] = [];
  for (let at = 1; at <= 120; at += 1) sent.push(await reply(`Answer ${String(at).padStart(3, "0")}`));
  await end(sent, { state: "sent" });
  const page = await open();
  const log = page.getByRole("log");
  const bubble = (text: string) => log.getByRole("listitem").filter({ hasText: text });
  // Who comes near the beginning of what is here gets the page before it.
  await log.evaluate((element) => element.scrollTo(0, 0));
  await bubble("Answer 030").scrollIntoViewIfNeeded();
  expect(await bubble("Answer 030").textContent()).toContain("Sent");

  const [read, failed, liked, edited] = ["029", "030", "031", "032"].map((at) => sent[Number(at) - 1]);
  if (!read || !failed || !liked || !edited) throw new Error("not that many");
  await site.store.messages.applyReceipt(account, [`x${read}`], "read");
  await site.store.messages.applyFailure(account, [`x${failed}`], "The visitor is gone.");
  await site.store.messages.acceptInbound([
    {
      ...{ portal: site.memberId, account, key: "like", kind: "reaction", chatId: VISITOR, customer: undefined },
      ...{ externalId: `x${liked}`, sentAt: new Date(), notBefore: new Date() },
      content: { body: plainText("👍"), attachments: [], author: { externalId: VISITOR, name: "Ada" } },
    },
  ]);
  await end([await reply("Answer 032, mended", "edit", edited)], { state: "sent" });

  await expect.poll(() => bubble("Answer 029").textContent(), { timeout: 15_000 }).toContain("Read");
  await expect.poll(() => bubble("Answer 030").textContent(), { timeout: 15_000 }).toContain("The visitor is gone.");
  await expect.poll(() => bubble("Answer 031").textContent(), { timeout: 15_000 }).toContain("👍");
  await expect.poll(() => bubble("Answer 032, mended").textContent(), { timeout: 15_000 }).toContain("Edited");
});

test("who comes back sees where it goes on, and what comes below is told and not scrolled to", async () => {
  for (let at = 1; at <= 30; at += 1) await reply(`Answer ${at}\nin\nfour\nlines`);
  const page = await open();
  const log = page.getByRole("log");
  const pill = page.getByRole("button", { name: "1 new message" });
  const fromEnd = () => log.evaluate((all) => Math.round(all.scrollHeight - all.scrollTop - all.clientHeight));
  await expect.poll(fromEnd).toBe(0);
  expect(await log.getByText("New messages").count()).toBe(0);
  await log.evaluate((all) => all.scrollTo(0, 600));
  await page.getByRole("button", { name: "To the newest message" }).waitFor();
  await receive("Are you still there?");
  await pill.waitFor();
  expect(await log.evaluate((all) => all.scrollTop)).toBe(600);

  // Away from the conversation and back: it begins at the line, and its end counts as read.
  const { account: other } = await receiveElsewhere();
  await page.getByRole("button", { name: /Boris/ }).click();
  await log.getByText("From the other shop").waitFor();
  await page.getByRole("button", { name: /Ada Moss/ }).click();
  const line = log.getByText("New messages");
  await line.waitFor();
  expect(await line.locator("xpath=following-sibling::li[1]").textContent()).toContain("Are you still there?");
  await page.getByRole("button", { name: /Boris/ }).click();
  await log.getByText("From the other shop").waitFor();
  await page.getByRole("button", { name: /Ada Moss/ }).click();
  await log.getByText("Are you still there?").waitFor();
  expect(await line.count()).toBe(0);
  await site.api(admin, "DELETE", `/accounts/${other}`);
});

async function receiveElsewhere(): Promise<{ readonly account: AccountId }> {
  const bot = { channel: "telegram", name: "Bot", credentials: { token: "1234567890:abcdefgh" } };
  const other = accountId((await site.api(admin, "POST", "/accounts", bot)).json<{ id: string }>().id);
  const received = await receive("From the other shop", other, "Boris");
  site.news.ofConversation(site.memberId, received.conversation);
  return { account: other };
}

test("what a colleague writes elsewhere is there at once, whenever the page would look by itself", async () => {
  // Its own looks wait for a clock that stands still.
  const page = await openListening(undefined, (fresh) => fresh.clock.install());
  const written = { clientId: randomUUID(), text: "It is, and in oak." };
  expect((await site.api(admin, "POST", `/conversations/${conversation}/messages`, written)).statusCode).toBe(202);
  await page.getByRole("log").getByText("It is, and in oak.").waitFor();
});
