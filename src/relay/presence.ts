/**
 * Which colleagues have a conversation open just now, and who of them writes. Kept in memory alone: each process tells what its own
 * pages have open, again and again, and what it has not heard of for a while is gone.
 *
 * A process that dies: its people are gone after a moment. A new one: knows everybody after one beat. A notice lost, late or twice: the
 * next beat puts it right. Redis away: people of this process see each other.
 */
import { z } from "zod";
import type { ConversationId } from "../domain/ids.ts";

export interface Present {
  readonly userId: string;
  readonly writing: boolean;
}

export interface Presence {
  /**
   * A page of somebody has a conversation open. The listener hears who else has, at once and whenever that changes: several pages of one
   * person are one, and nobody hears of themselves. Answers how to stop.
   */
  join(conversation: ConversationId, userId: string, listener: (others: readonly Present[]) => void): () => void;
  /** Somebody writes there just now; forgotten after a few seconds. */
  writes(conversation: ConversationId, userId: string): void;
  close(): void;
}

/** What it needs of the application's bus between processes. */
export interface PresenceBus {
  publish(topic: string, notice: string): void;
  subscribe(topic: string, listener: (notice: string) => void): () => void;
}

const TOPIC = "presence";
const BEAT_MS = 15_000;
/** Two beats may be lost. */
const GONE_MS = 40_000;
const WRITING_MS = 6_000;
const LOOK_MS = 1_000;
/** In one notice. */
const MOST = 500;

const pair = z.tuple([z.string().max(36), z.string().max(20)]);
const noticeSchema = z.object({
  from: z.string().max(100),
  here: z.array(pair).max(MOST).default([]),
  gone: z.array(pair).max(MOST).default([]),
  writing: z.array(pair).max(MOST).default([]),
});
type Pair = z.output<typeof pair>;

interface Page {
  readonly userId: string;
  readonly listener: (others: readonly Present[]) => void;
  told: string;
}

/**
 * @param processId unique per process: what a process hears of itself is passed over
 */
export function createPresence(bus: PresenceBus, processId: string, now: () => number = Date.now): Presence {
  /** Pages of this process. */
  const pages = new Map<string, Set<Page>>();
  /** Conversation -> process and person -> until when. */
  const elsewhere = new Map<string, Map<string, { readonly userId: string; readonly until: number }>>();
  /** Conversation -> person -> until when. */
  const writing = new Map<string, Map<string, number>>();

  const isHere = (conversation: string, userId: string) =>
    [...(pages.get(conversation) ?? [])].some((page) => page.userId === userId);

  function people(conversation: string): readonly Present[] {
    const here = [...(pages.get(conversation) ?? [])].map(({ userId }) => userId);
    const there = [...(elsewhere.get(conversation)?.values() ?? [])].map(({ userId }) => userId);
    const writers = writing.get(conversation);
    return [...new Set([...here, ...there])].toSorted().map((userId) => ({
      userId,
      writing: (writers?.get(userId) ?? 0) > now(),
    }));
  }

  function tell(conversation: string): void {
    const all = pages.get(conversation);
    if (!all) return;
    const present = people(conversation);
    for (const page of all) {
      const others = present.filter(({ userId }) => userId !== page.userId);
      const told = JSON.stringify(others);
      if (told === page.told) continue;
      page.told = told;
      page.listener(others);
    }
  }

  const publish = (notice: {
    readonly here?: readonly Pair[];
    readonly gone?: readonly Pair[];
    readonly writing?: readonly Pair[];
  }) => bus.publish(TOPIC, JSON.stringify({ from: processId, ...notice }));

  function mark<Value>(table: Map<string, Map<string, Value>>, conversation: string, key: string, value: Value): void {
    const known = table.get(conversation) ?? new Map<string, Value>();
    table.set(conversation, known.set(key, value));
  }

  function unmark(conversation: string, key: string): void {
    const known = elsewhere.get(conversation);
    known?.delete(key);
    if (known?.size === 0) elsewhere.delete(conversation);
  }

  const stopHearing = bus.subscribe(TOPIC, (raw) => {
    const notice = parse(raw);
    if (!notice || notice.from === processId) return;
    const until = now() + GONE_MS;
    for (const [conversation, userId] of notice.here)
      mark(elsewhere, conversation, `${notice.from} ${userId}`, { userId, until });
    for (const [conversation, userId] of notice.gone) unmark(conversation, `${notice.from} ${userId}`);
    for (const [conversation, userId] of notice.writing) mark(writing, conversation, userId, now() + WRITING_MS);
    const touched = [...notice.here, ...notice.gone, ...notice.writing].map(([conversation]) => conversation);
    for (const conversation of new Set(touched)) tell(conversation);
  });

  const beat = setInterval(() => {
    const all = [...pages].flatMap(([conversation, open]) =>
      [...new Set([...open].map(({ userId }) => userId))].map((userId): Pair => [conversation, userId]),
    );
    for (let at = 0; at < all.length; at += MOST) publish({ here: all.slice(at, at + MOST) });
  }, BEAT_MS);
  const look = setInterval(() => {
    for (const [conversation, known] of elsewhere) {
      const gone = [...known].filter(([, { until }]) => until <= now()).map(([key]) => key);
      for (const key of gone) unmark(conversation, key);
      if (gone.length > 0) tell(conversation);
    }
    for (const [conversation, writers] of writing) {
      if ([...writers.values()].some((until) => until > now())) continue;
      writing.delete(conversation);
      tell(conversation);
    }
  }, LOOK_MS);
  for (const timer of [beat, look]) timer.unref();

  return {
    join(conversation, userId, listener) {
      const page: Page = { userId, listener, told: "[]" };
      const wasHere = isHere(conversation, userId);
      const all = pages.get(conversation) ?? new Set();
      pages.set(conversation, all.add(page));
      if (!wasHere) publish({ here: [[conversation, userId]] });
      tell(conversation);
      return () => {
        all.delete(page);
        if (all.size === 0 && pages.get(conversation) === all) pages.delete(conversation);
        if (isHere(conversation, userId)) return;
        publish({ gone: [[conversation, userId]] });
        tell(conversation);
      };
    },
    writes(conversation, userId) {
      mark(writing, conversation, userId, now() + WRITING_MS);
      publish({ writing: [[conversation, userId]] });
      tell(conversation);
    },
    close() {
      stopHearing();
      clearInterval(beat);
      clearInterval(look);
    },
  };
}

/** Rubbish on the bus (another version of us, another program) is no reason to fall over. */
function parse(raw: string): z.output<typeof noticeSchema> | undefined {
  try {
    return noticeSchema.safeParse(JSON.parse(raw)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
