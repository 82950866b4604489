import type { BrowserContext, Locator, Page } from "playwright-core";
import { DeskFrame } from "./desk-frame.ts";

/** One agent's browser window with the emulated portal in it: Open Lines as the portal has them, and our pages in its frames. */
export class PortalWindow {
  readonly page: Page;
  private readonly url: string;

  private constructor(page: Page, url: string) {
    this.page = page;
    this.url = url;
  }

  /** @param agent first name of the person who looks at the portal */
  static async open(context: BrowserContext, url: string, agent: string): Promise<PortalWindow> {
    const page = await context.newPage();
    await page.goto(url);
    await page.getByTitle("Who looks at this portal").click();
    await page
      .locator(".who-menu")
      .getByRole("button", { name: new RegExp(agent) })
      .click();
    return new PortalWindow(page, url);
  }

  /** The chat of that customer in the portal's own Open Lines. */
  async openLine(customer: string): Promise<Locator> {
    await this.page.goto(`${this.url}#/chats`);
    await this.page.locator(".chat-row", { hasText: customer }).click();
    const conversation = this.page.locator(".conversation");
    await conversation.getByRole("heading", { name: customer }).waitFor();
    return conversation;
  }

  /** The card of that title, as the portal shows it. */
  async openCard(board: "Deals" | "Leads", card: string | RegExp): Promise<void> {
    await this.page.goto(`${this.url}#/${board.toLowerCase()}`);
    await this.page.getByRole("button", { name: card }).click();
    await this.page.getByRole("tab", { name: "Chat" }).waitFor();
  }

  /** Our tab in the card of that title. */
  async openTab(board: "Deals" | "Leads", card: string | RegExp): Promise<DeskFrame> {
    await this.openCard(board, card);
    await this.page.getByRole("tab", { name: "Chat" }).click();
    return await this.frameIn(".card-app iframe");
  }

  /** Our workplace, from the portal's left menu. */
  async openWorkplace(): Promise<DeskFrame> {
    await this.page.getByRole("navigation", { name: "Portal" }).getByRole("link", { name: "Threadline chats" }).click();
    return await this.workplace();
  }

  /** The workplace that was opened. */
  async workplace(): Promise<DeskFrame> {
    return await this.frameIn(".app-frame iframe");
  }

  private async frameIn(selector: string): Promise<DeskFrame> {
    const element = await this.page.locator(selector).elementHandle();
    const frame = await element?.contentFrame();
    if (!frame) throw new Error(`there is no frame in ${selector}`);
    await frame.locator("main").waitFor();
    return new DeskFrame(frame);
  }
}
