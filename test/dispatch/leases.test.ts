import { pino } from "pino";
import { expect, it } from "vitest";
import { createLeases } from "../../src/dispatch/leases.ts";
import { StoreUnavailable } from "../../src/store/contract.ts";
import { createFakeClock } from "./fake-clock.ts";

function setUp() {
  const clock = createFakeClock();
  const calls: string[] = [];
  const lines: string[] = [];
  let down = false;
  const answer = async (call: string) => {
    if (down) throw new StoreUnavailable("away");
    calls.push(call);
  };
  const leases = createLeases({
    lanes: {
      heartbeat: (owner, ttlMs) => answer(`beat ${owner} ${ttlMs}`),
      retire: (owner) => answer(`retire ${owner}`),
    },
    owner: "me",
    ttlMs: 9_000,
    log: pino({}, { write: (line: string) => void lines.push(line) }),
    clock,
  });
  const setDown = (value: boolean) => {
    down = value;
  };
  return { clock, calls, lines, leases, setDown };
}

it("beats every third of its time with one call, and is alive", async () => {
  const { clock, calls, leases } = setUp();
  expect(leases.isAlive()).toBe(false);
  await leases.start();
  expect(leases.isAlive()).toBe(true);
  await clock.advance(30_000);
  expect(calls).toEqual(Array(11).fill("beat me 9000"));
  expect(leases.isAlive()).toBe(true);
});

it("counts as dead when its heart did not beat for its time, and as alive with the next beat", async () => {
  const { clock, lines, leases, setDown } = setUp();
  await leases.start();
  setDown(true);
  await clock.advance(8_999);
  expect(leases.isAlive()).toBe(true);
  await clock.advance(1);
  expect(leases.isAlive()).toBe(false);
  await clock.advance(20_000);
  expect(lines).toHaveLength(1);
  setDown(false);
  await clock.advance(3_000);
  expect(leases.isAlive()).toBe(true);
});

it("starts without a database and beats once it is there", async () => {
  const { clock, leases, setDown } = setUp();
  setDown(true);
  await leases.start();
  expect(leases.isAlive()).toBe(false);
  setDown(false);
  await clock.advance(3_000);
  expect(leases.isAlive()).toBe(true);
});

it("retires when it closes, beats no more, and closes without a database too", async () => {
  const { clock, calls, leases } = setUp();
  await leases.start();
  await leases.close();
  await clock.advance(60_000);
  expect(calls).toEqual(["beat me 9000", "retire me"]);
  expect(leases.isAlive()).toBe(false);
  const other = setUp();
  await other.leases.start();
  other.setDown(true);
  await expect(other.leases.close()).resolves.toBeUndefined();
});
