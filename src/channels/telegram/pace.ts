import type { Account } from "../../domain/account.ts";
import type { PaceRule, Pacer } from "../contract.ts";
import type { Failure } from "./api.ts";
import { type ChatRef, nameOfChat } from "./chat-ref.ts";
import { retryMs } from "./outcomes.ts";

/**
 * Telegram's limits for bots (core.telegram.org/bots/faq, "My bot is hitting limits"): about 30 messages a second in all,
 * one a second in a chat, 20 a minute in a group. A little less is taken of the first, because calls that left in time may
 * arrive closer together than they left. Which limit an answer 429 is about is not told: the chat is paused, and the
 * whole bot once two chats met it within a short time.
 */
export interface Pace {
  /** @returns `false` when the turn did not come within the time */
  turn(account: Account, chat: ChatRef, messages: number, mostMs: number): Promise<boolean>;
  /** After an album: it goes as a whole, and its chat rests for as long as its items would have taken. */
  rest(account: Account, chat: ChatRef, messages: number): Promise<void>;
  /** Obeys a 429; other failures are none of its business. */
  obey(account: Account, chat: ChatRef, failure: Failure): Promise<void>;
}

const BOT: PaceRule = { place: "", count: 27, perMs: 920 };
const TOGETHER_MS = 10_000;

export function createPace(pacer: Pacer, now: () => number = Date.now): Pace {
  const lastFlood = new Map<string, { readonly place: string; readonly at: number }>();

  return {
    async turn(account, chat, messages, mostMs) {
      const signal = AbortSignal.timeout(mostMs);
      const place = placeOf(chat);
      const perMinute: readonly PaceRule[] = chat.chat < 0 ? [{ place, count: 20, perMs: 60_000 }] : [];
      try {
        await pacer.turn(account.id, [BOT, { place, count: 1, perMs: 1_000 }, ...perMinute], signal);
        for (let more = 1; more < messages; more += 1) await pacer.turn(account.id, [BOT, ...perMinute], signal);
        return true;
      } catch (error) {
        if (signal.aborted) return false;
        throw error;
      }
    },
    async rest(account, chat, messages) {
      if (messages > 1) await pacer.pause(account.id, placeOf(chat), new Date(now() + messages * 1_000));
    },
    async obey(account, chat, failure) {
      if (failure.kind !== "refused" || failure.code !== 429) return;
      const at = now();
      const until = new Date(at + retryMs(failure));
      const place = placeOf(chat);
      await pacer.pause(account.id, place, until);
      const last = lastFlood.get(account.id);
      lastFlood.set(account.id, { place, at });
      if (last && last.place !== place && at - last.at < TOGETHER_MS) await pacer.pause(account.id, "", until);
    },
  };
}

const placeOf = ({ chat, business }: ChatRef): string => nameOfChat(chat, business);
