/**
 * Tells open pages that there is news of a conversation: never the news itself, which a page asks for from the last position
 * that it has. So a notice that comes twice, late or out of order makes neither gaps nor doubles, and a lost one costs the time
 * until the page's own next look.
 *
 * Many changes at once are told as two notices, the first at once and one for all the others; a process that dies between
 * them loses the second, which counts as lost.
 */
import { z } from "zod";
import {
  type AccountId,
  accountId,
  type ConversationId,
  conversationId,
  type PortalId,
  portalId,
} from "../domain/ids.ts";

/** What there is news of: a conversation, or the vendor's chat, where our own id is not known. */
export type NewsOf =
  | { readonly conversation: ConversationId }
  | { readonly account: AccountId; readonly chatId: string };

export interface News {
  /** Never throws, never waits. */
  ofConversation(portal: PortalId, conversation: ConversationId): void;
  /** The same by the vendor's id of the chat, where our own is not known. */
  ofChat(portal: PortalId, account: AccountId, chatId: string): void;
  /** Of every conversation of a portal. Answers how to stop. */
  listenAll(portal: PortalId, listener: (of: NewsOf) => void): () => void;
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
  listenAll: () => () => undefined,
  listen: () => () => undefined,
  close: () => undefined,
};

const noticeSchema = z.tuple([z.string(), z.string(), z.string(), z.string().optional()]);

/**
 * @param processId unique per process: listeners here are told directly (so a broken bus does not silence a process to
 *   itself) and the echo from the bus is passed over
 */
export function createNews(bus: NewsBus, processId: string): News {
  const listeners = new Map<string, Set<() => void>>();
  const ofAll = new Map<PortalId, Set<(of: NewsOf) => void>>();
  /** Told a moment ago; `true`: there is more since. */
  const recent = new Map<string, { readonly timer: NodeJS.Timeout; more: boolean }>();

  function hear(portal: PortalId, of: NewsOf): void {
    for (const listener of [...(listeners.get(keyOf(of)) ?? [])]) listener();
    for (const listener of [...(ofAll.get(portal) ?? [])]) listener(of);
  }

  function tell(portal: PortalId, of: NewsOf): void {
    const key = keyOf(of);
    const told = recent.get(key);
    if (told) {
      told.more = true;
      return;
    }
    const timer = setTimeout(() => {
      const since = recent.get(key);
      recent.delete(key);
      if (since?.more === true) tell(portal, of);
    }, TOGETHER_MS);
    timer.unref();
    recent.set(key, { timer, more: false });
    hear(portal, of);
    const named = "conversation" in of ? [of.conversation] : [of.account, of.chatId];
    bus.publish(TOPIC, JSON.stringify([processId, portal, ...named]));
  }

  const stop = bus.subscribe(TOPIC, (raw) => {
    const notice = parse(raw);
    if (!notice || notice[0] === processId) return;
    const [, portal, id, chatId] = notice;
    hear(
      portalId(portal),
      chatId === undefined ? { conversation: conversationId(id) } : { account: accountId(id), chatId },
    );
  });

  return {
    ofConversation: (portal, conversation) => tell(portal, { conversation }),
    ofChat: (portal, account, chatId) => tell(portal, { account, chatId }),
    listenAll(portal, listener) {
      const own = (of: NewsOf) => listener(of);
      ofAll.set(portal, (ofAll.get(portal) ?? new Set()).add(own));
      return () => {
        const set = ofAll.get(portal);
        set?.delete(own);
        if (set?.size === 0) ofAll.delete(portal);
      };
    },
    listen({ conversation, account, chatId }, listener) {
      const keys = [keyOf({ conversation }), keyOf({ account, chatId })];
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
      ofAll.clear();
    },
  };
}

const keyOf = (of: NewsOf): string => ("conversation" in of ? of.conversation : `${of.account} ${of.chatId}`);

function parse(raw: string) {
  if (raw.length > LONGEST) return undefined;
  try {
    return noticeSchema.safeParse(JSON.parse(raw)).data;
  } catch {
    return undefined;
  }
}
