import { expect, describe as group, it } from "vitest";
import { judgeColdTab } from "../../bench/cold-tab.ts";
import { judgeBudget, judgeFlood } from "../../bench/flood.ts";
import { judgeOpening, judgeScrolling } from "../../bench/long-conversation.ts";
import { judgeMedia } from "../../bench/media.ts";
import { judgeNeighbours } from "../../bench/neighbours.ts";
import { judgeOwnTime } from "../../bench/own-time.ts";
import { boundSeconds } from "../../bench/support/bound.ts";
import { type FloodResult, holdAgainst, longestPause } from "../../bench/support/delivery.ts";
import { renderTable } from "../../bench/support/report.ts";
import { median, percentile } from "../../bench/support/stats.ts";
import { shownOf } from "../../bench/support/telegram-update.ts";
import { judgeWay } from "../../bench/surfaces.ts";
import { judgeRate, judgeTail } from "../../bench/webhook.ts";
import type { RequestLogEntry } from "../emulators/portal/request-log.ts";

const rate = (perSecond: number) => ({ result: { accepted: perSecond * 4, seconds: 4 }, cpuMicros: 1 });
const times = (...fromWebhook: number[]) => ({ fromWebhook, fromAccept: fromWebhook });
const clean = {
  lost: 0,
  doubled: 0,
  outOfOrder: 0,
  overRate: 0,
  overBudget: 0,
  requests: 200,
  commands: 10_000,
  messages: 10_000,
};
const flooded = (more: Partial<FloodResult> = {}): FloodResult => ({
  conversations: 500,
  perConversation: 20,
  chargeMs: 40,
  seconds: 80,
  delivery: clean,
  pause: { seconds: 590, before: 5_950 },
  how: "",
  ...more,
});

group("the bound of a flood", () => {
  it("costs nothing up to the burst and half a second for every further request", () => {
    expect(boundSeconds(2_500, 0, 1)).toBe(0);
    expect(boundSeconds(2_501, 0, 1)).toBe(0.5);
    expect(boundSeconds(10_000, 40, 1)).toBe(75);
    expect(boundSeconds(10_000, 40, 20)).toBe(0);
  });

  it("waits for a window of the operating budget where that binds", () => {
    // 480 s / 80 ms, and the one that crosses the line.
    expect(boundSeconds(6_001, 80, 1)).toBe(boundSeconds(6_001, 0, 1));
    expect(boundSeconds(6_002, 80, 1)).toBe(600);
    expect(boundSeconds(10_000, 80, 1)).toBe(615);
    expect(boundSeconds(12_003, 80, 1)).toBe(1_200);
  });
});

group("statistics", () => {
  it("takes percentiles by nearest rank and meets no target without values", () => {
    const values = Array.from({ length: 100 }, (_one, index) => 100 - index);
    expect(percentile(values, 0.95)).toBe(95);
    expect(percentile([7], 0.99)).toBe(7);
    expect(percentile([], 0.95)).toBeNaN();
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(judgeTail("", []).met).toBe(false);
    expect(judgeRate("", [], []).met).toBe(false);
    expect(judgeOwnTime("", []).met).toBe(false);
    expect(judgeNeighbours("", []).met).toBe(false);
  });
});

group("verdicts", () => {
  it("hold the webhook to 0.7 of a bare route and to 50 ms", () => {
    expect(judgeRate("", [rate(700)], [rate(1_000)])).toMatchObject({ met: true, measured: "0.70 of a bare route" });
    expect(judgeRate("", [rate(690), rate(2_000), rate(100)], [rate(1_000)]).met).toBe(false);
    expect(judgeTail("", [10, 50, 900]).met).toBe(true);
    expect(judgeTail("", [10, 51, 900]).met).toBe(false);
  });

  it("hold a long conversation to 1.3 times a short one, and to no frame over 50 ms", () => {
    expect(judgeOpening("", [100, 90, 200], [130, 125, 500])).toMatchObject({ met: true, measured: "1.30 times" });
    expect(judgeOpening("", [100], [131]).met).toBe(false);
    expect(judgeOpening("", [], []).met).toBe(false);
    expect(judgeScrolling("", { deltas: [16], long: [], mostRows: 1 }).met).toBe(true);
    expect(judgeScrolling("", { deltas: [16], long: [51], mostRows: 1 }).met).toBe(false);
    expect(judgeScrolling("", { deltas: [], long: [], mostRows: 0 }).met).toBe(false);
  });

  it("hold a message between surfaces to 300 ms, and the cold tab to a second without strangers", () => {
    expect(judgeWay("", [[300], [900], [200]])).toMatchObject({ met: true, measured: "300.0 ms" });
    expect(judgeWay("", [[301]]).met).toBe(false);
    expect(judgeWay("", []).met).toBe(false);
    const opening = (milliseconds: number, ...foreign: string[]) => ({
      milliseconds,
      fromClick: milliseconds,
      foreign,
    });
    expect(judgeColdTab([opening(1_000), opening(900), opening(5_000)]).met).toBe(true);
    expect(judgeColdTab([opening(1_001)]).met).toBe(false);
    expect(judgeColdTab([opening(500, "cdn.example")]).met).toBe(false);
    expect(judgeColdTab([]).met).toBe(false);
  });

  it("hold the own time to 50 ms at the 95th percentile", () => {
    expect(
      judgeOwnTime("", [times(...Array.from({ length: 20 }, (_one, index) => (index === 0 ? 500 : 50)))]).met,
    ).toBe(true);
    expect(judgeOwnTime("", [times(...Array.from({ length: 20 }, (_one, index) => (index < 2 ? 51 : 5)))]).met).toBe(
      false,
    );
  });

  it("allow a neighbour 60 ms or a fifth, whichever is more", () => {
    const pair = (alone: number, beside: number) => [
      { alone: times(alone), beside: times(beside), floodSeconds: 1, emulatorDelayMs: 0 },
    ];
    expect(judgeNeighbours("", pair(10, 70)).met).toBe(true);
    expect(judgeNeighbours("", pair(10, 71)).met).toBe(false);
    expect(judgeNeighbours("", pair(1_000, 1_200)).met).toBe(true);
    expect(judgeNeighbours("", pair(1_000, 1_201)).met).toBe(false);
  });

  it("hold a flood to nine tenths of the bound, and to being clean", () => {
    expect(judgeFlood("", flooded()).met).toBe(true);
    expect(judgeFlood("", flooded({ seconds: 84 })).met).toBe(false);
    for (const fault of ["lost", "doubled", "outOfOrder", "overRate", "overBudget"]) {
      expect(judgeFlood("", flooded({ delivery: { ...clean, [fault]: 1 } })).met, fault).toBe(false);
    }
  });

  it("want the budget kept and the wait for it seen, where it binds", () => {
    expect(judgeBudget("", flooded({ chargeMs: 80 })).met).toBe(true);
    expect(judgeBudget("", flooded({ chargeMs: 80, delivery: { ...clean, overBudget: 1 } })).met).toBe(false);
    expect(judgeBudget("", flooded({ chargeMs: 80, pause: { seconds: 2, before: 9 } })).met).toBe(false);
    expect(judgeBudget("", flooded({ chargeMs: 80, conversations: 1, pause: { seconds: 0, before: 0 } })).met).toBe(
      true,
    );
  });

  it("say in the table what was missed", () => {
    expect(renderTable([judgeTail("here", [51])])).toMatch(/here.*51\.0 ms.*at most 50 ms.*NOT met/);
  });
});

group("what the portal shows of a flood", () => {
  const entry = (status: number, errors: readonly (string | null)[], at: readonly number[]): RequestLogEntry => ({
    sequence: 1,
    portal: "p",
    method: "batch",
    httpMethod: "POST",
    startedAt: 0,
    processingAt: 0,
    processedAt: 0,
    processed: true,
    answeredAt: 0,
    brokenAt: null,
    status,
    error: null,
    fault: null,
    clientId: null,
    userId: null,
    parameterKeys: [],
    commands: errors.map((error) => ({
      key: "c0",
      method: "imconnector.send.messages",
      startedAt: 0,
      finishedAt: 0,
      processed: true,
      error,
      elements: at.map((time) => ({
        externalId: "1",
        chat: "1",
        startedAt: time,
        finishedAt: time,
        messageId: 1,
        reportedSuccess: true,
      })),
    })),
  });
  const said = (conversation: number, ...numbers: number[]) =>
    [conversation, numbers.map((number) => shownOf(conversation, number))] as const;

  it("is clean when every conversation has its messages once and in order", () => {
    const delivery = holdAgainst(new Map([said(0, 0, 1), said(1, 0, 1)]), 2, 2, [entry(200, [null, null], [1, 2])]);
    expect(delivery).toEqual({
      lost: 0,
      doubled: 0,
      outOfOrder: 0,
      overRate: 0,
      overBudget: 0,
      requests: 1,
      commands: 2,
      messages: 4,
    });
  });

  it("tells lost, doubled and out of order", () => {
    expect(holdAgainst(new Map([said(0, 0, 1)]), 2, 2, [])).toMatchObject({ lost: 2 });
    expect(holdAgainst(new Map([said(0, 0, 1, 0)]), 1, 2, [])).toMatchObject({ doubled: 1, lost: 0 });
    expect(holdAgainst(new Map([said(0, 1, 0)]), 1, 2, [])).toMatchObject({ outOfOrder: 1, lost: 0 });
  });

  it("counts refusals of the limits", () => {
    expect(
      holdAgainst(new Map(), 0, 0, [entry(503, [], []), entry(200, ["OPERATION_TIME_LIMIT", null], [])]),
    ).toMatchObject({ overRate: 1, overBudget: 1 });
  });

  it("finds the longest pause", () => {
    expect(longestPause([entry(200, [null], [1_000, 2_000]), entry(200, [null], [62_000])])).toEqual({
      seconds: 60,
      before: 2,
    });
  });
});

group("the verdict on memory of a file", () => {
  const MIB = 1024 * 1024;
  const run = (rest: number, highest: number) => ({ rest: rest * MIB, highest: highest * MIB });

  it("is met by a process that holds pieces, and missed by one that holds the file", () => {
    expect(judgeMedia("in", [run(130, 150), run(130, 170), run(130, 135)])).toMatchObject({ met: true });
    expect(judgeMedia("in", [run(130, 235), run(130, 151), run(130, 135)])).toMatchObject({ met: false });
    expect(judgeMedia("in", []).met).toBe(false);
  });
});
