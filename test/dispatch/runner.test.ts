import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { createLeases } from "../../src/dispatch/leases.ts";
import { createLaneRunner, type Drain } from "../../src/dispatch/runner.ts";
import { conversationId, type LaneId, laneOf, portalId } from "../../src/domain/ids.ts";
import type { LaneContents } from "../../src/store/contract/lanes.ts";
import { StoreUnavailable } from "../../src/store/contract.ts";
import { createFakeClock } from "./fake-clock.ts";

const lane = laneOf("in", conversationId("c"), portalId("p"));
/** The runner hands them on without looking inside. */
const CONTENTS = {} as LaneContents;

/** One lane as SQL would keep it, a database that can go away before or after it has done what it was told. */
async function setUp(drain: Drain) {
  const clock = createFakeClock();
  const log: string[] = [];
  const woken: string[] = [];
  const state = {
    owner: undefined as string | undefined,
    heldByOther: false,
    due: undefined as Date | undefined,
    loses: "nothing" as "nothing" | "calls" | "answers",
    slow: Promise.resolve(),
    readable: true,
  };
  async function asked<T>(work: () => T): Promise<T> {
    if (state.loses === "calls") throw new StoreUnavailable("away");
    const answer = work();
    if (state.loses === "answers") throw new StoreUnavailable("answer lost");
    return answer;
  }
  const lanes = {
    take: async (_lane: LaneId, owner: string) => {
      const taken = await asked(() => {
        if (state.heldByOther) return undefined;
        state.owner = owner;
        state.due = undefined;
        return CONTENTS;
      });
      if (!state.readable) throw new Error("no key opens this account's secrets");
      await state.slow;
      return taken;
    },
    release: (_lane: LaneId, _owner: string, next?: Date) =>
      asked(() => {
        state.owner = undefined;
        if (next && (!state.due || next < state.due)) state.due = next;
        return state.due;
      }),
    heartbeat: () => asked(() => undefined),
    retire: () => asked(() => undefined),
  };
  const logger = pino({}, { write: (line: string) => void log.push(line) });
  const leases = createLeases({ lanes, owner: "me", ttlMs: 9_000, log: logger, clock });
  const run = createLaneRunner({
    lanes,
    leases,
    dispatcher: { wake: () => void woken.push("now"), wakeAt: (_lane, at) => void woken.push(at.toISOString()) },
    drain,
    readAhead: 10,
    log: logger,
    clock,
  });
  await leases.start();
  return { clock, log, woken, state, run, leases };
}

describe("running a lane", () => {
  it("drains under the lease and gives it back", async () => {
    const seen: unknown[] = [];
    const { run, state, woken } = await setUp(async (drained, owner, contents) => {
      seen.push([drained, owner, contents, state.owner]);
      return undefined;
    });
    await run(lane);
    expect(seen).toEqual([[lane, "me", CONTENTS, "me"]]);
    expect(state.owner).toBeUndefined();
    expect(woken).toEqual([]);
  });

  it("comes again when the drain asks for it, or something came meanwhile", async () => {
    const later = new Date("2027-01-01T00:00:00.000Z");
    const world = await setUp(async () => later);
    await world.run(lane);
    expect(world.woken).toEqual([later.toISOString()]);
    const now = new Date(world.clock.now());
    const other = await setUp(async () => {
      other.state.due = now;
      return later;
    });
    await other.run(lane);
    expect(other.woken).toEqual([now.toISOString()]);
  });

  it("leaves alone what another holds, and everything when it does not live", async () => {
    let drains = 0;
    const { run, state, leases } = await setUp(async () => void drains++);
    state.heldByOther = true;
    await run(lane);
    state.heldByOther = false;
    await leases.close();
    await run(lane);
    expect(drains).toBe(0);
  });

  it("lets a second run of the same lane only make the first come again", async () => {
    const gate = Promise.withResolvers<undefined>();
    let drains = 0;
    const { run, woken } = await setUp(() => {
      drains += 1;
      return gate.promise;
    });
    const first = run(lane);
    await run(lane);
    expect(woken).toEqual([]);
    gate.resolve(undefined);
    await first;
    expect(drains).toBe(1);
    expect(woken).toEqual(["now"]);
  });

  it("tries a drain that threw again later, with the fault in the log", async () => {
    const { run, state, woken, log, clock } = await setUp(async () => {
      throw new Error("a bug of ours");
    });
    await run(lane);
    expect(state.owner).toBeUndefined();
    expect(woken).toEqual([new Date(clock.now() + 15_000).toISOString()]);
    expect(log.join("")).toContain("a bug of ours");
  });

  it("gives a lane back later when the database was away at its end", async () => {
    const { run, state, woken, clock } = await setUp(async () => {
      state.loses = "calls";
      throw new StoreUnavailable("away");
    });
    await run(lane);
    expect(state.owner).toBe("me");
    await clock.advance(30_000);
    expect(state.owner).toBe("me");
    state.loses = "nothing";
    await clock.advance(3_000);
    expect(state.owner).toBeUndefined();
    expect(woken).toHaveLength(1);
  });

  it("gives a lane back that it took without learning so", async () => {
    const { run, state, woken, clock } = await setUp(async () => undefined);
    state.loses = "answers";
    await run(lane);
    expect(state.owner).toBe("me");
    state.loses = "nothing";
    await clock.advance(3_000);
    expect(state.owner).toBeUndefined();
    expect(woken).toHaveLength(1);
  });

  it("gives a lane back, later, that it took and could not read", async () => {
    const { run, state, woken, log, clock } = await setUp(async () => undefined);
    state.readable = false;
    await run(lane);
    expect(log.join("")).toContain("no key opens");
    const again = new Date(clock.now() + 15_000).toISOString();
    await clock.advance(3_000);
    expect(state.owner).toBeUndefined();
    expect(woken).toEqual([again]);
  });

  it("does not give a lane back under a run that came meanwhile", async () => {
    const gate = Promise.withResolvers<undefined>();
    const answer = Promise.withResolvers<void>();
    const { run, state, clock } = await setUp(() => gate.promise);
    state.loses = "answers";
    await run(lane);
    state.loses = "nothing";
    state.slow = answer.promise;
    const second = run(lane);
    await clock.advance(9_000);
    expect(state.owner).toBe("me");
    answer.resolve();
    await clock.advance(9_000);
    expect(state.owner).toBe("me");
    gate.resolve(undefined);
    await second;
    expect(state.owner).toBeUndefined();
  });
});
