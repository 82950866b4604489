import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { portalId } from "../../src/domain/ids.ts";
import { type PortalLevel, type RateLimiter, STANDARD_LEVEL, TICKET_MS } from "../../src/portal/limiter.ts";
import { LeakyBucket, OperatingBudget } from "../emulators/portal/limits.ts";

export interface LimiterUnderTest {
  readonly limiter: RateLimiter;
  /** A second process on the same books, where the implementation shares them. */
  readonly other: RateLimiter;
  readonly now: () => number;
  readonly advance: (milliseconds: number) => void;
}

const SEND = "imconnector.send.messages";
const request = (estimatedMs = 0, method = SEND, level: PortalLevel = STANDARD_LEVEL) => ({
  level,
  costs: [{ method, estimatedMs }],
});

/** What every limiter promises. `runs`: how many cases each property tries. */
export function limiterBattery(name: string, make: () => Promise<LimiterUnderTest>, runs: number): void {
  const portal = portalId("p1");

  describe(`rate limiter: ${name}`, () => {
    test("grants a burst at once, then says how long to wait, and keeps that promise", async () => {
      const { limiter, advance } = await make();
      let granted = 0;
      let slot = await limiter.acquire(portal, request());
      while (slot.kind === "granted") {
        granted += 1;
        slot = await limiter.acquire(portal, request());
      }
      expect(granted).toBe(48);
      expect(slot).toMatchObject({ reason: "rate" });
      advance(slot.milliseconds);
      expect((await limiter.acquire(portal, request())).kind).toBe("granted");
    });

    test("portals do not share a bucket", async () => {
      const { limiter } = await make();
      for (let count = 0; count < 60; count += 1) await limiter.acquire(portal, request());
      expect((await limiter.acquire(portalId("p2"), request())).kind).toBe("granted");
    });

    test("two processes share one", async () => {
      const { limiter, other } = await make();
      let granted = 0;
      for (let count = 0; count < 40; count += 1) {
        for (const one of [limiter, other])
          granted += (await one.acquire(portal, request())).kind === "granted" ? 1 : 0;
      }
      expect(granted).toBe(48);
    });

    test("never overflows the portal's bucket, however requests are late, and uses at least 97 % of its rate", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat({ max: 400 }), { minLength: 20, maxLength: 60 }), async (delays) => {
          const { limiter, now, advance } = await make();
          const truth = new LeakyBucket(STANDARD_LEVEL.burst, STANDARD_LEVEL.perSecond);
          const begin = now();
          const arrivals: number[] = [];
          for (let sent = 0; sent < 200; ) {
            const slot = await limiter.acquire(portal, request());
            if (slot.kind === "wait") {
              advance(slot.milliseconds);
              continue;
            }
            arrivals.push(now() + (delays[sent % delays.length] ?? 0));
            sent += 1;
          }
          for (const at of arrivals.sort((a, b) => a - b)) expect(truth.tryTake("us", at)).toBe(true);
          const bound = STANDARD_LEVEL.burst + ((now() - begin) / 1000) * STANDARD_LEVEL.perSecond;
          expect(200 / bound).toBeGreaterThanOrEqual(0.97);
        }),
        { numRuns: runs },
      );
    });

    test("a method's budget is never crossed and used to at least 90 %, with several requests in flight", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 40, max: 90 }),
          fc.integer({ min: 1, max: 6 }),
          async (perMessage, inFlight) => {
            const { limiter, now, advance } = await make();
            const truth = new OperatingBudget(STANDARD_LEVEL.operatingMs);
            const begin = now();
            const open: { ticket: string }[] = [];
            const end = async () => {
              const done = open.shift();
              if (!done) return;
              expect(truth.isExhausted(SEND, now())).toBe(false);
              truth.charge(SEND, perMessage * 50, now());
              await limiter.settle(
                portal,
                done.ticket,
                [{ method: SEND, operatingMs: truth.usedMs(SEND, now()) }],
                false,
              );
            };
            while (now() - begin < 300_000) {
              const slot = open.length < inFlight ? await limiter.acquire(portal, request(perMessage * 60)) : undefined;
              if (slot?.kind === "granted") {
                open.push({ ticket: slot.ticket });
                continue;
              }
              await end();
              if (slot?.kind === "wait" && slot.milliseconds > 60_000) break;
              advance(slot?.kind === "wait" ? Math.min(slot.milliseconds, 1_000) : 100);
            }
            while (open.length > 0) await end();
            const possible = Math.min(STANDARD_LEVEL.operatingMs, perMessage * 50 * (50 + 600));
            expect(truth.usedMs(SEND, now())).toBeGreaterThanOrEqual(0.9 * possible);
            expect(truth.usedMs(SEND, now())).toBeLessThan(STANDARD_LEVEL.operatingMs);
          },
        ),
        { numRuns: Math.max(2, Math.floor(runs / 4)) },
      );
    });

    test("a used-up budget holds up its method alone, until its minutes leave the window", async () => {
      const { limiter, advance } = await make();
      const slot = await limiter.acquire(portal, request(100));
      if (slot.kind !== "granted") throw new Error("not granted");
      await limiter.settle(portal, slot.ticket, [{ method: SEND, operatingMs: 479_000 }], false);
      const held = await limiter.acquire(portal, request(100));
      expect(held).toMatchObject({ kind: "wait", reason: "operating", method: SEND });
      expect((await limiter.acquire(portal, request(100, "crm.item.get"))).kind).toBe("granted");
      if (held.kind !== "wait") throw new Error("granted");
      expect(held.milliseconds).toBeGreaterThan(590_000);
      advance(held.milliseconds);
      expect((await limiter.acquire(portal, request(100))).kind).toBe("granted");
    });

    test("what is in flight is reserved; without figures of the portal the reservation just goes", async () => {
      const { limiter } = await make();
      const slot = await limiter.acquire(portal, request(470_000));
      expect(await limiter.acquire(portal, request(10_000))).toMatchObject({
        kind: "wait",
        reason: "operating",
        milliseconds: 250,
      });
      if (slot.kind !== "granted") throw new Error("not granted");
      await limiter.settle(portal, slot.ticket, [], false);
      expect((await limiter.acquire(portal, request(10_000))).kind).toBe("granted");
    });

    test("a request that may have run is booked as estimated, and one whose process died as well", async () => {
      const { limiter, advance } = await make();
      const first = await limiter.acquire(portal, request(300_000));
      if (first.kind !== "granted") throw new Error("not granted");
      await limiter.settle(portal, first.ticket, [], true);
      await limiter.acquire(portal, request(170_000));
      advance(TICKET_MS + 1);
      const held = await limiter.acquire(portal, request(10_000));
      expect(held).toMatchObject({ kind: "wait", reason: "operating" });
      expect(held.kind === "wait" && held.milliseconds > 60_000).toBe(true);
    });

    test("an answer that was overtaken does not lower the books", async () => {
      const { limiter } = await make();
      const slot = await limiter.acquire(portal, request(0));
      if (slot.kind !== "granted") throw new Error("not granted");
      await limiter.settle(portal, slot.ticket, [{ method: SEND, operatingMs: 470_000 }], false);
      await limiter.settle(portal, "gone", [{ method: SEND, operatingMs: 400_000 }], false);
      expect((await limiter.acquire(portal, request(10_000))).kind).toBe("wait");
    });

    test("a penalty stops the portal, or only the method", async () => {
      const { limiter, advance } = await make();
      await limiter.penalise(portal, 5_000, SEND);
      expect(await limiter.acquire(portal, request())).toMatchObject({
        kind: "wait",
        reason: "operating",
        method: SEND,
      });
      expect((await limiter.acquire(portal, request(0, "profile"))).kind).toBe("granted");
      await limiter.penalise(portal, 9_000);
      expect(await limiter.acquire(portal, request(0, "profile"))).toEqual({
        kind: "wait",
        reason: "rate",
        milliseconds: 9_000,
      });
      advance(9_000);
      expect((await limiter.acquire(portal, request())).kind).toBe("granted");
    });
  });
}
