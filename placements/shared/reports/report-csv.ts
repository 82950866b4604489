import type { ReportAnswer, ReportSlotAnswer } from "../../../src/api/reports.ts";
import { toCsv } from "../csv.ts";
import { agentName, dayFull, type Figures, WEEKDAYS } from "./figures.ts";
import { rt } from "./words.ts";

const text = (value: number | undefined): string => (value === undefined ? "" : String(value));

/** Everything that the page shows, one row for each line of its tables. Times are in seconds. */
export function reportCsv(report: ReportAnswer, channelName: (id: string) => string): string {
  const of = (group: string, name: string, figures: Figures) => [group, name, ...cells(figures)];
  const slot = (group: string, name: string, one: ReportSlotAnswer) => [group, name, ...slotCells(one)];
  return toCsv([
    header(),
    of(rt("csv.total"), `${report.period.from} – ${report.period.to}`, report.total),
    of(rt("csv.before"), `${report.before.from} – ${report.before.to}`, report.totalBefore),
    ...report.channels.map((row) => of(rt("channels"), channelName(row.channel), row)),
    ...report.accounts.map((row) => of(rt("accounts"), row.name, row)),
    ...report.agents.map((row) => of(rt("agents"), agentName(row.id, row.name), row)),
    ...report.days.map((row) => slot(rt("byDay"), dayFull(row.day), row)),
    ...report.hours.map((row) =>
      slot(rt("csv.hour"), `${WEEKDAYS[row.weekday] ?? ""} ${String(row.hour).padStart(2, "0")}:00`, row),
    ),
  ]);
}

function header(): string[] {
  const times = (what: string) =>
    (["count", "average", "median", "p90", "max", "total"] as const).map((one) => `${what}: ${rt(`times.${one}`)}`);
  return [
    ...[rt("csv.group"), rt("csv.name"), rt("opened"), rt("col.closed"), rt("behind.open")],
    ...[rt("received"), rt("answers"), rt("behind.automatic")],
    ...[rt("asked"), rt("col.answered"), rt("behind.no-reply"), rt("unanswered")],
    ...times(rt("times.first")),
    ...times(rt("times.further")),
    ...[rt("stars"), rt("starsHint", { count: "" }).trim()],
    ...[rt("supervisorStars"), rt("starsHint", { count: "" }).trim()],
    ...[rt("dealsWon"), rt("series.average")],
  ];
}

function cells(figures: Figures): string[] {
  const { first, further, customerStars, supervisorStars, dealsWon } = figures;
  const times = ({ count, average, median, p90, max, total }: Figures["first"]) =>
    [count, average, median, p90, max, total].map(text);
  return [
    ...[figures.opened, figures.closed, figures.open].map(text),
    ...[figures.received, figures.answers, figures.automatic].map(text),
    ...[figures.asked, figures.answered, figures.noReply, figures.unanswered].map(text),
    ...times(first),
    ...times(further),
    ...[customerStars, supervisorStars].flatMap(({ average, count }) => [text(average), text(count)]),
    ...[text(dealsWon), ""],
  ];
}

function slotCells({ opened, closed, received, answers, asked, unanswered, average }: ReportSlotAnswer): string[] {
  const nothing = Array.from({ length: 17 }, () => "");
  return [
    ...[text(opened), text(closed), "", text(received), text(answers), "", text(asked), "", "", text(unanswered)],
    ...nothing,
    text(average),
  ];
}
