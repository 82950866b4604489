import { DateTime } from "luxon";
import type { ReportFiguresAnswer, ReportSlotAnswer } from "../../src/api/reports.ts";
import type { Span } from "../../src/rules/reports/period.ts";
import type { AnswerTimes, ReportFigures, ReportSeriesRow } from "../../src/store/contract/reports.ts";

export const presentFigures = ({
  first,
  further,
  customerStars,
  supervisorStars,
  ...counts
}: ReportFigures): ReportFiguresAnswer => ({
  ...counts,
  first: presentTimes(first),
  further: presentTimes(further),
  customerStars: presentStars(customerStars),
  supervisorStars: presentStars(supervisorStars),
});

const presentTimes = (times: AnswerTimes) => ({
  ...times,
  ...(times.count > 0 && { average: Math.round(times.total / times.count) }),
});

const presentStars = ({ count, sum }: { readonly count: number; readonly sum: number }) => ({
  count,
  ...(count > 0 && { average: Math.round((100 * sum) / count) / 100 }),
});

const presentSlot = ({ key: _key, answered, seconds, ...counts }: ReportSeriesRow): ReportSlotAnswer => ({
  ...counts,
  ...(answered > 0 && { average: Math.round(seconds / answered) }),
});

const NOTHING: ReportSlotAnswer = { received: 0, answers: 0, opened: 0, closed: 0, asked: 0, unanswered: 0 };

/** Each day of the time, also those on which there was nothing. */
export function presentDays(rows: readonly ReportSeriesRow[], { from, to }: Span) {
  const known = new Map(rows.map((row) => [row.key, presentSlot(row)]));
  const days: (ReportSlotAnswer & { day: string })[] = [];
  const last = DateTime.fromISO(to, { zone: "utc" });
  for (let at = DateTime.fromISO(from, { zone: "utc" }); at <= last; at = at.plus({ days: 1 })) {
    const day = at.toFormat("yyyy-MM-dd");
    days.push({ day, ...(known.get(day) ?? NOTHING) });
  }
  return days;
}

export const presentHours = (rows: readonly ReportSeriesRow[]) =>
  rows.map((row) => ({
    weekday: Math.floor(Number(row.key) / 24),
    hour: Number(row.key) % 24,
    ...presentSlot(row),
  }));

export const presentSpan = ({ since, until, from, to }: Span) => ({
  ...{ since: since.toISOString(), until: until.toISOString() },
  ...{ from, to },
});
