import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Pacer } from "../../../src/channels/contract.ts";
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
      underWay -= 1;
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

it("a person who does not answer gets 100 in an hour, and the rest after their answer", async () => {
  const { emulator, clock, send, person, close } = await world();
  for (let at = 0; at < 100; at += 1) expect(await send(person.id, `Message ${at}`)).toMatchObject({ kind: "sent" });
  // Nobody types a hundred messages at once: the chat's own pace is no part of this.
  await clock.advance(60_000);
  expect(await send(person.id, "One more")).toMatchObject({ kind: "retry", sentence: expect.stringContaining("100") });
  await emulator.bot.write(person.id, { type: "text", text: "stop it" });
  const late = send(person.id, "One more");
  await clock.advance(20_000);
  expect(await late).toMatchObject({ kind: "sent" });
  expect(emulator.sentTo(person.id)).toHaveLength(101);
  await close();
}, 60_000);
