import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ChannelEvent } from "../../src/channels/contract/events.ts";
import type { Content } from "../../src/domain/message.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { toBbcode } from "../../src/portal/bbcode.ts";
import { Relay } from "./harness.ts";

/** Everything that a customer's message can be, as the portal shows it. */
let relay: Relay;
let who: string;
let people = 0;
beforeAll(async () => {
  relay = await Relay.start({ toBBCode: toBbcode });
});
beforeEach(() => {
  people += 1;
  who = `guest-${people}`;
  relay.emulator.faults.clear();
  relay.emulator.requests.clear();
  relay.resetClock();
});
afterAll(() => relay.stop());

const METHOD = "imconnector.send.messages";
const content = (text: string, more: Partial<Content> = {}): Content => ({
  body: plainText(text),
  attachments: [],
  ...more,
});
const customer = () => ({ externalId: who, name: "Maria" });
const accept = (event: Omit<ChannelEvent, "at" | "chatId"> & { readonly chatId?: string }) =>
  relay.acceptor().accept(relay.account, [{ chatId: who, at: relay.deps.now(), ...event } as ChannelEvent]);

describe("reactions of the customer", () => {
  let counter = 0;
  const react = (externalId: string, emoji: string) => {
    counter += 1;
    return accept({ kind: "reaction", key: `r${counter}`, customer: customer(), externalId, emoji } as never);
  };

  it("stand in the line as words, on messages of either side; taken back, they say nothing and end well", async () => {
    const conversation = await relay.customerWrites(who, "shall we meet on Friday?", { externalId: `${who}-1` });
    await relay.run("in", conversation);
    const chat = (await relay.store.conversations.find(relay.portal, conversation))?.imChatId ?? "";
    const { id } = relay.emulator.portal().operatorWrites(Number(chat), { text: "Friday it is", userId: 5 });
    await relay.operatorDoes({
      kind: "message",
      chatId: conversation,
      imChatId: chat,
      imMessageId: String(id),
      authorId: "5",
      content: content("Friday it is"),
    });
    relay.channel.answers = [{ kind: "sent", externalIds: [`${who}-out`, `${who}-out-2`] }];
    await relay.run("out", conversation);
    await react(`${who}-1`, "👍");
    await react(`${who}-out-2`, "❤");
    await react(`${who}-1`, "");
    await react("never seen", "👍");
    await relay.run("in", conversation);
    expect(relay.shown(who)).toEqual([
      "shall we meet on Friday?",
      '👍 to "shall we meet on Friday?"',
      '❤ to "Friday it is"',
    ]);
    expect((await relay.states(conversation)).slice(2)).toEqual([
      "in reaction sent: 👍",
      "in reaction sent: ❤",
      "in reaction sent: ",
    ]);
    expect(relay.emulator.requests.entries({ method: METHOD })).toHaveLength(2);
  });

  it("are not repeated when the call that carried one was lost: the history tells", async () => {
    const conversation = await relay.customerWrites(who, "first", { externalId: `${who}-1` });
    await relay.run("in", conversation);
    await react(`${who}-1`, "🎉");
    relay.emulator.faults.add({ kind: "drop-after", method: METHOD, times: 1 });
    await relay.run("in", conversation);
    relay.advance(2_000);
    expect(await relay.run("in", conversation)).toEqual({ kind: "idle" });
    relay.emulator.faults.add({ kind: "drop-after", method: METHOD, times: 1 });
    await relay.customerWrites(who, "second");
    await relay.run("in", conversation);
    relay.advance(2_000);
    await relay.run("in", conversation);
    expect(relay.shown(who)).toEqual(["first", '🎉 to "first"', "second"]);
    expect(await relay.states(conversation)).toEqual(["in sent: first", "in reaction sent: 🎉", "in sent: second"]);
  });
});

describe("what a message carries", () => {
  const shows = async (text: string, more: Partial<Content>, event: object = {}) => {
    const conversation = await relay.customerWrites(who, "", { content: content(text, more), ...event });
    await relay.run("in", conversation);
    return relay.shown(who).at(-1);
  };

  it("places, with a link to a map", async () => {
    expect(
      await shows("here", {
        place: { latitude: 55.75, longitude: -37.61, title: "Caf\u00e9 [b]", address: "Main St 1" },
      }),
    ).toBe("here\n📍 Caf\u00e9 [\u2060b]\nMain St 1\nhttps://www.google.com/maps/search/?api=1&query=55.75%2C-37.61");
    expect(await shows("", { place: { latitude: 1, longitude: 2 } })).toBe(
      "📍\nhttps://www.google.com/maps/search/?api=1&query=1%2C2",
    );
  });

  it("contact cards, whose numbers are not the customer's", async () => {
    const owners = (phone: string) => {
      const { crm } = relay.emulator.portal().portal;
      return [1, 3, 4].flatMap((type) => crm.findByContact(type, "PHONE", phone)).length;
    };
    const card = { name: "Bob [b]", phones: ["+15550001234"], emails: ["bob@example.com"] };
    expect(await shows("", { contacts: [card, { name: "", phones: ["+1"], emails: [] }] })).toBe(
      "👤 Bob [\u2060b]\n+15550001234\nbob@example.com\n👤 A contact\n+1",
    );
    await shows("my own is +15550009876", {});
    expect([owners("+15550001234"), owners("+15550009876")]).toEqual([0, 1]);
  });

  it("the mark of a forwarded message, a notice of the messenger, both escaped", async () => {
    expect(await shows("the words", { forwarded: { from: "Ann [b]" } })).toBe(
      "[i]Forwarded from Ann [\u2060b]:[/i]\nthe words",
    );
    expect(await shows("the words", { forwarded: {} })).toBe("[i]Forwarded:[/i]\nthe words");
    expect(await shows("Missed call", { notice: "call-missed" })).toBe("[i]Missed call[/i]");
  });

  it("what was written from the phone says so, and is no word of the customer's", async () => {
    expect(await shows("I am on my way", {}, { fromDevice: true })).toBe("[b]From the phone:[/b]\nI am on my way");
    const conversation = await relay.store.conversations.findByExternalChat(relay.account.id, who);
    expect(conversation).not.toHaveProperty("lastInboundAt");
    const [row] = await relay.store.messages.journal(relay.portal, {
      ...(conversation && { conversation: conversation.id }),
      limit: 1,
    });
    expect(row).toMatchObject({ direction: "in", origin: { by: "device" }, state: "sent" });
    await shows("thanks", {});
    expect(await relay.store.conversations.findByExternalChat(relay.account.id, who)).toHaveProperty("lastInboundAt");
  });

  it("albums of two people in a group are two", async () => {
    const photo = (by: string) => ({
      album: "same",
      group: true,
      customer: { externalId: who, name: "Club" },
      content: content(`by ${by}`, { author: { externalId: `${who}-${by}`, name: by } }),
    });
    await relay.customerWrites(who, "", photo("Ann"));
    const conversation = await relay.customerWrites(who, "", photo("Bob"));
    relay.advance(1_000);
    await relay.run("in", conversation);
    expect(inGroup().map((message) => message.text)).toEqual(["by Ann", "by Bob"]);
  });
});

/** The chat of this test's group, as the portal has it. */
function groupChat() {
  const { portal } = relay.emulator.portal();
  return [...portal.chats.values()].filter(
    (chat) => chat.connector === "threadline_fake_group" && chat.externalUserId.startsWith(who),
  );
}

function inGroup() {
  const { portal } = relay.emulator.portal();
  return groupChat().flatMap((chat) =>
    chat.messageIds.flatMap((id) => {
      const message = portal.messages.get(id);
      return message
        ? [{ text: message.text, author: portal.users.get(message.authorId)?.name, deleted: message.deleted }]
        : [];
    }),
  );
}

describe("groups", () => {
  const says = (by: string, text: string, more: object = {}) =>
    relay.customerWrites(who, "", {
      group: true,
      customer: { externalId: who, name: "Chess club" },
      content: content(text, { author: { externalId: `${who}-${by}`, name: by } }),
      ...more,
    });

  it("are one chat of a connector of their own, under the group's name, each message by who wrote it", async () => {
    await says("Ann", "hello all");
    const conversation = await says("Bob", "hi Ann");
    await relay.run("in", conversation);
    expect(inGroup()).toEqual([
      { text: "hello all", author: "Ann", deleted: false },
      { text: "hi Ann", author: "Bob", deleted: false },
    ]);
    expect(groupChat()).toHaveLength(1);
    expect(groupChat()[0]?.title).toMatch(/^Chess club/);
    const alone = await relay.customerWrites(`${who}-alone`, "me alone");
    await relay.run("in", alone);
    expect(relay.shown(`${who}-alone`)).toEqual(["me alone"]);
    expect((await relay.store.conversations.find(relay.portal, conversation))?.portalUserId).toBeUndefined();
  });

  it("edits and deletions reach the message of the member who wrote it", async () => {
    await says("Ann", "helo", { externalId: `${who}-1` });
    const conversation = await says("Bob", "what?", { externalId: `${who}-2` });
    await relay.run("in", conversation);
    await accept({
      kind: "edit",
      key: `e-${who}`,
      customer: { externalId: `${who}-Ann`, name: "Ann" },
      externalId: `${who}-1`,
      content: content("hello"),
    } as never);
    await accept({ kind: "delete", key: `d-${who}`, externalId: `${who}-2` } as never);
    await relay.run("in", conversation);
    expect(inGroup()).toEqual([
      { text: "hello", author: "Ann", deleted: false },
      { text: "what?", author: "Bob", deleted: true },
    ]);
    expect((await relay.store.conversations.find(relay.portal, conversation))?.customer.name).toBe("Chess club");
  });

  it("a member's reaction is theirs", async () => {
    await says("Ann", "chess at eight", { externalId: `${who}-1` });
    const conversation = await says("Bob", "fine");
    await accept({
      kind: "reaction",
      key: `r-${who}`,
      customer: { externalId: `${who}-Eve`, name: "Eve" },
      externalId: `${who}-1`,
      emoji: "👍",
    } as never);
    await relay.run("in", conversation);
    expect(inGroup().at(-1)).toEqual({ text: '👍 to "chess at eight"', author: "Eve", deleted: false });
  });

  it("are answered, and the answer is reported on the group's connector", async () => {
    const conversation = await says("Ann", "anybody there?");
    await relay.run("in", conversation);
    const reported: string[] = [];
    const lines = relay.deps.portals.lines(relay.portal);
    const portals = {
      ...relay.deps.portals,
      lines: () => ({
        ...lines,
        reportDelivery: (...call: Parameters<typeof lines.reportDelivery>) => {
          reported.push(call[0].connector);
          return lines.reportDelivery(...call);
        },
      }),
    };
    const [chat] = groupChat();
    const { id } = relay.emulator.portal().operatorWrites(chat?.id ?? 0, { text: "yes", userId: 5 });
    await relay.operatorDoes({
      kind: "message",
      chatId: conversation,
      imChatId: String(chat?.id),
      imMessageId: String(id),
      authorId: "5",
      content: content("yes"),
    });
    await relay.run("out", conversation, { ...relay.deps, portals });
    expect(relay.channel.sent.at(-1)).toMatchObject({ chatId: who, text: "yes" });
    expect(relay.emulator.portal().portal.messages.get(id)).toMatchObject({ sending: false });
    expect(reported).toEqual(["threadline_fake_group"]);
  });
});
