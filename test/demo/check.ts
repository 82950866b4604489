import type { Chat } from "../emulators/portal/model.ts";
import type { JournalMessage, World } from "../support/world/world.ts";
import type { Demo } from "./demo.ts";
import { chatWith, expectEqual, messagesOf, waitFor } from "./expect.ts";
import { openVisitor, sendRequest } from "./visitor.ts";

type Say = (line: string) => void;

/** Agent on the portal's side of both conversations. */
const anna = 5;

/** Plays conversations both ways through every layer and throws where they differ from what a person would expect. */
export async function playConversations(demo: Demo, say: Say): Promise<void> {
  await playTelegram(demo, say);
  await playWebchat(demo, say);
  await playForm(demo, say);
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
  const about = `Page: Northwind Furniture (${shop.url}/)`;
  expectEqual([chat.line, textsOf(world, chat)], [2, [about, question]], "the visitor's message in Open Lines");

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
    ["in", about],
    ["in", question],
    ["out", answer],
  ]);
  say("The visitor has read the answer.");

  expectEqual(await visitor.rating(), undefined, "the rating while the dialog is open");
  world.portal.portal().finishDialog(chat.id);
  await waitFor(world, "the visitor to be asked how it was", async () => (await visitor.rating()) !== undefined);
  const asked = await visitor.rating();
  await visitor.rate(asked?.session ?? "", 5);
  const rated = "Rated the conversation: ★★★★★ (5 of 5).";
  await isInJournal(world, webchatAccount.id, [
    ["in", about],
    ["in", question],
    ["out", answer],
    ["in", rated],
  ]);
  const session = world.portal.portal().portal.sessions.get(chat.currentSessionId);
  expectEqual(
    [(await visitor.rating())?.value, session?.state, chat.sessionIds.length],
    [5, "closed", 1],
    "the rating, and the chat that stays closed",
  );
  say("Anna finishes the dialog; the visitor gives five stars, which opens no new chat.");
}

async function playForm({ world, shop, formAccount }: Demo, say: Say): Promise<void> {
  const text = "A bench for under the stairs, 3 m long, please.";
  await sendRequest(formAccount.embed, shop.url, { name: "Nora Lind", email: "Nora@Lind.example", text });
  say("Nora fills in the shop's form while nobody is at the chat.");
  const chat = await chatWith(world, text);
  const about = [
    `Page: Northwind Furniture (${shop.url}/?utm_source=demo)`,
    "Campaign: source demo",
    "Contact details: Nora Lind, nora@lind.example",
    "Agreed to the processing of their data.",
  ].join("\n");
  expectEqual([chat.line, textsOf(world, chat)], [2, [about, text]], "the request in Open Lines");
  say(`It is in Open Lines, chat ${chat.id}, with where it came from.`);

  const more = "And a shelf above it.";
  await sendRequest(formAccount.embed, shop.url, { name: "Nora", email: "nora@lind.example", text: more });
  expectEqual((await chatWith(world, more)).id, chat.id, "the chat of a second request of the same person");
  say("Her second request joins the first one.");

  const answer = "We would love to build it.";
  answerAs(world, chat, answer);
  await waitFor(world, "the answer to be refused", async () =>
    (await world.api<JournalMessage[]>("/api/journal?state=refused")).some((row) => row.text === answer),
  );
  say("An answer there is refused: a form has no way back, and the agent is told to use another channel.");
}

function answerAs(world: World, chat: Chat, text: string): void {
  world.portal.portal().operatorWrites(chat.id, { text, userId: anna });
}

/** What the customer's side of a chat reads; lines about the customer stand there in italics. */
function textsOf(world: World, chat: Chat): string[] {
  return messagesOf(world, chat, "customer").map(({ text }) =>
    text.replace(/^\[i\](.*)\[\/i\]$/s, "$1").replaceAll("[br]", "\n"),
  );
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
