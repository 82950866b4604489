/** What an agent has at hand where they write: notes for colleagues, canned replies, by keyboard. Real browser, server, store. */
import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { ChannelAdapter } from "../../src/channels/contract.ts";
import { cannedReplyId, conversationId } from "../../src/domain/ids.ts";
import { fakeChannel } from "../handlers/support/fake-channel.ts";
import { ALL_PARTS } from "../support/parts.ts";
import { until } from "../support/world/until.ts";
import { LOOKS } from "./support/open-pages.ts";
import {
  account,
  base,
  inAllLooks,
  inspect,
  type Look,
  open,
  receive,
  settings,
  site,
  usePages,
} from "./support/pages.ts";

/** Takes recordings. */
const { adapter } = fakeChannel("voices", "Voices");
const voices: ChannelAdapter = {
  ...adapter,
  capabilities: {
    ...adapter.capabilities,
    parts: ALL_PARTS,
    attachments: { voice: { maxBytes: 5_000_000 }, file: { maxBytes: 5_000_000 } },
  },
};
usePages([voices]);

const WITHIN_MS = 5_000;
/** News reach an open page at once; by itself it looks again after four seconds only. */
const LIVE_MS = 3_500;

async function customer(): Promise<string> {
  const shop = await account("Ellis & Sons shop", "1112223334:abcdef");
  return (await receive(shop, "maria", ["Maria", "Lopez"], "Do you deliver on Fridays?", 12)).conversation;
}

async function conversationPage(look?: Look, language = "en"): Promise<Page> {
  const request = site.portal.appRequest();
  const page = await open(
    { ...request, url: request.url.replace("LANG=en", `LANG=${language}`) },
    "/placements/workplace",
    {},
    look,
  );
  await page.getByRole("button", { name: /Maria Lopez/ }).click();
  await page.getByRole("log").getByText("Do you deliver on Fridays?").waitFor();
  return page;
}

const colleagueWrites = async (conversation: string, text: string) => {
  await site.store.notes.add(site.memberId, {
    ...{ conversation: conversationId(conversation), authorId: "7", clientId: randomUUID(), text, mentions: [] },
  });
  site.news.ofConversation(site.memberId, conversationId(conversation));
};
const said = async (conversation: string) =>
  (await site.api(await site.sessionOf(1), "GET", `/conversations/${conversation}/messages`))
    .json<{ readonly text: string }[]>()
    .map(({ text }) => text);

test("a note is written for a colleague, who is told, and the customer gets nothing of it", async () => {
  const conversation = await customer();
  const page = await conversationPage();
  const log = page.getByRole("log");
  await page.getByRole("button", { name: "Note", exact: true }).click();
  const input = page.getByRole("textbox", { name: "Note for colleagues" });
  await input.pressSequentially("@bor");
  await page.getByRole("option", { name: /Boris Berg/ }).waitFor();
  await inspect(page, "note-mention");
  await page.keyboard.press("Enter");
  await input.pressSequentially("please call her about the oak table");
  expect(await input.inputValue()).toBe("@Boris Berg please call her about the oak table");
  await page.keyboard.press("Enter");
  await log.getByText("please call her about the oak table").waitFor();
  expect(await input.inputValue()).toBe("");
  await until(() => site.portal.portal.notifications.some(({ userId }) => userId === 7), WITHIN_MS, "the notification");

  await colleagueWrites(conversation, "She called, all is well.");
  await log.getByText("She called, all is well.").waitFor({ timeout: LIVE_MS });
  await inspect(page, "notes");

  await log.getByRole("button", { name: "Edit the note" }).click();
  expect(await input.inputValue()).toContain("oak table");
  await input.fill("@Boris Berg please call her");
  await page.keyboard.press("Enter");
  await log.getByText("Edited").waitFor();
  await log
    .getByRole("listitem")
    .filter({ hasText: "please call her" })
    .getByRole("button", { name: "Delete the note" })
    .click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await log.getByText("please call her").waitFor({ state: "detached" });
  expect(await said(conversation)).toEqual(["Do you deliver on Fridays?"]);
  // A note that was begun outlives the page, and is never taken for a message.
  await input.pressSequentially("half a thought");
  await page.reload();
  await page.getByRole("button", { name: /Maria Lopez/ }).click();
  expect(await page.getByRole("textbox", { name: "Message" }).inputValue()).toBe("");
  await page.getByRole("button", { name: "Note", exact: true }).click();
  expect(await input.inputValue()).toBe("half a thought");
});

test("a canned reply is written, found by its beginning and sent with the keyboard alone", async () => {
  const conversation = await customer();
  await site.store.cannedReplies.put(site.memberId, {
    ...{ id: cannedReplyId(randomUUID()), shortcut: "hours", text: "We are open 9 to 18.", changedBy: "1" },
  });
  const page = await conversationPage();
  const input = page.getByRole("textbox", { name: "Message" });
  await input.focus();
  await page.keyboard.type("/");
  await page.getByRole("option", { name: "/hours We are open" }).waitFor();
  // The last row is where replies are kept.
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Add one of my own" }).click();
  await dialog.getByLabel("Shortcut").fill("/hello");
  await dialog.getByLabel("Text", { exact: true }).fill("Hello {name}, this is {agent} of {company}.");
  await inspect(page, "canned-form");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByText("/hello").waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  expect(await input.inputValue()).toBe("");

  await page.keyboard.type("/h");
  await page.getByRole("option", { name: /hello/ }).waitFor();
  await inspect(page, "canned-list");
  await page.keyboard.press("Escape");
  await page.getByRole("listbox").waitFor({ state: "detached" });
  await page.keyboard.type("el");
  expect(await page.getByRole("listbox").count()).toBe(0);
  for (let letters = 0; letters < 4; letters += 1) await page.keyboard.press("Backspace");
  await page.keyboard.type("/hel");
  await page.getByRole("option", { name: /hello/ }).waitFor();
  await page.keyboard.press("Tab");
  await expect.poll(() => input.inputValue()).toBe("Hello Maria Lopez, this is Ada Admin of Ellis & Sons.");
  await page.keyboard.press("Enter");
  await page.getByRole("log").getByText("this is Ada Admin").waitFor();
  await until(async () => (await said(conversation)).length === 2, WITHIN_MS, "the message");
});

test("replies for everybody are kept on the settings page, and a deleted one comes back", async () => {
  const page = await settings();
  const card = page.getByRole("region", { name: "Canned replies" });
  await card.getByRole("button", { name: "Add one for everybody" }).click();
  await card.getByLabel("Shortcut").fill("pay");
  await card.getByLabel("Text", { exact: true }).fill("You can pay by card or in cash.");
  await card.getByRole("button", { name: "Save" }).click();
  await card.getByText("/pay").waitFor();
  await card.getByRole("button", { name: "Delete /pay" }).click();
  await card.getByText("/pay is deleted.").waitFor();
  await card.getByRole("button", { name: "Undo" }).click();
  await card.getByRole("button", { name: "Change /pay" }).waitFor();
  await inspect(page, "canned-settings");
});

test("replies lie in folders: put there by keyboard and by mouse, found by their names, and a folder asks before it goes", async () => {
  await customer();
  for (const shortcut of ["card", "cash", "parking"])
    await site.store.cannedReplies.put(site.memberId, {
      ...{ id: cannedReplyId(randomUUID()), shortcut, text: `How it is with ${shortcut}.`, changedBy: "1" },
    });
  const page = await settings();
  const card = page.getByRole("region", { name: "Canned replies" });
  await card.getByRole("button", { name: "New folder" }).click();
  await page.keyboard.type("Payments");
  await inspect(page, "canned-folder-form");
  await page.keyboard.press("Enter");
  const folder = card.getByRole("region", { name: "Payments", exact: true });
  await folder.getByText("Nothing lies here yet").waitFor();

  await card.getByRole("button", { name: "Put /card into another folder" }).press("Enter");
  await page.getByRole("menuitem", { name: "Payments" }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await card.getByText("/card lies in Payments now.").waitFor();
  await folder.getByText("How it is with card.").waitFor();
  await card.getByText("How it is with cash.").dragTo(folder.getByRole("button", { name: /Payments/, expanded: true }));
  await folder.getByText("How it is with cash.").waitFor();
  await card.getByRole("button", { name: "Undo" }).click();
  await card.getByRole("region", { name: "In no folder" }).getByText("How it is with cash.").waitFor();
  await card.getByRole("button", { name: "Change /cash" }).click();
  await card.getByRole("button", { name: "Folder: In no folder" }).click();
  await page.getByRole("menuitem", { name: "Payments" }).click();
  await card.getByRole("button", { name: "Save" }).click();
  await folder.getByText("How it is with cash.").waitFor();

  await card.getByRole("searchbox").fill("payments");
  await card.getByText("parking").waitFor({ state: "detached" });
  await card.getByRole("searchbox").fill("");
  await folder.getByRole("button", { name: "Delete the folder Payments" }).click();
  await folder.getByText("2 replies lie in this folder.").waitFor();
  await inspect(page, "canned-folder-asks");
  await folder.getByRole("button", { name: "Delete, too" }).click();
  await card.getByText("The folder Payments is deleted.").waitFor();
  expect(await card.getByText("How it is with c").count()).toBe(0);
  await card.getByRole("button", { name: "Undo" }).click();
  await folder.getByText("How it is with cash.").waitFor();
  await folder.getByText("How it is with card.").waitFor();

  await inAllLooks("canned-folders", settings, async (seen) => {
    const region = seen.getByRole("region", { name: "Canned replies" });
    await region.getByText("How it is with cash.").waitFor();
    await region.scrollIntoViewIfNeeded();
  });
  await inAllLooks("canned-picker", conversationPage, async (seen) => {
    await seen.getByRole("textbox", { name: "Message" }).focus();
    await seen.keyboard.type("/");
    await seen.getByRole("group", { name: "Payments" }).getByRole("option", { name: "/cash" }).waitFor();
    await seen.keyboard.type("paym");
    await seen.getByRole("option", { name: /cash Payments/ }).waitFor();
    await seen.keyboard.press("Backspace");
    for (let letters = 0; letters < 3; letters += 1) await seen.keyboard.press("Backspace");
    await seen.getByRole("group", { name: "Payments" }).waitFor();
  });
  const inDialog = await conversationPage(LOOKS.narrow, "ru");
  await inDialog.getByRole("textbox").last().focus();
  await inDialog.keyboard.type("/");
  await inDialog.getByRole("option", { name: /^\/cash/ }).waitFor();
  await inDialog.keyboard.press("ArrowUp");
  await inDialog.keyboard.press("Enter");
  await inDialog.getByRole("dialog").getByRole("region", { name: "Payments" }).waitFor();
  await inspect(inDialog, "canned-dialog-ru");
});

test("a voice message is recorded, listened to and sent as one, and it is said why where nothing can be recorded", async () => {
  const body = { channel: "voices", name: "Voices", credentials: { token: "1234567890" } };
  const { id } = (await site.api(await site.sessionOf(1), "POST", "/accounts", body)).json<{ id: string }>();
  const { conversation } = await receive(id, "maria", ["Maria", "Lopez"], "Do you deliver on Fridays?", 12);
  const page = await conversationPage();
  // Links to files are made for the public address, which is not where this page stands.
  await page.route(/\/messages(\?|$)/, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replaceAll("http://threadline.test/", `${base}/`);
    await route.fulfill({ response: answer, body });
  });
  const record = page.getByRole("button", { name: "Record a voice message" });
  await record.click();
  const stop = page.getByRole("button", { name: "Stop recording" });
  await page.getByRole("timer").filter({ hasText: "0:01" }).waitFor();
  await inspect(page, "voice-recording");
  await stop.click();
  await page.getByLabel("Listen to the recording").waitFor();
  await inspect(page, "voice-recorded");
  // A whole file, which the browser itself reads again.
  await expect.poll(() => page.evaluate("document.querySelector('form audio').duration")).toBeGreaterThan(0.8);
  await page.getByRole("button", { name: "Send the voice message" }).click();
  await page.getByRole("log").locator("audio").waitFor();
  const thread = await site.api(await site.sessionOf(1), "GET", `/conversations/${conversation}/messages`);
  expect(thread.json<object[]>().at(-1)).toMatchObject({
    text: "",
    attachments: [
      { kind: "voice", mime: expect.stringContaining("ogg"), name: expect.stringMatching(/^voice-[\d-]+\.oga$/) },
    ],
  });

  for (const [error, sentence] of [
    ["NotAllowedError", "The microphone is not allowed."],
    ["NotFoundError", "No microphone was found."],
  ] as const) {
    await page.evaluate((name) => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", name));
    }, error);
    await record.click();
    await page.getByText(sentence).waitFor();
    await page.getByRole("group", { name: "Voice message" }).getByRole("button", { name: "Close" }).click();
  }
  await page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotAllowedError"));
    Object.defineProperty(document, "featurePolicy", { value: { allowsFeature: () => false } });
  });
  await record.click();
  await page.getByText("Bitrix24 does not hand the microphone on to this page.").waitFor();
  await inspect(page, "voice-elsewhere");
});

test("notes stand well in light, dark and narrow, and in Russian and Spanish", async () => {
  const conversation = await customer();
  await colleagueWrites(conversation, "She is a regular customer: please be quick, and mind the discount of last May.");
  const show = async (page: Page) => {
    await page.getByRole("log").getByText("regular customer").waitFor();
    await page.getByRole("button", { name: /^(Note|Заметка|Nota)$/ }).click();
    await page.getByRole("textbox", { name: /Note for|Заметка для|Nota para/ }).fill("Thanks");
  };
  await inAllLooks("note", (look) => conversationPage(look), show);
  for (const language of ["ru", "es"]) {
    const page = await conversationPage(LOOKS.narrow, language);
    await show(page);
    await inspect(page, `note-${language}`);
  }
});
