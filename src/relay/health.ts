/**
 * How an account is. Pure: what is known of it and the time go in, a judgement comes out; `health-watch.ts` does what
 * follows from it, and the board shows it.
 */
import type { ConnectionState } from "../domain/account.ts";
import type { AccountHours, AccountStanding, Raised } from "../store/contract/health.ts";
import { type LocalTime, weekdayOf } from "./local-time.ts";

/** A connection may be away for so long before anybody is told: most come back by themselves. */
const FLAP_MS = 120_000;
/** It must have stood for so long before it counts as mended. */
const STEADY_MS = 30_000;
/** A new account that never worked is being set up by somebody for so long. */
const SET_UP_MS = 3_600_000;

const NEEDS_PERSON: readonly ConnectionState["kind"][] = ["needs-action", "bad-credentials", "logged-out", "failed"];

export type Judgement =
  | { readonly kind: "well" }
  /** Too early to say, or not to be told just now: what was said before stands. */
  | { readonly kind: "unsettled" }
  /** Switched off: nobody watches it. */
  | { readonly kind: "off" }
  | { readonly kind: "trouble"; readonly trouble: Raised };

/**
 * @param watchedMs how long somebody has been watching: what was seen before a restart may not be so any more
 */
export function judgeConnection(account: AccountStanding, now: Date, watchedMs: number): Judgement {
  if (!account.enabled) return { kind: "off" };
  const { connection, steadySince } = account;
  const stood = now.getTime() - steadySince.getTime();
  if (connection.kind === "connected") return stood >= STEADY_MS ? { kind: "well" } : { kind: "unsettled" };
  if (!account.worked && now.getTime() - account.createdAt.getTime() < SET_UP_MS) return { kind: "unsettled" };
  const trouble = { kind: "connection", sentence: connection.sentence, since: steadySince } as const;
  if (NEEDS_PERSON.includes(connection.kind)) return { kind: "trouble", trouble: { ...trouble, reason: "person" } };
  if (Math.min(stood, watchedMs) < FLAP_MS) return { kind: "unsettled" };
  return { kind: "trouble", trouble: { ...trouble, reason: "down" } };
}

/** Habits are judged by so many days. */
export const HABIT_DAYS = 56;
/** Fewer watched days or heard hours than these make no habit. */
const ENOUGH_DAYS = 21;
const ENOUGH_HEARD = 24;
/** As if each hour of the week had been seen so often more, as the same hour on all days was. */
const PRIOR = 2;
/** No hour is certain, however busy: two silent hours are the least that can be unusual. */
const SUREST = 0.97;
/** A silence is unusual when only one of about a thousand would be as long (ln 1000 = 6.9) … */
const UNUSUAL = 7;
/** … and it is clearly beyond the longest that the account has had. */
const BEYOND = 1.3;

interface Hour {
  readonly weekday: number;
  readonly hour: number;
  readonly heard: boolean;
}

/**
 * Whether an account is silent for longer than it ever is at these hours of the week. Each hour of the week has a chance to
 * bring a message, learned from the weeks before; a silence weighs as much as it is improbable. Only hours that were
 * watched count, so our own outages and times when the account was off are no silence.
 *
 * @param days the account's days, oldest first, at most `HABIT_DAYS` back; the running hour counts once something came in
 */
export function isUnusuallySilent(days: readonly Omit<AccountHours, "account">[], now: LocalTime): boolean {
  const hours = watchedHours(days, now);
  const last = hours.findLastIndex(({ heard }) => heard);
  if (last < 0 || !isEnough(days, hours)) return false;
  const chance = chances(hours.slice(0, last + 1));
  const weight = (silent: readonly Hour[]) => silent.reduce((sum, hour) => sum - Math.log(1 - chance(hour)), 0);
  const present = weight(hours.slice(last + 1));
  return present >= UNUSUAL && present > BEYOND * longestSilence(hours.slice(0, last + 1), weight);
}

function watchedHours(days: readonly Omit<AccountHours, "account">[], now: LocalTime): Hour[] {
  return days.flatMap(({ day, heard, watched }) => {
    const weekday = weekdayOf(day);
    const isOver = (hour: number) => day < now.day || (day === now.day && hour < now.hour);
    return Array.from({ length: 24 }, (_, hour) => ({ weekday, hour, heard: bit(heard, hour) })).filter((hour) =>
      isOver(hour.hour) ? bit(heard | watched, hour.hour) : hour.heard,
    );
  });
}

const bit = (bits: number, at: number): boolean => (bits & (1 << at)) !== 0;

function isEnough(days: readonly Omit<AccountHours, "account">[], hours: readonly Hour[]): boolean {
  const watchedDays = days.filter(({ heard, watched }) => (heard | watched) !== 0).length;
  return watchedDays >= ENOUGH_DAYS && hours.filter(({ heard }) => heard).length >= ENOUGH_HEARD;
}

/** How probable a message is in an hour of the week. */
function chances(history: readonly Hour[]): (hour: Hour) => number {
  const slots = new Map<number, { seen: number; heard: number }>();
  const add = (key: number, heard: boolean): void => {
    const slot = slots.get(key) ?? { seen: 0, heard: 0 };
    slot.seen += 1;
    if (heard) slot.heard += 1;
    slots.set(key, slot);
  };
  const ofWeek = ({ weekday, hour }: Hour) => weekday * 24 + hour;
  /** The same hour on all days. */
  const ofDay = ({ hour }: Hour) => 7 * 24 + hour;
  for (const hour of history) {
    add(ofWeek(hour), hour.heard);
    add(ofDay(hour), hour.heard);
  }
  return (hour) => {
    const day = slots.get(ofDay(hour)) ?? { seen: 0, heard: 0 };
    const usual = day.seen === 0 ? 0 : day.heard / day.seen;
    const { seen, heard } = slots.get(ofWeek(hour)) ?? { seen: 0, heard: 0 };
    return Math.min(SUREST, (heard + PRIOR * usual) / (seen + PRIOR));
  };
}

/** Of those that ended. What was before the first message is none. */
function longestSilence(history: readonly Hour[], weight: (silent: readonly Hour[]) => number): number {
  let longest = 0;
  let silent: Hour[] = [];
  for (const hour of history.slice(history.findIndex(({ heard }) => heard))) {
    if (!hour.heard) {
      silent.push(hour);
      continue;
    }
    if (silent.length > 0) longest = Math.max(longest, weight(silent));
    silent = [];
  }
  return longest;
}
