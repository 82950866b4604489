/** Takes the pictures of `docs/connecting.md`: how each channel is connected in the settings page. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Locator, Page } from "playwright-core";
import { launchBrowser } from "../support/browser.ts";
import { postPage } from "../support/our-page.ts";
import { openSignInWorld, type SignInWorld } from "../support/sign-in-world.ts";

const pagesDir = fileURLToPath(new URL("../../dist/placements", import.meta.url));

export async function showConnecting(folder: string): Promise<void> {
  const world = await openSignInWorld({ pagesDir });
  const browser = await launchBrowser();
  try {
    for (const [name, prepare] of Object.entries(PICTURES)) {
      // A window of its own: no picture depends on what another one left open.
      const page = await browser.newPage({ viewport: { width: 1000, height: 860 }, reducedMotion: "reduce" });
      await postPage(page, world.base, world.site.portal.appRequest());
      const dialog = page.getByRole("dialog");
      await prepare(dialog, page, world);
      await page.mouse.move(0, 0);
      await dialog.screenshot({ path: join(folder, `connect-${name}.png`) });
      await page.close();
    }
  } finally {
    await browser.close();
    await world.stop();
  }
}

type Prepare = (dialog: Locator, page: Page, world: SignInWorld) => Promise<void>;

const PICTURES: Readonly<Record<string, Prepare>> = {
  async telegram(dialog, page) {
    await choose(page, "Telegram");
    await dialog.getByLabel("Bot token").fill("123456789:AAF0aBcDeFgHiJkLmNoPqRsTuVwXyZ01234");
    await dialog.getByLabel("Send a greeting").click();
    await dialog
      .getByLabel("Greeting", { exact: true })
      .fill("Hello! Write to us here, we usually answer within minutes.");
    await dialog.getByLabel("Words on the button").fill("Share my phone number");
  },
  async "telegram-person-qr"(dialog, page) {
    await signIn(page, "Telegram (personal)");
    await isDrawn(dialog);
  },
  async "telegram-person-code"(dialog, page) {
    await signIn(page, "Telegram (personal)", () => dialog.getByLabel("Phone number").fill("+49 151 00000001"));
    await dialog.getByText("Sent to the Telegram app").waitFor();
  },
  async "whatsapp-linked"(dialog, page) {
    await signIn(page, "WhatsApp");
    await isDrawn(dialog);
  },
  async "whatsapp-cloud"(dialog, page) {
    await choose(page, "WhatsApp Business");
    await dialog.getByLabel("Phone number ID").fill("106540352242922");
    await dialog.getByLabel("WhatsApp Business Account ID").fill("102290129340398");
    await dialog.getByLabel("Access token").fill("EAAJZB7nPvkq0BAKZC4example00000");
    await dialog.getByLabel("App secret").fill("0123456789abcdef0123456789abcdef");
  },
  async viber(dialog, page) {
    await choose(page, "Viber");
    await dialog.getByLabel("Token (app key)").fill("445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9");
    await dialog.getByLabel("Sender's name").fill("Northwind");
    await dialog.getByRole("textbox", { name: "Welcome message" }).fill("Hello! How can we help?");
  },
  async "web-chat"(dialog, page) {
    await choose(page, "Web chat");
    await dialog.getByLabel("Site addresses").fill("https://northwind.example");
    await dialog.getByLabel("Title").fill("Northwind Furniture");
    await dialog.getByLabel("Greeting", { exact: true }).fill("Hello! Ask us anything.");
  },
  async form(dialog, page) {
    await choose(page, "Site form");
    await dialog.getByLabel("Site addresses").fill("https://northwind.example");
    await dialog.getByRole("combobox", { name: "Phone", exact: true }).click();
    await page.getByRole("option", { name: "Required" }).click();
  },
};

async function choose(page: Page, channel: string): Promise<void> {
  await page.getByRole("button", { name: "Add channel" }).click();
  const tiles = page.getByRole("dialog").getByRole("button");
  await tiles.filter({ has: page.getByText(channel, { exact: true }) }).click();
}

/** Up to what the messenger asks for. */
async function signIn(page: Page, channel: string, type?: () => Promise<void>): Promise<void> {
  const dialog = page.getByRole("dialog");
  await choose(page, channel);
  await dialog.getByRole("checkbox", { name: /take the risk/ }).click();
  await type?.();
  await dialog.getByRole("button", { name: "Go on" }).click();
}

async function isDrawn(dialog: Locator): Promise<void> {
  await dialog.getByRole("img", { name: "QR code for the phone's camera" }).waitFor();
}
