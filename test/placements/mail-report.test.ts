import { describe, expect, test } from "vitest";
import { daysBetween, groupsOf, lastDays, sharesOf, totalOf } from "../../placements/shared/mail-report/report-rows.ts";
import type { LetterReportRowAnswer } from "../../src/api/letters.ts";

const row = (more: Partial<LetterReportRowAnswer>): LetterReportRowAnswer => ({
  ...{ agent: null, template: null, sent: 0, tracked: 0, opened: 0, openedOfTracked: 0, probablyOpened: 0 },
  ...{ clicked: 0, answered: 0, ...more },
});

describe("a report on letters", () => {
  const rows = [
    row({
      agent: { id: "1", name: "Ada" },
      template: "offer",
      sent: 4,
      tracked: 2,
      openedOfTracked: 1,
      opened: 3,
      answered: 2,
    }),
    row({ agent: { id: "1", name: "Ada" }, sent: 1 }),
    row({ agent: { id: "2" }, template: "offer", sent: 6, tracked: 6, openedOfTracked: 3, opened: 3, clicked: 1 }),
  ];

  test("puts together by colleague and by template, whoever sent most first", () => {
    expect(groupsOf(rows, "agent").map(({ name, counts }) => [name, counts.sent])).toEqual([
      ["2", 6],
      ["Ada", 5],
    ]);
    expect(groupsOf(rows, "template").map(({ key, counts }) => [key, counts.sent])).toEqual([
      ["offer", 10],
      [null, 1],
    ]);
  });

  test("shares are of what can be known, and of nothing there is none", () => {
    expect(sharesOf(totalOf(rows))).toEqual({ opened: 4 / 8, clicked: 1 / 8, answered: 2 / 11 });
    expect(sharesOf(row({ sent: 3 }))).toEqual({ opened: undefined, clicked: undefined, answered: 0 });
  });

  test("days are whole, in their order, and at most a year", () => {
    expect(lastDays(7, new Date(2026, 10, 29, 15)).since).toEqual(new Date(2026, 10, 23));
    expect(daysBetween("2026-11-01", "2026-11-01")).toEqual({
      since: new Date(2026, 10, 1),
      until: new Date(2026, 10, 2),
    });
    expect(daysBetween("2026-11-02", "2026-11-01")).toBeUndefined();
    expect(daysBetween("2025-01-01", "2026-11-01")).toBeUndefined();
    expect(daysBetween("", "2026-11-01")).toBeUndefined();
  });
});
