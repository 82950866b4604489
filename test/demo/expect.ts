/** What check and seed wait for and compare: chats as the portal holds them. */
import type { Chat, Message } from "../emulators/portal/model.ts";
import { until } from "../support/world/until.ts";
import type { World } from "../support/world/world.ts";

const patienceMs = 20_000;

/** Waits for a condition; when it does not come true, the server's last words stand in the error. */
export async function waitFor(world: World, what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  await until(condition, patienceMs, what, () => world.web.tail(30));
}

export function messagesOf(world: World, chat: Chat, from: Message["from"]): Message[] {
  return world.portal
    .portal()
    .portal.chatMessages(chat)
    .filter((message) => message.from === from);
}

/** The chat in which a customer wrote this text; waits until there is one. */
export async function chatWith(world: World, text: string): Promise<Chat> {
  const find = (): Chat | undefined =>
    [...world.portal.portal().portal.chats.values()].find((chat) =>
      messagesOf(world, chat, "customer").some((message) => message.text.endsWith(text)),
    );
  await waitFor(world, `“${text}” to reach Open Lines`, () => find() !== undefined);
  const chat = find();
  if (chat === undefined) throw new Error(`the chat with “${text}” went away`);
  return chat;
}

export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (got !== wanted) throw new Error(`${what}: expected ${wanted}, got ${got}`);
}
