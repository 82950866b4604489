/**
 * A conversation of fifty thousand messages beside one of fifty, in the workplace as an agent has it open: how long until its
 * messages are seen after the click, and how long the frames are while somebody scrolls back through thousands of them. Real
 * Chromium, our built pages, the server with the built-in database in this process: all on the same cores.
 *
 * A frame is as long as Chromium tells of it (`long-animation-frame`): from when its work began until it could be painted. It
 * tells only of those over 50 ms.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium, type Page } from "playwright-core";
import { accountId } from "../src/domain/ids.ts";
import { plainText } from "../src/domain/rich-text.ts";
import { openSite, type Site } from "../test/handlers/support/site.ts";
import { postPage } from "../test/support/our-page.ts";
import { type Figure, type Finding, list, round } from "./support/report.ts";
import { median, percentile } from "./support/stats.ts";

const PAGES = fileURLToPath(new URL("../dist/placements", import.meta.url));
const PAGE = `${PAGES}/workplace/index.html`;
const FEW = 50;
const MANY = 50_000;
const SCROLLED = 3_000;
const RUNS = 9;
/** What is fetched and drawn after the messages (who it is, their cards) is there before anybody scrolls. */
const SETTLED_MS = 1_000;
const ALLOWED_TIMES = 1.3;
const ALLOWED_FRAME_MS = 50;
/** What one frame of a fast scroll moves. */
const PIXELS = 240;
const BATCH = 1_000;

export const longConversation: Figure = {
  name: "long-conversation",
  title: "a long conversation beside a short one",
  async run(size) {
    const [many, scrolled] = size === "tiny" ? [300, 120] : [MANY, SCROLLED];
    if (!existsSync(PAGE)) throw new Error("the pages are not built: `npm run build` does it");
    const site = await openSite({ pagesDir: PAGES });
    const browser = await chromium.launch({ executablePath: process.env.CHROMIUM_PATH ?? "", args: ["--no-sandbox"] });
    try {
      await fill(site, many);
      const base = await site.app.listen({ port: 0, host: "127.0.0.1" });
      const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
      await postPage(page, base, site.portal.appRequest(), { path: "/placements/workplace" });
      // The first time brings the parts of the page that are loaded when they are wanted.
      for (const count of [FEW, many]) await opens(page, count);
      const [few, long]: [number[], number[]] = [[], []];
      for (let run = 0; run < (size === "tiny" ? 1 : RUNS); run += 1) {
        few.push(await opens(page, FEW));
        long.push(await opens(page, many));
      }
      await page.waitForTimeout(SETTLED_MS);
      const frames = await page.evaluate<Frames>(scrollScript(many - scrolled));
      return [
        judgeOpening(`${many} messages beside ${FEW}`, few, long),
        judgeScrolling(`${scrolled} messages back`, frames),
      ];
    } finally {
      await browser.close();
      await site.stop();
    }
  },
};

export function judgeOpening(setting: string, few: readonly number[], long: readonly number[]): Finding {
  const ratio = median(long) / median(few);
  return {
    figure: "long conversation: opened",
    setting,
    measured: `${round(ratio, 2)} times`,
    target: `at most ${ALLOWED_TIMES} times`,
    met: ratio <= ALLOWED_TIMES,
    notes: [`from the click until messages are painted: ${list(long, 0)} ms beside ${list(few, 0)} ms`],
    data: { ratio, few, long },
  };
}

export function judgeScrolling(setting: string, { deltas, long, mostRows }: Frames): Finding {
  return {
    figure: "long conversation: scrolled",
    setting,
    measured: `${long.length} of ${deltas.length} frames over ${ALLOWED_FRAME_MS} ms`,
    target: "none",
    met: deltas.length > 0 && long.length === 0,
    notes: [
      `between two frames ${round(median(deltas), 1)} ms, p99 ${round(percentile(deltas, 0.99), 1)} ms; at most ${mostRows} messages in the page`,
      ...(long.length > 0 ? [`the long ones: ${list(long, 0)} ms`] : []),
    ],
    data: { frames: deltas.length, median: median(deltas), long, mostRows },
  };
}

const nameOf = (count: number) => `Customer ${count}`;

/** Two customers of one bot: one with few messages, one with many. */
async function fill(site: Site, many: number): Promise<void> {
  const admin = await site.install();
  const bot = { channel: "telegram", name: "Bot", credentials: { token: "1234567890:abcdefgh" } };
  const account = accountId((await site.api(admin, "POST", "/accounts", bot)).json<{ id: string }>().id);
  const begin = Date.now() - 365 * 86_400_000;
  for (const count of [FEW, many])
    for (let from = 0; from < count; from += BATCH)
      await site.store.messages.acceptInbound(
        Array.from({ length: Math.min(BATCH, count - from) }, (_, at) => {
          const number = from + at + 1;
          const sentAt = new Date(begin + number * 600_000);
          const chatId = `chat-${count}`;
          return {
            ...({ portal: site.memberId, account, key: `${chatId}-${number}`, kind: "message", chatId } as const),
            ...{ customer: { externalId: chatId, name: nameOf(count) }, externalId: `${chatId}-${number}` },
            ...{ sentAt, notBefore: sentAt },
            content: {
              body: plainText(`Message ${number}. ${"Is it still to be had, and when? ".repeat(number % 5)}`),
              attachments: [],
            },
          };
        }),
      );
}

/** Milliseconds from the click to the frame in which the last message stands. */
async function opens(page: Page, count: number): Promise<number> {
  const row = page.getByRole("button", { name: new RegExp(`${nameOf(count)}\\b`) }).first();
  await row.waitFor();
  await row.evaluate((button) => (button as unknown as Marked).setAttribute("data-bench", "next"));
  return await page.evaluate<number>(openScript(`Message ${count}.`));
}

interface Marked {
  setAttribute(name: string, value: string): void;
}

export interface Frames {
  /** Milliseconds between two frames. */
  readonly deltas: readonly number[];
  /** Those whose work took longer than it may. */
  readonly long: readonly number[];
  readonly mostRows: number;
}

// Written as text: they run in the page, where there are other names than here.
const openScript = (text: string) => `(async () => {
  const button = document.querySelector("[data-bench=next]");
  button.removeAttribute("data-bench");
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const start = performance.now();
  button.click();
  const last = () => [...document.querySelectorAll("[role=log] [data-row]")].at(-1)?.textContent ?? "";
  while (!last().includes(${JSON.stringify(text)})) await frame();
  await frame();
  return performance.now() - start;
})()`;

/** Scrolls back frame by frame until a message is in the page. */
const scrollScript = (to: number) => `(async () => {
  const log = document.querySelector("[role=log]");
  const long = [];
  const observer = new PerformanceObserver((entries) => {
    for (const { duration } of entries.getEntries()) if (duration > ${ALLOWED_FRAME_MS}) long.push(duration);
  });
  observer.observe({ type: "long-animation-frame" });
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const deltas = [];
  let mostRows = 0;
  let last = await frame();
  for (;;) {
    log.scrollTop -= ${PIXELS};
    const now = await frame();
    deltas.push(now - last);
    last = now;
    if (deltas.length % 30 !== 0) continue;
    const rows = log.querySelectorAll("[data-row]");
    mostRows = Math.max(mostRows, rows.length);
    const first = Number(/Message (\\d+)\\./.exec(rows[0]?.textContent ?? "")?.[1] ?? Infinity);
    if (first <= ${to}) break;
  }
  observer.disconnect();
  return { deltas, long, mostRows };
})()`;
