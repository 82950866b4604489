import type { EmulatedBot } from "./bot.ts";
import { withoutReply } from "./methods.ts";
import type { Chat, Json, Person, StoredMessage } from "./types.ts";

/** What people do: write, edit. Each action becomes a message and an update as the Bot API shapes them. */

export interface UserFile {
  readonly name?: string;
  readonly mime?: string;
  readonly bytes?: Buffer;
  /** Claimed size of a file without bytes. */
  readonly size?: number;
  readonly width?: number;
  readonly height?: number;
  readonly duration?: number;
}

export interface UserContent {
  readonly text?: string;
  readonly entities?: readonly Json[];
  /** Under a file; goes with the first one of an album. */
  readonly caption?: string;
  readonly photo?: UserFile;
  readonly video?: UserFile;
  readonly voice?: UserFile;
  readonly audio?: UserFile;
  readonly document?: UserFile;
  readonly animation?: UserFile;
  readonly sticker?: UserFile & { readonly emoji?: string };
  readonly album?: readonly UserContent[];
  /** Any other fields of a message, as they are (`location`, `contact`, …). */
  readonly raw?: Json;
}

export interface WriteOptions {
  /** Token of the bot written to; default the first. */
  readonly bot?: string;
  /** Number of the message answered. */
  readonly replyTo?: number;
  /** Part of that message that is quoted. */
  readonly quote?: string;
  /** In groups: who writes. */
  readonly from?: number;
}

let albums = 0;

export function userWrites(
  bot: EmulatedBot,
  chatId: number,
  content: UserContent,
  options: WriteOptions,
): StoredMessage[] {
  const chat = bot.chats.get(chatId) ?? bot.addPerson({ id: chatId, first_name: "Anna", language_code: "de" });
  bot.blockedBy.delete(chatId);
  if (!content.album) return [write(bot, chat, content, options)];
  albums += 1;
  const media_group_id = String(12_000_000_000_000_000 + albums);
  return content.album.map((item, at) => {
    const caption = at === 0 && content.caption !== undefined ? { caption: content.caption } : {};
    return write(bot, chat, { ...caption, ...item, raw: { ...item.raw, media_group_id } }, options);
  });
}

export function userEdits(bot: EmulatedBot, chatId: number, messageId: number, content: UserContent): StoredMessage {
  const message = bot.message(chatId, messageId);
  if (!message || message.from.id === bot.id) throw new Error("there is no such message of a person");
  const { entities: _entities, text: _text, caption: _caption, ...rest } = message;
  const edited = { ...rest, ...fields(bot, content), edit_date: bot.seconds() } as StoredMessage;
  bot.store(edited);
  bot.queue("edited_message", edited);
  return edited;
}

function write(bot: EmulatedBot, chat: Chat, content: UserContent, options: WriteOptions): StoredMessage {
  const replied = options.replyTo === undefined ? undefined : bot.message(chat.id, options.replyTo);
  const message: StoredMessage = {
    message_id: bot.nextId(),
    from: userObject(writer(bot, chat, options)),
    chat: bot.chatObject(chat),
    date: bot.seconds(),
    ...(replied && { reply_to_message: withoutReply(replied) }),
    ...(options.quote !== undefined && { quote: { text: options.quote, position: 0, is_manual: true } }),
    ...fields(bot, content),
  };
  bot.store(message);
  bot.queue("message", message);
  return message;
}

/** In a private chat bots hear of nothing else about members ("my_chat_member"). */
export function userBlocks(bot: EmulatedBot, chatId: number, blocks: boolean): void {
  const chat = bot.chats.get(chatId);
  const person = bot.people.get(chatId);
  if (!chat || !person) return;
  const member = (status: string) => ({ status, user: bot.user });
  bot.queue("my_chat_member", {
    chat: bot.chatObject(chat),
    from: userObject(person),
    date: bot.seconds(),
    old_chat_member: member(blocks ? "member" : "kicked"),
    new_chat_member: member(blocks ? "kicked" : "member"),
  });
}

/** A person puts an emoji on a message, or takes theirs off (""). Bots hear of it in private chats without rights. */
export function userReacts(bot: EmulatedBot, chatId: number, messageId: number, emoji: string, old = ""): void {
  const chat = bot.chats.get(chatId);
  const person = bot.people.get(chatId);
  if (!chat || !person || !bot.message(chatId, messageId)) throw new Error("there is no such message");
  const list = (one: string) => (one === "" ? [] : [{ type: "emoji", emoji: one }]);
  bot.queue("message_reaction", {
    chat: bot.chatObject(chat),
    message_id: messageId,
    user: userObject(person),
    date: bot.seconds(),
    old_reaction: list(old),
    new_reaction: list(emoji),
  });
}

/**
 * A group becomes a supergroup: the last message of the old chat names the new one, and the first of the new one the old
 * (Bot API, "Message.migrate_to_chat_id"). Messages are numbered anew there, and nothing can be sent to the old one.
 */
export function groupMigrates(bot: EmulatedBot, chatId: number, newId: number): void {
  const chat = bot.chats.get(chatId);
  if (chat?.type !== "group" || chat.migratedTo !== undefined) throw new Error("there is no such group");
  const admin = [...bot.people.values()][0] ?? { id: 5_000_000_001, first_name: "Anna" };
  const next = bot.addGroup(newId, chat.title ?? "Group", "supergroup");
  const common = { date: bot.seconds() };
  const last = { message_id: bot.nextId(), from: userObject(admin), chat: bot.chatObject(chat), ...common };
  bot.queue("message", { ...last, migrate_to_chat_id: newId });
  const chatObject = bot.chatObject(next);
  const from = { id: 1_087_968_824, is_bot: true, first_name: "Group", username: "GroupAnonymousBot" };
  const first = { message_id: bot.nextId(), from, sender_chat: chatObject, chat: chatObject, ...common };
  bot.queue("message", { ...first, migrate_from_chat_id: chatId });
  chat.migratedTo = newId;
}

/** Somebody opens the bot by a link `t.me/<bot>?start=<payload>`, or without one. */
export function userStarts(bot: EmulatedBot, chatId: number, payload = ""): StoredMessage[] {
  const text = payload === "" ? "/start" : `/start ${payload}`;
  return userWrites(bot, chatId, { text, entities: [{ type: "bot_command", offset: 0, length: 6 }] }, {});
}

/** The customer, or the account's owner, takes messages back in a chat of a business account. */
export function businessRemoves(bot: EmulatedBot, connection: string, chatId: number, ids: readonly number[]): void {
  const chat = bot.chats.get(chatId);
  if (!chat || !bot.business.has(connection)) throw new Error("there is no such business chat");
  for (const id of ids) bot.forget(chatId, id);
  bot.queue("deleted_business_messages", {
    business_connection_id: connection,
    chat: bot.chatObject(chat),
    message_ids: [...ids],
  });
}

/** In a chat of a business account: the customer writes, or by `byOwner` the account's owner. */
export function businessWrites(
  bot: EmulatedBot,
  connectionId: string,
  chatId: number,
  content: UserContent,
  byOwner = false,
): StoredMessage {
  const connection = bot.business.get(connectionId);
  if (!connection) throw new Error("there is no such business connection");
  const chat = bot.chats.get(chatId) ?? bot.addPerson({ id: chatId, first_name: "Anna", language_code: "de" });
  const customer = bot.people.get(chatId);
  const from = byOwner || !customer ? { id: connection.owner, first_name: "Owner" } : customer;
  const message: StoredMessage = {
    message_id: bot.nextId(),
    business_connection_id: connectionId,
    from: userObject(from),
    chat: bot.chatObject(chat),
    date: bot.seconds(),
    ...fields(bot, content),
  };
  bot.store(message);
  bot.queue("business_message", message);
  return message;
}

function writer(bot: EmulatedBot, chat: Chat, options: WriteOptions): Person {
  const person = bot.people.get(options.from ?? chat.id);
  if (!person) throw new Error("nobody of that number is known to the bot");
  return person;
}

function userObject(person: Person): Json & { readonly id: number } {
  return { ...person, is_bot: false };
}

const FOLDERS = {
  photo: "photos",
  video: "videos",
  voice: "voice",
  audio: "music",
  document: "documents",
  animation: "animations",
  sticker: "stickers",
} as const;

function fields(bot: EmulatedBot, content: UserContent): Json {
  const result: Record<string, unknown> = { ...content.raw };
  if (content.text !== undefined) result.text = content.text;
  if (content.caption !== undefined) result.caption = content.caption;
  if (content.entities) result[content.text === undefined ? "caption_entities" : "entities"] = content.entities;
  for (const [kind, folder] of Object.entries(FOLDERS) as [keyof typeof FOLDERS, string][]) {
    const file = content[kind];
    if (file) result[kind] = kind === "photo" ? photoSizes(bot, file) : fileObject(bot, folder, file);
  }
  return result;
}

function fileObject(bot: EmulatedBot, folder: string, file: UserFile): Json {
  const { bytes, name, mime, size, ...shape } = file;
  const given = {
    ...(name !== undefined && { name }),
    ...(mime !== undefined && { mime }),
    ...(size !== undefined && { size }),
  };
  const stored = bot.addFile(folder, { ...given, ...(bytes && { bytes }) });
  return {
    file_id: stored.file_id,
    file_unique_id: stored.file_unique_id,
    file_size: stored.size,
    ...(name !== undefined && { file_name: name }),
    ...(mime !== undefined && { mime_type: mime }),
    ...shape,
  };
}

/** Telegram keeps a picture in several sizes and lists the smallest first. */
function photoSizes(bot: EmulatedBot, file: UserFile): Json[] {
  const { width = 1280, height = 960, ...rest } = file;
  const thumb = {
    width: Math.round(width / 8),
    height: Math.round(height / 8),
    mime: "image/jpeg",
    bytes: rest.bytes ?? Buffer.from("thumb"),
  };
  return [
    fileObject(bot, "photos", thumb),
    fileObject(bot, "photos", { mime: "image/jpeg", ...rest, width, height }),
  ].map(({ mime_type: _mime, file_name: _name, ...size }) => size);
}
