/** The panel about the customer: who it is, their cards, and what an agent does with them. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { accountId, type ConversationId, conversationId } from "../../src/domain/ids.ts";
import { LOOKS } from "./support/open-pages.ts";
import {
  account,
  dealTab,
  inAllLooks,
  inspect,
  type Look,
  open,
  receive,
  site,
  usePages,
  workplace,
} from "./support/pages.ts";

usePages();

let people = 0;
/** Maria writes about the table, and an old lead of hers is open; each test has a Maria of its own. */
async function furnish() {
  people += 1;
  const phone = `+3460012345${people}`;
  const shop = await account("Ellis & Sons shop", "1112223334:abcdef", "1");
  const received = await receive(shop, "maria", ["Maria", "Lopez"], "Hello! Do you deliver on Fridays?", 30);
  const conversation = conversationId(received.conversation);
  const why = { by: "channel" } as const;
  const { person } = await site.store.people.identify(site.memberId, {
    conversation,
    points: [
      { kind: "messenger", key: `${accountId(shop)}:maria`, shown: "maria", why, linkable: true },
      {
        kind: "phone",
        key: phone,
        shown: `600 12 345 ${people}`,
        why: { by: "message", message: received.message },
        linkable: true,
      },
      {
        kind: "email",
        key: `maria${people}@example.com`,
        shown: `maria${people}@example.com`,
        why: { by: "crm" },
        linkable: true,
      },
    ],
    sharedByMoreThan: 5,
  });
  const { crm } = site.portal.portal;
  const made = (type: number, fields: Record<string, unknown>) => String(crm.add(type, fields, 1, Date.now()).id);
  const contact = made(3, { name: "Maria", lastName: "Lopez" });
  const table = made(2, { title: "Oak table, large, with delivery on a Friday", categoryId: 1, assignedById: 5 });
  const lead = made(1, { title: "Question from the fair", assignedById: 1 });
  const at = new Date();
  const linked = { title: "", open: true, why: "phone", lastActiveAt: at } as const;
  await site.store.people.saveEntities(site.memberId, person, [
    { ...linked, type: "contact", id: contact },
    { ...linked, type: "deal", id: table },
    { ...linked, type: "lead", id: lead },
  ]);
  await site.store.decisions.begin(site.memberId, { conversation, person, message: received.message });
  return { conversation, phone, table, lead };
}

const inLanguage = (language: string, look: Look = LOOKS.light) => {
  const request = site.portal.appRequest();
  const url = new URL(request.url);
  url.searchParams.set("LANG", language);
  return open({ ...request, url: url.href }, "/placements/workplace", {}, look);
};

/** With the panel open, which a narrow page opens over the conversation. */
async function look(page: Page): Promise<void> {
  await page.getByRole("button", { name: /Maria Lopez/ }).click();
  const about = page.getByRole("button", { name: /^(About the customer|О клиенте|Sobre el cliente)$/ });
  await about.waitFor();
  if ((await about.getAttribute("aria-pressed")) === "false") await about.click();
  await page.getByText("Oak table, large").waitFor();
}

test("shows who it is and their cards, moves and transfers, and is remembered closed", async () => {
  const { conversation, phone, table, lead } = await furnish();
  const page = await workplace();
  await look(page);
  const panel = page.getByRole("complementary", { name: "About the customer" });
  await panel.getByText("Maria Lopez", { exact: true }).first().waitFor();
  expect(await panel.getByRole("link").evaluateAll((all) => all.map((one) => one.getAttribute("href")))).toEqual([
    `tel:${phone}`,
    `mailto:maria${people}@example.com`,
    ...[expect.stringContaining(`/crm/deal/details/${table}/`), expect.stringContaining(`/crm/lead/details/${lead}/`)],
    expect.stringContaining("/crm/contact/details/"),
  ]);
  await panel.getByText("The customer wrote it in a message.").first().waitFor();
  await panel.getByText("Responsible: Anna Agent").waitFor();

  await panel.getByRole("button", { name: "Move here: Question from the fair" }).click();
  await panel.getByText("What follows goes to Question from the fair.").waitFor();
  await panel.getByText("Messages go here").waitFor();
  await panel.getByRole("button", { name: "Undo" }).click();
  await panel.getByText("It goes as it went before.").waitFor();

  await panel.getByRole("button", { name: /^Transfer: Question|^Transfer Question/ }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("searchbox").fill("Anna");
  await dialog.getByRole("button", { name: /Anna Agent/ }).click();
  await dialog.getByText("so there is no chat to give away").waitFor();
  await inspect(page, "person-transfer");
  await dialog.getByRole("button", { name: "Transfer", exact: true }).click();
  await panel.getByText("Anna Agent is responsible for Question from the fair now.").waitFor();
  expect(site.portal.portal.crm.item(1, Number(lead))?.fields.assignedById).toBe(5);

  await panel.getByRole("button", { name: "Close what is told about the customer" }).click();
  await panel.waitFor({ state: "detached" });
  await page.reload();
  await page.getByRole("button", { name: /Maria Lopez/ }).click();
  await page.getByRole("button", { name: "About the customer" }).waitFor();
  expect(await panel.count()).toBe(0);

  const tab = await open(site.portal.appRequest(), "/placements/lead-tab", {
    PLACEMENT: "CRM_LEAD_DETAIL_TAB",
    PLACEMENT_OPTIONS: JSON.stringify({ ID: lead }),
  });
  await inTab(tab, conversation);
});

/** The tab in a card has the same panel, with the tags in it. */
async function inTab(page: Page, conversation: ConversationId): Promise<void> {
  const panel = page.getByRole("complementary", { name: "About the customer" });
  await panel.getByRole("combobox", { name: "Tags" }).fill("fair");
  await page.keyboard.press("Enter");
  await panel.getByRole("button", { name: "Take off fair" }).waitFor();
  expect((await site.store.conversations.find(site.memberId, conversation))?.tags).toEqual(["fair"]);

  await inspect(page, "person-tab");
}

test("makes a deal with what was said, attaches to a card that is there, and takes it back", async () => {
  const { conversation } = await furnish();
  const { crm } = site.portal.portal;
  const shelf = crm.add(2, { title: "Walnut shelf" }, 1, Date.now()).id;
  const page = await workplace();
  await look(page);
  const panel = page.getByRole("complementary", { name: "About the customer" });
  const dialog = page.getByRole("dialog");

  await panel.getByRole("button", { name: "Make a card" }).click();
  await dialog.getByLabel("Title").fill("Oak table for Friday");
  await dialog.getByLabel("Pipeline").selectOption({ label: "Repeat sales" });
  await inspect(page, "person-create");
  // Twice clicked is once made.
  await dialog.getByRole("button", { name: "Make it" }).dblclick();
  await panel.getByText("The deal “Oak table for Friday” was made. What was said stands in it.").waitFor();
  const made = [...(crm.items.get(2)?.values() ?? [])].filter((one) => one.fields.title === "Oak table for Friday");
  expect(made.map((one) => one.fields.categoryId)).toEqual([1]);
  const comments = crm.comments.filter((one) => one.entityType === "deal" && one.entityId === made[0]?.id);
  expect(comments.map((one) => one.text.split("\n").at(-1))).toEqual([
    "Maria Lopez: Hello! Do you deliver on Fridays?",
  ]);
  await panel.getByRole("listitem").filter({ hasText: "Oak table for Friday" }).getByText("Messages go here").waitFor();

  await panel.getByRole("button", { name: "Attach to a card" }).click();
  await dialog.getByRole("searchbox").fill("walnut");
  await inspect(page, "person-attach");
  await dialog.getByRole("button", { name: /Walnut shelf/ }).click();
  await dialog.getByText("goes to “Walnut shelf”").waitFor();
  await dialog.getByRole("button", { name: "Attach", exact: true }).click();
  await panel.getByText("What follows goes to Walnut shelf.").waitFor();
  const chosen = async () =>
    (await site.store.people.ofConversation(site.memberId, conversation))?.entities.flatMap((one) =>
      one.chosen === true ? [one.id] : [],
    );
  expect(await chosen()).toEqual([String(shelf)]);
  await panel.getByRole("button", { name: "Undo" }).click();
  await panel.getByText("It goes as it went before.").waitFor();
  expect(await chosen()).toEqual([String(made[0]?.id)]);
});

test("says how old cards are while the portal is away", async () => {
  await furnish();
  const page = await workplace();
  await look(page);
  site.emulator.faults.add({
    ...{ kind: "command-error", method: "crm.item.list", probability: 1 },
    error: { status: 500, code: "INTERNAL_SERVER_ERROR", description: "Internal server error" },
  });
  const panel = page.getByRole("complementary", { name: "About the customer" });
  await panel.getByRole("button", { name: "Move here: Question from the fair" }).click();
  await panel.getByText(/As it stood at \d/).waitFor({ timeout: 20_000 });
  await panel.getByText("Oak table, large").waitFor();
  await inspect(page, "person-away");
});

test("writes to somebody new: who has it, who has not, who could not be asked; from the workplace and from an empty card", async () => {
  const { adapter } = site.channel;
  const { capabilities } = adapter;
  const customer = { externalId: "77", name: "Eve", phone: "+442079460018" };
  Object.assign(adapter, {
    capabilities: { ...capabilities, mayWriteFirst: true },
    findPerson: async ({ name }: { name: string }) => {
      if (name === "Help desk")
        return { kind: "nobody", sentence: "Nobody is on WhatsApp with the number +442079460018." };
      if (name === "Sales") return { kind: "unknown", sentence: "WhatsApp gave no answer." };
      return { kind: "found", chatId: "chat-77", customer };
    },
  });
  try {
    for (const [index, name] of ["Shop bot", "Help desk", "Sales"].entries())
      await account(name, `222333444${index}:abcdef`);
    const page = await workplace();
    const dialog = page.getByRole("dialog");
    await page.getByRole("button", { name: "Write to a new customer" }).click();
    await dialog.getByLabel("Phone number or @username").fill("12345");
    await dialog.getByRole("button", { name: "Find" }).click();
    await dialog.getByRole("alert").getByText("This is no phone number").waitFor();
    await dialog.getByLabel("Phone number or @username").fill("+44 20 7946 0018");
    await page.keyboard.press("Enter");
    const row = (name: string) => dialog.getByRole("listitem").filter({ hasText: name });
    await row("Help desk").getByText("Has not").waitFor();
    await row("Help desk").getByText("Nobody is on WhatsApp with the number").waitFor();
    await row("Sales").getByText("Could not be checked").waitFor();
    await row("Sales").getByRole("button", { name: "Check again" }).waitFor();
    await row("Shop bot").getByText("Has Telegram").waitFor();
    await inspect(page, "write-first");
    expect(await dialog.getByRole("button", { name: /^Write through/ }).count()).toBe(1);
    await dialog.getByRole("button", { name: "Write through Shop bot" }).click();
    await dialog.getByLabel("Message").fill("Good morning, Eve. Your table has arrived.");
    await inspect(page, "write-first-words");
    await dialog.getByRole("button", { name: "Send" }).dblclick();
    await dialog.waitFor({ state: "hidden" });
    await page.getByRole("log").getByText("Your table has arrived.").waitFor();
    await page.getByRole("heading", { name: "Eve" }).waitFor();
    const begun = await site.store.conversations.findByExternalChat(
      accountId((await site.store.accounts.list(site.memberId)).find(({ name }) => name === "Shop bot")?.id ?? ""),
      "chat-77",
    );
    const sent = await site.store.messages.journal(site.memberId, {
      conversation: begun?.id ?? conversationId(""),
      after: 0,
      limit: 10,
    });
    expect(sent.map(({ direction, content }) => [direction, content.body.text])).toEqual([
      ["out", "Good morning, Eve. Your table has arrived."],
    ]);

    const tab = await dealTab(LOOKS.narrow);
    await tab.getByText("No conversations yet").waitFor();
    await tab.getByRole("button", { name: "Write to a new customer" }).click();
    const over = tab.getByRole("dialog");
    await over.getByLabel("Phone number or @username").fill("@eve");
    await over.getByRole("button", { name: "Find" }).click();
    await over.getByText("There is a conversation with them already.").waitFor();
    await inspect(tab, "write-first-narrow");
    await over.getByRole("button", { name: "Open the conversation" }).click();
    await tab.getByRole("log").getByText("Your table has arrived.").waitFor();
  } finally {
    Object.assign(adapter, { capabilities, findPerson: undefined });
  }
});

test("looks well in light, dark and narrow, and in every language", async () => {
  await furnish();
  await inAllLooks("person", workplace, look);
  for (const language of ["ru", "la"]) {
    const page = await inLanguage(language);
    await look(page);
    await inspect(page, `person-${language}`);
  }
});
