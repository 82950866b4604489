import { describe, expect, test } from "vitest";
import type { PortalOutcome } from "../../src/portal/contract.ts";
import type { RateLimiter } from "../../src/portal/limiter.ts";
import type { RequestEnd } from "../../src/portal/transport.ts";
import { send, simulate } from "./support/simulated-portal.ts";

const fail = (count: number, fault: NonNullable<RequestEnd["whole"]>): RequestEnd => ({
  ends: Array.from({ length: count }, () => ({ kind: "fault", fault, measured: {} })),
  whole: fault,
});
const kinds = (outcomes: readonly PortalOutcome<unknown>[]) => [...new Set(outcomes.map((outcome) => outcome.kind))];

/** Conversations whose messages are sent one after the other, as the relay does it; throttled ones come back later. */
async function flood(simulation: ReturnType<typeof simulate>, conversations: number, messages: number): Promise<void> {
  const { batcher, clock } = simulation;
  const conversation = async (name: string) => {
    for (let number = 0; number < messages; ) {
      const outcome = await batcher.call(send(name, number));
      if (outcome.kind === "ok") number += 1;
      else if (outcome.kind === "throttled")
        await new Promise<void>(
          (resolve) => void clock.after(Math.max(0, outcome.until.getTime() - clock.now()), resolve),
        );
      else throw new Error(outcome.kind);
    }
  };
  await clock.run(Promise.all(Array.from({ length: conversations }, (_, index) => conversation(`c${index}`))));
}

function expectOrder(simulation: ReturnType<typeof simulate>, conversations: number, messages: number): void {
  const next = new Map<unknown, number>();
  for (const { params } of simulation.executed) {
    expect(params["number"]).toBe(next.get(params["sequence"]) ?? 0);
    next.set(params["sequence"], Number(params["number"]) + 1);
  }
  expect(next.size).toBe(conversations);
  for (const count of next.values()) expect(count).toBe(messages);
}

test("an idle portal is called at once, by a plain call", async () => {
  const { batcher, clock, requests } = simulate();
  const begin = clock.now();
  await clock.run(batcher.call(send("a", 1)));
  expect(requests).toMatchObject([{ at: begin, commands: [{ method: "imconnector.send.messages" }] }]);
});

test("a busy portal gets batches", async () => {
  const { batcher, clock, requests } = simulate();
  const first = batcher.call(send("a", 1));
  await clock.advance(10);
  const rest = Array.from({ length: 60 }, (_, index) => batcher.call(send(`b${index}`, 1)));
  expect(kinds(await clock.run(Promise.all([first, ...rest])))).toEqual(["ok"]);
  expect(requests.map((request) => request.commands.length)).toEqual([1, 50, 10]);
});

test("calls of one sequence never share a request and never overlap", async () => {
  const { batcher, clock, requests, executed } = simulate();
  const calls = [1, 2, 3].map((number) => batcher.call(send("same", number)));
  await clock.run(Promise.all(calls));
  expect(requests.map((request) => request.commands.length)).toEqual([1, 1, 1]);
  expect(executed.map((command) => command.params["number"])).toEqual([1, 2, 3]);
  const [first, second] = requests;
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(50);
});

test("a call that goes alone goes alone", async () => {
  const { batcher, clock, requests } = simulate();
  const calls = [batcher.call(send("a", 1)), batcher.call(send("b", 1, { alone: true })), batcher.call(send("c", 1))];
  await clock.run(Promise.all(calls));
  for (const request of requests) {
    if (request.commands.some((command) => command.params["sequence"] === "b"))
      expect(request.commands).toHaveLength(1);
  }
  expect(requests.flatMap((request) => request.commands)).toHaveLength(3);
});

test("batches shrink to what a slow portal does in fifteen seconds", async () => {
  const { batcher, clock, requests } = simulate({ commandMs: 1_000 });
  await clock.run(batcher.call(send("warm", 0)));
  await clock.run(Promise.all(Array.from({ length: 40 }, (_, index) => batcher.call(send(`c${index}`, 0)))));
  expect(Math.max(...requests.map((request) => request.commands.length))).toBeLessThanOrEqual(30);
  await clock.run(Promise.all(Array.from({ length: 40 }, (_, index) => batcher.call(send(`d${index}`, 0)))));
  expect(Math.max(...requests.slice(-3).map((request) => request.commands.length))).toBeLessThanOrEqual(16);
});

describe("leave", () => {
  test("runs directly before the request, once, and not while the limiter says wait", async () => {
    const simulation = simulate();
    for (let count = 0; count < 60; count += 1)
      await simulation.clock.run(
        simulation.batcher.call({ method: "profile", params: {}, effect: "read", alone: true }),
      );
    const left: number[] = [];
    const calls = Array.from({ length: 12 }, (_, index) =>
      simulation.batcher.call(
        send(`c${index}`, 0, { alone: true, leave: async () => left.push(simulation.clock.now()) > 0 }),
      ),
    );
    await simulation.clock.run(Promise.all(calls));
    expect(left).toEqual(simulation.requests.slice(-12).map((request) => request.at));
  });

  test("no withdraws the call, a throw reaches the caller, and neither is sent", async () => {
    const { batcher, clock, requests } = simulate();
    const no = batcher.call(send("a", 1, { leave: async () => false }));
    const broken = batcher.call(
      send("b", 1, {
        leave: async () => {
          throw new Error("no database");
        },
      }),
    );
    const fine = batcher.call(send("c", 1, { leave: async () => true }));
    const [withdrawn, thrown, sent] = await clock.run(Promise.allSettled([no, broken, fine]));
    expect(withdrawn).toMatchObject({ value: { kind: "withdrawn" } });
    expect(thrown).toMatchObject({ status: "rejected", reason: new Error("no database") });
    expect(sent).toMatchObject({ value: { kind: "ok" } });
    expect(requests.flatMap((request) => request.commands.map((command) => command.params["sequence"]))).toEqual(["c"]);
    expect((await clock.run(batcher.call(send("a", 2)))).kind).toBe("ok");
  });
});

describe("what the portal did not execute", () => {
  test("a full bucket sends the same calls later, in order, without leaving twice", async () => {
    let left = 0;
    const simulation = simulate({
      intercept: (request, count) =>
        count === 1 ? fail(request.commands.length, { kind: "rate-limited" }) : undefined,
    });
    const first = simulation.batcher.call(
      send("a", 1, {
        leave: async () => {
          left += 1;
          return true;
        },
      }),
    );
    const second = simulation.batcher.call(send("a", 2));
    expect(kinds(await simulation.clock.run(Promise.all([first, second])))).toEqual(["ok"]);
    expect(left).toBe(1);
    expect(simulation.executed.map((command) => command.params["number"])).toEqual([1, 2]);
    expect((simulation.requests[1]?.at ?? 0) - (simulation.requests[0]?.at ?? 0)).toBeGreaterThanOrEqual(1_500);
  });

  test("a used-up budget releases the callers with the time it opens again, and leaves other methods alone", async () => {
    const simulation = simulate({
      intercept: (request) =>
        request.commands[0]?.method === "imconnector.send.messages"
          ? fail(request.commands.length, { kind: "over-budget" })
          : undefined,
    });
    const outcome = await simulation.clock.run(simulation.batcher.call(send("a", 1)));
    expect(outcome.kind).toBe("throttled");
    const begin = simulation.clock.now();
    expect((await simulation.clock.run(simulation.batcher.call(send("b", 1)))).kind).toBe("throttled");
    expect(
      (await simulation.clock.run(simulation.batcher.call({ method: "profile", params: {}, effect: "read" }))).kind,
    ).toBe("ok");
    expect(simulation.clock.now() - begin).toBeLessThan(1_000);
  });
});

describe("what may have been executed", () => {
  const silence = { kind: "ambiguous", sentence: "silence" } as const;
  test("a write is uncertain and sent once; a repeatable call is tried again", async () => {
    const simulation = simulate({
      intercept: (request, count) => (count <= 2 ? fail(request.commands.length, silence) : undefined),
    });
    const write = await simulation.clock.run(simulation.batcher.call(send("a", 1)));
    const repeat = await simulation.clock.run(simulation.batcher.call(send("b", 1, { effect: "repeatable" })));
    expect([write.kind, repeat.kind]).toEqual(["uncertain", "ok"]);
    expect(simulation.requests.map((request) => request.commands[0]?.params["sequence"])).toEqual(["a", "b", "b"]);
  });

  test("a portal that stays silent ends reads as unreachable after a few tries", async () => {
    const simulation = simulate({ intercept: (request) => fail(request.commands.length, silence) });
    const outcome = await simulation.clock.run(
      simulation.batcher.call({ method: "profile", params: {}, effect: "read" }),
    );
    expect(outcome.kind).toBe("unreachable");
    expect(simulation.requests).toHaveLength(4);
  });
});

test("a limiter that cannot be asked lets nothing pass, and gives the calls back after a while", async () => {
  const away: RateLimiter = {
    acquire: async () => ({ kind: "wait", milliseconds: 1_000, reason: "unavailable" }),
    settle: async () => undefined,
    penalise: async () => undefined,
    close: async () => undefined,
  };
  const { batcher, clock, requests } = simulate({ batcher: { limiter: away } });
  const begin = clock.now();
  expect((await clock.run(batcher.call(send("a", 1)))).kind).toBe("throttled");
  expect(clock.now() - begin).toBeLessThan(25_000);
  expect(requests).toEqual([]);
});

test("a viewer's call and a read do not wait behind a flood", async () => {
  const simulation = simulate({ chargeMs: 0 });
  const { clock, batcher } = simulation;
  const flooding = Array.from({ length: 4_000 }, (_, index) => batcher.call(send(`c${index}`, 0)));
  await clock.advance(15_000);
  expect(simulation.executed.length).toBeLessThan(4_000);
  const begin = clock.now();
  await clock.run(
    Promise.all([
      batcher.call({ method: "crm.item.get", params: {}, effect: "read" }, "5"),
      batcher.call({ method: "profile", params: {}, effect: "read" }),
    ]),
  );
  expect(clock.now() - begin).toBeLessThan(5_000);
  expect(simulation.requests.find((request) => request.token === "viewer-5")?.commands).toHaveLength(1);
  await clock.run(Promise.all(flooding));
});

test("a flood uses the portal's bound in full: order kept, none lost, none doubled, no 503, no 429", async () => {
  const simulation = simulate({ chargeMs: 40, commandMs: 40 });
  const begin = simulation.clock.now();
  await flood(simulation, 500, 20);
  expectOrder(simulation, 500, 20);
  expect(simulation.refusals).toEqual([]);
  const seconds = (simulation.clock.now() - begin) / 1000;
  expect((10_000 / 50 - 50) / 2 / seconds).toBeGreaterThan(0.93);
});

test("where the budget binds, the flood pauses without a single 429 and goes on by itself", async () => {
  const simulation = simulate({ chargeMs: 240, commandMs: 10 });
  const begin = simulation.clock.now();
  await flood(simulation, 300, 8);
  expectOrder(simulation, 300, 8);
  expect(simulation.clock.now() - begin).toBeGreaterThan(590_000);
  expect(simulation.clock.now() - begin).toBeLessThan(640_000);
  expect(simulation.refusals).toEqual([]);
});
