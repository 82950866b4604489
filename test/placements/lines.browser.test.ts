/** Settings of open lines as an administrator changes them, against the emulated portal with its silent corrections. */
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { LOOKS, Pages } from "./support/open-pages.ts";
import { choose } from "./support/rules-page.ts";

const TAB: Readonly<Record<string, string>> = { en: "Open Channels", ru: "Открытые линии", la: "Canales abiertos" };

let pages: Pages;
let admin: string;
let account: string;

beforeAll(async () => {
  pages = await Pages.start();
  const { site } = pages;
  admin = await site.install();
  admin = await site.sessionOf(1);
  const credentials = { token: "1234567890:abcdef" };
  account = (await site.api(admin, "POST", "/accounts", { channel: "telegram", name: "Shop bot", credentials })).json()
    .id;
  site.portal.portal.bots.push({ id: 597, name: "Greeter", code: "greeter", openLine: true });
  site.portal.portal.agreements.push({ id: 35, name: "Newsletters", active: true, language: "en" });
  site.portal.portal.departments.push({ id: 7, name: "Helpdesk", parent: 1 });
});
afterAll(() => pages.stop());
afterEach(async () => {
  await pages.closePage();
  expect(pages.complaints.splice(0)).toEqual([]);
});

const config = (line: number) => pages.site.portal.portal.line(line)?.config ?? {};
const licence = (to: string) => {
  pages.site.portal.portal.settings.licence = to;
};

async function lines(look: BrowserContextOptions = {}, language = "en"): Promise<Page> {
  const { url, fields } = pages.site.portal.appRequest();
  const translated = new URL(url);
  translated.searchParams.set("LANG", language);
  const page = await pages.open({ url: translated.href, fields }, "/", { ...LOOKS.light, ...look });
  await page.getByRole("tab", { name: TAB[language] ?? "" }).click();
  await page.getByRole("table").waitFor();
  page.setDefaultTimeout(10_000);
  return page;
}
const go = (page: Page, section: string) => page.getByRole("navigation").getByRole("button", { name: section }).click();
const save = async (page: Page, said: string | RegExp = "Saved, and read back from Bitrix24.") => {
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText(said).waitFor();
};

describe("open lines", () => {
  test("are made, fed, set, corrected, taken back and deleted", async () => {
    let page = await lines();
    // A new line, and the account on it by one click.
    await page.getByRole("button", { name: "New Open Channel" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Night shop");
    await page.getByRole("button", { name: "Make it" }).click();
    await page.getByRole("heading", { name: "Night shop" }).waitFor();
    const made = [...pages.site.portal.portal.lines.values()].at(-1)?.id ?? 0;
    await page.getByRole("button", { name: "All Open Channels" }).click();
    await page.getByRole("button", { name: "Shop bot: Night shop" }).click();
    await page.getByText("Shop bot feeds Night shop now.").waitFor();
    expect((await pages.site.api(admin, "GET", `/accounts/${account}`)).json().line).toBe(String(made));

    // The queue: a department and a person, in their order; the rest of the section.
    await page.getByRole("button", { name: "Settings of Night shop" }).click();
    await go(page, "Queue");
    await page.getByRole("button", { name: "Add a department" }).click();
    await page.getByLabel("Department to add").click();
    await page.getByRole("option", { name: "Helpdesk" }).click();
    await page.getByRole("button", { name: "Move Helpdesk up" }).click();
    await page.getByRole("radio", { name: "In order" }).click();
    await page.getByLabel("Time before the next agent", { exact: true }).fill("0");
    await page.getByText("Enter a time between").waitFor();
    expect(await page.getByRole("button", { name: "Save", exact: true }).isDisabled()).toBe(true);
    await page.getByLabel("Time before the next agent", { exact: true }).fill("2");
    await choose(page, "Time before the next agent, unit", "hours");
    await page.getByLabel("Conversations at once for an agent").fill("3");
    await page.getByRole("radio", { name: "What is closed" }).click();
    await save(page);
    expect(config(made)).toMatchObject({
      QUEUE_TYPE: "strictly",
      QUEUE_TIME: "7200",
      MAX_CHAT: "3",
      TYPE_MAX_CHAT: "closed",
    });
    expect(pages.site.portal.portal.line(made)?.queueEntries).toEqual([
      { type: "department", id: 7 },
      { type: "user", id: 1 },
    ]);

    // What the plan lacks is asked for, kept differently and marked, section by section.
    licence("en_basic");
    await page.getByRole("radio", { name: "To everybody" }).click();
    await go(page, "Working hours");
    await page.getByRole("switch", { name: "Working hours", exact: true }).click();
    await page.getByRole("textbox", { name: "From", exact: true }).fill("08:30");
    await page.getByRole("textbox", { name: "To", exact: true }).fill("20:00");
    await page.getByRole("button", { name: "Saturday" }).click();
    await page.getByLabel("Day to add").fill("2026-12-25");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await save(page, "Saved, but Bitrix24 kept 2 settings differently. They are marked.");
    expect(config(made)).toMatchObject({
      QUEUE_TYPE: "evenly",
      WORKTIME_ENABLE: "N",
      WORKTIME_FROM: "8.30",
      WORKTIME_TO: "20",
      WORKTIME_DAYOFF: ["SA"],
      WORKTIME_HOLIDAYS: ["25.12"],
    });
    await page.getByText("You asked for yes; Bitrix24 kept no. Your Bitrix24 plan does not have this.").waitFor();
    await page.getByRole("button", { name: "Show the first one" }).click();
    await page.getByText("You asked for “To everybody”; Bitrix24 kept “Evenly”.").waitFor();
    await pages.inspect(page, "lines-corrected");
    // And back to how it was, the part that could be set too.
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Taken back.").waitFor();
    expect(config(made)).toMatchObject({ QUEUE_TYPE: "strictly", WORKTIME_FROM: "9", WORKTIME_DAYOFF: [""] });
    licence("en_pro100");

    // Somebody changes the line in the portal meanwhile: nothing is overwritten unseen.
    await page.getByRole("searchbox", { name: "Search settings" }).fill("greeting");
    await page.getByRole("switch", { name: "Greet", exact: true }).click();
    await page.getByLabel("Greeting", { exact: true }).fill("Good evening!");
    Object.assign(config(made), { WELCOME_MESSAGE_TEXT: "Hello from the portal", CLOSE_RULE: "text" });
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Greeting: now “Hello from the portal”; you want “Good evening!”.").waitFor();
    await pages.inspect(page, "lines-conflict");
    expect(config(made)).toMatchObject({ WELCOME_MESSAGE_TEXT: "Hello from the portal" });
    await page.getByRole("button", { name: "Save mine" }).click();
    await page
      .getByText(
        "Changed in Bitrix24 meanwhile, and shown as it is now: “Say something when a conversation is closed”.",
      )
      .waitFor();
    expect(config(made)).toMatchObject({
      WELCOME_MESSAGE_TEXT: "Good evening!",
      WELCOME_MESSAGE: "Y",
      CLOSE_RULE: "text",
    });

    // Response times, with what the portal puts in.
    await go(page, "Response times");
    await page.getByLabel("First answer within", { exact: true }).fill("5");
    await page.getByRole("switch", { name: "Tell somebody when it is late" }).click();
    await page.getByLabel("What they are told").fill("Late: ");
    await page.getByRole("button", { name: "Insert #OPERATOR#: The agent's name" }).click();
    await save(page);
    expect(config(made)).toMatchObject({
      KPI_FIRST_ANSWER_TIME: "300",
      KPI_FIRST_ANSWER_ALERT: "Y",
      KPI_FIRST_ANSWER_TEXT: "Late: #OPERATOR#",
    });

    // A bot first: which one has to be said.
    await go(page, "Chat bot");
    await page.getByRole("switch", { name: "A chat bot answers first" }).click();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("This is needed.").waitFor();
    await choose(page, "Chat bot", "Greeter");
    await save(page);
    expect(config(made)).toMatchObject({ WELCOME_BOT_ENABLE: "Y", WELCOME_BOT_ID: "597", WELCOME_BOT_TIME: "600" });

    // As whom an agent is shown, and an agreement by its name.
    await go(page, "Agent");
    await page.getByRole("radio", { name: "By an entry of this line" }).click();
    await page.getByText("Every agent is shown as in their profile.").waitFor();
    await choose(page, "Set for an agent…", "Ada Admin");
    await page.getByLabel("Name shown").fill("Anna");
    await page.getByLabel("Address of the picture").fill("shop.example/anna.png");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("This cannot be used here.").waitFor();
    await page.getByLabel("Address of the picture").fill("https://shop.example/anna.png");
    await save(page);
    expect(pages.site.portal.portal.line(made)?.shownAs).toMatchObject({ 1: { USER_NAME: "Anna" } });
    await go(page, "Greeting and consent");
    await page.getByRole("switch", { name: "Ask for consent to personal data" }).click();
    await choose(page, "Agreement", "Newsletters");
    await save(page);
    expect(config(made)).toMatchObject({ AGREEMENT_MESSAGE: "Y", AGREEMENT_ID: "35" });

    // The page is left and opened again: what was saved last can still be taken back, step by step.
    page = await lines();
    await page.getByRole("button", { name: "Settings of Night shop" }).click();
    await page.getByText("Last saved here by Ada Admin").waitFor();
    await page.getByRole("button", { name: "Take it back" }).click();
    await page.getByText("Agreement: from “Newsletters” back to nothing").waitFor();
    await pages.inspect(page, "lines-take-back");
    await page.getByRole("dialog").getByRole("button", { name: "Take it back" }).click();
    await page.getByText("Taken back.").waitFor();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(config(made)).toMatchObject({ AGREEMENT_MESSAGE: "N", AGREEMENT_ID: "0" });
    await page.getByRole("button", { name: "Take it back" }).click();
    await page.getByText("How each agent is shown: from Ada Admin → Anna").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });

    // Off with a live account is said, and mended by one click; deleted with a word about who feeds it.
    await go(page, "General");
    await page.getByRole("switch", { name: "The line is on" }).click();
    await save(page);
    await page.getByText("This line is off, and these accounts still feed it: Shop bot.").waitFor();
    await page.getByRole("button", { name: "Switch it on" }).click();
    await expect.poll(() => config(made)["ACTIVE"]).toBe("Y");
    await page.getByRole("button", { name: "Delete this Open Channel" }).click();
    await page.getByText("These accounts still feed it and will work without a line: Shop bot.").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Delete this Open Channel" }).click();
    await page.getByRole("button", { name: "Settings of Sales" }).waitFor();
    expect(pages.site.portal.portal.line(made)).toBeUndefined();
    expect((await pages.site.api(admin, "GET", `/accounts/${account}`)).json().line).toBeNull();
  });

  test("that would make a second card beside the rules say so, and are mended by one click", async () => {
    const { site } = pages;
    await site.api(admin, "PATCH", `/accounts/${account}`, { line: "1" });
    await site.api(admin, "PUT", "/rules", { ruleset: { owner: { who: "rules" } }, basedOn: 0 });
    Object.assign(config(1), { CRM_CREATE: "lead", CRM_CHAT_TRACKER: "Y" });
    const page = await lines();
    await page.getByRole("button", { name: "Settings of Sales" }).click();
    await page.getByText("Your rules make leads and deals for accounts of this line").waitFor();
    await page.getByRole("button", { name: "Switch the line's own off" }).click();
    await expect.poll(() => config(1)).toMatchObject({ CRM_CREATE: "none", CRM_CHAT_TRACKER: "N" });
    await go(page, "CRM");
    await page.getByRole("radio", { name: "Create a deal" }).click();
    await page.getByText("Your rules already make leads and deals here.").waitFor();
  });

  test("look right in light, dark and narrow, in English and in Russian", async () => {
    await pages.site.api(admin, "PATCH", `/accounts/${account}`, { line: "2" });
    Object.assign(config(2), { ACTIVE: "N" });
    Object.assign(config(1), { OPERATOR_DATA: "queue" });
    const sales = pages.site.portal.portal.line(1);
    if (sales) sales.shownAs = Object.fromEntries(sales.queue.map((id) => [String(id), { USER_NAME: "Anna" }]));
    for (const [name, look, language] of [
      ["light", LOOKS.light, "en"],
      ["dark", LOOKS.dark, "ru"],
      ["narrow", LOOKS.narrow, "en"],
      ["narrow-ru", { ...LOOKS.narrow, colorScheme: "dark" }, "ru"],
    ] as const) {
      const page = await lines(look, language);
      await pages.inspect(page, `lines-list-${name}`);
      await page
        .getByRole("button", { name: /: Sales$|Settings of Sales/ })
        .first()
        .click();
      await page.getByRole("heading", { level: 3 }).waitFor();
      for (const at of [1, 2, 4, 9]) {
        await page.getByRole("navigation").getByRole("button").nth(at).click();
        await pages.inspect(page, `lines-${name}-${at}`);
      }
    }
  });
});
