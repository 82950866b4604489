import { createHash } from "node:crypto";
import type { Customer } from "../../domain/conversation.ts";
import type { Content, Quote } from "../../domain/message.ts";
import { plainText } from "../../domain/rich-text.ts";
import type { ChannelEvent } from "../contract/events.ts";
import { contentOf, isSilent, realName, ringing } from "./content.ts";
import { type Directory, isGroup, isPerson, withoutDevice } from "./directory.ts";
import { storable } from "./markup.ts";
import { callSchema, type KeyIn, type MessageIn, messageSchema, noticeSchema, reactionSchema } from "./schemas.ts";

/**
 * Events of the library as events of the contract. The same event gives the same keys whenever and however it comes: live,
 * again after a restart, or from a chat's history.
 *
 * Calls: the library's event says that one rings, again at each turn of it, and neither when nor how it ends. That is told
 * once; how it ended is told by the line that WhatsApp's page writes into the chat, where that comes (`content.ts`).
 *
 * Message ids of ours are WhatsApp's own, with the chat's one id in them: `false_<chat>_<id>`, in groups with the writer.
 */

export interface InboundTools {
  readonly directory: Directory;
  readonly withoutGroups: boolean;
  /** Our own id, to know ourselves among the writers. */
  me(): readonly string[];
  groupName(id: string): Promise<string | undefined>;
  /** Whether a message was sent through us. */
  isOurs(id: string): boolean;
}

export interface Inbound {
  message(data: unknown): Promise<readonly ChannelEvent[]>;
  edited(data: unknown, text: unknown): Promise<readonly ChannelEvent[]>;
  revoked(data: unknown): Promise<readonly ChannelEvent[]>;
  reaction(data: unknown): Promise<readonly ChannelEvent[]>;
  receipt(data: unknown, state: unknown): Promise<readonly ChannelEvent[]>;
  call(data: unknown, now: Date): Promise<readonly ChannelEvent[]>;
  membership(data: unknown, kind: "joined" | "left"): Promise<readonly ChannelEvent[]>;
  unreadable(data: unknown): Promise<readonly ChannelEvent[]>;
  externalId(key: KeyIn): Promise<string>;
}

const dateOf = (seconds: number): Date => new Date(Math.min(Math.max(seconds, 0), 4_102_444_800) * 1_000);

export function createInbound(tools: InboundTools): Inbound {
  const { directory } = tools;

  const wanted = (chat: string): boolean => isPerson(chat) || (isGroup(chat) && !tools.withoutGroups);

  async function externalId(key: KeyIn): Promise<string> {
    const chat = await directory.chatIdOf(withoutDevice(key.remote));
    const writer = isGroup(chat) && key.participant !== undefined ? `_${withoutDevice(key.participant)}` : "";
    return `${key.fromMe}_${chat}_${key.id}${writer}`;
  }

  async function personOf(id: string, name?: string): Promise<Customer> {
    const chatId = await directory.chatIdOf(withoutDevice(id));
    const phone = await directory.phoneOf(chatId);
    const real = realName(name);
    return {
      externalId: chatId,
      ...(real !== undefined && { name: real }),
      ...(phone !== undefined && { phone: `+${phone}`, url: `https://wa.me/${phone}` }),
    };
  }

  async function customerOf(chat: string, message: Pick<MessageIn, "id" | "_data">): Promise<Customer> {
    if (!isGroup(chat)) return await personOf(chat, message.id.fromMe ? undefined : message._data.notifyName);
    const name = await tools.groupName(chat);
    return { externalId: chat, ...(name !== undefined && { name: storable(name) }) };
  }

  async function quoteOf(message: MessageIn, chat: string): Promise<Quote | undefined> {
    const { quotedStanzaID, quotedParticipant, quotedMsg } = message._data;
    if (quotedStanzaID === undefined) return undefined;
    const writer = quotedParticipant === undefined ? undefined : withoutDevice(quotedParticipant);
    const mine = writer !== undefined && tools.me().includes(writer);
    const key = {
      _serialized: "",
      id: quotedStanzaID,
      fromMe: mine,
      remote: chat,
      participant: isGroup(chat) ? writer : undefined,
    };
    const text = quotedMsg?.caption ?? quotedMsg?.body;
    return {
      externalId: await externalId(key),
      ...(text !== undefined && quotedMsg?.type === "chat" && { text: storable(text).slice(0, 500).toWellFormed() }),
    };
  }

  async function fill(
    message: MessageIn,
    id: string,
  ): Promise<{ chatId: string; customer: Customer; content: Content }> {
    const chat = withoutDevice(message.id.remote);
    const chatId = await directory.chatIdOf(chat);
    const customer = await customerOf(chat, message);
    const content = contentOf(message, id, await quoteOf(message, chat));
    const writer = message.author ?? message.id.participant;
    if (!isGroup(chat) || writer === undefined || message.id.fromMe) return { chatId, customer, content };
    return { chatId, customer, content: { ...content, author: await personOf(writer, message._data.notifyName) } };
  }

  function read(data: unknown): MessageIn | undefined {
    const parsed = messageSchema.safeParse(data);
    if (!parsed.success || parsed.data.isStatus === true) return undefined;
    return wanted(withoutDevice(parsed.data.id.remote)) ? parsed.data : undefined;
  }

  return {
    externalId,

    async message(data) {
      const message = read(data);
      if (!message || isSilent(message)) return [];
      const id = await externalId(message.id);
      if (message.id.fromMe && tools.isOurs(id)) return [];
      const filled = await fill(message, id);
      return [
        {
          kind: "message",
          key: `message:${id}`,
          ...filled,
          externalId: id,
          at: dateOf(message.timestamp),
          ...(isGroup(filled.chatId) && { group: true }),
          ...(message.id.fromMe && { fromDevice: true }),
        },
      ];
    },

    async edited(data, text) {
      const message = read(data);
      if (!message || isSilent(message)) return [];
      const id = await externalId(message.id);
      if (message.id.fromMe && tools.isOurs(id)) return [];
      const body = typeof text === "string" ? text : message.body;
      const filled = await fill({ ...message, body }, id);
      const digest = createHash("sha256").update(body).digest("base64url").slice(0, 16);
      const version = message.latestEditSenderTimestampMs ?? digest;
      const at = dateOf((message.latestEditSenderTimestampMs ?? message.timestamp * 1_000) / 1_000);
      return [{ kind: "edit", key: `edit:${id}:${version}`, ...filled, externalId: id, at }];
    },

    async revoked(data) {
      const message = read(data);
      if (!message) return [];
      const id = await externalId(message.protocolMessageKey ?? message.id);
      if (message.id.fromMe && tools.isOurs(id)) return [];
      const chatId = await directory.chatIdOf(withoutDevice(message.id.remote));
      return [{ kind: "delete", key: `delete:${id}`, chatId, externalId: id, at: dateOf(message.timestamp) }];
    },

    async reaction(data) {
      const parsed = reactionSchema.safeParse(data);
      if (!parsed.success) return [];
      const { msgId, reaction, senderId, timestamp } = parsed.data;
      const chat = withoutDevice(msgId.remote);
      const sender = withoutDevice(senderId);
      if (!wanted(chat) || tools.me().includes(sender)) return [];
      const externalIdOf = await externalId(msgId);
      const seconds = timestamp ?? 0;
      return [
        {
          kind: "reaction",
          key: `reaction:${externalIdOf}:${sender}:${seconds}:${reaction}`,
          chatId: await directory.chatIdOf(chat),
          customer: isGroup(chat) ? { externalId: chat } : await personOf(chat),
          externalId: externalIdOf,
          emoji: storable(reaction),
          at: dateOf(seconds),
        },
      ];
    },

    async receipt(data, state) {
      const parsed = messageSchema.safeParse(data);
      if (!parsed.success || !parsed.data.id.fromMe || typeof state !== "number") return [];
      const chat = withoutDevice(parsed.data.id.remote);
      if (!wanted(chat)) return [];
      const id = await externalId(parsed.data.id);
      const chatId = await directory.chatIdOf(chat);
      const base = { chatId, externalIds: [id], at: dateOf(parsed.data.timestamp) };
      if (state < 0) {
        const sentence = "WhatsApp did not deliver this message. Look at the phone before you send it again.";
        return [{ kind: "failure", key: `failure:${id}`, ...base, sentence }];
      }
      // 0 waits, 1 is with WhatsApp, 2 with the customer's device, 3 read, 4 played.
      if (state < 2) return [];
      const reached = state === 2 ? "delivered" : "read";
      return [{ kind: "receipt", key: `receipt:${id}:${reached}`, ...base, state: reached }];
    },

    async call(data, now) {
      const parsed = callSchema.safeParse(data);
      if (!parsed.success || parsed.data.fromMe === true) return [];
      const { id, from, isVideo, timestamp } = parsed.data;
      const chat = withoutDevice(from);
      if (!isPerson(chat)) return [];
      const chatId = await directory.chatIdOf(chat);
      const content = ringing(isVideo === true);
      const at = timestamp === undefined ? now : dateOf(timestamp);
      const key = `call:${id}`;
      return [{ kind: "message", key, chatId, customer: await personOf(chat), externalId: key, content, at }];
    },

    async membership(data, kind) {
      const parsed = noticeSchema.safeParse(data);
      if (!parsed.success || !isGroup(parsed.data.chatId) || tools.withoutGroups) return [];
      const { id, chatId, recipientIds, author, timestamp } = parsed.data;
      const people = await Promise.all(recipientIds.slice(0, 20).map((one) => personOf(one)));
      const names = people.map((one) => one.phone ?? "somebody").join(", ") || "Somebody";
      const sentence = kind === "joined" ? `Joined the group: ${names}.` : `Left the group: ${names}.`;
      const writer = author ?? recipientIds[0];
      const name = await tools.groupName(chatId);
      const key = `notice:${id._serialized}`;
      return [
        {
          kind: "message",
          key,
          chatId,
          customer: { externalId: chatId, ...(name !== undefined && { name: storable(name) }) },
          externalId: key,
          content: {
            body: plainText(sentence),
            attachments: [],
            notice: kind,
            ...(writer !== undefined && { author: await personOf(writer) }),
          },
          group: true,
          at: dateOf(timestamp),
        },
      ];
    },

    async unreadable(data) {
      const message = read(data);
      if (!message || message.id.fromMe) return [];
      const id = await externalId(message.id);
      const { chatId, customer } = await fill(message, id);
      const sentence = "A message came that could not be decrypted here. Read it on the phone.";
      const content: Content = { body: plainText(sentence), attachments: [], notice: "other" };
      const at = dateOf(message.timestamp);
      const group = isGroup(chatId) && { group: true };
      // Its words may still come, as a message of its own under the real id.
      const key = `unreadable:${id}`;
      return [{ kind: "message", key, chatId, customer, externalId: key, content, at, ...group }];
    },
  };
}
