/**
 * A flood of 10,000 messages in 500 conversations on one standard portal with its true bucket, against the bound that
 * bucket, batches and operating budget set together (`support/bound.ts`). The reference is one message per command;
 * packing several messages of a conversation into one command may beat it.
 *
 * First run, 40 ms of operating time charged per message: the whole application in real time, messages by webhook as
 * fast as they are accepted. Second run, 80 ms: the budget is used up after 6,000 messages and the rest must wait out
 * most of ten minutes. By default that is played by the application's parts in one process with the emulated portal, all
 * on one clock that runs fast while all wait (`support/flood-on-fast-clock.ts`); with `--long` it is the whole
 * application in real time.
 */
import { until } from "../test/support/world/until.ts";
import { boundSeconds } from "./support/bound.ts";
import {
  describe,
  type Flood,
  type FloodResult,
  heldBy,
  holdAgainst,
  isClean,
  lastAt,
  longestPause,
} from "./support/delivery.ts";
import { floodOnFastClock } from "./support/flood-on-fast-clock.ts";
import { arrivedBy, Live, type StoreKind, settingOf } from "./support/live.ts";
import { runLoad } from "./support/load.ts";
import { type Figure, type Finding, round, type Size } from "./support/report.ts";

const SHARE = 0.9;
const SPEED = 60;
const SETTLE_MS = 2_500;

export const flood: Figure = {
  name: "flood",
  title: "flood on one portal",
  async run(size) {
    const of = (chargeMs: number): Flood =>
      size === "tiny"
        ? { conversations: 20, perConversation: 5, chargeMs }
        : { conversations: 500, perConversation: 20, chargeMs };
    const findings: Finding[] = [];
    for (const store of ["pglite", "postgres"] as const)
      findings.push(judgeFlood(settingOf[store], await inRealTime(store, of(40), size)));
    findings.push(judgeBudget("parts in one process", await floodOnFastClock(of(80), SPEED)));
    if (size === "long") findings.push(judgeBudget(settingOf.postgres, await inRealTime("postgres", of(80), size)));
    return findings;
  },
};

async function inRealTime(store: StoreKind, flooding: Flood, size: Size): Promise<FloodResult> {
  const { conversations, perConversation, chargeMs } = flooding;
  const live = await Live.start(store, [{ chargeMs: { "imconnector.send.messages": { perMessage: chargeMs } } }]);
  return await live.measure(async () => {
    const [portal] = live.portals;
    if (!portal) throw new Error("no portal");
    await live.settled();
    live.world.portal.requests.clear();
    const held = heldBy(portal.controls);
    const total = conversations * perConversation;
    const begin = Date.now();
    const load = await runLoad({
      target: portal.target,
      connections: 50,
      conversations,
      firstMessage: 1,
      mode: { kind: "all", perConversation },
    });
    const patience = (size === "long" ? 5 : 1) * Math.max(180_000, boundSeconds(total, chargeMs, 1) * 2_000);
    await until(
      () => heldBy(portal.controls) - held >= total,
      patience,
      "the flood to arrive",
      () => `${heldBy(portal.controls) - held} of ${total}`,
    );
    await quiet(live);
    const log = live.world.portal.requests.entries({ portal: portal.controls.id });
    return {
      ...flooding,
      seconds: (lastAt(log) - begin) / 1000,
      delivery: holdAgainst(arrivedBy(portal.controls), conversations, perConversation, log),
      pause: longestPause(log),
      how: `whole application in real time, accepted in ${round(load.seconds, 1)} s`,
    };
  });
}

/** Nothing came for a while: what would be sent twice would have been by now. */
async function quiet(live: Live): Promise<void> {
  let count = -1;
  let since = Date.now();
  await until(
    () => {
      const now = live.world.portal.requests.entries().length;
      if (now !== count) since = Date.now();
      count = now;
      return Date.now() - since > SETTLE_MS;
    },
    60_000,
    "the portal to be left alone",
  );
}

export function judgeFlood(setting: string, result: FloodResult): Finding {
  const messages = result.conversations * result.perConversation;
  const bound = boundSeconds(messages, result.chargeMs, 1);
  const share = bound / result.seconds;
  return {
    figure: `flood: ${messages.toLocaleString("en")} messages, ${result.chargeMs} ms each`,
    setting,
    measured: `${round(share * 100)} % of the bound`,
    target: `at least ${SHARE * 100} %, clean`,
    met: share >= SHARE && isClean(result.delivery),
    notes: [
      `${round(result.seconds, 1)} s; one message per command could not be below ${round(bound, 1)} s: this is ${round(share, 1)} times as fast as that (${round(result.delivery.messages / result.delivery.commands, 1)} messages a command)`,
      describe(result.delivery),
      result.how,
    ],
    data: { share, seconds: result.seconds, bound, ...result.delivery },
  };
}

/** Where the budget binds: no call over it, and the wait for it seen. */
export function judgeBudget(setting: string, result: FloodResult): Finding {
  const messages = result.conversations * result.perConversation;
  const bound = boundSeconds(messages, result.chargeMs, 1);
  const binds = messages * result.chargeMs > 480_000;
  const paused = !binds || result.pause.seconds > 60;
  return {
    figure: `flood: ${messages.toLocaleString("en")} messages, ${result.chargeMs} ms each`,
    setting,
    measured: `${result.delivery.overBudget} x 429, pause ${round(result.pause.seconds)} s`,
    target: "no 429, the pause shown",
    met: isClean(result.delivery) && paused,
    notes: [
      `${round(result.seconds, 1)} s, bound ${round(bound, 1)} s (${round((bound / result.seconds) * 100)} %); the pause came after ${result.pause.before} messages`,
      describe(result.delivery),
      result.how,
    ],
    data: {
      seconds: result.seconds,
      bound,
      pauseSeconds: result.pause.seconds,
      pauseAfter: result.pause.before,
      ...result.delivery,
    },
  };
}
