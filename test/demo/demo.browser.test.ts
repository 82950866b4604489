import type { Browser, BrowserContext, Frame, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { Demo } from "./demo.ts";
import { messagesOf } from "./expect.ts";
import { seed } from "./seed.ts";

/** The demo as a newcomer sees it: real browser, real server, the portal's page around our pages. Needs `npm run build`. */
let demo: Demo;
let browser: Browser;
let context: BrowserContext;
const complaints: string[] = [];

beforeAll(async () => {
  demo = await Demo.start();
  await seed(demo);
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await demo?.stop();
});

beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  context.on("page", (page) => {
    page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error}`));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(`${page.url()}: ${message.text()} ${message.location().url}`);
    });
  });
});

afterEach(async () => {
  await context.close();
  expect(complaints.splice(0)).toEqual([]);
});

/** The page opened last is in front; pages behind it are drawn once a second. */
async function open(url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

async function openDealTab(portal: Page): Promise<Frame> {
  await portal.getByRole("link", { name: "Deals" }).click();
  await portal.getByRole("button", { name: /Oak table/ }).click();
  await portal.getByRole("tab", { name: "Chat" }).click();
  const element = await portal.locator(".card-app iframe").elementHandle();
  const frame = await element?.contentFrame();
  if (!frame) throw new Error("the tab has no frame");
  await frame.getByText("Perfect, then please go ahead!").waitFor();
  return frame;
}

async function become(portal: Page, name: string): Promise<void> {
  await portal.getByTitle("Who looks at this portal").click();
  await portal
    .locator(".who-menu")
    .getByRole("button", { name: new RegExp(name) })
    .click();
}

const mariasChat = (portal: Page) => portal.locator(".chat-row", { hasText: "Maria Lopez" });
const bubble = (page: Page, text: string) => page.locator(".bubble", { hasText: text });

describe("the demo", () => {
  test("shows the conversation in the deal's tab, and its button leads to the chat", async () => {
    const portal = await open(demo.portalUrl);
    const tab = await openDealTab(portal);
    expect(new URL(tab.url()).origin).toBe(demo.world.web.url);
    await tab.getByText("Oak Street 12, second floor").waitFor();
    await tab.locator("strong", { hasText: "180 × 90 cm" }).waitFor();
    await tab
      .locator("img")
      .first()
      .evaluate((image: HTMLImageElement) => image.decode());
    const fromEnd = () =>
      tab.getByRole("log").evaluate((log) => Math.round(log.scrollHeight - log.scrollTop - log.clientHeight));
    await expect.poll(fromEnd).toBe(0);
    await tab
      .getByRole("button", { name: /^Look at / })
      .first()
      .click();
    const picture = tab.getByRole("dialog");
    await picture.locator("img").evaluate((image: HTMLImageElement) => image.decode());
    await picture
      .getByRole("status")
      .getByText(/^1 of /)
      .waitFor();
    await portal.keyboard.press("Escape");
    await picture.waitFor({ state: "detached" });
    await tab.getByRole("button", { name: "Open the chat" }).click();
    await portal.locator(".conversation h2", { hasText: "Maria Lopez" }).waitFor();
  });

  test("carries what is written on the phone to Open Lines and the answer back, edits and deletions too", async () => {
    const phone = await open(demo.phoneUrl);
    await phone.getByLabel("Who holds this phone").selectOption({ label: "Maria Lopez" });
    await phone.getByLabel("Message").fill("Is Saturday possible as well?");
    await phone.getByTitle("Send").click();
    const portal = await open(demo.portalUrl);
    await become(portal, "Anna");
    await portal.getByRole("link", { name: /Open Lines/ }).click();
    await mariasChat(portal).click();
    await bubble(portal, "Is Saturday possible as well?").waitFor();

    await portal.getByLabel("Message", { exact: true }).fill("Saturday works too.");
    await portal.getByTitle("Send").click();
    const answer = bubble(portal, "Saturday works too.");
    await bubble(phone, "Saturday works too.").waitFor();
    await answer.getByTitle("Delivered").waitFor();

    await answer.hover();
    await answer.getByTitle("Edit").click();
    await portal.getByLabel("Message", { exact: true }).fill("Saturday works too, from 10.");
    await portal.getByTitle("Send").click();
    const edited = bubble(portal, "Saturday works too, from 10.");
    await bubble(phone, "Saturday works too, from 10.").waitFor();
    await edited.hover();
    await edited.getByTitle("Delete").click();
    await portal.getByText("This message was deleted.").waitFor();
    await bubble(phone, "Saturday works too").waitFor({ state: "detached" });
    expect(await bubble(phone, "Is Saturday possible as well?").count()).toBe(1);
  });

  test("lets an agent accept, send a file and finish", async () => {
    const phone = await open(demo.phoneUrl);
    await phone.getByLabel("Who holds this phone").selectOption({ label: "Tom Weber" });
    const portal = await open(demo.portalUrl);
    await portal.getByRole("link", { name: /Open Lines/ }).click();
    await portal.locator(".chat-row", { hasText: "Tom Weber" }).click();
    await portal.getByRole("button", { name: "Accept" }).click();
    await portal.locator(".conversation-head").getByText("In progress").waitFor();
    const buffer = Buffer.from("Corner sofa: 3 pieces in stock");
    await portal
      .locator(".composer input[type=file]")
      .setInputFiles({ name: "stock.txt", mimeType: "text/plain", buffer });
    await portal.getByTitle("Send").click();
    await phone.getByText("stock.txt").waitFor();
    await portal.getByRole("button", { name: "Finish" }).click();
    await portal.locator(".conversation-head").getByText("Closed").waitFor();
    expect(await portal.getByRole("button", { name: "Finish" }).count()).toBe(0);
  });

  test("carries the shop's web chat both ways", async () => {
    const shop = await open(demo.shopUrl);
    await shop.getByRole("button", { name: "Ask about delivery" }).click();
    await shop.getByRole("dialog").getByRole("textbox").fill("Do you deliver to the coast?");
    await shop.keyboard.press("Enter");
    const portal = await open(demo.portalUrl);
    await portal.getByRole("link", { name: /Open Lines/ }).click();
    await portal.locator(".chat-row", { hasText: "Do you deliver to the coast?" }).click();
    await portal.getByRole("button", { name: "Accept" }).click();
    await portal.getByLabel("Message", { exact: true }).fill("Every Tuesday.");
    await portal.getByTitle("Send").click();
    const answer = shop.getByRole("dialog").locator(".bubble", { hasText: "Every Tuesday." });
    await answer.waitFor();
    expect(await answer.count()).toBe(1);
  });

  test("asks the shop's visitor how it was when the agent finishes, and shows it to the agents alone", async () => {
    const shop = await open(demo.shopUrl);
    await shop.getByRole("button", { name: "Ask about delivery" }).click();
    const chat = shop.getByRole("dialog");
    await chat.getByRole("textbox").fill("Do you deliver to the islands?");
    await shop.keyboard.press("Enter");
    const portal = await open(demo.portalUrl);
    await portal.getByRole("link", { name: /Open Lines/ }).click();
    await portal.locator(".chat-row", { hasText: "Do you deliver to the islands?" }).click();
    await portal.getByRole("button", { name: "Accept" }).click();
    await portal.getByLabel("Message", { exact: true }).fill("By ferry, on Mondays.");
    await portal.getByTitle("Send").click();
    await chat.locator(".bubble", { hasText: "By ferry, on Mondays." }).waitFor();
    expect(await chat.getByText("How was this conversation?").count()).toBe(0);
    await portal.getByRole("button", { name: "Finish" }).click();
    await portal.locator(".conversation-head").getByText("Closed").waitFor();
    await chat.getByText("How was this conversation?").waitFor();
    await chat.getByRole("button", { name: "4 stars of 5" }).click();
    await chat.getByText("Thank you for your answer!").waitFor();

    const workplace = await open("about:blank");
    const request = demo.world.portal.portal().appRequest();
    const inputs = Object.entries(request.fields).map(([name, value]) => `<input name="${name}" value="${value}">`);
    const action = `${demo.world.web.url}/placements/workplace${new URL(request.url).search}`;
    await workplace.setContent(`<form method="post" action="${action}">${inputs.join("")}</form>`);
    await workplace.evaluate("document.forms[0].submit()");
    await workplace
      .getByRole("button", { name: /Northwind shop/ })
      .first()
      .click();
    const log = workplace.getByRole("log");
    await log.getByText("Rated the conversation: ★★★★☆ (4 of 5).").waitFor();
    await log.getByText("By ferry, on Mondays.").waitFor();
    expect(await portal.locator(".conversation-head").getByText("Closed").count()).toBe(1);
    expect(await portal.getByText("Rated the conversation").count()).toBe(0);
    await shop.reload();
    await shop.getByRole("button", { name: "Ask about delivery" }).click();
    await chat.locator(".bubble", { hasText: "By ferry, on Mondays." }).waitFor();
    expect(await chat.getByText("How was this conversation?").count()).toBe(0);
  });

  test("carries a request from the shop's form to Open Lines, and a second one into the same chat", async () => {
    const shop = await open(demo.shopUrl);
    const form = shop.locator("threadline-form");
    const request = async (name: string, text: string) => {
      await form.getByLabel("Name").fill(name);
      await form.getByLabel("E-mail").fill("vera@blum.example");
      await form.getByLabel("Your message").fill(text);
      await form.getByRole("checkbox").check();
      await form.getByRole("button", { name: "Send" }).click();
      await form.getByText("Thank you! Your request has arrived").waitFor();
    };
    await request("Vera Blum", "A desk in cherry wood, 140 cm.");
    const portal = await open(demo.portalUrl);
    await portal.getByRole("link", { name: /Open Lines/ }).click();
    await portal.locator(".chat-row", { hasText: "Vera Blum" }).click();
    await bubble(portal, "A desk in cherry wood, 140 cm.").waitFor();
    await bubble(portal, "Contact details: Vera Blum, vera@blum.example").waitFor();
    await form.getByRole("button", { name: "Write another one" }).click();
    await request("Vera", "And a drawer for it.");
    await bubble(portal, "And a drawer for it.").waitFor();
    expect(await bubble(portal, "A desk in cherry wood, 140 cm.").count()).toBe(1);
  });

  test("opens the connector's page for a line", async () => {
    const portal = await open(demo.portalUrl);
    await portal.getByRole("link", { name: "Contact Center" }).click();
    const tile = portal.getByRole("button", { name: /Connected to one line/ });
    await tile.filter({ has: portal.getByText("Telegram", { exact: true }) }).click();
    const page = portal.frameLocator(".connector-page iframe");
    await page.getByText("Support bot", { exact: false }).first().waitFor();
    await portal.getByRole("button", { name: /Support.*Not connected/ }).click();
    await page.getByText("Support bot", { exact: false }).first().waitFor();
    expect(await portal.locator(".lines [aria-pressed=true]").textContent()).toContain("Support");
  });

  test("answers frames only to whom it opened, under the name it gave", async () => {
    const portal = await open(demo.portalUrl);
    const tab = await openDealTab(portal);
    const own = await tab.evaluate(() => window.name.split("|")[2] ?? "");
    expect(own).toMatch(/^[0-9a-f]{32}$/);
    /** Keys of the answers that come for questions asked in order; the last one is always answered. */
    const ask = (asking: Frame, sids: readonly string[]) =>
      asking.evaluate(
        (given) =>
          new Promise<string[]>((resolve) => {
            const keys: string[] = [];
            const end = setTimeout(() => resolve(keys), 700);
            window.addEventListener("message", (event: MessageEvent<unknown>) => {
              const [key = ""] = String(event.data).split(":");
              keys.push(key);
              if (key !== `q${given.length - 1}`) return;
              clearTimeout(end);
              resolve(keys);
            });
            for (const [at, sid] of given.entries()) window.top?.postMessage(`getInitData:q${at}:${sid}`, "*");
          }),
        sids,
      );
    expect(await ask(tab, ["0".repeat(32), "", own])).toEqual(["q2"]);

    // Same origin and the right session id, but a window that the portal did not open.
    await tab.evaluate(() => document.body.append(document.createElement("iframe")));
    const [stranger] = tab.childFrames();
    if (!stranger) throw new Error("there is no second window");
    expect(await ask(stranger, [own])).toEqual([]);
  });

  test("installs from the Market and goes on to the app", async () => {
    const { portal: emulated } = demo.world.portal.portal();
    const portal = await open(demo.portalUrl);
    await portal.getByRole("link", { name: "Market" }).click();
    await portal.getByRole("button", { name: "Uninstall" }).click();
    await portal.getByText("Not installed").waitFor();
    expect(emulated.placements).toEqual([]);
    await portal.getByRole("button", { name: "Install", exact: true }).click();
    await portal.locator(".slider iframe[title='Threadline']").waitFor();
    await portal.locator(".market-card .state", { hasText: /^Installed$/ }).waitFor();
    expect([...emulated.applications.values()].map((application) => application.installed)).toEqual([true]);
    expect(emulated.placements.map((binding) => binding.placement)).toContain("CRM_DEAL_DETAIL_TAB");
  });
});

test("the seeded conversations are whole", () => {
  const { portal } = demo.world.portal.portal();
  const authors = [...portal.chats.values()].map((chat) => messagesOf(demo.world, chat, "customer").length > 0);
  expect(authors.length).toBeGreaterThanOrEqual(4);
  expect(authors.every(Boolean)).toBe(true);
});
