import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { createEmailAdapter } from "../../src/channels/email/adapter.ts";
import { type MailVendorsEmulator, startMailVendors } from "../emulators/mail-vendors/emulator.ts";
import { openSite, type Site } from "../handlers/support/site.ts";
import { launchBrowser } from "../support/browser.ts";
import { faultsOf, postPage } from "../support/our-page.ts";
import { freePort } from "../support/world/app-process.ts";
import { LOOKS } from "./support/open-pages.ts";

/** A mailbox signed in at its provider's page, as an administrator does it: two windows of a real browser, and the real server. */

const screenshots = process.env.SCREENSHOTS_DIR;
let vendors: MailVendorsEmulator;
let site: Site;
let base: string;
let browser: Browser;
let context: BrowserContext;
const complaints: string[] = [];

beforeAll(async () => {
  const port = await freePort();
  base = `http://127.0.0.1:${port}`;
  vendors = await startMailVendors();
  const env = vendors.env();
  const keys = (name: string) => ({
    clientId: env[`${name}_CLIENT_ID`] ?? "",
    clientSecret: env[`${name}_CLIENT_SECRET`] ?? "",
    url: vendors.url,
  });
  const mailVendors = { google: keys("GOOGLE"), microsoft: keys("MICROSOFT") };
  site = await openSite({
    pagesDir: inject("builtPages"),
    channels: [createEmailAdapter({ mailVendors })],
    publicUrl: base,
  });
  await site.app.listen({ port, host: "127.0.0.1" });
  await site.install();
  browser = await launchBrowser();
  context = await browser.newContext(LOOKS.light);
  if (screenshots !== undefined) await mkdir(screenshots, { recursive: true });
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await site?.stop();
  await vendors?.close();
  expect(complaints).toEqual([]);
});

async function settings(): Promise<Page> {
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !/Failed to load resource/.test(message.text())) complaints.push(message.text());
  });
  await postPage(page, base, site.portal.appRequest(), { language: "en" });
  return page;
}

async function inspect(page: Page, name: string): Promise<void> {
  for (const [look, { colorScheme, viewport }] of Object.entries(LOOKS)) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    if (screenshots !== undefined) await page.screenshot({ path: join(screenshots, `${name}-${look}.png`) });
    expect(await faultsOf(page), `${name} ${look}`).toEqual([]);
  }
  await page.setViewportSize(LOOKS.light.viewport);
  await page.emulateMedia({ colorScheme: "light" });
}

async function mailboxForm(page: Page): Promise<Locator> {
  await page.getByRole("button", { name: "Add channel" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog
    .getByRole("button")
    .filter({ has: page.getByText("E-mail", { exact: true }) })
    .click();
  return dialog;
}

describe("a mailbox", () => {
  test("is signed in at Google's page, belongs to an employee who is chosen by name, and is signed in again", async () => {
    const page = await settings();
    const dialog = await mailboxForm(page);
    await dialog.getByLabel("E-mail address").fill("anna@gmail.com");
    const button = dialog.getByRole("button", { name: "Sign in with Google" });
    await button.waitFor();
    await dialog.getByText("This mailbox is at Google. Sign in there").waitFor();
    // An app password would do as well.
    expect(await dialog.getByLabel("Password or app password").count()).toBe(1);
    await inspect(page, "vendor-offered");

    // Not allowed there first: both windows say so.
    vendors.google.atThePage = { denies: true };
    const [refused] = await Promise.all([page.waitForEvent("popup"), button.click()]);
    await refused.getByRole("heading", { name: "You were not signed in" }).waitFor();
    await dialog.getByText("The sign-in was broken off, or access was not allowed.").waitFor();
    await refused.close();

    vendors.google.atThePage = {};
    const [popup] = await Promise.all([page.waitForEvent("popup"), button.click()]);
    await popup.getByRole("heading", { name: "You are signed in" }).waitFor();
    expect(popup.url()).toBe(`${base}/oauth/mail/callback`);
    await popup.waitForEvent("close");
    await dialog.getByText("Signed in as anna@gmail.com").waitFor();
    expect(await dialog.getByLabel("Password or app password").count()).toBe(0);

    await dialog.getByRole("combobox", { name: "Whose mailbox it is" }).click();
    await page.getByRole("option", { name: "One employee's" }).click();
    const whose = dialog.getByRole("region", { name: "Whose", exact: true });
    const viewer = await whose.locator("span").first().textContent();
    await whose.getByRole("button", { name: "Choose somebody else" }).click();
    await whose.getByRole("searchbox").fill("Boris");
    await whose.getByRole("button", { name: /Boris/ }).click();
    await whose.getByText(/Boris/).waitFor();
    expect(await whose.textContent()).not.toContain(viewer);
    await inspect(page, "vendor-signed-in");
    await dialog.getByRole("button", { name: "Go on" }).click();
    await expect.poll(async () => (await site.store.accounts.list(site.memberId)).length).toBe(1);
    const [account] = await site.store.accounts.list(site.memberId);
    if (!account) throw new Error("there is no account");
    expect(account.settings).toMatchObject({ address: "anna@gmail.com", box: "personal" });
    expect(Object.keys(account.credentials)).toEqual(["signIn"]);

    // Google has ended it: the dialog of the connection leads the same way again.
    const connection = { kind: "bad-credentials", sentence: "Google has ended this application's access." } as const;
    await site.store.accounts.update(site.memberId, account.id, { connection });
    const again = page.getByRole("dialog").getByRole("button", { name: "Sign in with Google again" });
    await again.waitFor({ timeout: 15_000 });
    await inspect(page, "vendor-again");
    const [second] = await Promise.all([page.waitForEvent("popup"), again.click()]);
    await second.waitForEvent("close");
    const signInNow = async () => (await site.store.accounts.find(site.memberId, account.id))?.credentials["signIn"];
    await expect.poll(signInNow).not.toBe(account.credentials["signIn"]);
    await page.close();
  }, 120_000);

  test("of an employee is asked for by an administrator, and signed in by the employee alone, who is led there", async () => {
    const page = await settings();
    await page.getByRole("button", { name: "Ask an employee" }).click();
    const asking = page.getByRole("dialog");
    await asking.getByRole("button", { name: "Send" }).click();
    await asking.getByText("Choose an employee.").waitFor();
    await asking.getByRole("searchbox").fill("Boris");
    await asking.getByRole("button", { name: /Boris/ }).click();
    await asking.getByLabel("E-mail address").fill("boris@gmail.com");
    await inspect(page, "invite-dialog");
    await asking.getByRole("button", { name: "Send" }).click();
    const waiting = page.getByRole("list", { name: "Employees who are asked to connect their own mailbox" });
    await waiting.getByText("Waiting for Boris Berg").waitFor();
    await waiting.scrollIntoViewIfNeeded();
    await inspect(page, "invite-waiting");
    const [invitation] = await site.store.invitations.list(site.memberId);
    expect(site.portal.portal.notifications).toMatchObject([{ userId: 7 }]);

    const theirs = await context.newPage();
    theirs.on("pageerror", (error) => complaints.push(String(error)));
    const fields = { PLACEMENT_OPTIONS: JSON.stringify({ connect: invitation?.id }) };
    await postPage(theirs, base, site.portal.appRequest({ userId: 7 }), { language: "en", fields });
    const dialog = theirs.getByRole("dialog", { name: "Connect boris@gmail.com" });
    expect(await dialog.getByLabel("E-mail address").count()).toBe(0);
    vendors.google.atThePage = { who: "boris@gmail.com" };
    await dialog.getByRole("button", { name: "Sign in with Google" }).waitFor();
    await inspect(theirs, "invited-dialog");
    const [popup] = await Promise.all([
      theirs.waitForEvent("popup"),
      dialog.getByRole("button", { name: "Sign in with Google" }).click(),
    ]);
    await popup.waitForEvent("close");
    await dialog.getByText("Signed in as boris@gmail.com").waitFor();
    await dialog.getByRole("button", { name: "Not now" }).click();
    await theirs.getByText("asks you to connect your mailbox boris@gmail.com").waitFor();
    await inspect(theirs, "invited-notice");
    await theirs.getByRole("button", { name: "Connect the mailbox" }).click();
    await dialog.getByRole("button", { name: "Connect", exact: true }).click();
    await dialog.getByText("Connecting…").waitFor();
    const account = (await site.store.accounts.list(site.memberId)).find(
      ({ settings: { address } }) => address === "boris@gmail.com",
    );
    if (!account) throw new Error("there is no account");
    expect(account.settings).toMatchObject({ box: "personal", owner: "7" });
    const connection = { kind: "connected", sentence: "Receives the mail." } as const;
    await site.store.accounts.update(site.memberId, account.id, { connection });
    await dialog.getByText("boris@gmail.com is connected.").waitFor();
    await dialog.getByRole("button", { name: "Done" }).click();
    await theirs.getByText("asks you to connect").waitFor({ state: "hidden" });
    await theirs.close();
    await waiting.waitFor({ state: "detached", timeout: 20_000 });
    await page.close();
  }, 120_000);

  test("at Microsoft takes no password; a window that lost its opener shows a code to type", async () => {
    // As browsers do that keep the two windows apart.
    await context.addInitScript("if (location.pathname === '/oauth/mail/callback') window.opener = null");
    const page = await settings();
    const dialog = await mailboxForm(page);
    await dialog.getByLabel("E-mail address").fill("office@outlook.com");
    await dialog.getByText("Microsoft has switched off passwords").waitFor();
    expect(await dialog.getByLabel("Password or app password").count()).toBe(0);
    vendors.microsoft.atThePage = { who: "office@outlook.com" };
    const [popup] = await Promise.all([
      page.waitForEvent("popup"),
      dialog.getByRole("button", { name: "Sign in with Microsoft" }).click(),
    ]);
    await popup.getByText("Go back to the settings in Bitrix24 and type this code there:").waitFor();
    const shown = (await popup.locator("output").textContent()) ?? "";
    expect(shown).toMatch(/^[A-Z0-9]{5} [A-Z0-9]{5}$/);
    if (screenshots !== undefined) await popup.screenshot({ path: join(screenshots, "vendor-code.png") });
    await popup.close();
    await dialog.getByText("The window was closed").waitFor();
    await inspect(page, "vendor-lost");
    const code = dialog.getByLabel("Code from the window");
    await code.fill("WRONGCODE1");
    await dialog.getByRole("button", { name: "Use the code" }).click();
    await dialog.getByText("This code is not right").waitFor();
    await code.fill(shown.toLowerCase());
    await page.keyboard.press("Enter");
    await dialog.getByText("Signed in as office@outlook.com").waitFor();
    await page.close();
  }, 120_000);
});
