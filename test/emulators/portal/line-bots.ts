/**
 * Chat bots of the portal in its lines. `WELCOME_BOT_*` by the documentation of `imopenlines.config.add`; what a bot does with a
 * session by that of `imopenlines.bot.session.*`. That a bot has the session as its operator and the chat as its owner, that its
 * messages go to the connector as an operator's do, and that the notice of a hand-over goes to none: the published on-premise source.
 */
import type { Chat, Message, PortalUser, Session } from "./model.ts";
import { ensureSession, openSession, writeAsBot } from "./open-lines.ts";
import type { EmulatedPortal } from "./portal.ts";
import { asText } from "./values.ts";

export function addBot(portal: EmulatedPortal, name: string, openLine = true): PortalUser {
  const bot: PortalUser = {
    ...{ id: portal.nextId("user"), name, lastName: "", email: "", phone: "", active: true, admin: false },
    ...{ extranet: false, crmAccess: false, kind: "bot" },
  };
  portal.users.set(bot.id, bot);
  portal.bots.push({ id: bot.id, name, code: `bot_${bot.id}`, openLine });
  return bot;
}

/** The bot that has the running session. */
export function botOf(portal: EmulatedPortal, chat: Chat): PortalUser | undefined {
  const session = openSession(portal, chat);
  const operator = session && portal.users.get(session.operatorId);
  return operator?.kind === "bot" ? operator : undefined;
}

/** `imbot.message.add` to the chat of a line; a bot that is in it still may, also when it has the session no more. */
export function botWrites(portal: EmulatedPortal, chat: Chat, botId: number, text: string): Message | undefined {
  ensureSession(portal, chat);
  if (!chat.members.includes(botId)) return undefined;
  return writeAsBot(portal, chat, botId, text);
}

/** `imopenlines.bot.session.operator`, and what the portal does when `WELCOME_BOT_TIME` is over. `false`: no bot has it. */
export function toQueue(portal: EmulatedPortal, chat: Chat): boolean {
  const session = openSession(portal, chat);
  const bot = botOf(portal, chat);
  if (session === undefined || bot === undefined) return false;
  const queue = (portal.line(chat.line)?.queue ?? []).filter((id) => id !== bot.id);
  const next = queue[portal.nextId(`queue:${chat.line}`) % Math.max(1, queue.length)] ?? portal.administrator().id;
  handTo(portal, chat, session, bot, next);
  session.state = "new";
  return true;
}

/** `imopenlines.bot.session.transfer` to an employee. */
export function toEmployee(portal: EmulatedPortal, chat: Chat, userId: number): boolean {
  const session = openSession(portal, chat);
  const bot = botOf(portal, chat);
  if (session === undefined || bot === undefined || portal.users.get(userId)?.kind !== "employee") return false;
  handTo(portal, chat, session, bot, userId);
  return true;
}

function handTo(portal: EmulatedPortal, chat: Chat, session: Session, bot: PortalUser, userId: number): void {
  session.operatorId = userId;
  session.botUntil = undefined;
  chat.ownerId = userId;
  const stays = asText(portal.line(chat.line)?.config.WELCOME_BOT_LEFT) === "close";
  chat.members = chat.members.filter((id) => stays || id !== bot.id);
  if (!chat.members.includes(userId)) chat.members.push(userId);
}

/** Whose time is over by now goes to the queue; the portal looks again and again by itself. */
export function handOverLate(portal: EmulatedPortal): number {
  const late = [...portal.chats.values()].filter((chat) => {
    const { botUntil } = openSession(portal, chat) ?? {};
    return botUntil !== undefined && botUntil > 0 && botUntil <= portal.now();
  });
  return late.filter((chat) => toQueue(portal, chat)).length;
}
