import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from "playwright-core";
import { toString as drawnCode } from "qrcode";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test, vi } from "vitest";
import type { ConnectionState } from "../../src/domain/account.ts";
import { scan } from "../emulators/telegram-person/telegram.ts";
import { launchBrowser } from "../support/browser.ts";
import { faultsOf, postPage } from "../support/our-page.ts";
import { sessionChannel } from "../support/session-channel.ts";
import { openSignInWorld, type SignInWorld } from "../support/sign-in-world.ts";
import { until } from "../support/world/until.ts";

/** Signing accounts in, in a real browser, through the real server, with vendors that are emulated. */
const standing = sessionChannel();
const screenshots = process.env.SCREENSHOTS_DIR;
let browser: Browser;
const outDir = inject("builtPages");
let world: SignInWorld;
let context: BrowserContext | undefined;
let requests: { readonly url: string; readonly method: string; readonly body: string }[] = [];
const complaints: string[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
  if (screenshots !== undefined) await mkdir(screenshots, { recursive: true });
});

afterAll(async () => {
  await browser?.close();
});

beforeEach(async () => {
  world = await openSignInWorld({ pagesDir: outDir, channels: [standing.adapter] });
  standing.opened.length = 0;
  requests = [];
});

afterEach(async () => {
  await context?.close();
  context = undefined;
  await world.stop();
  expect(complaints.splice(0)).toEqual([]);
});

const LIGHT: BrowserContextOptions = {
  colorScheme: "light",
  viewport: { width: 1280, height: 860 },
  reducedMotion: "reduce",
};
const LOOKS: Readonly<Record<string, BrowserContextOptions>> = {
  light: LIGHT,
  dark: { ...LIGHT, colorScheme: "dark" },
  narrow: { ...LIGHT, viewport: { width: 390, height: 780 } },
};

async function settings(language = "en"): Promise<Page> {
  await context?.close();
  context = await browser.newContext(LIGHT);
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !/Failed to load resource/.test(message.text())) complaints.push(message.text());
  });
  page.on("request", (request) =>
    requests.push({ url: request.url(), method: request.method(), body: request.postData() ?? "" }),
  );
  await postPage(page, world.base, world.site.portal.appRequest(), { language });
  return page;
}

/** Looks at what is open in every look, and takes a picture where one is wanted. */
async function inspect(page: Page, name: string): Promise<void> {
  for (const [look, { colorScheme, viewport }] of Object.entries(LOOKS)) {
    if (viewport) await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme: colorScheme ?? "light", reducedMotion: "reduce" });
    if (screenshots !== undefined) await page.screenshot({ path: join(screenshots, `${name}-${look}.png`) });
    expect(await faultsOf(page), `${name} ${look}`).toEqual([]);
  }
  await page.setViewportSize(LIGHT.viewport ?? { width: 1280, height: 860 });
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
}

async function choose(page: Page, channel: string): Promise<Locator> {
  await page.getByRole("button", { name: "Add channel" }).click();
  const dialog = page.getByRole("dialog");
  await dialog
    .getByRole("button")
    .filter({ has: page.getByText(channel, { exact: true }) })
    .click();
  return dialog;
}

/** The QR code says exactly this, which may change while it is looked for. */
async function shows(dialog: Locator, text: () => string): Promise<void> {
  const image = dialog.getByRole("img", { name: "QR code for the phone's camera" });
  const says = async () => {
    const source = (await image.count()) === 1 ? await image.getAttribute("src") : undefined;
    const svg = await drawnCode(text(), { type: "svg", margin: 3, errorCorrectionLevel: "M" });
    return source !== undefined && source !== null && decodeURIComponent(source).endsWith(svg);
  };
  await until(says, 15_000, "the QR code");
}

const accounts = () => world.site.store.accounts.list(world.site.memberId);
const looks = () => requests.filter(({ url, method }) => method === "GET" && url.endsWith("/session")).length;

/** A worker process of its own and several windows: what takes seconds on a quiet machine may take many on a busy one. */
vi.setConfig({ testTimeout: 150_000 });

describe("WhatsApp as a linked device", () => {
  test("is connected by its QR code once the risk is taken, and logged out again", async () => {
    const page = await settings();
    const dialog = await choose(page, "WhatsApp");
    await dialog.getByText("It may restrict or ban the number for good").waitFor();
    await dialog.getByRole("button", { name: "Go on" }).click();
    await dialog.getByText("Tick this first").waitFor();
    expect(await dialog.getByRole("checkbox").evaluate((box) => box === document.activeElement)).toBe(true);
    expect(await accounts()).toEqual([]);
    await inspect(page, "whatsapp-warning");
    await dialog.getByRole("checkbox", { name: /take the risk/ }).click();
    await dialog.getByRole("button", { name: "Go on" }).click();
    await until(async () => (await accounts()).length === 1, 5_000, "the account");
    expect((await accounts())[0]?.settings).toMatchObject({ consent: true });

    await dialog.getByText("Scan this code").first().waitFor({ timeout: 15_000 });
    await dialog.getByText("Linked devices, and press").waitFor();
    await shows(dialog, world.whatsapp.codeNow);
    await dialog.getByText(/Good for \d+ s more/).waitFor();
    await inspect(page, "whatsapp-code");
    world.whatsapp.showCode();
    await shows(dialog, world.whatsapp.codeNow);

    world.whatsapp.scan();
    await dialog.getByText("It is connected", { exact: true }).waitFor({ timeout: 15_000 });
    await dialog.getByText("choose an Open Channel for it").first().waitFor();
    expect(await dialog.getByRole("img").count()).toBe(0);
    await inspect(page, "whatsapp-connected");
    await dialog.getByRole("button", { name: "Log out" }).click();
    const asked = page.getByRole("dialog", { name: "Log out WhatsApp?" });
    await asked.getByRole("button", { name: "Log out" }).click();
    await dialog.getByRole("button", { name: "Sign in again" }).waitFor({ timeout: 15_000 });
    expect((await accounts())[0]?.connection.kind).toBe("logged-out");
    await dialog.getByRole("button", { name: "Sign in again" }).click();
    await shows(dialog, world.whatsapp.codeNow);
  });
});

describe("a person's Telegram", () => {
  test("is connected by phone, code and password, each wrong once, and nothing of them stays", async () => {
    world.telegram.login.password = "Tulips2026";
    const page = await settings();
    await page.clock.install();
    const dialog = await choose(page, "Telegram (personal)");
    await dialog.getByLabel("Phone number").fill("+49 151 00000001");
    const perDay = dialog.getByRole("combobox", { name: "First messages to new people" });
    expect(await perDay.textContent()).toContain("10");
    await perDay.click();
    await page.getByRole("option", { name: "20" }).click();
    await dialog.getByRole("checkbox", { name: /take the risk/ }).click();
    await inspect(page, "person-form");
    await dialog.getByRole("button", { name: "Go on" }).click();

    const code = dialog.getByLabel("Code", { exact: true });
    await code.waitFor({ timeout: 15_000 });
    expect((await accounts())[0]).toMatchObject({ settings: { coldPerDay: 20, lookupsPerDay: 30 } });
    await dialog.getByText("Sent to the Telegram app").waitFor();
    await inspect(page, "person-code");
    await code.fill("00000");
    await page.keyboard.press("Enter");
    await dialog.getByText("This is not the code that Telegram sent").waitFor();
    expect(await code.evaluate((input) => input === document.activeElement)).toBe(true);

    await dialog.getByText(/New code in \d+ s/).waitFor();
    expect(await dialog.getByRole("button", { name: "Send a new code" }).count()).toBe(0);
    const asked = () => world.telegram.calls.filter((call) => call._ === "auth.sendCode").length;
    expect(asked()).toBe(1);
    await page.clock.fastForward(31_000);
    await dialog.getByRole("button", { name: "Send a new code" }).click();
    await expect.poll(asked).toBe(2);
    await page.clock.fastForward(3_000);
    await code.fill(" 123 45");
    await dialog.getByRole("button", { name: "Send", exact: true }).click();

    const password = dialog.getByLabel("Password", { exact: true });
    await password.waitFor();
    await dialog.getByText("The owner's own hint: the usual one").waitFor();
    expect(await password.getAttribute("type")).toBe("password");
    await password.fill("tulips");
    await page.keyboard.press("Enter");
    await dialog.getByText("This is not the account's second password").waitFor();
    await inspect(page, "person-password");
    await password.fill("Tulips2026");
    await page.keyboard.press("Enter");
    await page.clock.fastForward(5_000);
    await dialog.getByText("It is connected", { exact: true }).waitFor({ timeout: 15_000 });

    const kept = await page.evaluate(
      "JSON.stringify([location.href, { ...localStorage }, { ...sessionStorage }, document.cookie, document.body.innerHTML])",
    );
    for (const secret of ["Tulips2026", "12345", "123 45"]) {
      expect(String(kept)).not.toContain(secret);
      expect(requests.filter(({ url }) => decodeURIComponent(url).includes(secret))).toEqual([]);
      expect(requests.filter(({ body, url }) => body.includes(secret) && !url.endsWith("/session/answer"))).toEqual([]);
    }
  });

  test("shows the next QR code when one runs out, and asks for the password after the scan", async () => {
    world.telegram.login.password = "Tulips2026";
    const page = await settings();
    const dialog = await choose(page, "Telegram (personal)");
    await dialog.getByRole("checkbox", { name: /take the risk/ }).click();
    await dialog.getByRole("button", { name: "Go on" }).click();
    const token = (number: number) => `tg://login?token=${Buffer.from(`token-${number}`).toString("base64url")}`;
    await shows(dialog, () => token(1));
    await inspect(page, "person-qr");
    world.telegramCodeRunsOut();
    await shows(dialog, () => token(2));
    scan(world.telegram);
    await dialog.getByLabel("Password", { exact: true }).fill("Tulips2026", { timeout: 15_000 });
    await page.keyboard.press("Enter");
    await dialog.getByText("It is connected", { exact: true }).waitFor({ timeout: 15_000 });
    await dialog.getByRole("button", { name: "Close" }).last().click();
    await page
      .getByRole("listitem")
      .filter({ hasText: "Telegram (personal)" })
      .getByText("Connected", { exact: true })
      .first()
      .waitFor();
  });
});

describe("a standing connection", () => {
  async function signingIn(): Promise<{ readonly page: Page; readonly dialog: Locator }> {
    const page = await settings();
    const dialog = await choose(page, "Standing");
    await dialog.getByRole("checkbox", { name: /take the risk/ }).click();
    await dialog.getByRole("button", { name: "Go on" }).click();
    await until(() => standing.opened.length === 1, 5_000, "the session");
    return { page, dialog };
  }
  const session = () => {
    const last = standing.opened.at(-1);
    if (!last) throw new Error("no session");
    return last;
  };

  /** The page looks every few seconds: nobody waits for that. */
  const seen = (page: Page, what: Locator, ms: number) =>
    until(
      async () => {
        await page.clock.fastForward(ms);
        return await what.waitFor({ timeout: 500 }).then(
          () => true,
          () => false,
        );
      },
      15_000,
      "what the page shall say",
    );

  test("says in each state what it means and what to do next", async () => {
    const { page, dialog } = await signingIn();
    await page.clock.install();
    await dialog.getByText("This can take up to three minutes").first().waitFor();
    await inspect(page, "state-starting");
    session().says("transient-disconnect");
    await seen(page, dialog.getByText("It is transient-disconnect."), 2_500);
    await dialog.getByText("It is opened again by itself").first().waitFor();
    await inspect(page, "state-transient");
    const ends: readonly (readonly [ConnectionState["kind"], string, string])[] = [
      ["bad-credentials", "Change what was typed", "Connect again"],
      ["failed", "Put right what is said above", "Connect again"],
      ["needs-action", "Do what is said above", "Sign in again"],
      ["logged-out", "until somebody signs in again", "Sign in again"],
    ];
    for (const [kind, words, button] of ends) {
      const before = standing.opened.length;
      session().says(kind);
      session().end();
      await seen(page, dialog.getByText(`It is ${kind}.`), 2_500);
      await dialog.getByText(words).first().waitFor();
      await inspect(page, `state-${kind}`);
      await dialog.getByRole("button", { name: button }).click();
      await until(() => standing.opened.length === before + 1, 5_000, "the next session");
    }
    session().says("connected");
    await seen(page, dialog.getByText("It is connected", { exact: true }), 2_500);
  });

  test("is looked at only while something goes on and the dialog is open", async () => {
    const { page, dialog } = await signingIn();
    await page.clock.install();
    session().says("needs-action", { kind: "qr", data: "ONE" });
    await shows(dialog, () => "ONE");
    session().says("connected");
    await page.clock.fastForward(2_500);
    await dialog.getByText("It is connected", { exact: true }).waitFor();
    const settled = looks();
    await page.clock.fastForward(60_000);
    // Behind the dialog the list is no part of what a role finds.
    await page.locator("li").getByText("Connected", { exact: true }).first().waitFor();
    expect(looks()).toBe(settled);

    await dialog.getByRole("button", { name: "Close" }).last().click();
    await dialog.waitFor({ state: "hidden" });
    session().says("needs-action", { kind: "qr", data: "TWO" });
    await seen(page, page.getByRole("listitem").getByText("Needs you").first(), 60_000);
    expect(looks()).toBe(settled);
    await page.getByRole("button", { name: "Sign in: Standing" }).click();
    await shows(dialog, () => "TWO");
    expect(looks()).toBeGreaterThan(settled);
  });

  test("says that a channel that is switched off cannot sign in", async () => {
    const { page, dialog } = await signingIn();
    await dialog.getByRole("button", { name: "Close" }).last().click();
    await page.getByRole("switch", { name: "Deliver messages of Standing" }).click();
    await page.getByText("Off: messages are kept").waitFor();
    await page.getByRole("button", { name: "Sign in: Standing" }).click();
    await dialog.getByText("This channel is switched off").waitFor();
    expect(await dialog.getByRole("img").count()).toBe(0);
  });
});

test("channels speak the language of the page", async () => {
  const page = await settings("ru");
  await page.getByRole("button", { name: "Добавить канал" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Бот, которому пишут ваши клиенты").waitFor();
  await inspect(page, "choose-ru");
  await dialog.getByRole("button", { name: /^WhatsApp Номер/ }).click();
  await dialog.getByText("Прежде чем связать аккаунт WhatsApp").waitFor();
});

test("what the server finds wrong stands at its field, and choices hold what programs set", async () => {
  const page = await settings();
  const dialog = await choose(page, "Web chat");
  await dialog.getByLabel("Site addresses").fill("https://shop.example");
  await dialog.getByLabel("Time zone").fill("Nowhere");
  await dialog.getByRole("combobox", { name: "How visitors rate" }).click();
  await page.getByRole("option", { name: "One to five stars" }).click();
  await dialog.getByRole("combobox", { name: "Language" }).click();
  await page.getByRole("option", { name: "Español" }).click();
  await dialog.getByRole("button", { name: "Connect" }).click();
  await dialog.getByText('"Nowhere" is no time zone').waitFor();
  expect(await dialog.getByLabel("Time zone").evaluate((input) => input === document.activeElement)).toBe(true);
  await dialog.getByLabel("Time zone").fill("Europe/Madrid");
  await dialog.getByRole("button", { name: "Connect" }).click();
  await until(async () => (await accounts()).length === 1, 5_000, "the account");
  const [account] = await accounts();
  expect(account?.settings).toMatchObject({ rating: "stars", language: "es", icon: "chat", timezone: "Europe/Madrid" });

  await page.getByRole("button", { name: "Actions for" }).click();
  await page.getByRole("menuitem", { name: "Change" }).click();
  const language = dialog.getByRole("combobox", { name: "Language" });
  expect(await language.textContent()).toContain("Español");
  await language.click();
  await page.getByRole("option", { name: "The visitor's own" }).click();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect.poll(async () => (await accounts())[0]?.settings["language"]).toBe("");
});
