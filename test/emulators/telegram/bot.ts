import { randomBytes } from "node:crypto";
import {
  BotApiError,
  type BusinessConnection,
  badRequest,
  type Chat,
  forbidden,
  type Json,
  type Person,
  type StoredFile,
  type StoredMessage,
  type Update,
  type Webhook,
} from "./types.ts";

/** One emulated bot: its chats, messages, files and waiting updates. */
export class EmulatedBot {
  readonly token: string;
  readonly id: number;
  readonly username: string;
  readonly firstName: string;
  readonly people = new Map<number, Person>();
  readonly chats = new Map<number, Chat>();
  readonly messages = new Map<string, StoredMessage>();
  readonly files = new Map<string, StoredFile>();
  readonly blockedBy = new Set<number>();
  readonly deactivated = new Set<number>();
  readonly business = new Map<string, BusinessConnection>();
  /** The bot's own reaction on a message, by `chat:message`. */
  readonly reactions = new Map<string, string>();
  revoked = false;
  webhook: Webhook | undefined;
  allowedUpdates: readonly string[] = [];
  /** Unconfirmed updates, oldest first. */
  updates: Update[] = [];
  lastError: { readonly date: number; readonly message: string } | undefined;
  /** Called after an update was queued, and when polling or webhook change. */
  onChange: () => void = () => undefined;
  private nextMessageId = 1;
  private nextUpdateId = 100_000_001;
  private readonly now: () => number;

  constructor(options: { token: string; username: string; firstName: string; now: () => number }) {
    this.token = options.token;
    this.id = Number(options.token.split(":")[0]);
    this.username = options.username;
    this.firstName = options.firstName;
    this.now = options.now;
  }

  get user(): Json & { readonly id: number } {
    return { id: this.id, is_bot: true, first_name: this.firstName, username: this.username };
  }

  /** A person opens the bot: from now on it may write to them. */
  addPerson(person: Person): Chat {
    this.people.set(person.id, person);
    const known = this.chats.get(person.id);
    if (known) return known;
    const chat: Chat = { id: person.id, type: "private" };
    this.chats.set(chat.id, chat);
    return chat;
  }

  addGroup(id: number, title: string, type: "group" | "supergroup" = "supergroup"): Chat {
    const chat: Chat = { id, type, title };
    this.chats.set(id, chat);
    return chat;
  }

  /** Chat as the Bot API shows it. */
  chatObject(chat: Chat): Json & { readonly id: number } {
    const person = chat.type === "private" ? this.people.get(chat.id) : undefined;
    const { first_name, last_name, username } = person ?? {};
    return {
      id: chat.id,
      type: chat.type,
      ...(chat.title !== undefined && { title: chat.title }),
      ...(first_name !== undefined && { first_name }),
      ...(last_name !== undefined && { last_name }),
      ...(username !== undefined && { username }),
    };
  }

  /** The chat a bot wants to write to, or the error Telegram gives. */
  writableChat(chatId: number): Chat {
    const chat = this.chats.get(chatId);
    if (!chat) throw badRequest("chat not found");
    if (chat.migratedTo !== undefined) {
      const parameters = { migrate_to_chat_id: chat.migratedTo };
      throw new BotApiError(400, "Bad Request: group chat was upgraded to a supergroup chat", parameters);
    }
    if (this.deactivated.has(chatId)) throw forbidden("user is deactivated");
    if (this.blockedBy.has(chatId)) {
      throw forbidden(
        chat.type === "private" ? "bot was blocked by the user" : `bot was kicked from the ${chat.type} chat`,
      );
    }
    return chat;
  }

  nextId(): number {
    const id = this.nextMessageId;
    this.nextMessageId += 1;
    return id;
  }

  store(message: StoredMessage): StoredMessage {
    this.messages.set(keyOf(message.chat.id, message.message_id), message);
    return message;
  }

  /** A message of the bot's own chats, or of a business account's. */
  message(chatId: number, messageId: number, business?: string): StoredMessage | undefined {
    const message = this.messages.get(keyOf(chatId, messageId));
    return message?.business_connection_id === business ? message : undefined;
  }

  forget(chatId: number, messageId: number): void {
    this.messages.delete(keyOf(chatId, messageId));
  }

  /** Messages of a chat in order, the person's and the bot's. */
  history(chatId: number, business?: string): StoredMessage[] {
    return [...this.messages.values()]
      .filter((message) => message.chat.id === chatId && message.business_connection_id === business)
      .sort((a, b) => a.message_id - b.message_id);
  }

  addFile(folder: string, file: { name?: string; mime?: string; bytes?: Buffer; size?: number }): StoredFile {
    const id = `AgAC${randomBytes(24).toString("base64url")}`;
    const extension = /\.[A-Za-z0-9]{1,8}$/.exec(file.name ?? "")?.[0] ?? extensionOf(file.mime);
    const stored: StoredFile = {
      file_id: id,
      file_unique_id: `AQAD${randomBytes(8).toString("base64url")}`,
      path: `${folder}/file_${this.files.size + 1}${extension}`,
      size: file.bytes?.length ?? file.size ?? 0,
      ...(file.name !== undefined && { name: file.name }),
      ...(file.mime !== undefined && { mime: file.mime }),
      ...(file.bytes && { bytes: file.bytes }),
    };
    this.files.set(id, stored);
    return stored;
  }

  /** A business chat the bot wants to write to, or the error Telegram gives. */
  businessChat(id: string, chatId: number): Chat {
    const connection = this.business.get(id);
    if (!connection?.enabled) throw badRequest("business connection not found");
    if (!connection.canReply) throw forbidden("BOT_ACCESS_FORBIDDEN");
    const chat = this.chats.get(chatId);
    if (!chat || this.history(chatId, id).length === 0) throw badRequest("BUSINESS_PEER_USAGE_MISSING");
    return chat;
  }

  /** Queues an update, unless its kind was not asked for. An empty list asks for all but reactions ("setWebhook"). */
  queue(kind: string, payload: unknown): Update | undefined {
    const wanted = this.allowedUpdates.length > 0 ? this.allowedUpdates.includes(kind) : kind !== "message_reaction";
    if (!wanted) return undefined;
    const update: Update = { update_id: this.nextUpdateId, [kind]: payload };
    this.nextUpdateId += 1;
    this.updates.push(update);
    this.onChange();
    return update;
  }

  seconds(): number {
    return Math.floor(this.now() / 1_000);
  }
}

function keyOf(chatId: number, messageId: number): string {
  return `${chatId}:${messageId}`;
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  "image/jpeg": ".jpg",
  "image/png": ".png",
  "image/webp": ".webp",
  "video/mp4": ".mp4",
  "audio/ogg": ".oga",
  "audio/mpeg": ".mp3",
};

function extensionOf(mime: string | undefined): string {
  return (mime !== undefined && EXTENSIONS[mime]) || "";
}
