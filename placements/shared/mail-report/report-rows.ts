import type { LetterReportRowAnswer } from "../../../src/api/letters.ts";

/** By whom or by which template letters are put together. */
export type Grouping = "agent" | "template";

export interface ReportGroup {
  /** Of the person or the template; `null`: of none. */
  readonly key: string | null;
  readonly name: string | null;
  readonly counts: ReportCounts;
}

export type ReportCounts = Pick<
  LetterReportRowAnswer,
  "sent" | "tracked" | "opened" | "openedOfTracked" | "probablyOpened" | "clicked" | "answered"
>;

const NOTHING: ReportCounts = {
  sent: 0,
  tracked: 0,
  opened: 0,
  openedOfTracked: 0,
  probablyOpened: 0,
  clicked: 0,
  answered: 0,
};

export const totalOf = (rows: readonly ReportCounts[]): ReportCounts => rows.reduce<ReportCounts>(plus, NOTHING);

/** Whoever sent most comes first. */
export function groupsOf(rows: readonly LetterReportRowAnswer[], by: Grouping): readonly ReportGroup[] {
  const groups = new Map<string | null, ReportGroup>();
  for (const row of rows) {
    const key = by === "agent" ? (row.agent?.id ?? null) : row.template;
    const name = by === "agent" ? (row.agent?.name ?? key) : row.template;
    groups.set(key, { key, name, counts: plus(groups.get(key)?.counts ?? NOTHING, row) });
  }
  return [...groups.values()].toSorted((one, other) => other.counts.sent - one.counts.sent);
}

const plus = (one: ReportCounts, other: ReportCounts): ReportCounts => ({
  sent: one.sent + other.sent,
  tracked: one.tracked + other.tracked,
  opened: one.opened + other.opened,
  openedOfTracked: one.openedOfTracked + other.openedOfTracked,
  probablyOpened: one.probablyOpened + other.probablyOpened,
  clicked: one.clicked + other.clicked,
  answered: one.answered + other.answered,
});

/**
 * Parts of one, of what can be known: who opens a letter is seen only of tracked ones, who answers of all. `undefined`: of
 * nothing.
 */
export const sharesOf = ({ sent, tracked, openedOfTracked, clicked, answered }: ReportCounts) => ({
  opened: part(openedOfTracked, tracked),
  clicked: part(clicked, tracked),
  answered: part(answered, sent),
});

const part = (some: number, all: number): number | undefined => (all === 0 ? undefined : some / all);

export interface Period {
  readonly since: Date;
  readonly until: Date;
}

/** The last days, today among them, by the viewer's own midnight. */
export function lastDays(days: number, now: Date): Period {
  const since = new Date(now.getFullYear(), now.getMonth(), now.getDate() - days + 1);
  return { since, until: now };
}

/** From the first day to the last, both whole, as `2026-11-29`; `undefined` where that is no period of at most a year. */
export function daysBetween(first: string, last: string): Period | undefined {
  const [since, to] = [new Date(`${first}T00:00`), new Date(`${last}T00:00`)];
  if (Number.isNaN(since.getTime()) || Number.isNaN(to.getTime())) return undefined;
  const until = new Date(to.getFullYear(), to.getMonth(), to.getDate() + 1);
  const days = (until.getTime() - since.getTime()) / 86_400_000;
  return days > 0 && days <= 366 ? { since, until } : undefined;
}
