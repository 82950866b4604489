import { afterEach, describe, expect, it } from "vitest";
import { at, connect, createWorld, oneMessage, type World } from "./harness.ts";
import { LeakyBucket, OperatingBudget } from "./limits.ts";

describe("leaky bucket", () => {
  it("takes the burst, then exactly what leaks out", () => {
    const bucket = new LeakyBucket(50, 2);
    const taken = Array.from({ length: 60 }, () => bucket.tryTake("a", 0)).filter(Boolean);
    expect(taken).toHaveLength(50);
    expect(bucket.tryTake("a", 499)).toBe(false);
    expect(bucket.tryTake("a", 500)).toBe(true);
    expect(bucket.tryTake("a", 500)).toBe(false);
    expect(bucket.tryTake("b", 500)).toBe(true);
  });
});

describe("operating budget", () => {
  it("blocks after the limit was exceeded and gives back minute by minute", () => {
    const budget = new OperatingBudget(480_000);
    budget.charge("m", 40_000, 10_000);
    budget.charge("m", 440_000, 70_000);
    expect(budget.isExhausted("m", 71_000)).toBe(false);
    budget.charge("m", 20_000, 71_000);
    expect(budget.isExhausted("m", 72_000)).toBe(true);
    expect(budget.resetAt("m", 72_000)).toBe(610);
    expect(budget.isExhausted("m", 609_999)).toBe(true);
    expect(budget.isExhausted("m", 610_000)).toBe(false);
    expect(budget.usedMs("m", 610_000)).toBe(460_000);
  });
});

describe("limits over HTTP", () => {
  let world: World;
  afterEach(() => world.stop());

  it("answers 503 above the bucket and recovers with time", async () => {
    world = await createWorld({ portals: [{ bucketCapacity: 3, bucketPerSecond: 2 }] });
    const statuses: number[] = [];
    for (let index = 0; index < 4; index += 1) statuses.push((await world.call("server.time")).status);
    expect(statuses).toEqual([200, 200, 200, 503]);
    expect(at(await world.call("server.time"), "error")).toBe("QUERY_LIMIT_EXCEEDED");
    world.clock.advance(500);
    expect((await world.call("server.time")).status).toBe(200);
  });

  it("charges per message without sleeping, and answers 429 for that method only", async () => {
    world = await createWorld({ portals: [{ chargeMs: { "imconnector.send.messages": { perMessage: 300_000 } } }] });
    const connector = await connect(world);
    const began = world.clock.now();
    const first = await world.call("imconnector.send.messages", oneMessage(connector, "one"));
    expect(at(first, "time")).toMatchObject({ operating: 300, operating_reset_at: began / 1000 + 600 });
    expect(world.clock.now()).toBe(began);
    expect((await world.call("imconnector.send.messages", oneMessage(connector, "two"))).status).toBe(200);
    const blocked = await world.call("imconnector.send.messages", oneMessage(connector, "three"));
    expect(blocked).toMatchObject({ status: 429, body: { error: "OPERATION_TIME_LIMIT" } });
    expect((await world.call("server.time")).status).toBe(200);
    const inBatch = await world.call("batch", { cmd: { a: "imconnector.send.messages?CONNECTOR=x" } });
    expect(at(inBatch, "result.result_error.a.error")).toBe("OPERATION_TIME_LIMIT");
    world.clock.advance(600_000);
    expect((await world.call("imconnector.send.messages", oneMessage(connector, "four"))).status).toBe(200);
  });

  it("sleeps without charging, and cuts a request that takes over a minute", async () => {
    world = await createWorld({ portals: [{ latencyMs: { "server.time": 25_000 } }] });
    const one = await world.call("server.time");
    expect(at(one, "time")).toMatchObject({ duration: 25, operating: 0 });
    const cut = await world.call("batch", { cmd: { a: "server.time", b: "server.time", c: "server.time" } });
    expect(cut.status).toBe(504);
    expect(world.emulator.requests.entries({ method: "batch" })[0]).toMatchObject({ processed: true, status: 504 });
  });
});
