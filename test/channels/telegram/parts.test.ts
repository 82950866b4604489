import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Outgoing } from "../../../src/channels/contract/sending.ts";
import { REACTIONS } from "../../../src/channels/telegram/react.ts";
import { receive } from "../../../src/channels/telegram/receive.ts";
import type { Button, Content } from "../../../src/domain/message.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { attachment, outgoing } from "../../contract/channel-harness.ts";
import { type Setup, sampleFile, setUp, webhookRequest } from "./harness.ts";

let at: Setup;
beforeEach(async () => {
  at = await setUp();
});
afterEach(() => at.emulator.close());

const send = (content: Partial<Content>, chatId = at.chatId) =>
  at.adapter.send(at.account, outgoing(chatId, { body: plainText(""), attachments: [], ...content }), "key");
const last = () => at.emulator.sentTo(at.chat).at(-1);

describe("buttons at telegram", () => {
  const rows: readonly (readonly Button[])[] = [
    [
      { kind: "reply", text: "Today" },
      { kind: "reply", text: "Tomorrow" },
    ],
    [{ kind: "share-phone", text: "My number" }],
  ];

  it("answers are a keyboard that goes away once it was used", async () => {
    expect(await send({ body: plainText("When?"), buttons: rows })).toMatchObject({ kind: "sent" });
    expect(last()?.["reply_markup"]).toEqual({
      keyboard: [[{ text: "Today" }, { text: "Tomorrow" }], [{ text: "My number", request_contact: true }]],
      resize_keyboard: true,
      one_time_keyboard: true,
    });
  });

  it("stand under the text, also when there are files before it", async () => {
    const [one, two] = [sampleFile("photo"), sampleFile("photo")];
    const content = {
      body: plainText("Which one?"),
      attachments: [attachment("photo", one), attachment("photo", two)],
      buttons: rows,
    };
    expect(await at.adapter.send(at.account, outgoing(at.chatId, content, [one, two]), "key")).toMatchObject({
      kind: "sent",
    });
    const sent = at.emulator.sentTo(at.chat);
    expect(sent.map((message) => message["reply_markup"] !== undefined)).toEqual([false, false, true]);
    expect(sent.at(-1)?.text).toBe("Which one?");
  });

  it("that Telegram cannot show are refused before any call", async () => {
    const link: Button = { kind: "link", text: "Map", url: "https://example.com/" };
    const body = plainText("When?");
    const group = at.emulator.bot().addGroup(-1_001_234, "Wholesale");
    const calls = at.emulator.calls().length;
    const refused: [Partial<Content>, string?][] = [
      [{ body, buttons: [[link, { kind: "reply", text: "Today" }]] }],
      [{ body, buttons: [[{ ...link, url: "javascript:alert(1)" }]] }],
      [{ body, buttons: [[{ kind: "reply", text: " " }]] }],
      [{ buttons: rows, place: { latitude: 1, longitude: 2 } }],
      [{ body, buttons: rows }, String(group.id)],
    ];
    for (const [content, chatId] of refused)
      expect(await send(content, chatId)).toMatchObject({ kind: "refused", code: "bad-buttons" });
    expect(at.emulator.calls().length).toBe(calls);
  });
});

describe("places and cards at telegram", () => {
  it("a bare place is a location, one with words a venue", async () => {
    await send({ place: { latitude: 52.5, longitude: 13.4 } });
    expect(last()).toMatchObject({ location: { latitude: 52.5, longitude: 13.4 } });
    expect(last()?.["venue"]).toBeUndefined();
    await send({ place: { latitude: 52.5, longitude: 13.4, address: "Hauptstr. 1" }, body: plainText("We are here.") });
    const [, venue, text] = at.emulator.sentTo(at.chat);
    expect(venue?.["venue"]).toMatchObject({ title: "Hauptstr. 1", address: "52.5, 13.4" });
    expect(text?.text).toBe("We are here.");
  });

  it("a card keeps all numbers and addresses, and nobody's line break adds a field", async () => {
    const card = { name: "Max\r\nTEL:+1", phones: ["+4915112345678", "+4930123456"], emails: ["max@example.com"] };
    expect(await send({ contacts: [card] })).toMatchObject({ kind: "sent" });
    const contact = last()?.["contact"] as { vcard: string };
    expect(contact.vcard.split("\r\n")).toEqual([
      "BEGIN:VCARD",
      "VERSION:3.0",
      "FN:Max TEL:+1",
      "TEL:+4915112345678",
      "TEL:+4930123456",
      "EMAIL:max@example.com",
      "END:VCARD",
    ]);
  });

  it("are refused before any call where Telegram would", async () => {
    const calls = at.emulator.calls().length;
    expect(await send({ place: { latitude: 91, longitude: 0 } })).toMatchObject({ code: "bad-location" });
    expect(await send({ place: { latitude: Number.NaN, longitude: 0 } })).toMatchObject({ code: "bad-location" });
    expect(await send({ contacts: [{ name: "Max", phones: [], emails: [] }] })).toMatchObject({ code: "bad-contact" });
    expect(at.emulator.calls().length).toBe(calls);
  });
});

describe("reactions at telegram", () => {
  it("every emoji of the list is taken, also as keyboards write it; others are refused with the list", async () => {
    const [written] = at.emulator.userWrites(at.chat, "Hello");
    const react = (emoji: string) =>
      at.adapter.react?.(at.account, { chatId: at.chatId, externalId: String(written?.message_id), emoji });
    for (const emoji of REACTIONS) expect(await react(emoji), emoji).toMatchObject({ kind: "sent" });
    expect(await react("❤️")).toMatchObject({ kind: "sent" });
    expect(at.emulator.bot().reactions.get(`${at.chat}:${written?.message_id}`)).toBe("❤");
    const calls = at.emulator.calls().length;
    const refused = await react("🥕");
    expect(refused).toMatchObject({ kind: "refused", sentence: expect.stringContaining("👍 👎 ❤") });
    expect(at.emulator.calls().length).toBe(calls);
  });

  it("in doubt are tried again: the last one stands", async () => {
    const [written] = at.emulator.userWrites(at.chat, "Hello");
    at.emulator.fault({ method: "setMessageReaction", kind: "drop-after" });
    const reaction = { chatId: at.chatId, externalId: String(written?.message_id), emoji: "👍" };
    expect(await at.adapter.react?.(at.account, reaction)).toMatchObject({ kind: "retry" });
    expect(await at.adapter.react?.(at.account, reaction)).toMatchObject({ kind: "sent" });
    expect(await at.adapter.react?.(at.account, { ...reaction, externalId: "change-1-left" })).toMatchObject({
      kind: "refused",
    });
  });
});

describe("the greeting of a telegram bot", () => {
  const start = () => ({ update_id: 1, message: at.emulator.userWrites(at.chat, "/start")[0] });
  const greeting = { welcome: true, welcomeText: "Hello! How can we help?", welcomeButton: "Share my number" };

  it("answers Start on the webhook with what the admin wrote, and nothing else does", () => {
    const account = { ...at.account, settings: greeting };
    const received = receive(webhookRequest(start()), account);
    if (received.kind !== "accepted") throw new Error(received.kind);
    expect(JSON.parse(received.answer?.body ?? "")).toEqual({
      method: "sendMessage",
      chat_id: at.chat,
      text: "Hello! How can we help?",
      reply_markup: {
        keyboard: [[{ text: "Share my number", request_contact: true }]],
        resize_keyboard: true,
        one_time_keyboard: true,
      },
    });
    expect(received.events).toHaveLength(1);
    const silent = (update: unknown, settings: Record<string, unknown>) =>
      receive(webhookRequest(update), { ...at.account, settings });
    expect(silent(start(), {})).not.toHaveProperty("answer");
    expect(silent(start(), { ...greeting, welcome: false })).not.toHaveProperty("answer");
    expect(silent({ message: at.emulator.userWrites(at.chat, "Hi")[0], update_id: 2 }, greeting)).not.toHaveProperty(
      "answer",
    );
  });

  it("is said by polling too, as Telegram takes it", async () => {
    at.emulator.userWrites(at.chat, "/start promo");
    const account = { ...at.account, settings: greeting };
    const polled = await at.adapter.polling?.poll(account, undefined, 0, AbortSignal.timeout(5_000));
    expect(polled).toMatchObject({ kind: "events", events: [{ kind: "message" }] });
    expect(last()?.text).toBe("Hello! How can we help?");
  });
});

it("an outgoing chat that is none is refused without a call", async () => {
  const calls = at.emulator.calls().length;
  for (const chatId of ["", "x", "b::1", "b:a b:1", "b:x:0", "12345678901234567890"]) {
    const message: Outgoing = outgoing(chatId, { body: plainText("Hello"), attachments: [] });
    expect(await at.adapter.send(at.account, message, "key"), chatId).toMatchObject({ kind: "refused" });
  }
  expect(at.emulator.calls().length).toBe(calls);
});
