import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { MessageAnswer } from "../../src/api/messages.ts";
import type { ChannelAdapter } from "../../src/channels/contract.ts";
import { type ConversationId, conversationId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { fakeChannel } from "../handlers/support/fake-channel.ts";
import { LOOKS } from "./support/open-pages.ts";
import { inspect, type Look, open, receive, reply, site, usePages } from "./support/pages.ts";

/** What one customer writes through several channels, as an agent reads and answers it in the deal. Real browser, server, store. */
function channel(id: string, title: string, replyWindowHours?: number): ChannelAdapter {
  const { adapter } = fakeChannel(id, title);
  const { capabilities } = adapter;
  const parts = { ...capabilities.parts, quote: { in: "full", out: "full" } } as const;
  return {
    ...adapter,
    capabilities: { ...capabilities, parts, ...(replyWindowHours !== undefined && { replyWindowHours }) },
  };
}
usePages([channel("chatter", "Chatter"), channel("business", "WhatsApp", 24)]);

/** Of this machine, in which the browser counts days as well. */
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
const MARIA: [string, string] = ["Maria", "Lopez"];
const WHATSAPP = "WhatsApp · Shop number";
const CHATTER = "Chatter · Shop bot";
const OLD = "WhatsApp · Old number";

interface World {
  readonly deal: string;
  readonly chatter: string;
  readonly whatsapp: string;
  /** Writes as Maria. */
  readonly says: (way: "chatter" | "whatsapp", text: string, minutesAgo?: number) => Promise<unknown>;
}

/** Maria writes by a bot and two numbers; one of these was a day and more ago. */
async function world(): Promise<World> {
  const admin = await site.sessionOf(1);
  const account = async (id: string, name: string): Promise<string> => {
    const body = { channel: id, name, credentials: { token: `${name}:abcdefgh` } };
    const answer = await site.api(admin, "POST", "/accounts", body);
    if (answer.statusCode !== 201) throw new Error(answer.body);
    return answer.json<{ id: string }>().id;
  };
  const bot = await account("chatter", "Shop bot");
  const number = await account("business", "Shop number");
  const old = await account("business", "Old number");
  const past = await receive(old, "maria", MARIA, "Do you sell tables?", 40 * 60);
  await reply(past.conversation, "We do, in oak and in beech.", 39 * 60);
  const { conversation: chatter } = await receive(bot, "maria", MARIA, "Is the oak table still there?", 190);
  await reply(chatter, "It is. Shall we keep it for you?", 185);
  const { conversation: whatsapp } = await receive(
    number,
    "maria",
    MARIA,
    "Yes, keep it. What does delivery cost?",
    30,
  );
  const deal = String(site.portal.portal.crm.add(2, { title: "Oak table" }, 1, Date.now()).id);
  const points = [
    { kind: "phone", key: "+34600123456", shown: "+34600123456", why: { by: "channel" }, linkable: true } as const,
  ];
  let person: string | undefined;
  for (const conversation of [past.conversation, chatter, whatsapp].map(conversationId))
    person = (await site.store.people.identify(site.memberId, { conversation, points, sharedByMoreThan: 5 })).person;
  const known = await site.store.people.ofConversation(site.memberId, conversationId(whatsapp));
  if (!known || known.id !== person) throw new Error("not one person");
  await site.store.people.saveEntities(site.memberId, known.id, [
    { type: "deal", id: deal, why: "phone", title: "Oak table", open: true, lastActiveAt: new Date() },
  ]);
  return {
    deal,
    chatter,
    whatsapp,
    says: (way, text, minutesAgo = 0) => receive(way === "chatter" ? bot : number, "maria", MARIA, text, minutesAgo),
  };
}

async function tab(deal: string, look?: Look, language = "en", last = "What does delivery cost?"): Promise<Page> {
  const request = site.portal.appRequest();
  const fields = { PLACEMENT: "CRM_DEAL_DETAIL_TAB", PLACEMENT_OPTIONS: JSON.stringify({ ID: deal }) };
  const localised = { ...request, url: request.url.replace("LANG=en", `LANG=${language}`) };
  const page = await open(localised, "/placements/deal-tab", fields, look);
  await page.getByRole("log").getByText(last).waitFor();
  return page;
}

const lines = (page: Page) =>
  page.getByRole("log").evaluate((log) => [...log.querySelectorAll("ol > li")].map((line) => line.textContent ?? ""));
const stored = async (conversation: ConversationId | string) =>
  (await site.api(await site.sessionOf(1), "GET", `/conversations/${conversation}/messages`)).json<MessageAnswer[]>();

async function says(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox", { name: "Message" }).fill(text);
  await page.keyboard.press("Enter");
  await page.getByRole("log").getByText(text).waitFor();
}

async function wantsToQuote(page: Page, text: string): Promise<void> {
  const bubble = page.getByRole("log").getByRole("listitem").filter({ hasText: text });
  await bubble.hover();
  await bubble.getByRole("button", { name: "What to do with this message" }).click();
  await page.getByRole("menuitem", { name: "Reply" }).click();
}

test("one column of all channels, answered through each, quoted across them", async () => {
  const { deal, chatter, whatsapp, says: mariaSays } = await world();
  const page = await tab(deal);
  const heads = (place: string) => page.getByText(`You answer through ${place}`).waitFor();
  const through = page.getByLabel("Answer through");

  // In one order, with the channel told where it changes and nowhere else.
  const expected = [
    ...[OLD, "Do you sell tables?", "We do, in oak"],
    ...[CHATTER, "Is the oak table", "It is. Shall we"],
    ...[WHATSAPP, "Yes, keep it."],
  ];
  const read = await lines(page);
  expect(read).toHaveLength(expected.length);
  for (const [at, text] of expected.entries()) expect(read[at]).toContain(text);
  await inspect(page, "column-light");

  // Where the customer wrote last; then the other one, and what was begun goes along.
  await heads(WHATSAPP);
  await says(page, "Delivery is free.");
  await page.getByRole("textbox", { name: "Message" }).fill("I also send");
  await through.selectOption({ label: CHATTER });
  await heads(CHATTER);
  await expect.poll(() => page.getByRole("textbox", { name: "Message" }).inputValue()).toBe("I also send");
  await says(page, "I also send you a picture here.");
  expect((await stored(whatsapp)).at(-1)).toMatchObject({ text: "Delivery is free.", direction: "out" });
  expect((await stored(chatter)).at(-1)).toMatchObject({ text: "I also send you a picture here.", direction: "out" });

  // A quote of what was said elsewhere leads there; where nothing can be sent, it says so and stays.
  await wantsToQuote(page, "What does delivery cost?");
  await heads(WHATSAPP);
  await page.getByText("Reply to Maria Lopez").waitFor();
  await says(page, "Nothing within the city.");
  expect((await stored(whatsapp)).at(-1)).toMatchObject({
    text: "Nothing within the city.",
    quote: { text: "Yes, keep it. What does delivery cost?" },
  });
  await wantsToQuote(page, "Do you sell tables?");
  await page.getByRole("alert").getByText(`This message came through ${OLD}, where nothing can be sent`).waitFor();
  await heads(WHATSAPP);

  // One of them alone: what is read is what is answered; and all of them again.
  const shown = page.getByLabel("Channels to show");
  await shown.selectOption({ label: CHATTER });
  await heads(CHATTER);
  await expect.poll(async () => (await lines(page)).length).toBe(3);
  await shown.selectOption({ label: "All channels" });
  await page.getByRole("log").getByText("Nothing within the city.").waitFor();
  await mariaSays("whatsapp", "Friday suits me.");
  await page.getByRole("log").getByText("Friday suits me.").waitFor();
});

test("what was said is found by its words and by its day, with the keyboard alone", async () => {
  const { deal, says: mariaSays } = await world();
  await mariaSays("chatter", "Have you a table lamp too?");
  const page = await tab(deal);
  const log = page.getByRole("log");
  const hit = log.locator("[aria-current]");
  const opener = page.getByRole("button", { name: "Find in the conversation" });
  await opener.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("search").getByLabel("Words to find").waitFor();
  await page.keyboard.type("table");
  await page.getByRole("search").getByText("1 of 3").waitFor();
  await expect.poll(() => hit.textContent()).toContain("table lamp");
  await page.keyboard.press("Enter");
  await expect.poll(() => hit.textContent()).toContain("Is the oak table");
  await page.keyboard.press("Enter");
  await expect.poll(() => hit.textContent()).toContain("Do you sell tables?");
  await page.getByRole("search").getByText("3 of 3").waitFor();
  await page.keyboard.press("Shift+Enter");
  await expect.poll(() => hit.textContent()).toContain("Is the oak table");
  await inspect(page, "column-find");
  await page
    .getByRole("search")
    .getByRole("button", { name: /sell tables/ })
    .click();
  await expect.poll(() => hit.textContent()).toContain("Do you sell tables?");
  await page.getByLabel("Words to find").fill("nothing like it");
  await page.getByRole("search").getByText("Nothing found").waitFor();

  const day = (minutesAgo: number) => new Date(Date.now() - minutesAgo * 60_000).toLocaleDateString("sv", { timeZone });
  await page.getByLabel("Go to a day").fill(day(40 * 60));
  await expect.poll(() => hit.textContent()).toContain("Do you sell tables?");
  await page.getByLabel("Go to a day").fill("2020-05-01");
  await expect.poll(() => hit.textContent()).toContain("Do you sell tables?");
  await page.keyboard.press("Escape");
  await page.getByRole("search").waitFor({ state: "detached" });
  expect(await hit.count()).toBe(0);
  expect(await opener.evaluate((button) => button === document.activeElement)).toBe(true);
});

test("of many messages only those near the reader are in the page, and the rest comes as it is wanted", async () => {
  const { deal, whatsapp } = await world();
  const { account } = (await site.store.conversations.find(site.memberId, conversationId(whatsapp))) ?? {};
  if (account === undefined) throw new Error("no account");
  const begin = Date.now() - 400 * 86_400_000;
  for (let from = 1; from <= 2_000; from += 500)
    await site.store.messages.acceptInbound(
      Array.from({ length: 500 }, (_, at) => {
        const number = from + at;
        const sentAt = new Date(begin + number * 600_000);
        return {
          ...({ portal: site.memberId, account, key: `long-${number}`, kind: "message", chatId: "maria" } as const),
          ...{
            customer: { externalId: "maria", name: "Maria" },
            externalId: `long-${number}`,
            sentAt,
            notBefore: sentAt,
          },
          content: { body: plainText(`Word ${number}`), attachments: [] },
        };
      }),
    );
  const page = await tab(deal, undefined, "en", "Word 2000");
  const log = page.getByRole("log");
  const rows = () => log.locator("[data-row]").count();
  const word = (number: number) => log.getByText(`Word ${number}`, { exact: true });
  expect(await rows()).toBeLessThan(120);
  // Back through some hundreds: each is there when it is looked at, none twice, and few of them at a time.
  const seen = new Set<number>();
  let most = 0;
  while (!seen.has(1_400)) {
    const texts = await log.evaluate((all) =>
      [...all.querySelectorAll<HTMLElement>("[data-row]")].map((row) => row.innerText),
    );
    const shown = texts.flatMap((text) => /Word (\d+)/.exec(text)?.[1] ?? []);
    expect(new Set(shown).size).toBe(shown.length);
    const numbers = shown.map(Number);
    expect(numbers).toEqual(numbers.map((_, at) => (numbers[0] ?? 0) + at));
    for (const number of numbers) seen.add(number);
    most = Math.max(most, numbers.length);
    await log.evaluate((element) => {
      element.scrollTop -= 3_000;
    });
    await expect.poll(() => log.evaluate((element) => element.scrollTop)).toBeGreaterThan(1_000);
  }
  expect(Math.min(...Array.from({ length: 600 }, (_, at) => (seen.has(1_400 + at) ? 1 : 0)))).toBe(1);
  expect(most).toBeLessThan(350);
  // Far back by its day, without what lies between; on from there; and to the end at once.
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.getByRole("button", { name: "Find in the conversation" }).click();
  const far = new Date(begin + 300 * 600_000).toLocaleDateString("sv", { timeZone });
  await page.getByLabel("Go to a day").fill(far);
  const hit = log.locator("[aria-current]");
  await hit.waitFor();
  const first = Number(/Word (\d+)/.exec(await hit.innerText())?.[1]);
  expect(first).toBeLessThanOrEqual(300);
  expect(new Date(begin + first * 600_000).toLocaleDateString("sv", { timeZone })).toBe(far);
  expect(new Date(begin + (first - 1) * 600_000).toLocaleDateString("sv", { timeZone })).not.toBe(far);
  expect(asked.filter((url) => url.includes("/messages?")).length).toBeLessThan(12);
  await log.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await word(first + 60).waitFor();
  await page.getByRole("button", { name: "To the newest message" }).click();
  await word(2_000).waitFor();
  await expect
    .poll(() => log.evaluate((all) => Math.round(all.scrollHeight - all.scrollTop - all.clientHeight)))
    .toBe(0);
});

test("stands well in dark and narrow, in Russian and in Spanish", async () => {
  const { deal } = await world();
  await inspect(await tab(deal, LOOKS.dark, "ru"), "column-dark-ru");
  const narrow = await tab(deal, LOOKS.narrow, "es");
  await narrow.getByText(`Responde por ${WHATSAPP}`).waitFor();
  await inspect(narrow, "column-narrow-es");
});
