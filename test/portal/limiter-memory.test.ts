import { createMemoryLimiter } from "../../src/portal/limiter-memory.ts";
import { limiterBattery } from "../contract/limiter.ts";

limiterBattery(
  "memory",
  async () => {
    let time = Date.UTC(2026, 10, 21, 9, 0, 17);
    const limiter = createMemoryLimiter(() => time);
    return {
      limiter,
      other: limiter,
      now: () => time,
      advance: (milliseconds) => {
        time += milliseconds;
      },
    };
  },
  40,
);
