import { z } from "zod";
import type { SessionMemory } from "../contract/sessions.ts";

/**
 * What was tried with each letter of ours, for the next try and for the day on which its copy is met in the Sent folder.
 * `trying`: it may be on its way. `asked`: nobody knows, and its writer was told so. Kept for three months.
 */
export type SentNote = "trying" | "asked" | "sent";

export interface SentNotes {
  /** Capitals in the id count for nothing: servers rewrite them. */
  of(messageId: string): Promise<Noted | undefined>;
  /** `undefined`: it certainly did not go. */
  set(messageId: string, note: SentNote | undefined): Promise<void>;
}

export interface Noted {
  readonly note: SentNote;
  /** When it was first tried: the date that it says of itself. */
  readonly at: Date;
  /** As it was sent. */
  readonly id: string;
}

const PREFIX = "sent-letter:";
const KEPT_MS = 90 * 86_400_000;
/** From one look for old ones to the next, in notes written. */
const LOOK_EVERY = 500;

const kept = z.object({ note: z.enum(["trying", "asked", "sent"]), at: z.number(), id: z.string() });
const keyOf = (messageId: string): string => PREFIX + messageId.toLowerCase();

export function createSentNotes(memory: SessionMemory, now: () => Date): SentNotes {
  let written = 0;
  return {
    async of(messageId) {
      const value = await memory.get(keyOf(messageId));
      const known = value && read(value);
      return known && { ...known, at: new Date(known.at) };
    },
    async set(messageId, note) {
      const key = keyOf(messageId);
      if (note === undefined) return memory.delete(key);
      const before = await memory.get(key);
      const at = (before && read(before)?.at) ?? now().getTime();
      await memory.set(key, Buffer.from(JSON.stringify({ note, at, id: messageId })));
      if (written % LOOK_EVERY === 0) await forgetOld();
      written += 1;
    },
  };

  async function forgetOld(): Promise<void> {
    const oldest = now().getTime() - KEPT_MS;
    for (const { key, value } of await memory.list(PREFIX))
      if ((read(value)?.at ?? 0) < oldest) await memory.delete(key);
  }
}

function read(value: Buffer) {
  try {
    return kept.safeParse(JSON.parse(value.toString("utf8"))).data;
  } catch {
    return undefined;
  }
}
