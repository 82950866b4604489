import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { Redis } from "ioredis";
import { afterAll, expect, test } from "vitest";
import { portalId } from "../../src/domain/ids.ts";
import { STANDARD_LEVEL } from "../../src/portal/limiter.ts";
import { createRedisLimiter } from "../../src/portal/limiter-redis.ts";
import { limiterBattery } from "../contract/limiter.ts";

const url = process.env["TEST_REDIS_URL"] ?? "";
const redis = new Redis(url, { commandTimeout: 2_000 });
afterAll(() => redis.disconnect());

limiterBattery(
  "redis",
  async () => {
    let time = Date.UTC(2026, 10, 21, 9, 0, 17);
    const prefix = `test:${randomUUID()}:`;
    const now = () => time;
    return {
      limiter: createRedisLimiter({ redis, prefix, now }),
      other: createRedisLimiter({ redis, prefix, now }),
      now,
      advance: (milliseconds) => {
        time += milliseconds;
      },
    };
  },
  4,
);

const anything = { level: STANDARD_LEVEL, costs: [] };

test("without a clock of ours it counts by Redis's", async () => {
  const limiter = createRedisLimiter({ redis, prefix: `test:${randomUUID()}:` });
  const portal = portalId("p");
  const began = performance.now();
  let granted = 0;
  let slot = await limiter.acquire(portal, anything);
  for (; slot.kind === "granted"; granted += 1) slot = await limiter.acquire(portal, anything);
  // Two more with each second that passed meanwhile.
  expect(granted).toBeGreaterThanOrEqual(48);
  expect(granted).toBeLessThanOrEqual(49 + (2 * (performance.now() - began)) / 1_000);
  expect(slot).toMatchObject({ kind: "wait", reason: "rate" });
  expect(slot.kind === "wait" && slot.milliseconds <= 500).toBe(true);
});

test("while Redis does not answer, nothing is granted, and the question fails quickly", async () => {
  const silent = createServer(() => undefined).listen(0, "127.0.0.1");
  await new Promise((resolve) => silent.once("listening", resolve));
  const port = (silent.address() as AddressInfo).port;
  const away = new Redis({
    port,
    host: "127.0.0.1",
    commandTimeout: 200,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
  });
  away.on("error", () => undefined);
  const begin = performance.now();
  expect(await createRedisLimiter({ redis: away }).acquire(portalId("p"), anything)).toEqual({
    kind: "wait",
    milliseconds: 1_000,
    reason: "unavailable",
  });
  expect(performance.now() - begin).toBeLessThan(2_000);
  away.disconnect();
  silent.close();
});
