/** A world that does whatever it likes with what is sent: who may have had the message at the end? */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MessageState } from "../../../src/domain/message.ts";
import { BEGUN, type Chain, type ChainEvent, type ChainMove, nextMove } from "../../../src/rules/robots/chain.ts";

interface Step {
  readonly possible: boolean;
  /** What a look at the message shows, one after the other; the last one stays. */
  readonly life: readonly MessageState[];
  /** Whether it can still be taken back while it is stored. */
  readonly holds: boolean;
  readonly tells: boolean;
}

const state = fc.constantFrom<MessageState>("stored", "sending", "sent", "delivered", "refused", "failed", "uncertain");
const world = fc.record({
  steps: fc.array(
    fc.record({
      possible: fc.boolean(),
      life: fc.array(state, { minLength: 1, maxLength: 6 }),
      holds: fc.boolean(),
      tells: fc.boolean(),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  deliverWithin: fc.option(fc.integer({ min: 1, max: 3_600_000 })),
});

interface Played {
  readonly end: Extract<ChainMove, { kind: "over" }>;
  /** Channels of which the message may have come, in order; and how each stood when the chain left it. */
  readonly left: readonly { readonly at: number; readonly state: MessageState | "withdrawn" | "impossible" }[];
}

/** @throws when it does not end */
function play(steps: readonly Step[], chain: Chain): Played {
  let [now, at, looks] = [0, 0, 0];
  let shown: MessageState = "stored";
  const left: Played["left"][number][] = [];
  let { state: kept, move } = nextMove(BEGUN, undefined, chain);
  for (let turn = 0; turn < 5_000; turn += 1) {
    if (move.kind === "over") return { end: move, left };
    let event: ChainEvent;
    const before = kept.going;
    if (move.kind === "try") {
      at = move.at;
      looks = 0;
      const step = steps[at];
      if (!step) throw new Error("there is no such channel");
      if (step.possible)
        event = {
          kind: "accepted",
          ...{ message: `m${at}`, by: "", channel: `c${at}`, since: now, tells: step.tells },
        };
      else {
        event = { kind: "impossible", why: "no" };
        left.push({ at, state: "impossible" });
      }
    } else if (move.kind === "withdraw") {
      const done = shown === "stored" && (steps[at]?.holds ?? false);
      event = { kind: "withdrawn", done, now };
      if (done) left.push({ at, state: "withdrawn" });
      // What is not held back leaves some day.
      else looks += 1;
    } else {
      now += Math.max(1, move.after);
      const life = steps[at]?.life ?? [];
      shown = life[Math.min(looks, life.length - 1)] ?? "failed";
      // A worker does not work on one message for ever, and the relay itself gives up after a day.
      if (looks > life.length + 4_000 && shown !== "stored") shown = "failed";
      if (shown === "sending" && looks >= life.length) shown = "uncertain";
      if (shown === "stored" && now > 30 * 3_600_000) shown = "failed";
      looks += 1;
      event = { kind: "seen", state: shown, now };
    }
    ({ state: kept, move } = nextMove(kept, event, chain));
    const isDone = before !== undefined && kept.going === undefined && event.kind === "seen";
    if (isDone || (move.kind === "over" && event.kind === "seen")) left.push({ at, state: shown });
  }
  throw new Error("it does not end");
}

const CERTAINLY_NOT = new Set(["refused", "failed", "withdrawn", "impossible"]);

describe("one message by the first channel that takes it", () => {
  it("ends, and never goes on where the customer may have it, unless that was asked for", () => {
    fc.assert(
      fc.property(world, ({ steps, deliverWithin }) => {
        const { end, left } = play(steps, { length: steps.length, deliverWithin });
        const reached = left.filter((one) => !CERTAINLY_NOT.has(one.state));
        if (deliverWithin === null) expect(reached.length).toBeLessThanOrEqual(1);
        // Whatever is uncertain is the last that was tried.
        const doubt = left.findIndex((one) => one.state === "uncertain");
        if (doubt >= 0) expect(doubt).toBe(left.length - 1);
        if (reached.length === 0) expect(end.result).toBe("not_sent");
        else expect(end.result).not.toBe("not_sent");
        if (end.result === "delivered" || end.result === "uncertain")
          expect(left.at(-1)?.state).toMatch(end.result === "uncertain" ? /uncertain/ : /delivered|read/);
      }),
      { numRuns: 2_000 },
    );
  });

  it("tries the channels in their order, each once", () => {
    fc.assert(
      fc.property(world, ({ steps, deliverWithin }) => {
        const { left } = play(steps, { length: steps.length, deliverWithin });
        expect(left.map(({ at }) => at)).toEqual(left.map((_one, n) => n));
      }),
    );
  });
});

it("goes by the next channel as well when it is not told in time that it arrived, and by none where nobody tells", () => {
  const sent = { possible: true, life: ["sent"] as const, holds: true };
  const chain = { length: 2, deliverWithin: 60_000 };
  const both = play(
    [
      { ...sent, tells: true },
      { ...sent, tells: true },
    ],
    chain,
  );
  expect([both.left.length, both.end.result, both.end.by?.channel]).toEqual([2, "sent", "c0"]);
  expect(
    play(
      [
        { ...sent, tells: false },
        { ...sent, tells: true },
      ],
      chain,
    ).left,
  ).toHaveLength(1);
});

it("waits a little for a late refusal of a channel that tells what arrived, and goes on then", () => {
  const chain = { length: 2, deliverWithin: null };
  const telegram = { possible: true, life: ["sent"] as const, holds: true, tells: false };
  const refused = play([{ ...telegram, life: ["sent", "sent", "refused"], tells: true }, telegram], chain);
  expect([refused.end.result, refused.end.by?.channel]).toEqual(["sent", "c1"]);
  // Whose phone is off is told of nothing: sent is enough.
  const silent = play([{ ...telegram, tells: true }, telegram], chain);
  expect([silent.end.result, silent.end.by?.channel, silent.left.length]).toEqual(["sent", "c0", 1]);
});
