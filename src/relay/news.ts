/**
 * Tells open pages that there is news of a conversation: never the news itself, which a page asks for from the last position
 * that it has. So a notice that comes twice, late or out of order makes neither gaps nor doubles, and a lost one costs the time
 * until the page's own next look.
 *
 * Many changes at once are told as two notices, the first at once and one for all the others; a process that dies between
 * them loses the second, which counts as lost.
 */
import type { AccountId, ConversationId } from "../domain/ids.ts";

export interface News {
  /** Never throws, never waits. */
  ofConversation(conversation: ConversationId): void;
  /** The same by the vendor's id of the chat, where our own is not known. */
  ofChat(account: AccountId, chatId: string): void;
  /** Answers how to stop. */
  listen(
    to: { readonly conversation: ConversationId; readonly account: AccountId; readonly chatId: string },
    listener: () => void,
  ): () => void;
  close(): void;
}

/** What it needs of the application's bus between processes. */
export interface NewsBus {
  publish(topic: string, notice: string): void;
  subscribe(topic: string, listener: (notice: string) => void): () => void;
}

const TOPIC = "conversations";
/** Shorter than anybody notices, longer than a run of a lane takes to write its rows down. */
const TOGETHER_MS = 50;
const LONGEST = 1_000;

/** Nobody looks: for programs without pages. */
export const NO_NEWS: News = {
  ofConversation: () => undefined,
  ofChat: () => undefined,
  listen: () => () => undefined,
  close: () => undefined,
};

/**
 * @param processId unique per process: listeners here are told directly (so a broken bus does not silence a process to
 *   itself) and the echo from the bus is passed over
 */
export function createNews(bus: NewsBus, processId: string): News {
  const listeners = new Map<string, Set<() => void>>();
  /** Told a moment ago; `true`: there is more since. */
  const recent = new Map<string, { readonly timer: NodeJS.Timeout; more: boolean }>();

  const hear = (key: string) => {
    for (const listener of [...(listeners.get(key) ?? [])]) listener();
  };

  function tell(key: string): void {
    const told = recent.get(key);
    if (told) {
      told.more = true;
      return;
    }
    const timer = setTimeout(() => {
      const since = recent.get(key);
      recent.delete(key);
      if (since?.more === true) tell(key);
    }, TOGETHER_MS);
    timer.unref();
    recent.set(key, { timer, more: false });
    hear(key);
    bus.publish(TOPIC, `${processId} ${key}`);
  }

  const stop = bus.subscribe(TOPIC, (notice) => {
    const at = notice.indexOf(" ");
    if (at < 0 || notice.length > LONGEST || notice.slice(0, at) === processId) return;
    hear(notice.slice(at + 1));
  });

  return {
    ofConversation: (conversation) => tell(conversation),
    ofChat: (account, chatId) => tell(chatKey(account, chatId)),
    listen({ conversation, account, chatId }, listener) {
      const keys = [conversation, chatKey(account, chatId)];
      const own = () => listener();
      for (const key of keys) listeners.set(key, (listeners.get(key) ?? new Set()).add(own));
      return () => {
        for (const key of keys) {
          const set = listeners.get(key);
          set?.delete(own);
          if (set?.size === 0) listeners.delete(key);
        }
      };
    },
    close() {
      stop();
      for (const { timer } of recent.values()) clearTimeout(timer);
      recent.clear();
      listeners.clear();
    },
  };
}

const chatKey = (account: AccountId, chatId: string): string => `${account} ${chatId}`;
