import { describe, expect, it } from "vitest";
import { type PaceRule, type Pacer, TurnTooFar } from "../../src/channels/contract/pacing.ts";
import type { PacingClock } from "../../src/pacing/turns.ts";

/** What every pacer promises. Time stands still until the tests let it go on. */

export interface PacerUnderTest {
  readonly pacer: Pacer;
  /** A second process on the same books; the same one where there is one process only. */
  readonly other: Pacer;
  readonly clock: TestClock;
}

export interface TestClock extends PacingClock {
  advance(ms: number): Promise<void>;
}

/** @param settle resolves when nothing goes on any more without the clock moving */
export function createTestClock(settle: () => Promise<void>): TestClock {
  let time = Date.UTC(2026, 0, 1);
  const timers = new Set<{ readonly at: number; readonly work: () => void }>();
  return {
    now: () => time,
    after(ms, work) {
      const timer = { at: time + Math.ceil(ms), work };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async advance(ms) {
      const until = time + ms;
      for (;;) {
        await settle();
        const [next] = [...timers].filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at);
        if (!next) break;
        timers.delete(next);
        time = next.at;
        next.work();
      }
      time = until;
      await settle();
    },
  };
}

const ACCOUNT = "account";
const whole: PaceRule = { place: "", count: 30, perMs: 1_000 };
const chat = (place: string, count = 1, perMs = 1_000): PaceRule => ({ place, count, perMs });

export function pacerBattery(name: string, make: () => Promise<PacerUnderTest>): void {
  describe(`pacer: ${name}`, () => {
    /** Lets them all wait and tells when each went, milliseconds from now. */
    async function run(
      { clock }: PacerUnderTest,
      ms: number,
      calls: readonly { readonly by: Pacer; readonly rules: readonly PaceRule[]; readonly account?: string }[],
    ): Promise<{ readonly call: number; readonly at: number }[]> {
      const begin = clock.now();
      const went: { call: number; at: number }[] = [];
      for (const [call, { by, rules, account = ACCOUNT }] of calls.entries())
        void by.turn(account, rules).then(() => went.push({ call, at: clock.now() - begin }));
      await clock.advance(ms);
      return went;
    }

    it("lets a burst go at once and then keeps the pace, evenly and in full", async () => {
      const test = await make();
      const went = await run(
        test,
        10_000,
        Array.from({ length: 400 }, () => ({ by: test.pacer, rules: [whole] })),
      );
      expect(went.filter((one) => one.at === 0)).toHaveLength(30);
      for (const { at } of went) {
        const sofar = went.filter((other) => other.at <= at).length;
        expect(sofar).toBeLessThanOrEqual(30 + Math.floor((at * 30) / 1_000));
      }
      expect(went.length).toBeGreaterThanOrEqual(0.9 * (30 + 300));
      expect(went.map((one) => one.call)).toEqual(went.map((_one, at) => at));
    });

    it("keeps a slow pace exactly", async () => {
      const test = await make();
      const rules = [chat("", 1, 3_000)];
      const went = await run(
        test,
        9_500,
        Array.from({ length: 9 }, () => ({ by: test.pacer, rules })),
      );
      const gaps = went.slice(1).map((one, at) => one.at - (went[at]?.at ?? 0));
      expect(went.length).toBe(4);
      for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(3_000);
    });

    it("lets nobody wait for another's chat, and keeps the order of each", async () => {
      const test = await make();
      const went = await run(
        test,
        3_500,
        ["a", "a", "a", "b", "c", "b"].map((place) => ({ by: test.pacer, rules: [whole, chat(place)] })),
      );
      expect(went.filter((one) => one.at === 0).map((one) => one.call)).toEqual([0, 3, 4]);
      expect(went.filter((one) => one.call < 3).map((one) => one.call)).toEqual([0, 1, 2]);
      const ofA = went.filter((one) => one.call < 3).map((one) => one.at);
      expect(ofA[1]).toBeGreaterThanOrEqual(1_000);
      expect((ofA[2] ?? 0) - (ofA[1] ?? 0)).toBeGreaterThanOrEqual(1_000);
      expect(went).toHaveLength(6);
    });

    it("asks every rule of a call, and takes from none while one of them says no", async () => {
      const test = await make();
      const group = [chat("g", 1, 1_000), chat("g", 3, 60_000)];
      const went = await run(
        test,
        59_000,
        Array.from({ length: 9 }, () => ({ by: test.pacer, rules: [whole, ...group] })),
      );
      expect(went.filter((one) => one.at < 19_000)).toHaveLength(3);
      expect(went).toHaveLength(5);
      const others = await run(
        test,
        10,
        Array.from({ length: 30 }, () => ({ by: test.pacer, rules: [whole] })),
      );
      expect(others).toHaveLength(30);
    });

    it("lets a window's calls go at once, and more only when the first are old enough", async () => {
      const test = await make();
      const rules: readonly PaceRule[] = [whole, { place: "g", count: 5, perMs: 60_000, window: true }];
      const went = await run(
        test,
        125_000,
        Array.from({ length: 20 }, () => ({ by: test.pacer, rules })),
      );
      expect(went.map((one) => Math.floor(one.at / 1_000))).toEqual([
        ...new Array<number>(5).fill(0),
        ...new Array<number>(5).fill(60),
        ...new Array<number>(5).fill(120),
      ]);
      const within = went.filter((one) => one.at >= 60_000 && one.at < 120_000);
      expect(within).toHaveLength(5);
      // Time alone makes room, call by call.
      const later = await run(
        test,
        61_000,
        Array.from({ length: 3 }, () => ({ by: test.other, rules })),
      );
      expect(later).toHaveLength(0);
    });

    it("lets a burst go on credit, and nothing more until it is paid for", async () => {
      const test = await make();
      const rules: readonly PaceRule[] = [
        whole,
        { place: "p", count: 1, perMs: 6_000, burst: { count: 5, withinMs: 4_000 } },
      ];
      const call = (by: Pacer) => ({ by, rules });
      // Five at once; the others wait until five times six seconds have passed, then the same again.
      const went = await run(
        test,
        61_000,
        Array.from({ length: 12 }, (_, at) => call(at % 2 === 0 ? test.pacer : test.other)),
      );
      expect(went.map((one) => Math.floor(one.at / 1_000))).toEqual([0, 0, 0, 0, 0, 30, 30, 30, 30, 30, 60, 60]);
      // Two of them stand since the sixtieth second: a third may go within four seconds of it, a fourth may not.
      expect(await run(test, 2_900, [call(test.pacer)])).toHaveLength(1);
      await test.clock.advance(1_000);
      const late = await run(test, 13_000, [call(test.other)]);
      expect(late).toHaveLength(0);
      await test.clock.advance(200);
      expect(late).toHaveLength(1);
      // Somebody else's credit is their own.
      const other = await run(test, 10, [{ by: test.pacer, rules: [whole, { ...rules[1], place: "q" } as PaceRule] }]);
      expect(other).toHaveLength(1);
    });

    it("takes a burst's calls together, or none", async () => {
      const test = await make();
      const rule = (cost: number): readonly PaceRule[] => [
        { place: "p", count: 1, perMs: 1_000, burst: { count: 5, withinMs: 900 }, cost },
      ];
      const went = await run(
        test,
        20_000,
        [3, 3, 2, 9].map((cost) => ({ by: test.pacer, rules: rule(cost) })),
      );
      expect(went.map((one) => [one.call, Math.floor(one.at / 1_000)])).toEqual([
        [0, 0],
        [1, 3],
        [2, 3],
        [3, 8],
      ]);
    });

    it("counts a call for as many as it is, takes all of them or none, and lets others by meanwhile", async () => {
      const test = await make();
      const group = (cost: number): readonly PaceRule[] => [
        { ...whole, cost },
        { place: "g", count: 20, perMs: 60_000, window: true, cost },
      ];
      const went = await run(test, 59_000, [
        { by: test.pacer, rules: group(10) },
        { by: test.pacer, rules: group(6) },
        { by: test.pacer, rules: group(10) },
        { by: test.pacer, rules: [whole, chat("other")] },
      ]);
      expect(went.map((one) => one.call)).toEqual([0, 1, 3]);
      await test.clock.advance(2_000);
      expect(went.map((one) => one.call)).toEqual([0, 1, 3, 2]);
      // 30 a second: ten and six and one left thirteen, and the ten took those of a later second.
      const large = await run(test, 100, [{ by: test.pacer, rules: [{ ...whole, cost: 100 }] }]);
      expect(large).toHaveLength(1);
      const after = await run(test, 1_000, [{ by: test.pacer, rules: [whole] }]);
      expect(after).toHaveLength(0);
      await test.clock.advance(2_000);
      expect(after).toHaveLength(1);
    });

    it("keeps accounts apart", async () => {
      const test = await make();
      const slow = [chat("", 1, 60_000)];
      const went = await run(
        test,
        10,
        ["x", "y", "x", "z"].map((account) => ({ by: test.pacer, rules: slow, account })),
      );
      expect(went.map((one) => one.call)).toEqual([0, 1, 3]);
    });

    it("uses at least nine tenths of an allowance under load of many chats", async () => {
      const test = await make();
      const calls = Array.from({ length: 300 }, (_, at) => ({
        by: test.pacer,
        rules: [whole, chat(String(at % 60))],
      }));
      const went = await run(test, 9_000 / 0.9, calls);
      expect(went).toHaveLength(300);
    });

    it("shares one allowance fairly between processes", async () => {
      const test = await make();
      const calls = Array.from({ length: 400 }, (_, at) => ({
        by: at < 200 ? test.pacer : test.other,
        rules: [whole],
      }));
      const went = await run(test, 5_000, calls);
      expect(went.length).toBeLessThanOrEqual(30 + 150);
      expect(went.length).toBeGreaterThanOrEqual(0.9 * 180);
      if (test.other === test.pacer) return;
      const first = went.filter((one) => one.call < 200).length;
      expect(Math.min(first, went.length - first)).toBeGreaterThan(went.length / 4);
    });

    it("obeys a pause of the account, in every process, and one of a chat for that chat alone", async () => {
      const test = await make();
      await test.other.pause(ACCOUNT, "", new Date(test.clock.now() + 5_000));
      const held = await run(test, 4_900, [{ by: test.pacer, rules: [whole, chat("a")] }]);
      expect(held).toEqual([]);
      await test.clock.advance(200);
      expect(held).toHaveLength(1);
      await test.pacer.pause(ACCOUNT, "b", new Date(test.clock.now() + 5_000));
      await test.pacer.pause(ACCOUNT, "b", new Date(test.clock.now() + 1_000));
      const went = await run(
        test,
        4_900,
        ["b", "c"].map((place) => ({ by: test.other, rules: [whole, chat(place)] })),
      );
      expect(went.map((one) => one.call)).toEqual([1]);
      await test.clock.advance(200);
      expect(went.map((one) => one.call)).toEqual([1, 0]);
    });

    it("obeys a pause told while a slot was waited for", async () => {
      const test = await make();
      const rules = [chat("", 1, 900)];
      const went = run(
        test,
        400,
        [0, 1].map(() => ({ by: test.pacer, rules })),
      );
      expect(await went).toHaveLength(1);
      await test.other.pause(ACCOUNT, "", new Date(test.clock.now() + 5_000));
      await test.clock.advance(4_900);
      expect(await went).toHaveLength(1);
      await test.clock.advance(1_100);
      expect(await went).toHaveLength(2);
    });

    it("counts what nobody asked for, in every process, also beyond the allowance", async () => {
      const test = await make();
      const slow = chat("", 10, 1_000);
      const group: PaceRule = { place: "g", count: 5, perMs: 60_000, window: true };
      // Ten are there and twenty were spent: the first turn comes when eleven of them are paid for.
      await test.other.spend(ACCOUNT, [{ ...slow, cost: 20 }]);
      const went = await run(
        test,
        1_250,
        [0, 1, 2].map(() => ({ by: test.pacer, rules: [slow] })),
      );
      expect(went.map((one) => Math.round(one.at / 100))).toEqual([11, 12]);
      await test.pacer.spend(ACCOUNT, [{ ...group, cost: 4 }]);
      const grouped = await run(
        test,
        50_000,
        [0, 1].map(() => ({ by: test.other, rules: [group] })),
      );
      expect(grouped).toHaveLength(1);
      await test.clock.advance(11_000);
      expect(grouped).toHaveLength(2);
    });

    it("counts anew when it is told to, that place alone", async () => {
      const test = await make();
      const hour = (place: string): PaceRule => ({ place, count: 2, perMs: 3_600_000, window: true });
      const two = (place: string) => [0, 1].map(() => ({ by: test.pacer, rules: [whole, hour(place)] }));
      for (const place of ["p", "q"]) expect(await run(test, 100, two(place))).toHaveLength(2);
      await test.other.renew(ACCOUNT, [hour("p")]);
      expect(await run(test, 100, two("p"))).toHaveLength(2);
      expect(await run(test, 100, two("q"))).toHaveLength(0);
    });

    it("does not let wait who would wait too long, and says for what", async () => {
      const test = await make();
      const rule: PaceRule = { place: "p", count: 1, perMs: 60_000, window: true, mostWaitMs: 20_000 };
      await test.pacer.turn(ACCOUNT, [whole, rule]);
      const refused = test.other.turn(ACCOUNT, [whole, rule]).catch((error: unknown) => error);
      await test.clock.advance(10);
      expect(await refused).toEqual(new TurnTooFar(["p"]));
      await test.clock.advance(45_000);
      const near = await run(test, 16_000, [{ by: test.other, rules: [whole, rule] }]);
      expect(near).toHaveLength(1);
    });

    it("lets go of who gives up, with their reason, and of who came too late", async () => {
      const test = await make();
      const rules = [chat("", 1, 5_000)];
      await test.pacer.turn(ACCOUNT, rules);
      const leaving = new AbortController();
      const ends: unknown[] = [];
      const note = (what: unknown) => void ends.push(what);
      test.pacer.turn(ACCOUNT, rules, leaving.signal).then(() => note("went"), note);
      test.pacer.turn(ACCOUNT, rules).then(() => note("second went"), note);
      await test.clock.advance(1_000);
      leaving.abort(new Error("stopping"));
      await test.clock.advance(10);
      expect(ends).toEqual([new Error("stopping")]);
      await test.clock.advance(4_100);
      expect(ends).toEqual([new Error("stopping"), "second went"]);
      await expect(test.pacer.turn(ACCOUNT, rules, AbortSignal.abort(new Error("gone")))).rejects.toThrow("gone");
    });
  });
}
