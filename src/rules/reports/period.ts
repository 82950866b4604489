import { DateTime } from "luxon";

export const PERIODS = ["today", "7d", "30d", "month", "quarter", "own"] as const;
export type Period = (typeof PERIODS)[number];

export interface Span {
  readonly since: Date;
  readonly until: Date;
  /** Days by the clock of the place, both included. */
  readonly from: string;
  readonly to: string;
}

export interface Spans {
  readonly now: Span;
  /** What it is compared with: as long, directly before; of a period that is still going on, up to the same time of it. */
  readonly before: Span;
  /** It is still going on. */
  readonly ongoing: boolean;
}

/** Longer is not counted for one page. */
const MOST_DAYS = 366;
const QUARTER_MS = 900_000;

/**
 * The time that a page is about, by the clock of a place; a day there may have 23 or 25 hours. It ends with a quarter of an
 * hour, because messages are counted by those.
 * @param own days, `2026-11-28`, both included; of the period `own` alone
 * @returns `undefined`: there are no such days, or too many
 */
export function spansOf(
  period: Period,
  zone: string,
  at: Date,
  own?: { readonly from: string; readonly to: string },
): Spans | undefined {
  const now = placed(at, zone);
  const today = now.startOf("day");
  switch (period) {
    case "today":
      return spans(today, today.plus({ days: 1 }), today.minus({ days: 1 }), now);
    case "7d":
    case "30d": {
      const days = period === "7d" ? 7 : 30;
      const start = today.minus({ days: days - 1 });
      return spans(start, today.plus({ days: 1 }), start.minus({ days }), now);
    }
    case "month":
    case "quarter": {
      const start = today.startOf(period);
      return spans(start, start.plus({ [`${period}s`]: 1 }), start.minus({ [`${period}s`]: 1 }), now);
    }
    case "own": {
      const [from, to] = [own?.from, own?.to].map((day) =>
        DateTime.fromISO(day ?? "", { zone: now.zone }).startOf("day"),
      );
      if (!from?.isValid || !to?.isValid) return undefined;
      const days = Math.round(to.diff(from, "days").days) + 1;
      if (days < 1 || days > MOST_DAYS) return undefined;
      return spans(from, to.plus({ days: 1 }), from.minus({ days }), now);
    }
  }
}

function spans(start: DateTime, end: DateTime, before: DateTime, now: DateTime): Spans {
  const ongoing = now >= start && now < end;
  const until = ongoing ? upToQuarter(now, end) : end;
  // By the calendar, not by seconds: at ten o'clock is at ten o'clock, also when the clock was changed between.
  const days = Math.round(until.startOf("day").diff(start, "days").days);
  const sameTime = before.plus({ days }).set({ hour: until.hour, minute: until.minute });
  const beforeEnd = ongoing ? DateTime.min(sameTime, start) : start;
  return { now: span(start, until), before: span(before, beforeEnd), ongoing };
}

function upToQuarter(now: DateTime, end: DateTime): DateTime {
  const next = DateTime.fromMillis((Math.floor(now.toMillis() / QUARTER_MS) + 1) * QUARTER_MS, { zone: now.zone });
  return DateTime.min(next, end);
}

const span = (since: DateTime, until: DateTime): Span => ({
  ...{ since: since.toJSDate(), until: until.toJSDate(), from: since.toFormat(DAY) },
  to: until.minus({ milliseconds: 1 }).toFormat(DAY),
});

const DAY = "yyyy-MM-dd";

function placed(at: Date, zone: string): DateTime {
  const there = DateTime.fromJSDate(at, { zone });
  return there.isValid ? there : DateTime.fromJSDate(at, { zone: "utc" });
}

/** The zone, or UTC where this runtime knows none of that name. */
export const knownZone = (zone: string | undefined): string =>
  zone !== undefined && DateTime.fromMillis(0, { zone }).isValid ? zone : "UTC";
