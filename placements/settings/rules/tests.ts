import type { Test } from "./model.ts";

/** What conditions can look at, in the order in which it is offered. */
export const FACTS = [
  "channel",
  "account",
  "line",
  "contact",
  "known",
  "has-phone",
  "has-email",
  "open-deal",
  "text",
  "language",
  "site",
  "page",
  "utm",
  "form",
  "field",
  "tag",
  "working-hours",
  "weekday",
  "mail-from",
  "mail-to",
  "mail-subject",
] as const satisfies readonly Test["fact"][];
export type Fact = (typeof FACTS)[number];

/** A new test of that fact, with nothing said yet that only a person can say. */
export function newTest(fact: Fact): Test {
  switch (fact) {
    case "contact":
      return { fact, is: "first" };
    case "known":
    case "has-phone":
    case "has-email":
    case "working-hours":
    case "open-deal":
      return { fact, is: true };
    case "weekday":
      return { fact, values: [] };
    case "utm":
      return { fact, name: "source", op: "is", values: [] };
    case "field":
      return { fact, name: "", op: "is", values: [] };
    case "text":
    case "page":
    case "mail-subject":
      return { fact, op: "contains", values: [] };
    default:
      return { fact, op: "is", values: [] };
  }
}

export const OPERATORS = ["is", "contains", "matches"] as const;
export type Operator = (typeof OPERATORS)[number];
export const isOperator = (value: unknown): value is Operator => OPERATORS.some((one) => one === value);
