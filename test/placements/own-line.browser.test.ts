/** Settings of an account that works without an open line: set, saved, read again; and what would happen now. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { accountId } from "../../src/domain/ids.ts";
import { account, inAllLooks, inspect, type Look, settings, site, usePages } from "./support/pages.ts";

usePages();

const stored = async (id: string) => (await site.store.ownLines.find(site.memberId, accountId(id)))?.settings;

async function opened(look?: Look): Promise<Page> {
  const page = await settings(look);
  await page.getByRole("tab", { name: "Open Channels" }).click();
  await page.getByRole("button", { name: "Settings of Shop bot" }).click();
  await page.getByRole("heading", { name: "Shop bot" }).waitFor();
  return page;
}

const part = (page: Page, name: string) =>
  page.getByRole("navigation", { name: "Parts of the settings" }).last().getByRole("button", { name }).click();

test("who answers, when, how fast and in which words is set on one page, and another account takes it over", async () => {
  const shop = await account("Shop bot", "1112223334:abcdef");
  const page = await opened();
  const now = page.getByRole("region", { name: "What happens now" });
  await now.getByText("It is switched off").waitFor();
  await page.getByRole("switch", { name: "Give out conversations of this account" }).click();
  await now.getByText("Nobody is in the queue.").waitFor();
  await page.getByText("Not to be saved like this: Nobody is in the queue").waitFor();
  expect(await page.getByRole("button", { name: "Save", exact: true }).isDisabled()).toBe(true);

  await page.getByRole("button", { name: "Add a person" }).click();
  await page.getByRole("button", { name: /Ada Admin/ }).click();
  await page.getByRole("switch", { name: "Check whether agents are there" }).click();
  await now.getByText("Ada Admin would get the next conversation.").waitFor();
  await page.getByRole("switch", { name: "Limit of conversations at once" }).click();
  await page.getByRole("spinbutton", { name: "At most" }).fill("3");

  await part(page, "Working hours");
  await page.getByRole("switch", { name: "Only during working hours" }).click();
  await page.getByRole("button", { name: "Add working time on Saturday" }).click();
  await page.getByLabel("Saturday, to").fill("00:00");
  await page.getByRole("switch", { name: "Reply outside working hours" }).click();
  await page.getByText(/Not to be saved like this: Write the text/).waitFor();
  await page.getByRole("textbox", { name: /Reply outside working hours/ }).fill("We are back on Monday.");
  await part(page, "Rating");
  await page.getByRole("switch", { name: "Ask for a rating at the end" }).click();
  await part(page, "Response times");
  await page.getByRole("switch", { name: "Watch the first answer" }).click();
  await page.getByText("Not to be saved like this: Say who is told").click();
  const kpi = page.getByRole("region", { name: "Watch the first answer" });
  await kpi.getByRole("button", { name: /Ada Admin/ }).click();
  await inspect(page, "own-line-kpi");
  // A button keeps its name while it is busy.
  const { promise: held, resolve: goOn } = Promise.withResolvers<void>();
  await page.route("**/own-line", (route) => held.then(() => route.continue()));
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.locator("[data-slot=baseLoading]").waitFor();
  await inspect(page, "own-line-saving");
  expect(await page.getByRole("button", { name: "Save", exact: true }).isDisabled()).toBe(true);
  goOn();
  await page.getByText("Saved. It holds for conversations that wait already.").waitFor();
  expect(await stored(shop)).toMatchObject({
    ...{ enabled: true, queue: [{ kind: "person", id: "1" }], checkPresence: false, limit: { chats: 3 } },
    ...{ offHoursReply: "We are back on Monday.", rating: { closes: true }, kpi: { first: { notify: ["1"] } } },
    hours: { week: expect.arrayContaining([{ day: 6, from: "09:00", to: "24:00" }]) },
  });

  // Somebody else saves meanwhile.
  await site.api(await site.sessionOf(1), "PUT", `/accounts/${shop}/own-line`, { enabled: false, forwardMinutes: 9 });
  await part(page, "Queue");
  await page.getByRole("radio", { name: "To everybody" }).click();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Somebody saved these settings meanwhile").waitFor();
  await page.getByRole("button", { name: "Save mine" }).click();
  await page.getByText("Saved. It holds for conversations that wait already.").waitFor();
  expect(await stored(shop)).toMatchObject({ enabled: true, distribution: "all" });

  await account("Second bot", "9992223334:abcdef");
  await page.reload();
  await page.getByRole("tab", { name: "Open Channels" }).click();
  await page.getByRole("button", { name: "Settings of Second bot" }).click();
  await page.getByRole("button", { name: "Take settings from another account" }).click();
  await page.getByRole("menuitem", { name: "Shop bot" }).click();
  await page.getByText("Taken over from Shop bot.").waitFor();
  expect(await page.getByRole("radio", { name: "To everybody" }).isChecked()).toBe(true);
  await page.getByRole("button", { name: "All accounts" }).click();
  await page.getByRole("dialog").getByText("Discard your changes?").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Discard" }).click();
  await page.getByRole("button", { name: "Settings of Second bot" }).waitFor();
});

test("it looks well in every look", async () => {
  const shop = await account("Shop bot", "1112223334:abcdef");
  await site.api(await site.sessionOf(1), "PUT", `/accounts/${shop}/own-line`, {
    ...{
      enabled: true,
      queue: [
        { kind: "person", id: "1" },
        { kind: "department", id: "1" },
      ],
    },
    ...{ limit: { chats: 5 }, greeting: "Hello!" },
    hours: { zone: "Europe/Berlin", week: [{ day: 1, from: "09:00", to: "18:00" }], holidays: ["12-25"] },
  });
  await inAllLooks("own-line-queue", opened, async (page) => {
    await page.getByRole("list", { name: "Who answers, in their order" }).getByText("Ada Admin").waitFor();
  });
  await inAllLooks("own-line-hours", opened, async (page) => {
    await part(page, "Working hours");
    await page.getByLabel("Monday, from").waitFor();
  });
});
