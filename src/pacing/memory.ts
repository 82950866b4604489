import type { PaceRule, Pacer } from "../channels/contract.ts";
import { type Books, createTurns, MOST_AHEAD_MS, type PacingClock, systemClock, type Taken } from "./turns.ts";

/**
 * Pacing of a single process: the generic cell rate algorithm, one time stamp per rule. Gone with the process: after a
 * quick restart the vendor may have counted calls that we no longer know, answers "too many", and the adapter's `pause`
 * holds us back. With several processes the books are in Redis (`redis.ts`); one battery checks both.
 */
export function createMemoryPacer(clock: PacingClock = systemClock): Pacer {
  return createTurns(createMemoryBooks(clock), clock);
}

/** Stamps that lie in the past say nothing; they are swept out after so many questions. */
const SWEEP_EVERY = 5_000;

export function createMemoryBooks(clock: PacingClock): Books {
  /** When a rule's allowance is whole again ("theoretical arrival time"), by rule. */
  const wholeAt = new Map<string, number>();
  const pausedUntil = new Map<string, number>();
  let asked = 0;

  function sweep(now: number): void {
    asked += 1;
    if (asked % SWEEP_EVERY !== 0) return;
    for (const stamps of [wholeAt, pausedUntil]) for (const [key, at] of stamps) if (at <= now) stamps.delete(key);
  }

  function take(account: string, rules: readonly PaceRule[]): Taken {
    const now = clock.now();
    sweep(now);
    let ahead = 0;
    const waits = new Map<string, number>();
    for (const rule of rules) {
      const paused = (pausedUntil.get(keyOfPlace(account, rule.place)) ?? 0) - now;
      const slot = (wholeAt.get(keyOfRule(account, rule)) ?? 0) - burstMs(rule) - now;
      if (rule.place === "" && paused <= 0 && slot <= MOST_AHEAD_MS) ahead = Math.max(ahead, slot);
      else if (Math.max(paused, slot) > 0) waits.set(rule.place, Math.max(waits.get(rule.place) ?? 0, paused, slot));
    }
    if (waits.size > 0) return { kind: "wait", ms: Math.max(...waits.values()), places: [...waits.keys()] };
    const goesAt = now + ahead;
    for (const rule of rules) {
      const key = keyOfRule(account, rule);
      wholeAt.set(key, Math.max(wholeAt.get(key) ?? 0, goesAt) + rule.perMs / rule.count);
    }
    return { kind: "taken", inMs: ahead };
  }

  return {
    take: async (account, rules) => take(account, rules),
    async paused(account, rules) {
      const until = rules.map((rule) => pausedUntil.get(keyOfPlace(account, rule.place)) ?? 0);
      return Math.max(0, Math.max(0, ...until) - clock.now());
    },
    async pause(account, place, until) {
      const key = keyOfPlace(account, place);
      pausedUntil.set(key, Math.max(pausedUntil.get(key) ?? 0, until.getTime()));
    },
  };
}

/** How far ahead of an even pace a rule lets calls run: `count` at once. */
const burstMs = (rule: PaceRule): number => (rule.perMs / rule.count) * (rule.count - 1);
const keyOfPlace = (account: string, place: string): string => `${account}\n${place}`;
const keyOfRule = (account: string, rule: PaceRule): string =>
  `${keyOfPlace(account, rule.place)}\n${rule.count}/${rule.perMs}`;
