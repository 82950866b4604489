import { afterEach, beforeEach, expect, it } from "vitest";
import type { ChannelEvent } from "../../../src/channels/contract/events.ts";
import type { Outgoing, SendOutcome } from "../../../src/channels/contract/sending.ts";
import { receive } from "../../../src/channels/telegram/receive.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { outgoing } from "../../contract/channel-harness.ts";
import { type Setup, setUp, webhookRequest } from "./harness.ts";

/** A group that becomes a supergroup, told by updates and by the refusal of an answer. */

const OLD = -5_001;
const NEW = -1_001_234_567_890;
let at: Setup;
beforeEach(async () => {
  at = await setUp();
  at.emulator.bot().addGroup(OLD, "Wholesale", "group");
});
afterEach(() => at.emulator.close());

const words = (chatId: string): Outgoing => outgoing(chatId, { body: plainText("Hello"), attachments: [] });
const send = (chatId: string): Promise<SendOutcome> => at.adapter.send(at.account, words(chatId), "key");

function news(): ChannelEvent[] {
  return at.emulator.bot().updates.flatMap((update) => {
    const received = receive(webhookRequest(update), at.account);
    return received.kind === "accepted" ? received.events : [];
  });
}

it("is one move, told by both chats, and one line for the agent under the new number", () => {
  at.emulator.userWrites(OLD, "before", { from: at.chat });
  at.emulator.groupMigrates(OLD, NEW);
  at.emulator.userWrites(NEW, "after", { from: at.chat });
  const events = news();
  expect(events.map(({ kind, chatId }) => [kind, chatId])).toEqual([
    ["message", String(OLD)],
    ["moved", String(OLD)],
    ["message", String(NEW)],
    ["moved", String(OLD)],
    ["message", String(NEW)],
  ]);
  const moves = events.filter(({ kind }) => kind === "moved");
  expect(moves[0]).toEqual(moves[1]);
  expect(moves[0]).toMatchObject({ toChatId: String(NEW), idsEnd: true });
});

it("tells who writes to the old number where the group is now; nothing was sent", async () => {
  const sent = await send(String(OLD));
  if (sent.kind !== "sent") throw new Error(JSON.stringify(sent));
  at.emulator.groupMigrates(OLD, NEW);
  const moved = { kind: "moved", toChatId: String(NEW), idsEnd: true };
  expect(await send(String(OLD))).toEqual(moved);
  const change = { chatId: String(OLD), externalIds: sent.externalIds, content: words("").content };
  expect(await at.adapter.edit?.(at.account, change)).toEqual(moved);
  expect(await at.adapter.remove?.(at.account, change)).toEqual(moved);
  const reaction = { chatId: String(OLD), externalId: sent.externalIds[0] ?? "", emoji: "👍" };
  expect(await at.adapter.react?.(at.account, reaction)).toEqual(moved);
  expect(at.emulator.sentTo(NEW)).toEqual([]);
  expect(await send(String(NEW))).toMatchObject({ kind: "sent" });
});

it("without the number of the new one stays a refusal with a sentence", async () => {
  at.emulator.fault({ kind: "error", description: "Bad Request: group chat was upgraded to a supergroup chat" });
  expect(await send(String(OLD))).toMatchObject({ kind: "refused", code: "group-moved" });
});
