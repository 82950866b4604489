import { z } from "zod";
import type { SessionMemory } from "../contract/sessions.ts";

/**
 * How many first messages a number may send in a day. WhatsApp publishes no figure; accounts are banned for writing to many
 * people who never wrote to them, above all fresh ones. So it begins small and grows with the age of the link. Counted
 * before a message leaves: a crash in between costs one of the day's budget and never gives one too many.
 */

const FIRST_DAY = 5;
const MORE_EACH_DAY = 3;
const MOST = 50;
const DAY_MS = 24 * 60 * 60 * 1_000;
/** Looking numbers up in bulk is what WhatsApp stops first. */
const LOOKUPS = 60;

const countSchema = z.object({ day: z.number(), cold: z.number(), lookups: z.number() });

export interface Budget {
  /** Takes one of the day's first messages. */
  takeCold(): Promise<boolean>;
  takeLookup(): Promise<boolean>;
  limit(): Promise<number>;
}

export function coldLimit(ageMs: number): number {
  return Math.min(MOST, FIRST_DAY + MORE_EACH_DAY * Math.max(0, Math.floor(ageMs / DAY_MS)));
}

export function createBudget(memory: SessionMemory, linkedAt: () => Promise<Date>, now: () => Date): Budget {
  async function take(what: "cold" | "lookups", limit: number): Promise<boolean> {
    const day = Math.floor(now().getTime() / DAY_MS);
    const stored = await memory.get("budget");
    const parsed = countSchema.safeParse(stored && JSON.parse(stored.toString()));
    const count = parsed.success && parsed.data.day === day ? parsed.data : { day, cold: 0, lookups: 0 };
    if (count[what] >= limit) return false;
    await memory.set("budget", Buffer.from(JSON.stringify({ ...count, [what]: count[what] + 1 })));
    return true;
  }
  const limit = async (): Promise<number> => coldLimit(now().getTime() - (await linkedAt()).getTime());
  return {
    takeCold: async () => await take("cold", await limit()),
    takeLookup: () => take("lookups", LOOKUPS),
    limit,
  };
}
