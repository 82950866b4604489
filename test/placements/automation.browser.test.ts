/** The page of triggers and of what robots did, walked as an administrator does. */
import { expect, test } from "vitest";
import { conversationId, robotCallId } from "../../src/domain/ids.ts";
import type { RobotOutcome } from "../../src/domain/robot.ts";
import { account, inAllLooks, inspect, receive, settings, site, usePages } from "./support/pages.ts";

usePages();

const open = async (look?: Parameters<typeof settings>[0]) => {
  const page = await settings(look);
  await page.getByRole("tab", { name: "Automation" }).click();
  return page;
};

async function called(
  robot: "send" | "wait",
  properties: Record<string, string>,
  outcome: RobotOutcome,
): Promise<void> {
  const { portal } = site.portal;
  const { call } = await site.store.robots.accept({
    ...{ portal: site.memberId, robot, workflow: "w", card: { type: "deal", id: "12" }, properties },
    ...{ returns: true, token: `${robot}${JSON.stringify(properties)}`, at: new Date(portal.now()) },
  });
  await site.store.robots.conclude(site.memberId, robotCallId(call), outcome, new Date());
  await site.store.robots.returned(site.memberId, robotCallId(call), "returned", new Date());
}

test("makes a trigger, sees it fire, changes and deletes it, and reads what robots did", async () => {
  const id = await account("Shop bot", "1112223334:abcdef");
  const { conversation } = await receive(id, "c", ["Maria", "Lopez"], "hello", 5);
  const page = await open();
  await page.getByText("No triggers yet").waitFor();
  await page.getByRole("button", { name: "New trigger" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByText("Give it a name.").waitFor();
  await dialog.getByLabel("Name").fill("Asked for the price");
  await dialog.getByRole("combobox", { name: "Channel" }).click();
  await page.getByRole("option", { name: "only Shop bot" }).click();
  await dialog.getByLabel("If the text contains").fill("price\nhow much");
  await inspect(page, "automation-dialog");
  await dialog.getByRole("button", { name: "Save" }).click();
  const row = page.getByRole("listitem").filter({ hasText: "Asked for the price" });
  await row.getByText("In Bitrix24").waitFor();
  await row.getByText("“price”, “how much”").waitFor();
  const [trigger] = await site.store.triggers.list(site.memberId);
  expect(trigger).toMatchObject({ kind: "message-received", filter: { words: ["price", "how much"], account: id } });
  expect([...site.portal.portal.automation.triggers.values()]).toMatchObject([{ name: "Asked for the price" }]);

  if (!trigger) throw new Error("there is none");
  const firing = { trigger: trigger.id, cause: "message:1" };
  await site.store.triggers.note(site.memberId, conversationId(conversation), [firing], undefined, new Date());
  const [taken] = await site.store.triggers.take(new Date(Date.now() + 1_000), 1);
  const card = { type: "lead", id: "7", state: "fired" } as const;
  await site.store.triggers.keepCards(site.memberId, taken?.id ?? "", [card]);
  await site.store.triggers.end(site.memberId, taken?.id ?? "", "done", new Date());
  await called(
    "send",
    { text: "Your order is ready" },
    { result: "sent", reason: "", values: { sent_by: "WhatsApp", account: "Shop" } },
  );
  await called(
    "send",
    { text: "Hello" },
    { result: "not_sent", reason: "No account of this channel is connected and switched on.", values: {} },
  );
  await called("wait", {}, { result: "answered", reason: "", values: { text: "yes please", who: "Maria Lopez" } });
  await inAllLooks("automation", open, async (shown) => {
    await shown.getByText("Fired 1 time").waitFor();
    await shown.getByText("Maria Lopez: “yes please”").waitFor();
  });

  const again = await open();
  await again.getByRole("combobox", { name: "Show" }).click();
  await again.getByRole("option", { name: "What went wrong" }).click();
  await again.getByText("Your order is ready").waitFor({ state: "hidden" });
  await again.getByText("No account of this channel is connected").waitFor();
  await again.getByRole("button", { name: "Actions for Asked for the price" }).click();
  await again.getByRole("menuitem", { name: "When it fired" }).click();
  await again.getByRole("dialog").getByText("Maria Lopez").waitFor();
  await inspect(again, "automation-firings");
  await again.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
  await again.getByRole("switch", { name: "Asked for the price is on" }).click();
  await again.getByText("Off", { exact: true }).waitFor();
  await again.getByRole("button", { name: "Actions for Asked for the price" }).click();
  await again.getByRole("menuitem", { name: "Delete" }).click();
  await again.getByRole("dialog").getByRole("button", { name: "Delete the trigger" }).click();
  await again.getByText("No triggers yet").waitFor();
  expect([...site.portal.portal.automation.triggers.values()]).toEqual([]);
});
