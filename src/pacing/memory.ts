import type { PaceRule, Pacer } from "../channels/contract/pacing.ts";
import { type Books, createTurns, MOST_AHEAD_MS, type PacingClock, systemClock, type Taken } from "./turns.ts";

/**
 * Pacing of a single process: the generic cell rate algorithm, one time stamp per rule; of a rule that is a window, the
 * time stamps of its last `count` calls. Gone with the process: after a
 * quick restart the vendor may have counted calls that we no longer know, answers "too many", and the adapter's `pause`
 * holds us back. With several processes the books are in Redis (`redis.ts`); one battery checks both.
 */
export function createMemoryPacer(clock: PacingClock = systemClock): Pacer {
  return createTurns(createMemoryBooks(clock), clock);
}

/** Stamps that lie in the past say nothing; they are swept out after so many questions. */
const SWEEP_EVERY = 5_000;
/** No vendor counts over more than a day. */
const LONGEST_WINDOW_MS = 24 * 3_600_000;

export function createMemoryBooks(clock: PacingClock): Books {
  /** When a rule's allowance is whole again ("theoretical arrival time"), by rule. */
  const wholeAt = new Map<string, number>();
  const pausedUntil = new Map<string, number>();
  /** When the last calls of a window went, oldest first, at most as many as it lets through; of a burst, all of it. */
  const wentAt = new Map<string, readonly number[]>();
  let asked = 0;

  function sweep(now: number): void {
    asked += 1;
    if (asked % SWEEP_EVERY !== 0) return;
    for (const stamps of [wholeAt, pausedUntil]) for (const [key, at] of stamps) if (at <= now) stamps.delete(key);
    for (const [key, stamps] of wentAt) if ((stamps.at(-1) ?? 0) + LONGEST_WINDOW_MS <= now) wentAt.delete(key);
  }

  /** From when on the rule lets this call go. */
  function opensAt(account: string, rule: PaceRule, now: number): number {
    const key = keyOfRule(account, rule);
    const cost = costOf(rule);
    if (rule.burst) {
      const { began, paidAt, calls } = burstAt(key, rule);
      return now < began + rule.burst.withinMs && calls + cost <= rule.burst.count ? 0 : paidAt;
    }
    if (rule.window !== true) return (wholeAt.get(key) ?? 0) - (rule.perMs / rule.count) * (rule.count - cost);
    const stamps = wentAt.get(key) ?? [];
    const mustLeave = stamps.length + cost - rule.count;
    return mustLeave <= 0 ? 0 : (stamps[mustLeave - 1] ?? 0) + rule.perMs;
  }

  function burstAt(key: string, rule: PaceRule): { began: number; paidAt: number; calls: number } {
    const stamps = wentAt.get(key) ?? [];
    const [began = 0] = stamps;
    return { began, calls: stamps.length, paidAt: began + (rule.perMs / rule.count) * stamps.length };
  }

  function use(account: string, rule: PaceRule, goesAt: number): void {
    const key = keyOfRule(account, rule);
    if (rule.window !== true && !rule.burst) {
      const whole = Math.max(wholeAt.get(key) ?? 0, goesAt) + (rule.perMs / rule.count) * (rule.cost ?? 1);
      wholeAt.set(key, whole);
      return;
    }
    const more = new Array<number>(costOf(rule)).fill(goesAt);
    const before = wentAt.get(key) ?? [];
    if (rule.burst) wentAt.set(key, burstAt(key, rule).paidAt <= goesAt ? more : [...before, ...more]);
    else wentAt.set(key, [...before, ...more].slice(-rule.count));
  }

  function take(account: string, rules: readonly PaceRule[]): Taken {
    const now = clock.now();
    sweep(now);
    let ahead = 0;
    const waits = new Map<string, number>();
    for (const rule of rules) {
      const paused = (pausedUntil.get(keyOfPlace(account, rule.place)) ?? 0) - now;
      const slot = opensAt(account, rule, now) - now;
      if (rule.place === "" && paused <= 0 && slot <= MOST_AHEAD_MS) ahead = Math.max(ahead, slot);
      else if (Math.max(paused, slot) > 0) waits.set(rule.place, Math.max(waits.get(rule.place) ?? 0, paused, slot));
    }
    if (waits.size > 0) return { kind: "wait", ms: Math.max(...waits.values()), places: [...waits.keys()] };
    const goesAt = now + ahead;
    for (const rule of rules) use(account, rule, goesAt);
    return { kind: "taken", inMs: ahead };
  }

  return {
    take: async (account, rules) => take(account, rules),
    async paused(account, rules) {
      const until = rules.map((rule) => pausedUntil.get(keyOfPlace(account, rule.place)) ?? 0);
      return Math.max(0, Math.max(0, ...until) - clock.now());
    },
    async spend(account, rules) {
      for (const rule of rules) use(account, rule, clock.now());
    },
    async renew(account, rules) {
      for (const rule of rules) for (const kept of [wholeAt, wentAt]) kept.delete(keyOfRule(account, rule));
    },
    async pause(account, place, until) {
      const key = keyOfPlace(account, place);
      pausedUntil.set(key, Math.max(pausedUntil.get(key) ?? 0, until.getTime()));
    },
  };
}

/** A call that counts for more than the rule ever lets through goes when all of it is there. */
const costOf = (rule: PaceRule): number => Math.min(rule.cost ?? 1, rule.burst?.count ?? rule.count);
const keyOfPlace = (account: string, place: string): string => `${account}\n${place}`;
const keyOfRule = (account: string, rule: PaceRule): string =>
  `${keyOfPlace(account, rule.place)}\n${rule.count}/${rule.perMs}`;
