import fc from "fast-check";
import { expect, test } from "vitest";
import { timesOf, unpacked } from "../../../src/store/reports/answer-times.ts";

/** From an answer at once to one after years. */
const seconds = fc.oneof(fc.nat(5), fc.nat(5_000), fc.nat(100_000), fc.nat(0x7fffffff));
const pieces = fc.array(fc.array(seconds, { maxLength: 40 }), { maxLength: 6 });

const packed = (all: readonly number[]): Uint8Array => {
  const buffer = Buffer.alloc(all.length * 4);
  for (const [at, one] of all.entries()) buffer.writeInt32BE(one, at * 4);
  return buffer;
};

test("answer times in pieces are those of all of them, sorted", () => {
  fc.assert(
    fc.property(pieces, (all) => {
      const sorted = all.flat().sort((a, b) => a - b);
      const part = (share: number) => sorted[Math.ceil(share * sorted.length) - 1];
      const wanted =
        sorted.length === 0
          ? { count: 0, total: 0 }
          : {
              ...{ count: sorted.length, total: sorted.reduce((sum, one) => sum + one, 0) },
              ...{ max: sorted.at(-1), median: part(0.5), p90: part(0.9) },
            };
      expect(timesOf(all.map((piece) => unpacked(packed(piece))))).toEqual(wanted);
    }),
    { numRuns: 500 },
  );
});
