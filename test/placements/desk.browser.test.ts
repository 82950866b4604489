/** The agents' workplace: who waits first, and what is done with it. */
import { expect, test } from "vitest";
import { LOOKS } from "./support/open-pages.ts";
import { account, inAllLooks, inspect, receive, reply, usePages, workplace } from "./support/pages.ts";

usePages();

test("the workplace shows who waits, puts off and away and takes back, tags, and goes on by keyboard", async () => {
  const shop = await account("Shop bot", "1112223334:abcdef");
  const help = await account("Help desk", "1112223335:abcdef");
  await receive(shop, "maria", ["Maria", "Lopez"], "Where is my parcel?", 30);
  const { conversation: jonas } = await receive(shop, "jonas", ["Jonas", "Weber"], "Thank you!", 20);
  await receive(help, "olga", ["Ольга", "Ким"], "Добрый день", 1);
  await reply(jonas, "You are welcome", 10);

  const page = await workplace();
  const names = async () =>
    (await page.getByRole("navigation").getByRole("listitem").allInnerTexts()).map((row) => row.split("\n")[0]);
  await page.getByRole("button", { name: "Waiting 2" }).waitFor();
  // Who was answered stands last, although that was newer.
  await expect.poll(names).toEqual(["Maria Lopez", "Ольга Ким", "Jonas Weber"]);
  await expect.poll(() => page.title()).toMatch(/^\(2\) /);
  await page.getByRole("button", { name: "Waiting 2" }).click();
  await expect.poll(names).toEqual(["Maria Lopez", "Ольга Ким"]);

  await page.keyboard.press("Alt+ArrowDown");
  await page.getByText("Where is my parcel?").waitFor();
  await page.keyboard.press("Alt+ArrowDown");
  await page.getByText("Добрый день").waitFor();
  await page.keyboard.press("Alt+ArrowUp");
  await page.getByText("Where is my parcel?").waitFor();

  const actions = page.getByRole("toolbar", { name: "What to do with this conversation" });
  await actions.getByRole("button", { name: "Later" }).click();
  await page.getByRole("menuitem", { name: "In an hour" }).click();
  await page.getByRole("status").getByText("1 conversation was put off").waitFor();
  await expect.poll(names).toEqual(["Ольга Ким"]);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(names).toEqual(["Maria Lopez", "Ольга Ким"]);

  await actions.getByRole("combobox", { name: "Tags" }).fill("vip");
  await page.keyboard.press("Enter");
  await actions.getByRole("button", { name: "Take off vip" }).waitFor();
  await page.getByLabel("Tag", { exact: true }).selectOption("vip");
  await expect.poll(names).toEqual(["Maria Lopez"]);
  await page.getByLabel("Tag", { exact: true }).selectOption({ label: "Any tag" });

  await page.getByLabel("Who has it").selectOption({ label: "Mine" });
  await page.getByText("Nothing matches").waitFor();
  await page.getByLabel("Who has it").selectOption({ label: "Nobody's" });
  await expect.poll(names).toEqual(["Maria Lopez", "Ольга Ким"]);
  await page.getByRole("button", { name: "All", exact: true }).click();
  await page.getByLabel("Who has it").selectOption({ label: "Everybody's" });
  await page.getByRole("button", { name: "Waiting 2" }).click();
  await page.getByRole("checkbox", { name: "Choose Maria Lopez" }).click();
  await page.getByRole("checkbox", { name: "Choose Ольга Ким" }).click();
  const chosen = page.getByRole("toolbar", { name: "What to do with those that are chosen" });
  await chosen.getByRole("button", { name: "To the archive" }).click();
  await page.getByText("Nobody is waiting").waitFor();
  await page.getByRole("button", { name: "Archive", exact: true }).click();
  await expect.poll(names).toHaveLength(2);
  // Whoever writes again is back in sight.
  await receive(shop, "maria", ["Maria", "Lopez"], "Hello?", 0);
  await page.getByRole("button", { name: /^Waiting/ }).click();
  await expect.poll(names, { timeout: 15_000 }).toEqual(["Maria Lopez"]);

  await page.getByRole("button", { name: "All", exact: true }).click();
  await page.getByRole("searchbox", { name: "Find by name, number or e-mail" }).fill("web");
  await expect.poll(names).toEqual(["Jonas Weber"]);
  await page.getByRole("searchbox", { name: "Find by name, number or e-mail" }).fill("nobody");
  await page.getByRole("button", { name: "Show everything" }).click();
  await expect.poll(names).toEqual(["Maria Lopez", "Jonas Weber"]);
  await actions.getByRole("button", { name: "No reply needed" }).click();
  await page.getByRole("button", { name: "Waiting", exact: true }).waitFor();
  await expect.poll(() => page.title()).not.toMatch(/^\(/);
});

test("the workplace in light, dark and narrow", async () => {
  const shop = await account("Shop bot", "1112223336:abcdef");
  const help = await account("Help desk", "1112223337:abcdef");
  await receive(shop, "maria", ["Maria", "Lopez"], "Where is my parcel?", 300);
  await receive(shop, "jonas", ["Jonas", "Weber"], "Is it in stock?", 7);
  await receive(help, "olga", ["Ольга", "Ким"], "Добрый день", 1);
  const { conversation } = await receive(help, "anna", ["Anna", "Berg"], "Thank you!", 60);
  await reply(conversation, "You are welcome", 50);
  await inAllLooks("desk", workplace, async (page) => {
    await page.getByRole("button", { name: /Maria Lopez/ }).click();
    await page.getByText("Where is my parcel?").waitFor();
  });
  const page = await workplace(LOOKS.narrow);
  await page.getByRole("button", { name: /Jonas Weber/ }).waitFor();
  await inspect(page, "desk-narrow-list");
});
