import { expect, test } from "vitest";
import { type OwnLine, ownLineSchema, shownName } from "../../../src/rules/lines/own-line.ts";
import { DeskOfAgents } from "./desk-of-agents.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const PEOPLE = ["1", "2", "3"].map((id) => ({ id, active: true, online: true }));
const QUEUE = PEOPLE.map(({ id }) => ({ kind: "person", id }));

function deskWith(settings: object, people: readonly { id: string; active: boolean; online: boolean }[] = PEOPLE) {
  return new DeskOfAgents(ownLineSchema.parse({ enabled: true, queue: QUEUE, ...settings }), people);
}

const writes = (desk: DeskOfAgents, text = "Hello") => ({ kind: "customer-wrote", at: desk.now, text }) as const;
const answers = (desk: DeskOfAgents, by = "1") => ({ kind: "agent-wrote", at: desk.now, by }) as const;
const accepts = (desk: DeskOfAgents, by = "1") => ({ kind: "accepted", at: desk.now, by }) as const;
const closes = (desk: DeskOfAgents) => ({ kind: "closed", at: desk.now, quiet: false }) as const;

test("all settings have defaults, and wrong ones are refused", () => {
  const settings: OwnLine = ownLineSchema.parse({});
  expect(settings).toMatchObject({ enabled: false, distribution: "evenly", forwardMinutes: 5, limit: null });
  expect(ownLineSchema.safeParse({ forwardMinutes: 721 }).success).toBe(false);
  expect(ownLineSchema.safeParse({ forwardMinutes: 0 }).success).toBe(false);
  expect(ownLineSchema.safeParse({ hours: { zone: "Moon/Base", week: [] } }).success).toBe(false);
});

test("an agent is shown by their profile, by an entry, or not at all", () => {
  const entries = [{ person: "1", name: "Support" }];
  const shown = (how: string, person = "1") =>
    shownName(ownLineSchema.parse({ agent: { shown: how, entries } }), person, "Ada Byron");
  expect(shown("profile")).toBe("Ada Byron");
  expect(shown("entry")).toBe("Support");
  expect(shown("entry", "2")).toBe("Ada Byron");
  expect(shown("hidden")).toBeUndefined();
});

test("a new conversation is greeted and given to the next one; unaccepted it goes on, in a circle", () => {
  const desk = deskWith({ greeting: "Welcome", distribution: "in-order" });
  desk.run(1, writes(desk));
  expect(desk.said(1)).toEqual(["greeting"]);
  expect(desk.operator(1)).toBe("1");
  const had: unknown[] = [];
  for (let round = 0; round < 4; round += 1) {
    desk.pass(5 * MINUTE);
    had.push(desk.operator(1));
  }
  expect(had).toEqual(["2", "3", "1", "2"]);
  desk.run(1, accepts(desk, "2"));
  desk.pass(HOUR);
  expect(desk.operator(1)).toBe("2");
  expect(desk.state(1)?.accepted).toBe(true);
});

test("evenly, each one has a turn before anybody has the next", () => {
  const desk = deskWith({});
  for (const conversation of [1, 2, 3, 4, 5, 6]) desk.run(conversation, writes(desk));
  expect([1, 2, 3, 4, 5, 6].map((one) => desk.operator(one))).toEqual(["1", "2", "3", "1", "2", "3"]);
});

test("to all: nobody has it until somebody takes it, and everybody who can is told", () => {
  const desk = deskWith({ distribution: "all" }, [...PEOPLE.slice(0, 2), { id: "3", active: false, online: true }]);
  desk.run(1, writes(desk));
  expect(desk.operator(1)).toBeNull();
  expect(desk.effects(1)).toContainEqual(
    expect.objectContaining({ kind: "tell", about: "offered", people: ["1", "2"] }),
  );
  desk.pass(HOUR);
  desk.run(1, writes(desk), accepts(desk, "2"));
  expect(desk.operator(1)).toBe("2");
  expect(desk.effects(1).filter((effect) => effect.kind === "tell")).toHaveLength(1);
});

test("whoever is dismissed, on leave, or neither online nor at work gets none", () => {
  const desk = deskWith({ distribution: "in-order" });
  desk.people = [
    { id: "1", active: false, online: true },
    { id: "2", active: true, online: true, onLeave: true },
    { id: "3", active: true, online: false, atWork: false },
    { id: "4", active: true, online: false, atWork: true },
  ];
  desk.run(1, writes(desk));
  expect(desk.operator(1)).toBe("4");
  desk.settings = { ...desk.settings, checkPresence: false };
  desk.run(2, writes(desk));
  expect(desk.operator(2)).toBe("2");
});

test("when everybody is away the customer is told once, and it is given as soon as somebody comes", () => {
  const desk = deskWith({ offHoursReply: "Nobody is here" }, [{ id: "1", active: true, online: false }]);
  desk.run(1, writes(desk));
  desk.pass(10 * MINUTE);
  desk.run(1, writes(desk));
  expect(desk.said(1)).toEqual(["off-hours"]);
  desk.people = [{ id: "1", active: true, online: true }];
  desk.pass(MINUTE);
  expect(desk.operator(1)).toBe("1");
});

test.each([
  ["none", [null, null, null, "1"]],
  ["closed", [null, null, "1", "1"]],
  ["waiting", [null, "1", "1", "1"]],
  ["answered", [null, "1", "1", "1"]],
] as const)("a limit of one that ignores: %s", (ignores, expected) => {
  const got: unknown[] = [];
  const run = (before: (desk: DeskOfAgents) => void) => {
    const desk = deskWith({ limit: { chats: 1, ignores }, closing: { fullCloseMinutes: 60 } }, PEOPLE.slice(0, 1));
    desk.run(1, writes(desk), accepts(desk));
    before(desk);
    desk.run(2, writes(desk));
    got.push(desk.operator(2));
  };
  run(() => undefined);
  run((desk) => desk.run(1, answers(desk)));
  run((desk) => desk.run(1, answers(desk), closes(desk)));
  run((desk) => {
    desk.run(1, answers(desk), closes(desk));
    desk.pass(60 * MINUTE);
  });
  expect(got).toEqual(expected);
});

test("a limit that ignores answered chats bears the customer's next message; one that ignores waiting ones does not", () => {
  const operatorWith = (ignores: string) => {
    const desk = deskWith({ limit: { chats: 1, ignores } }, PEOPLE.slice(0, 1));
    desk.run(1, writes(desk), accepts(desk), answers(desk), writes(desk, "And then?"));
    desk.run(2, writes(desk));
    return desk.operator(2);
  };
  expect(operatorWith("answered")).toBe("1");
  expect(operatorWith("waiting")).toBeNull();
});

test("first to whoever is responsible in the CRM, then to the queue", () => {
  const desk = deskWith({ toResponsible: true, distribution: "in-order" });
  const facts = desk.facts(1);
  desk.facts = () => ({
    ...facts,
    now: desk.now,
    responsible: { id: "77", active: true, online: true, chats: 0, lastTurn: 0 },
  });
  desk.run(1, writes(desk));
  expect(desk.operator(1)).toBe("77");
  desk.pass(5 * MINUTE);
  expect(desk.operator(1)).toBe("1");
});

test("after hours the customer is told once a night, and it is given in the morning", () => {
  const week = [1, 2, 3, 4, 5].map((day) => ({ day, from: "09:00", to: "18:00" }));
  const desk = deskWith({ hours: { zone: "Europe/Berlin", week }, offHoursReply: "Tomorrow", greeting: "Welcome" });
  desk.now = Date.parse("2026-03-02T20:00:00Z");
  desk.run(1, writes(desk));
  desk.pass(HOUR);
  desk.run(1, writes(desk, "Hello?"));
  expect(desk.said(1)).toEqual(["off-hours"]);
  expect(desk.operator(1)).toBeNull();
  expect(desk.dueAt(1)).toBe(Date.parse("2026-03-03T08:00:00Z"));
  desk.pass(11 * HOUR);
  expect(desk.operator(1)).toBe("1");
  // Working time alone counts for the next one.
  expect(desk.dueAt(1)).toBe(Date.parse("2026-03-03T08:05:00Z"));
});

test("no answer: marked and told once, until somebody answers", () => {
  const desk = deskWith({ unanswered: { minutes: 10, reply: "A moment, please" } });
  desk.run(1, writes(desk), accepts(desk));
  desk.pass(9 * MINUTE);
  desk.run(1, writes(desk, "Hello?"));
  desk.pass(30 * MINUTE);
  expect(desk.said(1)).toEqual(["no-answer"]);
  expect(desk.state(1)?.unanswered).toBe(true);
  desk.run(1, answers(desk));
  expect(desk.effects(1).flatMap((effect) => (effect.kind === "mark" ? [effect.unanswered] : []))).toEqual([
    true,
    false,
  ]);
});

test("an answer that came too late is told, also when nobody was there to measure it", () => {
  const first = { minutes: 5, notify: ["9"] };
  const desk = deskWith({ kpi: { first, further: { minutes: 15, notify: ["8"] } } });
  const wrote = writes(desk);
  desk.now += 20 * MINUTE;
  desk.run(1, wrote, accepts(desk), answers(desk));
  const late = () => desk.effects(1).flatMap((effect) => (effect.kind === "late" ? [effect.answer] : []));
  expect(late()).toEqual(["first"]);
  desk.run(1, writes(desk));
  desk.pass(16 * MINUTE);
  expect(late()).toEqual(["first", "further"]);
});

test("closing: the text, the question, a rating of one number; whoever writes soon goes on with the same agent", () => {
  const desk = deskWith({
    closing: { reply: "Goodbye", fullCloseMinutes: 30 },
    rating: { ask: "How was it?", thanks: "Thanks", closes: false },
  });
  desk.run(1, writes(desk), accepts(desk, "2"), answers(desk, "2"), closes(desk));
  expect(desk.said(1)).toEqual(["closing"]);
  expect(desk.effects(1)).toContainEqual(expect.objectContaining({ kind: "ask-rating", text: "How was it?" }));
  desk.run(1, writes(desk, "4 ⭐"));
  expect(desk.effects(1)).toContainEqual(
    expect.objectContaining({ kind: "rated", stars: 4, session: 1, operator: "2" }),
  );
  expect(desk.state(1)?.phase).toBe("closing");
  desk.run(1, writes(desk, "5"));
  // Rated already: now it is something they say.
  expect(desk.state(1)).toMatchObject({ phase: "open", operator: "2", accepted: true, session: 1 });
  desk.run(1, answers(desk, "2"), closes(desk));
  desk.pass(31 * MINUTE);
  expect(desk.state(1)?.phase).toBe("closed");
  desk.run(1, writes(desk, "Another thing"));
  expect(desk.state(1)).toMatchObject({ phase: "open", accepted: false, session: 2 });
});

test("a rating a day later is a message", () => {
  const desk = deskWith({ rating: { ask: "How was it?" } });
  desk.run(1, writes(desk), answers(desk), closes(desk));
  desk.pass(24 * HOUR);
  desk.run(1, writes(desk, "5"));
  expect(desk.state(1)).toMatchObject({ phase: "open", session: 2 });
});

test("spam is closed without a word", () => {
  const desk = deskWith({ closing: { reply: "Goodbye" }, rating: { ask: "How was it?" } });
  desk.run(1, writes(desk), answers(desk), { kind: "closed", at: desk.now, quiet: true });
  expect(desk.said(1)).toEqual([]);
  expect(desk.effects(1).some((effect) => effect.kind === "ask-rating")).toBe(false);
});

test("a customer who says nothing more: closed by itself", () => {
  const desk = deskWith({ silence: { minutes: 60, reply: "We close this" }, closing: { reply: "Goodbye" } });
  desk.run(1, writes(desk), answers(desk));
  desk.pass(59 * MINUTE);
  desk.run(1, writes(desk), answers(desk));
  desk.pass(59 * MINUTE);
  expect(desk.said(1)).toEqual([]);
  desk.pass(2 * MINUTE);
  expect(desk.said(1)).toEqual(["silence"]);
  expect(desk.effects(1).at(-1)).toMatchObject({ kind: "stand", open: false, operator: null });
});

test("after a long outage a forwarding that was due five times is one", () => {
  const desk = deskWith({ distribution: "in-order" });
  desk.run(1, writes(desk));
  desk.outage(26 * MINUTE);
  expect(desk.operator(1)).toBe("2");
  expect(desk.effects(1).filter((effect) => effect.kind === "turn")).toHaveLength(2);
  expect(desk.dueAt(1)).toBe(desk.now + 5 * MINUTE);
});

test("a shorter time for forwarding holds for what waits already", () => {
  const desk = deskWith({ forwardMinutes: 60 });
  desk.run(1, writes(desk));
  desk.settings = { ...desk.settings, forwardMinutes: 2 };
  desk.now += 3 * MINUTE;
  desk.run(1, { kind: "settings-changed", at: desk.now });
  expect(desk.operator(1)).toBe("2");
});

test("an answer from the account's own phone ends the queue", () => {
  const desk = deskWith({ distribution: "all" });
  desk.run(1, writes(desk), { kind: "agent-wrote", at: desk.now });
  expect(desk.effects(1).at(-1)).toMatchObject({ kind: "stand", open: true, operator: null, accepted: true });
  expect(desk.dueAt(1)).toBeUndefined();
});
