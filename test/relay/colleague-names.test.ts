import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type PortalId, portalId } from "../../src/domain/ids.ts";
import type { People } from "../../src/portal/contract/people.ts";
import type { PortalOutcome } from "../../src/portal/contract.ts";
import { createColleagueNames } from "../../src/relay/colleague-names.ts";

const [shop, other] = [portalId("shop"), portalId("other")];
const MINUTE = 60_000;
type Found = PortalOutcome<ReadonlyMap<string, string>>;

let said: string[];
let asked: [PortalId, readonly string[]][];
let answer: (portal: PortalId, ids: readonly string[]) => Promise<Found>;

/** A store that knows Ada alone, and portals that answer what the test says. */
function colleagues() {
  return createColleagueNames({
    store: { users: { names: async (_portal, ids) => new Map(ids.includes("1") ? [["1", "Ada"]] : []) } },
    portals: {
      people: (portal) => {
        const names: People["names"] = (ids) => {
          asked.push([portal, ids]);
          return answer(portal, ids);
        };
        return { names } as People;
      },
    },
    inTurn: (_portal, work) => work(),
    now: () => new Date(),
    log: { warn: (_about: unknown, sentence?: string) => void said.push(sentence ?? "") },
  });
}

const named = (...pairs: [string, string][]): Found => ({ kind: "ok", value: new Map(pairs) });

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  said = [];
  answer = async () => named(["7", "Boris"]);
});
afterEach(() => vi.useRealTimers());

describe("names of colleagues", () => {
  it("come from whoever opened our pages, and of the others from the portal, once", async () => {
    const names = colleagues();
    const both = await Promise.all([names(shop, ["1", "7"]), names(shop, ["7"])]);
    expect(both.map((one) => [...one])).toEqual([
      [
        ["1", "Ada"],
        ["7", "Boris"],
      ],
      [["7", "Boris"]],
    ]);
    expect([...(await names(shop, ["1"]))]).toEqual([["1", "Ada"]]);
    await names(shop, ["7"]);
    expect(asked).toEqual([[shop, ["7"]]]);
    vi.advanceTimersByTime(61 * MINUTE);
    await names(shop, ["7"]);
    expect(asked).toHaveLength(2);
  });

  it("are asked for again in a minute where the portal fails, which the log tells", async () => {
    const names = colleagues();
    answer = async () => ({ kind: "unreachable", sentence: "Away." });
    expect([...(await names(shop, ["7"]))]).toEqual([]);
    answer = () => Promise.reject(new Error("broken"));
    expect([...(await names(shop, ["8"]))]).toEqual([]);
    expect(said).toEqual([expect.stringContaining("did not tell"), expect.stringContaining("could not be asked for")]);
    await names(shop, ["7", "8"]);
    expect(asked).toHaveLength(2);
    vi.advanceTimersByTime(MINUTE + 1);
    answer = async () => named(["7", "Boris"], ["8", "Cleo"]);
    expect([...(await names(shop, ["7", "8"])).values()]).toEqual(["Boris", "Cleo"]);
  });

  it("are each portal's own", async () => {
    const names = colleagues();
    await names(shop, ["7"]);
    answer = async () => named(["7", "Bella"]);
    expect((await names(other, ["7"])).get("7")).toBe("Bella");
    expect((await names(shop, ["7"])).get("7")).toBe("Boris");
  });

  it("are waited for half a second at most, and are there for the next look", async () => {
    const names = colleagues();
    const { promise, resolve } = Promise.withResolvers<Found>();
    answer = () => promise;
    const read = names(shop, ["7"]);
    await vi.advanceTimersByTimeAsync(499);
    expect(await Promise.race([read, "waits"])).toBe("waits");
    await vi.advanceTimersByTimeAsync(1);
    expect([...(await read)]).toEqual([]);
    resolve(named(["7", "Boris"]));
    await vi.advanceTimersByTimeAsync(0);
    expect((await names(shop, ["7"])).get("7")).toBe("Boris");
    expect(asked).toHaveLength(1);
  });

  it("that cannot be had are asked for again after a minute, not before", async () => {
    const names = colleagues();
    answer = async () => ({ kind: "unreachable", sentence: "away" });
    expect([...(await names(shop, ["7"]))]).toEqual([]);
    answer = async () => named(["7", "Boris"]);
    expect([...(await names(shop, ["7"]))]).toEqual([]);
    vi.advanceTimersByTime(MINUTE);
    expect((await names(shop, ["7"])).get("7")).toBe("Boris");
  });

  it("a portal that throws harms nobody who reads", async () => {
    const names = colleagues();
    answer = () => Promise.reject(new Error("a bug"));
    expect([...(await names(shop, ["7"]))]).toEqual([]);
  });
});
