import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Pacer } from "../../../src/channels/contract/pacing.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { createMemoryPacer } from "../../../src/pacing/memory.ts";
import { outgoing } from "../../contract/channel-harness.ts";
import { createTestClock } from "../../contract/pacer.ts";
import { personWrites } from "../../emulators/whatsapp-cloud/people.ts";
import { setUp, WEBHOOK_URL } from "./harness.ts";

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
  const setup = await setUp({ limits: {}, now: clock.now, pacer });
  await setup.adapter.connect(setup.account, { webhookUrl: WEBHOOK_URL, https: true });
  const send = async (chatId: string, text: string) => {
    try {
      const message = outgoing(chatId, { body: plainText(text), attachments: [] });
      return await setup.adapter.send(setup.account, message, "key");
    } finally {
      underWay -= 1;
    }
  };
  /** Waits until so many messages of people have come by webhooks. */
  const told = async (count: number) => {
    while (setup.events.filter(({ kind }) => kind === "message").length < count) await setImmediate();
  };
  return { ...setup, clock, send, told };
}

it("20 messages to one customer use nine tenths of the pair rate and draw no 131056", async () => {
  const { emulator, clock, send, chatId, close } = await world();
  const begin = clock.now();
  let done = 0;
  const all = (async () => {
    for (; done < 20; done += 1) expect(await send(chatId, `Message ${done}`)).toMatchObject({ kind: "sent" });
  })();
  while (done < 20) await clock.advance(1_000);
  await all;
  expect(clock.now() - begin).toBeLessThanOrEqual((19 * 6_000) / 0.9);
  expect(emulator.calls("messages").map((call) => call.status)).toEqual(new Array(20).fill(200));
  await close();
});

it("45 messages in one go are sent in one go, the rest when they are paid for, and draw no 131056", async () => {
  const { emulator, clock, send, chatId, close } = await world();
  const begin = clock.now();
  const went: number[] = [];
  const all = (async () => {
    for (let at = 0; at < 50; at += 1) {
      // The lane tries again what found no turn.
      while ((await send(chatId, `Message ${at}`)).kind === "retry") await Promise.resolve();
      went.push(clock.now() - begin);
    }
  })();
  while (went.length < 50) await clock.advance(1_000);
  await all;
  expect(went.filter((at) => at < 5_000)).toHaveLength(45);
  expect(went[45]).toBeGreaterThanOrEqual(45 * 6_000);
  expect(went[45]).toBeLessThanOrEqual((45 * 6_000) / 0.9);
  expect(emulator.calls("messages").map((call) => call.status)).toEqual(new Array(50).fill(200));
  await close();
});

it("240 customers at once use nine tenths of a number's throughput and draw no 130429", async () => {
  const { emulator, business, clock, send, told, close } = await world();
  const people = Array.from({ length: 240 }, () => emulator.addPerson());
  for (const { waId } of people) personWrites(business, waId, { text: "Hi" });
  await told(240);
  // What they wrote counts too, and is over by then.
  await clock.advance(10_000);
  const begin = clock.now();
  let done = 0;
  const all = people.map(async ({ waId }) => {
    expect(await send(waId, "Hello")).toMatchObject({ kind: "sent" });
    done += 1;
  });
  while (done < 240) await clock.advance(10);
  await Promise.all(all);
  expect(clock.now() - begin).toBeLessThanOrEqual((240 / 80 / 0.9) * 1_000);
  expect(emulator.calls("messages").filter((call) => call.status !== 200)).toEqual([]);
  await close();
});

it("what comes counts like what goes: beside 20 messages a second that come, the rest of nine tenths goes and draws no 130429", async () => {
  const { emulator, business, clock, send, told, close } = await world();
  const people = Array.from({ length: 100 }, () => emulator.addPerson());
  for (const { waId } of people) personWrites(business, waId, { text: "Hi" });
  await told(100);
  await clock.advance(10_000);
  const begin = clock.now();
  let [done, came, tick] = [0, 0, 0];
  const all = people.map(async ({ waId }) => {
    for (let at = 0; at < 3; at += 1) {
      expect(await send(waId, `Hello ${at}`)).toMatchObject({ kind: "sent" });
      done += 1;
    }
  });
  for (; done < 300; tick += 1) {
    if (tick % 5 === 0) {
      personWrites(business, people[came % 100]?.waId ?? "", { text: "And?" });
      came += 1;
      await told(100 + came);
    }
    await clock.advance(10);
  }
  await Promise.all(all);
  expect(came).toBeGreaterThan(80);
  expect(clock.now() - begin).toBeLessThanOrEqual(((300 + came) / 80 / 0.9) * 1_000);
  expect(emulator.calls("messages").filter((call) => call.status !== 200)).toEqual([]);
  await close();
});
