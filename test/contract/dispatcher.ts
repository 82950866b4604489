import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Dispatcher } from "../../src/dispatch/contract.ts";
import { conversationId, type LaneId, laneOf, portalId } from "../../src/domain/ids.ts";

export interface DispatcherUnderTest {
  readonly dispatcher: Dispatcher;
  /** What was logged, as text. */
  readonly log: readonly string[];
}

/** The promises of `Dispatcher`, for every implementation. `open` gives one with room for four lanes at once. */
export function dispatcherBattery(name: string, open: () => Promise<DispatcherUnderTest>): void {
  describe(`${name}: dispatcher`, () => {
    const opened: Dispatcher[] = [];
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((dispatcher) => dispatcher.close()));
    });

    async function fresh(): Promise<DispatcherUnderTest> {
      const under = await open();
      opened.push(under.dispatcher);
      return under;
    }

    const newLane = (): LaneId => laneOf("in", conversationId(randomUUID()), portalId("p"));
    const soon = { timeout: 8_000, interval: 5 };

    it("runs a lane that was woken", async () => {
      const { dispatcher } = await fresh();
      const lane = newLane();
      const ran: LaneId[] = [];
      await dispatcher.start(async (woken) => void ran.push(woken));
      dispatcher.wake(lane);
      await vi.waitFor(() => expect(ran).toEqual([lane]), soon);
    });

    it("keeps wake-ups that come before the start", async () => {
      const { dispatcher } = await fresh();
      const lanes = [newLane(), newLane(), newLane()];
      for (const lane of lanes) dispatcher.wake(lane);
      const ran = new Set<LaneId>();
      await dispatcher.start(async (woken) => void ran.add(woken));
      await vi.waitFor(() => expect(ran).toEqual(new Set(lanes)), soon);
    });

    it("starts a run after every wake and never two of a lane at once", async () => {
      const { dispatcher } = await fresh();
      const lane = newLane();
      let atOnce = 0;
      let mostAtOnce = 0;
      let wakes = 0;
      let seenByLastRun = 0;
      await dispatcher.start(async () => {
        atOnce += 1;
        mostAtOnce = Math.max(mostAtOnce, atOnce);
        seenByLastRun = wakes;
        await new Promise((done) => setTimeout(done, 20));
        atOnce -= 1;
      });
      for (let n = 0; n < 60; n++) {
        wakes += 1;
        dispatcher.wake(lane);
        await new Promise((done) => setTimeout(done, 2));
      }
      await vi.waitFor(() => expect([seenByLastRun, atOnce]).toEqual([60, 0]), soon);
      expect(mostAtOnce).toBe(1);
    });

    it("runs once more for a wake that comes during a run", async () => {
      const { dispatcher } = await fresh();
      const lane = newLane();
      const gate = Promise.withResolvers<void>();
      let runs = 0;
      await dispatcher.start(async () => {
        runs += 1;
        if (runs === 1) await gate.promise;
      });
      dispatcher.wake(lane);
      await vi.waitFor(() => expect(runs).toBe(1), soon);
      for (let n = 0; n < 5; n++) dispatcher.wake(lane);
      // Given time to arrive wherever wake-ups are kept; then the first run ends.
      const other = newLane();
      dispatcher.wake(other);
      await vi.waitFor(() => expect(runs).toBe(2), soon);
      gate.resolve();
      await vi.waitFor(() => expect(runs).toBe(3), soon);
    });

    it("runs other lanes while one is busy, and no more than it has room for", async () => {
      const { dispatcher } = await fresh();
      const lanes = Array.from({ length: 9 }, newLane);
      const gate = Promise.withResolvers<void>();
      const ran = new Set<LaneId>();
      await dispatcher.start(async (lane) => {
        ran.add(lane);
        await gate.promise;
      });
      for (const lane of lanes) dispatcher.wake(lane);
      await vi.waitFor(() => expect(ran.size).toBe(4), soon);
      gate.resolve();
      await vi.waitFor(() => expect(ran).toEqual(new Set(lanes)), soon);
    });

    it("survives a run that throws, says so in the log, and runs the lane again when woken", async () => {
      const { dispatcher, log } = await fresh();
      const lane = newLane();
      let runs = 0;
      await dispatcher.start(async () => {
        runs += 1;
        if (runs === 1) throw new Error("broken run");
      });
      dispatcher.wake(lane);
      await vi.waitFor(() => expect(log.join("")).toContain("broken run"), soon);
      await vi.waitFor(() => {
        dispatcher.wake(lane);
        expect(runs).toBeGreaterThan(1);
      }, soon);
    });

    it("wakes at a time: not before it, and the earlier of two", async () => {
      const { dispatcher } = await fresh();
      const lane = newLane();
      const ran: number[] = [];
      await dispatcher.start(async () => void ran.push(Date.now()));
      const at = Date.now() + 150;
      dispatcher.wakeAt(lane, new Date(at + 3_600_000));
      dispatcher.wakeAt(lane, new Date(at));
      dispatcher.wakeAt(lane, new Date(at + 7_200_000));
      await vi.waitFor(() => expect(ran).toHaveLength(1), soon);
      expect(ran[0]).toBeGreaterThanOrEqual(at);
    });

    it("waits for running lanes when it closes, and starts none afterwards", async () => {
      const { dispatcher } = await fresh();
      const gate = Promise.withResolvers<void>();
      const began: LaneId[] = [];
      const ended: LaneId[] = [];
      const lane = newLane();
      await dispatcher.start(async (woken) => {
        began.push(woken);
        await gate.promise;
        ended.push(woken);
      });
      dispatcher.wake(lane);
      await vi.waitFor(() => expect(began).toEqual([lane]), soon);
      let closed = false;
      const closing = dispatcher.close().then(() => {
        closed = true;
      });
      dispatcher.wake(newLane());
      dispatcher.wakeAt(newLane(), new Date());
      await new Promise((done) => setImmediate(done));
      expect(closed).toBe(false);
      gate.resolve();
      await closing;
      expect(ended).toEqual([lane]);
      expect(began).toEqual([lane]);
    });
  });
}
