/**
 * Agents with the workplace open while customers write: how long after a message left for us each of them hears of it, and
 * what they cost the process. One process serves pages, takes webhooks and delivers, on PostgreSQL. Each agent is a person of
 * their own with the role `agent`, so that their rights are judged for each event.
 *
 * Agents and customers are played by one other process, on one clock; what it computes counts against us. Conversations are
 * known before, and each has five seconds between two of its messages, so that an event tells of one message.
 */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { portalId } from "../src/domain/ids.ts";
import { createSessions } from "../src/server/session.ts";
import { until } from "../test/support/world/until.ts";
import { heldBy } from "./support/delivery.ts";
import { Live, SECRET_KEY, settingOf } from "./support/live.ts";
import { runLoad, type Target } from "./support/load.ts";
import { type Figure, type Finding, list, round, type Size } from "./support/report.ts";
import { residentMiB } from "./support/resident.ts";
import { median } from "./support/stats.ts";

const P95_MS = 500;
const LIMIT_MIB = 300;
const PER_SECOND = 50;
const FIRST_PERSON = 1_001;
const SAMPLE_MS = 500;

export interface AgentsJob {
  readonly port: number;
  /** One for each agent. */
  readonly sessions: readonly string[];
  readonly target: Target;
  readonly conversations: number;
  readonly firstMessage: number;
  readonly perSecond: number;
  readonly seconds: number;
}

export interface AgentsHeard {
  /** Messages that were sent, and events that agents must have had of them. */
  readonly sent: number;
  readonly expected: number;
  readonly heard: number;
  /** Milliseconds from the webhook's being due to the event's arrival. */
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

export const agents: Figure = {
  name: "agents",
  title: "agents with the workplace open",
  async run(size) {
    const live = await Live.start("together", [{}]);
    return live.measure(() => measure(live, size));
  },
};

/** What one run found. */
export interface AgentsRun extends AgentsHeard {
  readonly withoutMiB: number;
  readonly withThemMiB: number;
}

async function measure(live: Live, size: Size): Promise<Finding[]> {
  const tiny = size === "tiny";
  const people = tiny ? 5 : 500;
  const [portal] = live.portals;
  if (!portal) throw new Error("no portal");
  const ids = Array.from({ length: people }, (_one, index) => FIRST_PERSON + index);
  portal.controls.portal.line(1)?.queue.splice(0, Number.POSITIVE_INFINITY, ...ids);
  const roles = ids.map((id) => ({ id: String(id), name: `Agent ${id}`, role: "agent" }));
  await live.world.api("/api/portal", { method: "PATCH", body: { roles } });
  const sessions = await sessionsOf(portal.controls.portal.memberId, ids);
  const conversations = tiny ? 10 : 250;
  const perSecond = tiny ? 5 : PER_SECOND;
  await runLoad({
    ...{ target: portal.target, connections: 4, conversations, firstMessage: 1 },
    mode: { kind: "all", perConversation: 1 },
  });
  let sent = conversations;
  const runs: AgentsRun[] = [];
  for (let run = 0; run < (tiny ? 1 : 3); run += 1) {
    // Memory is taken and seldom given back: each run begins with a process that has seen no agent.
    await live.world.web.kill("SIGTERM");
    await live.world.web.start();
    await until(() => heldBy(portal.controls) >= sent, 120_000, "what was sent to be in the line");
    const round = async (who: readonly string[], seconds: number) => {
      const port = Number(new URL(live.world.web.url).port);
      const under = play({
        ...{ port, sessions: who, target: portal.target, conversations, firstMessage: 1 + sent, perSecond, seconds },
      });
      const [heard, size] = await Promise.all([under, sizeWhile(under, live.world.web.pid)]);
      sent += heard.sent;
      return { heard, size };
    };
    const without = await round([], tiny ? 1 : 8);
    const withThem = await round(sessions, tiny ? 2 : 12);
    runs.push({ ...withThem.heard, withoutMiB: without.size, withThemMiB: withThem.size });
  }
  return [judgeEvents(settingOf.together, people, perSecond, runs), judgeSize(settingOf.together, people, runs)];
}

export function judgeEvents(setting: string, people: number, perSecond: number, runs: readonly AgentsRun[]): Finding {
  const tails = runs.map((run) => run.p95);
  const p95 = median(tails);
  const lost = runs.reduce((sum, run) => sum + run.expected - run.heard, 0);
  return {
    figure: `agents: ${people} hear of ${perSecond} messages/s, p95`,
    setting,
    measured: `${round(p95)} ms${lost === 0 ? "" : `, ${lost} events lost`}`,
    target: `at most ${P95_MS} ms`,
    met: p95 <= P95_MS && lost === 0,
    notes: [
      `runs: ${list(tails)} ms; half within ${list(runs.map((run) => run.p50))}, slowest ${list(runs.map((run) => run.max))} ms, from the time a webhook was due`,
      `events: ${list(runs.map((run) => run.heard))}, one for each message and agent`,
    ],
    data: { p95, runs: tails, p50: runs.map((run) => run.p50), max: runs.map((run) => run.max), lost },
  };
}

export function judgeSize(setting: string, people: number, runs: readonly AgentsRun[]): Finding {
  const rises = runs.map((run) => run.withThemMiB - run.withoutMiB);
  const rise = median(rises);
  return {
    figure: `agents: memory of ${people}`,
    setting,
    measured: `${round(rise)} MiB more`,
    target: `at most ${LIMIT_MIB} MiB more`,
    met: rise <= LIMIT_MIB,
    notes: [
      `largest resident size under the same load without ${list(runs.map((run) => run.withoutMiB))} MiB, with them ${list(runs.map((run) => run.withThemMiB))} MiB`,
    ],
    data: { rise, without: runs.map((run) => run.withoutMiB), withThem: runs.map((run) => run.withThemMiB) },
  };
}

function sessionsOf(memberId: string, ids: readonly number[]): Promise<string[]> {
  const sessions = createSessions({
    secretKey: SECRET_KEY,
    portals: { find: async () => undefined },
    inTurn: (_portal, work) => work(),
  });
  return Promise.all(
    ids.map((id) =>
      sessions.issue({
        ...{ portal: portalId(memberId), userId: String(id), admin: false, placement: "DEFAULT", options: {} },
      }),
    ),
  );
}

/** The largest while that runs. */
async function sizeWhile(under: Promise<unknown>, pid: number | undefined): Promise<number> {
  let isOver = false;
  const end = () => {
    isOver = true;
  };
  const over = under.then(end, end);
  let largest = 0;
  while (!isOver) {
    largest = Math.max(largest, await residentMiB(pid));
    await Promise.race([over, new Promise((resolve) => setTimeout(resolve, SAMPLE_MS))]);
  }
  return largest;
}

function play(job: AgentsJob): Promise<AgentsHeard> {
  const child = fork(fileURLToPath(new URL("agents-process.ts", import.meta.url)), [], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("message", (heard) => {
      resolve(heard as AgentsHeard);
      child.disconnect();
    });
    child.once("exit", (code) => reject(new Error(`the process of the agents ended with ${code}`)));
    child.send(job);
  });
}
