import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContext, Frame, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { faultsOf } from "../support/our-page.ts";
import { Demo } from "./demo.ts";
import { seed } from "./seed.ts";

/** Agents at work on our pages inside the portal: real browser, real server, emulated Telegram. Needs `npm run build`. */
const ANNA = 5;
const BORIS = 7;
const screenshots = process.env["SCREENSHOTS_DIR"];
let demo: Demo;
let browser: Browser;
let context: BrowserContext | undefined;
const complaints: string[] = [];

beforeAll(async () => {
  demo = await Demo.start();
  await seed(demo);
  browser = await launchBrowser();
  if (screenshots !== undefined) await mkdir(screenshots, { recursive: true });
});

afterAll(async () => {
  await browser?.close();
  await demo?.stop();
});

afterEach(async () => {
  await context?.close();
  context = undefined;
  expect(complaints.splice(0)).toEqual([]);
});

async function freshPage(look: Parameters<Browser["newContext"]>[0] = {}): Promise<Page> {
  context ??= await browser.newContext({ viewport: { width: 1280, height: 720 }, ...look });
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
  return page;
}

/** The tab of the deal, as Anna sees it inside the portal. */
async function openTab(portal: Page): Promise<Frame> {
  await portal.goto(demo.portalUrl);
  await portal.getByTitle("Who looks at this portal").click();
  await portal.locator(".who-menu").getByRole("button", { name: /Anna/ }).click();
  await portal.getByRole("link", { name: "Deals" }).click();
  await portal.getByRole("button", { name: /Oak table/ }).click();
  await portal.getByRole("tab", { name: "Chat" }).click();
  const element = await portal.locator(".card-app iframe").elementHandle();
  const frame = await element?.contentFrame();
  if (!frame) throw new Error("the tab has no frame");
  await frame.getByText("Perfect, then please go ahead!").waitFor();
  return frame;
}

async function openWorkplace(userId: number, look?: Parameters<Browser["newContext"]>[0]): Promise<Page> {
  const page = await freshPage(look);
  const request = demo.world.portal.portal().appRequest({ userId });
  const inputs = Object.entries(request.fields).map(([name, value]) => `<input name="${name}" value="${value}">`);
  const action = `${demo.world.web.url}/placements/workplace${new URL(request.url).search}`;
  await page.setContent(`<form method="post" action="${action}">${inputs.join("")}</form>`);
  await page.evaluate("document.forms[0].submit()");
  await page.getByRole("navigation").waitFor();
  return page;
}

const bubble = (page: Page | Frame, text: string) =>
  page.getByRole("log").getByRole("listitem").filter({ hasText: text });
const input = (page: Page | Frame) => page.getByRole("textbox", { name: "Message" });

function maria(): number {
  const people = [...demo.world.telegram.bot().people.values()];
  const person = people.find(({ username }) => username === "maria_lopez");
  if (!person) throw new Error("there is no Maria");
  return person.id;
}
const atMarias = () => demo.world.telegram.sentTo(maria());

async function inspect(page: Page | Frame, name: string, picture: Page): Promise<void> {
  if (screenshots !== undefined) await picture.screenshot({ path: join(screenshots, `${name}.png`) });
  expect(await faultsOf(page)).toEqual([]);
}

test("an agent answers, mends, quotes and sends files in the deal's tab by keyboard alone", async () => {
  const portal = await freshPage();
  const tab = await openTab(portal);
  const keys = portal.keyboard;
  demo.world.telegram.userWrites(maria(), "Is Saturday possible as well?");
  await bubble(tab, "Is Saturday possible as well?").waitFor();

  await input(tab).focus();
  await keys.type("Saturday works too.");
  await keys.press("Enter");
  const answer = bubble(tab, "Saturday works too");
  await answer.getByText("Sent", { exact: true }).waitFor();
  expect(await input(tab).inputValue()).toBe("");
  await expect.poll(() => atMarias().at(-1)?.text).toBe("Saturday works too.");
  expect(await answer.count()).toBe(1);

  await keys.press("ArrowUp");
  await tab.getByText("You change a message that was sent").waitFor();
  await keys.press("End");
  await keys.press("Backspace");
  await keys.type(", from 10.");
  await keys.press("Enter");
  await answer.getByText("Edited").waitFor();
  await answer.getByText("Saturday works too, from 10.").waitFor();
  await expect.poll(() => atMarias().at(-1)?.text).toBe("Saturday works too, from 10.");

  const question = bubble(tab, "Is Saturday possible as well?");
  await question.getByRole("button", { name: "What to do with this message" }).focus();
  await keys.press("Enter");
  await tab.getByRole("menuitem", { name: "Reply" }).waitFor();
  await keys.type("Reply");
  await keys.press("Enter");
  await tab.getByText("Reply to Maria Lopez").waitFor();
  await expect.poll(() => input(tab).evaluate((box) => box === box.ownerDocument.activeElement)).toBe(true);
  await keys.type("Yes");
  await keys.press("Shift+Enter");
  await keys.type("it is");
  await keys.press("Enter");
  const quoting = bubble(tab, "it is").last();
  await quoting.locator("blockquote", { hasText: "Is Saturday possible as well?" }).waitFor();
  await expect.poll(() => atMarias().at(-1)?.text).toBe("Yes\nit is");
  expect(atMarias().at(-1)?.reply_to_message?.["text"]).toBe("Is Saturday possible as well?");

  const offer = { name: "Delivery plan.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4 plan") };
  await tab
    .locator("input[type=file]")
    .setInputFiles([offer, { ...offer, name: "Empty.pdf", buffer: Buffer.alloc(0) }]);
  await tab.getByText("The file is empty.").waitFor();
  await tab.getByRole("button", { name: "Leave out Empty.pdf" }).focus();
  await keys.press("Enter");
  await tab.getByRole("button", { name: "Leave out Delivery plan.pdf" }).waitFor();
  await input(tab).focus();
  await keys.press("Enter");
  await bubble(tab, "Delivery plan.pdf").getByText("Sent", { exact: true }).waitFor();
  await expect.poll(() => atMarias().at(-1)?.["document"]).toMatchObject({ file_name: "Delivery plan.pdf" });
  await inspect(tab, "tab-answered", portal);
});

test("what was refused says why and goes out again; what was begun is there after a reload", async () => {
  const portal = await freshPage();
  const tab = await openTab(portal);
  demo.world.telegram.blockBot(maria());
  await input(tab).fill("Are you still there?");
  await portal.keyboard.press("Enter");
  const refused = bubble(tab, "Are you still there?");
  await refused.getByText("Refused", { exact: true }).waitFor();
  await refused.getByText(/blocked/).waitFor();
  demo.world.telegram.unblockBot(maria());
  await refused.getByRole("button", { name: "Send again" }).click();
  await refused.getByText("Sent", { exact: true }).waitFor();
  expect(atMarias().filter(({ text }) => text === "Are you still there?")).toHaveLength(1);

  // The server is away for a while: the message is not lost and not doubled.
  let answers = 0;
  await portal.route("**/api/conversations/*/messages", async (route) => {
    answers += 1;
    // The first request arrives and its answer is lost.
    if (answers === 1) await route.fetch();
    if (answers < 3) return route.abort();
    return route.continue();
  });
  await input(tab).fill("The lorry leaves at eight.");
  await portal.keyboard.press("Enter");
  await bubble(tab, "The lorry leaves at eight.").getByText("Sent", { exact: true }).waitFor();
  await expect.poll(() => answers, { timeout: 20_000 }).toBe(3);
  await expect.poll(() => bubble(tab, "The lorry leaves at eight.").count()).toBe(1);
  expect(atMarias().filter(({ text }) => text === "The lorry leaves at eight.")).toHaveLength(1);
  await portal.unroute("**/api/conversations/*/messages");

  await portal.route("**/api/conversations/*/messages", (route) =>
    route.fulfill({ status: 409, json: { error: { code: "cannot_send", message: "The window has closed." } } }),
  );
  await input(tab).fill("One more thing");
  await portal.keyboard.press("Enter");
  const turnedDown = bubble(tab, "One more thing");
  await turnedDown.getByText("The window has closed.").waitFor();
  await turnedDown.getByRole("button", { name: "Change it" }).click();
  await turnedDown.waitFor({ state: "detached" });
  expect(await input(tab).inputValue()).toBe("One more thing");
  await portal.unroute("**/api/conversations/*/messages");

  const again = await openTab(portal);
  expect(await input(again).inputValue()).toBe("One more thing");
  await input(again).fill("");
});

test("who has a conversation is the same on two agents' pages and in Open Lines", async () => {
  const anna = await openWorkplace(ANNA);
  await anna.getByRole("button", { name: /Tom Weber/ }).click();
  await anna.getByRole("button", { name: "Accept" }).click();
  await anna.getByText("You have it").waitFor();
  const boris = await openWorkplace(BORIS);
  await boris.getByRole("button", { name: /Tom Weber/ }).click();
  await boris.getByText("Anna Keller has it").waitFor();
  expect(await boris.getByRole("button", { name: "Accept" }).count()).toBe(0);

  await input(anna).fill("The blue one is here, and the grey one.");
  await anna.keyboard.press("Enter");
  await bubble(anna, "The blue one is here").getByText("Sent", { exact: true }).waitFor();
  await bubble(boris, "The blue one is here").waitFor();
  await bubble(anna, "The blue one is here").hover();
  await bubble(anna, "The blue one is here").getByRole("button", { name: "What to do with this message" }).click();
  await anna.getByRole("menuitem", { name: "Delete" }).click();
  await anna.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await bubble(anna, "Message deleted").waitFor();
  await bubble(boris, "Message deleted").waitFor();

  await anna.getByRole("button", { name: "Finish" }).click();
  await anna.getByRole("dialog").getByRole("button", { name: "Finish" }).click();
  await anna.getByRole("article").getByText("Closed").waitFor();
  await boris.getByRole("article").getByText("Closed").waitFor();
});

const LOOKS: Readonly<Record<string, Parameters<Browser["newContext"]>[0]>> = {
  light: { viewport: { width: 1280, height: 860 } },
  dark: { viewport: { width: 1280, height: 860 }, colorScheme: "dark" },
  narrow: { viewport: { width: 390, height: 780 } },
};

test("the composer stands well in light, dark and narrow, with everything open", async () => {
  for (const [name, look] of Object.entries(LOOKS)) {
    await context?.close();
    context = undefined;
    const page = await openWorkplace(ANNA, look);
    await page.getByRole("button", { name: /Maria Lopez/ }).click();
    const question = bubble(page, "Will the table fit in here?");
    await question.hover();
    await question.getByRole("button", { name: "What to do with this message" }).click();
    await page.getByRole("menuitem", { name: "Reply" }).waitFor();
    await inspect(page, `workplace-menu-${name}`, page);
    await page.getByRole("menuitem", { name: "Reply" }).click();
    await page.locator("input[type=file]").setInputFiles({
      ...{ name: "A plan of the room.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4 plan") },
    });
    await page.getByRole("button", { name: "Leave out A plan of the room.pdf" }).waitFor();
    await input(page).fill("It will, with room to walk around it.\n\nShall I reserve the chairs too?");
    await page.getByRole("button", { name: "Put in an emoji" }).click();
    await page.getByRole("button", { name: "👍" }).click();
    await expect.poll(() => input(page).inputValue()).toContain("👍");
    await inspect(page, `workplace-composer-${name}`, page);
    await page.getByRole("button", { name: "Do not quote it" }).click();
    await page.getByRole("button", { name: "Leave out A plan of the room.pdf" }).click();
    await input(page).fill("");
  }
});
