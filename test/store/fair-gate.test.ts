import { expect, it } from "vitest";
import { asTenant, createFairGate } from "../../src/store/fair-gate.ts";

/** Who got their turns, in order; each turn ends when the test says so. */
function tracked(permits: number) {
  const gate = createFairGate(permits);
  const turns: string[] = [];
  const ask = (tenant: string) =>
    asTenant(tenant, async () => {
      await gate.enter();
      turns.push(tenant);
    });
  return { gate, turns, ask };
}

it("lets the portals take turns, however many statements one of them has waiting", async () => {
  const { gate, turns, ask } = tracked(1);
  const all = [...Array.from({ length: 5 }, () => ask("flooded")), ask("quiet"), ask("other")];
  for (let turn = 0; turn < 6; turn += 1) {
    await Promise.resolve();
    gate.leave();
  }
  await Promise.all(all);
  expect(turns).toEqual(["flooded", "flooded", "quiet", "other", "flooded", "flooded", "flooded"]);
});

it("never lets in more than there are permits, and loses none", async () => {
  const { gate, turns, ask } = tracked(2);
  const all = ["a", "a", "a", "b"].map(ask);
  await Promise.resolve();
  expect(turns).toEqual(["a", "a"]);
  for (let turn = 0; turn < 4; turn += 1) gate.leave();
  await Promise.all(all);
  expect(turns).toEqual(["a", "a", "a", "b"]);
  await Promise.all([ask("c"), ask("c")]);
  expect(turns).toHaveLength(6);
});
