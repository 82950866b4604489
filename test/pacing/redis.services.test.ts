import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, expect, test } from "vitest";
import { createRedisPacer } from "../../src/pacing/redis.ts";
import { createTestClock, pacerBattery } from "../contract/pacer.ts";

const url = process.env["TEST_REDIS_URL"] ?? "";
const redis = new Redis(url, { commandTimeout: 2_000 });
afterAll(() => redis.disconnect());

let underWay = 0;
/** The same connection, with the questions under way counted: the tests' clock stands still for them. */
const counted = new Proxy(redis, {
  get(target, name) {
    if (name !== "eval") return Reflect.get(target, name);
    return async (...given: Parameters<Redis["eval"]>) => {
      underWay += 1;
      try {
        return await target.eval(...given);
      } finally {
        underWay -= 1;
      }
    };
  },
});

async function settle(): Promise<void> {
  for (let quiet = 0; quiet < 3; quiet += 1) {
    await setImmediate();
    if (underWay > 0) quiet = -1;
  }
}

pacerBattery("redis", async () => {
  const clock = createTestClock(settle);
  const prefix = `test:${randomUUID()}:`;
  const make = () => createRedisPacer({ redis: counted, prefix, clock });
  return { pacer: make(), other: make(), clock };
});

test("without a clock of ours it counts by Redis's", async () => {
  const pacer = createRedisPacer({ redis, prefix: `test:${randomUUID()}:` });
  const rules = [{ place: "", count: 5, perMs: 250 }];
  const begin = performance.now();
  for (let call = 0; call < 8; call += 1) await pacer.turn("account", rules);
  const took = performance.now() - begin;
  expect(took).toBeGreaterThanOrEqual(3 * 50 - 10);
  expect(took).toBeLessThan(2_000);
});

test("while Redis is away each process goes on with a quarter, obeys pauses and does not wait for ever", async () => {
  const away = new Redis({
    port: 1,
    host: "127.0.0.1",
    lazyConnect: true,
    enableOfflineQueue: false,
    retryStrategy: () => null,
  });
  away.on("error", () => undefined);
  const clock = createTestClock(settle);
  const trouble: unknown[] = [];
  const pacer = createRedisPacer({ redis: away, clock, onAway: (error) => void trouble.push(error) });
  const went: number[] = [];
  const begin = clock.now();
  for (let call = 0; call < 20; call += 1)
    void pacer.turn("account", [{ place: "", count: 4, perMs: 1_000 }]).then(() => went.push(clock.now() - begin));
  await clock.advance(4_000);
  expect(went).toHaveLength(8);
  expect(trouble.length).toBeGreaterThan(0);
  await pacer.pause("account", "", new Date(clock.now() + 10_000));
  await clock.advance(9_000);
  expect(went.length).toBeLessThanOrEqual(9);
  away.disconnect();
});
