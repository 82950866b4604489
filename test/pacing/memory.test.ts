import { createMemoryPacer } from "../../src/pacing/memory.ts";
import { createTestClock, pacerBattery } from "../contract/pacer.ts";

pacerBattery("memory", async () => {
  const clock = createTestClock(async () => {
    for (let turn = 0; turn < 2_000; turn += 1) await Promise.resolve();
  });
  const pacer = createMemoryPacer(clock);
  return { pacer, other: pacer, clock };
});
