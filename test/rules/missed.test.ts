import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/rules/evaluate.ts";
import { isMissed, type SessionTalk } from "../../src/rules/missed.ts";
import { facts, ownRules } from "./samples.ts";

const talk: fc.Arbitrary<SessionTalk> = fc.record({
  event: fc.constantFrom("chat", "request", "mail", "missed"),
  end: fc.constantFrom("closed", "silence", "open"),
  begunBy: fc.constantFrom("customer", "us"),
  answers: fc.array(fc.constantFrom("person", "bot", "line", "unknown")),
});

describe("whoever spoke, a session", () => {
  test("is unanswered only when it is a chat of the customer's that is over", () => {
    fc.assert(
      fc.property(talk, (session) => {
        const isOverAndTheirs =
          ["chat", "missed"].includes(session.event) && session.end !== "open" && session.begunBy === "customer";
        expect(isMissed(session) && !isOverAndTheirs).toBe(false);
      }),
    );
  });

  test("is answered once a person wrote, or somebody who may be one, and by nobody else", () => {
    fc.assert(
      fc.property(talk, fc.constantFrom("person", "unknown"), fc.nat(), (session, by, at) => {
        const place = at % (session.answers.length + 1);
        expect(isMissed({ ...session, answers: session.answers.toSpliced(place, 0, by) })).toBe(false);
        const machines = session.answers.filter((one) => one === "bot" || one === "line");
        expect(isMissed({ ...session, answers: machines })).toBe(isMissed({ ...session, answers: [] }));
      }),
    );
  });
});

describe("titles of an unanswered chat", () => {
  const titles = { chat: { lead: "chat", deal: "deal" }, missed: { lead: "missed", deal: " " } };
  test("stand with the decision about the chat, and are its own when it is tried", () => {
    const rules = ownRules({ titles });
    const chat = evaluate(facts({ event: "chat" }), rules);
    expect(chat).toMatchObject({ title: titles.chat, missedTitle: { lead: "missed", deal: "deal" } });
    const missed = evaluate(facts({ event: "missed" }), rules);
    expect(missed).toMatchObject({ title: { lead: "missed", deal: "deal" }, missedTitle: null });
    expect({ ...missed, title: 0, missedTitle: 0, reasons: 0 }).toEqual({
      ...chat,
      title: 0,
      missedTitle: 0,
      reasons: 0,
    });
  });

  test("are none of a request's or a letter's", () => {
    for (const event of ["request", "mail"])
      expect(evaluate(facts({ event }), ownRules({ titles })).missedTitle).toBeNull();
  });
});
