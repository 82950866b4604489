/**
 * The server is killed between an outside bot's answer and what it says of it, or while it says it: started again, the customer
 * has the answer once, or people have the conversation. Never silence, never twice.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ConversationAnswer, MessageAnswer } from "../../src/api/messages.ts";
import { botEventSchema } from "../../src/rules/bots/protocol.ts";
import { until } from "../support/world/until.ts";
import { World } from "../support/world/world.ts";

const PATIENCE_MS = 100_000;
const TIMEOUT_MS = 300_000;
let world: World;
/** What happens with the bot's next answer to a message, once. */
let atAnswer: (() => void) | undefined;
const asked: string[] = [];
const bot = createServer((request, response) => {
  let body = "";
  request.setEncoding("utf8").on("data", (part: string) => {
    body += part;
  });
  request.on("end", () => {
    const { event, id, message } = botEventSchema.parse(JSON.parse(body));
    if (message === null) {
      response.writeHead(204).end();
      return;
    }
    asked.push(id);
    const text = `Answer to ${message.text}`;
    const answer = JSON.stringify(event === "message" ? { messages: [{ text }] } : {});
    response.writeHead(200, { "content-type": "application/json" }).end(answer, () => {
      atAnswer?.();
      atAnswer = undefined;
    });
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => bot.listen(0, "127.0.0.1", resolve));
  world = await World.start({
    // The call to the messenger takes a moment: a kill may hit it.
    telegram: { latencyMs: 300 },
    unpaced: true,
  });
  await world.install();
  const { id } = await world.connectTelegram();
  const url = `http://127.0.0.1:${(bot.address() as AddressInfo).port}/bot`;
  const settings = { enabled: true, name: "Robbie", url, timeoutSeconds: 10 };
  await world.api(`/api/accounts/${id}/bot`, { method: "PUT", body: settings });
}, TIMEOUT_MS);
afterAll(async () => {
  await world?.stop();
  await new Promise((resolve) => bot.close(resolve));
});

const all = () => world.api<ConversationAnswer[]>("/api/conversations?limit=200");

test.each([
  ["with the answer on its way to the server", 0],
  ["while it keeps the answer", 15],
  ["while it says the answer to the customer", 150],
])(
  "killed %s",
  async (_when, afterMs) => {
    const { id: person, username } = world.telegram.addPerson();
    const got = () => world.telegram.sentTo(person).map(({ text }) => text ?? "");
    const before = new Set(asked).size;
    let killed: Promise<void> | undefined;
    atAnswer = () => {
      killed = new Promise((resolve) => {
        setTimeout(() => void world.web.kill("SIGKILL").then(resolve), afterMs);
      });
    };
    world.telegram.userWrites(person, "one");
    await until(() => killed !== undefined, PATIENCE_MS, "the bot to be asked");
    await killed;
    await world.web.start();
    const own = async () => (await all()).find(({ customer }) => customer.username === username);
    const withPeople = async () => {
      const now = await own();
      return now?.bot === null && now.chat !== null;
    };
    const state = async () => JSON.stringify([got(), asked, await own()]);
    const isAnswered = () => got().includes("Answer to one");
    await until(
      async () => isAnswered() || (await withPeople()),
      PATIENCE_MS,
      "the customer to be answered, or people to have the conversation",
      state,
    );
    // What comes after it shows that nothing of before is still on its way.
    world.telegram.userWrites(person, "two");
    await until(
      async () => got().includes("Answer to two") || (await withPeople()),
      PATIENCE_MS,
      "the bot to go on, or people to have the conversation",
      state,
    );
    const times = got().filter((text) => text === "Answer to one").length;
    // Where nobody knows whether it arrived, people have the conversation, and it is not said again.
    if (await withPeople()) expect(times).toBeLessThanOrEqual(1);
    else expect(got()).toEqual(["Answer to one", "Answer to two"]);
    // Each message is one event, however often the bot is asked about it.
    const ids = (await world.api<MessageAnswer[]>(`/api/conversations/${(await own())?.id}/messages`)).map(
      ({ id }) => id,
    );
    expect(ids).toEqual(expect.arrayContaining([...new Set(asked)].slice(before)));
  },
  TIMEOUT_MS,
);
