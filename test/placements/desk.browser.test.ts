/** The agents' workplace: who waits first, and what is done with it. */
import { expect, test } from "vitest";
import { Cable } from "./support/cable.ts";
import { LOOKS } from "./support/open-pages.ts";
import {
  account,
  base,
  freshContext,
  inAllLooks,
  inspect,
  receive,
  reply,
  site,
  usePages,
  workplace,
} from "./support/pages.ts";

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
  await page.getByRole("searchbox", { name: "Find people and messages" }).fill("web");
  await expect.poll(names).toEqual(["Jonas Weber"]);
  await page.getByRole("searchbox", { name: "Find people and messages" }).fill("nobody");
  await page.getByRole("button", { name: "Show everything" }).click();
  await expect.poll(names).toEqual(["Maria Lopez", "Jonas Weber"]);
  await actions.getByRole("button", { name: "No reply needed" }).click();
  await page.getByRole("button", { name: "Waiting", exact: true }).waitFor();
  await expect.poll(() => page.title()).not.toMatch(/^\(/);
  // Taken back by keyboard alone.
  await page.getByRole("button", { name: "Undo" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Waiting 1" }).waitFor();
});

test("what was said is found and leads to its place; filters are remembered; a ring comes for new messages", async () => {
  const shop = await account("Shop bot", "1112223338:abcdef");
  const help = await account("Help desk", "1112223339:abcdef");
  await receive(shop, "maria", ["Maria", "Lopez"], "The walnut table has a scratch", 30);
  await receive(help, "olga", ["Ольга", "Ким"], "Добрый день", 20);
  const page = await workplace();
  const search = page.getByRole("searchbox", { name: "Find people and messages" });
  await search.fill("walnut");
  const found = page.getByRole("region", { name: "In messages" });
  await found.getByRole("button", { name: /Maria Lopez/ }).click();
  await page.getByRole("log").getByText("The walnut table has a scratch").waitFor();
  await search.fill("zebra");
  await found.getByText("No message has these words.").waitFor();
  await search.fill("");

  await page.getByLabel("Account").selectOption({ label: "Help desk" });
  await page.getByLabel("Who has it").selectOption({ label: "Nobody's" });
  const rows = page.getByRole("navigation").getByRole("listitem");
  await expect.poll(() => rows.count()).toBe(1);
  await page.reload();
  await expect.poll(() => rows.count()).toBe(1);
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect.poll(() => rows.count()).toBe(2);

  await page.evaluate(() => {
    const rung: number[] = [];
    class Silent {
      constructor() {
        rung.push(Date.now());
        throw new Error("silent");
      }
    }
    Object.assign(window, { rung, AudioContext: Silent });
  });
  const rung = () => page.evaluate("window.rung.length");
  await page.getByRole("button", { name: "Notifications" }).click();
  const dialog = page.getByRole("dialog", { name: "How do you want to be told?" });
  await dialog.getByRole("switch", { name: "Sound" }).click();
  // It is heard at once, and the page has asked for nothing by itself.
  await expect.poll(rung).toBe(1);
  await inspect(page, "desk-ring");
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await receive(shop, "jonas", ["Jonas", "Weber"], "Is it in stock?", 0);
  await expect.poll(rung).toBe(2);
});

test("a line that is cut heals by itself: nothing is left out, nothing stands twice", async () => {
  const shop = await account("Shop bot", "1112223340:abcdef");
  const { conversation } = await receive(shop, "maria", ["Maria", "Lopez"], "Before", 5);
  const cable = await Cable.lay(Number(new URL(base).port));
  try {
    const page = await (await freshContext()).newPage();
    const { url, fields } = site.portal.appRequest();
    const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`);
    const action = `${cable.url}/placements/workplace${new URL(url).search}`;
    await page.setContent(`<form method="post" action="${action}">${inputs.join("")}</form>`);
    await page.evaluate("document.forms[0].submit()");
    const lists: string[] = [];
    await page.getByRole("button", { name: /Maria Lopez/ }).click();
    const log = page.getByRole("log");
    await log.getByText("Before").waitFor();
    await cable.cut();
    await page.getByText("No connection to Threadline since").waitFor({ timeout: 20_000 });
    await receive(shop, "maria", ["Maria", "Lopez"], "While it was cut", 0);
    await receive(shop, "jonas", ["Jonas", "Weber"], "And I", 0);
    await reply(conversation, "An answer from elsewhere", 0);
    page.on("request", (request) => lists.push(request.url()));
    await cable.mend();
    await log.getByText("An answer from elsewhere").waitFor({ timeout: 25_000 });
    await page.getByText("No connection to Threadline since").waitFor({ state: "detached" });
    const names = async () =>
      (await page.getByRole("navigation").getByRole("listitem").allInnerTexts()).map((row) => row.split("\n")[0]);
    await expect.poll(names).toEqual(["Jonas Weber", "Maria Lopez"]);
    for (const text of ["Before", "While it was cut", "An answer from elsewhere"])
      expect(await log.getByText(text, { exact: true }).count(), text).toBe(1);
    // It went on where it was.
    expect(lists.some((asked) => asked.includes("/api/live?") && asked.includes("after="))).toBe(true);
  } finally {
    await cable.remove();
  }
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
