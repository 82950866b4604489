import type { ConversationAnswer } from "../../src/api/messages.ts";

/** What a person wants to be told, and how. */
export interface RingWishes {
  readonly sound: boolean;
  /** On the desktop, where the browser lets us. */
  readonly desktop: boolean;
  /** Told again after so many minutes without an answer; 0: never. */
  readonly againMinutes: number;
}

export const QUIET: RingWishes = { sound: false, desktop: false, againMinutes: 0 };
export const AGAIN_MINUTES = [0, 5, 10, 15, 30, 60] as const;

const MINUTE_MS = 60_000;
/** A conversation's events come in heaps. */
const APART_MS = 3_000;

/** Decides what is worth a ring: messages of customers in conversations of the viewer's or nobody's. */
export interface Ringing {
  /** How one stands now. True: ring. `seen`: it is in front of the viewer's eyes. */
  heard(row: ConversationAnswer, seen: boolean, now: number): boolean;
  /** Of those that wait: which to ring for again. */
  again(waiting: readonly ConversationAnswer[], minutes: number, now: number): readonly ConversationAnswer[];
}

/** @param viewer id of the person at the page */
export function createRinging(viewer: string): Ringing {
  /** What the customer wrote last, by conversation. */
  const known = new Map<string, string>();
  const rung = new Map<string, number>();
  const isMine = ({ operator }: ConversationAnswer) => operator === null || operator.id === viewer;

  return {
    heard(row, seen, now) {
      const last = row.lastCustomerAt ?? "";
      const before = known.get(row.id);
      known.set(row.id, last);
      const waits = row.desk?.waitingSince ?? undefined;
      // Of a conversation that was not known before, the wait itself tells whether the message is new.
      const isNew = before === undefined ? waits !== undefined && now - Date.parse(waits) < MINUTE_MS : last > before;
      if (!isNew || waits === undefined || seen || !isMine(row) || row.desk?.archived === true) return false;
      if (now - (rung.get(row.id) ?? Number.NEGATIVE_INFINITY) < APART_MS) return false;
      rung.set(row.id, now);
      return true;
    },
    again(waiting, minutes, now) {
      if (minutes === 0) return [];
      const due = waiting.filter((row) => {
        const since = row.desk?.waitingSince;
        if (!since || !isMine(row)) return false;
        return now - Math.max(Date.parse(since), rung.get(row.id) ?? 0) >= minutes * MINUTE_MS;
      });
      for (const { id } of due) rung.set(id, now);
      return due;
    },
  };
}

/** As kept in the browser; what cannot be read is quiet. */
export function readWishes(text: string | undefined): RingWishes {
  try {
    const kept = JSON.parse(text ?? "{}") as Partial<Record<keyof RingWishes, unknown>>;
    const againMinutes = AGAIN_MINUTES.find((minutes) => minutes === kept.againMinutes) ?? 0;
    return { sound: kept.sound === true, desktop: kept.desktop === true, againMinutes };
  } catch {
    return QUIET;
  }
}
