import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { Redis } from "ioredis";
import { pino } from "pino";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createBullDispatcher } from "../../src/dispatch/bull.ts";
import type { Dispatcher } from "../../src/dispatch/contract.ts";
import { createSweeper } from "../../src/dispatch/sweeper.ts";
import { conversationId, type LaneId, laneOf, portalId } from "../../src/domain/ids.ts";
import { dispatcherBattery } from "../contract/dispatcher.ts";

const redisUrl = process.env.TEST_REDIS_URL ?? "";
const loggerInto = (lines: string[]) => pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
const newLane = (): LaneId => laneOf("in", conversationId(randomUUID()), portalId("p"));
const soon = { timeout: 20_000, interval: 20 };

dispatcherBattery("BullMQ", async () => {
  const log: string[] = [];
  const dispatcher = createBullDispatcher({
    redisUrl,
    concurrency: 4,
    log: loggerInto(log),
    prefix: `test-${randomUUID()}`,
  });
  await reachable(redisUrl);
  return { dispatcher, log };
});

describe("BullMQ with several processes and a Redis that goes away", () => {
  const opened: Dispatcher[] = [];
  const servers: ChildProcess[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((dispatcher) => dispatcher.close()));
    for (const server of servers.splice(0)) await stopServer(server);
  });

  function open(url: string, options: { prefix?: string; onLostWakeUp?: () => void; log?: string[] } = {}): Dispatcher {
    const dispatcher = createBullDispatcher({
      redisUrl: url,
      concurrency: 4,
      log: loggerInto(options.log ?? []),
      prefix: options.prefix,
      onLostWakeUp: options.onLostWakeUp,
    });
    opened.push(dispatcher);
    return dispatcher;
  }

  it("passes wake-ups of one dispatcher to another's lanes", async () => {
    const prefix = `test-${randomUUID()}`;
    const web = open(redisUrl, { prefix });
    const worker = open(redisUrl, { prefix });
    const ran: LaneId[] = [];
    await worker.start(async (lane) => void ran.push(lane));
    const lane = newLane();
    await vi.waitFor(() => {
      web.wake(lane);
      expect(ran).toContain(lane);
    }, soon);
  });

  it("neither throws nor waits while Redis is away; the sweep brings the lanes once it is back, empty", async () => {
    const port = await freePort();
    const url = `redis://127.0.0.1:${port}`;
    servers.push(await startServer(port));
    let lost = 0;
    const log: string[] = [];
    const dispatcher = open(url, { onLostWakeUp: () => lost++, log });
    const worker = open(url);
    const ran: LaneId[] = [];
    await worker.start(async (lane) => void ran.push(lane));
    const first = newLane();
    await vi.waitFor(() => {
      dispatcher.wake(first);
      expect(ran).toContain(first);
    }, soon);

    for (const server of servers.splice(0)) await stopServer(server);
    const due = Array.from({ length: 50 }, newLane);
    const before = performance.now();
    for (const lane of due) dispatcher.wake(lane);
    expect(performance.now() - before).toBeLessThan(2_000);
    await vi.waitFor(() => expect(lost).toBeGreaterThanOrEqual(50), soon);
    expect(log.filter((line) => line.includes("could not be passed on"))).toHaveLength(1);

    servers.push(await startServer(port));
    const missing = new Set(due);
    const sweeper = createSweeper({
      lanes: { due: async () => [...missing].filter((lane) => !ran.includes(lane)) },
      dispatcher,
      intervalMs: 100,
      log: loggerInto([]),
    });
    sweeper.start();
    await vi.waitFor(() => expect(due.filter((lane) => !ran.includes(lane))).toEqual([]), soon);
    await sweeper.stop();
  });

  it("starts while Redis is away and closes without it", async () => {
    const port = await freePort();
    let lost = 0;
    const web = open(`redis://127.0.0.1:${port}`, { onLostWakeUp: () => lost++ });
    const worker = open(`redis://127.0.0.1:${port}`);
    const ran: LaneId[] = [];
    await worker.start(async (lane) => void ran.push(lane));
    const lane = newLane();
    web.wake(lane);
    await vi.waitFor(() => expect(lost).toBe(1), soon);
    // Who runs lanes needs nobody to wake them.
    worker.wake(lane);
    await vi.waitFor(() => expect(ran).toEqual([lane]), soon);
    await web.close();
    await worker.close();
  });

  it("runs a killed worker's lane again within half a minute, whatever came meanwhile", {
    timeout: 60_000,
  }, async () => {
    const prefix = `test-${randomUUID()}`;
    const worker = spawn(process.execPath, [new URL("bull-worker.ts", import.meta.url).pathname, redisUrl, prefix], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    servers.push(worker);
    if (!worker.stdout) throw new Error("No output to read");
    const lane = newLane();
    const web = open(redisUrl, { prefix });
    const began = once(worker.stdout, "data");
    web.wake(lane);
    expect(String((await began)[0])).toContain(lane);
    await stopServer(worker);
    const ran: LaneId[] = [];
    const heir = open(redisUrl, { prefix });
    await heir.start(async (woken) => void ran.push(woken));
    web.wake(lane);
    await vi.waitFor(() => expect(ran).toContain(lane), { timeout: 30_000, interval: 100 });
  });

  it("drops what is no lane, and says so", async () => {
    const prefix = `test-${randomUUID()}`;
    const log: string[] = [];
    const web = open(redisUrl, { prefix, log });
    const worker = open(redisUrl, { prefix });
    const ran: LaneId[] = [];
    await worker.start(async (lane) => void ran.push(lane));
    const good = newLane();
    await vi.waitFor(() => {
      web.wake("rubbish" as LaneId);
      web.wake(good);
      expect(ran).toContain(good);
      expect(log.join("")).toContain("rubbish");
    }, soon);
    expect(ran.filter((lane) => lane !== good)).toEqual([]);
  });
});

async function reachable(url: string): Promise<void> {
  const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 20 });
  // Not there yet is what this waits out.
  redis.on("error", () => undefined);
  await redis.ping();
  redis.disconnect();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || !address) throw new Error("No port to be had");
  return address.port;
}

async function startServer(port: number): Promise<ChildProcess> {
  const child = spawn(
    "redis-server",
    ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
    { stdio: "ignore" },
  );
  await reachable(`redis://127.0.0.1:${port}`);
  return child;
}

async function stopServer(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}
