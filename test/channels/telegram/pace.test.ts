import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Pacer } from "../../../src/channels/contract.ts";
import { createMemoryPacer } from "../../../src/pacing/memory.ts";
import { outgoing } from "../../contract/channel-harness.ts";
import { createTestClock } from "../../contract/pacer.ts";
import { setUp } from "./harness.ts";

/**
 * The pace against the emulator's limits. One clock for both, which stands still while calls are under way, so that the
 * figures are the limits' own and not the test machine's.
 */
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
  const setup = await setUp({ limits: {}, now: clock.now, pacer });
  /** One message of one call. */
  const send = async (chatId: string, text: string) => {
    try {
      const message = outgoing(chatId, { body: { text, spans: [] }, attachments: [] });
      return await setup.adapter.send(setup.account, message, "key");
    } finally {
      underWay -= 1;
    }
  };
  return { ...setup, clock, send };
}

test("300 messages to 60 chats use nine tenths of what Telegram allows, and draw no 429", async () => {
  const { emulator, clock, send } = await world();
  const people = Array.from({ length: 60 }, () => emulator.addPerson());
  const begin = clock.now();
  let done = 0;
  // As the relay does: one message of a chat at a time.
  const chats = people.map(async ({ id }) => {
    for (let at = 0; at < 5; at += 1) {
      expect(await send(String(id), `Message ${at}`)).toMatchObject({ kind: "sent" });
      done += 1;
    }
  });
  while (done < 300) await clock.advance(10);
  await Promise.all(chats);
  const possible = (300 - 30) / 30;
  expect((clock.now() - begin) / 1_000).toBeLessThanOrEqual(possible / 0.9);
  expect(emulator.calls().filter((call) => call.status === 429)).toEqual([]);
  for (const { id } of people) expect(emulator.sentTo(id)).toHaveLength(5);
  await emulator.close();
});
