import { createHash } from "node:crypto";
import type { tl } from "@mtcute/core";
import { z } from "zod";
import type { SessionMemory } from "../contract/sessions.ts";
import { channelOf } from "./peers.ts";

/**
 * What this account sent through us, and in which chat each message number lies.
 *
 * A message that we sent comes back as news when its answer was lost (a crash, a broken connection): it must not look
 * like one the person wrote on their phone. So each call is written down before it leaves, with a print of its content,
 * and its message number after it. News of an own message waits for the calls under way in that chat and is then looked
 * for here: by number, else by print among those whose answer never came.
 *
 * - Crash before the call: the record stays without a number; the same key sends and fills it.
 * - Crash after it: the record has no number; the news, or `RANDOM_ID_DUPLICATE` on the repetition, fills it.
 * - Two equal texts whose answers were both lost: the earlier record takes the earlier news; either way both are ours.
 *
 * Deletions in private chats and basic groups name no chat, only numbers, which are counted per account there. The map
 * from number to chat is kept with the position in the updates; losing its newest part costs nothing, because the same
 * updates come again.
 */
export interface Ledger {
  load(): Promise<void>;
  sent(randomId: string): { readonly messageId?: number } | undefined;
  begin(randomId: string, chatId: number, print: string): Promise<void>;
  finish(randomId: string, messageId: number): Promise<void>;
  /** What kind of message of ours this is; `undefined` when it is not known. */
  mediaOf(chatId: number, messageId: number): PrintedMedia | undefined;
  /** It certainly was not sent. */
  drop(randomId: string): Promise<void>;
  /** While `run` goes on, news of own messages in this chat waits. */
  during<T>(chatId: number, run: () => Promise<T>): Promise<T>;
  /** Whether a message of ours (and not of the person's own devices) is meant. */
  owns(chatId: number, messageId: number, print: string): Promise<boolean>;
  /** Numbers of our messages in this chat up to this one that were not known to be read; they are from now on. */
  readUpTo(chatId: number, messageId: number): Promise<readonly number[]>;
  note(messageId: number, chatId: number): Promise<void>;
  /** Number of the newest message that was told: of this channel, or of all chats that count together (any other id). */
  lastSeen(chatId: number): number;
  /** Our own edit is about to change a message to this; a `print` of it that comes back is no news. */
  edited(chatId: number, messageId: number, print: string): Promise<void>;
  /** What a message of ours says now, as a print; `undefined` when it is not ours. */
  printOf(chatId: number, messageId: number): string | undefined;
  chatOf(messageId: number): Promise<number | undefined>;
  /** Writes what `note` collected. */
  flush(): Promise<void>;
}

const recordSchema = z.object({
  chat: z.number(),
  at: z.number(),
  print: z.string(),
  id: z.number().optional(),
  read: z.boolean().optional(),
});
const bucketSchema = z.record(z.string(), z.number());
const seenSchema = z.record(z.string(), z.number());

type SentRecord = z.infer<typeof recordSchema>;

/** Longer than the relay tries a message, and than Telegram keeps a random id. */
const KEEP_SENT_MS = 7 * 24 * 3_600_000;
const MOST_SENT = 5_000;
/** Message numbers in one stored value, and how many such values are kept: about 100,000 messages. */
const BUCKET = 256;
const MOST_BUCKETS = 400;

export function createLedger(memory: SessionMemory, now: () => number): Ledger {
  const records = new Map<string, SentRecord>();
  const numbers = new Map<string, string>();
  const underWay = new Map<number, Set<Promise<unknown>>>();
  const buckets = new Map<number, Record<string, number>>();
  const dirty = new Set<number>();
  /** By channel, and under 0 for all other chats. */
  let seen: Record<string, number> = {};
  let seenMoved = false;

  const numberKey = (chatId: number, messageId: number): string => `${chatId}:${messageId}`;

  async function keep(randomId: string, record: SentRecord): Promise<void> {
    records.set(randomId, record);
    if (record.id !== undefined) numbers.set(numberKey(record.chat, record.id), randomId);
    await memory.set(`sent/${randomId}`, Buffer.from(JSON.stringify(record)));
  }

  async function forget(randomId: string): Promise<void> {
    const record = records.get(randomId);
    if (record?.id !== undefined) numbers.delete(numberKey(record.chat, record.id));
    records.delete(randomId);
    await memory.delete(`sent/${randomId}`);
  }

  async function prune(): Promise<void> {
    const oldest = [...records].toSorted(([, a], [, b]) => a.at - b.at);
    const tooMany = oldest.length - MOST_SENT;
    for (const [at, [randomId, record]] of oldest.entries()) {
      if (at >= tooMany && now() - record.at < KEEP_SENT_MS) break;
      await forget(randomId);
    }
  }

  async function bucketOf(messageId: number): Promise<{ index: number; bucket: Record<string, number> }> {
    const index = Math.floor(messageId / BUCKET);
    const known = buckets.get(index);
    if (known) return { index, bucket: known };
    const stored = await memory.get(`where/${index}`);
    const parsed = bucketSchema.safeParse(stored ? JSON.parse(stored.toString("utf8")) : {});
    const bucket = parsed.success ? parsed.data : {};
    // A few are kept at hand: news is mostly about the newest messages.
    const [first] = buckets.keys();
    if (buckets.size >= 16 && first !== undefined && !dirty.has(first)) buckets.delete(first);
    buckets.set(index, bucket);
    return { index, bucket };
  }

  return {
    async load() {
      for (const { key, value } of await memory.list("sent/")) {
        const parsed = recordSchema.safeParse(JSON.parse(value.toString("utf8")));
        if (!parsed.success) continue;
        const randomId = key.slice("sent/".length);
        records.set(randomId, parsed.data);
        if (parsed.data.id !== undefined) numbers.set(numberKey(parsed.data.chat, parsed.data.id), randomId);
      }
      await prune();
      const kept = await memory.get("seen");
      const newest = seenSchema.safeParse(kept ? JSON.parse(kept.toString("utf8")) : {});
      seen = newest.success ? newest.data : {};
      const stored = (await memory.list("where/")).map(({ key }) => Number(key.slice("where/".length)));
      for (const index of stored.toSorted((a, b) => b - a).slice(MOST_BUCKETS)) await memory.delete(`where/${index}`);
    },
    sent(randomId) {
      const record = records.get(randomId);
      return record && (record.id === undefined ? {} : { messageId: record.id });
    },
    async begin(randomId, chat, print) {
      if (records.has(randomId)) return;
      if (records.size >= MOST_SENT) await prune();
      await keep(randomId, { chat, at: now(), print });
    },
    async finish(randomId, id) {
      const record = records.get(randomId);
      if (record) await keep(randomId, { ...record, id });
    },
    mediaOf(chatId, messageId) {
      const randomId = numbers.get(numberKey(chatId, messageId));
      const [media] = (randomId === undefined ? undefined : records.get(randomId)?.print)?.split(":") ?? [];
      return PRINTED.find((one) => one === media);
    },
    drop: forget,
    async during(chatId, run) {
      const running = run();
      const calls = underWay.get(chatId) ?? new Set();
      underWay.set(chatId, calls.add(running));
      try {
        return await running;
      } finally {
        calls.delete(running);
        if (calls.size === 0) underWay.delete(chatId);
      }
    },
    async owns(chatId, messageId, print) {
      while (underWay.has(chatId)) await Promise.allSettled([...(underWay.get(chatId) ?? [])]);
      if (numbers.has(numberKey(chatId, messageId))) return true;
      const [lost] = [...records]
        .filter(([, one]) => one.chat === chatId && one.id === undefined && one.print === print)
        .toSorted(([, a], [, b]) => a.at - b.at);
      if (!lost) return false;
      await keep(lost[0], { ...lost[1], id: messageId });
      return true;
    },
    async readUpTo(chatId, messageId) {
      const unread = [...records].filter(
        ([, one]) => one.chat === chatId && one.id !== undefined && one.id <= messageId && !one.read,
      );
      for (const [randomId, record] of unread) await keep(randomId, { ...record, read: true });
      return unread.flatMap(([, { id }]) => (id === undefined ? [] : [id])).toSorted((a, b) => a - b);
    },
    async note(messageId, chatId) {
      const row = rowOf(chatId);
      if (messageId > (seen[row] ?? 0)) {
        seen[row] = messageId;
        seenMoved = true;
      }
      // Deletions in channels name their chat.
      if (channelOf(chatId) !== undefined) return;
      const { index, bucket } = await bucketOf(messageId);
      if (bucket[messageId] === chatId) return;
      bucket[messageId] = chatId;
      dirty.add(index);
    },
    lastSeen: (chatId) => seen[rowOf(chatId)] ?? 0,
    async edited(chatId, messageId, print) {
      const randomId = numbers.get(numberKey(chatId, messageId));
      const record = randomId === undefined ? undefined : records.get(randomId);
      if (randomId !== undefined && record) await keep(randomId, { ...record, print });
    },
    printOf(chatId, messageId) {
      const randomId = numbers.get(numberKey(chatId, messageId));
      return randomId === undefined ? undefined : records.get(randomId)?.print;
    },
    async chatOf(messageId) {
      return (await bucketOf(messageId)).bucket[messageId];
    },
    async flush() {
      if (seenMoved) {
        seenMoved = false;
        await memory.set("seen", Buffer.from(JSON.stringify(seen)));
      }
      for (const index of [...dirty]) {
        dirty.delete(index);
        await memory.set(`where/${index}`, Buffer.from(JSON.stringify(buckets.get(index) ?? {})));
      }
    },
  };
}

const rowOf = (chatId: number): string => String(channelOf(chatId) === undefined ? 0 : chatId);

/** What kind of media a message carries, in one word that is the same on the way out and in. */
export type PrintedMedia = (typeof PRINTED)[number];
const PRINTED = ["text", "photo", "file", "place", "contact"] as const;

/** Telegram trims texts, so the print does too. */
export function printOf(media: PrintedMedia, text: string): string {
  return `${media}:${createHash("sha256").update(text.trim()).digest("base64url").slice(0, 22)}`;
}

export function printOfMessage(message: tl.RawMessage): string {
  return printOf(printedMedia(message.media), message.message);
}

function printedMedia(media: tl.TypeMessageMedia | undefined): PrintedMedia {
  switch (media?._) {
    case "messageMediaPhoto":
      return "photo";
    case "messageMediaDocument":
      return "file";
    case "messageMediaGeo":
    case "messageMediaVenue":
      return "place";
    case "messageMediaContact":
      return "contact";
    default:
      return "text";
  }
}
