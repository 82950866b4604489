import type { SessionMemory } from "../contract/sessions.ts";
import type { Duties } from "./duties.ts";
import { messageSchema } from "./schemas.ts";

/**
 * Signs that WhatsApp restricts the number, and the day of rest that follows. WhatsApp publishes neither; a page that says
 * so (`TOS_BLOCK`), and messages that fail one after another, are what can be seen from here.
 */

const REST_MS = 24 * 60 * 60 * 1_000;
/** Failed deliveries one after another that are taken for a restriction. */
const FAILURES_IN_ROW = 5;
const KEY = "restricted";

export interface Restriction {
  /** Until when nothing may start; `undefined`: it may. Throws what the memory throws: nobody knows then. */
  until(): Promise<Date | undefined>;
  /** A receipt of the library: whether it makes the row of failures long enough. */
  isSign(message: unknown, ack: unknown): boolean;
  /** Begins the rest. Written down for sure, or open among the duties. */
  begin(): Promise<void>;
  /** A fresh connection: the row of failures begins anew. */
  reset(): void;
}

export function createRestriction(memory: SessionMemory, duties: Duties, now: () => Date): Restriction {
  let failures = 0;
  return {
    async until() {
      const until = Number((await memory.get(KEY))?.toString() ?? 0);
      return now().getTime() < until ? new Date(until) : undefined;
    },
    isSign(message, ack) {
      if (typeof ack !== "number" || messageSchema.safeParse(message).data?.id.fromMe !== true) return false;
      failures = ack < 0 ? failures + 1 : 0;
      return failures >= FAILURES_IN_ROW;
    },
    async begin() {
      const until = Buffer.from(String(now().getTime() + REST_MS));
      await duties.add(KEY, () => memory.set(KEY, until));
    },
    reset() {
      failures = 0;
    },
  };
}
