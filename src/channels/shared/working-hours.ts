/**
 * When somebody works, by the clock of the place where they do. Pure; the runtime's own time zone data does the counting,
 * so summer time is right without a calendar of ours.
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
    const isDate = /^\d{4}-\d{2}-\d{2}$/.test(head) && !Number.isNaN(Date.parse(head));
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

export const isTimeZone = (zone: string): boolean => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).format(0) !== "";
  } catch {
    return false;
  }
};

export type Presence =
  | { readonly kind: "open" }
  /** `opensAt`: absent when that is more than two weeks away. */
  | { readonly kind: "closed"; readonly opensAt?: Date };

/** @param zone IANA name; must be one (`isTimeZone`) */
export function presenceAt(hours: WorkingHours, zone: string, now: Date): Presence {
  if (hours.week.size === 0 && hours.dates.size === 0) return { kind: "open" };
  const clock = wallClock(zone);
  const { date, minutes } = clock(now);
  const isOpen = spansOf(hours, date).some(({ from, to }) => minutes >= from && minutes < to);
  if (isOpen) return { kind: "open" };
  for (let ahead = 0; ahead <= 14; ahead += 1) {
    const day = addDays(date, ahead);
    const starts = spansOf(hours, day)
      .map((span) => instantOf(day, span.from, clock))
      .filter((instant) => instant.getTime() > now.getTime())
      .sort((a, b) => a.getTime() - b.getTime());
    if (starts[0]) return { kind: "closed", opensAt: starts[0] };
  }
  return { kind: "closed" };
}

function spansOf(hours: WorkingHours, date: string): readonly Span[] {
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  // Only special dates are listed: every other day is an ordinary one.
  if (hours.week.size === 0 && !hours.dates.has(date)) return [{ from: 0, to: DAY_MINUTES }];
  return hours.dates.get(date) ?? hours.week.get(weekday === 0 ? 7 : weekday) ?? [];
}

function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MINUTES * 60_000).toISOString().slice(0, 10);
}

type WallClock = (instant: Date) => { readonly date: string; readonly minutes: number };

function wallClock(zone: string): WallClock {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  return (instant) => {
    const parts = new Map(format.formatToParts(instant).map((part) => [part.type, part.value]));
    const number = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type) ?? 0);
    return {
      date: `${parts.get("year")}-${parts.get("month")}-${parts.get("day")}`,
      minutes: number("hour") * 60 + number("minute"),
    };
  };
}

/** The moment when a place's clock shows this. A time that summer time leaves out is shown an hour later. */
function instantOf(date: string, minutes: number, clock: WallClock): Date {
  const wanted = Date.parse(`${date}T00:00:00Z`) + minutes * 60_000;
  let guess = wanted;
  // The second round is for days on which the distance to UTC changes.
  for (let round = 0; round < 2; round += 1) {
    const shown = clock(new Date(guess));
    guess += wanted - (Date.parse(`${shown.date}T00:00:00Z`) + shown.minutes * 60_000);
  }
  return new Date(guess);
}
