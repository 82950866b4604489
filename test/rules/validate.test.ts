import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/rules/evaluate.ts";
import { rulesetSchema } from "../../src/rules/ruleset.ts";
import { REASON_LANGUAGES } from "../../src/rules/texts/reason-texts.ts";
import { writesOf } from "../../src/rules/texts/writes.ts";
import { brokenPartsOf } from "../../src/rules/validate.ts";
import { entity, facts, ownRules, ruleset } from "./samples.ts";

const bad = { fact: "text", op: "matches", values: ["(?=x)"] };
const filter = (more: object = {}) => ({ id: "f", when: { not: bad }, ...more });
const who = { kind: "person", id: "1" };

describe("a ruleset", () => {
  test("that is empty is whole and has nothing broken", () => {
    expect(brokenPartsOf(ruleset())).toEqual([]);
  });

  test("names the place of each broken pattern and template, in every group and copy", () => {
    const groups = {
      transfer: { crm: { filters: [filter()] }, line: { filters: [filter()] } },
      pipelines: { first: { filters: [filter()] }, repeat: { filters: [{ id: "a", when: { all: [] } }, filter()] } },
      responsible: { filters: [filter({ who })] },
      titles: { missed: { deal: "{{ name" } },
      fields: [{ entity: "lead", field: "title", value: "{{ x | nosuchfilter }}" }],
    };
    const places = [
      ...["transfer.crm.filters.0.when", "transfer.line.filters.0.when", "pipelines.first.filters.0.when"],
      ...["pipelines.repeat.filters.1.when", "responsible.filters.0.when", "titles.missed.deal", "fields.0.value"],
    ];
    const broken = brokenPartsOf(
      ruleset({ chats: groups, requests: groups, mail: { as: "chats" }, overrides: [{ id: "o", line: "1", groups }] }),
    );
    expect(broken.map((part) => part.path).toSorted()).toEqual(
      ["chats", "requests", "overrides.0.groups"].flatMap((at) => places.map((place) => `${at}.${place}`)).toSorted(),
    );
    expect(broken[0]?.sentence).toContain("“(?=x)”");
  });

  test("names the very test in a group whose pattern is broken", () => {
    const good = { ...bad, values: ["x"] };
    const when = { all: [good, { any: [good, { not: { all: [bad] } }] }] };
    const filters = [{ id: "f", when }];
    const broken = brokenPartsOf(ruleset({ chats: { transfer: { crm: { filters } } } }));
    expect(broken.map(({ path }) => path)).toEqual(["chats.transfer.crm.filters.0.when.1.1.0"]);
  });

  test("tells a pattern that would cost every message too much", () => {
    const withPattern = (pattern: string) => {
      const when = { fact: "text", op: "matches", values: [pattern] };
      return brokenPartsOf(ruleset({ chats: { transfer: { crm: { filters: [{ id: "f", when }] } } } }));
    };
    expect(withPattern("(a|b)*a(a|b){100}c")).toEqual([]);
    expect(withPattern("(a|b)*a(a|b){200}c")[0]?.sentence).toContain("repeats too much");
  });

  test("refuses what cannot be meant", () => {
    const depth = (levels: number): unknown => (levels === 1 ? { all: [] } : { all: [depth(levels - 1)] });
    const withDepth = (levels: number) =>
      rulesetSchema.safeParse({ chats: { transfer: { crm: { filters: [{ id: "f", when: depth(levels) }] } } } })
        .success;
    expect([withDepth(6), withDepth(7)]).toEqual([true, false]);
    expect(rulesetSchema.safeParse({ time: { zone: "Mars/Base" } }).success).toBe(false);
    expect(rulesetSchema.safeParse({ chats: { creation: { first: "everything" } } }).success).toBe(false);
    expect(rulesetSchema.safeParse({ identity: { defaultCountry: "Russia" } }).success).toBe(false);
  });
});

describe("what a decision would write, in words", () => {
  const decisions = [
    evaluate(facts(), ownRules()),
    evaluate(facts(), ownRules({ creation: { first: "deal" }, comments: { form: "both", when: "end" } })),
    evaluate(facts(), ownRules({ creation: { first: "contact" } })),
    evaluate(facts({ customer: { canBeAnswered: false } }), ownRules()),
    evaluate(facts({ crm: { found: [entity("deal", "7")] } }), ownRules({ creation: { repeat: "activity" } })),
    evaluate(facts({ line: "1" }), ruleset()),
  ];

  test.each(REASON_LANGUAGES)("says it whole in %s", (language) => {
    for (const decision of decisions) {
      const sentences = writesOf(decision, "Telegram: Maria", language);
      expect(sentences.length).toBeGreaterThan(0);
      for (const sentence of sentences) {
        expect(sentence).toMatch(/\.$/);
        expect(sentence).not.toMatch(/undefined|null|\[object|\(\)/);
      }
    }
  });

  test("is told differently in each language, and nothing is left out", () => {
    const said = REASON_LANGUAGES.map((language) => decisions.map((one) => writesOf(one, "T", language)));
    expect(new Set(said.map((one) => JSON.stringify(one))).size).toBe(REASON_LANGUAGES.length);
    const [deal] = decisions.slice(1);
    // A contact, a deal, a comment and an activity.
    for (const language of REASON_LANGUAGES) expect(deal && writesOf(deal, "T", language)).toHaveLength(4);
    expect(decisions[4] && writesOf(decisions[4], "T", "en")).toEqual([
      "Write the conversation into deal 7.",
      "Add an activity with a button to deal 7.",
    ]);
    expect(decisions[5] && writesOf(decisions[5], "T", "en")).toEqual(["Nothing."]);
  });
});
