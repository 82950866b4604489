import { describe, expect, it } from "vitest";
import type { Trouble } from "../../../src/channels/email/marks.ts";
import { afterFailure, afterSuccess, batchSize, isHopeless } from "../../../src/channels/email/trouble.ts";

/** Reads numbers in batches from the highest down, of which some end the connection each time. */
function read(uids: readonly number[], poison: readonly number[]) {
  let left = [...uids];
  let trouble: Trouble | undefined;
  let failures = 0;
  const found: number[] = [];
  while (left.length > 0) {
    const batch = left.slice(-batchSize(trouble));
    if (!isHopeless(trouble) && batch.some((uid) => poison.includes(uid))) {
      failures += 1;
      trouble = afterFailure(trouble, batch);
      continue;
    }
    if (!isHopeless(trouble)) found.push(...batch);
    left = left.slice(0, -batch.length);
    trouble = afterSuccess(trouble, left.at(-1));
  }
  return { found: found.toSorted((a, b) => a - b), failures };
}

describe("mails that cannot be listed", () => {
  const uids = Array.from({ length: 2_000 }, (_, at) => at + 1);

  it("are passed over, and nothing else is", () => {
    for (const poison of [[1], [2_000], [777], [3, 4], [10, 500, 1_999]]) {
      const { found, failures } = read(uids, poison);
      expect(found).toEqual(uids.filter((uid) => !poison.includes(uid)));
      expect(failures).toBeLessThanOrEqual(poison.length * 12);
    }
  });

  it("are read when they failed for another reason", () => {
    expect(isHopeless(undefined)).toBe(false);
    expect(isHopeless({ times: 6, from: 5, to: 5 })).toBe(false);
    expect(isHopeless({ times: 9, from: 5, to: 6 })).toBe(false);
    expect(read(uids, [])).toEqual({ found: uids, failures: 0 });
  });
});
