import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { accountId, conversationId, mediaId } from "../../src/domain/ids.ts";
import type { Content } from "../../src/domain/message.ts";
import { plainText, type SpanKind } from "../../src/domain/rich-text.ts";
import { messageLink } from "../../src/relay/message-link.ts";
import { linkRequest } from "../emulators/portal/links.ts";
import { LOOKS } from "./support/open-pages.ts";
import {
  account,
  base,
  dealTab,
  ends,
  furnish,
  inAllLooks,
  inspect,
  type Look,
  open,
  receive,
  reply,
  site,
  usePages,
  workplace,
} from "./support/pages.ts";

usePages();

describe("conversations", () => {
  test("of the workplace: list and thread, in light, dark and narrow", async () => {
    await furnish();
    await inAllLooks("workplace", workplace, async (page) => {
      await page.getByRole("button", { name: /Maria Lopez/ }).click();
      await page.getByText("The driver will call you").waitFor();
    });
    const page = await workplace(LOOKS.narrow);
    await page.getByRole("button", { name: /Jonas Weber/ }).waitFor();
    await inspect(page, "workplace-narrow-list");
    await page.getByRole("button", { name: /Jonas Weber/ }).click();
    await page.getByText("The customer has blocked the bot").waitFor();
    await inspect(page, "workplace-narrow-thread");
  });

  test("a new message appears by itself", async () => {
    const { conversation } = await furnish();
    const page = await workplace();
    await page.getByRole("button", { name: /Maria Lopez/ }).click();
    await page.getByText("The driver will call you").waitFor();
    await reply(conversation, "One more thing", 0);
    await page.getByText("One more thing").waitFor({ timeout: 15_000 });
    expect(await page.getByText("The driver will call you").count()).toBe(1);
  });

  test("stay at the end while pictures load, and let go of a reader who scrolls away", async () => {
    const shop = await account("Shop bot", "1112223334:abcdef");
    for (let index = 0; index < 12; index += 1)
      await receive(shop, "maria", ["Maria", "Lopez"], `Message ${index}`, 60 - index);
    const picture: Content = {
      body: plainText("A picture whose size nobody told"),
      attachments: [
        { kind: "photo", source: { by: "media", id: mediaId(randomUUID()) }, name: "room.jpg", mime: "image/png" },
      ],
    };
    await receive(shop, "maria", ["Maria", "Lopez"], picture, 2);
    await receive(shop, "maria", ["Maria", "Lopez"], "The last one", 1);
    const page = await workplace();
    const { promise: shown, resolve: show } = Promise.withResolvers<void>();
    // Links of media name the public address, which is not this server's.
    await page.route("**/messages?*", async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ body: (await answer.text()).replaceAll("http://threadline.test/", `${base}/`) });
    });
    await page.route("**/media/*", async (route) => {
      await shown;
      await route.fulfill({
        contentType: "image/svg+xml",
        body: '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="280"/>',
      });
    });
    await page.getByRole("button", { name: /Maria Lopez/ }).click();
    const last = page.getByText("The last one");
    await last.waitFor();
    const log = page.getByRole("log");
    const fromEnd = () => log.evaluate((view) => Math.round(view.scrollHeight - view.scrollTop - view.clientHeight));
    const before = await log.evaluate((view) => view.scrollHeight);
    show();
    await expect.poll(async () => await log.evaluate((view) => view.scrollHeight)).toBeGreaterThan(before);
    await expect.poll(fromEnd).toBe(0);

    await log.evaluate((view) => view.scrollTo(0, 0));
    // It tells how many came meanwhile.
    const toEnd = page.getByRole("button", { name: /^(To the newest message|\d+ new messages?)$/ });
    await toEnd.waitFor();
    await receive(shop, "maria", ["Maria", "Lopez"], "Meanwhile", 0);
    await page.getByText("Meanwhile").waitFor({ timeout: 15_000 });
    expect(await log.evaluate((view) => view.scrollTop)).toBe(0);
    await toEnd.click();
    await expect.poll(fromEnd).toBe(0);
    await toEnd.waitFor({ state: "hidden" });

    // Nothing moves below a hand that is about to choose from a menu; when it is closed the end is followed again.
    const row = log.getByRole("listitem").filter({ hasText: "The last one" });
    await row.hover();
    await row.getByRole("button", { name: "What to do with this message" }).click();
    await page.getByRole("menuitem", { name: "Copy the text" }).waitFor();
    const stands = await row.boundingBox();
    for (const text of ["Something long\n".repeat(20), "And one more"])
      await receive(shop, "maria", ["Maria", "Lopez"], text, 0);
    await log.getByText("And one more").waitFor({ timeout: 15_000 });
    await expect.poll(fromEnd).toBeGreaterThan(100);
    expect(await row.boundingBox()).toEqual(stands);
    await page.keyboard.press("Escape");
    await expect.poll(fromEnd).toBe(0);
  });

  test("let a reader go on while colleagues' notes are still on their way, and stand to them when they come", async () => {
    const shop = await account("Shop bot", "1112223334:abcdef");
    const { conversation } = await receive(shop, "maria", ["Maria", "Lopez"], "Message 0", 60);
    for (let index = 1; index < 20; index += 1)
      await receive(shop, "maria", ["Maria", "Lopez"], `Message ${index}`, 60 - index);
    const note = {
      conversation: conversationId(conversation),
      clientId: randomUUID(),
      authorId: "5",
      text: "She is a regular",
      mentions: [],
    };
    await site.store.notes.add(site.memberId, note);
    const page = await workplace();
    const { promise: told, resolve: tell } = Promise.withResolvers<void>();
    await page.route("**/notes?*", async (route) => {
      await told;
      await route.continue();
    });
    await page.getByRole("button", { name: /Maria Lopez/ }).click();
    const log = page.getByRole("log");
    await log.getByText("Message 19").waitFor();
    const top = () => log.evaluate((view) => view.scrollTop);
    await expect.poll(top).toBeGreaterThan(100);
    await log.evaluate((view) => view.scrollTo(0, 0));
    await page.getByRole("button", { name: "To the newest message" }).waitFor();
    tell();
    await log.getByText("She is a regular").waitFor({ state: "attached" });
    expect(await top()).toBe(0);
  });

  test("leave the focus with a message's menu that was opened before the input came", async () => {
    await furnish();
    const { promise: told, resolve: tell } = Promise.withResolvers<void>();
    // Without its channel a conversation is read, not answered.
    const page = await workplace(LOOKS.light, (fresh) =>
      fresh.route("**/api/channels", async (route) => {
        await told;
        await route.continue();
      }),
    );
    await page.getByRole("button", { name: /Maria Lopez/ }).click();
    const row = page.getByRole("log").getByRole("listitem").filter({ hasText: "The driver will call you" });
    await row.hover();
    await row.getByRole("button", { name: "What to do with this message" }).click();
    await page.getByRole("menuitem", { name: "Copy the text" }).waitFor();
    expect(await page.getByRole("textbox", { name: "Message" }).count()).toBe(0);
    tell();
    await page.getByRole("textbox", { name: "Message" }).waitFor();
    await page.getByRole("menuitem", { name: "Copy the text" }).waitFor();
    expect(await page.evaluate("document.activeElement?.role")).toBe("menu");
  });

  test("show formatting and links, never HTML; a deleted message only as such", async () => {
    const shop = await account("Shop bot", "1112223334:abcdef");
    const text = "<b>not bold</b> bold https://shop.example/a?b=1. Call +34 600 123 456 or evil";
    const span = (kind: SpanKind, words: string, url?: string) => ({
      kind,
      start: text.lastIndexOf(words),
      end: text.lastIndexOf(words) + words.length,
      ...(url !== undefined && { url }),
    });
    const spans = [
      span("bold", "bold https://shop.example/a?b=1"),
      span("italic", "https://shop.example/a?b=1"),
      span("link", "evil", "javascript:alert(1)"),
    ];
    await receive(shop, "maria", ["Maria", "Lopez"], { body: { text, spans }, attachments: [] }, 5);
    const gone = await receive(shop, "maria", ["Maria", "Lopez"], "Forget what I said", 4);
    const row = await site.store.messages.find(site.memberId, gone.message);
    await site.store.messages.acceptInbound([
      {
        portal: site.memberId,
        account: accountId(shop),
        key: "gone",
        kind: "delete",
        chatId: "maria",
        customer: { externalId: "maria", name: "Maria" },
        externalId: row?.externalIds[0] ?? "",
        content: { body: plainText(""), attachments: [] },
        sentAt: new Date(),
        notBefore: new Date(),
      },
    ]);
    const page = await workplace();
    await page.getByRole("button", { name: /Maria Lopez/ }).click();
    const log = page.getByRole("log");
    await log.getByText("<b>not bold</b>").waitFor();
    expect(await log.locator("strong").textContent()).toBe("bold https://shop.example/a?b=1");
    const links = await log
      .locator("a")
      .evaluateAll((all) =>
        all.map((a) => [a.textContent, ...["href", "target", "rel"].map((name) => a.getAttribute(name))]),
      );
    const safe = ["_blank", "noopener noreferrer nofollow"];
    expect(links).toEqual([
      ["https://shop.example/a?b=1", "https://shop.example/a?b=1", ...safe],
      ["+34 600 123 456", "tel:+34600123456", ...safe],
    ]);
    await log.getByText("Message deleted").waitFor();
    expect(await log.getByText("Forget what I said").count()).toBe(0);
  });

  test("show a group's messages with all their parts, in light, dark and narrow", async () => {
    const shop = await account("Shop bot", "1112223334:abcdef");
    const ann = { externalId: "ann", name: "Ann", lastName: "Lee" };
    const now = new Date();
    let part = 0;
    const row = (content: Partial<Content>, more: object = {}) => {
      part += 1;
      return {
        portal: site.memberId,
        account: accountId(shop),
        key: `part-${part}`,
        kind: "message",
        chatId: "club",
        customer: { externalId: "club", name: "Chess club" },
        externalId: `part-${part}`,
        group: true,
        content: { body: plainText(""), attachments: [], author: ann, ...content },
        sentAt: now,
        notBefore: now,
        ...more,
      } as const;
    };
    const [first] = await site.store.messages.acceptInbound([
      row({ place: { latitude: 48.2, longitude: 16.37, title: "Club house", address: "Main St 1" } }),
      row({ contacts: [{ name: "Bob <b>", phones: ["+1 555 000 1234"], emails: ["bob@example.com"] }] }),
      row({ body: plainText("Tournament on Sunday"), forwarded: { from: "Dan" } }),
      row({ body: plainText("Eve joined the group"), notice: "joined" }),
      row({ body: plainText("I will be late") }, { fromDevice: true }),
      row({ body: plainText("👍") }, { kind: "reaction", externalId: "part-3" }),
    ]);
    if (first?.kind !== "stored") throw new Error("not stored");
    await site.store.messages.acceptReply({
      portal: site.memberId,
      conversation: first.conversation,
      kind: "message",
      originKey: "surface:parts",
      origin: { by: "surface", clientId: "parts", authorId: "1" },
      content: {
        body: plainText("Shall we count you in?"),
        attachments: [],
        template: { name: "invitation", language: "en", variables: [] },
        buttons: [
          [
            { kind: "reply", text: "Yes" },
            { kind: "link", text: "Evil", url: "javascript:alert(1)" },
            { kind: "link", text: "Rules", url: "https://club.example/rules" },
          ],
        ],
      },
      sentAt: now,
    });
    const show = async (look: Look) => {
      const page = await workplace(look);
      await page.getByRole("button", { name: /Chess club/ }).click();
      return page;
    };
    await inAllLooks("workplace-parts", show, async (page) => {
      const log = page.getByRole("log");
      await log.getByText("Club house").waitFor();
      expect(await log.locator("a").evaluateAll((all) => all.map((a) => a.getAttribute("href")))).toEqual([
        "https://www.google.com/maps/search/?api=1&query=48.2%2C16.37",
        "tel:+15550001234",
        "mailto:bob@example.com",
        "https://club.example/rules",
      ]);
      for (const words of ["Bob <b>", "Forwarded from Dan", "From the phone", "Template: invitation", "Evil"])
        await log.getByText(words, { exact: true }).waitFor();
      expect(await log.locator("p", { hasText: /^Ann Lee$/ }).count()).toBe(3);
      const late = log.locator("li", { hasText: "I will be late" });
      expect(await late.getAttribute("class")).toContain("items-end");
      const tournament = log.locator("li", { hasText: "Tournament on Sunday" });
      expect(await tournament.getByRole("list", { name: "Reactions" }).textContent()).toContain("👍");
      expect(await log.locator("li", { hasText: "Eve joined" }).getAttribute("class")).toContain("justify-center");
    });
  });

  test("of a card that has none say why", async () => {
    await inAllLooks("card-empty", dealTab, (page) => page.getByText("No conversations yet").waitFor());
  });
});

describe("a message that did not arrive", () => {
  test("is sent again from the thread, an uncertain one only after a question", async () => {
    await furnish();
    const page = await workplace();
    await page.getByRole("button", { name: /Jonas Weber/ }).click();
    const refused = page.getByRole("listitem").filter({ hasText: "Thank you, we will exchange it." });
    site.woken.length = 0;
    await refused.getByRole("button", { name: "Send again" }).click();
    await refused.getByText("Waiting").waitFor();
    expect(await refused.getByRole("button", { name: "Send again" }).count()).toBe(0);
    expect(site.woken.filter((lane) => lane.startsWith("out:"))).toHaveLength(1);
    await page.getByRole("button", { name: /Maria Lopez/ }).click();
    const doubtful = page.getByRole("listitem").filter({ hasText: "The driver will call you" });
    await doubtful.getByRole("button", { name: "Send again" }).click();
    await page.getByText("It may have arrived already.").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    expect(site.woken.filter((lane) => lane.startsWith("out:"))).toHaveLength(1);
    await doubtful.getByRole("button", { name: "Send again" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Send again" }).click();
    await doubtful.getByText("Waiting").waitFor();
    expect(site.woken.filter((lane) => lane.startsWith("out:"))).toHaveLength(2);
  });

  test("is where the notice's link leads, however far back, in light, dark and narrow", async () => {
    const { conversation } = await furnish();
    const lost = await reply(conversation, "The invoice is attached.", 200);
    await ends(lost, { state: "refused", error: "The customer has blocked the bot. Reach them another way." });
    for (let index = 0; index < 70; index += 1) await reply(conversation, `Later words ${index}`, 1);
    const { code } = site.emulator.application();
    await site.store.portals.update(site.memberId, { installation: { ok: true, problems: [], application: code } });
    const portal = await site.store.portals.find(site.memberId);
    const row = await site.store.messages.find(site.memberId, lost);
    const link = portal && row && messageLink(portal, row);
    site.portal.portal.placements.push({
      id: 1,
      clientId: site.emulator.application().clientId,
      placement: "REST_APP_URI",
      handler: "http://threadline.test/placements/workplace",
      title: "Message",
      description: "",
      langAll: {},
      options: {},
      userId: 0,
    });
    const follow = (look?: Look) => open(linkRequest(site.portal, link ?? ""), "/placements/workplace", {}, look);
    await inAllLooks("linked-message", follow, async (page) => {
      const shown = page.locator("[aria-current=true]").filter({ hasText: "The invoice is attached." });
      await shown.waitFor();
      await expect.poll(() => shown.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
      const seen = await shown.evaluate((element) => {
        const { top, bottom } = element.getBoundingClientRect();
        return top >= 0 && bottom <= (element.ownerDocument.defaultView?.innerHeight ?? 0);
      });
      expect(seen).toBe(true);
      // The page's own frame has not moved: its search or its heading is where it was.
      const heading = page.getByRole("heading", { name: "Maria Lopez" });
      expect(await heading.evaluate((element) => element.getBoundingClientRect().top)).toBeGreaterThan(12);
    });
    site.portal.portal.placements.pop();
  });

  test("is shown as the customer has it when a change of it was turned down", async () => {
    const { conversation } = await furnish();
    const offer = await reply(conversation, "The table costs 400.", 1);
    await ends(offer, { state: "sent", externalIds: ["77"] });
    const change = await site.store.messages.acceptReply({
      portal: site.memberId,
      conversation: conversationId(conversation),
      kind: "edit",
      target: offer,
      originKey: "im:offer:edit",
      origin: { by: "open-line", imMessageId: "offer", imChatId: "1" },
      content: { body: plainText("The table costs 450."), attachments: [] },
      sentAt: new Date(),
    });
    if (change.kind !== "stored") throw new Error("not stored");
    await ends(change.message, { state: "refused", error: "Messages older than 48 hours cannot be changed." });
    const show = async (look?: Look) => {
      const page = await workplace(look);
      await page.getByRole("button", { name: /Maria Lopez/ }).click();
      return page;
    };
    await inAllLooks("change-not-taken", show, (page) =>
      page.getByText("The customer still has the text above").waitFor(),
    );
    const page = await show();
    const row = page.getByRole("listitem").filter({ hasText: "The table costs 400." });
    await row.getByText("“The table costs 450.”").waitFor();
    expect(await row.getByText("Edited").count()).toBe(0);
    await row.getByRole("button", { name: "Try the change again" }).click();
    await page.getByText("The table costs 450.", { exact: true }).waitFor();
    await page.getByText("The customer still has the text above").waitFor({ state: "hidden" });
  });

  test("says so when the linked message is gone, and shows the rest", async () => {
    await furnish();
    const page = await open(site.portal.appRequest(), "/placements/workplace", {
      PLACEMENT: "REST_APP_URI",
      PLACEMENT_OPTIONS: JSON.stringify({ message: "0b0b0b0b-0000-4000-8000-000000000000" }),
    });
    await page.getByText("That message is not here any more").waitFor();
    await page.getByRole("button", { name: /Maria Lopez/ }).click();
    await page.getByText("The driver will call you").waitFor();
    expect(await page.locator("[data-message][aria-current=true]").count()).toBe(0);
  });
});
