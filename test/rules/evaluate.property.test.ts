import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Condition, depthOf, MAX_DEPTH } from "../../src/rules/condition-schema.ts";
import type { Decision } from "../../src/rules/decision.ts";
import { evaluate } from "../../src/rules/evaluate.ts";
import { type CrmEntity, EVENTS, type Facts, factsSchema } from "../../src/rules/facts.ts";
import { FIRST_CREATIONS, REPEAT_CREATIONS, type Ruleset, rulesetSchema } from "../../src/rules/ruleset.ts";
import { REASON_LANGUAGES, sentenceOf } from "../../src/rules/texts/reason-texts.ts";

const word = fc.constantFrom("a", "b", "Ёж", "еж", "telegram", "shop.example", "");
const value = fc.constantFrom("a", "b", "Ёж", "telegram", "shop", "(", "[a-z]+");
const id = fc.constantFrom("1", "2", "3", "10");

const found: fc.Arbitrary<CrmEntity> = fc.record(
  {
    type: fc.constantFrom("lead", "deal", "contact", "company"),
    id,
    open: fc.boolean(),
    lastActiveAt: fc.constantFrom("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-02T03:00:00+03:00"),
    by: fc.constantFrom("link", "phone", "email", "messenger", "contact"),
    responsible: id,
    pipeline: fc.constantFrom("0", "3"),
    stage: fc.constantFrom("NEW", "C3:NEW"),
  },
  { requiredKeys: ["type", "id", "open", "lastActiveAt", "by"] },
);

const facts: fc.Arbitrary<Facts> = fc
  .record({
    event: fc.constantFrom(...EVENTS),
    local: fc.record({
      date: fc.constant("2026-11-28"),
      time: fc.constant("10:00"),
      weekday: fc.integer({ min: 1, max: 7 }),
      workingHours: fc.option(fc.boolean()),
    }),
    channel: word,
    account: fc.record({ id, name: word }),
    line: fc.option(id),
    customer: fc.record({
      name: word,
      phones: fc.array(word, { maxLength: 2 }),
      emails: fc.array(word, { maxLength: 2 }),
      canBeAnswered: fc.boolean(),
    }),
    text: fc.string({ maxLength: 40 }),
    tags: fc.array(word, { maxLength: 3 }),
    crm: fc.record({
      leads: fc.boolean(),
      found: fc.array(found, { maxLength: 8 }),
      chosen: fc.array(fc.record({ type: fc.constantFrom("lead", "deal"), id }), { maxLength: 2 }),
    }),
    directory: fc.record({
      leadStages: fc.option(fc.constant(["NEW"])),
      pipelines: fc.option(fc.constant({ "0": ["NEW"], "3": ["C3:NEW"] })),
      departments: fc.constant({ "1": ["1", "2", "3"] }),
      people: fc.array(
        fc.record({ id, active: fc.boolean(), absent: fc.boolean(), load: fc.nat(5), given: fc.nat(5) }),
      ),
      lastGiven: fc.constant({ "1": "2" }),
    }),
  })
  .map((given) => factsSchema.parse(given));

/** Nothing of them is known yet. */
const strangers = facts.map((given) => ({ ...given, crm: { ...given.crm, found: [], chosen: [] } }));

const { condition: anyCondition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record({
      fact: fc.constantFrom("channel", "text", "tag", "site"),
      op: fc.constantFrom("is", "contains", "matches"),
      values: fc.array(value, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ fact: fc.constantFrom("known", "has-phone", "working-hours"), is: fc.boolean() }),
    fc.record({ fact: fc.constant("contact"), is: fc.constantFrom("first", "repeat") }),
    fc.record({ fact: fc.constant("open-deal"), pipeline: id, is: fc.boolean() }),
    fc.record({ all: fc.array(tie("condition"), { maxLength: 3 }) }),
    fc.record({ any: fc.array(tie("condition"), { maxLength: 3 }) }),
    fc.record({ not: tie("condition") }),
  ) as fc.Arbitrary<Condition>,
}));

const condition = anyCondition.filter((one) => depthOf(one) <= MAX_DEPTH);

const filters = (more: fc.Arbitrary<object>) =>
  fc.array(
    fc.tuple(id, condition, more).map(([name, when, rest]) => ({ id: name, when, ...rest })),
    { maxLength: 4 },
  );
const verdict = fc.constantFrom("allow", "deny");
const place = fc.record(
  {
    leadStage: fc.constantFrom("NEW", "GONE"),
    pipeline: fc.constantFrom("0", "3", "9"),
    stage: fc.constantFrom("NEW", "C3:NEW"),
  },
  { requiredKeys: [] },
);
const who = fc.oneof(
  fc.record({ kind: fc.constant("person"), id }),
  fc.record({ kind: fc.constant("department"), id, spread: fc.constantFrom("evenly", "in-order", "least-loaded") }),
);
const gate = fc.record({ otherwise: verdict, filters: filters(fc.record({ verdict })) });
const placing = fc.record({
  otherwise: place,
  filters: filters(fc.tuple(place, verdict).map(([at, how]) => ({ ...at, verdict: how }))),
});

const groups = fc.record({
  transfer: fc.record({ crm: gate, line: gate }),
  creation: fc.record({
    first: fc.constantFrom(...FIRST_CREATIONS),
    repeat: fc.constantFrom(...REPEAT_CREATIONS),
    reuseOpen: fc.boolean(),
    waitForContact: fc.boolean(),
  }),
  comments: fc.record({
    priority: fc.constantFrom("deals", "leads", "both"),
    addToClosed: fc.boolean(),
    alsoContact: fc.boolean(),
  }),
  pipelines: fc.record({ first: placing, repeat: placing }),
  responsible: fc.record({
    otherwise: fc.option(who),
    fromEntity: fc.boolean(),
    filters: filters(who.map((one) => ({ who: one }))),
  }),
});

const ruleset: fc.Arbitrary<Ruleset> = fc
  .record({
    owner: fc.record({ who: fc.constantFrom("line", "rules") }),
    chats: groups,
    requests: fc.oneof(fc.constant({ as: "chats" }), groups),
    overrides: fc.array(fc.record({ id, account: id, owner: fc.record({ who: fc.constantFrom("line", "rules") }) }), {
      maxLength: 2,
    }),
  })
  .map((given) => rulesetSchema.parse(given));

const makes = ({ create }: Decision) => (["lead", "deal", "contact"].includes(create.kind) ? 1 : 0);

describe("whatever the facts and the rules, a decision", () => {
  test("is made, is the same each time, and says why in every language", () => {
    fc.assert(
      fc.property(facts, ruleset, (given, rules) => {
        const decision = evaluate(given, rules);
        expect(evaluate(structuredClone(given), structuredClone(rules))).toEqual(decision);
        expect(decision.reasons.length).toBeGreaterThan(0);
        for (const reason of [...decision.reasons, ...decision.warnings])
          for (const language of REASON_LANGUAGES) {
            expect(sentenceOf(reason, language)).toMatch(/\.$/);
            expect(sentenceOf(reason, language)).not.toMatch(/undefined|null|NaN|\[object/);
          }
      }),
    );
  });

  test("does not depend on the order in which the CRM answered", () => {
    fc.assert(
      fc.property(facts, ruleset, fc.infiniteStream(fc.nat()), (given, rules, order) => {
        const shuffled = given.crm.found
          .map((one) => ({ one, at: order.next().value ?? 0 }))
          .toSorted((a, b) => a.at - b.at)
          .map(({ one }) => one);
        const again = { ...given, crm: { ...given.crm, found: shuffled } };
        expect(evaluate(again, rules)).toEqual(evaluate(given, rules));
      }),
    );
  });

  test("makes nothing where the line makes it, or the CRM is not to know", () => {
    fc.assert(
      fc.property(facts, ruleset, (given, rules) => {
        const decision = evaluate(given, rules);
        if (decision.owner === "rules" && decision.transfer.crm) return;
        expect(makes(decision)).toBe(0);
        expect(decision.targets).toEqual([]);
      }),
    );
  });

  test("never makes anything twice: what it made is found the next time and used", () => {
    fc.assert(
      fc.property(strangers, ruleset, (given, rules) => {
        const first = evaluate(given, rules);
        fc.pre(first.contact === "first" && makes(first) === 1);
        const type = first.create.kind as "lead" | "deal" | "contact";
        const made: CrmEntity = { type, id: "made", open: true, lastActiveAt: "2027-01-01T00:00:00Z", by: "link" };
        const second = evaluate({ ...given, crm: { ...given.crm, found: [made, ...given.crm.found] } }, rules);
        expect(second.contact).toBe("repeat");
        const groupsNow = given.event === "request" && !("as" in rules.requests) ? rules.requests : rules.chats;
        const { repeat, reuseOpen } = groupsNow.creation;
        const wanted = repeat === "lead" && !given.crm.leads ? "deal" : repeat;
        if (reuseOpen && (wanted === type || wanted === "nothing" || wanted === "activity"))
          expect(makes(second)).toBe(0);
      }),
    );
  });

  test("puts comments only where something was found, each once, and into nothing that is closed beside something open", () => {
    fc.assert(
      fc.property(facts, ruleset, (given, rules) => {
        const { targets } = evaluate(given, rules);
        const names = targets.map((target) => `${target.type}:${target.id}`);
        expect(new Set(names).size).toBe(names.length);
        for (const target of targets)
          expect(given.crm.found.some((one) => one.type === target.type && one.id === target.id)).toBe(true);
      }),
    );
  });
});
