import { mkdir, readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import type { MessageId } from "../../src/domain/ids.ts";
import { closeStore, openWebchat, type WebchatWorld } from "../channels/webchat/harness.ts";
import { launchBrowser } from "../support/browser.ts";
import { inaccessible } from "../support/our-page.ts";
import { until } from "../support/world/until.ts";

/** The widget as visitors meet it: on a site of another origin with a strict policy, against the real routes and store. */
let browser: Browser;
const outDir = inject("builtPages");
let site: Server;
let siteOrigin: string;
let world: WebchatWorld;
let base: string;
let context: BrowserContext;
let scriptAttributes = "";
const complaints: string[] = [];

const screenshots = process.env.SCREENSHOTS_DIR;

beforeAll(async () => {
  browser = await launchBrowser();
  site = createServer((request, response) => {
    // Nothing inline, and of foreign things only the chat's: what a careful site allows.
    const policy = `default-src 'none'; script-src ${base}; connect-src ${base}; img-src ${base} blob:${request.url === "/loose" ? "" : "; require-trusted-types-for 'script'; trusted-types 'none'"}`;
    response.setHeader("content-security-policy", policy);
    response.setHeader("content-type", "text/html; charset=utf-8");
    const tag = `<script src="${base}/widget.js" data-account="${world.account.id}" ${scriptAttributes} async></script>`;
    response.end(
      `<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"><title>Shop</title></head><body><main><h1>Shop</h1><p>Chairs and tables.</p><button id="before">Buy</button></main>${tag}${tag}</body></html>`,
    );
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  siteOrigin = `http://localhost:${(site.address() as AddressInfo).port}`;
  if (screenshots !== undefined) await mkdir(screenshots, { recursive: true });
});

afterAll(async () => {
  await browser?.close();
  site?.close();
  await closeStore();
});

beforeEach(async () => {
  complaints.length = 0;
  scriptAttributes = "";
  world = await openWebchat({ origins: [siteOrigin], widgetPath: join(outDir, "widget.js"), timing: { look: 500 } });
  base = await world.app.listen({ port: 0, host: "127.0.0.1" });
});

afterEach(async () => {
  await context?.close();
  await world.close();
  expect(complaints).toEqual([]);
});

async function visit(options: Parameters<Browser["newContext"]>[0] = {}): Promise<Page> {
  context = await browser.newContext({ locale: "en-GB", ...options });
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    const text = message.text();
    if (message.type() === "error" && !/net::ERR_|Failed to load resource/.test(text)) complaints.push(text);
  });
  await page.goto(siteOrigin);
  return page;
}

const launcher = (page: Page) => page.locator("threadline-chat .launcher");
const dialog = (page: Page) => page.getByRole("dialog");
const input = (page: Page) => dialog(page).getByRole("textbox");
const bubble = (page: Page, text: string) => dialog(page).locator(".bubble", { hasText: text });

async function say(page: Page, text: string) {
  await input(page).fill(text);
  await input(page).press("Enter");
  await bubble(page, text).waitFor();
}

const rowState = async (id: MessageId) => (await world.store.messages.find(world.account.portal, id))?.state;
const arrived = (text: string) =>
  until(
    async () =>
      (await world.store.messages.journal(world.account.portal, { direction: "in", limit: 100 })).some(
        (row) => row.content.body.text === text,
      ),
    8_000,
    `"${text}" in the store`,
  );

const shoot = async (page: Page, name: string) => {
  if (screenshots !== undefined) await page.screenshot({ path: join(screenshots, `${name}.png`) });
};

const seriousFindings = (page: Page) => inaccessible(page, "threadline-chat");

describe("a visitor", () => {
  test("writes, is answered live, and finds all of it after a reload", async () => {
    const page = await visit();
    await launcher(page).click();
    await say(page, "Do you ship to Oslo?");
    await arrived("Do you ship to Oslo?");
    await dialog(page).getByRole("img", { name: "Sent" }).waitFor();
    await world.passOn("Do you ship to Oslo?");
    await dialog(page).getByRole("img", { name: "Passed on to the team" }).waitFor();
    const body = {
      text: "Yes, see https://shop.example/ship. Daily!",
      spans: [{ kind: "bold", start: 36, end: 42 } as const],
    };
    const answer = await world.reply("Do you ship to Oslo?", { body, attachments: [] });
    await bubble(page, "Yes, see").waitFor();
    const link = bubble(page, "Yes, see").getByRole("link");
    expect(await link.getAttribute("href")).toBe("https://shop.example/ship");
    expect(await link.getAttribute("rel")).toContain("noopener");
    expect(await bubble(page, "Yes, see").locator("strong").textContent()).toBe("Daily!");
    await until(async () => (await rowState(answer)) === "read", 5_000, "the read receipt");
    await page.reload();
    await launcher(page).click();
    await bubble(page, "Yes, see").waitFor();
    expect(await dialog(page).locator("[data-key]").count()).toBe(2);
  });

  test("gets no id before opening the chat", async () => {
    const page = await visit();
    await launcher(page).waitFor();
    expect(await page.evaluate(() => Object.values(localStorage).join(""))).not.toContain("ey");
    await launcher(page).click();
    await expect.poll(() => page.evaluate(() => Object.values(localStorage).join(""))).toContain('"token":"ey');
    expect(await page.evaluate(() => document.cookie)).toBe("");
  });

  test("sees code that somebody writes as text", async () => {
    const page = await visit();
    await launcher(page).click();
    const evil = '<img src=x onerror="window.hacked=1"> [x](javascript:alert(1))';
    await say(page, evil);
    await arrived(evil);
    await world.reply(evil, {
      body: {
        text: `${evil} click`,
        spans: [{ kind: "link", start: evil.length + 1, end: evil.length + 6, url: "javascript:window.hacked=1" }],
      },
      attachments: [],
    });
    await bubble(page, "click").waitFor();
    expect(await bubble(page, "click").locator("img, a").count()).toBe(0);
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);
  });

  test("loses and doubles nothing through a cut connection", async () => {
    const page = await visit();
    const streaming = page.waitForResponse((response) => response.url().endsWith("/stream"));
    await launcher(page).click();
    await streaming;
    await say(page, "before");
    await arrived("before");
    await context.setOffline(true);
    world.app.server.closeAllConnections();
    await say(page, "while offline");
    await dialog(page).getByText("No connection").waitFor({ timeout: 20_000 });
    await shoot(page, "offline");
    await world.reply("before", "answer while offline");
    await context.setOffline(false);
    await bubble(page, "answer while offline").waitFor({ timeout: 20_000 });
    await arrived("while offline");
    await world.reply("before", "live again");
    await bubble(page, "live again").waitFor();
    await until(
      async () => (await dialog(page).locator(".row.sending, .row.failed").count()) === 0,
      15_000,
      "an empty outbox",
    );
    const texts = await dialog(page).locator("[data-key] .text").allTextContents();
    expect([...texts].sort()).toEqual(["answer while offline", "before", "live again", "while offline"]);
    await page.reload();
    await launcher(page).click();
    await bubble(page, "live again").waitFor();
    expect(await dialog(page).locator("[data-key]").count()).toBe(4);
  });

  test("retries a failed message under the same id, also when it had arrived", async () => {
    const page = await visit();
    await launcher(page).click();
    await say(page, "first");
    await arrived("first");
    // The request gets through, its answer does not.
    let isCut = true;
    await page.route("**/messages", async (route) => {
      if (route.request().method() !== "POST" || !isCut) return route.continue();
      await route.fetch();
      await route.abort();
    });
    await page.route("**/stream", (route) => route.abort());
    await say(page, "second");
    await arrived("second");
    isCut = false;
    await until(
      async () =>
        (
          await bubble(page, "second").locator("xpath=ancestor::div[contains(@class,'row')]").getAttribute("class")
        )?.includes("sent") === true,
      15_000,
      "the tick",
    );
    const rows = await world.store.messages.journal(world.account.portal, { direction: "in", limit: 10 });
    const written = rows.filter((row) => row.content.notice === undefined);
    expect(written.map((row) => row.content.body.text)).toEqual(["first", "second"]);
    expect(rows.map((row) => row.content.body.text)[0]).toBe(`Page: Shop (${siteOrigin}/)`);
    expect(await bubble(page, "second").count()).toBe(1);
  });

  test("sends a file and gets one", async () => {
    const page = await visit();
    await launcher(page).click();
    await say(page, "look");
    await arrived("look");
    const png = Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
      "base64",
    );
    await dialog(page)
      .locator("input[type=file]")
      .setInputFiles({ name: "chair.png", mimeType: "image/png", buffer: png });
    await dialog(page).locator(".row.own .image img").waitFor();
    const id = await world.reply("look", "nice");
    const attachment = await world.shelve(Buffer.from("%PDF-1.7 offer"), "Offer № 5.pdf", id);
    await world.reply("look", { body: { text: "", spans: [] }, attachments: [attachment] });
    const chip = dialog(page).locator(".chip");
    await chip.waitFor();
    expect(await chip.textContent()).toContain("Offer № 5");
    const rows = await world.store.messages.journal(world.account.portal, { direction: "in", limit: 10 });
    expect(rows.at(-1)?.content.attachments[0]).toMatchObject({ kind: "photo", name: "chair.png", size: png.length });
  });

  test("hears of an answer while the chat is closed, in a badge and not by the title", async () => {
    const page = await visit();
    await launcher(page).click();
    await say(page, "Anybody there?");
    await arrived("Anybody there?");
    await input(page).press("Escape");
    const answer = await world.reply("Anybody there?", "one new");
    await page.locator("threadline-chat .count", { hasText: "1" }).waitFor();
    expect(await launcher(page).getAttribute("aria-label")).toContain("unread messages: 1");
    expect(await page.title()).toBe("Shop");
    await until(async () => (await rowState(answer)) === "delivered", 5_000, "the delivery receipt");
    await launcher(page).click();
    await page.locator("threadline-chat .count").waitFor({ state: "hidden" });
    await until(async () => (await rowState(answer)) === "read", 5_000, "the read receipt");
  });

  test("reads the team's edits and typing", async () => {
    const page = await visit();
    await launcher(page).click();
    await say(page, "when?");
    await arrived("when?");
    const [conversation] = await world.store.conversations.list(world.account.portal, { limit: 1 });
    // Told again and again, as an agent's keys do: who types before the page's stream is open is not seen typing.
    await until(
      async () => {
        world.hub.typing(world.account.id, conversation?.externalChatId ?? "");
        return await dialog(page).locator(".typing").isVisible();
      },
      10_000,
      "the sign that somebody types",
    );
    const first = await world.reply("when?", "At fife");
    await bubble(page, "At fife").waitFor();
    await dialog(page).locator(".typing").waitFor({ state: "hidden" });
    await world.reply("when?", "At five", { kind: "edit", target: first });
    await bubble(page, "At five").waitFor();
    await world.reply("when?", "", { kind: "delete", target: first });
    await bubble(page, "This message was removed").waitFor();
    expect(await bubble(page, "At f").count()).toBe(0);
  });

  test("with the keyboard alone writes, goes round inside, and comes back to where they were", async () => {
    const page = await visit();
    await launcher(page).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await dialog(page).waitFor();
    await page.keyboard.type("From the keyboard");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("second line");
    await page.keyboard.press("Enter");
    await arrived("From the keyboard\nsecond line");
    const inside = () =>
      page.evaluate(
        () =>
          document.activeElement?.tagName === "THREADLINE-CHAT" &&
          document.activeElement.shadowRoot?.activeElement?.closest("[role=dialog]") !== null,
      );
    for (let n = 0; n < 12; n += 1) {
      await page.keyboard.press("Tab");
      expect(await inside()).toBe(true);
    }
    await page.keyboard.press("Shift+Tab");
    expect(await inside()).toBe(true);
    await page.keyboard.press("Escape");
    await dialog(page).waitFor({ state: "hidden" });
    expect(await page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.className)).toBe("launcher");
  });
});

describe("the site", () => {
  test("has one chat however often the tag is there, and its own way to it", async () => {
    const page = await visit();
    await launcher(page).waitFor();
    expect(await page.locator("threadline-chat").count()).toBe(1);
    await page.evaluate(() => {
      const heard: string[] = [];
      Object.assign(window, { heard });
      const stop = window.Threadline?.on("open", () => heard.push("open"));
      window.Threadline?.on("close", () => heard.push("close"));
      window.Threadline?.open();
      stop?.();
      window.Threadline?.close();
      window.Threadline?.open();
    });
    await dialog(page).waitFor();
    expect(await page.evaluate(() => (window as unknown as { heard: string[] }).heard)).toEqual(["open", "close"]);
  });

  test("of a single page that throws its content away and runs the tag again still has one chat, with its conversation", async () => {
    const page = await visit();
    await page.goto(`${siteOrigin}/loose`);
    await launcher(page).click();
    await say(page, "still here");
    await page.evaluate(() => {
      const old = document.querySelector<HTMLScriptElement>("script[data-account]");
      document.body.replaceChildren();
      return new Promise((resolve) => {
        const again = document.createElement("script");
        again.dataset.account = old?.dataset.account ?? "";
        again.addEventListener("load", resolve);
        again.src = old?.src ?? "";
        document.body.append(again);
      });
    });
    await bubble(page, "still here").waitFor();
    expect(await page.locator("threadline-chat").count()).toBe(1);
  });

  test("that is not on the list shows nothing", async () => {
    await world.store.accounts.update(world.account.portal, world.account.id, {
      settings: { origins: ["https://elsewhere.example"] },
    });
    context = await browser.newContext();
    const page = await context.newPage();
    const asked = page.waitForEvent("requestfailed", (request) => request.url().endsWith("/session"));
    await page.goto(siteOrigin);
    await asked;
    expect(await page.locator("threadline-chat").count()).toBe(0);
  });

  test.each([
    ["ru-RU", "", "Напишите сообщение…"],
    ["es-MX", "", "Escriba un mensaje…"],
    ["fr-FR", "", "Write a message…"],
    ["ru-RU", 'data-language="es"', "Escriba un mensaje…"],
  ])("in %s %s speaks the visitor's language", async (locale, attributes, words) => {
    scriptAttributes = attributes;
    const page = await visit({ locale });
    await launcher(page).click();
    expect(await input(page).getAttribute("placeholder")).toBe(words);
  });
});

describe("how it looks", () => {
  async function converse(page: Page) {
    await launcher(page).click();
    await say(page, "Hi! Is the oak table still available?");
    await arrived("Hi! Is the oak table still available?");
    await world.passOn("Hi! Is the oak table still available?");
    const question = "Hi! Is the oak table still available?";
    await world.reply(question, {
      body: {
        text: "Good afternoon! Yes, two are left in the Berlin store.\nDetails: https://shop.example/oak-table",
        spans: [{ kind: "bold", start: 21, end: 34 }],
      },
      attachments: [],
    });
    const id = await world.reply(question, "Shall I put one aside for you?");
    const attachment = await world.shelve(Buffer.from("%PDF-1.7 offer"), "Oak table - offer.pdf", id);
    await world.reply(question, { body: { text: "", spans: [] }, attachments: [attachment] });
    await bubble(page, "Shall I put").waitFor();
    await bubble(page, "Shall I put").hover();
    await dialog(page).locator(".row", { hasText: "Shall I put" }).locator(".reply").click();
    await say(page, "Yes please, until Friday");
    await dialog(page).locator(".chip").waitFor();
    await arrived("Yes please, until Friday");
    await dialog(page).locator(".row.own.last.sent, .row.own.last.delivered").last().waitFor();
    await dialog(page)
      .locator(".panel")
      .or(dialog(page))
      .evaluate((panel) =>
        Promise.all(
          panel
            .getAnimations({ subtree: true })
            .filter((one) => one.effect?.getTiming().iterations !== Number.POSITIVE_INFINITY)
            .map((one) => one.finished),
        ),
      );
  }

  test.each(["light", "dark"] as const)("in %s colours, with nothing serious for axe to find", async (colorScheme) => {
    const page = await visit({ colorScheme, viewport: { width: 1100, height: 760 } });
    await launcher(page).waitFor();
    await shoot(page, `closed-${colorScheme}`);
    expect(await seriousFindings(page)).toEqual([]);
    await converse(page);
    await shoot(page, `open-${colorScheme}`);
    expect(await seriousFindings(page)).toEqual([]);
  });

  test("on a phone fills the screen and leaves nothing outside", async () => {
    const page = await visit({
      viewport: { width: 390, height: 780 },
      isMobile: true,
      hasTouch: true,
      deviceScaleFactor: 2,
    });
    await launcher(page).waitFor();
    await shoot(page, "phone-closed");
    await converse(page);
    await shoot(page, "phone-open");
    const box = await dialog(page).boundingBox();
    expect(box).toMatchObject({ x: 0, y: 0, width: 390, height: 780 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    // A smaller font would make iOS zoom in.
    expect(await input(page).evaluate((field) => getComputedStyle(field).fontSize)).toBe("16px");
    expect(await seriousFindings(page)).toEqual([]);
  });

  test("weighs less than 40 kB packed and is one classic script", async () => {
    const code = await readFile(join(outDir, "widget.js"), "utf8");
    expect(gzipSync(code).length).toBeLessThan(40 * 1024);
    expect(code).not.toMatch(/\binnerHTML\b|\beval\(|new Function|^import |^export /m);
    const globals = await (await visit()).evaluate(() =>
      Object.keys(window).filter((name) => /thread|webchat/i.test(name)),
    );
    expect(globals).toEqual(["Threadline"]);
  });
});
