import type { tl } from "@mtcute/core";
import { type CallFailure, floodSeconds, type People, type PersonClient, tryCall } from "./client.ts";
import type { Ledger } from "./ledger.ts";
import { channelOf, markedOf } from "./peers.ts";

/**
 * Messages of a time of which Telegram tells nothing any more ("too long" a difference, core.telegram.org/api/updates,
 * "Recovering gaps"): they are read from the chats themselves, as far as they are newer than the newest that was stored.
 *
 * - Bounded: so many chats, so many messages in each, so many pauses. What lies beyond is said and not read.
 * - Reading only, and each message has its own key: after a crash all of it is done again, and doubles nothing. The new
 *   position is kept only behind what was found (`inbox.ts`).
 * - Edits, deletions and reactions of that time are not found: a chat's history shows what is there now.
 */
export interface GapTools {
  readonly client: PersonClient;
  readonly ledger: Ledger;
  pace(chatId: number): Promise<void>;
  wait(ms: number): Promise<void>;
  failed(failure: CallFailure): Promise<void>;
}

interface News {
  readonly id: number;
  readonly update: tl.TypeUpdate;
  readonly people: People;
}

export interface Missed {
  /** Oldest first. */
  readonly news: readonly News[];
  /** `false`: there may be more that was not read. */
  readonly whole: boolean;
}

/** Chats that are looked through at most, newest first, and messages of each. */
const MOST_CHATS = 100;
const MOST_MESSAGES = 300;
/** Most that messages.getHistory gives at once. */
const PAGE = 100;
const LONGEST_PAUSE_S = 60;
const MOST_PAUSES = 5;

const nothing: Missed = { news: [], whole: false };

/** @param channel marked number of the channel that the gap is in; absent: private chats and basic groups, which count together */
export async function fetchMissed(tools: GapTools, channel: number | undefined): Promise<Missed> {
  const last = tools.ledger.lastSeen(channel ?? 0);
  // Nothing was ever stored: what is older than this account's first day here is nobody's news.
  if (last === 0) return nothing;
  let pauses = 0;

  /** One call, waiting out short floods. */
  async function ask<T extends tl.RpcMethod>(
    chatId: number,
    request: T,
  ): Promise<tl.RpcCallReturn[T["_"]] | undefined> {
    for (;;) {
      await tools.pace(chatId);
      const done = await tryCall(tools.client, request);
      if (done.ok) return done.value;
      await tools.failed(done.failure);
      const seconds = floodSeconds(done.failure);
      pauses += 1;
      if (seconds === undefined || seconds > LONGEST_PAUSE_S || pauses > MOST_PAUSES) return undefined;
      await tools.wait(Math.max(1, seconds) * 1_000);
    }
  }

  /** Everything of a chat that is newer than the newest stored one. */
  async function historyOf(chatId: number, peer: tl.TypeInputPeer): Promise<Missed> {
    const news: News[] = [];
    for (let offsetId = 0; news.length < MOST_MESSAGES; ) {
      const page = await ask(chatId, {
        ...HISTORY,
        peer,
        offsetId,
        minId: last,
        limit: PAGE,
        hash: tools.client.long("0"),
      });
      if (!page || !("messages" in page)) return { news, whole: false };
      const people = peopleOf(page.users, page.chats);
      const found = page.messages.filter((one) => one._ !== "messageEmpty" && one.id > last);
      for (const message of found) news.push({ id: message.id, update: updateOf(message, chatId), people });
      const oldest = Math.min(...page.messages.map((one) => one.id));
      if (page.messages.length < PAGE || found.length < page.messages.length) return { news, whole: true };
      offsetId = oldest;
    }
    return { news, whole: false };
  }

  if (channel !== undefined) {
    const peer = await tools.client.inputPeer(channel);
    return peer ? inOrder([await historyOf(channel, peer)], true) : nothing;
  }
  const dialogs = await ask(0, {
    _: "messages.getDialogs",
    offsetDate: 0,
    offsetId: 0,
    offsetPeer: { _: "inputPeerEmpty" },
    limit: MOST_CHATS,
    hash: tools.client.long("0"),
  });
  if (!dialogs || !("dialogs" in dialogs)) return nothing;
  const chats = dialogs.dialogs.flatMap((one) =>
    one._ === "dialog" && one.topMessage > last ? [markedOf(one.peer)] : [],
  );
  const all: Missed[] = [];
  for (const chatId of chats) {
    // Channels have a row of their own, and say when it has a gap.
    if (channelOf(chatId) !== undefined) continue;
    const peer = await tools.client.inputPeer(chatId);
    all.push(peer ? await historyOf(chatId, peer) : nothing);
  }
  return inOrder(all, dialogs._ === "messages.dialogs" || chats.length < dialogs.dialogs.length);
}

const HISTORY = { _: "messages.getHistory", offsetDate: 0, addOffset: 0, maxId: 0 } as const;

/** Numbers grow with time, over all chats that count together. */
function inOrder(parts: readonly Missed[], whole: boolean): Missed {
  const news = parts.flatMap((part) => part.news).toSorted((a, b) => a.id - b.id);
  return { news, whole: whole && parts.every((part) => part.whole) };
}

function updateOf(message: tl.TypeMessage, chatId: number): tl.TypeUpdate {
  const place = { message, pts: 0, ptsCount: 0 };
  return channelOf(chatId) === undefined
    ? { _: "updateNewMessage", ...place }
    : { _: "updateNewChannelMessage", ...place };
}

function peopleOf(users: readonly tl.TypeUser[], chats: readonly tl.TypeChat[]): People {
  return {
    user(id) {
      const user = users.find((one) => one.id === id);
      return user?._ === "user" ? user : undefined;
    },
    chat: (id) => chats.find((one) => one.id === id),
  };
}
