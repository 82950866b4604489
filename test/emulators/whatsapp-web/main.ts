import { EventEmitter, once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createConnection, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Info, Line, MessageData } from "./types.ts";

/**
 * Stands in for whatsapp-web.js 1.34.7 inside the real worker process: the same `Client`, `MessageMedia` and `Location`,
 * as far as the worker uses them. The page and WhatsApp behind it are the test's own process. It is strict: an option or
 * a call that the library does not have is an error. Whether it is signed in stands in the browser's profile folder.
 */

export class MessageMedia {
  readonly mimetype: string;
  readonly data: string;
  readonly filename: string | undefined;
  readonly filesize: number | undefined;
  constructor(mimetype: string, data: string, filename?: string, filesize?: number) {
    this.mimetype = mimetype;
    this.data = data;
    this.filename = filename;
    this.filesize = filesize;
  }
}

export class Location {
  readonly latitude: number;
  readonly longitude: number;
  readonly name: string | undefined;
  readonly address: string | undefined;
  constructor(latitude: number, longitude: number, options: { name?: string; address?: string } = {}) {
    this.latitude = latitude;
    this.longitude = longitude;
    this.name = options.name;
    this.address = options.address;
  }
}

const OPTIONS = new Set(
  "puppeteer authTimeoutMs qrMaxRetries webVersion webVersionCache authStrategy userAgent emulator".split(" "),
);
const SEND_OPTIONS = new Set(
  (
    "linkPreview sendAudioAsVoice sendVideoAsGif sendMediaAsSticker sendMediaAsDocument caption quotedMessageId " +
    "parseVCards sendSeen ignoreQuoteErrors waitUntilMsgSent"
  ).split(" "),
);

const demandKnown = (given: object, known: ReadonlySet<string>): void => {
  const odd = Object.keys(given).find((name) => !known.has(name));
  if (odd !== undefined) throw new Error(`the library has no option ${odd}`);
};

interface ClientOptions {
  readonly emulator: string;
  readonly puppeteer: { readonly userDataDir: string };
}

export class Client extends EventEmitter {
  info: Info | undefined;
  readonly pupBrowser = null;
  readonly #options: ClientOptions;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #socket: Socket | undefined;
  #serial = 0;

  constructor(options: ClientOptions) {
    super();
    demandKnown(options, OPTIONS);
    this.#options = options;
  }

  get #sessionFile(): string {
    return join(this.#options.puppeteer.userDataDir, "Default", "IndexedDB", "session");
  }

  async initialize(): Promise<void> {
    const socket = createConnection(this.#options.emulator);
    this.#socket = socket;
    await once(socket, "connect");
    createInterface({ input: socket }).on("line", (line) => void this.#onLine(JSON.parse(line)));
    const token = await readFile(this.#sessionFile, "utf8").catch(() => undefined);
    await this.#ask("hello", token, process.pid);
  }

  async #onLine(line: Line): Promise<void> {
    if (line.kind === "die") process.kill(process.pid, "SIGKILL");
    else if (line.kind === "answer") {
      const { resolve, reject } = this.#waiting.get(line.id) ?? {};
      this.#waiting.delete(line.id);
      if (line.error !== undefined) reject?.(new Error(line.error));
      else resolve?.(line.value);
    } else if (line.kind === "linked") {
      await mkdir(join(this.#sessionFile, ".."), { recursive: true });
      await writeFile(this.#sessionFile, line.token);
      this.info = line.info;
      this.emit("authenticated");
      this.emit("ready");
    } else if (line.name.startsWith("message") || line.name === "chats") {
      const [first, ...rest] = line.data;
      this.emit(line.name, this.#isMessage(first) ? new Message(this, first) : first, ...rest);
    } else this.emit(line.name, ...line.data);
  }

  #isMessage(value: unknown): value is MessageData {
    return typeof value === "object" && value !== null && "_data" in value;
  }

  async #ask(method: string, ...args: readonly unknown[]): Promise<unknown> {
    if (!this.#socket || this.#socket.destroyed) throw new Error("Protocol error: Target closed");
    this.#serial += 1;
    const id = this.#serial;
    const answer = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#socket.write(`${JSON.stringify({ id, method, args })}\n`);
    return await answer;
  }

  /** Of the stand-in only: what the page does for a message's own methods. */
  async pageCall(method: string, ...args: readonly unknown[]): Promise<unknown> {
    return await this.#ask(method, ...args);
  }

  async destroy(): Promise<void> {
    this.#socket?.destroy();
    await Promise.resolve();
  }

  async logout(): Promise<void> {
    await this.#ask("logout");
  }

  async getState(): Promise<unknown> {
    return await this.#ask("getState");
  }

  async sendMessage(chatId: string, content: unknown, options: object): Promise<Message | undefined> {
    demandKnown(options, SEND_OPTIONS);
    const place = content instanceof Location ? "location" : typeof content;
    const kind = content instanceof MessageMedia ? "media" : place;
    const data = (await this.#ask("sendMessage", chatId, kind, content, options)) as MessageData | null;
    return data ? new Message(this, data) : undefined;
  }

  async getMessageById(id: string): Promise<Message | null> {
    if (![3, 4].includes(id.split("_").length)) throw new Error("Invalid serialized message id specified");
    const data = (await this.#ask("getMessageById", id)) as MessageData | null;
    return data ? new Message(this, data) : null;
  }

  async getNumberId(digits: string): Promise<unknown> {
    return await this.#ask("getNumberId", digits);
  }

  async getContactLidAndPhone(ids: readonly string[]): Promise<unknown> {
    return await this.#ask("getContactLidAndPhone", ids);
  }

  async getChats(): Promise<Chat[]> {
    return ((await this.#ask("getChats")) as ChatData[]).map((data) => new Chat(this, data));
  }

  async getChatById(id: string): Promise<Chat | undefined> {
    const data = (await this.#ask("getChatById", id)) as ChatData | null;
    return data ? new Chat(this, data) : undefined;
  }
}

interface ChatData {
  readonly id: { readonly _serialized: string };
  readonly name: string;
  readonly isGroup: boolean;
  readonly unreadCount: number;
  readonly timestamp: number;
}

class Chat {
  readonly client: Client;
  readonly id: ChatData["id"];
  readonly name: string;
  readonly isGroup: boolean;
  readonly unreadCount: number;
  readonly timestamp: number;
  constructor(client: Client, data: ChatData) {
    this.client = client;
    this.id = data.id;
    this.name = data.name;
    this.isGroup = data.isGroup;
    this.unreadCount = data.unreadCount;
    this.timestamp = data.timestamp;
  }
  async fetchMessages({ limit }: { limit: number }): Promise<Message[]> {
    const list = (await this.client.pageCall("fetchMessages", this.id._serialized, limit)) as MessageData[];
    return list.map((data) => new Message(this.client, data));
  }
}

class Message {
  readonly client: Client;
  readonly id: MessageData["id"];
  constructor(client: Client, data: MessageData) {
    this.client = client;
    this.id = data.id;
    Object.assign(this, data);
  }
  async edit(text: string): Promise<Message | null> {
    const data = (await this.client.pageCall("edit", this.id._serialized, text)) as MessageData | null;
    return data ? new Message(this.client, data) : null;
  }
  async delete(everyone: boolean): Promise<void> {
    await this.client.pageCall("delete", this.id._serialized, everyone);
  }
  async react(emoji: string): Promise<void> {
    await this.client.pageCall("react", this.id._serialized, emoji);
  }
  async downloadMedia(): Promise<MessageMedia | undefined> {
    const media = (await this.client.pageCall("downloadMedia", this.id._serialized)) as MessageMedia | null;
    return media ?? undefined;
  }
}
