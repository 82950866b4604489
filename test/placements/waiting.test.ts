import { describe, expect, test } from "vitest";
import { laterTimes } from "../../placements/shared/later-times.ts";
import { waitingFirst, waitingTime, waitingTone } from "../../placements/workplace/waiting.ts";

const now = Date.parse("2026-11-28T12:00:00Z");
const past = (minutes: number) => new Date(now - minutes * 60_000).toISOString();

describe("who waits", () => {
  test("is told in the largest unit, and turns red in time", () => {
    expect([0, 4, 59, 60, 150, 1_440, 5_000].map((minutes) => waitingTime(past(minutes), now, "en"))).toEqual([
      undefined,
      "4 min",
      "59 min",
      "1 hr",
      "2 hr",
      "1 day",
      "3 days",
    ]);
    expect([0, 4, 5, 14, 15, 900].map((minutes) => waitingTone(past(minutes), now))).toEqual([
      "quiet",
      "quiet",
      "warning",
      "warning",
      "bad",
      "bad",
    ]);
    expect(waitingTime(past(-3), now, "en")).toBeUndefined();
  });
});

test("stands first, the longest on top, and once", () => {
  const row = (id: string, waitingSince: string | null) =>
    ({ id, desk: { waitingSince, snoozedUntil: null, archived: false, tags: [] } }) as unknown as Parameters<
      typeof waitingFirst
    >[0][number];
  const [calm, short, long, far] = [row("a", null), row("b", past(3)), row("c", past(9)), row("d", past(30))];
  expect(waitingFirst([short, calm, long], [far, short, calm, long]).map(({ id }) => id)).toEqual(["d", "c", "b", "a"]);
  expect(waitingFirst([calm], [calm])).toEqual([calm]);
});

describe("later", () => {
  const names = (date: Date) => laterTimes(date).map((one) => one.name);

  test("is always to come, in order, and each time once", () => {
    for (let hour = 0; hour < 24 * 7; hour += 1) {
      const at = new Date(2026, 10, 23, hour, 20);
      const times = laterTimes(at).map((one) => one.at.getTime());
      expect(times.every((time) => time > at.getTime())).toBe(true);
      expect(new Set(times).size).toBe(times.length);
    }
  });

  test("offers no evening that has begun, and no Monday that is tomorrow", () => {
    expect(names(new Date(2026, 10, 25, 10))).toEqual(["hour", "evening", "tomorrow", "monday"]);
    expect(names(new Date(2026, 10, 25, 17, 30))).toEqual(["hour", "tomorrow", "monday"]);
    expect(names(new Date(2026, 10, 29, 10))).toEqual(["hour", "evening", "tomorrow"]);
    const [, , , monday] = laterTimes(new Date(2026, 10, 23, 10));
    expect(monday?.at).toEqual(new Date(2026, 10, 30, 9));
  });
});
