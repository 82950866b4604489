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
  /**
   * The visitor is typing; `text` is what stands in their input now, where the account shows it to its team. Passed from
   * process to process and forgotten: kept nowhere, so nothing of it can be read later.
   */
  draft(account: AccountId, visitor: string, text: string | undefined): void;
  /** Answers how to stop. */
  subscribe(account: AccountId, visitor: string, listener: (notice: HubNotice) => void): () => void;
  /** What a visitor types, for an agent who has the conversation open. Answers how to stop. */
  watch(account: AccountId, visitor: string, listener: (text: string | undefined) => void): () => void;
  close(): void;
}

export type HubNotice = "news" | "typing";

/** What the hub needs of the application's bus between processes. */
export interface NoticeBus {
  publish(topic: string, notice: string): void;
  subscribe(topic: string, listener: (notice: string) => void): () => void;
}

const TOPIC = "webchat";

/** What an agent is shown of a text that is still being typed. */
const DRAFT_LIMIT = 4_000;

const noticeSchema = z.object({
  from: z.string(),
  account: z.string(),
  visitor: z.string(),
  kind: z.enum(["news", "typing", "draft"]),
  text: z.string().max(DRAFT_LIMIT).optional(),
});

type Notice = Omit<z.infer<typeof noticeSchema>, "from">;

/**
 * @param processId unique per process: listeners here are told directly (so a broken bus does not silence a process to
 *   itself) and the echo from the bus is passed over
 */
export function createHub(bus: NoticeBus, processId: string): Hub {
  const pages = createListeners<HubNotice>();
  const agents = createListeners<string | undefined>();

  const tell = ({ account, visitor, kind, text }: Notice) => {
    if (kind === "draft") agents.tell(keyOf(account, visitor), text);
    else pages.tell(keyOf(account, visitor), kind);
  };
  const send = (notice: Notice) => {
    tell(notice);
    bus.publish(TOPIC, JSON.stringify({ from: processId, ...notice }));
  };
  const stop = bus.subscribe(TOPIC, (raw) => {
    const notice = parse(raw);
    if (notice && notice.from !== processId) tell(notice);
  });

  return {
    notify: (account, visitor) => send({ account, visitor, kind: "news" }),
    typing: (account, visitor) => send({ account, visitor, kind: "typing" }),
    draft: (account, visitor, text) =>
      send({ account, visitor, kind: "draft", ...(text !== undefined && { text: text.slice(0, DRAFT_LIMIT) }) }),
    subscribe: (account, visitor, listener) => pages.add(keyOf(account, visitor), listener),
    watch: (account, visitor, listener) => agents.add(keyOf(account, visitor), listener),
    close() {
      stop();
      pages.clear();
      agents.clear();
    },
  };
}

const keyOf = (account: string, visitor: string) => `${account} ${visitor}`;

function createListeners<Heard>() {
  const listeners = new Map<string, Set<(heard: Heard) => void>>();
  return {
    tell(key: string, heard: Heard): void {
      for (const listener of [...(listeners.get(key) ?? [])]) listener(heard);
    },
    add(key: string, listener: (heard: Heard) => void): () => void {
      const own = (heard: Heard) => listener(heard);
      const set = listeners.get(key) ?? new Set();
      listeners.set(key, set.add(own));
      return () => {
        set.delete(own);
        if (set.size === 0 && listeners.get(key) === set) listeners.delete(key);
      };
    },
    clear: () => listeners.clear(),
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
