import { type PaceRule, type Pacer, TurnTooFar } from "../channels/contract/pacing.ts";

/**
 * The waiting room before a vendor's limits: one row per account, first come first served, where those who wait for a
 * place of their own (one chat) let the others by. Whether a call may go now is asked of `Books`, which one process keeps
 * for itself (`memory.ts`) or all share (`redis.ts`).
 *
 * Only the row's front asks, one question at a time, so that several processes take turns at an account: each gets one
 * slot and asks again behind the others. Nothing is kept: a crash forgets who waited, and the lanes' rows in SQL bring
 * them back. A caller that goes away gives its place up; a slot that it had been given already is lost (one call's worth).
 */

/** What was used up, and until when nothing goes. Times are milliseconds from now: no two clocks have to agree. */
export interface Books {
  /** Takes a slot of every rule, or of none. Never throws. */
  take(account: string, rules: readonly PaceRule[]): Promise<Taken>;
  /** How long these places are paused for, milliseconds. Never throws. */
  paused(account: string, rules: readonly PaceRule[]): Promise<number>;
  pause(account: string, place: string, until: Date): Promise<void>;
  /** Takes what nobody asked for: beyond the allowance, too. Never throws. */
  spend(account: string, rules: readonly PaceRule[]): Promise<void>;
  /** Forgets what was used of these rules. Never throws. */
  renew(account: string, rules: readonly PaceRule[]): Promise<void>;
}

export type Taken =
  /** The slot is taken; the call goes after so long. */
  | { readonly kind: "taken"; readonly inMs: number }
  /** Nothing was taken: ask again after so long. `places` are those that it is for. */
  | { readonly kind: "wait"; readonly ms: number; readonly places: readonly string[] };

export interface PacingClock {
  now(): number;
  /** Runs the work once after so many milliseconds; the answer cancels it. */
  after(ms: number, work: () => void): () => void;
}

/** A slot this far ahead is taken now and waited for; one further ahead would hold up the row behind it. */
export const MOST_AHEAD_MS = 1_000;

export const systemClock: PacingClock = {
  now: Date.now,
  after(ms, work) {
    const timer = setTimeout(work, Math.max(1, Math.ceil(ms)));
    return () => clearTimeout(timer);
  },
};

interface Waiter {
  readonly rules: readonly PaceRule[];
  readonly go: () => void;
  /** Its turn is too far away. */
  readonly giveUp: (places: readonly string[]) => void;
  gone: boolean;
  /** The books said to ask no earlier. */
  notBefore: number;
  /** What it waited for then. */
  blocking: readonly string[];
}

interface Row {
  waiters: Waiter[];
  running: boolean;
  /** Ends the row's sleep: somebody came, or a pause was told. */
  wake: () => void;
}

export function createTurns(books: Books, clock: PacingClock = systemClock): Pacer {
  const rows = new Map<string, Row>();

  async function serve(account: string, row: Row): Promise<void> {
    row.running = true;
    while (row.waiters.length > 0) {
      const served = await serveFirst(account, row);
      row.waiters = row.waiters.filter((waiter) => !waiter.gone);
      if (served || row.waiters.length === 0) continue;
      // Those held behind another were not asked about: the one in front wakes the row.
      const now = clock.now();
      const next = Math.min(...row.waiters.map((one) => one.notBefore).filter((at) => at > now));
      await rest(row, Number.isFinite(next) ? next - now : 1);
    }
    row.running = false;
    rows.delete(account);
  }

  /** Asks for those whose turn it may be, front to back. `true` when the row has to be looked at again at once. */
  async function serveFirst(account: string, row: Row): Promise<boolean> {
    const held = new Set<string>();
    for (const waiter of row.waiters) {
      if (waiter.gone) continue;
      const places = waiter.rules.map((rule) => rule.place);
      if (places.some((place) => held.has(place))) {
        // Who comes later for the same chat stays behind this one.
        for (const place of places) if (place !== "") held.add(place);
        continue;
      }
      if (waiter.notBefore <= clock.now()) {
        const taken = await books.take(account, waiter.rules);
        if (taken.kind === "taken") {
          await give(account, row, waiter, taken.inMs);
          return true;
        }
        if (taken.ms > mostWait(waiter.rules, taken.places)) {
          waiter.gone = true;
          waiter.giveUp(taken.places);
          continue;
        }
        waiter.notBefore = clock.now() + Math.max(1, taken.ms);
        waiter.blocking = taken.places;
      }
      for (const place of [...waiter.blocking, ...places.filter((one) => one !== "")]) held.add(place);
      if (held.has("")) break;
    }
    return false;
  }

  async function give(account: string, row: Row, waiter: Waiter, inMs: number): Promise<void> {
    let left = inMs;
    const goesAt = clock.now() + inMs;
    while (left > 0 && !waiter.gone) {
      await rest(row, left);
      // A pause told meanwhile, by any process, counts for slots given before it too.
      left = goesAt - clock.now();
      if (left <= 0) left = await books.paused(account, waiter.rules);
    }
    if (waiter.gone) return;
    waiter.gone = true;
    waiter.go();
  }

  function rest(row: Row, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        row.wake = () => undefined;
        resolve();
      };
      const cancel = clock.after(Math.max(1, ms), done);
      row.wake = done;
    });
  }

  return {
    turn(account, rules, signal) {
      return new Promise<void>((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const row = rows.get(account) ?? { waiters: [], running: false, wake: () => undefined };
        rows.set(account, row);
        const leave = (): void => {
          waiter.gone = true;
          reject(signal?.reason);
          row.wake();
        };
        const waiter: Waiter = {
          rules,
          gone: false,
          notBefore: 0,
          blocking: [],
          go() {
            signal?.removeEventListener("abort", leave);
            resolve();
          },
          giveUp(places) {
            signal?.removeEventListener("abort", leave);
            reject(new TurnTooFar(places));
          },
        };
        signal?.addEventListener("abort", leave, { once: true });
        row.waiters.push(waiter);
        if (row.running) row.wake();
        else void serve(account, row);
      });
    },
    pause: (account, place, until) => books.pause(account, place, until),
    spend: (account, rules) => books.spend(account, rules),
    renew: (account, rules) => books.renew(account, rules),
  };
}

/** How long those places may hold a call up. */
function mostWait(rules: readonly PaceRule[], places: readonly string[]): number {
  const limits = rules.filter((rule) => places.includes(rule.place)).flatMap((rule) => rule.mostWaitMs ?? []);
  return Math.min(Number.POSITIVE_INFINITY, ...limits);
}
