/** The rules as support staff change them: in the portal's page, with the real server behind, read back from the store. */
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { accountId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { factsSchema } from "../../src/rules/facts.ts";
import { LOOKS, Pages } from "./support/open-pages.ts";
import { choose, go, RulesPage, saveRules, showRules } from "./support/rules-page.ts";

let pages: Pages;
let rulesPage: RulesPage;
let account: string;

beforeAll(async () => {
  pages = await Pages.start();
  const { site } = pages;
  const admin = await site.install();
  rulesPage = new RulesPage(pages, admin);
  const credentials = { token: "1234567890:abcdef" };
  const made = await site.api(admin, "POST", "/accounts", { channel: "telegram", name: "Shop bot", credentials });
  account = made.json().id;
  await site.api(admin, "PATCH", `/accounts/${account}`, { line: "1" });
});
afterAll(() => pages.stop());
afterEach(async () => {
  await pages.closePage();
  await save({});
  expect(pages.complaints.splice(0)).toEqual([]);
});

const current = () => rulesPage.current();
const save = (ruleset: object) => rulesPage.save(ruleset);
const stored = () => rulesPage.stored();
const rules: RulesPage["open"] = (...how) => rulesPage.open(...how);

describe("the rules", () => {
  test("are taken over from the open line, with what it does now shown, and set again when somebody changed it", async () => {
    const page = await rules();
    const lines = page.getByRole("region", { name: "What your Open Channels do now" });
    await lines.getByText("By its own settings").waitFor();
    await lines.getByText("The responsible person follows transfers by its own setting.").waitFor();
    await page.getByRole("radio", { name: "These rules" }).click();
    await page.getByText("The card is shown in the chat. The price").waitFor();
    await pages.inspect(page, "rules-owner");
    await page.getByLabel("What did you change?").fill("we take over");
    await saveRules(page);
    await lines.getByText("As the rules want it", { exact: true }).waitFor();
    await lines.getByText("The responsible person does not follow transfers.").waitFor();
    const config = pages.site.portal.portal.lines.get(1)?.config ?? {};
    expect(config).toMatchObject({ CRM: "Y", CRM_CREATE: "none", CRM_CHAT_TRACKER: "N" });
    expect(await pages.site.store.rulesets.current(pages.site.memberId)).toMatchObject({ note: "we take over" });

    Object.assign(config, { CRM_CREATE: "deal" });
    await lines.getByRole("button", { name: "Look again" }).click();
    await lines.getByText("Not as the rules want it").waitFor();
    await lines.getByText("Makes deals.").waitFor();
    await lines.getByRole("button", { name: "Set again" }).click();
    await lines.getByText("As the rules want it", { exact: true }).waitFor();
    expect(config).toMatchObject({ CRM_CREATE: "none" });
  });

  test("say what is created and where it goes, by conditions in groups in each other", async () => {
    const page = await rules();
    await go(page, "What is created");
    await choose(page, "On a first contact", "A deal with its contact");
    await page.getByRole("switch", { name: "Nothing new beside an open one" }).click();
    await go(page, "Comments");
    await choose(page, "As", "Both");
    await go(page, "Pipelines and stages");
    const filters = page.getByRole("region", { name: "First contacts", exact: true });
    await filters.getByRole("button", { name: "Add a filter" }).click();
    await filters.getByLabel("Name", { exact: true }).fill("Tables");
    // What is not filled in is told at its place, and nothing is sent.
    await page.getByRole("button", { name: "Save rules" }).click();
    await filters.getByText("Give at least one value for the condition.").waitFor();
    expect((await stored()).chats.creation.first).toBe("lead");

    await choose(filters, "Values", "Telegram", page);
    await page.keyboard.press("Escape");
    await filters.getByRole("button", { name: "Add a group" }).click();
    const group = filters.getByRole("group", { name: "At least one of these is so" });
    await group.getByRole("textbox", { name: "Values" }).fill("table\nстол");
    await group.getByRole("button", { name: "Add a condition" }).click();
    await group.getByRole("combobox", { name: "What", exact: true }).nth(1).click();
    await page.getByRole("option", { name: "The customer's phone is known" }).click();
    await choose(filters, "Pipeline of a deal", "Repeat sales", page);
    await filters
      .getByText("Channel type is Telegram and (Text contains “table” or “стол” or the phone is known)")
      .waitFor();
    await pages.inspect(page, "rules-filter");
    await saveRules(page);
    const { chats } = await stored();
    expect(chats.creation).toMatchObject({ first: "deal", reuseOpen: false, repeat: "nothing" });
    expect(chats.comments.form).toBe("both");
    expect(chats.pipelines.first.filters).toMatchObject([
      {
        name: "Tables",
        verdict: "allow",
        pipeline: "1",
        when: {
          all: [
            { fact: "channel", op: "is", values: ["telegram"] },
            {
              any: [
                { fact: "text", op: "contains", values: ["table", "стол"] },
                { fact: "has-phone", is: true },
              ],
            },
          ],
        },
      },
    ]);
  });

  test("put in order, and their stage that vanished shown as broken", async () => {
    const filter = (id: string, name: string, stage: string) => ({
      id,
      name,
      when: { fact: "text", op: "contains", values: [name] },
      pipeline: "0",
      stage,
    });
    const filters = [filter("a", "First one", "NEW"), filter("b", "Second one", "GONE")];
    await save({ chats: { pipelines: { first: { filters } } } });
    const page = await rules();
    await go(page, "Pipelines and stages");
    const list = page.getByRole("region", { name: "First contacts", exact: true });
    await list.getByRole("button", { name: /2\. Second one/ }).click();
    await list.getByText("This is not in Bitrix24 any more").waitFor();
    await list.getByRole("button", { name: "Move up: Second one" }).click();
    await list.getByRole("button", { name: /1\. Second one/ }).waitFor();
    await list.getByRole("button", { name: "Delete: First one" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete the filter" }).click();
    await saveRules(page);
    expect((await stored()).chats.pipelines.first.filters.map(({ id }) => id)).toEqual(["b"]);
  });

  test("name who is responsible: a person found by name, a department, and exceptions of one channel", async () => {
    const page = await rules();
    await go(page, "Responsible person");
    await choose(page, "All others", "A person");
    await page.getByLabel("Find a colleague").fill("ber");
    await page.getByRole("button", { name: "Boris Berg" }).click();
    await page.getByText("Boris Berg", { exact: true }).waitFor();
    const follow = page.getByRole("switch", { name: "Follow transfers" });
    expect(await follow.getAttribute("aria-checked")).toBe("false");
    await follow.click();
    await pages.inspect(page, "rules-responsible");
    await go(page, "Exceptions");
    await page.getByRole("button", { name: "Add an exception" }).click();
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("Shop");
    await choose(page, "For", "Channel: Shop bot");
    await choose(page, "Who makes leads and deals?", "These rules; it still looks for the customer");
    await page.getByRole("button", { name: "Open its rules" }).click();
    await page.getByText("The same as for everything else.").waitFor();
    await page.getByRole("button", { name: "Make an exception here" }).click();
    await choose(page, "On a repeat contact", "A new deal");
    await saveRules(page);
    const { chats, overrides } = await stored();
    expect(chats.responsible).toMatchObject({ otherwise: { kind: "person", id: "7" }, followTransfers: true });
    expect(chats.creation.repeat).toBe("nothing");
    expect(overrides).toMatchObject([
      { name: "Shop", account, owner: { who: "rules" }, groups: { creation: { repeat: "deal" } } },
    ]);
    expect(Object.keys(overrides[0]?.groups ?? {})).toEqual(["creation"]);
    // Names are known again when the page is opened anew.
    const again = await rules();
    await go(again, "Responsible person");
    await again.getByText("Boris Berg", { exact: true }).waitFor();
  });

  test("show titles as they come out, and what is wrong with one beside it", async () => {
    const page = await rules();
    await go(page, "Titles");
    const chat = page.getByRole("region", { name: "Chat", exact: true });
    const lead = chat.getByRole("textbox", { name: "Title of a lead" });
    await lead.fill("From ");
    await chat.getByRole("button", { name: "Insert: Title of a lead" }).click();
    await page.getByRole("menuitem", { name: "phone", exact: true }).click();
    expect(await lead.inputValue()).toBe("From {{ phone }}");
    await chat.getByText("From +79031234567").waitFor();
    await page.getByRole("switch", { name: "Show for somebody of whom nothing is known" }).click();
    await chat.getByText("For example: From", { exact: true }).waitFor();
    await lead.fill("{{ name | shout }}");
    await chat.getByText("undefined filter: shout").waitFor();
    await page.getByRole("button", { name: "Save rules" }).click();
    await page.getByText("This has to be put right first").waitFor();
    await pages.inspect(page, "rules-titles");
    await lead.fill("{{ name }}!");
    const unanswered = page.getByRole("region", { name: "Unanswered chat", exact: true });
    await page.getByRole("switch", { name: "Show for somebody of whom nothing is known" }).click();
    await unanswered.getByRole("textbox", { name: "Title of a lead" }).fill("Call back: {{ phone }}");
    await unanswered.getByText("Call back: +79031234567").waitFor();
    // Empty keeps what the chat was called.
    await unanswered.getByRole("textbox", { name: "Title of a lead" }).fill("");
    await unanswered.getByText("Maria Lopez!").waitFor();
    await unanswered.getByRole("textbox", { name: "Title of a lead" }).fill("Call back: {{ phone }}");
    await pages.inspect(page, "rules-titles-unanswered");
    await saveRules(page);
    expect((await stored()).chats.titles).toMatchObject({
      chat: { lead: "{{ name }}!" },
      missed: { lead: "Call back: {{ phone }}" },
    });
  });

  test("are tried on a made-up message and on one that came in, and compared with what was decided", async () => {
    const { store, memberId: portal } = pages.site;
    const [accepted] = await store.messages.acceptInbound([
      {
        portal,
        account: accountId(account),
        key: "one",
        kind: "message",
        chatId: "chat",
        customer: { externalId: "li", name: "Li" },
        externalId: "1",
        content: { body: plainText("Do you sell tables?"), attachments: [] },
        sentAt: new Date(),
        notBefore: new Date(),
      },
    ]);
    if (accepted?.kind !== "stored") throw new Error("not stored");
    const { conversation, message } = accepted;
    const { person } = await store.people.identify(portal, { conversation, points: [], sharedByMoreThan: 5 });
    const { id } = await store.decisions.begin(portal, { conversation, message, person });
    const facts = factsSchema.parse({
      line: "1",
      text: "Do you sell tables?",
      customer: { name: "Li", phones: ["+79031234567"] },
    });
    await store.decisions.decide(portal, id, { rulesetVersion: 0, facts, decision: {} });

    const page = await rules();
    await page.getByRole("radio", { name: "These rules" }).click();
    await page.getByRole("button", { name: "Try and compare" }).last().click();
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("Maria");
    await page.getByLabel("Phone", { exact: true }).fill("+79031234567");
    await page.getByRole("button", { name: "Try it" }).click();
    const result = page.getByRole("region", { name: "Result" });
    await result.getByText("Make the lead").waitFor();
    await result.getByText("First contact: nothing in the CRM belongs to this customer.").waitFor();
    await pages.inspect(page, "rules-try");
    await choose(page, "The customer is", "Known, with an open deal");
    await page.getByRole("button", { name: "Try it" }).click();
    await result.getByText("Repeat contact: the CRM knows this customer").waitFor();
    expect(await result.getByText("Make the lead").count()).toBe(0);

    await choose(page, "Message", "One that came in");
    await page.getByRole("combobox", { name: "Which one" }).click();
    await page.getByRole("option", { name: /Do you sell tables/ }).click();
    await page.getByRole("button", { name: "Try it" }).click();
    await result.getByText("Make the lead “Li”").waitFor();

    await page.getByRole("button", { name: "Compare with the last 1,000" }).click();
    await page.getByText("1 would go elsewhere (of 1).").waitFor();
    await page.getByText("Draft: Make the lead").waitFor();
    expect((await stored()).owner.who).toBe("line");
  });

  test("are not overwritten unseen: who is told of a conflict keeps the draft or loads what is newer", async () => {
    const page = await rules();
    await go(page, "What is created");
    await choose(page, "On a first contact", "A contact only");
    await save({ chats: { creation: { repeat: "deal" } } });
    await page.getByRole("button", { name: "Save rules" }).click();
    await page.getByText("Somebody else saved the rules meanwhile").waitFor();
    await pages.inspect(page, "rules-conflict");
    expect((await stored()).chats.creation).toMatchObject({ first: "lead", repeat: "deal" });
    await page.getByRole("button", { name: "Keep my draft" }).click();
    await saveRules(page);
    expect((await stored()).chats.creation).toMatchObject({ first: "contact", repeat: "nothing" });

    await choose(page, "On a first contact", "Nothing");
    await save({ chats: { creation: { repeat: "lead" } } });
    await page.getByRole("button", { name: "Save rules" }).click();
    await page.getByRole("button", { name: "Load again" }).click();
    await page.getByText("These are the rules that count.").waitFor();
    await page.getByRole("combobox", { name: "On a repeat contact" }).getByText("A new lead").waitFor();
  });

  test("keep a draft when the page is left, and drop it only when asked twice", async () => {
    const page = await rules();
    await go(page, "Who is who");
    await page.getByLabel("Your own phone numbers").fill("+7 495 000-00-00");
    await page.getByText("Not saved yet").waitFor();
    await page.reload();
    await page.locator("main").waitFor();
    await showRules(page);
    await page.getByText("This is your draft of an earlier visit.").waitFor();
    await go(page, "Who is who");
    expect(await page.getByLabel("Your own phone numbers").inputValue()).toBe("+7 495 000-00-00");
    await page.getByRole("button", { name: "Discard" }).click();
    await page.getByRole("dialog").getByText("All changes that are not saved are lost.").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Discard" }).click();
    await page.getByText("These are the rules that count.").waitFor();
    expect(await page.getByLabel("Your own phone numbers").inputValue()).toBe("");
  });

  test("of an earlier version are looked at, made to count again, and taken from a file", async () => {
    await save({ owner: { who: "rules" } });
    const { version } = await current();
    await save({});
    const page = await rules();
    await go(page, "Versions");
    await page.getByRole("button", { name: `What differs: Version ${version}`, exact: true }).click();
    await page.getByText("1 value differs").waitFor();
    await pages.inspect(page, "rules-versions");
    await page.getByRole("button", { name: `Make it count again: Version ${version}`, exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Make it count again" }).click();
    await page.getByText(`Version ${version + 2} Counts now`).waitFor();
    expect((await stored()).owner.who).toBe("rules");

    const file = join(tmpdir(), `rules-${process.pid}.json`);
    await writeFile(file, JSON.stringify({ owner: { who: "nobody" } }));
    await page.getByLabel("Choose a file").first().setInputFiles(file);
    await page.getByText("These are no rules that can be used").waitFor();
    await writeFile(file, JSON.stringify({ owner: { who: "rules" }, chats: { creation: { first: "deal" } } }));
    await page.getByLabel("Choose a file").first().setInputFiles(file);
    await page.getByText("1 value differs").waitFor();
    await page.getByRole("button", { name: "Take into the draft" }).click();
    await page.getByText("The draft holds these rules now.").waitFor();
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save the draft as a file" }).click();
    expect((await download).suggestedFilename()).toBe("threadline-rules-draft.json");
    await saveRules(page);
    expect((await stored()).chats.creation.first).toBe("deal");
  });

  test("fit into every look and language, section by section", async () => {
    await save({
      owner: { who: "rules" },
      time: { zone: "Europe/Moscow", workingHours: { days: [1, 2, 3], from: "09:00", to: "18:00" } },
      chats: {
        transfer: { crm: { filters: [{ id: "a", when: { not: { any: [{ fact: "known", is: true }] } } }] } },
        fields: [{ entity: "deal", field: "comments", value: "{{ words }}" }],
      },
      overrides: [{ id: "o", name: "Shop", account }],
    });
    for (const [name, look] of Object.entries(LOOKS)) {
      const page = await rules(look);
      for (const button of await page.getByRole("navigation").getByRole("button").all()) {
        const section = (await button.textContent())?.trim() ?? "";
        await button.click();
        await page.getByRole("heading", { level: 3, name: section, exact: true }).waitFor();
        for (const skeleton of await page.getByRole("status", { name: "Loading" }).all())
          await skeleton.waitFor({ state: "detached" });
        await pages.inspect(page, `rules-${name}-${section.toLowerCase().replaceAll(" ", "-")}`);
      }
    }
    for (const [language, words] of [
      ["ru", "Что сейчас делают ваши открытые линии"],
      ["la", "Qué hacen ahora sus Canales Abiertos"],
    ] as const) {
      const page = await rules(LOOKS.narrow, language);
      await page.getByText(words).first().waitFor();
      await pages.inspect(page, `rules-${language}`);
    }
  }, 240_000);

  test("that cannot be loaded say so, and are loaded when asked again", async () => {
    const { url, fields } = pages.site.portal.appRequest();
    const page = await pages.open({ url, fields }, "/", LOOKS.light, (opened) =>
      opened.route("**/api/rules", (route) =>
        route.fulfill({ status: 503, json: { error: { code: "unavailable", message: "The database is away." } } }),
      ),
    );
    await page.getByRole("tab", { name: "Rules" }).click();
    await page.getByText("The database is away.").waitFor();
    await page.unroute("**/api/rules");
    await page.getByRole("region", { name: "Rules" }).getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { level: 3, name: "Who creates" }).waitFor();
    expect(await page.getByText("The database is away.").count()).toBe(0);
  });
});
