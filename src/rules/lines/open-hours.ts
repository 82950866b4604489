/**
 * When an account is worked on, by the clock of the place where its people are. Pure; luxon counts on the runtime's own
 * time zone data.
 *
 * An hour that does not exist on a day (clocks go forward) begins and ends when they go; one that exists twice counts from
 * its first beginning to its second end. Lengths of working time are real minutes, so a shift over the change is an hour
 * shorter or longer.
 */
import { DateTime, IANAZone } from "luxon";
import { z } from "zod";

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);

export const openHoursSchema = z.object({
  zone: z
    .string()
    .max(60)
    .refine((zone) => IANAZone.isValidZone(zone), "No such time zone.")
    .describe("IANA name, as `Europe/Berlin`."),
  week: z
    .array(
      z
        .object({
          day: z.int().min(1).max(7).describe("1 is Monday, 7 is Sunday."),
          from: clockTime,
          to: z.union([clockTime, z.literal("24:00")]).describe("Earlier than `from`: on the day after."),
        })
        .refine(({ from, to }) => from !== to, "It ends when it begins."),
    )
    .max(70)
    .describe("Several of the same day add up. A day without any is off."),
  holidays: z
    .array(z.string().regex(/^(\d{4}-)?\d{2}-\d{2}$/))
    .max(400)
    .default([])
    .describe("`2026-12-25`, or `12-25` of every year: nothing begins on that day."),
});

export type OpenHours = z.output<typeof openHoursSchema>;

/** Instants in milliseconds: from, up to but not including. */
interface Interval {
  readonly from: number;
  readonly to: number;
}

/** So far ahead an opening is looked for. */
const DAYS_AHEAD = 400;
const DAY_MINUTES = 1_440;

/**
 * @param at instant in milliseconds
 * @returns `at` itself while it is open; otherwise when it opens; `undefined`: not within 400 days
 */
export function opensAt(hours: OpenHours | null, at: number): number | undefined {
  if (!hours) return at;
  for (const { from } of intervals(hours, at)) return Math.max(from, at);
  return undefined;
}

/** When so much working time has passed since then; `undefined`: not within 400 days. */
export function afterOpenTime(hours: OpenHours | null, since: number, milliseconds: number): number | undefined {
  if (!hours) return since + milliseconds;
  let left = milliseconds;
  for (const { from, to } of intervals(hours, since)) {
    const begin = Math.max(from, since);
    if (begin + left <= to) return begin + left;
    left -= to - begin;
  }
  return undefined;
}

/** What is open at that time or later, in order, without overlaps. */
function* intervals({ zone, week, holidays }: OpenHours, since: number): Generator<Interval> {
  if (week.length === 0) return;
  // Noon exists on every day, and once.
  const today = DateTime.fromMillis(since, { zone }).set({ hour: 12, minute: 0, second: 0, millisecond: 0 });
  let done = Number.NEGATIVE_INFINITY;
  // What began yesterday may go over midnight.
  for (let ahead = -1; ahead <= DAYS_AHEAD; ahead += 1) {
    const day = today.plus({ days: ahead });
    if (holidays.includes(day.toFormat("yyyy-MM-dd")) || holidays.includes(day.toFormat("MM-dd"))) continue;
    const open = week
      .filter((span) => span.day === day.weekday)
      .map((span) => onDay(day, span))
      .sort((one, other) => one.from - other.from);
    for (const { from, to } of open) {
      const begin = Math.max(from, done);
      if (to <= begin) continue;
      done = to;
      if (to > since) yield { from: begin, to };
    }
  }
}

function onDay(day: DateTime, span: { readonly from: string; readonly to: string }): Interval {
  const from = minutesOf(span.from);
  const to = minutesOf(span.to);
  const first = instantsOf(day, from)[0];
  return { from: first, to: instantsOf(day, to <= from ? to + DAY_MINUTES : to)[1] };
}

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(":").map(Number);
  return hours * 60 + minutes;
}

/** When a clock shows that time: the first and the last time it does. Where it never does: when it jumps over it. */
function instantsOf(noon: DateTime, minutes: number): readonly [number, number] {
  const day = noon.plus({ days: Math.floor(minutes / DAY_MINUTES) });
  const [hour, minute] = [Math.floor((minutes % DAY_MINUTES) / 60), minutes % 60];
  const shown = day.set({ hour, minute });
  if (shown.hour !== hour || shown.minute !== minute) {
    const jump = jumpNear(shown);
    return [jump, jump];
  }
  const all = shown.getPossibleOffsets().map((one) => one.toMillis());
  return [Math.min(...all), Math.max(...all)];
}

/** The instant at which the zone's offset changes, within half a day around. */
function jumpNear(around: DateTime): number {
  const zone = around.zone;
  let low = around.toMillis() - 12 * 3_600_000;
  let high = around.toMillis() + 12 * 3_600_000;
  const before = zone.offset(low);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (zone.offset(middle) === before) low = middle;
    else high = middle;
  }
  return high;
}
