import { pino } from "pino";
import { expect, it } from "vitest";
import { createSweeper } from "../../src/dispatch/sweeper.ts";
import { conversationId, type LaneId, laneOf, portalId } from "../../src/domain/ids.ts";
import { StoreUnavailable } from "../../src/store/contract.ts";
import { createFakeClock } from "./fake-clock.ts";

it("wakes what is due at the start and ever after, also after the database was away, until it is stopped", async () => {
  const clock = createFakeClock();
  const lane = laneOf("in", conversationId("c"), portalId("p"));
  const asked: [number, number][] = [];
  const woken: LaneId[] = [];
  let down = false;
  const sweeper = createSweeper({
    lanes: {
      due: async (now, limit) => {
        asked.push([now.getTime(), limit]);
        if (down) throw new StoreUnavailable("away");
        return [lane];
      },
    },
    dispatcher: { wake: (each) => void woken.push(each) },
    intervalMs: 1_000,
    limit: 7,
    log: pino({ level: "silent" }),
    clock,
  });
  const start = clock.now();
  sweeper.start();
  await clock.advance(0);
  expect(woken).toEqual([lane]);
  expect(asked).toEqual([[start, 7]]);
  await clock.advance(1_000);
  expect(woken).toHaveLength(2);
  down = true;
  await clock.advance(3_000);
  down = false;
  await clock.advance(1_000);
  expect(woken).toHaveLength(3);
  expect(asked).toHaveLength(6);
  await sweeper.stop();
  await clock.advance(10_000);
  expect(asked).toHaveLength(6);
});
