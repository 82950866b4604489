import { z } from "zod";
import type { AccountId } from "../../domain/ids.ts";

/**
 * Tells open browser streams that there is news of their conversation. The hub carries no content: whoever hears it
 * asks the store's journal from the last position it has, so a notice that comes twice, late or never makes neither
 * gaps nor doubles; a lost one costs the time until the stream's own next look.
 */
export interface Hub {
  /** The visitor's conversation changed. Never throws, never waits. */
  notify(account: AccountId, visitor: string): void;
  /** An agent is typing to this visitor; forgotten when nobody listens. */
  typing(account: AccountId, visitor: string): void;
  /** Answers how to stop. */
  subscribe(account: AccountId, visitor: string, listener: (notice: HubNotice) => void): () => void;
  close(): void;
}

export type HubNotice = "news" | "typing";

/** What the hub needs of the application's bus between processes. */
export interface NoticeBus {
  publish(topic: string, notice: string): void;
  subscribe(topic: string, listener: (notice: string) => void): () => void;
}

const TOPIC = "webchat";

const noticeSchema = z.object({
  from: z.string(),
  account: z.string(),
  visitor: z.string(),
  kind: z.enum(["news", "typing"]),
});

/**
 * @param processId unique per process: listeners here are told directly (so a broken bus does not silence a process to
 *   itself) and the echo from the bus is passed over
 */
export function createHub(bus: NoticeBus, processId: string): Hub {
  const listeners = new Map<string, Set<(notice: HubNotice) => void>>();
  const keyOf = (account: string, visitor: string) => `${account} ${visitor}`;

  const tell = (account: string, visitor: string, kind: HubNotice) => {
    for (const listener of [...(listeners.get(keyOf(account, visitor)) ?? [])]) listener(kind);
  };
  const send = (account: AccountId, visitor: string, kind: HubNotice) => {
    tell(account, visitor, kind);
    bus.publish(TOPIC, JSON.stringify({ from: processId, account, visitor, kind }));
  };
  const stop = bus.subscribe(TOPIC, (raw) => {
    const notice = parse(raw);
    if (notice && notice.from !== processId) tell(notice.account, notice.visitor, notice.kind);
  });

  return {
    notify: (account, visitor) => send(account, visitor, "news"),
    typing: (account, visitor) => send(account, visitor, "typing"),
    subscribe(account, visitor, listener) {
      const key = keyOf(account, visitor);
      const own = (notice: HubNotice) => listener(notice);
      const set = listeners.get(key) ?? new Set();
      listeners.set(key, set.add(own));
      return () => {
        set.delete(own);
        if (set.size === 0 && listeners.get(key) === set) listeners.delete(key);
      };
    },
    close() {
      stop();
      listeners.clear();
    },
  };
}

/** Rubbish on the bus (another version of us, another program) is no reason to fall over. */
function parse(raw: string): z.infer<typeof noticeSchema> | undefined {
  try {
    return noticeSchema.safeParse(JSON.parse(raw)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
