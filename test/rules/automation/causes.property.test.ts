/** However often, and from wherever, a conversation is looked at: the same things happened in it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Conversation } from "../../../src/domain/conversation.ts";
import { accountId, conversationId, messageId, portalId, triggerId } from "../../../src/domain/ids.ts";
import type { Message, Origin } from "../../../src/domain/message.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import type { Cause, Trigger } from "../../../src/domain/trigger.ts";
import { causesOf, fires, type Looked, type Mark, tooLong } from "../../../src/rules/automation/causes.ts";

const START = Date.UTC(2026, 10, 2, 9);
const portal = portalId("p");
const account = accountId("a");

const conversation = (change: Partial<Conversation> = {}): Conversation => ({
  ...{ id: conversationId("c"), portal, account, externalChatId: "1", customer: { externalId: "1" } },
  ...{ open: true, accepted: false, lastMessageAt: new Date(START) },
  ...change,
});

function originOf(by: "channel" | "surface" | "robot" | "device", seq: number): Origin {
  if (by === "surface") return { by, clientId: "x", authorId: "5" };
  return by === "robot" ? { by, key: `k${seq}` } : { by };
}

const message = (seq: number, text: string, by: "channel" | "surface" | "robot" | "device"): Message => ({
  ...{ id: messageId(`m${seq}`), portal, account, conversation: conversationId("c"), kind: "message", seq },
  direction: by === "channel" || by === "device" ? "in" : "out",
  ...{ externalIds: [], content: { body: plainText(text), attachments: [] }, state: "sent", attempts: 1 },
  origin: originOf(by, seq),
  ...{ nextAt: new Date(START), sentAt: new Date(START), createdAt: new Date(START + seq * 1_000) },
});

const trigger = (change: Partial<Trigger> = {}): Trigger => ({
  ...{ id: triggerId("t"), portal, kind: "message-received", name: "", filter: {}, enabled: true, madeBy: "1" },
  ...{ since: new Date(START), fired: 0 },
  ...change,
});

const talk = fc.array(
  fc.record({
    text: fc.string({ maxLength: 20 }),
    by: fc.constantFrom("channel" as const, "surface" as const, "robot" as const, "device" as const),
  }),
  { maxLength: 12 },
);

const look = (messages: readonly Message[], more: Partial<Looked> = {}): Looked => ({
  ...{ channel: "telegram", conversation: conversation(), open: true, messages, ratings: undefined },
  fromTheBeginning: true,
  ...more,
});
const keys = (causes: readonly Cause[]) => causes.map(({ kind, key }) => `${kind} ${key}`);

describe("what happened in a conversation", () => {
  it("is the same, whether it is looked at once or in any number of steps", () => {
    fc.assert(
      fc.property(talk, fc.array(fc.nat({ max: 12 }), { maxLength: 5 }), (said, cuts) => {
        const messages = said.map(({ text, by }, n) => message(n + 1, text, by));
        const whole = keys(causesOf(undefined, look(messages)));
        const ends = [...new Set([...cuts.filter((cut) => cut < messages.length), messages.length])].sort(
          (a, b) => a - b,
        );
        let [mark, seen]: [Mark | undefined, number] = [undefined, 0];
        const stepwise: string[] = [];
        for (const end of ends) {
          const part = messages.slice(seen, end);
          const isFirst = !messages.slice(0, seen).some(({ origin }) => origin.by === "channel");
          stepwise.push(...keys(causesOf(mark, look(part, { fromTheBeginning: isFirst }))));
          [mark, seen] = [{ seenSeq: end, open: true }, end];
        }
        expect(stepwise).toEqual(whole);
        expect(new Set(whole).size).toBe(whole.length);
        expect(whole.filter((key) => key.startsWith("first-message")).length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it.each([
    ["bounce-hard", ["mail-bounced bounced:m1"]],
    ["bounce-soft", ["mail-bounced bounced:m1"]],
    ["delay", []],
    ["complaint", []],
    ["auto-reply", []],
    ["out-of-office", []],
    ["newsletter", []],
    ["human", ["message-received message:m1", "first-message message:m1"]],
  ] as const)("a letter of the class %s is what its class says", (ofClass, expected) => {
    const letter = { class: ofClass, subject: "Undeliverable" } as NonNullable<Message["content"]["letter"]>;
    const plain = message(1, "text", "channel");
    const arrived = { ...plain, content: { ...plain.content, letter } };
    expect(keys(causesOf(undefined, look([arrived], { channel: "email" })))).toEqual(expected);
  });

  it("closes once for one end, and not for what is only looked at again", () => {
    const stateAt = new Date(START + 60_000);
    const closed = look([], { open: false, conversation: conversation({ open: false, stateAt }) });
    const [cause] = causesOf({ seenSeq: 3, open: true }, closed);
    expect(cause).toMatchObject({ kind: "closed", key: `closed:c:${stateAt.getTime()}` });
    expect(causesOf({ seenSeq: 3, open: false }, closed)).toEqual([]);
    // Nobody had looked before: its own time tells, so what was closed before the trigger was made fires nothing.
    const [unmarked] = causesOf(undefined, closed);
    expect(unmarked && fires(trigger({ kind: "closed", since: new Date(START + 61_000) }), unmarked, place)).toBe(
      false,
    );
    expect(unmarked && fires(trigger({ kind: "closed" }), unmarked, place)).toBe(true);
  });

  it("takes stars once: from the engine where it works, and otherwise from the message", () => {
    const rated: Message = {
      ...message(1, "", "channel"),
      content: {
        body: plainText("Rated the conversation"),
        attachments: [],
        // As the web chat tells of it.
        notice: "other",
        site: { site: "s", rating: { scale: "thumbs", value: 1, session: "1" } },
      },
    };
    expect(causesOf(undefined, look([rated]))).toMatchObject([{ kind: "rating", stars: 5 }]);
    const engine = [{ session: 1, stars: 2, at: new Date(START) }];
    expect(keys(causesOf(undefined, look([rated], { ratings: engine })))).toEqual(["rating rating:c:1"]);
  });
});

const place = { channel: "telegram", account: "a" };

describe("a trigger", () => {
  const cause: Cause = { kind: "message-received", key: "k", at: new Date(START + 1), text: "What is the  Price?" };

  it.each([
    [{}, true],
    [{ filter: { words: ["price", "cost"] } }, true],
    [{ filter: { words: ["the price"] } }, true],
    [{ filter: { words: ["cost"] } }, false],
    [{ filter: { channel: "viber" } }, false],
    [{ filter: { account: accountId("b") } }, false],
    [{ filter: { account: accountId("a"), words: ["price"] } }, true],
    [{ enabled: false }, false],
    [{ kind: "closed" as const }, false],
    [{ since: new Date(START + 2) }, false],
  ])("with %j: %s", (change, expected) => {
    expect(fires(trigger(change), cause, place)).toBe(expected);
  });

  it("waits for stars up to so many, and for what is only probable when it says so", () => {
    const rating: Cause = { kind: "rating", key: "k", at: new Date(START), stars: 3 };
    expect(fires(trigger({ kind: "rating", filter: { starsUpTo: 2 } }), rating, place)).toBe(false);
    expect(fires(trigger({ kind: "rating", filter: { starsUpTo: 3 } }), rating, place)).toBe(true);
    const opened: Cause = { kind: "mail-opened", key: "k", at: new Date(START), probable: true };
    expect(fires(trigger({ kind: "mail-opened" }), opened, place)).toBe(false);
    expect(fires(trigger({ kind: "mail-opened", filter: { probable: true } }), opened, place)).toBe(true);
  });

  it("is fired by a wait that takes too long, its own and no other, once for one wait", () => {
    const short = trigger({ id: triggerId("short"), kind: "no-answer", filter: { minutes: 5 } });
    const long = trigger({ id: triggerId("long"), kind: "no-answer", filter: { minutes: 60 } });
    const since = new Date(START);
    const due = [short, long].map((one) => ({
      trigger: one,
      at: new Date(START + (one.filter.minutes ?? 0) * 60_000),
    }));
    const [cause, ...more] = tooLong("c", { since, due }, new Date(START + 6 * 60_000));
    expect(more).toEqual([]);
    expect(cause && [fires(short, cause, place), fires(long, cause, place)]).toEqual([true, false]);
    expect(tooLong("c", { since, due }, new Date(START + 90 * 60_000)).map(({ key }) => key)).toEqual([
      cause?.key,
      cause?.key,
    ]);
  });
});
