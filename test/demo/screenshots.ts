/** Takes the pictures of the README: `CHROMIUM_PATH=… npm run demo -- --screenshots docs/screenshots`. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { launchBrowser } from "../support/browser.ts";
import type { Demo } from "./demo.ts";
import { chatWith } from "./expect.ts";

/** The largest size that the Market takes. */
const viewport = { width: 1280, height: 720 };

export async function takeScreenshots(demo: Demo, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const browser = await launchBrowser();
  const shoot = async (
    name: string,
    url: string,
    prepare: (page: Page) => Promise<void>,
    colorScheme: "light" | "dark" = "light",
  ): Promise<void> => {
    // A window of its own: no picture depends on what another one left open. Reduced motion: nothing is caught half-way.
    const page = await browser.newPage({ viewport, colorScheme, reducedMotion: "reduce" });
    await page.goto(url);
    await prepare(page);
    await page.mouse.move(0, 0);
    await page.waitForLoadState("load");
    await page.screenshot({ path: join(folder, `${name}.png`) });
    await page.close();
  };
  try {
    await shoot("open-lines", demo.portalUrl, async (page) => {
      await page.getByRole("link", { name: /Open Lines/ }).click();
      await page.locator(".chat-row", { hasText: "Maria Lopez" }).click();
      await page.getByRole("button", { name: "Customer's phone" }).click();
      const phone = page.frameLocator(".phone-panel iframe");
      await phone.getByLabel("Who holds this phone").selectOption({ label: "Maria Lopez" });
      await phone.getByText("Perfect, then please go ahead!").waitFor();
      await phone.locator("img").first().evaluate(isShown);
      await page.locator(".messages img").first().evaluate(isShown);
    });
    await shoot("deal-tab", demo.portalUrl, async (page) => {
      await page.getByRole("button", { name: /Oak table/ }).click();
      await page.getByRole("tab", { name: "Chat" }).click();
      const tab = page.frameLocator(".card-app iframe");
      await tab.locator("img").first().evaluate(isShown);
      await tab.getByText("Perfect, then please go ahead!").waitFor();
    });
    await demo.world.api("/api/portal", { method: "PATCH", body: { name: "Northwind Furniture" } });
    for (const scheme of ["light", "dark"] as const)
      await shoot(scheme === "light" ? "settings" : "settings-dark", demo.portalUrl, openSettings, scheme);
    await shoot("contact-center", demo.portalUrl, async (page) => {
      await page.getByRole("link", { name: "Contact Center" }).click();
      const tile = page.getByRole("button", { name: /Telegram/ });
      await tile.filter({ has: page.getByText("Telegram", { exact: true }) }).click();
      await page.frameLocator(".connector-page iframe").getByText("Support bot").first().waitFor();
    });
    await shoot("web-chat", demo.shopUrl, async (page) => {
      await page.getByRole("button", { name: "Ask about delivery" }).click();
      await page.getByRole("dialog").getByRole("textbox").fill("Do your lamps come with a bulb?");
      await page.keyboard.press("Enter");
      await answerInShop(demo, "Do your lamps come with a bulb?", "Hello! They do, a warm white one.");
      await page.getByRole("dialog").getByText("They do, a warm white one.").waitFor();
    });
    await shoot("offline-request", demo.shopUrl, async (page) => {
      const form = page.locator("threadline-form");
      await form.getByLabel("Name").fill("Nora Lind");
      await form.getByLabel("E-mail").fill("nora@lind.example");
      await form.getByLabel("Your message").fill("A bench for under the stairs, 3 m long, please.");
      await form.getByRole("checkbox").check();
      await page.locator("#request").evaluate((section) => section.scrollIntoView({ block: "center" }));
    });
  } finally {
    await browser.close();
  }
}

async function openSettings(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Market" }).click();
  await page.getByRole("button", { name: "Open", exact: true }).click();
  const settings = page.frameLocator(".slider iframe");
  await settings.getByText("Northwind shop", { exact: true }).first().waitFor();
  await settings.getByText("Perfect, then please go ahead!").waitFor();
}

/** Resolves when a picture is drawn. */
async function isShown(image: unknown): Promise<void> {
  await (image as { decode(): Promise<void> }).decode();
}

async function answerInShop({ world }: Demo, question: string, answer: string): Promise<void> {
  const chat = await chatWith(world, question);
  world.portal.portal().operatorWrites(chat.id, { text: answer, userId: 5 });
}
