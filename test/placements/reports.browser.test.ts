import { readFile } from "node:fs/promises";
import { pino } from "pino";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { ReportAnswer, ReportFiguresAnswer } from "../../src/api/reports.ts";
import { conversationId } from "../../src/domain/ids.ts";
import { createCounter } from "../../src/relay/reports/counter.ts";
import { LOOKS } from "./support/open-pages.ts";
import { inspect, type Look, receive, reply, settings, site, usePages, workplace } from "./support/pages.ts";

usePages();

async function account(name: string, number: number): Promise<string> {
  const admin = await site.sessionOf(1);
  const credentials = { token: `${1_000_000_000 + number}:abcdef` };
  return (await site.api(admin, "POST", "/accounts", { channel: "telegram", name, credentials })).json().id;
}

async function count(): Promise<void> {
  const counter = createCounter({
    ...{ store: site.store, writers: site.writers, inTurn: (_portal, work) => work() },
    ...{ log: pino({ level: "silent" }), owner: "test", now: () => new Date() },
  });
  await counter.run();
}

async function opened(look: Look = LOOKS.light, before?: (page: Page) => Promise<unknown>): Promise<Page> {
  const page = await settings(look);
  await before?.(page);
  await page.getByRole("tab", { name: "Reports" }).click();
  return page;
}

/** A busy month, as the API would tell it. */
function busy(answer: ReportAnswer): ReportAnswer {
  const wave = (n: number) => 0.5 + 0.5 * Math.sin(n * 1.7) * Math.cos(n / 3);
  const days = Array.from({ length: 30 }, (_, n) => {
    const scale = n % 7 === 5 || n % 7 === 6 ? 0.25 : 1;
    const received = Math.round((60 + 80 * wave(n)) * scale);
    return {
      ...{ day: `2026-11-${String(n + 1).padStart(2, "0")}`, received, answers: Math.round(received * 0.8) },
      ...{ opened: Math.round(received / 4), closed: Math.round(received / 5), asked: Math.round(received / 3) },
      ...{ unanswered: Math.round(received / 40), average: Math.round(300 + 500 * wave(n + 4)) },
    };
  });
  const hours = Array.from({ length: 7 * 24 }, (_, n) => {
    const [weekday, hour] = [Math.floor(n / 24), n % 24];
    const received = Math.round(Math.max(0, 60 - (hour - 13) ** 2) * (weekday > 4 ? 0.3 : 1) * (0.7 + 0.3 * wave(n)));
    return { weekday, hour, received, answers: received, opened: 0, closed: 0, asked: received, unanswered: 0 };
  }).filter(({ received }) => received > 0);
  const figures = (part: number): ReportFiguresAnswer => {
    const n = (value: number) => Math.round(value * part);
    const times = (median: number) => ({
      ...{ count: n(900), total: n(900) * median * 1.6, average: Math.round(median * 1.6), median },
      ...{ p90: median * 4, max: 93_600 },
    });
    return {
      ...{
        received: n(2840),
        answers: n(2310),
        automatic: n(402),
        opened: n(712),
        begunByUs: n(40),
        dealsWon: n(37),
        closed: n(655),
      },
      ...{ open: n(57), asked: n(1204), answered: n(1100), noReply: n(61), unanswered: n(43) },
      ...{ first: times(Math.round(190 + 80 * part)), further: times(Math.round(95 + 60 * part)) },
      customerStars: { count: n(214), average: 4.62 },
      supervisorStars: { count: n(31), average: 4.1 },
    };
  };
  return {
    ...{ ...answer, days, hours, total: figures(1), totalBefore: figures(0.83) },
    channels: [
      { channel: "telegram", ...figures(0.6) },
      { channel: "webchat", ...figures(0.4) },
    ],
    accounts: [
      { id: "1", name: "Ellis & Sons shop", channel: "telegram", ...figures(0.6) },
      { id: "2", name: "Chat on the website, the one with the long name", channel: "webchat", ...figures(0.4) },
    ],
    agents: [
      { id: "7", name: "Boris Berg", ...figures(0.5) },
      { id: "5", name: "Maria Lopez", ...figures(0.3) },
      { id: "phone", ...figures(0.1) },
      { id: null, ...figures(0.02) },
    ],
  };
}

const asBusy = (page: Page) =>
  page.route(/\/api\/reports\?/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: busy(await response.json()) });
  });

test("figures lead to the messages behind them and into their conversation, and are saved as a file", async () => {
  const shop = await account("Shop", 1);
  const anna = await receive(shop, "anna", ["Anna", "Larsen"], "Do you deliver on Saturdays?", 0);
  await reply(anna.conversation, "Yes, until noon.", 0);
  await receive(shop, "boris", ["Boris", "Novak"], "The heater is broken", 0);
  await count();
  const page = await opened();
  await page.getByRole("button", { name: /Without an answer\s*1/ }).click();
  const dialog = page.getByRole("dialog", { name: "Waits without an answer" });
  await dialog.getByText("The heater is broken").waitFor();
  expect(await dialog.getByText("Do you deliver").count()).toBe(0);
  await inspect(page, "reports-behind");
  await dialog.getByRole("button", { name: "Show the conversation" }).click();
  const thread = page.getByRole("dialog", { name: "Conversation with Boris Novak" });
  await thread.getByText("The heater is broken").waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });

  await page.getByRole("button", { name: "First answers: 1" }).click();
  const answers = page.getByRole("dialog", { name: "First answers" });
  await answers.getByText("Yes, until noon.").waitFor();
  await page.keyboard.press("Escape");

  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download CSV" }).click(),
  ]);
  const csv = await readFile(await file.path(), "utf8");
  expect(csv).toMatch(/"Deals won after a conversation","Average answer time"\r?\n/);
  expect(csv).toContain('"By account","Shop","2","0","2","2","1"');
});

test("the won deals lead to their cards and to the conversations they are counted at", async () => {
  const shop = await account("Deals", 3);
  const clara = await receive(shop, "clara", ["Clara", "Moreno"], "Ten chairs, please", 0);
  const { crm } = site.portal.portal;
  const deal = crm.add(2, { title: "Ten chairs", opportunity: 1250.5, currencyId: "EUR" }, 1, Date.now());
  crm.update(deal, { stageId: "WON" }, 1, Date.now());
  const now = new Date();
  const { person } = await site.store.people.identify(site.memberId, {
    ...{ conversation: conversationId(clara.conversation), sharedByMoreThan: 5 },
    points: [],
  });
  await site.store.people.saveEntities(site.memberId, person, [
    {
      ...{ type: "deal", id: String(deal.id), why: "made", title: "Ten chairs", open: false, lastActiveAt: now },
      ...{ freshAt: now, wonAt: now },
    },
  ]);
  await count();
  for (const [name, look] of Object.entries(LOOKS)) {
    const page = await opened(look);
    await page.getByRole("button", { name: /^Deals won after a conversation\s*1/ }).press("Enter");
    const dialog = page.getByRole("dialog", { name: "Deals won" });
    const card = dialog.getByRole("link", { name: "Ten chairs" });
    expect(await card.getAttribute("href")).toContain(`/crm/deal/details/${deal.id}/`);
    await dialog.getByText("Deal won · €1,250.50").waitFor();
    await inspect(page, `reports-${name}-deals-behind`);
    await dialog.getByRole("button", { name: "Show the conversation" }).click();
    await page
      .getByRole("dialog", { name: "Conversation with Clara Moreno" })
      .getByText("Ten chairs, please")
      .waitFor();
  }
});

test("looks well with a month of work, is quiet without any, and tells while it still counts", async () => {
  for (const [name, look] of Object.entries(LOOKS)) {
    const page = await opened(look, asBusy);
    await page.getByText("Boris Berg").first().waitFor();
    await inspect(page, `reports-${name}`);
    await page.getByRole("button", { name: "What is counted: Deals won after a conversation" }).press("Enter");
    const about = page.getByText("within 30 days after a conversation with their customer began");
    await about.waitFor();
    await inspect(page, `reports-${name}-deals`);
    await page.keyboard.press("Escape");
    await about.waitFor({ state: "hidden" });
  }
  const empty = await opened();
  await empty.getByText("Nothing happened in this time").waitFor();
  await inspect(empty, "reports-empty");

  const counting = await opened(LOOKS.light, (page) =>
    page.route(/\/api\/reports\?/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({
        response,
        json: { ...(await response.json()), behind: true, countedTo: "2026-10-02T08:00:00Z" },
      });
    }),
  );
  await counting.getByText("Earlier messages are still being counted").waitFor();
});

test("is in the workplace too, and says there whose figures it shows", async () => {
  const page = await workplace(LOOKS.narrow);
  await page.getByRole("button", { name: "Reports" }).click();
  await page.getByRole("heading", { name: "Reports" }).waitFor();
  await page.getByText("compared with").waitFor();
  await page.getByRole("button", { name: "Back to conversations" }).click();
  await page.getByRole("navigation").waitFor();
  expect(await page.getByRole("heading", { name: "Reports" }).count()).toBe(0);
});
