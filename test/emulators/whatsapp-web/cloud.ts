import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Info, Key, Line, MessageData, Request } from "./types.ts";

/**
 * WhatsApp and its page as the library's client meets them: people with two ids, chats, groups, a phone that links and
 * unlinks devices, time limits for edits and deletions. One client at a time. It remembers what every side wrote, so a
 * client that comes back finds in its chats what it missed, and is told nothing of it.
 */

/** `none`: the next send goes well. `no-answer`: it goes out, and the page never says so. */
export type Fault = "none" | "die-before" | "die-after" | "no-answer" | "not-on-whatsapp" | "overlimit";

const NO_ANSWER = Symbol("no answer");

interface Stored {
  readonly data: MessageData;
  readonly media?: { readonly mimetype: string; readonly data: string; readonly filename?: string };
  readonly quoted?: string;
  reaction: string;
  gone: boolean;
}

interface Person {
  readonly pn?: string;
  readonly lid?: string;
  readonly name: string;
}

export interface Written {
  readonly text?: string;
  readonly type?: string;
  readonly media?: { readonly bytes: Buffer; readonly mime: string; readonly name?: string };
  readonly as?: "pn" | "lid";
  readonly raw?: Readonly<Record<string, unknown>>;
  readonly fields?: Partial<MessageData>;
  /** Who wrote, in a group. */
  readonly author?: string;
  readonly fromMe?: boolean;
  readonly silent?: boolean;
  readonly at?: number;
}

const EDIT_SECONDS = 15 * 60;
const TEXT_LIMIT = 65_536;
const ME = "4915199999999@c.us";

export type Cloud = Awaited<ReturnType<typeof startCloud>>;

export async function startCloud() {
  const folder = await mkdtemp(join(tmpdir(), "wa-cloud-"));
  const path = join(folder, "socket");
  const people: Person[] = [];
  const groups = new Map<string, string>();
  const messages: Stored[] = [];
  const tokens = new Set<string>();
  const calls: string[] = [];
  const faults: Fault[] = [];
  let client: Socket | undefined;
  let state = "OPENING";
  let number = ME;
  let serial = 0;
  let codes = 0;
  let knowsPairs = true;
  let starts = 0;
  let mute = false;
  const failing = new Map<string, number>();
  let worker = 0;

  const tell = (line: Line): void => {
    client?.write(`${JSON.stringify(line)}\n`);
  };
  const emit = (name: string, ...data: readonly unknown[]): void => tell({ kind: "event", name, data });
  const now = (): number => Math.floor(Date.now() / 1_000);
  const info = (): Info => {
    const [user = ""] = number.split("@");
    return { pushname: "Support", wid: { _serialized: number, user, server: "c.us" } };
  };
  const personOf = (id: string): Person | undefined => people.find((one) => one.pn === id || one.lid === id);
  const sameChat = (a: string, b: string): boolean => {
    const person = personOf(a);
    return a === b || (person !== undefined && (person.pn === b || person.lid === b));
  };

  function keyOf(remote: string, fromMe: boolean, participant?: string): Key {
    serial += 1;
    const id = `3EB0${serial.toString(16).toUpperCase().padStart(16, "0")}`;
    const tail = participant === undefined ? "" : `_${participant}`;
    return {
      fromMe,
      remote,
      id,
      ...(participant !== undefined && { participant }),
      _serialized: `${fromMe}_${remote}_${id}${tail}`,
    };
  }

  function store(remote: string, written: Written): MessageData {
    const fromMe = written.fromMe === true;
    const group = remote.endsWith("@g.us");
    const writer = fromMe ? number : (written.author ?? remote);
    const { media } = written;
    const data: MessageData = {
      id: keyOf(remote, fromMe, group ? writer : undefined),
      type: written.type ?? "chat",
      body: written.text ?? "",
      timestamp: written.at ?? now(),
      from: fromMe ? number : remote,
      to: fromMe ? remote : number,
      ...(group && { author: writer }),
      hasMedia: media !== undefined,
      vCards: [],
      ack: fromMe ? 1 : 0,
      ...written.fields,
      _data: {
        notifyName: personOf(writer)?.name,
        ...(media && { mimetype: media.mime, size: media.bytes.length, filename: media.name }),
        ...written.raw,
      },
    };
    messages.push({
      data,
      ...(media && {
        media: {
          mimetype: media.mime,
          data: media.bytes.toString("base64"),
          ...(media.name !== undefined && { filename: media.name }),
        },
      }),
      reaction: "",
      gone: false,
    });
    return data;
  }

  const find = (id: unknown): Stored | undefined => messages.find((one) => one.data.id._serialized === id);

  /** One chat for each person, whichever id a message came under. */
  const chatIds = (): string[] => [
    ...new Set(messages.map(({ data }) => personOf(data.id.remote)?.pn ?? data.id.remote)),
  ];
  function chatOf(id: string) {
    const inside = messages.filter((one) => sameChat(one.data.id.remote, id));
    return {
      id: { _serialized: id },
      name: groups.get(id) ?? personOf(id)?.name ?? "",
      isGroup: id.endsWith("@g.us"),
      unreadCount: inside.filter((one) => !one.data.id.fromMe).length,
      timestamp: inside.at(-1)?.data.timestamp ?? 0,
    };
  }

  function send(
    chatId: string,
    kind: string,
    content: unknown,
    options: Readonly<Record<string, unknown>>,
  ): MessageData | typeof NO_ANSWER {
    const fault = faults.shift();
    if (fault === "not-on-whatsapp") throw new Error("No LID for user");
    if (fault === "overlimit") throw new Error("rate-overlimit");
    if (!groups.has(chatId) && !personOf(chatId)) throw new Error("No LID for user");
    if (fault === "die-before") {
      tell({ kind: "die" });
      throw new Error("dead");
    }
    const media = kind === "media" ? (content as { mimetype: string; data: string; filename?: string }) : undefined;
    const text = typeof content === "string" ? content : "";
    if (text.length > TEXT_LIMIT) throw new Error("text too long");
    const vcard = kind === "string" && options["parseVCards"] === true && text.startsWith("BEGIN:VCARD");
    const type = typeOf(media?.mimetype, options);
    const place = kind === "location" ? (content as MessageData["location"]) : undefined;
    const words = vcard ? "vcard" : "chat";
    const wordsAs = place ? "location" : words;
    const caption = typeof options["caption"] === "string" ? options["caption"] : "";
    const data = store(chatId, {
      fromMe: true,
      text: media ? caption : text,
      type: media ? type : wordsAs,
      ...(media && { media: { bytes: Buffer.from(media.data, "base64"), mime: media.mimetype } }),
      fields: { ...(place && { location: place }), vCards: vcard ? [text] : [] },
    });
    const stored = messages.at(-1);
    const quoted = options["quotedMessageId"];
    if (stored && typeof quoted === "string" && find(quoted)) Object.assign(stored, { quoted });
    if (fault === "no-answer") return NO_ANSWER;
    // The page adds the message before it answers.
    emit("message_create", data);
    if (fault === "die-after") {
      tell({ kind: "die" });
      throw new Error("dead");
    }
    return data;
  }

  const codeNow = (): string => `2@code-${codes},key,identity,secret,1`;
  function showCode(): void {
    codes += 1;
    emit("qr", codeNow());
  }

  const methods: Readonly<Record<string, (...args: readonly never[]) => unknown>> = {
    hello: (token: string | null, pid: number) => {
      starts += 1;
      worker = pid;
      if (mute) return undefined;
      if (token !== null && tokens.has(token)) {
        state = "CONNECTED";
        tell({ kind: "linked", token, info: info() });
      } else {
        state = "UNPAIRED";
        showCode();
      }
      return undefined;
    },
    getState: () => state,
    logout: () => {
      tokens.clear();
      return undefined;
    },
    sendMessage: (chatId: string, kind: string, content: unknown, options: Readonly<Record<string, unknown>>) =>
      send(chatId, kind, content, options),
    getMessageById: (id: string) => find(id)?.data ?? null,
    getNumberId: (digits: string) => {
      const id = `${digits}@c.us`;
      return personOf(id) ? { _serialized: id } : null;
    },
    getContactLidAndPhone: (ids: readonly string[]) =>
      ids.map((id) => {
        const person = personOf(id);
        return knowsPairs && person ? { lid: person.lid, pn: person.pn } : {};
      }),
    getChats: () => chatIds().map(chatOf),
    getChatById: (id: string) => chatOf(id),
    fetchMessages: (id: string, limit: number) =>
      messages
        .filter((one) => sameChat(one.data.id.remote, id))
        .slice(-limit)
        .map((one) => one.data),
    edit: (id: string, text: string) => {
      const stored = find(id);
      if (!stored?.data.id.fromMe || now() - stored.data.timestamp > EDIT_SECONDS) return null;
      stored.data.body = text;
      emit("message_edit", stored.data, text, "");
      return stored.data;
    },
    delete: (id: string, everyone: boolean) => {
      const stored = find(id);
      if (!stored) throw new Error("msg is undefined");
      if (!everyone) return undefined;
      stored.gone = true;
      stored.data.type = "revoked";
      emit("message_revoke_everyone", stored.data, null);
      return undefined;
    },
    react: (id: string, emoji: string) => {
      const stored = find(id);
      if (stored) stored.reaction = emoji;
      if (stored) emit("message_reaction", reactionOf(stored.data, emoji, number));
      return undefined;
    },
    downloadMedia: (id: string) => find(id)?.media ?? null,
  };

  const reactionOf = (on: MessageData, emoji: string, sender: string, at = now()) => ({
    id: keyOf(on.id.remote, sender === number),
    msgId: on.id,
    reaction: emoji,
    senderId: sender,
    timestamp: at,
  });

  const UNCOUNTED = new Set(["hello", "getState", "getChats", "getChatById", "fetchMessages", "getContactLidAndPhone"]);

  function onRequest({ id, method, args }: Request): void {
    if (!UNCOUNTED.has(method)) calls.push(method);
    try {
      const left = failing.get(method) ?? 0;
      failing.set(method, left - 1);
      if (left > 0) throw new Error("the page is busy");
      const call = methods[method];
      if (!call) throw new Error(`the library does not call ${method}`);
      const value = call(...(args as never[]));
      if (value !== NO_ANSWER) tell({ kind: "answer", id, value: value ?? null });
    } catch (error) {
      tell({ kind: "answer", id, error: error instanceof Error ? error.message : String(error) });
    }
  }

  const server = createServer((socket) => {
    client = socket;
    socket.on("error", () => socket.destroy());
    const lines = createInterface({ input: socket });
    lines.on("error", () => lines.close());
    lines.on("line", (line) => onRequest(JSON.parse(line) as Request));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));

  return {
    path,
    me: () => number,
    calls: () => calls.length,
    starts: () => starts,
    /** Process that runs the library's client. */
    workerPid: () => worker,
    addPerson(person: Person): void {
      people.push(person);
    },
    addGroup(id: string, name: string): void {
      groups.set(id, name);
    },
    /** The phone scans the code that is shown. */
    scan(as = ME): void {
      number = as;
      const token = `token-${Math.random()}`;
      tokens.add(token);
      state = "CONNECTED";
      tell({ kind: "linked", token, info: info() });
    },
    /** What the code says that is shown now, and the next one in its place. */
    codeNow,
    showCode,
    /** The phone removes the device from its list. */
    unlink(): void {
      tokens.clear();
      state = "UNPAIRED";
      emit("disconnected", "LOGOUT");
    },
    /** The same while the client is away: nothing is told. */
    forgetDevice(): void {
      tokens.clear();
      state = "UNPAIRED";
    },
    /** Somebody writes; `silent`: while the client is away, or without an event. */
    write(remote: string, written: Written): MessageData {
      const data = store(remote, written);
      if (written.silent === true) return data;
      emit("message_create", data);
      if (!data.id.fromMe) emit("message", data);
      return data;
    },
    again(data: MessageData): void {
      emit("message", data);
    },
    edit(data: MessageData, text: string, atMs: number): void {
      const edited = { ...data, body: text, latestEditSenderTimestampMs: atMs };
      emit("message_edit", edited, text, data.body);
    },
    revoke(data: MessageData): void {
      emit("message_revoke_everyone", { ...data, type: "revoked", body: "" }, data);
    },
    react(on: MessageData, emoji: string, sender: string, at: number): void {
      emit("message_reaction", reactionOf(on, emoji, sender, at));
    },
    ack(id: string, ack: number): void {
      const stored = messages.find((one) => id.includes(one.data.id.id));
      if (!stored) throw new Error("no such message");
      emit("message_ack", stored.data, ack);
    },
    emit,
    setState(next: string): void {
      state = next;
      emit("change_state", next);
    },
    fault: (kind: Fault) => faults.push(kind),
    /** So many calls of a method fail from now on. */
    fail: (method: string, times: number) => failing.set(method, times),
    die: () => tell({ kind: "die" }),
    /** WhatsApp does not tell which phone a hidden id belongs to. */
    hidePairs: (hidden: boolean) => {
      knowsPairs = !hidden;
    },
    /** The page opens and says nothing. */
    silence: (on: boolean) => {
      mute = on;
    },
    sentTo: (chatId: string) =>
      messages.filter((one) => sameChat(one.data.id.remote, chatId) && one.data.id.fromMe && !one.gone),
    reactionOn: (data: MessageData) => find(data.id._serialized)?.reaction ?? "",
    async close(): Promise<void> {
      client?.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function typeOf(mime: string | undefined, options: Readonly<Record<string, unknown>>): string {
  if (options["sendMediaAsSticker"] === true) return "sticker";
  if (options["sendMediaAsDocument"] === true) return "document";
  if (options["sendAudioAsVoice"] === true) return "ptt";
  const [family] = (mime ?? "").split("/");
  return family === "image" || family === "video" || family === "audio" ? family : "document";
}
