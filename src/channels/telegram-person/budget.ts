import { z } from "zod";
import type { SessionMemory } from "../contract/sessions.ts";

/**
 * How many people were looked for and written to first today (UTC), kept over restarts. Counted before the call: a crash
 * between costs one of the day's number and never gives one too many.
 */
export interface Budget {
  load(): Promise<void>;
  /** `false`: today's number is used up. */
  take(what: "lookups" | "cold", most: number): Promise<boolean>;
  /** Telegram said stop: no first messages until tomorrow. */
  stopCold(): Promise<void>;
  coldStopped(): boolean;
  /** This person never wrote: what is sent to them counts as a first message. */
  markCold(chatId: number): Promise<void>;
  /** They wrote. */
  markWarm(chatId: number): Promise<void>;
  isCold(chatId: number): boolean;
}

const daySchema = z.object({ day: z.string(), lookups: z.number(), cold: z.number(), stopped: z.boolean() });
type Day = z.infer<typeof daySchema>;

export function createBudget(memory: SessionMemory, now: () => number): Budget {
  let kept: Day | undefined;
  const cold = new Set<number>();
  let tail: Promise<unknown> = Promise.resolve();

  function today(): Day {
    const day = new Date(now()).toISOString().slice(0, 10);
    return kept?.day === day ? kept : { day, lookups: 0, cold: 0, stopped: false };
  }

  /** One after the other: two takers must not count from the same number. */
  async function inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = tail.then(run);
    tail = turn.catch(() => undefined);
    return await turn;
  }

  async function keep(next: Day): Promise<void> {
    await memory.set("budget", Buffer.from(JSON.stringify(next)));
    kept = next;
  }

  return {
    async load() {
      const stored = await memory.get("budget");
      const parsed = daySchema.safeParse(stored ? JSON.parse(stored.toString("utf8")) : undefined);
      kept = parsed.success ? parsed.data : undefined;
      for (const { key } of await memory.list("cold/")) cold.add(Number(key.slice("cold/".length)));
    },
    take: (what, most) =>
      inTurn(async () => {
        const day = today();
        if (day[what] >= most) return false;
        await keep({ ...day, [what]: day[what] + 1 });
        return true;
      }),
    stopCold: () => inTurn(() => keep({ ...today(), stopped: true })),
    coldStopped: () => today().stopped,
    async markCold(chatId) {
      if (cold.has(chatId)) return;
      await memory.set(`cold/${chatId}`, Buffer.from(new Date(now()).toISOString()));
      cold.add(chatId);
    },
    async markWarm(chatId) {
      if (cold.delete(chatId)) await memory.delete(`cold/${chatId}`);
    },
    isCold: (chatId) => cold.has(chatId),
  };
}
