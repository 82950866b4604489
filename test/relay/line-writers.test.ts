import { expect, it } from "vitest";
import { portalId } from "../../src/domain/ids.ts";
import { createLineWriters, type LineWritersDeps } from "../../src/relay/line-writers.ts";

const PORTAL = portalId("a-portal");

it("has two seconds for one question, however many wait for its answer one after the other", async () => {
  type Answer = Awaited<ReturnType<ReturnType<LineWritersDeps["portals"]["people"]>["writersAmong"]>>;
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const asked: (readonly string[])[] = [];
  let now = 0;
  const writers = createLineWriters({
    store: { writers: { known: async () => new Map(), keep: async () => undefined, bots: async () => new Map() } },
    portals: {
      people: () => ({
        writersAmong: (ids: readonly string[]) => {
          asked.push(ids);
          return promise;
        },
      }),
    } as unknown as LineWritersDeps["portals"],
    inTurn: (_portal, work) => work(),
    log: { warn: () => undefined },
    now: () => new Date(now),
  });
  const first = writers.whoIs(PORTAL, "77");
  await expect.poll(() => asked).toEqual([["77"]]);
  now = 2_000;
  // The question is as old as one may wait, so nobody waits for it any more.
  for (let next = 0; next < 3; next += 1) expect(await writers.whoIs(PORTAL, "77")).toBeUndefined();
  expect(asked).toHaveLength(1);
  const bot = { isPerson: false, name: "Helper", toldAt: new Date(now) };
  resolve({ kind: "ok", value: new Map([["77", bot]]) });
  expect(await first).toEqual(bot);
  expect(await writers.whoIs(PORTAL, "77")).toEqual(bot);
});
