import type { ChatMoved } from "../contract/events.ts";

/** Conversations that turned out to be one thread go on as that one; told before anything is said in it. Twice is once. */
export const joinedEvents = (joined: readonly string[], thread: string, at: Date): readonly ChatMoved[] =>
  joined.map((from) => ({
    ...{ kind: "moved", key: `joined:${from}:${thread}`, chatId: from, toChatId: thread },
    idsEnd: false,
    at,
  }));
