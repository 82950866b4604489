import { Redis } from "ioredis";
import { afterEach, expect, test } from "vitest";
import type { Bus } from "../../src/dispatch/bus.ts";
import { createRedisBus } from "../../src/dispatch/bus-redis.ts";
import { until } from "../support/world/until.ts";

const shared = process.env.TEST_REDIS_URL ?? "";
/** Its own, so that connections of other tests' can be told from these. */
const DATABASE = 13;
const url = shared.replace(/\/\d*$/, `/${DATABASE}`);
const open: Bus[] = [];

function start(options: { readonly url?: string; readonly lost?: string[] } = {}): Bus {
  const bus = createRedisBus({
    url: options.url ?? url,
    onError: () => undefined,
    onLost: () => void options.lost?.push("lost"),
  });
  open.push(bus);
  return bus;
}

afterEach(async () => {
  for (const bus of open.splice(0)) await bus.close();
});

/** A notice may be lost while connections come up, so it is given until it is heard. */
const passes = (from: Bus, topic: string, notice: string, heard: readonly string[]) =>
  until(
    () => {
      from.publish(topic, notice);
      return heard.includes(notice);
    },
    8_000,
    `"${notice}"`,
  );

test("a notice goes from one process to another, and to itself", async () => {
  const [web, worker] = [start(), start()];
  const heard: string[] = [];
  const own: string[] = [];
  web.subscribe("t1", (notice) => heard.push(notice));
  worker.subscribe("t1", (notice) => own.push(notice));
  await passes(worker, "t1", "x", heard);
  await passes(worker, "t1", "y", own);
  expect(heard).toContain("x");
  expect(own).toContain("y");
});

test("after stopping nothing is heard, while other topics go on", async () => {
  const [web, worker] = [start(), start()];
  const heard: string[] = [];
  const other: string[] = [];
  const stop = web.subscribe("t2", (notice) => heard.push(notice));
  web.subscribe("t3", (notice) => other.push(notice));
  await passes(worker, "t2", "x", heard);
  stop();
  const before = heard.length;
  worker.publish("t2", "after");
  await passes(worker, "t3", "z", other);
  expect(heard.slice(before).filter((notice) => notice === "after")).toEqual([]);
});

test("comes back by itself after its connections were killed", async () => {
  const [web, worker] = [start(), start()];
  const heard: string[] = [];
  web.subscribe("t4", (notice) => heard.push(notice));
  await passes(worker, "t4", "before", heard);
  const admin = new Redis(shared);
  const clients = String(await admin.call("CLIENT", "LIST")).split("\n");
  const ours = clients.filter((client) => client.includes(` db=${DATABASE} `));
  expect(ours.length).toBeGreaterThanOrEqual(4);
  for (const client of ours) await admin.call("CLIENT", "KILL", "ID", /\bid=(\d+)/.exec(client)?.[1] ?? "");
  admin.disconnect();
  await passes(worker, "t4", "after", heard);
  expect(heard).toContain("after");
});

test("without Redis publishing neither waits nor throws, and what is lost is counted", async () => {
  const lost: string[] = [];
  const bus = start({ url: "redis://127.0.0.1:1", lost });
  const before = performance.now();
  bus.publish("t5", "x");
  expect(performance.now() - before).toBeLessThan(1_000);
  await until(() => lost.length === 1, 3_000, "the lost notice");
});
