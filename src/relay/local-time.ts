import { DateTime } from "luxon";

/** A moment by the clock of a place. */
export interface LocalTime {
  /** `2026-11-28` */
  readonly day: string;
  /** 0 to 23 */
  readonly hour: number;
  readonly minute: number;
}

/** @param timeZone IANA name; unknown to this runtime, or absent: UTC */
export function localTime(at: Date, timeZone: string | undefined): LocalTime {
  const named = DateTime.fromJSDate(at, { zone: timeZone ?? "utc" });
  const there = named.isValid ? named : DateTime.fromJSDate(at, { zone: "utc" });
  return { day: there.toFormat("yyyy-MM-dd"), hour: there.hour, minute: there.minute };
}

/** So many days before that one. */
export const daysBefore = (day: string, days: number): string =>
  DateTime.fromISO(day, { zone: "utc" }).minus({ days }).toFormat("yyyy-MM-dd");

/** Monday is 0, Sunday is 6. */
export const weekdayOf = (day: string): number => DateTime.fromISO(day, { zone: "utc" }).weekday - 1;
