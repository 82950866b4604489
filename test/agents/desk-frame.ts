import type { Frame, Locator } from "playwright-core";

/** What people do in our pages, by the names that they read there. */
export class DeskFrame {
  readonly frame: Frame;

  constructor(frame: Frame) {
    this.frame = frame;
  }

  get input(): Locator {
    return this.frame.getByRole("textbox", { name: "Message", exact: true });
  }

  /** In the workplace: opens that person's conversation. */
  async choose(name: string): Promise<void> {
    await this.frame
      .getByRole("navigation")
      .getByRole("button", { name: new RegExp(name) })
      .click();
    await this.frame.getByRole("article", { name }).waitFor();
  }

  bubble(text: string): Locator {
    return this.frame.getByRole("log").locator("[data-message]").filter({ hasText: text });
  }

  /** A message of ours that the app has not got yet. */
  waiting(text: string): Locator {
    return this.frame.getByRole("log").getByRole("listitem").filter({ hasText: text });
  }

  /** How the conversation stands, in words: who has it, or that it is closed. */
  standing(words: string): Locator {
    return this.frame.getByRole("article").getByText(words, { exact: true });
  }

  /** All that the thread shows, oldest first. */
  async shown(): Promise<string[]> {
    return await this.frame
      .getByRole("log")
      .locator("[data-message]")
      .evaluateAll((rows) => rows.map((row) => row.textContent ?? ""));
  }

  async write(text: string): Promise<void> {
    await this.input.fill(text);
    await this.input.press("Enter");
  }

  async act(name: "Accept" | "Transfer" | "Finish" | "Reopen"): Promise<void> {
    const button = this.frame.getByRole("article").getByRole("button", { name, exact: true });
    const more = this.frame.getByRole("button", { name: "More actions" });
    // Neither is there while the conversation is on its way to the page.
    await button.or(more).first().waitFor();
    if (!(await button.isVisible())) {
      await more.click();
      await this.frame.getByRole("menuitem", { name }).click();
    } else await button.click();
  }

  /** The pointer is on it; nothing is pressed yet. */
  async aimAt(name: "Accept"): Promise<void> {
    await this.frame.getByRole("article").getByRole("button", { name, exact: true }).hover();
  }

  /** Presses what the pointer is on, whatever that has become. */
  async press(): Promise<void> {
    await this.frame.page().mouse.down();
    await this.frame.page().mouse.up();
  }

  async transferTo(name: string): Promise<void> {
    await this.act("Transfer");
    const dialog = this.frame.getByRole("dialog");
    await dialog.getByRole("searchbox").fill(name);
    await dialog.getByRole("button", { name: new RegExp(name) }).click();
    await dialog.waitFor({ state: "detached" });
  }

  async finish(): Promise<void> {
    await this.act("Finish");
    await this.sayYesToFinish();
  }

  /** The answer to the question that "Finish" asks; apart, because two people may be asked before either answers. */
  async sayYesToFinish(): Promise<void> {
    await this.frame.getByRole("dialog").getByRole("button", { name: "Finish" }).click();
  }
}
