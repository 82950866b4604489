import { z } from "zod";
import type { SessionMemory } from "../contract/sessions.ts";

/**
 * Which messages of the account were sent through us, so that none comes back as written on the phone: by id once it is
 * known, by words and time for attempts whose answer never came (the worker died under them).
 */

const MOST_IDS = 500;
const MOST_ATTEMPTS = 20;
/** A clock of the browser's may differ a little from ours. */
const SKEW_MS = 30_000;
const KEPT_MS = 7 * 24 * 60 * 60 * 1_000;

const attemptSchema = z.object({ id: z.number(), chatId: z.string(), words: z.string(), at: z.number() });
const logSchema = z.object({ ids: z.array(z.string()), attempts: z.array(attemptSchema) });
type Attempt = z.infer<typeof attemptSchema>;

export interface SentLog {
  load(): Promise<void>;
  /** Before a message leaves. */
  begin(chatId: string, words: string, at: Date): Promise<number>;
  /** After its answer: with its id, or without where it certainly did not go. */
  finish(attempt: number, id?: string): Promise<void>;
  has(id: string): boolean;
  /** Takes a message found in a chat for an attempt of ours that ended in the dark. */
  claim(id: string, chatId: string, words: string, at: Date): Promise<boolean>;
}

export function createSentLog(memory: SessionMemory): SentLog {
  let ids: string[] = [];
  let attempts: Attempt[] = [];
  let serial = Date.now();

  const keep = async (): Promise<void> => await memory.set("sent", Buffer.from(JSON.stringify({ ids, attempts })));
  const add = (id: string): void => {
    ids = [...ids.filter((one) => one !== id), id].slice(-MOST_IDS);
  };

  return {
    async load() {
      const stored = await memory.get("sent");
      const parsed = logSchema.safeParse(stored && JSON.parse(stored.toString()));
      if (!parsed.success) return;
      ({ ids, attempts } = parsed.data);
    },
    async begin(chatId, words, at) {
      serial += 1;
      const fresh = attempts.filter((one) => at.getTime() - one.at < KEPT_MS);
      attempts = [...fresh, { id: serial, chatId, words: words.slice(0, 2_000), at: at.getTime() }].slice(
        -MOST_ATTEMPTS,
      );
      await keep();
      return serial;
    },
    async finish(attempt, id) {
      attempts = attempts.filter((one) => one.id !== attempt);
      if (id !== undefined) add(id);
      // The store is down: the attempt stands there still and is found again by its words; the next write has the id.
      await keep().catch(() => undefined);
    },
    has: (id) => ids.includes(id),
    async claim(id, chatId, words, at) {
      const found = attempts.find(
        (one) => one.chatId === chatId && one.words === words.slice(0, 2_000) && at.getTime() >= one.at - SKEW_MS,
      );
      if (!found) return false;
      attempts = attempts.filter((one) => one !== found);
      add(id);
      await keep();
      return true;
    },
  };
}
