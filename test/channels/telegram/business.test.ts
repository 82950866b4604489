import { afterEach, beforeEach, expect, it } from "vitest";
import type { Outgoing } from "../../../src/channels/contract/sending.ts";
import { readUpdate } from "../../../src/channels/telegram/receive.ts";
import type { Content } from "../../../src/domain/message.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { outgoing } from "../../contract/channel-harness.ts";
import type { BusinessConnection } from "../../emulators/telegram/types.ts";
import { type Setup, setUp } from "./harness.ts";

/** A bot that answers for somebody's business account. */

let at: Setup;
let connection: BusinessConnection;
let chatId: string;

beforeEach(async () => {
  at = await setUp();
  connection = at.emulator.addBusiness();
  const [event] = readUpdate({ business_message: at.emulator.businessWrites(connection.id, at.chat, "Open today?") });
  chatId = event?.chatId ?? "";
});
afterEach(() => at.emulator.close());

const words = (text: string, more: Partial<Content> = {}): Outgoing =>
  outgoing(chatId, { body: plainText(text), attachments: [], ...more });
const send = (message: Outgoing) => at.adapter.send(at.account, message, "key");

it("answers in the account's name and not in the bot's own chat of that number", async () => {
  expect(await send(words("Until eight."))).toMatchObject({ kind: "sent" });
  expect(at.emulator.sentForBusiness(connection.id, at.chat).map((one) => one.text)).toEqual(["Until eight."]);
  expect(at.emulator.sentTo(at.chat)).toEqual([]);
});

it("changes and takes back what it said there", async () => {
  const sent = await send(words("Until nine."));
  const externalIds = sent.kind === "sent" ? sent.externalIds : [];
  const content = { body: plainText("Until eight."), attachments: [] };
  expect(await at.adapter.edit?.(at.account, { chatId, externalIds, content })).toMatchObject({ kind: "sent" });
  expect(at.emulator.sentForBusiness(connection.id, at.chat).map((one) => one.text)).toEqual(["Until eight."]);
  expect(await at.adapter.remove?.(at.account, { chatId, externalIds, content })).toMatchObject({ kind: "sent" });
  expect(await at.adapter.remove?.(at.account, { chatId, externalIds, content })).toMatchObject({ kind: "sent" });
  expect(at.emulator.sentForBusiness(connection.id, at.chat)).toEqual([]);
});

it("says clearly that it may not answer any more", async () => {
  connection.canReply = false;
  expect(await send(words("Hello"))).toMatchObject({ kind: "refused", code: "business-disconnected" });
  connection.canReply = true;
  connection.enabled = false;
  expect(await send(words("Hello"))).toMatchObject({ kind: "refused", code: "business-disconnected" });
  connection.enabled = true;
  at.emulator.addPerson({ id: 4_242 });
  const stranger = { ...words("Hello"), chatId: `b:${connection.id}:4242` };
  expect(await send(stranger)).toMatchObject({ kind: "refused", code: "business-window" });
});

it("refuses what Telegram has no way for there, before any call", async () => {
  const calls = at.emulator.calls().length;
  const keyboard = words("When?", { buttons: [[{ kind: "reply", text: "Today" }]] });
  expect(await send(keyboard)).toMatchObject({ kind: "refused", code: "bad-buttons" });
  expect(await at.adapter.react?.(at.account, { chatId, externalId: "1", emoji: "👍" })).toMatchObject({
    kind: "refused",
  });
  expect(at.emulator.calls().length).toBe(calls);
  const link = words("Here", { buttons: [[{ kind: "link", text: "Map", url: "https://example.com/" }]] });
  expect(await send(link)).toMatchObject({ kind: "sent" });
});
