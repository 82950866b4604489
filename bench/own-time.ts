/**
 * Own time from accept to the REST call leaving, on an idle portal and for known conversations, of every channel whose
 * vendor calls us by webhook, each signed as the vendor signs. Measured from outside on one clock, from sending the
 * webhook to the request standing at the emulated portal: both ways over loopback, the accept itself and the HTTP client
 * are in it, so the true figure is a little lower.
 *
 * Eight portals take turns, because one may be asked twice a second and no oftener without its bucket filling; the
 * channels take turns message by message.
 */

import { Live, type StoreKind, settingOf } from "./support/live.ts";
import { channelTitles, type WebhookChannel } from "./support/live-accounts.ts";
import { type OwnTimes, QuietTraffic } from "./support/quiet-traffic.ts";
import { type Figure, type Finding, list, round, type Size } from "./support/report.ts";
import { median, percentile } from "./support/stats.ts";

const P95_MS = 50;
const PORTALS = 8;
/** Of each channel, in each run: five for each portal. */
const MESSAGES = 40;
const channels = Object.keys(channelTitles) as WebhookChannel[];

export const ownTime: Figure = {
  name: "own-time",
  title: "own time from accept to the REST call leaving",
  async run(size) {
    return [...(await measure("pglite", size)), ...(await measure("postgres", size))];
  },
};

async function measure(store: StoreKind, size: Size): Promise<Finding[]> {
  const tiny = size === "tiny";
  const live = await Live.start(
    store,
    Array.from({ length: tiny ? 1 : PORTALS }, () => ({})),
    channels,
  );
  return await live.measure(async () => {
    const traffic = await QuietTraffic.start(live, live.portals, size);
    const runs: ReadonlyMap<WebhookChannel, OwnTimes>[] = [];
    const messages = (tiny ? 2 : MESSAGES) * channels.length;
    for (let run = 0; run < (tiny ? 1 : 3); run += 1)
      runs.push(await traffic.measure({ everyMs: traffic.idlePaceMs, while: (count) => count < messages }));
    return channels.map((channel) =>
      judgeOwnTime(
        `${channelTitles[channel]}; ${settingOf[store]}`,
        runs.map((run) => run.get(channel) ?? { fromWebhook: [], fromAccept: [] }),
      ),
    );
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
