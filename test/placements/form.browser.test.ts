import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import Fastify, { type FastifyInstance } from "fastify";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { registerForms } from "../../handlers/forms.ts";
import type { ChannelEvent } from "../../src/channels/contract/events.ts";
import { createFormAdapter } from "../../src/channels/form/adapter.ts";
import { createFormDesk } from "../../src/channels/form/desk.ts";
import type { Account } from "../../src/domain/account.ts";
import { accountId, portalId } from "../../src/domain/ids.ts";
import { createLogger } from "../../src/log/log.ts";
import { registerRateLimits } from "../../src/server/rate-limits.ts";
import { StoreUnavailable } from "../../src/store/contract.ts";
import { launchBrowser } from "../support/browser.ts";
import { inaccessible } from "../support/our-page.ts";

/** The form as visitors meet it: on a site of another origin with a strict policy, against the real routes. */
let browser: Browser;
const outDir = inject("builtPages");
let site: Server;
let siteOrigin: string;
let app: FastifyInstance;
let base: string;
let context: BrowserContext;
let account: Account;
let isDown = false;
/** What the page says of its own colours. */
let scheme = "";
const events: ChannelEvent[] = [];
const complaints: string[] = [];
const screenshots = process.env.SCREENSHOTS_DIR;

beforeAll(async () => {
  browser = await launchBrowser();
  site = createServer((_request, response) => {
    response.setHeader("content-security-policy", `default-src 'none'; script-src ${base}; connect-src ${base}`);
    response.setHeader("content-type", "text/html; charset=utf-8");
    const tag = createFormAdapter().embed?.(account, base);
    response.end(
      `<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width, initial-scale=1">${scheme}<title>Contact</title></head><body><main><h1>Contact</h1>${tag}</main></body></html>`,
    );
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  siteOrigin = `http://localhost:${(site.address() as AddressInfo).port}`;
  if (screenshots !== undefined) await mkdir(screenshots, { recursive: true });
});
afterAll(async () => {
  await browser?.close();
  site?.close();
});

beforeEach(async () => {
  events.length = 0;
  complaints.length = 0;
  isDown = false;
  scheme = "";
  account = {
    ...{ id: accountId(randomUUID()), portal: portalId("p"), channel: "form", name: "Shop", credentials: {} },
    ...{ webhookSecret: "a-secret", enabled: true, profile: {}, createdAt: new Date(0) },
    connection: { kind: "connected", sentence: "Works." },
    settings: {
      origins: [siteOrigin],
      ...{ askName: "optional", askPhone: "required", askEmail: "optional", country: "ES" },
      ...{ consent: "I agree that my data is used to answer me.", color: "#34506b" },
    },
  };
  app = Fastify();
  await registerRateLimits(app);
  await registerForms(app, {
    accounts: { find: async (id) => (id === account.id ? account : undefined) },
    adapter: createFormAdapter(),
    desk: createFormDesk(),
    acceptInbound: async (_account, received) => {
      if (isDown) throw new StoreUnavailable("away");
      events.push(...received);
    },
    widgetPath: join(outDir, "form.js"),
    log: createLogger("silent"),
  });
  base = await app.listen({ port: 0, host: "127.0.0.1" });
});
afterEach(async () => {
  await context?.close();
  await app.close();
  expect(complaints).toEqual([]);
});

async function visit(options: Parameters<Browser["newContext"]>[0] = {}, query = ""): Promise<Page> {
  context = await browser.newContext({ locale: "en-GB", ...options });
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !/net::ERR_|Failed to load resource/.test(message.text()))
      complaints.push(message.text());
  });
  await page.goto(siteOrigin + query);
  await page.locator("threadline-form").waitFor();
  return page;
}
const shoot = async (page: Page, name: string) => {
  if (screenshots !== undefined) await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
};
const findings = (page: Page) => inaccessible(page, "threadline-form");

test("a visitor is told beside the field what is not right, sends, and is thanked", async () => {
  const page = await visit({}, "/?utm_source=ads");
  expect(await page.getByText("Thank you!").isVisible()).toBe(false);
  await page.getByRole("button", { name: "Send" }).click();
  expect(await page.getByText("Please fill this in").count()).toBe(2);
  await expectFocus(page, "phone");
  await page.getByLabel("Phone").fill("12");
  await page.getByLabel("Your message").fill("Please call me.");
  await page.getByRole("checkbox").check();
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("Please write the whole number").waitFor();
  await shoot(page, "form-light");
  expect(await findings(page)).toEqual([]);
  expect(events).toEqual([]);
  await page.getByLabel("Phone").fill("600 12 34 56");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("Thank you!").waitFor();
  expect(await page.getByRole("button", { name: "Send" }).isVisible()).toBe(false);
  await shoot(page, "form-thanks");
  expect(events.at(-1)).toMatchObject({
    chatId: "tel:+34600123456",
    content: {
      body: { text: "Please call me." },
      site: {
        page: { url: `${siteOrigin}/?utm_source=ads`, title: "Contact" },
        utm: { source: "ads" },
        consent: { text: "I agree that my data is used to answer me." },
      },
    },
  });
  await page.getByRole("button", { name: "Write another one" }).click();
  expect(await page.getByLabel("Your message").inputValue()).toBe("");
});

test("what could not be sent stands there still, and goes under the same id", async () => {
  const page = await visit();
  await page.getByLabel("Phone").fill("+34600123456");
  await page.getByLabel("Your message").fill("Hello");
  await page.getByRole("checkbox").check();
  const ids: unknown[] = [];
  page.on("request", (request) => {
    if (request.method() === "POST") ids.push((request.postDataJSON() as { id: string }).id);
  });
  isDown = true;
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("nothing you wrote is lost").waitFor();
  isDown = false;
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("Thank you!").waitFor();
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(1);
});

test("a light page keeps a light form, whatever the browser likes", async () => {
  const page = await visit({ colorScheme: "dark" });
  expect(await page.locator("threadline-form.dark").count()).toBe(0);
});

test.each([
  ["dark", { colorScheme: "dark" as const, locale: "es-ES" }, "Enviar"],
  ["narrow", { viewport: { width: 360, height: 740 }, locale: "ru-RU" }, "Отправить"],
  ["rtl", { viewport: { width: 420, height: 820 }, locale: "ar-SA" }, "إرسال"],
])("looks right: %s", async (name, options, send) => {
  scheme = '<meta name="color-scheme" content="light dark">';
  const page = await visit(options);
  await page.getByRole("button", { name: send }).waitFor();
  expect(await page.locator("threadline-form.dark").count()).toBe(name === "dark" ? 1 : 0);
  await shoot(page, `form-${name}`);
  expect(await findings(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
});

async function expectFocus(page: Page, name: string): Promise<void> {
  const focused = await page.evaluate(
    () => document.querySelector("threadline-form")?.shadowRoot?.activeElement?.getAttribute("name") ?? "",
  );
  expect(focused).toBe(name);
}
