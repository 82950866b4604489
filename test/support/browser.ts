import { type Browser, chromium } from "playwright-core";

/** The browser that looks at our pages; `TEST_BROWSER_PATH`, or the Chromium that there is. */
export function launchBrowser(args: readonly string[] = []): Promise<Browser> {
  const executablePath = process.env.TEST_BROWSER_PATH || process.env.CHROMIUM_PATH || "";
  return chromium.launch({ executablePath, args: ["--no-sandbox", ...args] });
}
