/** Chat bots of the portal in a line, through the whole application: who has the chat, whose words they are, and who takes over. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { ConversationAnswer, MessageAnswer } from "../../src/api/messages.ts";
import type { ReportAnswer } from "../../src/api/reports.ts";
import { bootOf } from "../handlers/support/site.ts";
import { until } from "../support/world/until.ts";
import { World } from "../support/world/world.ts";

const ANNA = 5;
const PATIENCE_MS = 30_000;
const TIMEOUT_MS = 90_000;
let world: World;
let lina: number;
let customer: number;

beforeAll(async () => {
  world = await World.start({ unpaced: true });
  await world.install();
  await world.connectTelegram();
  lina = controls().addBot("Lina").id;
}, TIMEOUT_MS);
afterAll(() => world?.stop());
beforeEach(() => {
  customer = world.telegram.addPerson().id;
  welcomes({ WELCOME_BOT_JOIN: "always", WELCOME_BOT_TIME: "600", WELCOME_BOT_LEFT: "queue" });
});

const controls = () => world.portal.portal();
function welcomes(settings: Readonly<Record<string, string>>): void {
  const config = controls().portal.line(1)?.config;
  if (!config) throw new Error("no line");
  Object.assign(config, { WELCOME_BOT_ENABLE: "Y", WELCOME_BOT_ID: String(lina), ...settings });
}
const got = () => world.telegram.sentTo(customer).map(({ text }) => text);
const receives = (text: string) =>
  until(
    () => got().includes(text),
    PATIENCE_MS,
    `“${text}” to arrive`,
    () => got().join("\n"),
  );
const all = () => world.api<ConversationAnswer[]>("/api/conversations?limit=200");
const own = async (rows = all()) => (await rows).find(({ chat }) => chat === String(chatOf()?.id));
const chatOf = () =>
  [...controls().portal.chats.values()].find(({ externalUserId }) => externalUserId === String(customer));
const stands = (what: string, is: (now: ConversationAnswer) => boolean) =>
  until(
    async () => {
      const now = await own();
      return now !== undefined && is(now);
    },
    PATIENCE_MS,
    what,
    async () => JSON.stringify(await own()),
  );

async function writes(text: string) {
  world.telegram.userWrites(customer, text);
  const isThere = () => chatOf()?.messageIds.some((id) => controls().portal.messages.get(id)?.text === text) === true;
  await until(isThere, PATIENCE_MS, `“${text}” to stand in the line`);
  const chat = chatOf();
  if (!chat) throw new Error("no chat");
  return chat;
}
const thread = async () => world.api<MessageAnswer[]>(`/api/conversations/${(await own())?.id}/messages`);

test(
  "a bot answers first, once, as a bot; it hands over by its command, and then people have it",
  async () => {
    const chat = await writes("Hi");
    expect(chat.ownerId).toBe(lina);
    world.portal.faults.add({ kind: "event-doubled", method: "ONIMCONNECTORMESSAGEADD", times: 1 });
    controls().botWrites(chat.id, "I am Lina, a bot");
    await receives("I am Lina, a bot");
    await stands("the bot to have it", ({ bot, operator }) => bot?.name === "Lina" && operator === null);
    // Nobody of the people has answered: somebody waits, and every list says who has it.
    expect(await own()).toMatchObject({ open: true, accepted: false, desk: { waitingSince: expect.any(String) } });
    const by = async (operator: string) =>
      (await own(world.api<ConversationAnswer[]>(`/api/conversations?operator=${operator}`)))?.bot;
    expect([await by("bot"), await by("nobody"), await by("me")]).toEqual([{ name: "Lina" }, undefined, undefined]);
    await writes("Where is my order?");
    controls().botWrites(chat.id, "I will ask a colleague");
    await receives("I will ask a colleague");
    controls().botHandsOver(chat.id);
    await stands("the bot to be out of it", ({ bot }) => bot === null);
    controls().operatorWrites(chat.id, { text: "Anna here", userId: ANNA });
    await receives("Anna here");
    await stands("Anna to have it", ({ operator, bot }) => operator?.id === String(ANNA) && bot === null);
    expect(got()).toEqual(["I am Lina, a bot", "I will ask a colleague", "Anna here"]);
    const rows = (await thread()).filter(({ direction }) => direction === "out");
    expect(rows.map(({ text, automatic, agent }) => [text, automatic, agent?.id])).toEqual([
      ["I am Lina, a bot", { by: "bot", name: "Lina" }, undefined],
      ["I will ask a colleague", { by: "bot", name: "Lina" }, undefined],
      ["Anna here", undefined, String(ANNA)],
    ]);
    // Told to the portal as any message of the line: it shows no “not sent”.
    const sending = () => chat.messageIds.filter((id) => controls().portal.messages.get(id)?.sending === true);
    await until(() => sending().length === 0, PATIENCE_MS, "the portal to be told that all of it was delivered");
    const counted = () => world.api<ReportAnswer>("/api/reports?period=today");
    // A report may be asked for once a second.
    await expect
      .poll(async () => (await counted()).total, { timeout: PATIENCE_MS, interval: 1_000 })
      .toMatchObject({ answers: 1, automatic: 2, asked: 1, answered: 1 });
  },
  TIMEOUT_MS,
);

test(
  "a bot that has it too long loses it to the queue, and what it still says is a bot's",
  async () => {
    welcomes({ WELCOME_BOT_TIME: "1", WELCOME_BOT_LEFT: "close" });
    const chat = await writes("Hello?");
    controls().botWrites(chat.id, "One moment");
    await receives("One moment");
    await stands("the bot to have it", ({ bot }) => bot?.name === "Lina");
    await until(() => controls().handOverLate() > 0, PATIENCE_MS, "the portal to take it from the bot");
    expect(chat.ownerId).not.toBe(lina);
    await stands("the bot to be out of it", ({ bot, operator }) => bot === null && operator === null);
    // It may stay in the chat until that is closed.
    controls().botWrites(chat.id, "Still here", lina);
    await receives("Still here");
    await stands("it to wait for people all the same", ({ bot }) => bot === null);
    expect((await thread()).at(-1)).toMatchObject({ text: "Still here", automatic: { by: "bot", name: "Lina" } });
  },
  TIMEOUT_MS,
);

test(
  "somebody takes it over from the bot on our pages, and it is theirs in the line; the next chat begins with people where the bot greets once",
  async () => {
    welcomes({ WELCOME_BOT_JOIN: "first" });
    const chat = await writes("Good day");
    controls().botWrites(chat.id, "Good day, I am Lina");
    await receives("Good day, I am Lina");
    await stands("the bot to have it", ({ bot }) => bot?.name === "Lina");
    const { session } = bootOf((await controls().openApp({ userId: ANNA })).html);
    const taken = await fetch(`${world.web.url}/api/conversations/${(await own())?.id}/session`, {
      method: "POST",
      headers: { authorization: `Bearer ${session}`, "content-type": "application/json" },
      body: JSON.stringify({ action: "accept" }),
    });
    expect(await taken.json()).toMatchObject({ bot: null, operator: { id: String(ANNA) }, accepted: true });
    expect([chat.ownerId, chat.members.includes(lina)]).toEqual([ANNA, false]);
    expect(() => controls().botWrites(chat.id, "May I?", lina)).toThrow("no bot is in this chat");
    controls().finishDialog(chat.id);
    await stands("it to be closed", ({ open }) => !open);
    await writes("One more thing");
    expect(chat.ownerId).not.toBe(lina);
    await stands("it to be open", ({ open, bot }) => open && bot === null);
  },
  TIMEOUT_MS,
);
