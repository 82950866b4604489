/**
 * Webhook accepted durably: how many a second beside a bare Fastify route with one INSERT, and how long one takes at
 * 500/s. Both servers stand side by side and are asked in turn (A/B/A/B), so that whatever else the machine does hits
 * both; the generator is a process of its own and costs both the same.
 */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type LoadJob, type LoadResult, runLoad, type Target } from "./support/load.ts";
import { type Figure, type Finding, list, round, type Size } from "./support/report.ts";
import { type FreshServices, freshServices } from "./support/services.ts";
import { median, percentile } from "./support/stats.ts";

const RATIO = 0.7;
const P99_MS = 50;
const PER_SECOND = 500;

export const webhook: Figure = {
  name: "webhook",
  title: "webhook accepted durably",
  async run(size) {
    const findings: Finding[] = [];
    findings.push(...(await compare("built-in database", undefined, size)));
    const services = await freshServices();
    try {
      findings.push(...(await compare("PostgreSQL, Redis", services, size)));
    } finally {
      await services.drop();
    }
    return findings;
  },
};

async function compare(setting: string, services: FreshServices | undefined, size: Size): Promise<Finding[]> {
  const tiny = size === "tiny";
  const rounds = tiny ? 1 : 3;
  const closed = { kind: "closed", warmUpMs: tiny ? 100 : 1_500, measureMs: tiny ? 300 : 4_000 } as const;
  const open = { kind: "open", perSecond: PER_SECOND, seconds: tiny ? 0.3 : 5 } as const;
  const dir = await mkdtemp(join(tmpdir(), "threadline-bench-"));
  const ours = new Server("ours", join(dir, "ours"), services);
  const bare = new Server("bare", join(dir, "bare"), services);
  try {
    await ours.start();
    await bare.start();
    const rates = { ours: [] as Rate[], bare: [] as Rate[] };
    const tails: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      rates.ours.push(await ours.load(closed));
      rates.bare.push(await bare.load(closed));
    }
    for (let round = 0; round < rounds; round += 1)
      tails.push(percentile((await ours.load(open)).result.latencies, 0.99));
    return [judgeRate(setting, rates.ours, rates.bare), judgeTail(setting, tails)];
  } finally {
    await Promise.all([ours.stop(), bare.stop()]);
    await rm(dir, { recursive: true, force: true });
  }
}

/** One run of one side. */
export interface Rate {
  readonly result: Pick<LoadResult, "accepted" | "seconds">;
  /** Processor time of the server's process per request; a PostgreSQL server's own is not in it. */
  readonly cpuMicros: number;
}

export function judgeRate(setting: string, ourRuns: readonly Rate[], bareRuns: readonly Rate[]): Finding {
  const perSecond = (run: Rate) => run.result.accepted / run.result.seconds;
  const micros = (runs: readonly Rate[]) => median(runs.map((run) => run.cpuMicros));
  const ours = ourRuns.map(perSecond);
  const bare = bareRuns.map(perSecond);
  const ratio = median(ours) / median(bare);
  return {
    figure: "webhook: requests/s",
    setting,
    measured: `${round(ratio, 2)} of a bare route`,
    target: `at least ${RATIO}`,
    met: ratio >= RATIO,
    notes: [
      `ours ${list(ours)}/s, bare Fastify with one INSERT ${list(bare)}/s, in turn`,
      `processor time of the server's process: ours ${round(micros(ourRuns))}, bare ${round(micros(bareRuns))} microseconds a request`,
    ],
    data: { ratio, ours, bare, ourCpuMicros: micros(ourRuns), bareCpuMicros: micros(bareRuns) },
  };
}

export function judgeTail(setting: string, tails: readonly number[]): Finding {
  const p99 = median(tails);
  return {
    figure: "webhook: p99 at 500/s",
    setting,
    measured: `${round(p99, 1)} ms`,
    target: `at most ${P99_MS} ms`,
    met: p99 <= P99_MS,
    notes: [`runs: ${list(tails, 1)} ms, counted from the time a request was due`],
    data: { p99, runs: tails },
  };
}

/** One side as a process. */
class Server {
  private readonly args: readonly string[];
  private child: ChildProcess | undefined;
  private target: Target = { port: 0, path: "", secret: "" };
  private accepted = 0;

  constructor(kind: "ours" | "bare", dir: string, services: FreshServices | undefined) {
    this.args = [
      kind,
      "--data-dir",
      dir,
      ...(services ? ["--database-url", services.databaseUrl, "--redis-url", services.redisUrl] : []),
    ];
  }

  async start(): Promise<void> {
    const child = fork(fileURLToPath(new URL("webhook-server.ts", import.meta.url)), this.args, {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.child = child;
    this.target = await answerOf<Target>(child);
  }

  /** Runs a job and makes sure that whatever was answered 200 was written, and everything was answered 200. */
  async load(mode: LoadJob["mode"]): Promise<Rate & { readonly result: LoadResult }> {
    const before = this.accepted;
    const cpuBefore = (await this.ask()).cpuMs;
    const result = await runLoad({
      target: this.target,
      connections: 64,
      conversations: 500,
      firstMessage: 1 + before,
      mode,
    });
    this.accepted += result.acceptedInAll;
    if (result.refused > 0) throw new Error(`${result.refused} webhooks were not accepted`);
    const { written, cpuMs } = await this.ask();
    if (written !== this.accepted) throw new Error(`${this.accepted} webhooks were accepted, ${written} rows written`);
    return { result, cpuMicros: ((cpuMs - cpuBefore) * 1000) / result.acceptedInAll };
  }

  private async ask(): Promise<{ readonly written: number; readonly cpuMs: number }> {
    const { child } = this;
    if (!child) throw new Error("not started");
    child.send("how far?");
    return await answerOf(child);
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGKILL");
    await gone;
  }
}

function answerOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`the server of the benchmark ended with ${code}`));
    child.once("exit", ended);
    child.once("message", (message) => {
      child.off("exit", ended);
      resolve(message as T);
    });
  });
}
