/**
 * A flooded portal beside quiet ones on one application: the quiet portals' own time, alone and while 5,000 messages for
 * the other are accepted and delivered. Measured as in `own-time.ts`. Several quiet portals take turns, so that there are
 * enough messages to judge by without filling a bucket.
 *
 * The emulated portals share one process: what the flooded one computes can hold up the quiet one's request by some
 * milliseconds, to our disadvantage. How much is printed.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { heldBy } from "./support/delivery.ts";
import { Live, type StoreKind, settingOf } from "./support/live.ts";
import { runLoad } from "./support/load.ts";
import { type OwnTimes, QuietTraffic } from "./support/quiet-traffic.ts";
import { type Figure, type Finding, list, round, type Size } from "./support/report.ts";
import { median, percentile } from "./support/stats.ts";

const FACTOR = 1.2;
const ALLOWED_MS = 60;
const QUIET_PORTALS = 8;

export interface Pair {
  readonly alone: OwnTimes;
  readonly beside: OwnTimes;
  readonly floodSeconds: number;
  /** 99th percentile of the emulators' own event loop, milliseconds. */
  readonly emulatorDelayMs: number;
}

export const neighbours: Figure = {
  name: "neighbours",
  title: "a quiet portal beside a flooded one",
  async run(size) {
    return [await measure("pglite", size), await measure("postgres", size)];
  },
};

async function measure(store: StoreKind, size: Size): Promise<Finding> {
  const tiny = size === "tiny";
  const live = await Live.start(
    store,
    Array.from({ length: 1 + (tiny ? 1 : QUIET_PORTALS) }, () => ({
      chargeMs: { "imconnector.send.messages": { perMessage: 1 } },
    })),
  );
  return await live.measure(async () => {
    const [noisy, ...quiet] = live.portals;
    if (!noisy) throw new Error("no portal");
    const traffic = await QuietTraffic.start(live, quiet, size);
    const pairs: Pair[] = [];
    for (let run = 0; run < (tiny ? 1 : 3); run += 1) {
      await live.settled();
      const alone = await traffic.measureTelegram({
        everyMs: traffic.idlePaceMs,
        while: (count) => count < (tiny ? 3 : 80),
      });
      const conversations = tiny ? 10 : 500;
      const perConversation = tiny ? 5 : 10;
      const wanted = heldBy(noisy.controls) + conversations * perConversation;
      const delay = monitorEventLoopDelay({ resolution: 5 });
      delay.enable();
      const begin = Date.now();
      let end = 0;
      // Message ids of one flood after those of the others; each run floods the same customers.
      const flooding = runLoad({
        target: noisy.target,
        connections: 50,
        conversations,
        firstMessage: 1 + run * conversations * perConversation,
        mode: { kind: "all", perConversation },
      });
      // Looked at below; a failure meanwhile must not end the process unheard.
      flooding.catch(() => undefined);
      const beside = await traffic.measureTelegram({
        everyMs: traffic.idlePaceMs,
        while: (count) => {
          if (end === 0 && heldBy(noisy.controls) >= wanted) end = Date.now();
          // A flood that never ends must not measure for ever.
          return (end === 0 || count < 2) && Date.now() - begin < 120_000;
        },
      });
      delay.disable();
      const load = await flooding;
      if (end === 0 || load.refused > 0)
        throw new Error(
          `the flood did not arrive: ${heldBy(noisy.controls)} of ${wanted}, ${load.refused} webhooks refused`,
        );
      pairs.push({
        alone,
        beside,
        floodSeconds: (end - begin) / 1000,
        emulatorDelayMs: delay.percentile(99) / 1e6 - 5,
      });
    }
    return judgeNeighbours(settingOf[store], pairs);
  });
}

export function judgeNeighbours(setting: string, pairs: readonly Pair[]): Finding {
  const p95 = (times: OwnTimes) => percentile(times.fromWebhook, 0.95);
  const alone = pairs.map((pair) => p95(pair.alone));
  const beside = pairs.map((pair) => p95(pair.beside));
  const limit = Math.max(median(alone) * FACTOR, median(alone) + ALLOWED_MS);
  return {
    figure: "neighbours: quiet portal's p95",
    setting,
    measured: `${round(median(beside), 1)} ms, alone ${round(median(alone), 1)} ms`,
    target: `at most ${round(limit, 1)} ms`,
    met: median(beside) <= limit,
    notes: [
      `runs: alone ${list(alone, 1)} ms, beside a flood ${list(beside, 1)} ms (${list(pairs.map((pair) => pair.beside.fromWebhook.length))} messages while the flood took ${list(
        pairs.map((pair) => pair.floodSeconds),
        1,
      )} s)`,
      `of this the emulated portals' own event loop was late by up to ${list(
        pairs.map((pair) => pair.emulatorDelayMs),
        1,
      )} ms (p99)`,
    ],
    data: { alone, beside, limit, floodSeconds: pairs.map((pair) => pair.floodSeconds) },
  };
}
