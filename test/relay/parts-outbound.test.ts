import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Capabilities, MessagePart } from "../../src/channels/contract/capabilities.ts";
import type { Content } from "../../src/domain/message.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { createInboundAcceptor } from "../../src/relay/accept-inbound.ts";
import { refusal } from "../../src/relay/capability-check.ts";
import { NO_PARTS } from "../support/parts.ts";
import { Relay } from "./harness.ts";

let relay: Relay;
let who: string;
let people = 0;
let all: Capabilities;
beforeAll(async () => {
  relay = await Relay.start();
  all = relay.channel.capabilities;
});
beforeEach(() => {
  people += 1;
  who = `client-${people}`;
  relay.emulator.faults.clear();
  relay.resetClock();
  relay.channel.capabilities = all;
  relay.channel.sent.length = 0;
  relay.channel.contents.length = 0;
  relay.channel.reacted.length = 0;
  relay.channel.answers = [];
});
afterAll(() => relay.stop());

const NOTIFY = "im.notify.system.add";
const notices = () => relay.emulator.portal().portal.notifications.map((notice) => notice.message);
const text = (words: string, more: Partial<Content> = {}): Content => ({
  body: plainText(words),
  attachments: [],
  ...more,
});

async function open() {
  const conversation = await relay.customerWrites(who, "hello", { externalId: `${who}-hello` });
  await relay.run("in", conversation);
  const chat = Number((await relay.store.conversations.find(relay.portal, conversation))?.imChatId);
  const reply = async (content: Content) => {
    const { id } = relay.emulator.portal().operatorWrites(chat, { text: content.body.text, userId: 5 });
    const accepted = await relay.operatorDoes({
      kind: "message",
      chatId: conversation,
      imChatId: String(chat),
      imMessageId: String(id),
      authorId: "5",
      content,
    });
    if (accepted.kind !== "stored") throw new Error("not stored");
    return accepted.message;
  };
  return { conversation, reply };
}

const last = async (conversation: Parameters<Relay["states"]>[0]) => (await relay.states(conversation)).at(-1);

describe("what a channel cannot do is refused before the network", () => {
  const place = { latitude: 1, longitude: 2 };
  const cases: readonly [MessagePart, Partial<Content>, RegExp][] = [
    ["location", { place }, /locations/],
    ["contact", { contacts: [{ name: "Bob", phones: ["+1"], emails: [] }] }, /contact cards/],
    ["buttons", { buttons: [[{ kind: "reply", text: "Yes" }]] }, /buttons/],
    ["template", { template: { name: "t", language: "en", variables: [] } }, /templates/],
    ["forwarded", { forwarded: {} }, /forward/],
    ["quote", { quote: { text: "before" } }, /without the quotation/],
  ];

  it.each(cases)("%s", async (part, more, sentence) => {
    const { conversation, reply } = await open();
    await reply(text("goes", more));
    await relay.run("out", conversation);
    expect(relay.channel.contents).toMatchObject([more]);
    const { parts } = all;
    relay.channel.capabilities = { ...all, parts: { ...parts, [part]: { in: "full", out: "impossible" } } };
    const refused = await reply(text("does not", more));
    await relay.run("out", conversation);
    expect(relay.channel.contents).toHaveLength(1);
    const row = await relay.store.messages.find(relay.portal, refused);
    expect(row).toMatchObject({ state: "refused", attempts: 0, error: expect.stringMatching(sentence) });
    expect(notices().at(-1)).toMatch(sentence);
  });

  it("albums, files and what is empty", () => {
    const channel = (parts: Partial<Capabilities["parts"]>) => ({
      title: "Chan",
      capabilities: { ...all, parts: { ...all.parts, ...parts } },
    });
    const photo = { kind: "photo", source: { by: "channel", ref: "r" } } as const;
    const impossible = { in: "full", out: "impossible" } as const;
    expect(refusal(channel({}), text("", { attachments: [photo, photo] }))).toBeUndefined();
    expect(refusal(channel({ album: impossible }), text("", { attachments: [photo, photo] }))).toMatch(/one by one/);
    expect(refusal(channel({ album: impossible }), text("", { attachments: [photo] }))).toBeUndefined();
    expect(refusal(channel({ photo: impossible }), text("", { attachments: [photo] }))).toMatch(/photos/);
    const sticker = { ...photo, kind: "sticker" } as const;
    expect(refusal(channel({ sticker: impossible }), text("", { attachments: [sticker] }))).toBeUndefined();
    expect(refusal(channel({ file: impossible }), text("", { attachments: [sticker] }))).toMatch(/stickers/);
    expect(refusal(channel({}), text(" "))).toBe("The message is empty.");
    expect(refusal(channel({ formatting: impossible }), text("x"))).toBeUndefined();
    expect(refusal({ title: "Chan", capabilities: { ...all, parts: NO_PARTS } }, text("words"))).toBeUndefined();
  });

  it("changes, also where an adapter could but its data says no", async () => {
    const { conversation, reply } = await open();
    const message = await reply(text("before"));
    await relay.run("out", conversation);
    const row = await relay.store.messages.find(relay.portal, message);
    relay.channel.capabilities = { ...all, edit: false };
    await relay.operatorDoes({
      kind: "edit",
      chatId: conversation,
      imChatId: row?.imChatId ?? "",
      imMessageId: row?.imMessageId ?? "",
      content: text("after"),
    });
    await relay.run("out", conversation);
    expect(relay.channel.edited).toEqual([]);
    expect(await last(conversation)).toBe("out edit refused: after");
  });
});

describe("a vendor's reply window", () => {
  it("lets free messages through until so many hours after the customer's last, and templates ever after", async () => {
    relay.channel.capabilities = { ...all, replyWindowHours: 24 };
    const { conversation, reply } = await open();
    const wrote = (await relay.store.conversations.find(relay.portal, conversation))?.lastInboundAt ?? new Date(0);
    relay.advance(23 * 3_600_000);
    await reply(text("in time"));
    await relay.run("out", conversation);
    relay.advance(3_600_000);
    await reply(text("too late"));
    await reply(text("the template", { template: { name: "t", language: "en", variables: [] } }));
    await relay.run("out", conversation);
    expect(relay.channel.sent.map((message) => message.text)).toEqual(["in time", "the template"]);
    expect((await relay.states(conversation)).slice(1)).toEqual([
      "out sent: in time",
      "out refused: too late",
      "out sent: the template",
    ]);
    const until = new Date(wrote.getTime() + 24 * 3_600_000).toISOString().slice(0, 16).replace("T", " ");
    expect(notices().at(-1)).toContain(`ended on ${until} UTC. Send a template`);
  });

  it("is not opened by what was written from the phone", async () => {
    relay.channel.capabilities = { ...all, replyWindowHours: 24, templates: false };
    const conversation = await relay.customerWrites(who, "it is me", { fromDevice: true });
    await relay.run("in", conversation);
    const chat = Number((await relay.store.conversations.find(relay.portal, conversation))?.imChatId);
    const { id } = relay.emulator.portal().operatorWrites(chat, { text: "hi", userId: 5 });
    const im = { imChatId: String(chat), imMessageId: String(id), authorId: "5" };
    await relay.operatorDoes({ kind: "message", chatId: conversation, ...im, content: text("hi") });
    await relay.run("out", conversation);
    expect(await last(conversation)).toBe("out refused: hi");
    expect(notices().at(-1)).toMatch(/has not written yet.*Wait until the customer writes/);
  });
});

describe("an agent's reaction", () => {
  const react = async (conversation: Parameters<Relay["states"]>[0], emoji: string) => {
    const target = await relay.store.messages.findByExternal(relay.account.id, `${who}-hello`);
    if (!target) throw new Error("no target");
    return relay.deps.replies.react({
      portal: relay.portal,
      conversation,
      target: target.id,
      emoji,
      clientId: `${who}-${emoji}`,
      authorId: "5",
      at: relay.deps.now(),
    });
  };

  it("goes to the message, once, and its refusal is told", async () => {
    const { conversation } = await open();
    expect((await react(conversation, "👍")).kind).toBe("stored");
    expect((await react(conversation, "👍")).kind).toBe("duplicate");
    await react(conversation, "");
    await relay.run("out", conversation);
    expect(relay.channel.reacted).toEqual([
      { chatId: who, externalId: `${who}-hello`, emoji: "👍" },
      { chatId: who, externalId: `${who}-hello`, emoji: "" },
    ]);
    expect((await relay.states(conversation)).slice(1)).toEqual(["out reaction sent: 👍", "out reaction sent: "]);
    relay.channel.answers = [{ kind: "refused", code: "no", sentence: "This emoji is not allowed." }];
    await react(conversation, "💩");
    await relay.run("out", conversation);
    expect(notices().at(-1)).toBe("Your reaction 💩 was not delivered. This emoji is not allowed.");
  });

  it("is refused where the channel has none", async () => {
    const { conversation } = await open();
    relay.channel.capabilities = { ...all, reaction: false };
    await react(conversation, "👍");
    await relay.run("out", conversation);
    expect(relay.channel.reacted).toEqual([]);
    expect(await last(conversation)).toBe("out reaction refused: 👍");
  });
});

describe("bad endings are told", () => {
  it("although the worker died between the ending and the telling", async () => {
    const { conversation, reply } = await open();
    relay.channel.answers = [{ kind: "refused", code: "x", sentence: "The customer blocked the bot." }];
    const message = await reply(text("doomed"));
    const before = notices().length;
    const dying = {
      ...relay.deps,
      store: {
        ...relay.store,
        messages: {
          ...relay.store.messages,
          finish: async (results: Parameters<typeof relay.store.messages.finish>[0]) => {
            await relay.store.messages.finish(results);
            throw new Error("killed here");
          },
        },
      },
    };
    await expect(relay.run("out", conversation, dying)).rejects.toThrow("killed here");
    expect((await relay.store.messages.find(relay.portal, message))?.state).toBe("refused");
    expect(notices()).toHaveLength(before);
    await relay.run("out", conversation);
    expect(notices().slice(before)).toEqual(['Your message "doomed" was not delivered. The customer blocked the bot.']);
    relay.emulator.requests.clear();
    await relay.run("out", conversation);
    expect(relay.emulator.requests.entries({ method: NOTIFY })).toEqual([]);
  });

  it("until the portal has heard, and only once although the answer was lost", async () => {
    const { conversation, reply } = await open();
    relay.channel.answers = [{ kind: "uncertain", sentence: "No answer." }];
    await reply(text("maybe"));
    const before = notices().length;
    relay.emulator.faults.add({ kind: "drop-before", method: NOTIFY, probability: 1 });
    expect((await relay.run("out", conversation)).kind).toBe("later");
    expect(notices()).toHaveLength(before);
    relay.emulator.faults.clear();
    relay.emulator.faults.add({ kind: "drop-after", method: NOTIFY, times: 1 });
    await relay.run("out", conversation);
    await relay.run("out", conversation);
    expect(notices().slice(before)).toEqual(['Your message "maybe" may not have been delivered. No answer.']);
  }, 30_000);

  it("when the vendor fails afterwards what it had taken, and it can be sent again by hand", async () => {
    const { conversation, reply } = await open();
    relay.channel.answers = [{ kind: "sent", externalIds: [`${who}-1`] }];
    const message = await reply(text("offer"));
    await relay.run("out", conversation);
    const failure = { key: `f-${who}`, chatId: who, at: relay.deps.now(), externalIds: [`${who}-1`] };
    const woken: string[] = [];
    const deps = {
      ...relay.deps,
      dispatcher: { wake: (lane: string) => void woken.push(lane), wakeAt: () => undefined },
    };
    const acceptor = createInboundAcceptor(deps);
    await acceptor.accept(relay.account, [{ ...failure, kind: "failure", sentence: "Not on this messenger." }]);
    expect(woken).toHaveLength(1);
    expect(await last(conversation)).toBe("out refused: offer");
    await relay.run("out", conversation);
    expect(notices().at(-1)).toBe('Your message "offer" was not delivered. Not on this messenger.');
    await relay.store.messages.retry(relay.portal, message);
    await relay.run("out", conversation);
    expect(await last(conversation)).toBe("out sent: offer");
  });

  it("when the vendor's failure is quicker than our own note of the id", async () => {
    const { conversation, reply } = await open();
    await reply(text("quick"));
    relay.channel.answers = [{ kind: "sent", externalIds: [`${who}-q`] }];
    await relay.acceptor().accept(relay.account, [
      {
        kind: "failure",
        key: `f-${who}`,
        chatId: who,
        at: relay.deps.now(),
        externalIds: [`${who}-q`],
        sentence: "Full.",
      },
    ]);
    await relay.run("out", conversation);
    expect(await last(conversation)).toBe("out refused: quick");
    expect(notices().at(-1)).toBe('Your message "quick" was not delivered. Full.');
  });

  it("and takes it back when the vendor names the message by our key after all", async () => {
    const { conversation, reply } = await open();
    relay.channel.answers = [{ kind: "uncertain", sentence: "No answer." }];
    const message = await reply(text("lost"));
    await relay.run("out", conversation);
    expect(notices().at(-1)).toBe('Your message "lost" may not have been delivered. No answer.');
    const told = { chatId: who, at: relay.deps.now() };
    const proof = { ...told, kind: "proof", sendKey: message, externalId: `${who}-p`, part: 1, of: 1 } as const;
    const receipt = { ...told, kind: "receipt", externalIds: [`${who}-p`], state: "delivered" } as const;
    // Both stand in one webhook: what the receipt is about is known by the proof.
    await relay.acceptor().accept(relay.account, [
      { ...receipt, key: `s-${who}` },
      { ...proof, key: `p-${who}` },
    ]);
    expect(await last(conversation)).toBe("out delivered: lost");
    const sends = relay.channel.sent.length;
    await relay.run("out", conversation);
    expect(relay.channel.sent).toHaveLength(sends);
  });
});
