import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/rules/evaluate.ts";
import { entity, facts, ownRules, ruleset } from "./samples.ts";

const codes = (decision: ReturnType<typeof evaluate>) => decision.reasons.map((reason) => reason.code);
const at = (minute: number) => new Date(Date.UTC(2026, 5, 1, 0, minute)).toISOString();

describe("who creates", () => {
  test("the line by default, and then the rules make and write nothing", () => {
    const decision = evaluate(facts({ line: "1" }), ruleset());
    expect(decision).toMatchObject({ owner: "line", create: { kind: "nothing" }, targets: [] });
    expect(codes(decision)).toContain("owner-line");
  });

  test("the rules where there is no line", () => {
    const decision = evaluate(facts({ line: null }), ruleset());
    expect(decision).toMatchObject({ owner: "rules", create: { kind: "lead" } });
  });

  test("whom an override for the account names, before one for the line", () => {
    const rules = ruleset({
      overrides: [
        { id: "l", line: "1", owner: { who: "rules" } },
        { id: "a", account: "shop", owner: { who: "line" } },
      ],
    });
    expect(evaluate(facts({ line: "1", account: { id: "other" } }), rules).owner).toBe("rules");
    expect(evaluate(facts({ line: "1", account: { id: "shop" } }), rules).owner).toBe("line");
  });
});

describe("the company that moves in and must not double anything", () => {
  const rules = ownRules({
    creation: { first: "lead", repeat: "nothing" },
    comments: { priority: "deals" },
  });
  const deals = [entity("deal", "10", { lastActiveAt: at(1) }), entity("deal", "11", { lastActiveAt: at(2) })];
  const leads = [entity("lead", "20", { lastActiveAt: at(9) })];
  const contact = entity("contact", "30");

  test("deals are searched first", () => {
    const decision = evaluate(facts({ crm: { found: [contact, ...leads, ...deals] } }), rules);
    expect(decision).toMatchObject({
      contact: "repeat",
      create: { kind: "nothing" },
      targets: [{ type: "deal", id: "11" }],
    });
  });

  test("then the lead", () => {
    const decision = evaluate(facts({ crm: { found: [contact, ...leads] } }), rules);
    expect(decision).toMatchObject({ create: { kind: "nothing" }, targets: [{ type: "lead", id: "20" }] });
  });

  test("then the contact, then the company", () => {
    const company = entity("company", "40");
    expect(evaluate(facts({ crm: { found: [company, contact] } }), rules).targets).toEqual([
      { type: "contact", id: "30" },
    ]);
    expect(evaluate(facts({ crm: { found: [company] } }), rules).targets).toEqual([{ type: "company", id: "40" }]);
  });

  test("and only when nothing is found the rule of a first contact acts", () => {
    expect(evaluate(facts(), rules)).toMatchObject({ contact: "first", create: { kind: "lead" }, targets: [] });
  });

  test("into both: the freshest deal and the freshest lead", () => {
    const both = ownRules({ creation: { repeat: "nothing" }, comments: { priority: "both" } });
    const decision = evaluate(facts({ crm: { found: [...deals, ...leads, contact] } }), both);
    expect(decision.create).toEqual({ kind: "nothing" });
    expect(decision.targets).toEqual([
      { type: "deal", id: "11" },
      { type: "lead", id: "20" },
    ]);
  });
});

describe("closed leads and deals", () => {
  const closed = [
    entity("deal", "1", { open: false, lastActiveAt: at(1) }),
    entity("deal", "2", { open: false, lastActiveAt: at(2) }),
    entity("lead", "3", { open: false, lastActiveAt: at(3) }),
  ];

  test("take it when all of them are closed: the last one", () => {
    const decision = evaluate(facts({ crm: { found: closed } }), ownRules());
    expect(decision.targets).toEqual([{ type: "deal", id: "2" }]);
    const both = ownRules({ comments: { priority: "both" } });
    expect(evaluate(facts({ crm: { found: closed } }), both).targets).toEqual([{ type: "lead", id: "3" }]);
  });

  test("never while one is open", () => {
    const found = [...closed, entity("lead", "9", { lastActiveAt: at(0) })];
    expect(evaluate(facts({ crm: { found } }), ownRules()).targets).toEqual([{ type: "lead", id: "9" }]);
  });

  test("are passed over where the rules say so: the contact takes it, or it is a first contact", () => {
    const rules = ownRules({ comments: { addToClosed: false } });
    expect(evaluate(facts({ crm: { found: closed } }), rules)).toMatchObject({
      contact: "first",
      create: { kind: "lead" },
    });
    const found = [...closed, entity("contact", "5")];
    const decision = evaluate(facts({ crm: { found } }), rules);
    expect(decision).toMatchObject({ contact: "repeat", targets: [{ type: "contact", id: "5" }] });
    expect(codes(decision)).toContain("target-skips-closed");
  });
});

describe("creation", () => {
  test("waits for somebody who can be answered", () => {
    const visitor = { canBeAnswered: false };
    expect(evaluate(facts({ customer: visitor }), ownRules()).create).toEqual({ kind: "later" });
    expect(evaluate(facts({ customer: { ...visitor, phones: ["+79031234567"] } }), ownRules()).create.kind).toBe(
      "lead",
    );
    const hasty = ownRules({ creation: { waitForContact: false } });
    expect(evaluate(facts({ customer: visitor }), hasty).create.kind).toBe("lead");
  });

  test("makes a deal where the portal has no leads, with the contact that is known", () => {
    const decision = evaluate(facts({ crm: { leads: false } }), ownRules());
    expect(decision.create).toEqual({ kind: "deal", pipeline: null, stage: null, contact: null, company: null });
    const rules = ownRules({ creation: { repeat: "deal" } });
    const found = [entity("contact", "7"), entity("company", "8")];
    expect(evaluate(facts({ crm: { found } }), rules).create).toMatchObject({ contact: "7", company: "8" });
  });

  test("on a repeat contact uses an open deal again, or makes a second one where the rules say so", () => {
    const found = [entity("deal", "1"), entity("lead", "2")];
    const again = ownRules({ creation: { repeat: "deal" }, comments: { priority: "leads" } });
    expect(evaluate(facts({ crm: { found } }), again)).toMatchObject({
      create: { kind: "nothing" },
      targets: [{ type: "deal", id: "1" }],
    });
    const always = ownRules({ creation: { repeat: "deal", reuseOpen: false } });
    expect(evaluate(facts({ crm: { found } }), always)).toMatchObject({ create: { kind: "deal" }, targets: [] });
  });

  test("nothing where an agent moved the conversation, and everything goes there", () => {
    const found = [entity("deal", "1"), entity("deal", "2", { open: false })];
    const facts1 = facts({ crm: { found, chosen: [{ type: "deal", id: "2" }] } });
    const rules = ownRules({ creation: { repeat: "deal", reuseOpen: false } });
    expect(evaluate(facts1, rules)).toMatchObject({
      create: { kind: "nothing" },
      targets: [{ type: "deal", id: "2" }],
    });
  });

  test("the same where the CRM told of the chosen card twice, whichever came first", () => {
    const told = [
      entity("deal", "1", { lastActiveAt: at(1) }),
      entity("deal", "1", { lastActiveAt: at(1), responsible: "5" }),
    ];
    const decide = (found: unknown[]) =>
      evaluate(facts({ crm: { found, chosen: [{ type: "deal", id: "1" }] } }), ownRules());
    expect(decide(told)).toEqual(decide(told.toReversed()));
  });

  test("an activity in what was found, and also in the contact", () => {
    const rules = ownRules({ creation: { repeat: "activity" }, comments: { alsoContact: true } });
    const decision = evaluate(facts({ crm: { found: [entity("deal", "1"), entity("contact", "2")] } }), rules);
    expect(decision).toMatchObject({
      create: { kind: "activity" },
      targets: [
        { type: "deal", id: "1" },
        { type: "contact", id: "2" },
      ],
    });
  });
});

describe("the transfer filter", () => {
  const gate = (verdict: string, otherwise: string) => ({
    crm: {
      otherwise,
      filters: [{ id: "f", when: { fact: "text", op: "contains", values: ["Спам", "RAFFLE"] }, verdict }],
    },
  });

  test("keeps out of the CRM what it denies, whatever the case and ё", () => {
    const rules = ownRules({ transfer: gate("deny", "allow") });
    expect(evaluate(facts({ text: "Это СПАМ" }), rules)).toMatchObject({
      transfer: { crm: false, line: true },
      create: { kind: "nothing" },
    });
    expect(evaluate(facts({ text: "Hello" }), rules).transfer.crm).toBe(true);
  });

  test("lets only through what it allows", () => {
    const rules = ownRules({ transfer: gate("allow", "deny") });
    expect(evaluate(facts({ text: "a raffle" }), rules).transfer.crm).toBe(true);
    expect(evaluate(facts({ text: "hello" }), rules).transfer.crm).toBe(false);
  });
});

describe("pipelines and stages", () => {
  const directory = { leadStages: ["NEW", "WARM"], pipelines: { "0": ["NEW"], "3": ["C3:NEW", "C3:WON"] } };
  const placing = (filters: unknown[], otherwise = {}) =>
    ownRules({ creation: { first: "deal" }, pipelines: { first: { filters, otherwise } } });
  const telegram = { fact: "channel", op: "is", values: ["telegram"] };

  test("come from the first filter that matches, else from the default", () => {
    const rules = placing(
      [
        { id: "a", when: { all: [telegram, { fact: "weekday", values: [6, 7] }] }, pipeline: "3", stage: "C3:WON" },
        { id: "b", when: telegram, pipeline: "3", stage: "C3:NEW" },
      ],
      { pipeline: "0", stage: "NEW" },
    );
    const create = (given: object) => evaluate(facts({ directory, ...given }), rules).create;
    expect(create({ channel: "telegram" })).toMatchObject({ pipeline: "3", stage: "C3:NEW" });
    const saturday = { date: "2026-11-28", time: "10:00", weekday: 6, workingHours: false };
    expect(create({ channel: "telegram", local: saturday })).toMatchObject({ stage: "C3:WON" });
    expect(create({ channel: "viber" })).toMatchObject({ pipeline: "0", stage: "NEW" });
  });

  test("go the default way when a filter denies, whatever follows", () => {
    const rules = placing(
      [
        { id: "a", when: telegram, verdict: "deny", pipeline: "3" },
        { id: "b", when: { all: [] }, pipeline: "3", stage: "C3:NEW" },
      ],
      { pipeline: "0" },
    );
    expect(evaluate(facts({ channel: "telegram", directory }), rules).create).toMatchObject({
      pipeline: "0",
      stage: null,
    });
    expect(evaluate(facts({ channel: "viber", directory }), rules).create).toMatchObject({ stage: "C3:NEW" });
  });

  test("fall back, with a warning, when the portal no longer has them", () => {
    const rules = placing([{ id: "a", when: { all: [] }, pipeline: "9" }], { pipeline: "3", stage: "C3:GONE" });
    const decision = evaluate(facts({ directory }), rules);
    expect(decision.create).toMatchObject({ kind: "deal", pipeline: null, stage: null });
    expect(decision.warnings.map((warning) => warning.about)).toEqual([
      { filter: "a", name: "", number: 1, what: "pipeline", missing: "9" },
      { number: 0, what: "stage", missing: "C3:GONE" },
    ]);
    const unread = evaluate(facts(), rules);
    expect(unread).toMatchObject({ create: { pipeline: "9" }, warnings: [] });
  });

  test("of a lead are its stage alone, and repeat contacts have filters of their own", () => {
    const rules = ownRules({
      creation: { first: "lead", repeat: "lead" },
      pipelines: { first: { otherwise: { leadStage: "NEW" } }, repeat: { otherwise: { leadStage: "WARM" } } },
    });
    expect(evaluate(facts({ directory }), rules).create).toEqual({ kind: "lead", stage: "NEW" });
    const found = [entity("contact", "1")];
    expect(evaluate(facts({ directory, crm: { found } }), rules).create).toEqual({ kind: "lead", stage: "WARM" });
  });
});

describe("the responsible person", () => {
  const people = [
    { id: "1", absent: true },
    { id: "2", load: 5, given: 1 },
    { id: "3", load: 2, given: 4 },
    { id: "4", active: false },
  ];
  const directory = { people, departments: { sales: ["1", "2", "3", "4"] } };
  const spread = (kind: string) =>
    ownRules({
      responsible: {
        filters: [{ id: "f", when: { all: [] }, who: { kind: "department", id: "sales", spread: kind } }],
      },
    });

  test("is spread over a department, past those who are away", () => {
    const who = (kind: string, more = {}) =>
      evaluate(facts({ directory: { ...directory, ...more } }), spread(kind)).responsible;
    expect(who("evenly")).toEqual({ person: "2", givenBy: "f" });
    expect(who("least-loaded").person).toBe("3");
    expect(who("in-order").person).toBe("2");
    expect(who("in-order", { lastGiven: { f: "2" } }).person).toBe("3");
    expect(who("in-order", { lastGiven: { f: "3" } }).person).toBe("2");
  });

  test("is whoever has the deal already, unless they left", () => {
    const rules = ownRules({ responsible: { otherwise: { kind: "person", id: "9" } } });
    const of = (responsible: string) =>
      evaluate(facts({ directory, crm: { found: [entity("deal", "1", { responsible })] } }), rules).responsible.person;
    expect(of("3")).toBe("3");
    expect(of("4")).toBe("9");
  });

  test("is nobody in particular when nobody is named", () => {
    const decision = evaluate(facts({ directory: { departments: {} } }), spread("evenly"));
    expect(decision.responsible).toEqual({ person: null, givenBy: null });
    expect(codes(decision)).toEqual(expect.arrayContaining(["responsible-absent", "responsible-nobody"]));
  });
});

describe("copies of the rules", () => {
  test("requests and mail go as chats unless they have rules of their own", () => {
    const rules = ruleset({
      owner: { who: "rules" },
      chats: { creation: { first: "deal" } },
      mail: { creation: { first: "contact" } },
    });
    const kind = (event: string) => evaluate(facts({ event }), rules).create.kind;
    expect([kind("chat"), kind("missed"), kind("request"), kind("mail")]).toEqual(["deal", "deal", "deal", "contact"]);
  });

  test("an override replaces the groups that it names and no other", () => {
    const rules = ownRules(
      { creation: { first: "deal" }, comments: { priority: "both" } },
      { overrides: [{ id: "o", account: "a", groups: { creation: { first: "contact" } } }] },
    );
    expect(evaluate(facts({ account: { id: "a" } }), rules).create.kind).toBe("contact");
    const found = [entity("deal", "1"), entity("lead", "2")];
    expect(evaluate(facts({ account: { id: "a" }, crm: { found } }), rules).targets).toHaveLength(2);
  });
});
