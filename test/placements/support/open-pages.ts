import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { expect, inject } from "vitest";
import type { ChannelAdapter } from "../../../src/channels/contract.ts";
import type { PageRequest } from "../../emulators/portal/pages.ts";
import { openSite, type Site } from "../../handlers/support/site.ts";
import { launchBrowser } from "../../support/browser.ts";
import { faultsOf } from "../../support/our-page.ts";

export const LOOKS = {
  light: { colorScheme: "light", viewport: { width: 1280, height: 860 } },
  dark: { colorScheme: "dark", viewport: { width: 1280, height: 860 } },
  narrow: { colorScheme: "light", viewport: { width: 390, height: 780 } },
} as const satisfies Readonly<Record<string, BrowserContextOptions>>;

/** Our built pages in a real browser, opened the way the portal does, with the real server and store behind. */
export class Pages {
  /** What the pages complained about in the console. */
  readonly complaints: string[] = [];
  readonly site: Site;
  /** Where the site listens. */
  readonly base: string;
  private readonly browser: Browser;
  private readonly screenshots = process.env.SCREENSHOTS_DIR;
  private context: BrowserContext | undefined;

  private constructor(parts: { site: Site; base: string; browser: Browser }) {
    this.site = parts.site;
    this.base = parts.base;
    this.browser = parts.browser;
  }

  /** @param channels beside the fake Telegram */
  static async start(channels: readonly ChannelAdapter[] = [], launch = launchBrowser): Promise<Pages> {
    const browser = await launch([
      // A microphone that hums, and nobody who would have to allow it.
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
    ]);
    const site = await openSite({ pagesDir: inject("builtPages"), channels });
    const base = await site.app.listen({ port: 0, host: "127.0.0.1" });
    return new Pages({ site, base, browser });
  }

  /** A form posted into a fresh window. `before`: what shall hold before anything of the page is loaded. */
  async open(
    request: PageRequest,
    path: string,
    look: BrowserContextOptions = LOOKS.light,
    before: (page: Page) => Promise<unknown> = async () => undefined,
  ): Promise<Page> {
    const page = await this.freshPage(look);
    await before(page);
    const inputs = Object.entries(request.fields).map(
      ([name, value]) => `<input name="${name}" value="${value.replaceAll('"', "&quot;")}">`,
    );
    await page.setContent(
      `<form method="post" action="${this.base}${path}${new URL(request.url).search}">${inputs.join("")}</form>`,
    );
    await page.evaluate("document.forms[0].submit()");
    await page.locator("main").waitFor();
    return page;
  }

  /** The emulated portal's own page, which opens ours in its frames. */
  async openPortal(look: BrowserContextOptions = LOOKS.light): Promise<Page> {
    this.site.emulator.configureApplication({ baseUrl: this.base });
    const page = await this.freshPage(look);
    await page.goto(`http://${this.site.portal.portal.address}/`);
    return page;
  }

  private async freshPage(look: BrowserContextOptions): Promise<Page> {
    const page = await (await this.freshContext(look)).newPage();
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error" && !/Failed to load resource/.test(message.text()))
        this.complaints.push(message.text());
    });
    return page;
  }

  /** No serious accessibility fault, nothing cut off sideways; a picture of it where one is wanted. */
  async inspect(page: Page, name: string): Promise<void> {
    const faults = await faultsOf(page);
    if (this.screenshots !== undefined) {
      await mkdir(this.screenshots, { recursive: true });
      await page.screenshot({ path: join(this.screenshots, `${name}.png`), fullPage: true });
    }
    expect(faults, name).toEqual([]);
  }

  /** A window of its own; the one before is closed. */
  async freshContext(look: BrowserContextOptions = LOOKS.light): Promise<BrowserContext> {
    await this.closePage();
    this.context = await this.browser.newContext(look);
    return this.context;
  }

  async closePage(): Promise<void> {
    // What a test answers in the server's place may be under way: its page is gone, and that is no fault.
    for (const page of this.context?.pages() ?? []) await page.unrouteAll({ behavior: "ignoreErrors" });
    await this.context?.close();
    this.context = undefined;
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.site.stop();
  }
}
