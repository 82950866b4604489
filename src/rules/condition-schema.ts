import { z } from "zod";

/** Conditions as they are kept and edited: plain data, bounded, and readable by whoever exports a ruleset. */

const word = z.string().min(1).max(500);
const words = z.array(word).min(1).max(200);

/** Texts that conditions can look at. */
export const TEXT_FACTS = [
  "channel",
  "account",
  "line",
  "site",
  "page",
  "language",
  "text",
  "form",
  "tag",
  "mail-from",
  "mail-to",
  "mail-subject",
] as const;
/** Yes-or-no facts. */
const FLAG_FACTS = ["known", "has-phone", "has-email", "working-hours"] as const;

/**
 * How texts are compared, always without regard to case and to ё/е. `is`: one of the values, whole. `contains`: one of
 * the values somewhere. `matches`: a regular expression (RE2: no look-around, no back-references, time grows with the
 * text only).
 */
export const TEXT_OPERATORS = ["is", "contains", "matches"] as const;

const textTest = z.object({ fact: z.enum(TEXT_FACTS), op: z.enum(TEXT_OPERATORS), values: words });
const namedTest = z.object({
  fact: z.enum(["utm", "field"]),
  name: word.describe("`source` of utm_source; the name of a form's field."),
  op: z.enum(TEXT_OPERATORS),
  values: words,
});
const flagTest = z.object({ fact: z.enum(FLAG_FACTS), is: z.boolean() });
const contactTest = z.object({ fact: z.literal("contact"), is: z.enum(["first", "repeat"]) });
const weekdayTest = z.object({ fact: z.literal("weekday"), values: z.array(z.int().min(1).max(7)).min(1).max(7) });
const dealTest = z.object({
  fact: z.literal("open-deal"),
  pipeline: word.optional().describe("In this pipeline; without it in any."),
  stage: word.optional(),
  is: z.boolean().default(true),
});

const test = z.discriminatedUnion("fact", [textTest, namedTest, flagTest, contactTest, weekdayTest, dealTest]);

export type Test = z.output<typeof test>;
export type TextOperator = (typeof TEXT_OPERATORS)[number];
export type Condition =
  | Test
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition };

/** An empty `all` holds always, an empty `any` never. */
export const conditionSchema: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    test,
    z.strictObject({ all: z.array(conditionSchema).max(500) }),
    z.strictObject({ any: z.array(conditionSchema).max(500) }),
    z.strictObject({ not: conditionSchema }),
  ]),
);

export const MAX_DEPTH = 6;

/** How deep groups stand in each other; a single test is 1. */
export function depthOf(condition: Condition): number {
  if ("all" in condition) return 1 + Math.max(0, ...condition.all.map(depthOf));
  if ("any" in condition) return 1 + Math.max(0, ...condition.any.map(depthOf));
  if ("not" in condition) return 1 + depthOf(condition.not);
  return 1;
}
