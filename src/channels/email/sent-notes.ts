import { z } from "zod";
import type { SessionMemory } from "../contract/sessions.ts";

/**
 * What was tried with each letter of ours, for the next try and for the day on which its copy is met in the Sent folder.
 * `trying`: it may be on its way. `asked`: nobody knows, and its writer was told so. Kept for three months.
 */
export type SentNote = "trying" | "asked" | "sent";

export interface SentNotes {
  of(messageId: string): Promise<SentNote | undefined>;
  /** `undefined`: it certainly did not go. */
  set(messageId: string, note: SentNote | undefined): Promise<void>;
}

const PREFIX = "sent-letter:";
const KEPT_MS = 90 * 86_400_000;
/** From one look for old ones to the next, in notes written. */
const LOOK_EVERY = 500;

const kept = z.object({ note: z.enum(["trying", "asked", "sent"]), at: z.number() });

export function createSentNotes(memory: SessionMemory, now: () => Date): SentNotes {
  let written = 0;
  return {
    async of(messageId) {
      const value = await memory.get(PREFIX + messageId);
      return value && read(value)?.note;
    },
    async set(messageId, note) {
      if (note === undefined) return memory.delete(PREFIX + messageId);
      await memory.set(PREFIX + messageId, Buffer.from(JSON.stringify({ note, at: now().getTime() })));
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
