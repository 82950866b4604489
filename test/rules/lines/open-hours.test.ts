import fc from "fast-check";
import { DateTime } from "luxon";
import { expect, test } from "vitest";
import { afterOpenTime, type OpenHours, openHoursSchema, opensAt } from "../../../src/rules/lines/open-hours.ts";

const MINUTE = 60_000;
/** All of these zones change their clocks on a quarter of an hour. */
const QUARTER = 15 * MINUTE;
const HOUR = 60 * MINUTE;
const at = (iso: string) => Date.parse(iso);

function everyDay(zone: string, from: string, to: string, holidays: string[] = []): OpenHours {
  return openHoursSchema.parse({ zone, week: [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from, to })), holidays });
}

const iso = (instant: number | undefined) => instant !== undefined && new Date(instant).toISOString();

test("without hours it is always open", () => {
  expect(opensAt(null, 5)).toBe(5);
  expect(afterOpenTime(null, 5, MINUTE)).toBe(5 + MINUTE);
});

test("an evening message waits for the morning, working time stands still over night", () => {
  const hours = everyDay("Europe/Berlin", "09:00", "18:00");
  expect(iso(opensAt(hours, at("2026-01-12T19:00:00Z")))).toBe("2026-01-13T08:00:00.000Z");
  expect(opensAt(hours, at("2026-01-13T08:00:00Z"))).toBe(at("2026-01-13T08:00:00Z"));
  // 17:50 and half an hour.
  expect(iso(afterOpenTime(hours, at("2026-01-12T16:50:00Z"), 30 * MINUTE))).toBe("2026-01-13T08:20:00.000Z");
});

test("an hour that does not exist in Berlin is jumped over", () => {
  const hours = everyDay("Europe/Berlin", "02:30", "04:00");
  expect(iso(opensAt(hours, at("2026-03-28T23:00:00Z")))).toBe("2026-03-29T01:00:00.000Z");
  // 03:00 to 04:00 summer time is one hour; the other half is worked on the day after.
  expect(iso(afterOpenTime(hours, at("2026-03-28T23:00:00Z"), 90 * MINUTE))).toBe("2026-03-30T01:00:00.000Z");
});

test("an hour that exists twice in Berlin is worked twice", () => {
  const hours = everyDay("Europe/Berlin", "02:00", "03:00");
  expect(iso(opensAt(hours, at("2026-10-24T22:00:00Z")))).toBe("2026-10-25T00:00:00.000Z");
  expect(opensAt(hours, at("2026-10-25T01:59:00Z"))).toBe(at("2026-10-25T01:59:00Z"));
  expect(iso(opensAt(hours, at("2026-10-25T02:00:00Z")))).toBe("2026-10-26T01:00:00.000Z");
});

test("a midnight that does not exist in Santiago begins the day an hour later", () => {
  const hours = everyDay("America/Santiago", "00:00", "02:00");
  // 6 September 2026, 00:00 becomes 01:00: 04:00 UTC.
  expect(iso(opensAt(hours, at("2026-09-06T03:59:00Z")))).toBe("2026-09-06T04:00:00.000Z");
  expect(iso(opensAt(hours, at("2026-09-06T05:00:00Z")))).toBe("2026-09-07T03:00:00.000Z");
});

test("the last hour before midnight exists twice in Santiago", () => {
  const hours = everyDay("America/Santiago", "23:00", "24:00");
  // 4 April 2026, 24:00 becomes 23:00.
  expect(iso(opensAt(hours, at("2026-04-05T01:00:00Z")))).toBe("2026-04-05T02:00:00.000Z");
  expect(iso(afterOpenTime(hours, at("2026-04-05T02:00:00Z"), 2 * HOUR))).toBe("2026-04-05T04:00:00.000Z");
  expect(iso(opensAt(hours, at("2026-04-05T04:00:00Z")))).toBe("2026-04-06T03:00:00.000Z");
});

test("nothing begins on a holiday, also on one of every year", () => {
  const hours = everyDay("Europe/Berlin", "09:00", "18:00", ["12-25", "2026-12-26"]);
  expect(iso(opensAt(hours, at("2026-12-24T20:00:00Z")))).toBe("2026-12-27T08:00:00.000Z");
  expect(iso(opensAt(hours, at("2027-12-24T20:00:00Z")))).toBe("2027-12-26T08:00:00.000Z");
});

test("a night shift goes over midnight", () => {
  const hours = openHoursSchema.parse({ zone: "Europe/Berlin", week: [{ day: 5, from: "22:00", to: "06:00" }] });
  const saturday = at("2026-01-17T04:59:00Z");
  expect(opensAt(hours, saturday)).toBe(saturday);
  expect(iso(opensAt(hours, at("2026-01-17T05:00:00Z")))).toBe("2026-01-23T21:00:00.000Z");
});

test("what never opens is not waited for", () => {
  const hours = openHoursSchema.parse({ zone: "Europe/Berlin", week: [] });
  expect(opensAt(hours, 0)).toBeUndefined();
  expect(afterOpenTime(hours, 0, MINUTE)).toBeUndefined();
});

const clock = fc.integer({ min: 0, max: 95 }).map((quarter) => {
  const minutes = quarter * 15;
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
});
const span = fc
  .record({ day: fc.integer({ min: 1, max: 7 }), from: clock, to: clock })
  .filter(({ from, to }) => from !== to);
const anyHours = fc
  .record({
    zone: fc.constantFrom("Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Asia/Kolkata"),
    week: fc.array(span, { minLength: 1, maxLength: 10 }),
  })
  .map((hours) => openHoursSchema.parse(hours));
/** Around every change of clocks of 2026 in those zones, and on ordinary days. */
const anyTime = fc
  .tuple(
    fc.constantFrom(
      "2026-03-29T01:00:00Z",
      "2026-10-25T01:00:00Z",
      "2026-04-05T03:00:00Z",
      "2026-09-06T04:00:00Z",
      "2026-10-03T15:30:00Z",
      "2026-06-10T12:00:00Z",
    ),
    fc.integer({ min: -36 * 60, max: 36 * 60 }),
  )
  .map(([day, minutes]) => at(day) + minutes * MINUTE);

test("working time is counted as it is open, over every change of clocks", () => {
  fc.assert(
    fc.property(anyHours, anyTime, fc.integer({ min: 1, max: 40 }), (hours, time, quarters) => {
      const since = Math.floor(time / QUARTER) * QUARTER;
      const end = afterOpenTime(hours, since, quarters * QUARTER);
      if (end === undefined) throw new Error("it opens every week");
      let open = 0;
      for (let quarter = opensAt(hours, since) ?? end; quarter < end; ) {
        open += 1;
        quarter = opensAt(hours, quarter + QUARTER) ?? end;
      }
      expect(open).toBe(quarters);
    }),
    { numRuns: 100 },
  );
});

test("far from a change of clocks it is open when the clock on the wall says so", () => {
  fc.assert(
    fc.property(anyHours, anyTime, (hours, time) => {
      const here = DateTime.fromMillis(time, { zone: hours.zone });
      const changes = [-5, -4, -3, -2, -1, 1, 2, 3, 4, 5].some((by) => here.plus({ hours: by }).offset !== here.offset);
      fc.pre(!changes);
      const yesterday = here.minus({ days: 1 });
      const isShown = hours.week.some(({ day, from, to }) => {
        const now = here.toFormat("HH:mm");
        if (to > from) return day === here.weekday && now >= from && now < to;
        return (day === here.weekday && now >= from) || (day === yesterday.weekday && now < to);
      });
      expect(opensAt(hours, time) === time).toBe(isShown);
    }),
    { numRuns: 300 },
  );
});
