import type { Chat, Connector, Message, PortalUser, Session } from "./model.ts";
import type { EmulatedPortal } from "./portal.ts";
import { linkSessionToCrm, type Person, trackMessageText } from "./tracker.ts";
import { asText } from "./values.ts";

/** A customer's or an app's message that is about to enter a chat. */
export interface Incoming {
  readonly text: string;
  readonly externalId: string;
  readonly fileIds: number[];
  /** Employee in whose name the app writes; 0 = the customer. */
  readonly asUserId: number;
  readonly trackerOff: boolean;
  readonly requestSequence: number | null;
}

/** Who writes, where: everything that identifies a chat. */
export interface Address {
  readonly connector: string;
  readonly line: number;
  readonly externalUserId: string;
  readonly externalChatId: string;
  readonly chatName: string;
}

function chatKey(address: Address, group: boolean, portalUserId: number): string {
  const base = `${address.connector}|${address.line}|${address.externalChatId}`;
  return group ? base : `${base}|${portalUserId}`;
}

export function chatOf(portal: EmulatedPortal, address: Address, person: PortalUser): Chat | undefined {
  const group = portal.connectors.get(address.connector)?.chatGroup === true;
  return portal.chatsByKey.get(chatKey(address, group, person.id));
}

/** Existing chat or a new one with an empty history. */
function ensureChat(portal: EmulatedPortal, address: Address, person: PortalUser): Chat {
  const known = chatOf(portal, address, person);
  if (known !== undefined) return known;
  const group = portal.connectors.get(address.connector)?.chatGroup === true;
  const line = portal.line(address.line);
  const fullName = `${person.name} ${person.lastName}`.trim() || "Guest";
  const chat: Chat = {
    id: portal.nextId("chat"),
    title: `${group && address.chatName !== "" ? address.chatName : fullName} - ${asText(line?.config.LINE_NAME)}`,
    connector: address.connector,
    line: address.line,
    externalChatId: address.externalChatId,
    externalUserId: address.externalUserId,
    portalUserId: person.id,
    userCode: `${address.connector}|${address.line}|${address.externalChatId}|${person.id}`,
    ownerId: 0,
    members: [],
    crm: { lead: 0, company: 0, contact: 0, deal: 0 },
    currentSessionId: 0,
    sessionIds: [],
    messageIds: [],
    pinnedBy: [],
    createdAt: portal.now(),
  };
  portal.chats.set(chat.id, chat);
  portal.chatsByKey.set(chatKey(address, group, person.id), chat);
  portal.chatsByUserCode.set(chat.userCode, chat);
  return chat;
}

export function openSession(portal: EmulatedPortal, chat: Chat): Session | undefined {
  const session = portal.sessions.get(chat.currentSessionId);
  return session === undefined || session.state === "closed" ? undefined : session;
}

/** The running session of a chat; a closed or missing one is followed by a new one, with CRM linking and event. */
export function ensureSession(portal: EmulatedPortal, chat: Chat): { session: Session; started: boolean } {
  const running = openSession(portal, chat);
  if (running !== undefined) return { session: running, started: false };
  const line = portal.line(chat.line);
  const queue = line?.queue ?? [];
  const bot = welcomeBot(portal, chat);
  const botSeconds = Number(asText(line?.config.WELCOME_BOT_TIME));
  const operatorId =
    bot?.id ?? queue[portal.nextId(`queue:${chat.line}`) % Math.max(1, queue.length)] ?? portal.administrator().id;
  const session: Session = {
    id: portal.nextId("session"),
    chatId: chat.id,
    line: chat.line,
    connector: chat.connector,
    parentId: chat.currentSessionId,
    state: "new",
    operatorId,
    ...(bot && { botUntil: botSeconds > 0 ? portal.now() + botSeconds * 1000 : 0 }),
    spam: false,
    startedAt: portal.now(),
    closedAt: null,
    activityId: 0,
    headVote: 0,
    headComment: null,
  };
  portal.sessions.set(session.id, session);
  chat.currentSessionId = session.id;
  chat.sessionIds.push(session.id);
  chat.ownerId = operatorId;
  if (!chat.members.includes(operatorId)) chat.members.push(operatorId);
  const person = portal.users.get(chat.portalUserId);
  if (line !== undefined && person !== undefined) {
    const facts: Person = { name: person.name, lastName: person.lastName, phone: person.phone, email: person.email };
    linkSessionToCrm(portal, line, chat, session, facts);
  }
  emitDialogEvent(portal, "ONIMCONNECTORDIALOGSTART", chat, session);
  return { session, started: true };
}

/** `first`: at the chat's first session alone. */
function welcomeBot(portal: EmulatedPortal, chat: Chat): PortalUser | undefined {
  const { ACTIVE, WELCOME_BOT_ENABLE, WELCOME_BOT_ID, WELCOME_BOT_JOIN } = portal.line(chat.line)?.config ?? {};
  if (asText(ACTIVE) === "N" || asText(WELCOME_BOT_ENABLE) !== "Y") return undefined;
  if (asText(WELCOME_BOT_JOIN) === "first" && chat.sessionIds.length > 0) return undefined;
  const user = portal.users.get(Number(asText(WELCOME_BOT_ID)));
  return user?.kind === "bot" ? user : undefined;
}

/** A bot takes nothing by writing: the session stays whose it is. */
export function writeAsBot(portal: EmulatedPortal, chat: Chat, botId: number, text: string): Message {
  const message = addMessage(portal, chat, {
    ...{ authorId: botId, from: "operator", text, fileIds: [], connectorMid: [], sending: true, requestSequence: null },
  });
  emitMessageAdd(portal, chat, message);
  return message;
}

/** Bots leave with the first person who has the chat, unless the line lets them stay until it is closed. */
function withoutBots(portal: EmulatedPortal, chat: Chat): number[] {
  if (asText(portal.line(chat.line)?.config.WELCOME_BOT_LEFT) === "close") return chat.members;
  return chat.members.filter((id) => portal.users.get(id)?.kind !== "bot");
}

function addMessage(
  portal: EmulatedPortal,
  chat: Chat,
  part: Pick<Message, "authorId" | "from" | "text" | "fileIds" | "connectorMid" | "sending" | "requestSequence">,
): Message {
  const message: Message = {
    id: portal.nextId("message"),
    chatId: chat.id,
    sessionId: chat.currentSessionId,
    createdAt: portal.now(),
    edited: false,
    deleted: false,
    ...part,
  };
  portal.messages.set(message.id, message);
  chat.messageIds.push(message.id);
  return message;
}

/** A message from outside. Never de-duplicated, always appended: the platform does the same. */
export function receiveMessage(
  portal: EmulatedPortal,
  address: Address,
  person: PortalUser,
  incoming: Incoming,
): { chat: Chat; session: Session; message: Message } {
  const chat = ensureChat(portal, address, person);
  const { session } = ensureSession(portal, chat);
  const author = incoming.asUserId > 0 ? incoming.asUserId : person.id;
  const message = addMessage(portal, chat, {
    authorId: author,
    from: incoming.asUserId > 0 ? "operator" : "customer",
    text: incoming.text,
    fileIds: incoming.fileIds,
    connectorMid: incoming.externalId === "" ? [] : [incoming.externalId],
    sending: false,
    requestSequence: incoming.requestSequence,
  });
  const line = portal.line(chat.line);
  const group = portal.connectors.get(chat.connector)?.chatGroup === true;
  if (line !== undefined && !incoming.trackerOff && !group) trackMessageText(portal, line, chat, incoming.text);
  if (incoming.asUserId > 0 && portal.settings.echoUserMessages) emitMessageAdd(portal, chat, message);
  return { chat, session, message };
}

/** An operator writes in the chat; writing accepts the dialogue, and reopens a closed one with a new session. */
export function writeAsOperator(
  portal: EmulatedPortal,
  chat: Chat,
  userId: number,
  text: string,
  fileIds: number[] = [],
): Message {
  const { session } = ensureSession(portal, chat);
  if (session.state === "new") acceptDialog(portal, chat, userId);
  if (!chat.members.includes(userId)) chat.members.push(userId);
  const message = addMessage(portal, chat, {
    authorId: userId,
    from: "operator",
    text,
    fileIds,
    connectorMid: [],
    sending: true,
    requestSequence: null,
  });
  emitMessageAdd(portal, chat, message);
  return message;
}

/** A line of the system itself; reaches the connector only if it asked for such messages. */
export function writeAsSystem(portal: EmulatedPortal, chat: Chat, text: string): Message {
  const message = addMessage(portal, chat, {
    authorId: 0,
    from: "system",
    text,
    fileIds: [],
    connectorMid: [],
    sending: false,
    requestSequence: null,
  });
  if (portal.connectors.get(chat.connector)?.needSystemMessages === true) emitMessageAdd(portal, chat, message);
  return message;
}

/** Edits reach the connector only after it confirmed the message, and only if it registered for edits. */
export function editAsOperator(portal: EmulatedPortal, message: Message, text: string): void {
  message.text = text;
  message.edited = true;
  const chat = portal.chats.get(message.chatId);
  const connector = chat === undefined ? undefined : portal.connectors.get(chat.connector);
  if (
    chat === undefined ||
    connector === undefined ||
    !connector.editInternalMessages ||
    message.connectorMid.length === 0
  )
    return;
  emitToOwner(portal, connector, "ONIMCONNECTORMESSAGEUPDATE", message.authorId, {
    CONNECTOR: chat.connector,
    LINE: chat.line,
    MESSAGES: [
      {
        im: { chat_id: chat.id, message_id: message.id },
        message: { id: [...message.connectorMid], text: signed(portal, connector, chat, message) },
        chat: { id: chat.externalChatId },
      },
    ],
  });
}

/** One element per outside id, id as plain text (an edit carries a list). */
export function deleteAsOperator(portal: EmulatedPortal, message: Message): void {
  message.deleted = true;
  const chat = portal.chats.get(message.chatId);
  const connector = chat === undefined ? undefined : portal.connectors.get(chat.connector);
  if (
    chat === undefined ||
    connector === undefined ||
    !connector.deleteInternalMessages ||
    message.connectorMid.length === 0
  )
    return;
  emitToOwner(portal, connector, "ONIMCONNECTORMESSAGEDELETE", message.authorId, {
    CONNECTOR: chat.connector,
    LINE: chat.line,
    MESSAGES: message.connectorMid.map((id) => ({
      im: { chat_id: chat.id, message_id: message.id },
      message: { id },
      chat: { id: chat.externalChatId },
    })),
  });
}

export function acceptDialog(portal: EmulatedPortal, chat: Chat, userId: number): Session {
  const { session } = ensureSession(portal, chat);
  session.state = "answered";
  session.operatorId = userId;
  session.botUntil = undefined;
  chat.ownerId = userId;
  chat.members = withoutBots(portal, chat);
  if (!chat.members.includes(userId)) chat.members.push(userId);
  if (portal.settings.systemMessages)
    writeAsSystem(portal, chat, `${displayName(portal.users.get(userId))} joined the dialogue`);
  return session;
}

/** Passed on by a person: whoever gets it has it at once, and the others leave (the box edition). */
export function passDialog(portal: EmulatedPortal, chat: Chat, userId: number): Session {
  const { session } = ensureSession(portal, chat);
  session.state = "answered";
  session.operatorId = userId;
  chat.ownerId = userId;
  chat.members = [userId];
  if (portal.settings.systemMessages)
    writeAsSystem(portal, chat, `The dialogue was passed to ${displayName(portal.users.get(userId))}`);
  return session;
}

/** Closes the running session; false when there is none. */
export function finishDialog(portal: EmulatedPortal, chat: Chat, spam = false): boolean {
  const session = openSession(portal, chat);
  if (session === undefined) return false;
  session.state = "closed";
  session.spam = spam;
  session.closedAt = portal.now();
  const activity = portal.crm.activities.get(session.activityId);
  if (activity !== undefined) activity.fields.COMPLETED = "Y";
  emitDialogEvent(portal, "ONIMCONNECTORDIALOGFINISH", chat, session);
  return true;
}

export function displayName(user: PortalUser | undefined): string {
  return user === undefined ? "" : `${user.name} ${user.lastName}`.trim();
}

/** With the signature on, the operator's name leads the text, unless the line hides operators. */
function signed(portal: EmulatedPortal, connector: Connector, chat: Chat, message: Message): string {
  const hidden = asText(portal.lines.get(chat.line)?.config.OPERATOR_DATA) === "hide";
  if (message.from === "system" || !connector.needSignature || hidden || message.text === "") return message.text;
  return `[b]${displayName(portal.users.get(message.authorId))}:[/b] [br]${message.text}`;
}

function emitMessageAdd(portal: EmulatedPortal, chat: Chat, message: Message): void {
  const connector = portal.connectors.get(chat.connector);
  if (connector === undefined || portal.status(chat.connector, chat.line)?.active !== true) return;
  const files = message.fileIds.flatMap((id) => {
    const file = portal.files.get(id)?.meta;
    if (file === undefined) return [];
    return {
      name: file.name,
      type: file.type.startsWith("image/") ? "image" : "file",
      link: portal.fileUrl(file),
      size: file.size,
    };
  });
  emitToOwner(portal, connector, "ONIMCONNECTORMESSAGEADD", message.authorId, {
    CONNECTOR: chat.connector,
    LINE: chat.line,
    MESSAGES: [
      {
        im: { chat_id: chat.id, message_id: message.id },
        message: {
          user_id: message.authorId,
          text: signed(portal, connector, chat, message),
          ...(files.length > 0 ? { files } : {}),
        },
        chat: { id: chat.externalChatId },
      },
    ],
  });
}

/** `chat` and `user` repeat the connector's ids: read off the documented sample, where both pairs are equal. */
function emitDialogEvent(portal: EmulatedPortal, event: string, chat: Chat, session: Session): void {
  const connector = portal.connectors.get(chat.connector);
  if (connector === undefined) return;
  emitToOwner(portal, connector, event, undefined, {
    CONNECTOR: chat.connector,
    LINE: chat.line,
    DATA: [
      {
        connector: {
          connector_id: chat.connector,
          line_id: chat.line,
          chat_id: chat.externalChatId,
          user_id: chat.portalUserId,
        },
        session: {
          id: session.id,
          closed: session.state === "closed" ? "Y" : "N",
          parent_id: session.parentId,
          close_term: asText(portal.lines.get(chat.line)?.config.FULL_CLOSE_TIME) || "10",
        },
        chat: { id: chat.externalChatId },
        user: { id: chat.portalUserId },
      },
    ],
  });
}

function emitToOwner(
  portal: EmulatedPortal,
  connector: Connector,
  event: string,
  userId: number | undefined,
  data: object,
): void {
  const author = userId === undefined || userId === 0 ? undefined : userId;
  portal.emit(event, data, { userId: author, onlyClientId: connector.clientId });
}
