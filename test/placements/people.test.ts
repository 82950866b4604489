import { expect, test } from "vitest";
import { byDays, dayOfRow } from "../../placements/shared/chat/days.ts";
import { byPeople } from "../../placements/shared/chat/people.ts";
import { rowsOf } from "../../placements/shared/thread-rows.ts";
import type { ConversationAnswer, MessageAnswer } from "../../src/api/messages.ts";

const conversation = (id: string, person: string | null): ConversationAnswer => ({
  ...{
    id,
    person,
    account: "a",
    accountName: "",
    channel: "x",
    customer: { name: "Ann" },
    group: false,
    alone: false,
    chat: null,
  },
  ...{ open: true, operator: null, accepted: false, bot: null, stateAt: null, lastMessageAt: "", lastCustomerAt: null },
});

test("conversations stand by whose they are; one of nobody known stands alone", () => {
  const people = byPeople([
    conversation("1", "ann"),
    conversation("2", null),
    conversation("3", "bob"),
    conversation("4", "ann"),
    conversation("5", null),
  ]);
  expect(people.map(({ key, conversations }) => [key, conversations.map(({ id }) => id)])).toEqual([
    ["ann", ["1", "4"]],
    ["2", ["2"]],
    ["bob", ["3"]],
    ["5", ["5"]],
  ]);
});

const message = (id: string, sentAt: string): MessageAnswer => ({
  ...{ id, sentAt, seq: 1, state: "sent", conversation: "c", account: "a", direction: "in", kind: "message", text: "" },
  ...{ spans: [], attempts: 0, attemptedAt: null, error: null, retriable: false, createdAt: sentAt },
  ...{ attachments: [], fromPhone: false },
});

test("a day stands over its messages, and again where a late one brings it back", () => {
  const days = byDays(
    rowsOf([
      message("1", "2026-03-01T10:00:00Z"),
      message("2", "2026-03-01T11:00:00Z"),
      message("3", "2026-03-02T10:00:00Z"),
      message("4", "2026-03-01T12:00:00Z"),
    ]),
    dayOfRow((iso) => iso.slice(0, 10)),
  );
  expect(days.map(({ rows }) => rows.map(({ key }) => key))).toEqual([["1", "2"], ["3"], ["4"]]);
  expect(new Set(days.map(({ key }) => key)).size).toBe(3);
  expect(days[0]?.day).toBe(days[2]?.day);
});

test("a row tells what became of its message, and is the same row while that is the same message", () => {
  const notTaken = { id: "e", kind: "edit", text: "b", state: "refused", attempts: 1, error: "No." } as const;
  const one = { ...message("1", "2026-03-01T10:00:00Z"), changed: { edited: true, deleted: false, notTaken } };
  expect(rowsOf([one])).toMatchObject([{ kind: "message", key: "1", edited: true, deleted: false, notTaken }]);
  expect(rowsOf([one])[0]).toBe(rowsOf([one])[0]);
  expect(rowsOf([{ ...one }])[0]).not.toBe(rowsOf([one])[0]);
});
