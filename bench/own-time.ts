/**
 * Own time from accept to the REST call leaving, on an idle portal and for known conversations. Measured from outside on
 * one clock, from sending the webhook to the request standing at the emulated portal: both ways over loopback, the
 * accept itself and the HTTP client are in it, so the true figure is a little lower.
 *
 * Four portals take turns, because one may be asked twice a second and no oftener without its bucket filling.
 */
import { Live, type OwnTimes, QuietTraffic, type StoreKind, settingOf } from "./support/live.ts";
import { type Figure, type Finding, list, round, type Size } from "./support/report.ts";
import { median, percentile } from "./support/stats.ts";

const P95_MS = 50;
const PORTALS = 4;

export const ownTime: Figure = {
  name: "own-time",
  title: "own time from accept to the REST call leaving",
  async run(size) {
    return [await measure("pglite", size), await measure("postgres", size)];
  },
};

async function measure(store: StoreKind, size: Size): Promise<Finding> {
  const tiny = size === "tiny";
  const live = await Live.start(
    store,
    Array.from({ length: tiny ? 1 : PORTALS }, () => ({})),
  );
  return await live.measure(async () => {
    const traffic = await QuietTraffic.start(live, live.portals);
    const runs: OwnTimes[] = [];
    for (let run = 0; run < (tiny ? 1 : 3); run += 1)
      runs.push(await traffic.measure({ everyMs: traffic.idlePaceMs, while: (count) => count < (tiny ? 4 : 70) }));
    return judgeOwnTime(settingOf[store], runs);
  });
}

export function judgeOwnTime(setting: string, runs: readonly OwnTimes[]): Finding {
  const tails = runs.map((run) => percentile(run.fromWebhook, 0.95));
  const p95 = median(tails);
  const all = runs.flatMap((run) => run.fromWebhook);
  const afterAccept = runs.flatMap((run) => run.fromAccept);
  return {
    figure: "own time: p95",
    setting,
    measured: `${round(p95, 1)} ms`,
    target: `at most ${P95_MS} ms`,
    met: p95 <= P95_MS,
    notes: [
      `runs: ${list(tails, 1)} ms; median ${round(median(all), 1)}, slowest ${round(percentile(all, 1), 1)} ms of ${all.length} messages, the webhook's own way included`,
      `from the webhook's 200: p95 ${round(percentile(afterAccept, 0.95), 1)} ms`,
    ],
    data: { p95, runs: tails, p50: median(all), max: percentile(all, 1) },
  };
}
