import { expect, test } from "vitest";
import { attachment, outgoing, type SampleFile } from "../../contract/channel-harness.ts";
import { PATIENT_MS, standingClock } from "../shared/standing-clock.ts";
import { sampleFile, setUp } from "./harness.ts";

/** The pace against the emulator's limits, on one clock. */
async function world() {
  const { clock, pacer, call, until } = standingClock();
  const setup = await setUp({ limits: {}, now: clock.now, pacer, fetchTimeoutMs: PATIENT_MS });
  const send = (chatId: string, text: string, files: readonly SampleFile[] = []) =>
    call(async () => {
      const attachments = files.map((file) => attachment("photo", file));
      const message = outgoing(chatId, { body: { text, spans: [] }, attachments }, files);
      return await setup.adapter.send(setup.account, message, "key");
    });
  const floods = () => setup.emulator.calls().filter((one) => one.status === 429);
  /** In seconds. */
  const took = async (work: readonly Promise<unknown>[]) => (await until(work, 100)) / 1_000;
  return { ...setup, clock, send, took, floods };
}

test("300 messages to 60 chats use nine tenths of what Telegram allows, and draw no 429", async () => {
  const { emulator, send, took, floods } = await world();
  const people = Array.from({ length: 60 }, () => emulator.addPerson());
  // As the relay does: one message of a chat at a time.
  const chats = people.map(async ({ id }) => {
    for (let at = 0; at < 5; at += 1) {
      expect(await send(String(id), `Message ${at}`)).toMatchObject({ kind: "sent" });
    }
  });
  const possible = (300 - 30) / 30;
  expect(await took(chats)).toBeLessThanOrEqual(possible / 0.9);
  expect(floods()).toEqual([]);
  for (const { id } of people) expect(emulator.sentTo(id)).toHaveLength(5);
  await emulator.close();
});

test("50 messages to one chat go one a second, no slower, and draw no 429", async () => {
  const { emulator, chat, chatId, send, took, floods } = await world();
  const seconds = await took(
    [Array.from({ length: 50 }, (_, at) => at)].map(async (numbers) => {
      for (const at of numbers) expect(await send(chatId, `Message ${at}`)).toMatchObject({ kind: "sent" });
    }),
  );
  // A chat may have one a second for long, and short bursts that nobody has told the size of.
  expect(seconds).toBeLessThanOrEqual(49 / 0.9);
  expect(floods()).toEqual([]);
  expect(emulator.sentTo(chat)).toHaveLength(50);
  await emulator.close();
});

test("a group's 20 a minute are used at nine tenths and not passed, albums counted by their items", async () => {
  const { emulator, send, took, floods } = await world();
  const [group, albums] = [-1_001_000_000_001, -1_001_000_000_002];
  emulator.bot().addGroup(group, "Wholesale");
  emulator.bot().addGroup(albums, "Pictures");
  const seconds = await took([
    (async () => {
      for (let at = 0; at < 100; at += 1)
        expect(await send(String(group), `Message ${at}`)).toMatchObject({ kind: "sent" });
    })(),
  ]);
  // Twenty at once, and the other eighty in four more minutes.
  expect(seconds).toBeLessThanOrEqual((4 * 60) / 0.9);
  await took([
    (async () => {
      for (let at = 0; at < 5; at += 1) {
        const files = Array.from({ length: 8 }, () => sampleFile("photo"));
        expect(await send(String(albums), "", files)).toMatchObject({ kind: "sent" });
      }
    })(),
  ]);
  expect(floods()).toEqual([]);
  expect(emulator.sentTo(group)).toHaveLength(100);
  expect(emulator.sentTo(albums)).toHaveLength(40);
  await emulator.close();
});

test("the emulator keeps the group's limit: without pacing the 21st message of a minute is refused, with the time to wait", async () => {
  const at = await setUp({ limits: { perChatPerSecond: 1_000, chatBurst: 1_000 }, now: () => 1_760_000_000_000 });
  const group = -1_001_000_000_001;
  at.emulator.bot().addGroup(group, "Wholesale");
  const message = outgoing(String(group), { body: { text: "Hello", spans: [] }, attachments: [] });
  for (let sent = 0; sent < 20; sent += 1)
    expect(await at.adapter.send(at.account, message, "key")).toMatchObject({ kind: "sent" });
  expect(await at.adapter.send(at.account, message, "key")).toMatchObject({ kind: "retry", afterMs: 60_000 });
  await at.emulator.close();
});

test("changes and reactions take their turn and obey a pause, as messages do", async () => {
  const at = await setUp();
  const sent = await at.adapter.send(
    at.account,
    outgoing(at.chatId, { body: { text: "Hello", spans: [] }, attachments: [] }),
    "key",
  );
  if (sent.kind !== "sent") throw new Error(JSON.stringify(sent));
  const [externalId = ""] = sent.externalIds;
  const content = { body: { text: "Hello again", spans: [] }, attachments: [] };
  const change = { chatId: at.chatId, externalIds: sent.externalIds, content };
  const calls = [
    () => at.adapter.react?.(at.account, { chatId: at.chatId, externalId, emoji: "👍" }),
    () => at.adapter.edit?.(at.account, change),
    () => at.adapter.remove?.(at.account, change),
  ];
  for (const call of calls) {
    const turns = at.pacing.turns.length;
    at.emulator.fault({ kind: "429", retryAfter: 7 });
    expect(await call()).toMatchObject({ kind: "retry", afterMs: 7_000 });
    expect(at.pacing.turns.slice(turns).map((one) => one.rules.map((rule) => rule.place))).toEqual([["", at.chatId]]);
    expect(at.pacing.pauses.at(-1)?.place).toBe(at.chatId);
    expect(await call()).toMatchObject({ kind: "sent" });
  }
  await at.emulator.close();
});
