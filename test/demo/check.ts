import type { Chat } from "../emulators/portal/model.ts";
import type { JournalMessage, World } from "../support/world/world.ts";
import type { Demo } from "./demo.ts";
import { chatWith, expectEqual, messagesOf, waitFor } from "./expect.ts";
import { openVisitor } from "./visitor.ts";

type Say = (line: string) => void;

/** Agent on the portal's side of both conversations. */
const anna = 5;

/** Plays conversations both ways through every layer and throws where they differ from what a person would expect. */
export async function playConversations(demo: Demo, say: Say): Promise<void> {
  await playTelegram(demo, say);
  await playWebchat(demo, say);
  expectEqual(demo.world.portal.notImplemented, [], "calls that the emulated portal does not know");
  say("Every message stands in the journal once, in order.");
}

async function playTelegram({ world, telegramAccount }: Demo, say: Say): Promise<void> {
  const { telegram } = world;
  const customer = telegram.addPerson({ first_name: "Maria", last_name: "Lopez", username: "maria_lopez" });
  const question = "Hello! Do you deliver on Fridays?";
  telegram.userWrites(customer.id, question);
  say("Maria writes in Telegram.");
  const chat = await chatWith(world, question);
  expectEqual([chat.line, textsOf(world, chat)], [1, [question]], "the customer's message in Open Lines");
  say(`It is in Open Lines, chat ${chat.id}.`);

  const answer = "Hello Maria, yes we do.";
  answerAs(world, chat, answer);
  say("Anna answers in Open Lines.");
  await waitFor(world, "the answer to reach Telegram", () => telegram.sentTo(customer.id).length > 0);
  expectEqual(
    telegram.sentTo(customer.id).map((message) => message.text),
    [answer],
    "the answer in Telegram",
  );
  await isReported(world, chat);
  say("Maria has the answer, and the portal knows it was delivered.");

  const thanks = "Perfect, thank you!";
  telegram.userWrites(customer.id, thanks);
  await chatWith(world, thanks);
  await isInJournal(world, telegramAccount.id, [
    ["in", question],
    ["out", answer],
    ["in", thanks],
  ]);
}

async function playWebchat({ world, shop, webchatAccount }: Demo, say: Say): Promise<void> {
  const visitor = await openVisitor(world.web.url, webchatAccount.id, shop.url);
  const question = "Do your lamps come with a bulb?";
  await visitor.write(question);
  say("A visitor writes in the shop's chat.");
  const chat = await chatWith(world, question);
  expectEqual([chat.line, textsOf(world, chat)], [2, [question]], "the visitor's message in Open Lines");

  const answer = "They do, a warm white one.";
  answerAs(world, chat, answer);
  say("Anna answers in Open Lines.");
  const fromTeam = async () => (await visitor.messages()).filter((message) => message.from === "team");
  await waitFor(world, "the answer to reach the shop's chat", async () => (await fromTeam()).length > 0);
  const [seen, ...more] = await fromTeam();
  expectEqual([seen?.text, more.length], [answer, 0], "the answer in the shop's chat");
  await isReported(world, chat);
  await visitor.read(seen?.seq ?? 0);
  await isInJournal(world, webchatAccount.id, [
    ["in", question],
    ["out", answer],
  ]);
  say("The visitor has read the answer.");
}

function answerAs(world: World, chat: Chat, text: string): void {
  world.portal.portal().operatorWrites(chat.id, { text, userId: anna });
}

function textsOf(world: World, chat: Chat): string[] {
  return messagesOf(world, chat, "customer").map((message) => message.text);
}

async function isReported(world: World, chat: Chat): Promise<void> {
  await waitFor(world, "the delivery to be reported to the portal", () =>
    messagesOf(world, chat, "operator").every((message) => !message.sending),
  );
}

const settled: Readonly<Record<string, readonly string[]>> = { in: ["sent"], out: ["sent", "delivered", "read"] };

/** The conversation of one account in the journal: every message once, in order, and each of them arrived. */
async function isInJournal(
  world: World,
  account: string,
  expected: readonly (readonly [string, string])[],
): Promise<void> {
  let rows: JournalMessage[] = [];
  const isSettled = ({ direction, state }: JournalMessage): boolean => settled[direction]?.includes(state) === true;
  await waitFor(world, "the journal to be settled", async () => {
    const all = await world.api<(JournalMessage & { account?: string })[]>("/api/journal");
    const texts = new Set(expected.map(([, text]) => text));
    const conversation = all.find((row) => texts.has(row.text))?.conversation;
    rows = all.filter((row) => row.conversation === conversation).toSorted((a, b) => a.seq - b.seq);
    return rows.length >= expected.length && rows.every(isSettled);
  });
  expectEqual(
    rows.map((row) => [row.direction, row.text]),
    expected,
    `the journal of account ${account}`,
  );
}
