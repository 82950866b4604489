import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { ChannelEvent } from "../contract/events.ts";
import type { SessionHost } from "../contract/sessions.ts";
import { type Directory, isGroup, isPerson, withoutDevice } from "./directory.ts";
import type { Inbound } from "./inbound.ts";
import type { CallResult, WorkerCall } from "./protocol.ts";
import { chatSchema, type MessageIn, messageSchema } from "./schemas.ts";
import type { SentLog } from "./sent-log.ts";

/**
 * What happens at WhatsApp, handed to the host one after the other.
 *
 * - The host's store is down: the same event is given again until it is taken; those behind it wait.
 * - The process dies with events in hand: messages are found again in their chats (`fillGap`), because a chat's cursor
 *   moves only after its message was taken. Edits, reactions and receipts of that moment are lost.
 * - Offline for a while: the library fires nothing for what came meanwhile. `fillGap` reads it from the chats, oldest
 *   first, before anything live; what comes twice has the same keys.
 * - The chats cannot be read, or the making of an event failed with the store: read again later. Until that was done whole,
 *   what comes live moves no cursor, or what is missing before it would never be looked for.
 */

export interface NewsTools {
  readonly host: SessionHost;
  readonly inbound: Inbound;
  readonly directory: Directory;
  readonly sent: SentLog;
  call(call: WorkerCall, timeoutMs: number): Promise<CallResult>;
  isUp(): boolean;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  readonly retryMs: number;
}

export interface News {
  /** Adds an event's making to the line. */
  add(make: () => Promise<readonly ChannelEvent[]>): void;
  /** Something may have come that nobody told. */
  gapOpened(): void;
  fillGap(): void;
  idle(): Promise<void>;
}

const PAGE = 50;
/** So many messages of one chat are read back at most. */
const FARTHEST = 800;
const CALL_MS = 120_000;
const MOST_RETRY_MS = 30_000;

export function createNews(tools: NewsTools): News {
  const { host, inbound, directory, signal } = tools;
  let line: Promise<void> = Promise.resolve();
  /** Nothing is missing before what comes now. */
  let isWhole = false;
  let again: NodeJS.Timeout | undefined;

  /** @param inOrder nothing of its chat is missing before it */
  async function take(events: readonly ChannelEvent[], inOrder: boolean): Promise<void> {
    if (events.length === 0) return;
    for (let pause = tools.retryMs; !signal.aborted; pause = Math.min(pause * 2, MOST_RETRY_MS)) {
      try {
        await host.accept(events);
        await note(events, inOrder);
        return;
      } catch {
        // The store cannot be asked: nothing else may pass this event.
        await delay(pause, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async function note(events: readonly ChannelEvent[], inOrder: boolean): Promise<void> {
    for (const event of events) {
      if (event.kind !== "message") continue;
      const seconds = Math.floor(event.at.getTime() / 1_000);
      if (inOrder && seconds > (await cursorOf(event.chatId)))
        await host.memory.set(`cursor/${event.chatId}`, Buffer.from(String(seconds)));
      // The customer wrote, or the number's own person did: we are no strangers there.
      await host.memory.set(`warm/${event.chatId}`, Buffer.from("1"));
    }
  }

  async function cursorOf(chatId: string): Promise<number> {
    const stored = (await host.memory.get(`cursor/${chatId}`)) ?? (await host.memory.get("since"));
    return Number(stored?.toString() ?? Number.MAX_SAFE_INTEGER);
  }

  function add(make: () => Promise<readonly ChannelEvent[]>): void {
    line = line
      .then(async () => {
        if (!signal.aborted) await take(await make(), isWhole);
      })
      // The account's memory failed under the making of an event: its message is found again in its chat.
      .catch(missed);
  }

  function missed(): void {
    isWhole = false;
    clearTimeout(again);
    if (signal.aborted) return;
    // Where the account is down, its coming up begins anew.
    again = setTimeout(() => tools.isUp() && fillGap(), Math.min(tools.retryMs * 10, MOST_RETRY_MS));
    again.unref();
  }

  function fillGap(): void {
    clearTimeout(again);
    add(async () => {
      isWhole = await gap();
      if (!isWhole) missed();
      return [];
    });
  }

  /** @returns false when something could not be read */
  async function gap(): Promise<boolean> {
    if (!(await host.memory.get("since"))) {
      await host.memory.set("since", Buffer.from(String(Math.floor(tools.now().getTime() / 1_000))));
      return true;
    }
    const asked = await tools.call({ method: "chats" }, CALL_MS);
    if (!asked.ok) return false;
    let whole = true;
    const chats = z.array(z.unknown()).catch([]).parse(asked.value);
    const known = chats
      .flatMap((one) => chatSchema.safeParse(one).data ?? [])
      .sort((a, b) => a.timestamp - b.timestamp);
    for (const chat of known) {
      const id = withoutDevice(chat.id);
      if (signal.aborted) return false;
      if (!(isPerson(id) || isGroup(id))) continue;
      const chatId = await directory.chatIdOf(id);
      const from = await cursorOf(chatId);
      if (chat.timestamp >= from && !(chat.timestamp === from && chat.unreadCount === 0))
        whole = (await readBack(chat.id, chatId, from)) && whole;
    }
    return whole;
  }

  async function readBack(id: string, chatId: string, from: number): Promise<boolean> {
    let found: MessageIn[] = [];
    for (let limit = PAGE; limit <= FARTHEST; limit *= 4) {
      const asked = await tools.call({ method: "history", chatId: id, limit }, CALL_MS);
      if (!asked.ok) return false;
      const list = z.array(z.unknown()).catch([]).parse(asked.value);
      found = list.flatMap((one) => messageSchema.safeParse(one).data ?? []).sort((a, b) => a.timestamp - b.timestamp);
      if (list.length < limit || (found[0]?.timestamp ?? 0) < from) break;
    }
    for (const message of found) {
      if (message.timestamp < from) continue;
      const own = message.id.fromMe && (await isAttempt(message, chatId));
      if (!own) await take(await inbound.message(message), true);
    }
    return true;
  }

  async function isAttempt(message: MessageIn, chatId: string): Promise<boolean> {
    const id = await inbound.externalId(message.id);
    return await tools.sent.claim(id, chatId, message.body, new Date(message.timestamp * 1_000));
  }

  return {
    add,
    gapOpened() {
      isWhole = false;
    },
    fillGap,
    idle: () => line,
  };
}
