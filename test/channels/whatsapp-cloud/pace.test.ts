import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { plainText } from "../../../src/domain/rich-text.ts";
import { outgoing } from "../../contract/channel-harness.ts";
import { personWrites } from "../../emulators/whatsapp-cloud/people.ts";
import { PATIENT_MS, standingClock } from "../shared/standing-clock.ts";
import { setUp, WEBHOOK_URL } from "./harness.ts";

/** The pace against the emulator's limits, on one clock. */
async function world() {
  const { clock, pacer, call, until } = standingClock();
  const setup = await setUp({ limits: {}, now: clock.now, pacer, fetchTimeoutMs: PATIENT_MS });
  await setup.adapter.connect(setup.account, { webhookUrl: WEBHOOK_URL, https: true });
  const send = (chatId: string, text: string) =>
    call(() => {
      const message = outgoing(chatId, { body: plainText(text), attachments: [] });
      return setup.adapter.send(setup.account, message, "key");
    });
  /** Waits until so many messages of people have come by webhooks. */
  const told = async (count: number) => {
    while (setup.events.filter(({ kind }) => kind === "message").length < count) await setImmediate();
  };
  return { ...setup, clock, send, told, until };
}

it("20 messages to one customer use nine tenths of the pair rate and draw no 131056", async () => {
  const { emulator, send, until, chatId, close } = await world();
  const all = (async () => {
    for (let at = 0; at < 20; at += 1) expect(await send(chatId, `Message ${at}`)).toMatchObject({ kind: "sent" });
  })();
  expect(await until([all], 1_000)).toBeLessThanOrEqual((19 * 6_000) / 0.9);
  expect(emulator.calls("messages").map((call) => call.status)).toEqual(new Array(20).fill(200));
  await close();
});

it("45 messages in one go are sent in one go, the rest when they are paid for, and draw no 131056", async () => {
  const { emulator, clock, send, until, chatId, close } = await world();
  const begin = clock.now();
  const went: number[] = [];
  const all = (async () => {
    for (let at = 0; at < 50; at += 1) {
      // The lane tries again what found no turn.
      while ((await send(chatId, `Message ${at}`)).kind === "retry") await Promise.resolve();
      went.push(clock.now() - begin);
    }
  })();
  await until([all], 1_000);
  expect(went.filter((at) => at < 5_000)).toHaveLength(45);
  expect(went[45]).toBeGreaterThanOrEqual(45 * 6_000);
  expect(went[45]).toBeLessThanOrEqual((45 * 6_000) / 0.9);
  expect(emulator.calls("messages").map((call) => call.status)).toEqual(new Array(50).fill(200));
  await close();
});

it("240 customers at once use nine tenths of a number's throughput and draw no 130429", async () => {
  const { emulator, business, clock, send, until, told, close } = await world();
  const people = Array.from({ length: 240 }, () => emulator.addPerson());
  for (const { waId } of people) personWrites(business, waId, { text: "Hi" });
  await told(240);
  // What they wrote counts too, and is over by then.
  await clock.advance(10_000);
  const all = people.map(async ({ waId }) => expect(await send(waId, "Hello")).toMatchObject({ kind: "sent" }));
  expect(await until(all, 10)).toBeLessThanOrEqual((240 / 80 / 0.9) * 1_000);
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
  let [done, came, tick] = [false, 0, 0];
  const all = Promise.all(
    people.map(async ({ waId }) => {
      for (let at = 0; at < 3; at += 1) expect(await send(waId, `Hello ${at}`)).toMatchObject({ kind: "sent" });
    }),
  ).finally(() => {
    done = true;
  });
  for (; !done; tick += 1) {
    if (tick % 5 === 0) {
      personWrites(business, people[came % 100]?.waId ?? "", { text: "And?" });
      came += 1;
      await told(100 + came);
    }
    await clock.advance(10);
  }
  await all;
  expect(came).toBeGreaterThan(80);
  expect(clock.now() - begin).toBeLessThanOrEqual(((300 + came) / 80 / 0.9) * 1_000);
  expect(emulator.calls("messages").filter((call) => call.status !== 200)).toEqual([]);
  await close();
});
