import { describe, expect, it } from "vitest";
import { knownZone, type Period, spansOf } from "../../src/rules/reports/period.ts";

const shown = (period: Period, zone: string, at: string, own?: { from: string; to: string }) => {
  const spans = spansOf(period, zone, new Date(at), own);
  const of = ({ since, until }: { since: Date; until: Date }) => `${since.toISOString()} ${until.toISOString()}`;
  return spans && { now: of(spans.now), before: of(spans.before), ongoing: spans.ongoing };
};

describe("the time that a report is about", () => {
  it("is today by the clock of the place, compared with yesterday up to the same time", () => {
    expect(shown("today", "Asia/Kathmandu", "2026-11-28T20:05:00Z")).toEqual({
      now: "2026-11-28T18:15:00.000Z 2026-11-28T20:15:00.000Z",
      before: "2026-11-27T18:15:00.000Z 2026-11-27T20:15:00.000Z",
      ongoing: true,
    });
  });

  it("has days of 23 and of 25 hours", () => {
    // The clock in Madrid goes back on 25 October 2026, and forward on 29 March.
    expect(shown("own", "Europe/Madrid", "2026-12-01T00:00:00Z", { from: "2026-10-25", to: "2026-10-25" })).toEqual({
      now: "2026-10-24T22:00:00.000Z 2026-10-25T23:00:00.000Z",
      before: "2026-10-23T22:00:00.000Z 2026-10-24T22:00:00.000Z",
      ongoing: false,
    });
    expect(
      shown("own", "Europe/Madrid", "2026-12-01T00:00:00Z", { from: "2026-03-29", to: "2026-03-30" }),
    ).toMatchObject({
      now: "2026-03-28T23:00:00.000Z 2026-03-30T22:00:00.000Z",
    });
  });

  it("compares ten o'clock with ten o'clock, also when the clock was changed between", () => {
    expect(shown("today", "Europe/Madrid", "2026-10-26T08:50:00Z")).toMatchObject({
      now: "2026-10-25T23:00:00.000Z 2026-10-26T09:00:00.000Z",
      before: "2026-10-24T22:00:00.000Z 2026-10-25T09:00:00.000Z",
    });
  });

  it("is this month and this quarter, compared with the part of the last one that is as long", () => {
    expect(shown("month", "UTC", "2026-03-30T12:00:00Z")).toEqual({
      now: "2026-03-01T00:00:00.000Z 2026-03-30T12:15:00.000Z",
      // February is over before.
      before: "2026-02-01T00:00:00.000Z 2026-03-01T00:00:00.000Z",
      ongoing: true,
    });
    expect(shown("quarter", "UTC", "2026-11-15T00:00:00Z")).toMatchObject({
      now: "2026-10-01T00:00:00.000Z 2026-11-15T00:15:00.000Z",
      before: "2026-07-01T00:00:00.000Z 2026-08-15T00:15:00.000Z",
    });
  });

  it("is seven or thirty days with today", () => {
    expect(shown("7d", "UTC", "2026-11-28T10:01:00Z")).toMatchObject({
      now: "2026-11-22T00:00:00.000Z 2026-11-28T10:15:00.000Z",
      before: "2026-11-15T00:00:00.000Z 2026-11-21T10:15:00.000Z",
    });
    expect(shown("30d", "UTC", "2026-11-28T10:01:00Z")?.now).toBe("2026-10-30T00:00:00.000Z 2026-11-28T10:15:00.000Z");
  });

  it("is none that nobody could mean", () => {
    const at = "2026-11-28T10:00:00Z";
    expect(shown("own", "UTC", at)).toBeUndefined();
    expect(shown("own", "UTC", at, { from: "2026-11-28", to: "2026-11-27" })).toBeUndefined();
    expect(shown("own", "UTC", at, { from: "2025-01-01", to: "2026-11-27" })).toBeUndefined();
    expect(shown("own", "UTC", at, { from: "yesterday", to: "2026-11-27" })).toBeUndefined();
  });

  it("falls back to UTC", () => {
    expect(knownZone("Mars/Olympus")).toBe("UTC");
    expect(knownZone(undefined)).toBe("UTC");
    expect(knownZone("Europe/Madrid")).toBe("Europe/Madrid");
    expect(shown("today", "Mars/Olympus", "2026-11-28T10:00:00Z")?.now).toBe(
      "2026-11-28T00:00:00.000Z 2026-11-28T10:15:00.000Z",
    );
  });
});
