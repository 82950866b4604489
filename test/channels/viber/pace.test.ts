import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Pacer } from "../../../src/channels/contract/pacing.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { createMemoryPacer } from "../../../src/pacing/memory.ts";
import { outgoing } from "../../contract/channel-harness.ts";
import { createTestClock } from "../../contract/pacer.ts";
import { setUp } from "./harness.ts";

/** The pace against the emulator's limits, on one clock that stands still while calls are under way. */
async function world() {
  let underWay = 0;
  const clock = createTestClock(async () => {
    for (let quiet = 0; quiet < 3; quiet += 1) {
      await setImmediate();
      if (underWay > 0) quiet = -1;
    }
  });
  const inner = createMemoryPacer(clock);
  const pacer: Pacer = {
    ...inner,
    turn: async (...given) => {
      await inner.turn(...given);
      underWay += 1;
    },
  };
  const setup = await setUp({ now: clock.now, pacer });
  const send = async (chatId: string, words: string) => {
    try {
      const message = outgoing(chatId, { body: plainText(words), attachments: [] });
      return await setup.adapter.send(setup.account, message, "key");
    } finally {
      // Who got no turn is not under way.
      if (underWay > 0) underWay -= 1;
    }
  };
  return { ...setup, clock, send };
}

it("600 messages to 60 people use nine tenths of a bot's requests and draw no status 12", async () => {
  const { emulator, clock, send, close } = await world();
  const people = Array.from({ length: 60 }, () => emulator.addPerson());
  const begin = clock.now();
  let done = 0;
  // As the relay does: one message of a chat at a time.
  const chats = people.map(async ({ id }) => {
    for (let at = 0; at < 10; at += 1) {
      let outcome = await send(id, `Message ${at}`);
      while (outcome.kind === "retry") outcome = await send(id, `Message ${at}`);
      expect(outcome).toMatchObject({ kind: "sent" });
      done += 1;
    }
  });
  while (done < 600) await clock.advance(100);
  await Promise.all(chats);
  // 500 at once, the rest ten seconds later.
  expect((clock.now() - begin) / 1_000).toBeLessThanOrEqual(10 / 0.9);
  expect(emulator.calls("send_message").filter((call) => call.status !== 0)).toEqual([]);
  for (const { id } of people) expect(emulator.sentTo(id)).toHaveLength(10);
  await close();
}, 60_000);

it("a person who does not answer gets nine tenths of their 100 in an hour without any status 12, and more with their answer", async () => {
  const { emulator, clock, send, person, close } = await world();
  const floods = () => emulator.calls("send_message").filter((call) => call.status !== 0);
  for (let at = 0; at < 98; at += 1) expect(await send(person.id, `Message ${at}`)).toMatchObject({ kind: "sent" });
  const calls = emulator.calls("send_message").length;
  const told = await send(person.id, "One more");
  expect(told).toMatchObject({ kind: "retry", sentence: expect.stringContaining("100 messages an hour") });
  expect(emulator.calls("send_message")).toHaveLength(calls);
  // Somebody else is not held up.
  expect(await send(emulator.addPerson().id, "Hello")).toMatchObject({ kind: "sent" });

  await emulator.bot.write(person.id, { type: "text", text: "stop it" });
  for (let at = 0; at < 98; at += 1) expect(await send(person.id, `More ${at}`)).toMatchObject({ kind: "sent" });
  expect(await send(person.id, "Too many")).toMatchObject({ kind: "retry" });
  // Without an answer an hour makes room.
  await clock.advance(3_600_000);
  expect(await send(person.id, "Later")).toMatchObject({ kind: "sent" });
  expect(floods()).toEqual([]);
  await close();
}, 60_000);

it("what Viber refuses all the same is told in the same words, and that person's chat rests", async () => {
  const { emulator, send, person, close } = await world();
  emulator.bot.limits = { perPersonPerHour: 1 };
  expect(await send(person.id, "One")).toMatchObject({ kind: "sent" });
  expect(await send(person.id, "Two")).toMatchObject({ kind: "retry", sentence: expect.stringContaining("100") });
  const calls = emulator.calls("send_message").length;
  expect(await send(person.id, "Three")).toMatchObject({ kind: "retry" });
  expect(emulator.calls("send_message")).toHaveLength(calls);
  await close();
});
