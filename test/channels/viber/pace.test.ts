import { expect, it } from "vitest";
import { plainText } from "../../../src/domain/rich-text.ts";
import { outgoing } from "../../contract/channel-harness.ts";
import { PATIENT_MS, standingClock } from "../shared/standing-clock.ts";
import { setUp } from "./harness.ts";

/** The pace against the emulator's limits, on one clock. */
async function world() {
  const { clock, pacer, call, until } = standingClock();
  const setup = await setUp({ now: clock.now, pacer, fetchTimeoutMs: PATIENT_MS });
  const send = (chatId: string, words: string) =>
    call(() => {
      const message = outgoing(chatId, { body: plainText(words), attachments: [] });
      return setup.adapter.send(setup.account, message, "key");
    });
  return { ...setup, clock, send, until };
}

it("600 messages to 60 people use nine tenths of a bot's requests and draw no status 12", async () => {
  const { emulator, send, until, close } = await world();
  const people = Array.from({ length: 60 }, () => emulator.addPerson());
  // As the relay does: one message of a chat at a time.
  const chats = people.map(async ({ id }) => {
    for (let at = 0; at < 10; at += 1) {
      let outcome = await send(id, `Message ${at}`);
      while (outcome.kind === "retry") outcome = await send(id, `Message ${at}`);
      expect(outcome).toMatchObject({ kind: "sent" });
    }
  });
  // 500 at once, the rest ten seconds later.
  expect(await until(chats, 100)).toBeLessThanOrEqual(10_000 / 0.9);
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
