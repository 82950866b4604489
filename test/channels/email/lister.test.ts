import type { FetchMessageObject, FetchQueryObject } from "imapflow";
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

  it("asks when the mails of the past came only where they do not say when they were written", async () => {
    const queries: unknown[] = [];
    async function* fetch(range: string, query: FetchQueryObject): AsyncGenerator<FetchMessageObject> {
      queries.push([range, query.internalDate === true]);
      for (const uid of range === "1:3" ? [1, 2, 3] : [2]) {
        await Promise.resolve();
        const headers = Buffer.from(
          uid === 2 ? "Date: some day\r\n\r\n" : "Date: Mon, 02 Mar 2026 10:00:00 +0300\r\n\r\n",
        );
        const came = query.internalDate === true ? { internalDate: new Date("2026-03-03T10:00:00Z") } : {};
        yield { seq: uid, uid, headers, ...came };
      }
    }
    const client = { fetch } as unknown as ListerTools["client"];
    const lister = createLister({ client, now: () => 0, rest: () => Promise.resolve() });
    const seen = await lister.list({ ...PLACE, began: new Date("2026-11-01"), isPast: true }, "1:3");
    expect(seen.map(({ date }) => date.toISOString())).toEqual([
      "2026-03-02T07:00:00.000Z",
      "2026-03-03T10:00:00.000Z",
      "2026-03-02T07:00:00.000Z",
    ]);
    expect(seen.every(({ history }) => history)).toBe(true);
    expect(queries).toEqual([
      ["1:3", false],
      ["2", true],
    ]);
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
