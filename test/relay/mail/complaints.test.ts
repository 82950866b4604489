/** Who is believed to have called a letter of ours spam, and what comes of it. */
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import type { Account } from "../../../src/domain/account.ts";
import type { Letter } from "../../../src/domain/letter.ts";
import type { Content } from "../../../src/domain/message.ts";
import { createLogger } from "../../../src/log/log.ts";
import { asksForNoMore, complainerOf } from "../../../src/relay/mail/complaints.ts";
import { createUnsubscribing, leftRefusal } from "../../../src/relay/mail/unsubscribing.ts";
import type { Store } from "../../../src/store/contract.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { accept, content, inbound, newAccount, place, reply, stored } from "../../contract/store-fixtures.ts";

const letter = (messageId: string, ...to: readonly string[]): Letter => ({
  ...{ messageId, subject: "Offer", from: { address: "sales@shop.test" }, cc: [], class: "human" },
  to: to.map((address) => ({ address })),
});

describe("a report", () => {
  test.each(["abuse", "opt-out", "opt-out-list"])("of %s asks for no more", (type) => {
    expect(asksForNoMore({ type, of: "<1@shop.test>", recipients: [] })).toBe(true);
  });

  test.each(["not-spam", "auth-failure", "fraud", "virus", "other", "dance"])("of %s does not", (type) => {
    expect(asksForNoMore({ type, of: "<1@shop.test>", recipients: [] })).toBe(false);
  });

  test("that names no letter does not", () => {
    expect(asksForNoMore({ type: "abuse", of: undefined, recipients: ["ann@c.example"] })).toBe(false);
  });
});

describe("who complained", () => {
  const one = letter("<1@shop.test>", "Ann@c.example");
  const two = { ...letter("<2@shop.test>", "ann@c.example"), cc: [{ address: "bob@c.example" }] };

  test.each([
    ["its only reader, whom the report does not name", [], one, "Ann@c.example"],
    [
      "its only reader, whose address was taken out",
      ["redacted@c.example", "x@redacted.invalid"],
      one,
      "Ann@c.example",
    ],
    ["the one whom it names, in whatever spelling", ["BOB+news@c.example"], two, "bob@c.example"],
    ["nobody, where it says of two readers no name", [], two, undefined],
    ["nobody, where it names both", ["ann@c.example", "bob@c.example"], two, undefined],
    ["nobody, where it names another than its only reader", ["victim@c.example"], one, undefined],
    ["nobody, where it names another than its readers", ["victim@c.example"], two, undefined],
  ])("is %s", (_what, recipients, about, who) => {
    expect(complainerOf({ recipients }, about)).toBe(who);
  });
});

describe("a complaint", () => {
  let store: Store;
  let clock = new Date("2026-11-29T10:00:00Z");
  let letters = 0;
  beforeAll(async () => {
    store = await openStore({ dataDir: "memory://", secretKey: "k".repeat(32), log: createLogger("silent") });
  });
  afterAll(() => store.close());

  const leaving = () =>
    createUnsubscribing({
      ...{ store, secretKey: "k".repeat(32), publicUrl: "https://app.test", now: () => clock },
      ...{ news: { ofConversation: () => undefined }, dispatcher: { wake: () => undefined } },
    });

  /** A letter of ours, sent; its Message-ID. */
  async function sent(account: Account, ...to: readonly string[]) {
    letters += 1;
    const id = `<Letter-${letters}@shop.test>`;
    const { conversation } = await accept(store, inbound(account, { chatId: `chat-${letters}` }));
    const made = { ...content("Our offer"), letter: letter(id, ...to) };
    const row = reply(account.portal, conversation, { content: made, sentAt: clock });
    const { message } = stored(await store.messages.acceptReply(row));
    await store.messages.finish([{ message, result: { state: "sent", externalIds: [id] } }]);
    return { id, conversation };
  }

  const offerTo = (address: string): Content => ({
    ...content("The next offer"),
    letter: { ...letter("<next@shop.test>", address), sending: { unsubscribe: { mailto: "sales@shop.test" } } },
  });
  const linesIn = async (account: Account, conversation: Awaited<ReturnType<typeof sent>>["conversation"]) =>
    (await store.threads.page(account.portal, { conversations: [conversation], limit: 50 }))
      .filter(({ content: { notice } }) => notice === "unsubscribed")
      .map(({ content: { body } }) => body.text);

  it("about a letter of ours stops such letters with the reason, and shows once, however often it is reported", async () => {
    const { portal, account } = await place(store);
    const { id, conversation } = await sent(account, "ann@c.example");
    expect(await leaving().byComplaint(portal, { type: "abuse", of: id, recipients: [] })).toBe(true);
    clock = new Date(clock.getTime() + 60_000);
    expect(await leaving().byComplaint(portal, { type: "abuse", of: id, recipients: ["ann@c.example"] })).toBe(true);
    expect(await store.unsubscriptions.among(portal, ["ann@c.example"])).toEqual([
      { address: "ann@c.example", at: new Date("2026-11-29T10:00:00Z"), how: "complaint" },
    ]);
    expect(await linesIn(account, conversation)).toEqual([
      "ann@c.example called a letter of ours spam, as their provider reports: no more letters made of templates go there.",
    ]);
    expect(await leftRefusal(store, portal, offerTo("Ann@c.example"))).toMatch(
      /^The customer complained to their provider on 2026-11-29: ann@c\.example called a letter of ours spam/,
    );
  });

  it("that is made up does nothing", async () => {
    const { portal, account } = await place(store);
    const { id } = await sent(account, "ann@c.example");
    const { account: foreign } = await place(store);
    const others = await sent(foreign, "ann@c.example");
    const forged = [
      { type: "abuse", of: "<made-up@shop.test>", recipients: ["ann@c.example"] },
      { type: "abuse", of: undefined, recipients: ["ann@c.example"] },
      { type: "abuse", of: id, recipients: ["victim@c.example"] },
      { type: "fraud", of: id, recipients: ["ann@c.example"] },
      { type: "abuse", of: others.id, recipients: ["ann@c.example"] },
    ];
    // What came, and only says that it is from us, was not sent by us.
    const came = { ...content("Hello"), letter: letter("<came@shop.test>", "ann@c.example") };
    const row = inbound(account, { content: came, externalId: "<came@shop.test>" });
    await accept(store, row);
    forged.push({ type: "abuse", of: "<came@shop.test>", recipients: ["ann@c.example"] });
    for (const report of forged) expect(await leaving().byComplaint(portal, report)).toBe(false);
    expect(await store.unsubscriptions.list(portal, { limit: 10 })).toEqual([]);
  });

  it("counts for a letter out of a Sent folder, by the index and whatever the box that hears of it", async () => {
    const { portal, account } = await place(store);
    const other = await newAccount(store, portal);
    const facts = {
      ...{ messageId: "From.Outlook@shop.test", references: [], relayed: false, direction: "out" as const },
      ...{ people: ["ann@c.example"], isReply: false, tokens: [], sender: "sales@shop.test" },
    };
    const kept = await store.mails.keep(portal, account.id, [{ folder: "Sent", uidValidity: 1, uid: 1, facts }]);
    const key = `letter:${kept?.mails[0]?.mail}`;
    const report = { type: "abuse", of: "<from.outlook@shop.test>", recipients: [] };
    // In the index alone it may be anybody's: in an inbox it would look the same.
    expect(await leaving().byComplaint(portal, report)).toBe(false);
    const made = { ...content("By hand"), letter: letter("<From.Outlook@shop.test>", "ann@c.example") };
    const { conversation } = await accept(
      store,
      inbound(account, { key, externalId: key, fromDevice: true, content: made }),
    );
    expect(await leaving().byComplaint(portal, report, other.id)).toBe(false);
    expect(await leaving().byComplaint(portal, report)).toBe(true);
    expect(await linesIn(account, conversation)).toHaveLength(1);
  });

  it("about a letter from before they asked for letters again says nothing new; about a later one it does", async () => {
    const { portal, account } = await place(store);
    const before = await sent(account, "ann@c.example");
    const report = { type: "abuse", of: before.id, recipients: [] };
    await leaving().byComplaint(portal, report);
    clock = new Date(clock.getTime() + 60_000);
    await leaving().end(portal, "7", { address: "ann@c.example" });
    clock = new Date(clock.getTime() + 60_000);
    expect(await leaving().byComplaint(portal, report)).toBe(false);
    expect(await leftRefusal(store, portal, offerTo("ann@c.example"))).toBeUndefined();
    const after = await sent(account, "ann@c.example");
    expect(await leaving().byComplaint(portal, { ...report, of: after.id })).toBe(true);
    expect(await leftRefusal(store, portal, offerTo("ann@c.example"))).toBeDefined();
  });
});
