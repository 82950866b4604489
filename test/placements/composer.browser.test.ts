import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { ChannelAdapter } from "../../src/channels/contract.ts";
import { fakeChannel } from "../handlers/support/fake-channel.ts";
import { ALL_PARTS } from "../support/parts.ts";
import { LOOKS } from "./support/open-pages.ts";
import { inAllLooks, inspect, type Look, open, receive, site, usePages } from "./support/pages.ts";

/** What an agent can write where a vendor lets a business answer for some hours only. Real browser, server, store. */
const { adapter } = fakeChannel("business", "WhatsApp");
const business: ChannelAdapter = {
  ...adapter,
  capabilities: {
    ...{ ...adapter.capabilities, templates: true, replyWindowHours: 24 },
    attachments: { ...adapter.capabilities.attachments, file: { maxBytes: 1_000_000 } },
    parts: { ...ALL_PARTS, template: { in: "impossible", out: "full" } },
  },
  templates: async () => ({
    kind: "listed",
    templates: [
      { name: "order_ready", language: "en", body: "Hello {{1}}, your order {{2}} is ready for collection.", gaps: 2 },
      { name: "price_list", language: "en", body: "Our new price list", gaps: 0, needs: "file" },
    ],
  }),
};
usePages([business]);

async function customer(minutesAgo: number): Promise<{ readonly conversation: string }> {
  const admin = await site.sessionOf(1);
  const body = { channel: "business", name: "Shop number", credentials: { token: "1234567890" } };
  const { id } = (await site.api(admin, "POST", "/accounts", body)).json<{ id: string }>();
  return receive(id, "maria", ["Maria", "Lopez"], "Is my order ready?", minutesAgo);
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
  await page.getByRole("log").getByText("Is my order ready?").waitFor();
  return page;
}

const stored = async (conversation: string) =>
  (await site.api(await site.sessionOf(1), "GET", `/conversations/${conversation}/messages`)).json<
    { readonly text: string; readonly template?: unknown }[]
  >();

test("a closed window is explained, and an approved text goes instead", async () => {
  const { conversation } = await customer(30 * 60);
  const page = await conversationPage();
  await page.getByText("more than 24 hours old").waitFor();
  expect(await page.getByRole("textbox", { name: "Message" }).count()).toBe(0);
  await page.getByRole("button", { name: "Use a template" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: /Order ready/ }).click();
  const send = dialog.getByRole("button", { name: "Send" });
  await dialog.getByLabel("Text for {{1}}").fill("Maria");
  expect(await send.isDisabled()).toBe(true);
  await dialog.getByLabel("Text for {{2}}").fill("2481");
  await dialog.getByText("Hello Maria, your order 2481 is ready for collection.").waitFor();
  await inspect(page, "template");
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("log").getByText("Template: order_ready").waitFor();
  expect((await stored(conversation)).at(-1)).toMatchObject({
    text: "Hello Maria, your order 2481 is ready for collection.",
    template: { name: "order_ready", language: "en", variables: ["Maria", "2481"] },
  });

  // One with a document at its top takes it along.
  await page.getByRole("button", { name: "Use a template" }).click();
  await dialog.getByRole("button", { name: /Price list/ }).click();
  await dialog.getByText("It needs a document at its top.").waitFor();
  expect(await send.isDisabled()).toBe(true);
  const file = { name: "prices.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4\n%%EOF\n") };
  await dialog.locator("input[type=file]").setInputFiles(file);
  await dialog.getByText("prices.pdf").waitFor();
  await inspect(page, "template-file");
  await send.click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("log").getByText("prices.pdf").waitFor();
  expect((await stored(conversation)).at(-1)).toMatchObject({
    ...{ text: "Our new price list", template: { name: "price_list", variables: [] } },
    attachments: [{ kind: "file", name: "prices.pdf" }],
  });
});

test("a window that is closed stands well in light, dark and narrow, and in Russian", async () => {
  await customer(30 * 60);
  await inAllLooks(
    "window-closed",
    (look) => conversationPage(look),
    (page) => page.getByText("more than 24 hours old").waitFor(),
  );
  const page = await conversationPage(LOOKS.narrow, "ru");
  await page.getByText("После последнего сообщения клиента прошло больше 24 ч.").waitFor();
  await inspect(page, "window-closed-ru");
});

test("an open window is told with its end, and the key that sends is remembered", async () => {
  const { conversation } = await customer(60);
  const page = await conversationPage();
  await page.getByText("You can answer freely until").waitFor();
  const input = page.getByRole("textbox", { name: "Message" });
  await page.getByRole("button", { name: "Enter sends, Shift+Enter begins a new line" }).click();
  await input.fill("It is,");
  await page.keyboard.press("Enter");
  await page.keyboard.type("come at any time.");
  expect(await input.inputValue()).toBe("It is,\ncome at any time.");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("log").getByText("come at any time.").waitFor();
  expect((await stored(conversation)).at(-1)?.text).toBe("It is,\ncome at any time.");
  await page.reload();
  await page.getByRole("button", { name: /Maria Lopez/ }).click();
  await page.getByRole("button", { name: "Ctrl+Enter sends, Enter begins a new line" }).waitFor();
});
