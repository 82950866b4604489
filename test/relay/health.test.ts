import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accountId } from "../../src/domain/ids.ts";
import { HABIT_DAYS, isUnusuallySilent, judgeConnection } from "../../src/relay/health.ts";
import { daysBefore, type LocalTime, localTime, weekdayOf } from "../../src/relay/local-time.ts";
import type { AccountStanding } from "../../src/store/contract/health.ts";

const NOW = new Date("2026-11-28T12:00:00Z");
const ago = (ms: number) => new Date(NOW.getTime() - ms);
const MINUTE = 60_000;
const HOUR = 3_600_000;
const kinds = [
  "starting",
  "needs-action",
  "connected",
  "transient-disconnect",
  "bad-credentials",
  "logged-out",
  "failed",
] as const;
const forPersons: readonly string[] = ["needs-action", "bad-credentials", "logged-out", "failed"];

function standing(
  kind: (typeof kinds)[number],
  sinceMs: number,
  changes: Partial<AccountStanding> = {},
): AccountStanding {
  return {
    id: accountId("a"),
    channel: "telegram",
    name: "Bot",
    enabled: true,
    connection: { kind, sentence: "As it is." },
    steadySince: ago(sinceMs),
    worked: true,
    createdAt: ago(100 * HOUR),
    alarms: [],
    ...changes,
  };
}

describe("a connection", () => {
  it("is trouble at once when only a person can mend it, after two minutes otherwise", () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.integer({ min: 0, max: 100 * HOUR }), (kind, since) => {
        const judged = judgeConnection(standing(kind, since), NOW, 100 * HOUR);
        if (kind === "connected") expect(judged.kind).toBe(since < 30_000 ? "unsettled" : "well");
        else if (forPersons.includes(kind))
          expect(judged).toMatchObject({ kind: "trouble", trouble: { reason: "person", sentence: "As it is." } });
        else if (since < 2 * MINUTE) expect(judged.kind).toBe("unsettled");
        else expect(judged).toMatchObject({ kind: "trouble", trouble: { reason: "down", since: ago(since) } });
      }),
    );
  });

  it("is never trouble while the account is off, nor while somebody sets up one that never worked", () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.integer({ min: 0, max: HOUR - 1 }), (kind, age) => {
        expect(judgeConnection(standing(kind, age, { enabled: false }), NOW, HOUR).kind).toBe("off");
        const young = standing(kind, age, { worked: false, createdAt: ago(age) });
        expect(judgeConnection(young, NOW, HOUR).kind).not.toBe("trouble");
      }),
    );
    const forgotten = standing("needs-action", HOUR, { worked: false, createdAt: ago(HOUR) });
    expect(judgeConnection(forgotten, NOW, HOUR).kind).toBe("trouble");
  });

  it("is not judged by what stood there before a restart", () => {
    expect(judgeConnection(standing("transient-disconnect", 10 * HOUR), NOW, MINUTE).kind).toBe("unsettled");
    expect(judgeConnection(standing("transient-disconnect", 10 * HOUR), NOW, 2 * MINUTE).kind).toBe("trouble");
  });
});

interface Day {
  readonly day: string;
  heard: number;
  watched: number;
}
const TODAY = localTime(NOW, undefined).day;
const ALL = 2 ** 24 - 1;
const bits = (hours: readonly number[]) => hours.reduce((sum, hour) => sum | (1 << hour), 0);

/** Days up to yesterday, watched all the time, heard as told. */
const history = (count: number, heard: (weekday: number, ago: number) => readonly number[]): Day[] =>
  Array.from({ length: count }, (_, n) => {
    const day = daysBefore(TODAY, count - n);
    return { day, heard: bits(heard(weekdayOf(day), count - n)), watched: ALL };
  });
const today = (heard: readonly number[], watched = ALL): Day => ({ day: TODAY, heard: bits(heard), watched });
const at = (hour: number, minute = 0): LocalTime => ({ day: TODAY, hour, minute });

const WORK = [9, 10, 11, 12, 13, 14, 15, 16, 17];
const shop = (weekday: number) => (weekday < 5 ? WORK : []);
/** 2026-11-28 is a Saturday; habits of a working day are tried on the Friday before it. */
const friday = (days: Day[], heard: readonly number[]): Day[] =>
  days.map((one) => (one.day === daysBefore(TODAY, 1) ? { ...one, heard: bits(heard) } : one));
const fridayAt = (hour: number): LocalTime => ({ day: daysBefore(TODAY, 1), hour, minute: 5 });

describe("a silence", () => {
  it("is unusual within hours where a message came in every hour, and not where nobody ever writes", () => {
    const days = friday(history(56, shop), [9, 10]);
    expect(isUnusuallySilent(days, fridayAt(11))).toBe(false);
    expect(isUnusuallySilent(days, fridayAt(12))).toBe(false);
    expect(isUnusuallySilent(days, fridayAt(14))).toBe(true);
    // A weekend of a shop that is closed then.
    expect(isUnusuallySilent([...history(56, shop), today([])], at(23))).toBe(false);
  });

  it("is never judged without enough history, however long it is", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 20 }),
        fc.array(fc.integer({ min: 0, max: ALL }), { minLength: 60, maxLength: 60 }),
        fc.integer({ min: 0, max: 23 }),
        (count, heard, hour) => {
          const days = history(count, (_, n) => [...Array(24).keys()].filter((h) => ((heard[n] ?? 0) >> h) & 1));
          expect(isUnusuallySilent(days, at(hour))).toBe(false);
        },
      ),
    );
    expect(isUnusuallySilent([], at(12))).toBe(false);
    expect(
      isUnusuallySilent(
        history(56, (_, n) => (n % 7 === 3 ? [12] : [])),
        at(23),
      ),
    ).toBe(false);
  });

  it("grows: what is unusual stays so while it lasts", () => {
    const habits = fc.array(fc.integer({ min: 0, max: ALL }), { minLength: 7, maxLength: 7 });
    fc.assert(
      fc.property(habits, fc.integer({ min: 30, max: 55 }), (week, length) => {
        const quietFrom = 5;
        const days = history(length, (weekday, n) =>
          n <= quietFrom ? [] : [...Array(24).keys()].filter((h) => ((week[weekday] ?? 0) >> h) & 1),
        );
        let before = false;
        for (const [n, day] of days.slice(-quietFrom).entries())
          for (let hour = 0; hour < 24; hour++) {
            const seen = days.slice(0, days.length - quietFrom + n + 1);
            const unusual = isUnusuallySilent(seen, { day: day.day, hour, minute: 0 });
            if (before) expect(unusual).toBe(true);
            before = unusual;
          }
      }),
      { numRuns: 25 },
    );
  });

  it("is not unusual when the account has had one as long at the same hours", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 4 }), (length, weeksAgo) => {
        const quiet = (n: number) => n >= weeksAgo * 7 + 1 && n <= weeksAgo * 7 + length;
        const days = history(56, (_, n) => (n <= length || quiet(n) ? [] : [...Array(24).keys()]));
        expect(isUnusuallySilent([...days, today([], 0)], at(0))).toBe(false);
      }),
    );
  });

  it("does not count hours that nobody watched", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 23 }), (away, hour) => {
        const days = history(HABIT_DAYS, (_, n) => (n <= away ? [] : [...Array(24).keys()])).map((day, index, all) =>
          index >= all.length - away ? { ...day, watched: 0 } : day,
        );
        expect(isUnusuallySilent([...days, today([], 0)], at(hour))).toBe(false);
        // The same with somebody watching.
        expect(
          isUnusuallySilent(
            history(HABIT_DAYS, (_, n) => (n <= away ? [] : [...Array(24).keys()])),
            at(hour),
          ),
        ).toBe(true);
      }),
    );
  });

  it("takes a busy account two whole hours, and ends with the first message", () => {
    const busy = history(56, () => [...Array(24).keys()]);
    const heard = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(isUnusuallySilent([...busy, today(heard)], at(11, 59))).toBe(false);
    expect(isUnusuallySilent([...busy, today(heard)], at(12))).toBe(true);
    expect(isUnusuallySilent([...busy, today([...heard, 12])], at(12, 30))).toBe(false);
    expect(isUnusuallySilent([...busy, today([...heard, 12])], at(13))).toBe(false);
  });
});

describe("the clock of a place", () => {
  it("tells day, hour and weekday there, over the change of summer time", () => {
    expect(localTime(new Date("2026-03-29T00:59:00Z"), "Europe/Madrid")).toEqual({
      day: "2026-03-29",
      hour: 1,
      minute: 59,
    });
    expect(localTime(new Date("2026-03-29T01:00:00Z"), "Europe/Madrid")).toMatchObject({ hour: 3, minute: 0 });
    expect(localTime(new Date("2026-11-28T20:00:00Z"), "Asia/Kolkata")).toEqual({
      day: "2026-11-29",
      hour: 1,
      minute: 30,
    });
    expect(localTime(NOW, "Nowhere/Atall")).toEqual({ day: "2026-11-28", hour: 12, minute: 0 });
    expect(weekdayOf("2026-11-28")).toBe(5);
    expect(daysBefore("2026-03-01", 1)).toBe("2026-02-28");
  });
});
