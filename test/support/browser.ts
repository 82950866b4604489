import { type Browser, chromium } from "playwright-core";

/** The browser that looks at our pages; `TEST_BROWSER_PATH`, or the Chromium that there is. */
export const launchBrowser = (args: readonly string[] = []): Promise<Browser> =>
  launch(process.env.TEST_BROWSER_PATH || process.env.CHROMIUM_PATH, args);

/** Chromium as people have it: without its window around pages nobody can allow notices on the desktop. */
export const launchWholeBrowser = (args: readonly string[] = []): Promise<Browser> =>
  launch(process.env.CHROMIUM_PATH, args);

const launch = (executablePath = "", args: readonly string[]): Promise<Browser> =>
  chromium.launch({ executablePath, args: ["--no-sandbox", ...args] });
