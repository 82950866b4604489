/**
 * How long the chat in a card takes to open: from the request of the portal's frame for our page until the first messages are to
 * be seen in it. Every time in a browser that has never been here, slowed down to a quarter. What the portal's own page does
 * before (here an emulated one, slowed down too) is told beside it. The browser shares the cores with the server and the portal.
 */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { PortalWindow } from "../test/agents/portal-window.ts";
import { until } from "../test/support/world/until.ts";
import { World } from "../test/support/world/world.ts";
import { type Figure, type Finding, list, round } from "./support/report.ts";
import { median } from "./support/stats.ts";

const PAGE = "dist/placements/card-tab/index.html";
const MOST_MS = 1_000;
const SLOWER = 4;
const OPENINGS = 7;
/** More than fill the window. */
const MESSAGES = 40;
const CUSTOMER = "Maria";

export const coldTab: Figure = {
  name: "cold-tab",
  title: "the chat in a card, opened by a browser that was never here",
  async run(size) {
    if (!existsSync(PAGE)) throw new Error("the pages are not built: `npm run build` does it");
    const world = await World.start({ telegram: { limits: false } });
    const browser = await chromium.launch({ executablePath: process.env.CHROMIUM_PATH ?? "", args: ["--no-sandbox"] });
    try {
      await world.install();
      await world.connectTelegram();
      await seed(world);
      const openings: Opening[] = [];
      for (let count = 0; count < (size === "tiny" ? 1 : OPENINGS); count += 1)
        openings.push(await open(world, browser));
      return [judgeColdTab(openings)];
    } finally {
      await browser.close();
      await world.stop();
    }
  },
};

export interface Opening {
  /** From our page's request to its messages. */
  readonly milliseconds: number;
  /** From the click in the portal's page. */
  readonly fromClick: number;
  /** Requests to anybody but the portal and us. */
  readonly foreign: readonly string[];
}

export function judgeColdTab(openings: readonly Opening[]): Finding {
  const times = openings.map(({ milliseconds }) => milliseconds);
  const foreign = openings.flatMap((one) => one.foreign);
  const middle = median(times);
  return {
    figure: "cold tab: first messages",
    setting: `one process, built-in database; ${SLOWER} times slower browser`,
    measured: `${round(middle, 0)} ms`,
    target: `at most ${MOST_MS} ms`,
    met: middle <= MOST_MS && foreign.length === 0,
    notes: [
      `openings: ${list(times, 0)} ms; from the click in the portal's own page: ${list(
        openings.map(({ fromClick }) => fromClick),
        0,
      )} ms`,
      foreign.length === 0 ? "no request to any other host" : `asked others: ${foreign.join(", ")}`,
    ],
    data: { median: middle, openings: times, foreign: foreign.length },
  };
}

async function seed({ telegram, portal }: World): Promise<void> {
  const person = telegram.addPerson({ first_name: CUSTOMER, last_name: "Lopez" });
  const controls = portal.portal();
  const inLine = () => controls.portal.messages.size;
  for (let count = 0; count < MESSAGES; count += 1) {
    const before = inLine();
    telegram.userWrites(person.id, `Question ${count}: is it there on Friday, and may I pay when it comes?`);
    await until(() => inLine() > before, 20_000, "the message in the line");
  }
}

async function open(world: World, browser: Browser): Promise<Opening> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
  const portalAddress = `http://${world.portal.portal().portal.address}/`;
  const known = new Set([new URL(portalAddress).host, new URL(world.web.url).host]);
  const foreign: string[] = [];
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith("http") && !known.has(url.host)) foreign.push(url.host);
  });
  const window = await PortalWindow.open(context, portalAddress, "Anna");
  const { page } = window;
  await window.openCard("Leads", new RegExp(CUSTOMER));
  const devtools = await context.newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  let asked = Number.NaN;
  page.on("request", (request) => {
    if (request.url().includes("/placements/lead-tab")) asked = performance.now();
  });
  const clicked = performance.now();
  await page.getByRole("tab", { name: "Chat" }).click();
  const last = page.frameLocator(".card-app iframe").getByText(`Question ${MESSAGES - 1}:`);
  await last.first().waitFor();
  const seen = performance.now();
  await context.close();
  return { milliseconds: seen - asked, fromClick: seen - clicked, foreign };
}
