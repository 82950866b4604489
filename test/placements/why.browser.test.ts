import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { accountId, conversationId, type DecisionId, type MessageId, type PersonId } from "../../src/domain/ids.ts";
import { account, inAllLooks, inspect, open, receive, site, usePages, workplace } from "./support/pages.ts";

usePages();

const REASONS = [
  { code: "contact-repeat", about: { found: 2 } },
  { code: "owner-rules" },
  { code: "create-nothing", about: { contact: "repeat" } },
];

/** What the rules decided about a conversation, as it is kept. */
async function decided(conversation: string, message: MessageId, person: PersonId, targets: readonly unknown[]) {
  const { decisions } = site.store;
  const { id } = await decisions.begin(site.memberId, { conversation: conversationId(conversation), message, person });
  const admin = await site.sessionOf(1);
  const tried = (
    await site.api(admin, "POST", "/rules/try", {
      ruleset: { owner: { who: "rules" } },
      facts: { channel: "telegram" },
    })
  ).json();
  await decisions.decide(site.memberId, id, {
    rulesetVersion: 3,
    facts: tried.facts,
    decision: {
      ...tried.decision,
      create: { kind: "nothing" },
      targets,
      reasons: REASONS,
      warnings: [{ code: "place-vanished", about: { number: 0, what: "deal-stage", missing: "C1:GONE" } }],
    },
  });
  return id;
}

async function step(decision: DecisionId, name: string, end?: Parameters<typeof site.store.decisions.endStep>[3]) {
  await site.store.decisions.beginStep(site.memberId, decision, name);
  if (end) await site.store.decisions.endStep(site.memberId, decision, name, end);
}

/** Maria has two deals and a lead; the first deal takes what she writes. */
async function furnish() {
  const shop = await account("Ellis & Sons shop", "1112223334:abcdef", "1");
  const first = await receive(shop, "maria", ["Maria", "Lopez"], "Hello! Do you deliver on Fridays?", 190);
  const conversation = conversationId(first.conversation);
  const why = { by: "channel" } as const;
  const points = [
    { kind: "messenger", key: `${accountId(shop)}:maria`, shown: "@maria", why, linkable: true } as const,
  ];
  const { person } = await site.store.people.identify(site.memberId, { conversation, points, sharedByMoreThan: 5 });
  const { crm } = site.portal.portal;
  const [table, chair] = ["Oak table", "Four chairs"].map((title) => String(crm.add(2, { title }, 1, Date.now()).id));
  if (table === undefined || chair === undefined) throw new Error("no deals");
  await site.store.people.saveEntities(
    site.memberId,
    person,
    [table, chair].map(
      (id) => ({ type: "deal", id, why: "contact", title: "", open: true, lastActiveAt: new Date() }) as const,
    ),
  );
  const earlier = await decided(first.conversation, first.message, person, []);
  await step(earlier, "lead", { kind: "done", id: "12" });
  const second = await receive(shop, "maria", ["Maria", "Lopez"], "And the chairs?", 20);
  const now = await decided(first.conversation, second.message, person, [{ type: "deal", id: table }]);
  await step(now, `comment:1:deal:${table}`, { kind: "done", id: "5" });
  await step(now, `comment:2:deal:${table}`);
  await step(now, `missed:deal:${table}`, { kind: "done", id: table });
  await step(now, "missed:lead:12", { kind: "done" });
  await step(now, `follow:0:deal:${table}:5`, { kind: "done", id: "5" });
  await step(now, "follow:1:chat:7", { kind: "refused", sentence: "The portal passes it on to nobody of that name." });
  await step(now, "activity:contact:3", { kind: "refused", sentence: "The portal says that the contact is gone." });
  await site.store.decisions.noteLink(site.memberId, now, { contact: "3" });
  return { conversation, person, table, chair, decision: now, shop };
}

const why = (page: Page) => page.locator("details", { hasText: /Why is it here\?|Почему|Por qué/ }).first();
/** It stands in the panel about the customer, which a narrow page opens over the conversation. */
async function look(page: Page): Promise<void> {
  await page.getByRole("button", { name: /Maria Lopez/ }).click();
  const about = page.getByRole("button", { name: /^(About the customer|О клиенте)$/ });
  await about.waitFor();
  if ((await about.getAttribute("aria-pressed")) === "false") await about.click();
  await why(page).locator("summary").first().click();
}

describe("why is it here?", () => {
  test("tells reasons, warnings, steps and what the portal has linked, in light, dark and narrow", async () => {
    await furnish();
    await inAllLooks("why", workplace, async (page) => {
      await look(page);
      const box = why(page);
      expect(await box.locator("ol").first().getByRole("listitem").count()).toBe(3);
      for (const words of [
        "by version 3 of the rules",
        "The portal says that the contact is gone.",
        "Under way",
        "Refused",
        "Nobody answered the chat, so it is called unanswered:",
        "Somebody had changed the title, so it stays:",
        "The responsible person follows whoever has the chat:",
        "The chat is passed on to the responsible person of the card",
      ])
        await box.getByText(words).first().waitFor();
      await box.getByText("In Bitrix24 itself, this chat is linked to").waitFor();
      await page.getByRole("button", { name: "Move here: Four chairs" }).waitFor();
    });
  });

  test("folds earlier decisions, and speaks the viewer's language", async () => {
    await furnish();
    const request = site.portal.appRequest();
    const url = new URL(request.url);
    url.searchParams.set("LANG", "ru");
    const page = await open({ ...request, url: url.href }, "/placements/workplace");
    await look(page);
    await why(page).getByText("по версии правил 3").first().waitFor();
    await why(page).getByText("Прежние решения").click();
    expect(await why(page).getByText("по версии правил 3").count()).toBe(2);
    await inspect(page, "why-ru");
  });

  test("is not there where nothing was decided", async () => {
    const shop = await account("Ellis & Sons shop", "1112223334:abcdef", "1");
    await receive(shop, "jonas", ["Jonas", "Weber"], "Hello", 5);
    const page = await workplace();
    const asked = page.waitForResponse(/\/decisions$/);
    await page.getByRole("button", { name: /Jonas Weber/ }).click();
    await asked;
    await page.getByText("Hello").waitFor();
    expect(await page.getByText("Why is it here?").count()).toBe(0);
  });

  test("moves the conversation with one click, and takes it back with another", async () => {
    const { conversation, person, chair, decision } = await furnish();
    const page = await workplace();
    await look(page);
    await page.getByRole("button", { name: "Move here: Four chairs" }).click();
    await page.getByText("What follows goes to Four chairs.").waitFor();
    const chosen = async () =>
      (await site.store.people.find(site.memberId, person))?.entities.flatMap((one) => (one.chosen ? [one.id] : []));
    expect(await chosen()).toEqual([chair]);
    expect((await site.store.decisions.current(site.memberId, conversation))?.id).not.toBe(decision);
    await why(page).getByText("It is being decided where this belongs.").waitFor();
    await page.getByRole("button", { name: "Move here: Oak table" }).waitFor();
    await inspect(page, "why-moved");
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("It goes as it went before.").waitFor();
    expect(await chosen()).toEqual([]);
  });
});
