import type { FetchMessageObject } from "imapflow";
import { describe, expect, it } from "vitest";
import { createLister, type ListerTools } from "../../../src/channels/email/lister.ts";

const PLACE = { folder: "INBOX", validity: "1", sent: false };

/** A server whose whole answer has arrived: the library gives it on without a pause. */
function world(numbers: readonly number[]) {
  const asked: string[] = [];
  let endRest = (): void => undefined;
  async function* fetch(range: string): AsyncGenerator<FetchMessageObject> {
    asked.push(range);
    for (const uid of numbers) {
      await Promise.resolve();
      yield { seq: uid, uid, headers: Buffer.from(`Message-ID: <${uid}@x.example>\r\n\r\n`) } as FetchMessageObject;
    }
  }
  const rest = (): Promise<void> =>
    new Promise((resolve) => {
      endRest = resolve;
    });
  const client = { fetch } as unknown as ListerTools["client"];
  return { asked, endRest: () => endRest(), lister: createLister({ client, now: () => 0, rest }) };
}

describe("a folder's list", () => {
  it("is in the order of its numbers, and lets everything else have its turn while it is read", async () => {
    const { lister } = world(Array.from({ length: 500 }, (_, at) => 500 - at));
    let turns = 0;
    let isReading = true;
    const turn = (): void => {
      turns += 1;
      if (isReading) setImmediate(turn);
    };
    setImmediate(turn);
    const seen = await lister.list(PLACE, "1:500");
    isReading = false;
    expect(seen.map(({ uid }) => uid)).toEqual(Array.from({ length: 500 }, (_, at) => at + 1));
    expect(turns).toBeGreaterThan(10);
  });

  it("is taken from what was asked for ahead, which the server is asked for once", async () => {
    const { asked, endRest, lister } = world([1, 2]);
    lister.askAhead(PLACE, [1, 2], 10);
    expect(lister.isAhead()).toBe(true);
    endRest();
    expect((await lister.take(PLACE, [1, 2])).seen).toHaveLength(2);
    expect(asked).toEqual(["1:2"]);
    expect(lister.isAhead()).toBe(false);
  });

  it("is asked for anew when something else was asked for ahead, or numbers mean something else", async () => {
    const { asked, endRest, lister } = world([1, 2]);
    lister.askAhead(PLACE, [7], 10);
    endRest();
    await lister.take(PLACE, [1, 2]);
    lister.askAhead(PLACE, [1, 2], 10);
    lister.forget();
    endRest();
    await lister.take(PLACE, [1, 2]);
    expect(asked).toEqual(["7", "1:2", "1:2", "1:2"]);
  });

  it("is not asked for ahead once that was put off, and asked for in its turn", async () => {
    const { asked, endRest, lister } = world([1, 2]);
    lister.askAhead(PLACE, [1, 2], 10);
    lister.putOff();
    endRest();
    expect(asked).toEqual([]);
    expect((await lister.take(PLACE, [1, 2])).seen).toHaveLength(2);
    expect(asked).toEqual(["1:2"]);
  });
});
