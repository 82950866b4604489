import { afterAll, beforeAll, expect, it } from "vitest";
import type { ConversationId } from "../../src/domain/ids.ts";
import { type ChatLooks, createChatLooks } from "../../src/relay/chat-looks.ts";
import { Relay } from "./harness.ts";

const ROUND_MS = 10_000;
let relay: Relay;
const told: ConversationId[] = [];

beforeAll(async () => {
  relay = await Relay.start();
});
afterAll(() => relay.stop());

/** Of all processes, by the clock of the test. */
const held = new Map<string, number>();
const locks = {
  async acquire(name: string, _owner: string, ttlMs: number) {
    const now = relay.deps.now().getTime();
    if ((held.get(name) ?? 0) > now) return false;
    held.set(name, now + ttlMs);
    return true;
  },
};
const store = () => ({ conversations: relay.store.conversations, locks });

const looks = (): ChatLooks =>
  createChatLooks({
    ...{
      store: store(),
      portals: relay.deps.portals,
      writers: relay.writers,
      log: relay.deps.log,
      now: relay.deps.now,
    },
    inTurn: (_portal, work) => work(),
    news: { ofConversation: (_portal, conversation) => void told.push(conversation) },
  });

async function customer(name: string) {
  const id = await relay.customerWrites(name, "Hello");
  await relay.run("in", id);
  const [chat] = [...relay.emulator.portal().portal.chats.values()].filter((one) => one.externalUserId === name);
  if (!chat) throw new Error("no chat");
  return { id, chat, known: () => relay.store.conversations.find(relay.portal, id) };
}

const nextRound = () => relay.advance(ROUND_MS);

const requests = () => relay.emulator.requests.entries({ method: "imopenlines.dialog.get" }).length;

it("sees who took a chat in Open Lines, and tells the pages; chats on no screen are not looked at", async () => {
  const [shown, other] = [await customer("a1"), await customer("a2")];
  const round = looks();
  const stop = round.watch({ portal: relay.portal, id: shown.id });
  relay.emulator.portal().operatorAccepts(shown.chat.id, 7);
  relay.emulator.portal().operatorAccepts(other.chat.id, 7);
  await round.look();
  expect(await shown.known()).toMatchObject({ operator: "7", accepted: true, open: true });
  expect((await other.known())?.operator).toBeUndefined();
  expect(told).toEqual([shown.id]);
  // Not before its time, and not when nobody looks any more.
  const before = requests();
  await round.look();
  stop();
  relay.advance(ROUND_MS);
  await round.look();
  expect(requests()).toBe(before);
});

it("undoes nothing that was done here meanwhile, and keeps what is known when it sees the same", async () => {
  const { id, chat, known } = await customer("b1");
  relay.emulator.portal().operatorAccepts(chat.id, 5);
  await relay.store.conversations.learn(relay.portal, id, { open: true, operator: "5", accepted: true });
  const at = (await known())?.stateAt?.getTime() ?? 0;
  const round = createChatLooks({
    ...{ store: store(), writers: relay.writers, log: relay.deps.log, now: relay.deps.now },
    news: { ofConversation: () => undefined },
    inTurn: (_portal, work) => work(),
    portals: {
      chats: (portal) => ({
        ...relay.deps.portals.chats(portal),
        async look(chatId) {
          const seen = await relay.deps.portals.chats(portal).look(chatId);
          if (overtake) await relay.store.conversations.learn(portal, id, { operator: "7", accepted: true });
          return seen;
        },
      }),
    },
  });
  let overtake = false;
  round.watch({ portal: relay.portal, id });
  nextRound();
  await round.look();
  expect(await known()).toMatchObject({ operator: "5", accepted: true });
  expect((await known())?.stateAt?.getTime()).toBeGreaterThan(at);
  overtake = true;
  nextRound();
  await round.look();
  expect(await known()).toMatchObject({ operator: "7", accepted: true });
});

it("costs two requests at most for a screenful of chats, by however many processes", async () => {
  const { chat } = await customer("c0");
  relay.emulator.portal().operatorAccepts(chat.id, 5);
  // What the portal is asked about each of them is the same.
  const many: Pick<Awaited<ReturnType<typeof customer>>, "id" | "known">[] = [];
  for (let n = 1; n <= 50; n += 1) {
    const id = await relay.customerWrites(`c${n}`, "Hello");
    await relay.store.conversations.learn(relay.portal, id, { imChatId: String(chat.id), open: true });
    many.push({ id, known: () => relay.store.conversations.find(relay.portal, id) });
  }
  const processes = [looks(), looks()];
  for (const { id } of many) for (const one of processes) one.watch({ portal: relay.portal, id });
  nextRound();
  const before = requests();
  await Promise.all(processes.map((one) => one.look()));
  expect(requests() - before).toBeLessThanOrEqual(2);
  for (const { known } of many) expect((await known())?.operator).toBe("5");
});

it("leaves what is known as it is when the portal cannot be asked, or says no", async () => {
  const { id, known } = await customer("d1");
  await relay.store.conversations.learn(relay.portal, id, { open: true, operator: "5", accepted: true });
  const before = await known();
  const round = looks();
  round.watch({ portal: relay.portal, id });
  const error = { status: 400, code: "ACCESS_ERROR", description: "no" };
  relay.emulator.faults.add({ kind: "command-error", method: "imopenlines.dialog.get", times: 10, error });
  const asked = requests();
  nextRound();
  await round.look();
  nextRound();
  await round.look();
  expect(await known()).toEqual(before);
  // A no is not asked for again and again.
  expect(requests() - asked).toBe(1);
  relay.emulator.faults.clear();
});
