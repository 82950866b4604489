import { DateTime, IANAZone } from "luxon";

/**
 * When somebody works, by the clock of the place where they do. Pure; luxon counts on the runtime's own time zone data, so summer time is right.
 *
 * Written a line each: `Mon-Fri 09:00-18:00`, `Sat 10:00-14:00, 15:00-17:00`, `2026-12-25 off`, `2026-12-31 09:00-13:00`.
 * A line about a date stands above the weekdays. Several lines about the same day add up. No lines: always open.
 */
export interface WorkingHours {
  /** Monday is 1, Sunday is 7. */
  readonly week: ReadonlyMap<number, readonly Span[]>;
  readonly dates: ReadonlyMap<string, readonly Span[]>;
}

/** Minutes of the day: from, up to but not including. */
interface Span {
  readonly from: number;
  readonly to: number;
}

export type ReadHours =
  | { readonly kind: "ok"; readonly hours: WorkingHours }
  /** `sentence` names the line and says how to write it. */
  | { readonly kind: "wrong"; readonly sentence: string };

const DAYS: ReadonlyMap<string, number> = new Map(
  [
    ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
    ["пн", "вт", "ср", "чт", "пт", "сб", "вс"],
    ["lun", "mar", "mié", "jue", "vie", "sáb", "dom"],
    ["lun", "mar", "mie", "jue", "vie", "sab", "dom"],
  ].flatMap((names) => names.map((name, at): [string, number] => [name, at + 1])),
);
const OFF = /^(off|closed|выходной|cerrado)$/i;
const HOW = 'Write lines like "Mon-Fri 09:00-18:00", "Sat 10:00-14:00" or "2026-12-25 off".';
const DAY_MINUTES = 1_440;

export function readHours(text: string): ReadHours {
  const week = new Map<number, Span[]>();
  const dates = new Map<string, Span[]>();
  for (const line of text.split(/\r?\n/).map((one) => one.trim())) {
    if (line === "") continue;
    const [, head = "", tail = ""] = /^(\S+(?:\s*[-–]\s*\p{L}+)?)\s+(.+)$/u.exec(line) ?? [];
    const spans = OFF.test(tail.trim()) ? [] : readSpans(tail);
    const isDate = /^\d{4}-\d{2}-\d{2}$/.test(head) && DateTime.fromISO(head).isValid;
    const days = isDate ? [] : readDays(head);
    if (spans === undefined || (!isDate && days === undefined))
      return { kind: "wrong", sentence: `"${line.slice(0, 60)}" cannot be read as working hours. ${HOW}` };
    if (isDate) dates.set(head, [...(dates.get(head) ?? []), ...spans]);
    else for (const day of days ?? []) week.set(day, [...(week.get(day) ?? []), ...spans]);
  }
  return { kind: "ok", hours: { week, dates } };
}

function readDays(text: string): readonly number[] | undefined {
  const [first, last, ...more] = text
    .toLowerCase()
    .split(/\s*[-–]\s*/)
    .map(dayOf);
  if (first === undefined || more.length > 0) return undefined;
  if (!/[-–]/.test(text)) return [first];
  if (last === undefined) return undefined;
  // Fri-Mon goes over the weekend.
  const length = ((last - first + 7) % 7) + 1;
  return Array.from({ length }, (_, at) => ((first - 1 + at) % 7) + 1);
}

const dayOf = (word: string): number | undefined => DAYS.get(word.slice(0, 3)) ?? DAYS.get(word.slice(0, 2));

/** Over midnight (22:00-02:00) is cut at midnight: the rest belongs to the next day's line. */
function readSpans(text: string): Span[] | undefined {
  const spans: Span[] = [];
  for (const part of text.split(",")) {
    const match = /^\s*(\d{1,2})[:.](\d{2})\s*[-–]\s*(\d{1,2})[:.](\d{2})\s*$/.exec(part);
    if (!match) return undefined;
    const [, fromHour, fromMinute, toHour, toMinute] = match.map(Number);
    const from = (fromHour ?? 0) * 60 + (fromMinute ?? 0);
    const to = (toHour ?? 0) * 60 + (toMinute ?? 0);
    if ((fromMinute ?? 0) > 59 || (toMinute ?? 0) > 59 || from >= to || to > DAY_MINUTES) return undefined;
    spans.push({ from, to });
  }
  return spans;
}

export const isTimeZone = (zone: string): boolean => zone !== "" && IANAZone.isValidZone(zone);

export type Presence =
  | { readonly kind: "open" }
  /** `opensAt`: absent when that is more than two weeks away. */
  | { readonly kind: "closed"; readonly opensAt?: Date };

/** @param zone IANA name; must be one (`isTimeZone`) */
export function presenceAt(hours: WorkingHours, zone: string, now: Date): Presence {
  if (hours.week.size === 0 && hours.dates.size === 0) return { kind: "open" };
  const here = DateTime.fromJSDate(now, { zone });
  const minutes = here.hour * 60 + here.minute;
  const isOpen = spansOf(hours, here).some(({ from, to }) => minutes >= from && minutes < to);
  if (isOpen) return { kind: "open" };
  for (let ahead = 0; ahead <= 14; ahead += 1) {
    const day = here.plus({ days: ahead });
    const next = spansOf(hours, day)
      .map(({ from }) =>
        day.set({ hour: Math.floor(from / 60), minute: from % 60, second: 0, millisecond: 0 }).toJSDate(),
      )
      .filter((start) => start > now)
      .sort((a, b) => a.getTime() - b.getTime())[0];
    if (next) return { kind: "closed", opensAt: next };
  }
  return { kind: "closed" };
}

function spansOf(hours: WorkingHours, day: DateTime): readonly Span[] {
  const date = day.toISODate() ?? "";
  // Only special dates are listed: every other day is an ordinary one.
  if (hours.week.size === 0 && !hours.dates.has(date)) return [{ from: 0, to: DAY_MINUTES }];
  return hours.dates.get(date) ?? hours.week.get(day.weekday) ?? [];
}
