import { afterEach, beforeEach, expect, it } from "vitest";
import type { ChannelEvent } from "../../../src/channels/contract/events.ts";
import { receive } from "../../../src/channels/telegram/receive.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { attachment, outgoing, type SampleFile } from "../../contract/channel-harness.ts";
import { type Setup, setUp, webhookRequest } from "./harness.ts";

/** What nobody means well with, both ways: accepted or refused cleanly, nothing lost, nothing doubled. */

let at: Setup;
beforeEach(async () => {
  at = await setUp();
});
afterEach(() => at.emulator.close());

function news(): ChannelEvent[] {
  return at.emulator.bot().updates.flatMap((update) => {
    const received = receive(webhookRequest(update), at.account);
    return received.kind === "accepted" ? received.events : [];
  });
}
const markup = (name: string, mime: string): SampleFile => ({
  bytes: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
  name,
  mime,
});

it("the same update by webhook, once more, and by polling has one key", async () => {
  at.emulator.userWrites(at.chat, "Hello");
  at.emulator.userStarts(at.chat, "promo");
  at.emulator.blockBot(at.chat);
  const keys = news().map(({ key }) => key);
  expect(new Set(keys).size).toBe(3);
  expect(news().map(({ key }) => key)).toEqual(keys);
  const polled = await at.adapter.polling?.poll(at.account, undefined, 0, AbortSignal.timeout(5_000));
  expect(polled?.kind === "events" && polled.events.map(({ key }) => key)).toEqual(keys);
});

it("SVG and HTML come as files, whatever they claim to be", () => {
  for (const [name, mime] of [
    ["logo.svg", "image/svg+xml"],
    ["page.html", "text/html"],
    ["photo.jpg", "image/jpeg"],
  ] as const) {
    at.emulator.userWrites(at.chat, { document: markup(name, mime) });
  }
  const files = news().flatMap((event) => (event.kind === "message" ? event.content.attachments : []));
  expect(files.map(({ kind, name }) => [kind, name])).toEqual([
    ["file", "logo.svg"],
    ["file", "page.html"],
    ["file", "photo.jpg"],
  ]);
});

it("SVG and HTML go as documents, also when they are called pictures: what the bytes are decides", async () => {
  for (const mime of ["image/svg+xml", "text/html", "application/octet-stream"]) {
    const sample = markup("photo.jpg", mime);
    const content = { body: plainText(""), attachments: [attachment("photo", sample)] };
    expect(await at.adapter.send(at.account, outgoing(at.chatId, content, [sample]), "key")).toMatchObject({
      kind: "sent",
    });
  }
  expect(at.emulator.calls("sendPhoto")).toEqual([]);
  expect(at.emulator.calls("sendDocument")).toHaveLength(3);
});

it("a text of 100 kB goes out whole, in parts that Telegram takes", async () => {
  const sentence = "Ein Satz mit 😀 und einem Ende. ";
  const text = sentence.repeat(Math.ceil(100_000 / sentence.length)).trim();
  const message = outgoing(at.chatId, { body: plainText(text), attachments: [] });
  expect(await at.adapter.send(at.account, message, "key")).toMatchObject({ kind: "sent" });
  const parts = at.emulator.sentTo(at.chat).map((one) => one.text ?? "");
  for (const part of parts) expect(part.length).toBeLessThanOrEqual(4_096);
  expect(parts.join(" ")).toBe(text);
});

it("names of emoji and of marks of direction are nobody's name, in groups too", () => {
  at.emulator.bot().addGroup(-1_001_000_000_009, "👑👑");
  at.emulator.addPerson({ id: 5_000_000_099, first_name: "🔥", last_name: "\u202e\u200b", username: "fire_1" });
  at.emulator.userWrites(-1_001_000_000_009, "Hello", { from: 5_000_000_099 });
  const [event] = news();
  if (event?.kind !== "message") throw new Error("no message");
  expect(event.customer).toEqual({ externalId: "-1001000000009" });
  expect(event.content.author).toEqual({
    externalId: "5000000099",
    username: "fire_1",
    url: "https://t.me/fire_1",
    language: "de",
  });
});
