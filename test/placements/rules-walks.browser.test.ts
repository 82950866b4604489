/** Ways through the rules' page that touch many of its parts, each from a click to what is kept and read back. */
import type { Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { accountId, type MessageId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { LOOKS, Pages } from "./support/open-pages.ts";
import { choose, go, RulesPage, saveRules, showRules } from "./support/rules-page.ts";

let pages: Pages;
let rules: RulesPage;
let account: string;

beforeAll(async () => {
  pages = await Pages.start();
  const { site } = pages;
  const { portal } = site.portal;
  portal.departments.push({ id: 2, name: "Sales", parent: 1 });
  portal.crm.userFields.get(1)?.set("ufCrm_color", {
    ...{ type: "enumeration", title: "Colour" },
    items: [
      { ID: "45", VALUE: "Black" },
      { ID: "46", VALUE: "White" },
    ],
  });
  const admin = await site.install();
  rules = new RulesPage(pages, admin);
  const credentials = { token: "1234567890:abcdef" };
  const made = await site.api(admin, "POST", "/accounts", { channel: "telegram", name: "Shop bot", credentials });
  account = made.json().id;
  await site.api(admin, "PATCH", `/accounts/${account}`, { line: "1" });
});
afterAll(() => pages.stop());
afterEach(async () => {
  await pages.closePage();
  await rules.save({});
  expect(pages.complaints.splice(0)).toEqual([]);
});

let keys = 0;
/** A customer's message and the agent's answer to it. */
async function talk(text: string): Promise<{ readonly question: MessageId; readonly answer: MessageId }> {
  const { store, memberId: portal } = pages.site;
  keys += 1;
  const [accepted] = await store.messages.acceptInbound([
    {
      ...{ portal, account: accountId(account), key: `k${keys}`, kind: "message", chatId: "li" },
      ...{ customer: { externalId: "li", name: "Li" }, externalId: String(keys) },
      content: { body: plainText(text), attachments: [] },
      sentAt: new Date(),
      notBefore: new Date(),
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  const reply = await store.messages.acceptReply({
    ...{ portal, conversation: accepted.conversation, kind: "message", originKey: `im:${keys}`, sentAt: new Date() },
    origin: { by: "open-line", imMessageId: String(keys), imChatId: "1" },
    content: { body: plainText("Yes, we do."), attachments: [] },
  });
  if (reply.kind !== "stored") throw new Error("not stored");
  return { question: accepted.message, answer: reply.message };
}

const result = (page: Page) => page.getByRole("region", { name: "Result" });
const combobox = (within: Page | Locator, name: string) => within.getByRole("combobox", { name, exact: true });

describe("a walk through the rules", () => {
  test("spreads over a department, gives requests and mail rules of their own, and is told of a pattern that cannot be", async () => {
    const page = await rules.open();
    await go(page, "Responsible person");
    await choose(page, "All others", "A department");
    // Saved too early, it leads to what is missing.
    await page.getByRole("button", { name: "Save rules" }).click();
    await page.getByRole("alert").filter({ hasText: "This has to be put right first" }).waitFor();
    await choose(page, "Which one", "Sales");
    await choose(page, "How it is spread", "To who has least open");

    await go(page, "What is created");
    await choose(page, "These rules are for", "Requests from forms");
    await page.getByText("The same as for chats.").waitFor();
    await page.getByRole("button", { name: "Make a copy of its own" }).click();
    await choose(page, "On a first contact", "A contact only");
    // One copy holds all groups, and the scope goes along.
    await go(page, "Repeat contacts");
    expect(await combobox(page, "These rules are for").textContent()).toContain("Requests from forms");
    expect(await page.getByText("The same as for chats.").count()).toBe(0);
    await go(page, "Comments");
    await choose(page, "These rules are for", "E-mail");
    await page.getByRole("button", { name: "Make a copy of its own" }).click();
    await choose(page, "As", "Both");
    await page.getByRole("listbox").waitFor({ state: "detached" });
    await pages.inspect(page, "rules-own-copy");

    await go(page, "What is let through");
    await choose(page, "These rules are for", "Chats");
    const gate = page.getByRole("region", { name: "To the CRM", exact: true });
    await gate.getByRole("button", { name: "Add a filter" }).click();
    await combobox(gate, "What").click();
    await page.getByRole("option", { name: "Text", exact: true }).click();
    await choose(gate, "How", "matches the pattern", page);
    await gate.getByRole("textbox", { name: "Values" }).fill("(?=casino)");
    await page.getByRole("button", { name: "Save rules" }).click();
    const field = gate.locator("[data-slot=error]", { hasText: "“(?=casino)” is no regular expression" });
    await field.waitFor();
    await pages.inspect(page, "rules-pattern");
    expect((await rules.stored()).chats.responsible.otherwise).toBeNull();
    await gate.getByRole("textbox", { name: "Values" }).fill("casino|лотере[яю]");
    await field.waitFor({ state: "detached" });
    await saveRules(page);

    const { chats, requests, mail } = await rules.stored();
    expect(chats.responsible.otherwise).toEqual({ kind: "department", id: "2", spread: "least-loaded" });
    expect(chats.transfer.crm.filters).toMatchObject([
      { verdict: "deny", when: { all: [{ fact: "text", op: "matches", values: ["casino|лотере[яю]"] }] } },
    ]);
    expect(chats.creation.first).toBe("lead");
    expect(requests).toMatchObject({ creation: { first: "contact" }, comments: { form: "comment" } });
    expect(mail).toMatchObject({ creation: { first: "lead" }, comments: { form: "both" } });

    // Read back by a page that is opened anew, and given up again.
    const again = await rules.open();
    await go(again, "Responsible person");
    await combobox(again, "Which one").getByText("Sales").waitFor();
    await combobox(again, "How it is spread").getByText("To who has least open").waitFor();
    await choose(again, "These rules are for", "E-mail");
    await again.getByRole("button", { name: "As for chats again" }).click();
    await again.getByRole("dialog").getByRole("button", { name: "As for chats again" }).click();
    await again.getByText("The same as for chats.").waitFor();
    await go(again, "What is created");
    await choose(again, "These rules are for", "Requests from forms");
    await combobox(again, "On a first contact").getByText("A contact only").waitFor();
    await saveRules(again);
    expect((await rules.stored()).mail).toEqual({ as: "chats" });
    expect((await rules.stored()).requests).toMatchObject({ creation: { first: "contact" } });
  });

  test("shows what would stand in a field while it is written, for an example and for the message that was tried", async () => {
    const { question, answer } = await talk("White, please");
    await rules.save({ owner: { who: "rules" } });
    const page = await rules.open();
    await go(page, "Fields");
    await page.getByRole("button", { name: "Add a field" }).click();
    const mapping = page.getByRole("listitem").filter({ has: page.getByRole("textbox", { name: "Value" }) });
    await choose(mapping, "In", "Lead", page);
    await choose(mapping, "Field", "Colour", page);
    expect(await combobox(mapping, "Kind of value").textContent()).toContain("One of a list");
    const value = mapping.getByRole("textbox", { name: "Value" });
    await value.fill("black");
    await mapping.getByText("For example: Black").waitFor();
    await value.fill("{{ words | split: ',' | first }}");
    await mapping.getByText("“Colour” has no choice “Hello”, so it is left empty.").waitFor();
    await pages.inspect(page, "rules-fields-problem");
    await value.fill("{{ words | shout }}");
    await mapping.getByText("undefined filter: shout").waitFor();
    await value.fill("{{ words | split: ',' | first }}");
    await choose(page, "Show values for", "Somebody of whom nothing is known");
    await mapping.getByText("nothing, so the field is left as it is").waitFor();

    await go(page, "Try and compare");
    await choose(page, "Message", "One that came in");
    const number = page.getByRole("textbox", { name: "Or its number or a link to it" });
    const tries = async (typed: string) => {
      await number.fill(typed);
      await page.getByRole("button", { name: "Try it" }).click();
    };
    await tries("message 12");
    await page.getByText("This is no number of a message, and no link to one.").waitFor();
    await tries("00000000-0000-4000-8000-000000000000");
    await page.getByText("There is no such message.").waitFor();
    await tries(answer);
    await page.getByText("This message was written to the customer.").waitFor();
    await pages.inspect(page, "rules-try-number");
    await tries(`https://threadline.example/?x=1#rules?message=${question.toUpperCase()}`);
    await result(page).getByText("Make the lead “Telegram: Li”").waitFor();
    await result(page).getByText("Lead, Colour: White").waitFor();
    await go(page, "Fields");
    await combobox(page, "Show values for").getByText("The message that was tried last").waitFor();
    await mapping.getByText("For example: White").waitFor();
    await pages.inspect(page, "rules-fields");
    await saveRules(page);
    expect((await rules.stored()).chats.fields).toMatchObject([
      { entity: "lead", field: "ufCrm_color", type: "enumeration" },
    ]);
  });

  test("is led to from the journal with a message, which is tried at once, and again when asked again", async () => {
    await talk("Do you deliver?");
    await rules.save({ owner: { who: "rules" } });
    const { url, fields } = pages.site.portal.appRequest();
    const page = await pages.open({ url, fields }, "/", LOOKS.light);
    await page.getByRole("button", { name: /Do you deliver\?/ }).click();
    const button = page.getByRole("button", { name: "Try the rules on this message" });
    await button.click();
    await page.getByRole("heading", { level: 3, name: "Try and compare" }).waitFor();
    await result(page).getByText("Make the lead").waitFor();

    await go(page, "Titles");
    await page.getByRole("tab", { name: "Channels", exact: true }).click();
    await button.click();
    await page.getByRole("heading", { level: 3, name: "Try and compare" }).waitFor();
    await result(page).getByText("Make the lead").waitFor();

    // A link to a message that is gone.
    await page.evaluate("location.hash = '#rules?message=00000000-0000-4000-8000-000000000000'");
    await page.getByText("There is no such message.").waitFor();
    await showRules(page);
  });
});
