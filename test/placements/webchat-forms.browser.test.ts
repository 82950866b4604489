import { mkdir } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { closeStore, openWebchat, type WebchatWorld } from "../channels/webchat/harness.ts";
import { launchBrowser } from "../support/browser.ts";
import { inaccessible } from "../support/our-page.ts";
import { until } from "../support/world/until.ts";

/** What the chat asks of its visitors: who they are, what they agree to, how it was; and how it shows itself. */
let browser: Browser;
const outDir = inject("builtPages");
let site: Server;
let siteOrigin: string;
let world: WebchatWorld;
let base: string;
let context: BrowserContext;
const complaints: string[] = [];
const screenshots = process.env.SCREENSHOTS_DIR;

beforeAll(async () => {
  browser = await launchBrowser();
  site = createServer((_request, response) => {
    response.setHeader("content-security-policy", `default-src 'none'; script-src ${base}; connect-src ${base}`);
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(
      `<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width, initial-scale=1"><title>Shop</title></head><body><main><h1>Shop</h1></main><script src="${base}/widget.js" data-account="${world.account.id}" async></script></body></html>`,
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
beforeEach(() => {
  complaints.length = 0;
});
afterEach(async () => {
  await context?.close();
  await world.close();
  expect(complaints).toEqual([]);
});

async function visit(
  settings: Record<string, unknown>,
  options: Parameters<Browser["newContext"]>[0] = {},
  now?: Date,
): Promise<Page> {
  world = await openWebchat({
    origins: [siteOrigin],
    widgetPath: join(outDir, "widget.js"),
    timing: { look: 500 },
    settings,
    ...(now && { now: () => now }),
  });
  base = await world.app.listen({ port: 0, host: "127.0.0.1" });
  context = await browser.newContext({ locale: "en-GB", reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !/net::ERR_|Failed to load resource/.test(message.text()))
      complaints.push(message.text());
  });
  await page.goto(`${siteOrigin}/?utm_source=ads`);
  return page;
}
const launcher = (page: Page) => page.locator("threadline-chat .launcher");
const dialog = (page: Page) => page.getByRole("dialog");
const shoot = async (page: Page, name: string) => {
  if (screenshots !== undefined) await page.screenshot({ path: join(screenshots, `${name}.png`) });
};
const findings = (page: Page) => inaccessible(page, "threadline-chat");
const rows = () => world.store.messages.journal(world.account.portal, { direction: "in", after: 0, limit: 100 });
const arrived = (text: string) =>
  until(async () => (await rows()).some((row) => row.content.body.text === text), 8_000, `"${text}" in the store`);

const CONSENT = "I agree that my data is used to answer me.";
const asking = {
  ...{ askName: "optional", askPhone: "required", country: "ES", consent: CONSENT, livePreview: true },
  ...{ color: "#34506b", label: "Ask us" },
};

test("a new visitor fills in the form, writes, and is not asked again after a reload", async () => {
  const page = await visit(asking);
  await launcher(page).click();
  await dialog(page).getByRole("button", { name: "Start the chat" }).click();
  await dialog(page).getByText("Please fill this in").waitFor();
  await dialog(page).getByText("Please tick this to go on").waitFor();
  await shoot(page, "chat-pre-chat");
  expect(await findings(page)).toEqual([]);
  await dialog(page).getByLabel("Phone").fill("12");
  await dialog(page).getByRole("checkbox").check();
  await dialog(page).getByRole("button", { name: "Start the chat" }).click();
  await dialog(page).getByText("Please write the whole number").waitFor();
  await dialog(page).getByLabel("Phone").fill("600 12 34 56");
  await dialog(page).getByRole("button", { name: "Start the chat" }).click();
  const input = dialog(page).getByRole("textbox", { name: "Write a message…" });
  await input.waitFor();
  await input.fill("Hello!");
  await input.press("Enter");
  await arrived("Hello!");
  const [conversation] = await world.store.conversations.list(world.account.portal, { limit: 1 });
  expect(conversation?.customer.phone).toBe("+34600123456");
  const message = (await rows()).at(-1);
  expect(message?.content.site).toMatchObject({
    form: "pre-chat",
    page: { url: `${siteOrigin}/?utm_source=ads` },
    utm: { source: "ads" },
    consent: { text: `${CONSENT} Our team sees your text while you type it.` },
  });
  const heard: (string | undefined)[] = [];
  world.hub.watch(world.account.id, conversation?.externalChatId ?? "", (text) => heard.push(text));
  await input.fill("I am think");
  await until(() => heard.includes("I am think"), 5_000, "the text being typed");
  await page.reload();
  await launcher(page).click();
  await dialog(page).getByText("Hello!", { exact: true }).waitFor();
  expect(await dialog(page).getByRole("button", { name: "Start the chat" }).count()).toBe(0);
});

test("when nobody works, the form takes the message and the conversation goes on from it", async () => {
  const closed = { timezone: "Europe/Madrid", hours: "Mon-Fri 09:00-18:00", askPhone: "optional" };
  const page = await visit(closed, { colorScheme: "dark" }, new Date("2026-11-28T20:00:00Z"));
  await launcher(page).click();
  await dialog(page)
    .getByText(/Back on Monday/)
    .waitFor();
  // News from the server draws the log anew: whoever is typing must not notice.
  const email = dialog(page).getByLabel("E-mail");
  await email.pressSequentially("ana@");
  await page.evaluate(() => window.dispatchEvent(new Event("offline")));
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await dialog(page)
    .getByText(/Back on Monday/)
    .waitFor();
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await page.keyboard.type("example.org");
  expect(await email.inputValue()).toBe("ana@example.org");
  await dialog(page).getByLabel("Your message").fill("Do you ship to Oslo?");
  expect(await dialog(page).getByText("Hello! How can we help?").isVisible()).toBe(false);
  await shoot(page, "chat-offline-dark");
  expect(await findings(page)).toEqual([]);
  await dialog(page).getByRole("button", { name: "Send the message" }).click();
  await arrived("Do you ship to Oslo?");
  await dialog(page).locator(".bubble", { hasText: "Do you ship to Oslo?" }).waitFor();
  expect((await rows()).at(-1)?.content.site?.form).toBe("offline");
});

test("a conversation that was closed is rated once", async () => {
  const page = await visit({ rating: "stars" });
  await launcher(page).click();
  await dialog(page).getByRole("textbox", { name: "Write a message…" }).fill("Hello!");
  await dialog(page).getByRole("textbox", { name: "Write a message…" }).press("Enter");
  await arrived("Hello!");
  const [found] = await world.store.conversations.list(world.account.portal, { limit: 1 });
  if (!found) throw new Error("no conversation");
  await world.store.conversations.learn(found.portal, found.id, { open: false, sessionId: "7" });
  world.hub.notify(world.account.id, found.externalChatId);
  await dialog(page).getByText("How was this conversation?").waitFor();
  await shoot(page, "chat-rating");
  expect(await findings(page)).toEqual([]);
  await dialog(page).getByRole("button", { name: "4 stars of 5" }).click();
  await dialog(page).getByText("Thank you for your answer!").waitFor();
  await until(async () => (await rows()).some((row) => row.content.site?.rating?.value === 4), 5_000, "the rating");
  await page.reload();
  await launcher(page).click();
  await dialog(page).getByText("Hello!", { exact: true }).waitFor();
  expect(await dialog(page).getByText("How was this conversation?").count()).toBe(0);
});

test("Arabic runs from right to left on a narrow screen; the launcher stays at its side", async () => {
  const page = await visit(asking, { locale: "ar-SA", viewport: { width: 390, height: 780 } });
  await launcher(page).waitFor();
  const box = await launcher(page).boundingBox();
  expect((box?.x ?? 0) + (box?.width ?? 0)).toBeGreaterThan(360);
  await launcher(page).click();
  await dialog(page).getByRole("button", { name: "ابدأ المحادثة" }).waitFor();
  const lines = await dialog(page)
    .locator(".consent span span")
    .evaluateAll((all) => all.map((one) => [getComputedStyle(one).direction, getComputedStyle(one).textAlign]));
  expect(lines).toEqual([
    ["ltr", "right"],
    ["rtl", "right"],
  ]);
  await shoot(page, "chat-rtl");
  expect(await findings(page)).toEqual([]);
});

test("the greeting shows itself once, in its time", async () => {
  const page = await visit({ greeting: "May we help?", greetingDelay: 1, icon: "wave", left: true, offsetSide: 40 });
  const teaser = page.locator("threadline-chat .teaser");
  await teaser.getByText("May we help?").waitFor();
  await shoot(page, "chat-teaser");
  expect(await findings(page)).toEqual([]);
  await teaser.getByRole("button", { name: "Hide this greeting" }).click();
  expect(await teaser.isVisible()).toBe(false);
  expect((await launcher(page).boundingBox())?.x).toBe(40);
});
