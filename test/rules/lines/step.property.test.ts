import fc from "fast-check";
import { expect, test } from "vitest";
import { type OwnLine, ownLineSchema } from "../../../src/rules/lines/own-line.ts";
import type { OwnEvent } from "../../../src/rules/lines/own-session.ts";
import { timersOf } from "../../../src/rules/lines/timers.ts";
import { DeskOfAgents } from "./desk-of-agents.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const IDS = ["1", "2", "3", "4"] as const;
const QUEUE = IDS.map((id) => ({ kind: "person" as const, id }));
const CONVERSATIONS = [1, 2, 3, 4, 5];

type Command =
  | { readonly do: "event"; readonly conversation: number; readonly make: (now: number) => OwnEvent }
  | { readonly do: "pass"; readonly minutes: number }
  | { readonly do: "outage"; readonly minutes: number }
  | { readonly do: "presence"; readonly id: string; readonly online: boolean; readonly active: boolean };

const person = fc.constantFrom(...IDS);
const event: fc.Arbitrary<(now: number) => OwnEvent> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom("Hello", "5", "Still there?").map(
      (text) =>
        (at: number): OwnEvent => ({ kind: "customer-wrote", at, text }),
    ),
  },
  {
    weight: 4,
    arbitrary: person.map(
      (by) =>
        (at: number): OwnEvent => ({ kind: "agent-wrote", at, by }),
    ),
  },
  {
    weight: 3,
    arbitrary: person.map(
      (by) =>
        (at: number): OwnEvent => ({ kind: "accepted", at, by }),
    ),
  },
  person.map(
    (to) =>
      (at: number): OwnEvent => ({ kind: "passed-on", at, to }),
  ),
  fc.boolean().map(
    (quiet) =>
      (at: number): OwnEvent => ({ kind: "closed", at, quiet }),
  ),
  person.map(
    (by) =>
      (at: number): OwnEvent => ({ kind: "reopened", at, by }),
  ),
  fc.constantFrom("given-up" as const, "settings-changed" as const).map(
    (kind) =>
      (at: number): OwnEvent => ({ kind, at }),
  ),
);
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("event" as const),
      conversation: fc.constantFrom(...CONVERSATIONS),
      make: event,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("pass" as const), minutes: fc.integer({ min: 1, max: 90 }) }) },
  fc.record({ do: fc.constant("outage" as const), minutes: fc.integer({ min: 1, max: 2_000 }) }),
  fc.record({ do: fc.constant("presence" as const), id: person, online: fc.boolean(), active: fc.boolean() }),
);
const commands = fc.array(command, { minLength: 1, maxLength: 60 });

const week = [1, 2, 3, 4, 5].map((day) => ({ day, from: "08:00", to: "17:00" }));
const night = [6, 7].map((day) => ({ day, from: "22:00", to: "04:00" }));
const settings: fc.Arbitrary<OwnLine> = fc
  .record({
    distribution: fc.constantFrom("evenly", "in-order", "all"),
    forwardMinutes: fc.integer({ min: 1, max: 720 }),
    checkPresence: fc.boolean(),
    limit: fc.option(
      fc.record({
        chats: fc.integer({ min: 1, max: 3 }),
        ignores: fc.constantFrom("answered", "waiting", "closed", "none"),
      }),
    ),
    hours: fc.constantFrom(
      null,
      { zone: "Europe/Berlin", week: [...week, ...night] },
      { zone: "America/Santiago", week: [...week, ...night] },
    ),
    unanswered: fc.option(fc.record({ minutes: fc.integer({ min: 1, max: 60 }), reply: fc.constant("A moment") })),
    silence: fc.option(fc.record({ minutes: fc.integer({ min: 1, max: 120 }), reply: fc.constant("Closed") })),
    closing: fc.record({ reply: fc.constant("Goodbye"), fullCloseMinutes: fc.integer({ min: 0, max: 60 }) }),
    rating: fc.option(fc.record({ ask: fc.constant("How was it?"), closes: fc.boolean() })),
    kpi: fc.record({
      first: fc.option(fc.record({ minutes: fc.integer({ min: 1, max: 30 }), notify: fc.constant(["9"]) })),
    }),
  })
  .map((made) =>
    ownLineSchema.parse({ enabled: true, queue: QUEUE, offHoursReply: "Later", greeting: "Welcome", ...made }),
  );

/** Days on which clocks change in Berlin and Santiago, and an ordinary one. */
const begin = fc.constantFrom(
  "2026-03-27T12:00:00Z",
  "2026-10-24T12:00:00Z",
  "2026-04-03T12:00:00Z",
  "2026-09-04T12:00:00Z",
  "2026-06-10T09:00:00Z",
);

function deskFor(line: OwnLine, from: string): DeskOfAgents {
  const desk = new DeskOfAgents(
    line,
    IDS.map((id) => ({ id, active: true, online: true })),
  );
  desk.now = Date.parse(from);
  return desk;
}

/** @param look called with every run before it is kept */
function play(
  desk: DeskOfAgents,
  all: readonly Command[],
  look: (conversation: number, events: readonly OwnEvent[]) => void,
): void {
  for (const one of all) {
    desk.now += 1_000;
    if (one.do === "pass") desk.pass(one.minutes * MINUTE);
    else if (one.do === "outage") desk.outage(one.minutes * MINUTE);
    else if (one.do === "presence") {
      desk.people = desk.people.map((had) =>
        had.id === one.id ? { ...had, online: one.online, active: one.active } : had,
      );
    } else {
      const events = [one.make(desk.now)];
      look(one.conversation, events);
      desk.run(one.conversation, ...events);
    }
  }
}

test("a run that was lost in a crash is made again with the same effects; none has the id of another", () => {
  fc.assert(
    fc.property(settings, begin, commands, (line, from, all) => {
      const desk = deskFor(line, from);
      play(desk, all, (conversation, events) => {
        const lost = desk.plan(conversation, events);
        expect(desk.plan(conversation, events)).toEqual(lost);
        // What is kept is JSON.
        expect(JSON.parse(JSON.stringify(lost.state))).toEqual(lost.state);
      });
      for (const conversation of CONVERSATIONS) {
        const ids = desk.effects(conversation).map((effect) => effect.id);
        expect(new Set(ids).size).toBe(ids.length);
      }
    }),
  );
});

test("nothing that is due is left behind, and what was done is not due any more", () => {
  fc.assert(
    fc.property(settings, begin, commands, (line, from, all) => {
      const desk = deskFor(line, from);
      const gone = new Map<string, number>();
      play(desk, all, (conversation, events) => {
        const before = desk.state(conversation);
        const { state, dueAt } = desk.plan(conversation, events);
        expect(dueAt ?? Number.POSITIVE_INFINITY).toBeGreaterThan(desk.now);
        expect(dueAt).toBe(timersOf(state, line)[0]?.at);
        const after = new Set(timersOf(state, line).map((timer) => timer.id));
        if (before)
          for (const { id } of timersOf(before, line)) if (!after.has(id)) gone.set(`${conversation} ${id}`, desk.now);
        for (const id of after) expect(gone.has(`${conversation} ${id}`)).toBe(false);
      });
    }),
  );
});

test("nobody is given more than the limit, nor anything while they are away", () => {
  fc.assert(
    fc.property(settings, begin, commands, (line, from, all) => {
      const desk = deskFor(line, from);
      const run = desk.run.bind(desk);
      desk.run = (conversation, ...events) => {
        const known = new Map(desk.facts(conversation).queue?.map((agent) => [agent.id, agent]));
        const effects = run(conversation, ...events);
        for (const effect of effects) {
          if (effect.kind !== "turn") continue;
          const agent = known.get(effect.of);
          expect(agent?.active).toBe(true);
          if (line.checkPresence) expect(agent?.online).toBe(true);
          if (line.limit) expect(agent?.chats).toBeLessThan(line.limit.chats);
        }
        return effects;
      };
      play(desk, all, () => undefined);
    }),
  );
});

test("evenly stays even, whatever becomes of the conversations", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }), (taken) => {
      const desk = deskFor(
        ownLineSchema.parse({ enabled: true, queue: QUEUE, forwardMinutes: 720 }),
        "2026-06-10T09:00:00Z",
      );
      const turns = new Map<string, number>(IDS.map((id) => [id, 0]));
      for (const [conversation, isTaken] of taken.entries()) {
        desk.run(conversation, { kind: "customer-wrote", at: desk.now, text: "Hello" });
        const operator = desk.operator(conversation);
        if (typeof operator !== "string") throw new Error("everybody is there");
        turns.set(operator, (turns.get(operator) ?? 0) + 1);
        if (isTaken) desk.run(conversation, { kind: "accepted", at: desk.now, by: operator });
        expect(Math.max(...turns.values()) - Math.min(...turns.values())).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test("every wait is measured once, at its minute: as a counter beside the engine has it", () => {
  const kpi = { minutes: 7, notify: ["9"] };
  const line = ownLineSchema.parse({
    enabled: true,
    queue: QUEUE,
    unanswered: { minutes: 11 },
    kpi: { first: kpi, further: kpi },
  });
  const talk = fc.array(
    fc.record({
      who: fc.constantFrom("customer", "agent"),
      minutes: fc.integer({ min: 0, max: 20 }),
      down: fc.boolean(),
    }),
    { minLength: 1, maxLength: 40 },
  );
  fc.assert(
    fc.property(talk, (said) => {
      const desk = deskFor(line, "2026-06-10T09:00:00Z");
      const expected: { readonly late: number[]; readonly marked: number[] } = { late: [], marked: [] };
      let since: number | undefined;
      for (const { who, minutes, down } of said) {
        const began = desk.now;
        // A minute more than asked, less a second: nothing happens at the very instant at which a timer is due.
        const length = minutes * MINUTE + 30_000;
        if (down) desk.outage(length);
        else desk.pass(length);
        for (const [list, limit] of [
          [expected.late, kpi.minutes],
          [expected.marked, 11],
        ] as const) {
          const due = since === undefined ? undefined : since + limit * MINUTE;
          if (due !== undefined && due > began && due <= desk.now) list.push(down ? desk.now : due);
        }
        if (who === "customer") desk.run(1, { kind: "customer-wrote", at: desk.now, text: "Hello" });
        else desk.run(1, { kind: "agent-wrote", at: desk.now, by: "1" });
        since = who === "customer" ? (since ?? desk.now) : undefined;
      }
      const when = (is: (effect: (typeof desk.done)[number]["effect"]) => boolean) =>
        desk.done.filter(({ effect }) => is(effect)).map(({ at }) => at);
      expect(when((effect) => effect.kind === "late")).toEqual(expected.late);
      expect(when((effect) => effect.kind === "mark" && effect.unanswered)).toEqual(expected.marked);
    }),
  );
});

test("a timer over a change of clocks comes after as much working time as it says", () => {
  for (const [zone, from] of [
    ["Europe/Berlin", "2026-03-29T00:30:00Z"],
    ["Europe/Berlin", "2026-10-25T00:30:00Z"],
    ["America/Santiago", "2026-09-06T03:30:00Z"],
    ["America/Santiago", "2026-04-05T02:30:00Z"],
  ] as const) {
    const all = [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from: "00:00", to: "24:00" }));
    const hours = { zone, week: all };
    const desk = deskFor(ownLineSchema.parse({ enabled: true, queue: QUEUE, hours, forwardMinutes: 120 }), from);
    desk.run(1, { kind: "customer-wrote", at: desk.now, text: "Hello" });
    expect(desk.dueAt(1)).toBe(Date.parse(from) + 2 * HOUR);
    desk.pass(2 * HOUR);
    expect(desk.effects(1).filter((effect) => effect.kind === "turn")).toHaveLength(2);
  }
});
