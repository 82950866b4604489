import { describe, expect, it } from "vitest";
import { mayScanOn, nextStep, pauseAfter, type Standing, TIMING } from "../../../src/channels/email/schedule.ts";

/** What a mailbox does when, by a clock of the test's own. */

const quiet: Standing = {
  idles: true,
  news: false,
  inboxAt: 0,
  othersAt: 0,
  reconciledAt: 0,
  bodies: false,
  bodiesAt: 0,
  bodiesTook: 0,
  scanning: false,
  scanAt: 0,
};

/** Everything that is done over a time, each thing at once, as often as it is due. */
function day(
  standing: Standing,
  ms: number,
  doing: (now: number) => Partial<Standing> = () => ({}),
  scanMs = 1_000,
): Map<string, number> {
  const done = new Map<string, number>();
  let now: Standing = standing;
  for (let clock = 0; clock < ms; ) {
    now = { ...now, ...doing(clock) };
    const step = nextStep(now, clock);
    done.set(step.kind, (done.get(step.kind) ?? 0) + 1);
    if (step.kind === "rest") clock += step.ms;
    else if (step.kind === "inbox") now = { ...now, news: false, inboxAt: clock };
    else if (step.kind === "others") now = { ...now, othersAt: clock };
    else if (step.kind === "reconcile") now = { ...now, reconciledAt: clock };
    else if (step.kind === "bodies") now = { ...now, bodiesAt: clock, bodies: false };
    else {
      clock += scanMs;
      now = { ...now, scanAt: clock };
    }
  }
  return done;
}

describe("what a mailbox does next", () => {
  it("rests, and looks into the other folders each half minute, which renews its IDLE long before a server ends it", () => {
    const hour = day(quiet, 3_600_000);
    expect(Object.fromEntries(hour)).toMatchObject({ others: 119, inbox: 11, bodies: 59 });
    expect(hour.has("scan")).toBe(false);
    expect(nextStep(quiet, 1)).toEqual({ kind: "rest", ms: TIMING.othersMs - 1 });
  });

  it("compares with what lies there once an hour", () => {
    expect(day(quiet, 3 * 3_600_000 + 60_000).get("reconcile")).toBe(3);
  });

  it("asks each minute where the server tells nothing by itself", () => {
    expect(day({ ...quiet, idles: false }, 3_600_000).get("inbox")).toBe(59);
  });

  it("goes for what is new before anything else", () => {
    const busy = { ...quiet, news: true, scanning: true, bodies: true };
    expect(nextStep(busy, 10 * TIMING.reconcileMs)).toEqual({ kind: "inbox" });
  });

  it("goes on with the first scan at once, and fetches bodies now and then meanwhile", () => {
    const both: Standing = { ...quiet, scanning: true, bodies: true, bodiesTook: 1_000 };
    expect(nextStep(both, 50)).toEqual({ kind: "scan" });
    expect(nextStep({ ...both, scanAt: 2_950 }, TIMING.bodiesWhileScanningMs)).toEqual({ kind: "scan" });
    expect(nextStep({ ...both, scanAt: 3_050 }, 3_050)).toEqual({ kind: "bodies" });
    expect(nextStep({ ...both, scanning: false }, 100)).toEqual({ kind: "bodies" });
  });

  it("scans on while nothing else is due", () => {
    const scanning: Standing = { ...quiet, scanning: true, bodies: true };
    expect(mayScanOn(scanning, TIMING.bodiesWhileScanningMs - 1)).toBe(true);
    expect(mayScanOn(scanning, TIMING.bodiesWhileScanningMs)).toBe(false);
    expect(mayScanOn({ ...scanning, news: true }, 1)).toBe(false);
    const late = { ...scanning, bodies: false, bodiesAt: TIMING.othersMs };
    expect(mayScanOn(late, TIMING.othersMs - 1)).toBe(true);
    expect(mayScanOn(late, TIMING.othersMs)).toBe(false);
    const later = { ...late, othersAt: TIMING.reconcileMs, bodiesAt: TIMING.reconcileMs, inboxAt: TIMING.reconcileMs };
    expect(mayScanOn(later, TIMING.reconcileMs - 1)).toBe(true);
    expect(mayScanOn(later, TIMING.reconcileMs)).toBe(false);
  });

  it("leaves the server alone for a tenth of the time that it took for the last batch", () => {
    expect(pauseAfter(1_000, TIMING)).toBe(100);
    expect(pauseAfter(1, TIMING)).toBe(TIMING.pauseMs);
  });

  it("looks into the inbox and the other folders also while there is much to read", () => {
    const busy = day({ ...quiet, idles: false, scanning: true }, 600_000, () => ({
      bodies: true,
      bodiesTook: 4_000,
    }));
    expect(busy.get("inbox")).toBe(9);
    expect(busy.get("others")).toBe(19);
    expect(busy.get("scan")).toBeGreaterThan(400);
    expect(busy.get("bodies")).toBeGreaterThan(100);
  });
});
