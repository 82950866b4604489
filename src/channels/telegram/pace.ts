import type { Account } from "../../domain/account.ts";
import type { PaceRule, Pacer } from "../contract/pacing.ts";
import type { Called, Failure } from "./api.ts";
import { type ChatRef, nameOfChat } from "./chat-ref.ts";
import { retryMs } from "./outcomes.ts";

/**
 * Telegram's limits for bots (core.telegram.org/bots/faq, "My bot is hitting limits"): about 30 messages a second in all,
 * one a second in a chat, 20 a minute in a group, an album counted by its items. A little less is taken of those counted
 * over many chats or a minute, because calls that left in time may arrive closer together than they left. The FAQ speaks
 * of messages; changes and reactions are not said to be free of it, so they take their turn too. Which limit an answer 429 is about is not told: the chat is paused, and the
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
const GROUP = { count: 20, perMs: 61_000, window: true } as const;
const TOGETHER_MS = 10_000;

export function createPace(pacer: Pacer, now: () => number): Pace {
  const lastFlood = new Map<string, { readonly place: string; readonly at: number }>();

  return {
    async turn(account, chat, messages, mostMs) {
      const signal = AbortSignal.timeout(mostMs);
      const place = placeOf(chat);
      const perMinute: readonly PaceRule[] = chat.chat < 0 ? [{ place, ...GROUP, cost: messages }] : [];
      try {
        // The chat's own second is asked for once: `rest` pays for the other items of an album.
        const rules = [{ ...BOT, cost: messages }, { place, count: 1, perMs: 1_000 }, ...perMinute];
        await pacer.turn(account.id, rules, signal);
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

/** So long a call waits for its turn before its message is given back to its lane, which asks again. */
const TURN_WAIT_MS = 20_000;

/**
 * Makes a call when its turn has come, and obeys what Telegram says of the pace.
 * @param messages what it counts for: an album counts by its items
 * @param leave asked when the turn has come; `false` and nothing is called
 */
export async function inTurn<T>(
  pace: Pace,
  account: Account,
  chat: ChatRef,
  messages: number,
  call: () => Promise<Called<T>>,
  leave: (() => Promise<boolean>) | undefined = undefined,
): Promise<Called<T>> {
  if (!(await pace.turn(account, chat, messages, TURN_WAIT_MS))) return { ok: false, failure: notYet };
  if (leave && !(await leave())) return { ok: false, failure: notYet };
  const done = await call();
  if (done.ok) await pace.rest(account, chat, messages);
  else await pace.obey(account, chat, done.failure);
  return done;
}

/** As if Telegram had said so: nothing was sent, and it may go a little later. */
const notYet: Failure = { kind: "refused", code: 429, description: "its turn did not come", retryAfterSeconds: 1 };

const placeOf = ({ chat, business }: ChatRef): string => nameOfChat(chat, business);
