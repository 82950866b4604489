import { describe, expect, it } from "vitest";
import { createRinging, QUIET, readWishes } from "../../placements/workplace/ringing.ts";
import type { ConversationAnswer } from "../../src/api/messages.ts";

const NOW = Date.parse("2026-11-29T12:00:00Z");
const at = (seconds: number) => new Date(NOW + seconds * 1_000).toISOString();
const row = (
  wrote: number,
  more: Partial<ConversationAnswer> = {},
  waits: string | null = at(wrote),
): ConversationAnswer => ({
  ...{ id: "c", account: "a", accountName: "Shop", channel: "telegram", customer: { name: "Maria" }, group: false },
  ...{ alone: false, chat: null, person: null, open: true, operator: null, accepted: false, stateAt: null },
  bot: null,
  ...{ lastMessageAt: at(wrote), lastCustomerAt: at(wrote) },
  desk: { waitingSince: waits, snoozedUntil: null, archived: false, tags: [] },
  ...more,
});
const later = (seconds: number) => NOW + seconds * 1_000;

describe("a ring", () => {
  it("is for each new message of a conversation that is mine or nobody's, and for nothing else that changes", () => {
    const ringing = createRinging("7");
    expect(ringing.heard(row(0), false, later(1))).toBe(true);
    // Accepted, tagged, delivered: the customer has written nothing.
    expect(ringing.heard(row(0, { operator: { id: "7" }, accepted: true }), false, later(5))).toBe(false);
    expect(ringing.heard(row(10, { operator: { id: "7" } }), false, later(11))).toBe(true);
    expect(ringing.heard(row(20, { operator: { id: "8" } }), false, later(21))).toBe(false);
    expect(ringing.heard(row(30, {}, null), false, later(31))).toBe(false);
  });

  it("is not for what stands before the viewer's eyes, nor for what waited before the page was opened", () => {
    const ringing = createRinging("7");
    expect(ringing.heard(row(0), true, later(1))).toBe(false);
    expect(ringing.heard(row(0), false, later(9))).toBe(false);
    expect(createRinging("7").heard(row(0), false, later(120))).toBe(false);
  });

  it("is one for a heap of messages", () => {
    const ringing = createRinging("7");
    expect([1, 2, 3].map((second) => ringing.heard(row(second), false, later(second)))).toEqual([true, false, false]);
    expect(ringing.heard(row(9), false, later(9))).toBe(true);
  });

  it("comes again after so many minutes without an answer, and again after as many more; never where that is off", () => {
    const ringing = createRinging("7");
    const waiting = [row(0), row(0, { id: "other", operator: { id: "8" } })];
    expect(ringing.again(waiting, 0, later(3_600))).toEqual([]);
    expect(ringing.again(waiting, 5, later(299))).toEqual([]);
    expect(ringing.again(waiting, 5, later(300)).map(({ id }) => id)).toEqual(["c"]);
    expect(ringing.again(waiting, 5, later(400))).toEqual([]);
    expect(ringing.again(waiting, 5, later(600)).map(({ id }) => id)).toEqual(["c"]);
  });
});

it("wishes that cannot be read are quiet", () => {
  expect([undefined, "{", "null", '{"sound":"yes","againMinutes":7}'].map(readWishes)).toEqual([
    QUIET,
    QUIET,
    QUIET,
    QUIET,
  ]);
  expect(readWishes('{"sound":true,"againMinutes":5}')).toEqual({ sound: true, desktop: false, againMinutes: 5 });
});
