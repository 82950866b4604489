import { pino } from "pino";
import { expect, it, vi } from "vitest";
import { createInProcessDispatcher } from "../../src/dispatch/in-process.ts";
import { conversationId, laneOf, portalId } from "../../src/domain/ids.ts";
import { dispatcherBattery } from "../contract/dispatcher.ts";

const loggerInto = (lines: string[]) => pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });

dispatcherBattery("in-process", async () => {
  const log: string[] = [];
  return { dispatcher: createInProcessDispatcher({ concurrency: 4, log: loggerInto(log) }), log };
});

it("looks again when a wait is longer than a timer can be", async () => {
  let time = 0;
  const timers: { at: number; work: () => void }[] = [];
  const clock = {
    now: () => time,
    after: (ms: number, work: () => void) => {
      const timer = { at: time + ms, work };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
  };
  const dispatcher = createInProcessDispatcher({ concurrency: 1, log: loggerInto([]), clock });
  const runs: number[] = [];
  await dispatcher.start(async () => void runs.push(time));
  const month = 30 * 24 * 3_600_000;
  dispatcher.wakeAt(laneOf("out", conversationId("c"), portalId("p")), new Date(month));
  while (timers.length > 0) {
    const timer = timers.shift();
    if (!timer) break;
    time = timer.at;
    timer.work();
  }
  await vi.waitFor(() => expect(runs).toEqual([month]));
  await dispatcher.close();
});
