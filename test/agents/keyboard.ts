import type { Frame, Page } from "playwright-core";

/** Somebody without a mouse: goes from one thing to the next with Tab, and knows where they are by what it is called. */
export class Keyboard {
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Tab (or Shift+Tab) until something of that name has the focus. @throws when it is not within reach */
  async goTo(name: RegExp, back = false): Promise<void> {
    const passed: string[] = [];
    for (let presses = 0; presses < 120; presses += 1) {
      const here = await this.focused();
      if (presses > 0 && name.test(here)) return;
      passed.push(here);
      await this.page.keyboard.press(back ? "Shift+Tab" : "Tab");
    }
    throw new Error(`nothing called ${name} can be reached by Tab; passed: ${passed.join(" | ")}`);
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  /** What the thing is called that has the focus, in whatever frame. */
  async focused(): Promise<string> {
    const names = await Promise.all(this.page.frames().map(nameOfFocused));
    return names.find((name) => name !== undefined) ?? "";
  }
}

/** Written as text: it runs in the page, where there are other names than here. Nothing where another frame has the focus. */
const NAME_OF_FOCUSED = `(() => {
  const element = document.activeElement;
  if (!document.hasFocus() || !element || element === document.body || element.tagName === "IFRAME") return undefined;
  const labels = [...(element.labels ?? [])].map((label) => label.textContent);
  const names = [element.getAttribute("aria-label"), ...labels, element.textContent];
  return names.find((name) => name?.trim())?.trim() ?? element.tagName;
})()`;

/** Undefined where the focus is elsewhere, or the frame has just gone. */
async function nameOfFocused(frame: Frame): Promise<string | undefined> {
  try {
    return await frame.evaluate<string | undefined>(NAME_OF_FOCUSED);
  } catch {
    return undefined;
  }
}
