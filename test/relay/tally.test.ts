import { afterAll, beforeAll, expect, it } from "vitest";
import { plainText } from "../../src/domain/rich-text.ts";
import { createTally, writeTally } from "../../src/relay/tally.ts";
import { Relay } from "./harness.ts";

let relay: Relay;
beforeAll(async () => {
  relay = await Relay.start();
});
afterAll(() => relay.stop());

it("counts what comes in, what is sent and what ends badly, and the board shows it", async () => {
  const { store, portal, account, channel } = relay;
  const conversation = await relay.customerWrites("maria", "hello");
  await relay.customerWrites("maria", "is anybody there?");
  await relay.run("in", conversation);
  const chat = (await store.conversations.find(portal, conversation))?.imChatId ?? "";
  const reply = async (text: string) => {
    const { id } = relay.emulator.portal().operatorWrites(Number(chat), { text, userId: 5 });
    await relay.operatorDoes({
      kind: "message",
      chatId: conversation,
      imChatId: chat,
      imMessageId: String(id),
      authorId: "5",
      content: { body: plainText(text), attachments: [] },
    });
    await relay.run("out", conversation);
  };
  await reply("yes");
  channel.answers = [{ kind: "refused", code: "blocked", sentence: "Blocked." }];
  await reply("no");
  channel.answers = [{ kind: "uncertain", sentence: "Perhaps." }];
  await reply("well");
  await relay.customerWrites("maria", "from the phone", { fromDevice: true });
  const day = relay.deps.now().toISOString().slice(0, 10);
  expect(await writeTally({ tally: relay.deps.tally, health: store.health, log: relay.deps.log })).toBe(true);
  const [row] = await store.health.board(portal, day);
  expect(row).toMatchObject({
    id: account.id,
    today: { received: 2, sent: 2, refused: 1, failed: 0, uncertain: 1 },
    queues: { in: { waiting: 1 } },
  });
  expect(row?.lastReceivedAt?.getTime()).toBeLessThanOrEqual(row?.lastSentAt?.getTime() ?? 0);
});

it("keeps the counts while the database is away, and adds what came meanwhile", async () => {
  const { portal, account, store } = relay;
  const place = { portal, account: account.id };
  const at = (time: string) => new Date(`2026-03-02T${time}:00Z`);
  const tally = createTally();
  const deps = { tally, log: relay.deps.log };
  tally.received(place, at("09:01"));
  tally.ended({ ...place, direction: "out" }, { state: "sent" }, at("09:02"));
  tally.ended({ ...place, direction: "in" }, { state: "sent" }, at("09:03"));
  for (const state of ["refused", "failed", "uncertain", "stored"] as const)
    tally.ended({ ...place, direction: "out" }, { state }, at("09:04"));
  // Not at its end: the other side is still asked.
  tally.ended({ ...place, direction: "in" }, { state: "uncertain", settleBy: at("09:06") }, at("09:05"));
  const away = { record: () => Promise.reject(new Error("away")), timeZones: store.health.timeZones };
  expect(await writeTally({ ...deps, health: away })).toBe(false);
  tally.received(place, at("09:05"));
  expect(await writeTally({ ...deps, health: store.health })).toBe(true);
  const [row] = await store.health.hours(portal, "2026-03-02");
  expect(row).toMatchObject({ day: "2026-03-02", heard: 1 << 9 });
  expect((await store.health.board(portal, "2026-03-02"))[0]?.today).toEqual({
    received: 2,
    sent: 1,
    refused: 1,
    failed: 1,
    uncertain: 1,
  });
  expect(tally.take()).toEqual([]);
});
