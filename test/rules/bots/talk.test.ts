import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type BotMessage,
  type BotTalk,
  type BotView,
  finish,
  judge,
  leave,
  NO_TALK,
} from "../../../src/rules/bots/talk.ts";
import { ownLineSchema } from "../../../src/rules/lines/own-line.ts";
import type { OwnEffect, OwnEvent, OwnSession } from "../../../src/rules/lines/own-session.ts";
import { stepThrough } from "../../../src/rules/lines/step.ts";

const MINUTE = 60_000;

const view = (messages: readonly BotMessage[], more: Partial<BotView> = {}): BotView => ({
  ...{ settings: { when: "always" }, broken: false, open: false, taken: false, messages },
  ...more,
});
const said = (seq: number, by: BotMessage["by"] = "customer", more: Partial<BotMessage> = {}): BotMessage => ({
  ...{ id: String(seq), seq, by, begins: by === "customer", isFirst: seq === 1 },
  ...more,
});
const answered = ({ talk, ask }: { talk: BotTalk; ask: BotMessage | undefined }): BotTalk => ({
  ...talk,
  started: true,
  seenSeq: ask?.seq ?? talk.seenSeq,
});

test("a session that begins is the bot's, and stays so message by message", () => {
  const first = judge(NO_TALK, view([said(1), said(2)]));
  expect(first).toMatchObject({ ask: { seq: 1 }, talk: { phase: "talking", session: 1, started: false } });
  const second = judge(answered(first), view([said(2)], { open: true }));
  expect(second).toMatchObject({ ask: { seq: 2 }, talk: { session: 1, wasOpen: true } });
});

test("one that people have is not, and neither is one that begins while it is off, or rests, or is for the first time alone", () => {
  for (const people of [{ open: true }, { taken: true }, { settings: undefined }, { broken: true }])
    expect(judge(NO_TALK, view([said(1)], people))).toMatchObject({
      ask: undefined,
      talk: { phase: "none", seenSeq: 1 },
    });
  expect(judge(NO_TALK, view([said(1, "customer", { begins: false })])).ask).toBeUndefined();
  const first = { settings: { when: "first" } } as const;
  expect(judge(NO_TALK, view([said(1)], first)).ask).toMatchObject({ seq: 1 });
  expect(judge(NO_TALK, view([said(7)], first)).ask).toBeUndefined();
});

test("whoever writes or takes it ends that, and it comes back with the next session only", () => {
  const talking = answered(judge(NO_TALK, view([said(1)])));
  const left = judge(talking, view([said(2, "person"), said(3)], { open: true }));
  expect(left).toMatchObject({ ask: undefined, talk: { phase: "left", ended: "taken", seenSeq: 3 } });
  expect(judge(talking, view([], { taken: true })).talk.ended).toBe("taken");
  const open = judge(left.talk, view([said(4)], { open: true })).talk;
  expect(open).toMatchObject({ phase: "left", wasOpen: true });
  expect(judge(open, view([said(5)])).talk).toMatchObject({ phase: "talking", session: 2, ended: null });
  // Handed over, and not yet seen to be open anywhere: it is still people's.
  const handed = leave(answered(judge(NO_TALK, view([said(1)]))), "handover");
  expect(judge(handed, view([said(2)])).ask).toBeUndefined();
});

test("what it closed is known, and nothing is told to a bot that never heard of the session", () => {
  const begun = judge(NO_TALK, view([said(1)])).talk;
  expect(leave(begun, "failed").ended).toBeNull();
  expect(finish(answered({ talk: begun, ask: said(1) }), "closed", 1)).toMatchObject({
    ...{ phase: "none", keptUpTo: 1, ended: "closed" },
  });
});

const happening = fc.record({
  by: fc.constantFrom("customer" as const, "customer" as const, "person" as const, "nobody" as const),
  begins: fc.boolean(),
  open: fc.boolean(),
  taken: fc.boolean(),
  broken: fc.boolean(),
  on: fc.boolean(),
  ends: fc.constantFrom("continue" as const, "continue" as const, "handover" as const, "close" as const),
});

test("whatever happens, each message is asked about once at most and in its order, and a person's word silences it", () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 40 }), (trail) => {
      let talk: BotTalk = NO_TALK;
      const asked: number[] = [];
      for (const [n, { by, begins, open, taken, broken, on, ends }] of trail.entries()) {
        const message = said(n + 1, by, { begins: by === "customer" && begins });
        const now = view([message], { open, taken, broken, settings: on ? { when: "always" } : undefined });
        const judged = judge(talk, now);
        // Decided again before it was kept, and after it: the same.
        expect(judge(talk, now)).toEqual(judged);
        expect(judge(judged.talk, now)).toEqual(judged);
        if (by !== "customer" || taken || !on || broken) expect(judged.ask).toBeUndefined();
        if (by === "person") expect(judged.talk.phase).not.toBe("talking");
        if (judged.ask) {
          expect(judged.talk.phase).toBe("talking");
          asked.push(judged.ask.seq);
          talk = answered(judged);
          if (ends === "handover") talk = leave(talk, "handover");
          if (ends === "close") talk = finish(talk, "closed", talk.seenSeq);
        } else {
          talk = judged.talk;
          expect(talk.seenSeq).toBe(n + 1);
        }
      }
      expect(asked).toEqual([...new Set(asked)].toSorted((a, b) => a - b));
    }),
  );
});

test("while a bot has it nobody is looked for, told or late; where it ends the queue begins", () => {
  const line = ownLineSchema.parse({
    ...{ enabled: true, queue: [{ kind: "person", id: "1" }], greeting: "Welcome", offHoursReply: "Later" },
    unanswered: { minutes: 1, reply: "A moment" },
    kpi: { first: { minutes: 1, notify: ["9"] } },
  });
  const queue = [{ id: "1", active: true, online: true, chats: 0, lastTurn: 0 }];
  const event = fc.constantFrom("customer-wrote" as const, "bot-wrote" as const, "settings-changed" as const);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(event, fc.integer({ min: 0, max: 90 })), { minLength: 1, maxLength: 20 }),
      (trail) => {
        let now = Date.parse("2026-03-02T09:00:00Z");
        let state: OwnSession | undefined;
        const step = (events: readonly OwnEvent[], bot: boolean): readonly OwnEffect[] => {
          const stepped = stepThrough(state, events, line, { now, queue, bot });
          state = JSON.parse(JSON.stringify(stepped.state)) as OwnSession;
          return stepped.effects;
        };
        const effects = trail.flatMap(([kind, minutes]) => {
          now += minutes * MINUTE;
          return step([{ kind, at: now }], true);
        });
        expect(effects.filter(({ kind }) => kind !== "stand")).toEqual([]);
        const wrote = trail.some(([kind]) => kind === "customer-wrote");
        const left = step([], false);
        expect(left.some(({ kind }) => kind === "turn")).toBe(wrote);
        expect(left.some(({ kind }) => kind === "tell")).toBe(wrote);
        expect(step([], false)).toEqual([]);
        now += 2 * MINUTE;
        // From here on it is judged as any conversation is.
        expect(step([], false).some(({ kind }) => kind === "late")).toBe(wrote);
      },
    ),
  );
});
