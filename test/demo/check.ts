import type { JournalMessage, World } from "../support/world/world.ts";
import { until } from "../support/world/until.ts";

const PATIENCE_MS = 20_000;

/** Plays one conversation both ways through every layer and throws where it differs from what a person would expect. */
export async function playConversation(world: World, say: (line: string) => void): Promise<void> {
  const { telegram } = world;
  const portal = world.portal.portal().portal;
  const customer = telegram.addPerson({ first_name: "Maria", last_name: "Lopez", username: "maria_lopez" });

  telegram.userWrites(customer.id, "Hello! Do you deliver on Fridays?");
  say("Maria writes in Telegram.");
  await until(() => portal.chats.size === 1, PATIENCE_MS, "the message to reach Open Lines", () => world.web.tail(30));
  const [chat] = portal.chats.values();
  if (!chat) throw new Error("no chat");
  expectEqual(texts(world, chat.id, "customer"), ["Hello! Do you deliver on Fridays?"], "the customer's message in Open Lines");
  say(`It is in Open Lines, chat ${chat.id}.`);

  const reply = world.portal.portal().operatorWrites(chat.id, { text: "Hello Maria, yes we do.", userId: 5 });
  say("Anna answers in Open Lines.");
  await until(() => telegram.sentTo(customer.id).length === 1, PATIENCE_MS, "the answer to reach Telegram", () => world.web.tail(30));
  expectEqual(telegram.sentTo(customer.id).map((message) => message.text), ["Hello Maria, yes we do."], "the answer in Telegram");
  await until(() => portal.messages.get(reply.id)?.sending === false, PATIENCE_MS, "the delivery to be reported to the portal", () => world.web.tail(30));
  say("Maria has the answer, and the portal knows it was delivered.");

  telegram.userWrites(customer.id, "Perfect, thank you!");
  await until(() => texts(world, chat.id, "customer").length === 2, PATIENCE_MS, "the second message", () => world.web.tail(30));
  const journal = await world.api<JournalMessage[]>("/api/journal");
  expectEqual(
    journal.toSorted((a, b) => a.seq - b.seq).map((message) => `${message.direction} ${message.state} ${message.text}`),
    ["in sent Hello! Do you deliver on Fridays?", "out sent Hello Maria, yes we do.", "in sent Perfect, thank you!"],
    "the journal",
  );
  expectEqual(world.portal.notImplemented, [], "calls that the emulated portal does not know");
  say("Every message stands in the journal once, in order.");
}

function texts(world: World, chatId: number, from: "customer" | "operator"): string[] {
  const { portal } = world.portal.portal();
  const chat = portal.chats.get(chatId);
  if (!chat) return [];
  return chat.messageIds.flatMap((id) => {
    const message = portal.messages.get(id);
    return message?.from === from ? [message.text] : [];
  });
}

function expectEqual(actual: unknown, expected: unknown, what: string): void {
  const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (got !== wanted) throw new Error(`${what}: expected ${wanted}, got ${got}`);
}
