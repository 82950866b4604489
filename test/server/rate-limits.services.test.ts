import { randomUUID } from "node:crypto";
import { once } from "node:events";
import Fastify, { type FastifyInstance } from "fastify";
import { Redis } from "ioredis";
import { afterAll, afterEach, expect, test } from "vitest";
import { createCounts } from "../../src/server/counts.ts";
import { createRateGate, registerRateLimits } from "../../src/server/rate-limits.ts";

const url = process.env["TEST_REDIS_URL"] ?? "";
const redis = new Redis(url, { commandTimeout: 2_000, enableOfflineQueue: true });
afterAll(() => redis.disconnect());

const processes: FastifyInstance[] = [];
afterEach(async () => {
  await Promise.all(processes.splice(0).map((app) => app.close()));
});

/** One web process with a door of three requests a minute per caller, and another door. */
async function start(prefix: string, over: { redis?: Redis; now?: () => number } = {}): Promise<FastifyInstance> {
  const app = Fastify();
  await registerRateLimits(app, { redis, prefix, ...over });
  for (const door of ["one", "two"]) {
    const gate = createRateGate(app, door, 3, (request) => String(request.headers["x-caller"]));
    app.get(`/${door}`, async (request, reply) => {
      const seconds = await gate(request);
      return reply.code(seconds === undefined ? 200 : 429).send({ seconds });
    });
  }
  processes.push(app);
  return app;
}

const knock = async (app: FastifyInstance, caller = "ann", door = "one") => {
  const answer = await app.inject({ url: `/${door}`, headers: { "x-caller": caller } });
  return answer.statusCode === 200 ? "in" : answer.json<{ seconds: number }>().seconds;
};

test("processes count together, each caller and each limit for itself, and the window ends", async () => {
  const prefix = `test:${randomUUID()}:`;
  const [first, second] = [await start(prefix), await start(prefix)];
  expect([await knock(first), await knock(second), await knock(first)]).toEqual(["in", "in", "in"]);
  const seconds = await knock(second);
  expect(seconds).toBeGreaterThan(55);
  expect(seconds).toBeLessThanOrEqual(60);
  expect(await knock(first)).toBe(seconds);
  expect(await knock(second, "bob")).toBe("in");
  expect(await knock(second, "ann", "two")).toBe("in");
  const keys = await redis.keys(`${prefix}*`);
  expect(keys.sort()).toEqual([`${prefix}one ann`, `${prefix}one bob`, `${prefix}two ann`]);
  for (const key of keys) expect(await redis.pttl(key)).toBeGreaterThan(0);
  await redis.pexpire(`${prefix}one ann`, 0);
  expect(await knock(first)).toBe("in");
});

test("while Redis is away each process counts for itself, asks it now and then, and counts with the others again", async () => {
  const prefix = `test:${randomUUID()}:`;
  let time = Date.now();
  const away = new Redis(url, { lazyConnect: true, enableOfflineQueue: false, maxRetriesPerRequest: 1 });
  const leave = async () => {
    const left = once(away, "end");
    away.disconnect();
    await left;
  };
  await away.connect();
  await leave();
  const app = await start(prefix, { redis: away, now: () => time });
  for (const expected of ["in", "in", "in", 60]) expect(await knock(app)).toBe(expected);
  expect(await redis.keys(`${prefix}*`)).toEqual([]);
  await away.connect();
  expect(await knock(app)).toBe(60);
  expect(await redis.keys(`${prefix}*`)).toEqual([]);
  time += 5_001;
  expect(await knock(app)).toBe("in");
  expect(await redis.get(`${prefix}one ann`)).toBe("1");
  await leave();
  time += 60_000;
  for (const expected of ["in", "in", "in", 60]) expect(await knock(app)).toBe(expected);
});

test("other doors count in the same place, and may look without counting", async () => {
  const prefix = `test:${randomUUID()}:`;
  const [first, second] = [createCounts({ redis, prefix }), createCounts({ redis, prefix })];
  expect(await second.look("bcc miss ann")).toBe(0);
  expect(await first.count("bcc miss ann", 60_000)).toMatchObject({ current: 1 });
  expect(await second.count("bcc miss ann", 60_000)).toMatchObject({ current: 2 });
  expect(await first.look("bcc miss ann")).toBe(2);
  expect(await first.look("bcc miss bob")).toBe(0);
  let time = Date.now();
  const alone = createCounts({ now: () => time });
  await alone.count("ann", 1_000);
  expect(await alone.look("ann")).toBe(1);
  time += 1_000;
  expect(await alone.look("ann")).toBe(0);
});

test("an address counts as its whole IPv6 network", async () => {
  const app = Fastify();
  processes.push(app);
  await registerRateLimits(app, { redis, prefix: `test:${randomUUID()}:` });
  const gate = createRateGate(app, "ip", 1);
  app.get("/", async (request) => ({ seconds: (await gate(request)) ?? 0 }));
  const from = async (remoteAddress: string) =>
    (await app.inject({ url: "/", remoteAddress })).json<{ seconds: number }>().seconds > 0;
  expect([await from("2001:db8::1"), await from("2001:db8::2"), await from("2001:db8:1::1")]).toEqual([
    false,
    true,
    false,
  ]);
});
