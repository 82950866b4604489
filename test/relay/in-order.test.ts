import fc from "fast-check";
import { expect, it } from "vitest";
import { createInOrder } from "../../src/relay/in-order.ts";

const things = fc.uniqueArray(fc.constantFrom("a", "b", "c"), { maxLength: 3 });

it("runs what concerns the same thing one after the other in the order of asking, whatever fails, and all else at once", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ things, fails: fc.boolean() }), { maxLength: 12 }),
      fc.scheduler(),
      async (asked, scheduler) => {
        const inOrder = createInOrder();
        const running = new Set<number>();
        const begun: number[] = [];
        const shares = (one: number, other: number) =>
          asked[one]?.things.some((it) => asked[other]?.things.includes(it));
        const results = asked.map(({ things: concerned, fails }, place) =>
          inOrder(concerned, async () => {
            for (const other of running) expect(shares(place, other)).toBe(false);
            running.add(place);
            begun.push(place);
            await scheduler.schedule(Promise.resolve());
            running.delete(place);
            if (fails) throw new Error(`failed: ${place}`);
            return place;
          }),
        );
        const settled = Promise.allSettled(results);
        // Whoever has nothing in common with those before them does not even wait for a turn of the loop.
        const free = asked.flatMap((_, place) => (begun.includes(place) ? [place] : []));
        expect(free).toEqual(
          asked.flatMap((_, place) =>
            asked.slice(0, place).some((__, before) => shares(before, place)) ? [] : [place],
          ),
        );
        await scheduler.waitFor(settled);
        expect((await settled).map((one) => (one.status === "fulfilled" ? one.value : "failed"))).toEqual(
          asked.map(({ fails }, place) => (fails ? "failed" : place)),
        );
        for (const [place, later] of asked.flatMap((_, one) => asked.map((__, other) => [one, other] as const)))
          if (place < later && shares(place, later)) expect(begun.indexOf(place)).toBeLessThan(begun.indexOf(later));
      },
    ),
  ));
