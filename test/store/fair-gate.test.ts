import { expect, it } from "vitest";
import { asTenant, createFairGate } from "../../src/store/fair-gate.ts";

/** Who got their turns, in order; each turn ends when the test says so, and took so long. */
function tracked(permits: number) {
  let clock = 0;
  const gate = createFairGate(permits, () => clock);
  const turns: string[] = [];
  const leaving: (() => void)[] = [];
  const ask = (tenant: string) =>
    asTenant(tenant, async () => {
      leaving.push(await gate.enter());
      turns.push(tenant);
    });
  const settled = () => new Promise(setImmediate);
  const end = async (ms: number) => {
    await settled();
    clock += ms;
    leaving.shift()?.();
    await settled();
  };
  const pass = (ms: number) => {
    clock += ms;
  };
  return { turns, ask, end, pass, settled };
}

it("lets who used the database least go first, however many statements another has waiting", async () => {
  const { turns, ask, end } = tracked(1);
  const all = [...Array.from({ length: 4 }, () => ask("flooded")), ask("quiet")];
  await end(10);
  await end(1);
  all.push(ask("quiet"));
  for (let turn = 0; turn < 4; turn += 1) await end(10);
  await Promise.all(all);
  expect(turns).toEqual(["flooded", "quiet", "flooded", "quiet", "flooded", "flooded"]);
});

it("forgets with time what was used: who was busy long ago is as good as anybody", async () => {
  const { turns, ask, end, pass } = tracked(1);
  const busy = Array.from({ length: 3 }, () => ask("busy"));
  for (let turn = 0; turn < 3; turn += 1) await end(100);
  pass(60_000);
  const all = [...busy, ask("other"), ask("other"), ask("busy")];
  for (let turn = 0; turn < 3; turn += 1) await end(5);
  await Promise.all(all);
  expect(turns).toEqual(["busy", "busy", "busy", "other", "busy", "other"]);
});

it("gives one tenant alone all places but one", async () => {
  const { turns, ask, end, settled } = tracked(4);
  const all = Array.from({ length: 5 }, () => ask("a"));
  await settled();
  expect(turns).toEqual(["a", "a", "a"]);
  for (let turn = 0; turn < 5; turn += 1) await end(1);
  await Promise.all(all);
  expect(turns).toHaveLength(5);
});

it("keeps places free for others, and never lets in more than there are permits", async () => {
  const { turns, ask, end, settled } = tracked(10);
  const earlier = [ask("b"), ask("a")];
  await end(1);
  await end(1);
  await Promise.all(earlier);
  turns.length = 0;
  const all = Array.from({ length: 6 }, () => ask("a"));
  await settled();
  expect(turns).toEqual(["a", "a"]);
  all.push(...["b", "c", "d", "e", "f", "g", "h", "i", "j"].map(ask));
  await settled();
  expect(turns).toEqual(["a", "a", "b", "c", "d", "e", "f", "g", "h", "i"]);
  for (let turn = 0; turn < 15; turn += 1) await end(1);
  await Promise.all(all);
  expect(turns[10]).toBe("j");
  expect(turns.filter((turn) => turn === "a")).toHaveLength(6);
});
