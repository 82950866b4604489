import type { Condition, TEXT_FACTS, Test, TextOperator } from "./condition-schema.ts";
import type { CrmEntity, Facts } from "./facts.ts";
import { fold } from "./fold.ts";
import { createPatterns, type Patterns } from "./patterns.ts";

/** What conditions ask about, made ready once for all conditions of a decision. */
export interface Subject {
  readonly facts: Facts;
  readonly contact: "first" | "repeat";
  readonly openDeals: readonly CrmEntity[];
  /** Folded texts by the numbers that `createTexts` gave them, made when first asked for. */
  readonly folded: (readonly string[] | undefined)[];
  /** By the same numbers, which patterns were found there, by theirs. */
  readonly found: (readonly boolean[] | undefined)[];
}

type Read = (facts: Facts) => readonly string[];

/** Numbers for the texts that the conditions of a plan look at: two hundred look-ups by name would cost more than the tests. */
export interface Texts {
  /** The text's number; the same for the same key. */
  number(key: string, read: Read): number;
  of(subject: Subject, number: number): readonly string[];
  /** The number, within that text, of a pattern to look for there; `undefined` when it is none. */
  pattern(number: number, pattern: string): number | undefined;
  found(subject: Subject, number: number): readonly boolean[];
}

export function createTexts(): Texts {
  const numbers = new Map<string, number>();
  const readers: Read[] = [];
  const patterns: Patterns[] = [];

  return {
    number(key, read) {
      const known = numbers.get(key);
      if (known !== undefined) return known;
      numbers.set(key, readers.length);
      patterns.push(createPatterns());
      return readers.push(read) - 1;
    },
    of(subject, number) {
      const known = subject.folded[number];
      if (known) return known;
      const folded = (readers[number]?.(subject.facts) ?? []).map(fold);
      subject.folded[number] = folded;
      return folded;
    },
    pattern: (number, pattern) => patterns[number]?.add(pattern),
    found(subject, number) {
      const known = subject.found[number];
      if (known) return known;
      const [first = [], ...others] = this.of(subject, number).map((text) => patterns[number]?.find(text) ?? []);
      const found = first.map((one, index) => one || others.some((other) => other[index]));
      subject.found[number] = found;
      return found;
    },
  };
}

/** Answers whether the condition holds. */
export type Check = (subject: Subject) => boolean;

/** Which of the checks holds first; -1 when none does. A loop, because this is where deciding spends its time. */
export function firstThatHolds(checks: readonly Check[], subject: Subject): number {
  for (let index = 0; index < checks.length; index += 1) if (checks[index]?.(subject) === true) return index;
  return -1;
}

/**
 * Makes a condition ready to be asked many times. Groups are asked from left to right and stop at the first answer.
 * A pattern that is no regular expression never matches: `brokenPartsOf` finds it before it is saved.
 */
export function compileCondition(condition: Condition, texts: Texts): Check {
  if ("all" in condition) {
    const checks = condition.all.map((one) => compileCondition(one, texts));
    return (subject) => checks.every((check) => check(subject));
  }
  if ("any" in condition) {
    const checks = condition.any.map((one) => compileCondition(one, texts));
    return (subject) => checks.some((check) => check(subject));
  }
  if ("not" in condition) {
    const check = compileCondition(condition.not, texts);
    return (subject) => !check(subject);
  }
  return compileTest(condition, texts);
}

function compileTest(test: Test, texts: Texts): Check {
  switch (test.fact) {
    case "contact":
      return (subject) => subject.contact === test.is;
    case "weekday": {
      const days = new Set(test.values);
      return ({ facts }) => days.has(facts.local.weekday);
    }
    case "known":
      return ({ facts }) => facts.crm.found.length > 0 === test.is;
    case "has-phone":
      return ({ facts }) => facts.customer.phones.length > 0 === test.is;
    case "has-email":
      return ({ facts }) => facts.customer.emails.length > 0 === test.is;
    case "working-hours":
      // Where no hours are set it is always working time.
      return ({ facts }) => (facts.local.workingHours ?? true) === test.is;
    case "open-deal":
      return ({ openDeals }) =>
        openDeals.some(
          (deal) =>
            (test.pipeline === undefined || deal.pipeline === test.pipeline) &&
            (test.stage === undefined || deal.stage === test.stage),
        ) === test.is;
    case "utm":
    case "field": {
      const number = texts.number(`${test.fact}:${test.name}`, (facts) => named(facts, test.fact, test.name));
      return compileText(test.op, test.values, texts, number);
    }
    default: {
      const { fact } = test;
      const number = texts.number(fact, (facts) => textsOf(facts, fact));
      return compileText(test.op, test.values, texts, number);
    }
  }
}

function compileText(op: TextOperator, values: readonly string[], texts: Texts, number: number): Check {
  if (op === "matches") {
    const wanted = values.flatMap((value) => texts.pattern(number, value) ?? []);
    return (subject) => {
      const found = subject.found[number] ?? texts.found(subject, number);
      return wanted.some((pattern) => found[pattern]);
    };
  }
  const holds = compileOne(op, values);
  return (subject) => {
    const folded = subject.folded[number] ?? texts.of(subject, number);
    return folded.length === 1 ? holds(folded[0] ?? "") : folded.some(holds);
  };
}

function compileOne(op: Exclude<TextOperator, "matches">, values: readonly string[]): (text: string) => boolean {
  const wanted = values.map(fold);
  const [only = ""] = wanted;
  if (op === "is") {
    if (wanted.length === 1) return (text) => text === only;
    const set = new Set(wanted);
    return (text) => set.has(text);
  }
  if (wanted.length === 1) return (text) => text.includes(only);
  return (text) => wanted.some((value) => text.includes(value));
}

/** The regular expressions of a condition, as they were written. */
export function patternsOf(condition: Condition): readonly string[] {
  if ("all" in condition) return condition.all.flatMap(patternsOf);
  if ("any" in condition) return condition.any.flatMap(patternsOf);
  if ("not" in condition) return patternsOf(condition.not);
  return "op" in condition && condition.op === "matches" ? condition.values : [];
}

function named(facts: Facts, fact: "utm" | "field", name: string): readonly string[] {
  const holder = fact === "utm" ? facts.site.utm : facts.site.fields;
  return Object.hasOwn(holder, name) ? [holder[name] ?? ""] : [];
}

function textsOf(facts: Facts, fact: (typeof TEXT_FACTS)[number]): readonly string[] {
  switch (fact) {
    case "channel":
      return [facts.channel];
    case "account":
      return [facts.account.id];
    case "line":
      return facts.line === null ? [] : [facts.line];
    case "site":
      return [facts.site.host];
    case "page":
      return [facts.site.page];
    case "language":
      return [facts.customer.language];
    case "text":
      return [facts.text];
    case "form":
      return [facts.site.form];
    case "tag":
      return facts.tags;
    case "mail-from":
      return [facts.mail.from];
    case "mail-to":
      return facts.mail.to;
    case "mail-subject":
      return [facts.mail.subject];
  }
}
