import type { AnswerTimes } from "../contract/reports.ts";

const BITS = 12;
const SLOTS = 1 << BITS;

const NO_TIMES: AnswerTimes = { count: 0, total: 0 };

/** Seconds as the database packs them: four bytes each, the highest first. */
export function unpacked(packed: Uint8Array): Int32Array {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const seconds = new Int32Array(packed.byteLength >> 2);
  for (let n = 0; n < seconds.length; n += 1) seconds[n] = view.getInt32(n * 4);
  return seconds;
}

/** What there is to say of answer times that lie in several pieces. Exact: a median is one of them. */
export function timesOf(pieces: readonly Int32Array[]): AnswerTimes {
  let [count, total, max] = [0, 0, 0];
  for (const piece of pieces) {
    count += piece.length;
    for (const seconds of piece) {
      total += seconds;
      if (seconds > max) max = seconds;
    }
  }
  if (count === 0) return NO_TIMES;
  const share = (of: number) => ranked(pieces, Math.max(1, Math.ceil(of * count)), max);
  return { count, total, max, median: share(0.5), p90: share(0.9) };
}

/** The one that has so many of them up to itself. Without sorting: how many there are of each value, from its highest bits on. */
function ranked(pieces: readonly Int32Array[], rank: number, max: number): number {
  let shift = 0;
  while (max >>> shift >= SLOTS) shift += BITS;
  let left = rank;
  for (let known = 0; ; shift -= BITS) {
    const found = new Uint32Array(SLOTS);
    const above = Math.min(shift + BITS, 31);
    for (const piece of pieces)
      for (const seconds of piece) {
        if (seconds >>> above !== known) continue;
        const slot = (seconds >>> shift) & (SLOTS - 1);
        found[slot] = (found[slot] ?? 0) + 1;
      }
    let slot = 0;
    for (let here = found[0] ?? 0; here < left; here = found[slot] ?? 0) {
      left -= here;
      slot += 1;
    }
    known = (known << BITS) | slot;
    if (shift === 0) return known;
  }
}
