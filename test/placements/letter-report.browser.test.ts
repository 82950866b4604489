/** How letters fared, and the pages on which their readers leave: in each language. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { accountId } from "../../src/domain/ids.ts";
import { fakeChannel } from "../handlers/support/fake-channel.ts";
import { ALL_PARTS } from "../support/parts.ts";
import { letterContent, sales } from "./support/letters.ts";
import { LOOKS } from "./support/open-pages.ts";
import {
  account,
  base,
  ends,
  freshContext,
  inAllLooks,
  inspect,
  receive,
  settings,
  settingsIn,
  site,
  usePages,
  workplaceIn,
} from "./support/pages.ts";

const { adapter } = fakeChannel("letters", "E-mail");
usePages([{ ...adapter, capabilities: { ...adapter.capabilities, letters: true, parts: ALL_PARTS } }]);

test("how letters fared stands in a report, per colleague and template", async () => {
  const page = await settings();
  const report = page.getByRole("region", { name: "Letters", exact: true });
  expect(await report.count()).toBe(0);
  const shop = await account("sales@ellis.example", "1112223334:abcdef", undefined, "letters");
  await page.reload();
  await report.getByText("No letters in this period").waitFor();

  await site.store.accounts.update(site.memberId, accountId(shop), { settings: { address: sales.address } });
  await sentLetters(shop);
  await report.getByRole("button", { name: "7 days" }).click();
  const table = report.getByRole("table");
  await table.getByRole("row", { name: /Ada Admin 4 50%.*1 more probably.*0%.*25%/ }).waitFor();
  await report.getByRole("button", { name: "Template", exact: true }).click();
  await table.getByRole("row", { name: /offer 2 50%/ }).waitFor();
  await table.getByRole("row", { name: /Without a template 2/ }).waitFor();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    report.getByRole("button", { name: "Download as CSV" }).click(),
  ]);
  expect(file.suggestedFilename()).toBe("letters.csv");
  await report.getByRole("button", { name: "Other dates" }).click();
  await report.getByLabel("From", { exact: true }).fill("2020-01-02");
  await report.getByLabel("To", { exact: true }).fill("2020-01-01");
  await report.getByText("Choose two days, the first before the last").waitFor();
  await report.getByLabel("To", { exact: true }).fill("2020-01-03");
  await report.getByRole("button", { name: "Show", exact: true }).click();
  await report.getByText("No letters in this period").waitFor();
  await inAllLooks("letter-report", settings, async (shown) => {
    await shown
      .getByRole("table")
      .getByRole("row", { name: /Ada Admin 4/ })
      .scrollIntoViewIfNeeded();
  });
});

interface Case {
  readonly chat: string;
  readonly letter: { readonly track: boolean; readonly template?: string };
  readonly agent?: string;
  readonly answered?: boolean;
}

/** Four that arrived: one answered, one that a mail provider looked at, and two of which nothing can be seen. */
async function sentLetters(shop: string): Promise<void> {
  const offer = { track: true, template: "offer" };
  const cases: readonly Case[] = [
    { chat: "a", letter: offer, answered: true },
    { chat: "b", letter: offer, agent: "Mozilla/5.0 (via ggpht.com GoogleImageProxy)" },
    ...[{ chat: "c" }, { chat: "d" }].map((one) => ({ ...one, letter: { track: false } })),
  ];
  const session = await site.sessionOf(1);
  for (const { chat, letter: said, agent, answered } of cases) {
    const { conversation } = await receive(shop, chat, ["Maria", "Lopez"], letterContent("How much?"), 9);
    const clientId = crypto.randomUUID();
    const body = { clientId, text: "480", letter: said };
    const sent = (await site.api(session, "POST", `/conversations/${conversation}/messages`, body)).json();
    await ends(sent.id, { state: "delivered" });
    const row = await site.store.messages.find(site.memberId, sent.id);
    const pixel = row?.content.letter?.sending?.tracked?.pixel;
    if (pixel !== undefined && agent !== undefined)
      await fetch(`${base}${new URL(pixel).pathname}`, { headers: { "user-agent": agent } });
    if (answered) await receive(shop, chat, ["Maria", "Lopez"], letterContent("Thank you"), 1);
  }
}

test.each([
  ["ru", "Письма", "7 дней", "Шаблон", /offer 2 50/],
  ["es", "Mensajes de correo", "7 días", "Plantilla", /offer 2 50/],
])("the report looks well in %s", async (language, title, days, template, offer) => {
  const shop = await account("sales@ellis.example", "1112223334:abcdef", undefined, "letters");
  await site.store.accounts.update(site.memberId, accountId(shop), { settings: { address: sales.address } });
  await sentLetters(shop);
  await inAllLooks(
    `letter-report-${language}`,
    (look) => settingsIn(language, look),
    async (page) => {
      const report = page.getByRole("region", { name: title, exact: true });
      await report.getByRole("button", { name: days }).click();
      await report
        .getByRole("table")
        .getByRole("row", { name: /Ada Admin/ })
        .waitFor();
      await report.getByRole("button", { name: template, exact: true }).click();
      await report.getByRole("table").getByRole("row", { name: offer }).waitFor();
      await report.scrollIntoViewIfNeeded();
    },
  );
});

test.each([
  [
    "ru",
    "Отписаться?",
    "Отписаться",
    "Вы отписались",
    "Это была ошибка",
    "Вы снова подписаны",
    "Ссылка никуда не ведёт",
  ],
  [
    ...["es", "¿Cancelar la suscripción?", "Cancelar la suscripción", "Suscripción cancelada", "Lo pulsé por error"],
    ...["Suscripción recuperada", "Este enlace no lleva a ninguna parte"],
  ],
] as const)("readers leave and come back in %s, in every look", async (language, ...words) => {
  const [asks = "", leave = "", left = "", mistake = "", stayed = "", nowhere = ""] = words;
  const shop = await account("Ellis & Sons", "1112223334:abcdef", undefined, "letters");
  await site.store.accounts.update(site.memberId, accountId(shop), { settings: { address: sales.address } });
  const { conversation } = await receive(shop, "t", ["Maria", "Lopez"], letterContent("How much?"), 9);
  const body = { clientId: crypto.randomUUID(), text: "480", letter: { template: "offer" } };
  const path = `/conversations/${conversation}/messages`;
  const { id } = (await site.api(await site.sessionOf(1), "POST", path, body)).json();
  const mailto = (await site.store.messages.find(site.memberId, id))?.content.letter?.sending?.unsubscribe?.mailto;
  const token = /unsubscribe%20([\w-]+)$/.exec(mailto ?? "")?.[1];
  const heading = (page: Page, name: string) => page.getByRole("heading", { name, exact: true }).waitFor();
  for (const [look, options] of Object.entries(LOOKS)) {
    const page = await (await freshContext({ ...options, locale: language })).newPage();
    await page.goto(`${base}/u/${token}`);
    await heading(page, asks);
    await inspect(page, `leaving-${language}-${look}`);
    await page.getByRole("button", { name: leave }).click();
    await heading(page, left);
    await inspect(page, `left-${language}-${look}`);
    await page.getByRole("button", { name: mistake }).click();
    await heading(page, stayed);
    await inspect(page, `stayed-${language}-${look}`);
    await page.goto(`${base}/u/rubbish`);
    await heading(page, nowhere);
    await inspect(page, `nowhere-${language}-${look}`);
  }
});

test.each([
  ["en", /^maria@example\.com reported a letter as spam on .*A personal letter may be written, with care\./],
  ["ru", /^maria@example\.com: .* — жалоба на спам провайдеру\. Личное письмо написать можно, но осторожно\./],
  ["es", /^maria@example\.com marcó un correo como spam el .*Se puede escribir un correo personal, con cuidado\./],
])("whoever writes to somebody who called a letter spam is told so in %s", async (language, told) => {
  const shop = await account("Ellis & Sons", "1112223334:abcdef", undefined, "letters");
  await site.store.accounts.update(site.memberId, accountId(shop), { settings: { address: sales.address } });
  await receive(shop, "t", ["Maria", "Lopez"], letterContent("How much?"), 9);
  const [key, at] = ["maria@example.com", new Date()];
  await site.store.unsubscriptions.leave(site.memberId, { key, address: key, at, how: "complaint" });
  await inAllLooks(
    `complained-beside-${language}`,
    (look) => workplaceIn(language, look),
    async (page) => {
      await page.getByRole("navigation").getByRole("button", { name: /Maria/ }).click();
      const said = page.getByRole("status").filter({ hasText: told });
      await said.waitFor();
      // None of it lies beyond the page's edge, where it is cut off.
      const { x = 0, width = 0 } = (await said.boundingBox()) ?? {};
      expect(x + width).toBeLessThanOrEqual(page.viewportSize()?.width ?? 0);
    },
  );
  await site.store.unsubscriptions.end(site.memberId, key, new Date());
});
