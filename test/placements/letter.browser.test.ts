/** Letters in a conversation: what they are about, what is folded away, and how they were sent. */
import { Readable } from "node:stream";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { accountId, conversationId } from "../../src/domain/ids.ts";
import type { Letter } from "../../src/domain/letter.ts";
import type { Attachment } from "../../src/domain/message.ts";
import { fakeChannel } from "../handlers/support/fake-channel.ts";
import { ALL_PARTS } from "../support/parts.ts";
import { letterContent, maria, sales } from "./support/letters.ts";
import {
  account,
  base,
  inAllLooks,
  inspect,
  type Look,
  receive,
  settings,
  site,
  usePages,
  workplace,
} from "./support/pages.ts";

const { adapter } = fakeChannel("letters", "E-mail");
const files = { file: { maxBytes: 1_000_000 } };
const mail = { letters: true, attachments: files, parts: ALL_PARTS } as const;
usePages([
  {
    ...adapter,
    capabilities: { ...adapter.capabilities, ...mail, mayWriteFirst: true },
    findPerson: async (_account, { email = "" }) => ({
      kind: "found",
      chatId: email,
      customer: { externalId: email, email },
    }),
  },
]);

const HTML = `<html><head><title>Offer</title><style>p{color:red}</style></head><body>
<h2 style="color:#0a6">Our oak tables</h2><table cellpadding="6"><tr><td bgcolor="#eee">Large</td><td>€ 480</td></tr></table>
<p>See <a href="https://shop.example/tables">all tables</a>.</p><img src="https://shop.example/pixel.png" alt="Our shop">
<script>document.title = "gone"</script></body></html>`;

const letter = (shop: string, text: string, more?: Partial<Letter>, attachments?: readonly Attachment[]) =>
  receive(shop, "thread-1", ["Maria", "Lopez"], letterContent(text, more, attachments), 5);

async function keptHtml(): Promise<Attachment> {
  const kept = await site.shelf.keep({
    ...{ portal: site.memberId, stream: Readable.from([Buffer.from(HTML)]), name: "letter.html", maxBytes: 1_000_000 },
    claimedMime: "text/html",
  });
  if (kept.kind !== "kept") throw new Error("not kept");
  const { id, name, mime, size } = kept;
  await site.store.media.create({ id, name, mime, size, portal: site.memberId, message: await anyMessage() });
  return { kind: "file", role: "letter", name, size, source: { by: "media", id } };
}

/** A file belongs to a message that is there. */
async function anyMessage() {
  const shop = await account("Another shop", "9993334444:abcdef");
  return (await receive(shop, "somebody", ["Ada", "Moss"], "hello", 60)).message;
}

async function furnish(): Promise<void> {
  const form = await keptHtml();
  const shop = await account("Ellis & Sons shop", "1112223334:abcdef", "1");
  await letter(shop, "Is the oak table still there?", {
    cc: [{ address: "boss@example.com" }],
    folded: "On Monday Ellis & Sons wrote:\n> It costs 480.",
  });
  await letter(shop, "Our oak tables\nLarge € 480", { class: "newsletter", subject: "" }, [form]);
  await letter(shop, "I am away until Monday.", { class: "out-of-office", subject: "Automatic reply: The oak table" });
  await letter(shop, "The address is unknown.", {
    class: "bounce-hard",
    failed: { recipients: ["old@example.com"], why: "550 5.1.1 User unknown" },
  });
}

async function opened(look?: Look): Promise<Page> {
  const page = await workplace(look);
  await page.getByRole("navigation").getByRole("button", { name: /Maria/ }).click();
  await page.getByRole("log").getByText("Is the oak table still there?").waitFor();
  return page;
}

test("a letter says what it is about, folds quotes away, and shows its own form without telling its sender", async () => {
  await furnish();
  const page = await opened();
  const log = page.getByRole("log");
  const first = log.locator("[data-message]").filter({ hasText: "Is the oak table still there?" });
  await first.getByText("The oak table", { exact: true }).waitFor();
  expect(await first.getByText("boss@example.com").isVisible()).toBe(false);
  await first.getByText("Maria Lopez <maria@example.com>").first().click();
  expect(await first.getByText("boss@example.com").isVisible()).toBe(true);
  expect(await first.getByText("It costs 480.").isVisible()).toBe(false);
  await first.getByText("Quoted text").click();
  expect(await first.getByText("It costs 480.").isVisible()).toBe(true);

  await log.getByText("Out of office").waitFor();
  await log.getByText("Not delivered to: old@example.com").waitFor();
  const offer = log.locator("[data-message]").filter({ hasText: "Newsletter" });
  await offer.getByRole("button", { name: "As it was sent" }).click();
  const frame = offer.frameLocator("iframe");
  await frame.getByRole("heading", { name: "Our oak tables" }).waitFor();
  expect(await frame.locator("script, style:not(head style), title").count()).toBe(0);
  expect(await frame.getByRole("link", { name: "all tables" }).getAttribute("target")).toBe("_blank");
  await expect
    .poll(() => offer.locator("iframe").evaluate((element) => (element as { clientHeight: number }).clientHeight))
    .toBeGreaterThan(80);
  await offer.getByText("Pictures from elsewhere are not shown").waitFor();
  await offer.getByRole("button", { name: "Only its words" }).click();
  await offer.locator("iframe").waitFor({ state: "detached" });
});

test("a thread that goes on in another mailbox says so on both sides, and leads there and back", async () => {
  const [sold, helped] = [
    await account("sales@ellis.example", "1112223335:abcdef", undefined, "letters"),
    await account("help@ellis.example", "1112223336:abcdef", undefined, "letters"),
  ];
  await receive(sold, "thread-9", ["Maria", "Lopez"], letterContent("Where is my table?"), 30);
  await receive(helped, "thread-9", ["Boris", "Stein"], letterContent("I am her husband: the leg is broken."), 5);
  await inAllLooks(
    "thread-elsewhere",
    async (look) => {
      const page = await workplace(look);
      await page.getByRole("navigation").getByRole("button", { name: /Maria/ }).click();
      return page;
    },
    async (page) => {
      await page.getByText("This thread goes on in help@ellis.example, with Boris Stein.").waitFor();
    },
  );
  const page = await workplace();
  await page.getByRole("navigation").getByRole("button", { name: /Maria/ }).click();
  await page.getByRole("button", { name: "Show it in help@ellis.example" }).click();
  await page.getByRole("log").getByText("the leg is broken").waitFor();
  await page.getByText("This thread began in sales@ellis.example, with Maria Lopez.").waitFor();
  await page.getByRole("button", { name: "Show it in sales@ellis.example" }).press("Enter");
  await page.getByRole("log").getByText("Where is my table?").waitFor();
});

test("it looks well in every look", async () => {
  await furnish();
  await inAllLooks("letters", opened, async (page) => {
    const offer = page.locator("[data-message]").filter({ hasText: "Newsletter" });
    await offer.getByRole("button", { name: "As it was sent" }).click();
    await offer.frameLocator("iframe").getByRole("heading", { name: "Our oak tables" }).waitFor();
  });
});

test("an answer is a letter: recipients, a subject, and a time of its own", async () => {
  const shop = await account("sales@ellis.example", "1112223334:abcdef", undefined, "letters");
  await site.store.accounts.update(site.memberId, accountId(shop), {
    settings: { address: sales.address, tracked: true },
  });
  const { conversation } = await letter(shop, "Is the oak table still there?", {
    cc: [{ address: "boss@example.com" }],
  });
  const page = await opened();
  const envelope = page.getByRole("group", { name: "Whom the letter goes to" });
  await envelope.getByText("To: Maria Lopez <maria@example.com> · Re: The oak table").waitFor();
  const box = page.getByRole("textbox", { name: "Message", exact: true });
  await box.fill("It is.");
  await box.press("Enter");
  const written = async () =>
    (
      await site.store.messages.journal(site.memberId, {
        conversation: conversationId(conversation),
        after: 0,
        limit: 9,
      })
    )
      .filter(({ direction }) => direction === "out")
      .map(({ content }) => content.letter);
  await expect.poll(written).toMatchObject([{ subject: "Re: The oak table", to: [maria] }]);

  const answer = page.getByRole("log").locator("[data-message]").filter({ hasText: "It is." });
  await answer.getByText("Not opened yet, as far as can be seen").waitFor();
  await envelope.getByRole("button", { name: /You are told when it is opened/ }).waitFor();

  await envelope.getByRole("button").click();
  await envelope.getByLabel("Bcc").fill("archive@ellis");
  await box.fill("And another one.");
  await box.press("Enter");
  await page.getByText("“archive@ellis” is no e-mail address").waitFor();
  await envelope.getByLabel("Bcc").fill("Archive <archive@ellis.example>");
  await envelope.getByLabel("Subject").fill("Two oak tables");
  await envelope.getByRole("switch", { name: "Tell me when it is opened" }).uncheck();
  await envelope.getByRole("button", { name: "My signature" }).click();
  const signature = page.getByRole("dialog", { name: "Your signature" });
  await signature.getByLabel("What stands below your letters").fill("{{ agent.name");
  await signature.getByText("It cannot be read").waitFor();
  await signature.getByLabel("What stands below your letters").fill("Best regards,\n");
  await signature.getByRole("button", { name: "your name" }).click();
  await signature.getByRole("region", { name: "So it reads" }).getByText("Best regards,\nAda Admin").waitFor();
  await inspect(page, "letter-signature");
  await signature.getByRole("button", { name: "Save" }).click();
  await signature.waitFor({ state: "detached" });
  await envelope.getByLabel("Signature").waitFor();
  await inspect(page, "letter-writing");
  await box.press("Enter");
  await expect
    .poll(async () => (await written()).at(-1))
    .toMatchObject({
      ...{ subject: "Two oak tables", bcc: [{ address: "archive@ellis.example", name: "Archive" }] },
      sending: { signature: "Best regards,\nAda Admin" },
    });
  expect((await written()).at(-1)?.sending?.tracked).toBeUndefined();
  await expect.poll(() => envelope.getByLabel("Bcc").isVisible()).toBe(false);

  await box.fill("See you on Monday.");
  await page
    .locator('input[type="file"]')
    .setInputFiles({ name: "offer.txt", mimeType: "text/plain", buffer: Buffer.from("480") });
  await page.getByRole("list", { name: "Files to be sent" }).getByText("offer.txt").waitFor();
  await page.getByRole("button", { name: "Send later" }).click();
  await page.getByRole("menuitem", { name: "Tomorrow, at 9:00" }).click();
  const later = page.getByRole("region", { name: "To be sent later" });
  await later.getByText("See you on Monday.").waitFor();
  expect(await box.inputValue()).toBe("");
  await inspect(page, "letter-later");
  await later.getByRole("button", { name: "Take back and change" }).click();
  await later.waitFor({ state: "detached" });
  expect(await box.inputValue()).toBe("See you on Monday.");
  expect(await written()).toHaveLength(2);
  await page.getByRole("list", { name: "Files to be sent" }).getByText("offer.txt").waitFor();
  await box.press("Enter");
  await expect.poll(written).toHaveLength(3);
  const [last] = await site.store.messages.journal(site.memberId, {
    ...{ conversation: conversationId(conversation), before: Number.MAX_SAFE_INTEGER, limit: 1 },
  });
  expect(last?.content.attachments).toMatchObject([{ name: "offer.txt", size: 3 }]);
});

test("who wants no letters made of templates is told before one is sent, noted, listed, and written to again", async () => {
  const shop = await account("sales@ellis.example", "1112223334:abcdef", undefined, "letters");
  await site.store.accounts.update(site.memberId, accountId(shop), { settings: { address: sales.address } });
  const session = await site.sessionOf(1);
  await site.api(session, "PUT", `/canned-replies/${crypto.randomUUID()}`, {
    ...{ own: false, shortcut: "offer", text: "Our oak tables are 20% off until Friday. {unsubscribe}" },
  });
  const { conversation } = await letter(shop, "Is the oak table still there?");
  const page = await opened();
  const envelope = page.getByRole("group", { name: "Whom the letter goes to" });
  const box = page.getByRole("textbox", { name: "Message", exact: true });

  await envelope.getByRole("button", { name: /Re: The oak table/ }).click();
  await envelope.getByRole("button", { name: "Note: wants none of these" }).click();
  const note = page.getByRole("dialog", { name: "No more letters made of templates?" });
  await inspect(page, "letter-note-left");
  await note.getByRole("button", { name: "Note it" }).click();
  await envelope.getByText("A personal letter may be written.").waitFor();
  await page.getByRole("log").getByText("maria@example.com wants no more letters made of templates.").waitFor();

  await box.fill("/offer");
  await box.press("Enter");
  await expect.poll(() => box.inputValue()).toBe("Our oak tables are 20% off until Friday. {unsubscribe}");
  expect(await envelope.getByLabel("Made of the template “offer”").isChecked()).toBe(true);
  await envelope.getByText("This letter would not be sent").waitFor();
  await inspect(page, "letter-left");
  await envelope.getByRole("button", { name: "Send it as a personal letter" }).click();
  expect(await envelope.getByLabel("Made of the template “offer”").isChecked()).toBe(false);
  await box.press("Enter");
  const sent = async () => {
    const rows = await site.store.messages.journal(site.memberId, {
      ...{ conversation: conversationId(conversation), after: 0, limit: 9 },
    });
    return rows.filter(({ direction }) => direction === "out").map(({ content }) => content);
  };
  await expect.poll(sent).toMatchObject([{ body: { text: "Our oak tables are 20% off until Friday." } }]);
  expect((await sent())[0]?.letter?.sending?.unsubscribe).toBeUndefined();

  await inAllLooks("left-customers", settings, async (shown) => {
    const card = shown.getByRole("region", { name: "Unsubscribed" });
    await card.getByText(/noted by Ada Admin/).waitFor();
    await card.scrollIntoViewIfNeeded();
  });
  const list = await settings();
  const card = list.getByRole("region", { name: "Unsubscribed" });
  await card.getByRole("button", { name: "Note an address" }).click();
  await card.getByLabel("E-mail address").fill("nobody");
  await card.getByRole("button", { name: "Note", exact: true }).click();
  await card.getByText("This is no e-mail address.").waitFor();
  await card.getByLabel("E-mail address").fill("ann@example.com");
  await card.getByRole("button", { name: "Note", exact: true }).click();
  await card.getByText("ann@example.com").waitFor();
  await card.getByRole("searchbox", { name: "Find an address" }).fill("maria");
  await card.getByText("ann@example.com").waitFor({ state: "detached" });
  await card.getByRole("button", { name: "Subscribe again… maria@example.com" }).click();
  const again = list.getByRole("dialog", { name: "Send this customer letters made of templates again?" });
  await inspect(list, "left-again");
  await again.getByRole("button", { name: "Subscribe again" }).click();
  await card.getByText("No address has these letters").waitFor();

  const path = `/conversations/${conversation}/messages`;
  const body = { clientId: crypto.randomUUID(), text: "480", letter: { template: "offer" } };
  expect((await site.api(session, "POST", path, body)).statusCode).toBe(202);
  const token = /unsubscribe%20([\w-]+)$/.exec((await sent()).at(-1)?.letter?.sending?.unsubscribe?.mailto ?? "")?.[1];
  // What its reader sees, by themselves and not in the portal.
  await list.goto(`${base}/u/${token}`);
  await inspect(list, "leaving");
  await list.getByRole("button", { name: "Unsubscribe" }).click();
  await list.getByRole("heading", { name: "You are unsubscribed" }).waitFor();
  await inspect(list, "left");
  await list.getByRole("button", { name: "I pressed this by mistake" }).click();
  await list.getByRole("heading", { name: "You are subscribed again" }).waitFor();
});

test("beside a chat: its stars, and what was said by e-mail", async () => {
  await account("sales@ellis.example", "1112223334:abcdef", undefined, "letters");
  for (const box of await site.store.accounts.list(site.memberId))
    await site.store.accounts.update(site.memberId, box.id, { settings: { address: sales.address } });
  const shop = accountId(await account("Ellis & Sons shop", "2223334445:abcdef"));
  await site.api(await site.sessionOf(1), "PUT", `/accounts/${shop}/own-line`, { enabled: true });
  const { conversation } = await receive(shop, "anna@example.com", ["Anna", "Kern"], "Do you deliver?", 9);
  const id = conversationId(conversation);
  await site.store.ownLines.decide(site.memberId, { account: shop, conversation: id }, () => ({
    ...{
      state: { own: { phase: "closed", session: 1 } },
      seenSeq: 1_000_000,
      outbox: [],
      dueAt: undefined,
      operator: "1",
    },
    ...{ holding: null, turns: [], ratings: [{ session: 1, operator: "1", stars: 4 }] },
    stand: { open: false, operator: null, accepted: false },
  }));
  site.news.ofConversation(site.memberId, id);

  const page = await workplace();
  const row = page.getByRole("navigation").getByRole("button", { name: /Anna/ });
  await row.getByText("4 of 5 stars").waitFor();
  await row.click();
  const ratings = page.getByRole("region", { name: "Ratings" });
  await ratings.getByText("4 of 5 stars").waitFor();
  await ratings.getByRole("button", { name: "Rate with 2 of 5" }).click();
  await ratings.getByRole("button", { name: "Rate with 2 of 5", pressed: true }).waitFor();
  await inspect(page, "beside-chat");
  await page.getByRole("button", { name: "Send transcript by e-mail" }).click();
  const dialog = page.getByRole("dialog", { name: "Send the transcript?" });
  await dialog.getByText("All that was said here goes to anna@example.com").waitFor();
  await inspect(page, "transcript");
  await dialog.getByRole("button", { name: "Send it" }).click();
  await page.getByText("The transcript was sent to anna@example.com.").waitFor();
});
