import type { Condition } from "./condition-schema.ts";
import { patternsOf } from "./conditions.ts";
import { patternSize } from "./patterns.ts";
import type { Groups, Ruleset } from "./ruleset.ts";
import { templateProblem } from "./templates.ts";

export interface BrokenPart {
  /** Where in the ruleset, as `chats.titles.chat.lead`. */
  readonly path: string;
  readonly sentence: string;
}

/** What a ruleset's schema cannot tell: patterns and templates that cannot work. Empty: all of it can. */
export function brokenPartsOf(ruleset: Ruleset): readonly BrokenPart[] {
  const own = (name: "requests" | "mail") => ("as" in ruleset[name] ? [] : brokenIn(ruleset[name], name));
  return [
    ...brokenIn(ruleset.chats, "chats"),
    ...own("requests"),
    ...own("mail"),
    ...ruleset.overrides.flatMap((override, index) => brokenIn(override.groups, `overrides.${index}.groups`)),
  ];
}

function brokenIn(groups: Groups | Ruleset["overrides"][number]["groups"], path: string): readonly BrokenPart[] {
  const conditions: readonly (readonly [string, Condition])[] = [
    ...filtersOf(groups.transfer?.crm, `${path}.transfer.crm`),
    ...filtersOf(groups.transfer?.line, `${path}.transfer.line`),
    ...filtersOf(groups.pipelines?.first, `${path}.pipelines.first`),
    ...filtersOf(groups.pipelines?.repeat, `${path}.pipelines.repeat`),
    ...filtersOf(groups.responsible, `${path}.responsible`),
  ];
  const templates: readonly (readonly [string, string])[] = [
    ...Object.entries(groups.titles ?? {}).flatMap(([event, titles]) =>
      Object.entries(titles).map(([card, template]) => [`${path}.titles.${event}.${card}`, template] as const),
    ),
    ...(groups.fields ?? []).map((field, index) => [`${path}.fields.${index}.value`, field.value] as const),
  ];
  return [
    ...conditions
      .flatMap(([start, whole]) => testsIn(whole, start))
      .flatMap(([at, condition]) =>
        patternsOf(condition).flatMap((pattern) => {
          const sentence = patternProblem(pattern);
          return sentence === undefined ? [] : [{ path: at, sentence }];
        }),
      ),
    ...templates.flatMap(([at, template]) => {
      const problem = templateProblem(template);
      return problem === undefined
        ? []
        : [{ path: at, sentence: `The template “${template}” cannot be read: ${problem}` }];
    }),
  ];
}

/** Single tests with their places: those of a group are counted, as `…when.0.2`. */
function testsIn(condition: Condition, path: string): readonly (readonly [string, Condition])[] {
  if ("not" in condition) return testsIn(condition.not, path);
  if (!("all" in condition || "any" in condition)) return [[path, condition]];
  const group = "all" in condition ? condition.all : condition.any;
  return group.flatMap((one, index) => testsIn(one, `${path}.${index}`));
}

/** In steps: rules of one portal must not keep the messages of others waiting, whatever a text is. */
const LARGEST_PATTERN = 500;

function patternProblem(pattern: string): string | undefined {
  const size = patternSize(pattern);
  if (size === undefined)
    return `“${pattern}” is no regular expression that can be used here. Look-around and back-references are not possible.`;
  if (size > LARGEST_PATTERN)
    return `“${pattern}” repeats too much: at most ${LARGEST_PATTERN} steps are allowed, and it has ${size}. Use smaller numbers in {…}.`;
  return undefined;
}

const filtersOf = (
  rules: { readonly filters: readonly { readonly when: Condition }[] } | undefined,
  path: string,
): readonly (readonly [string, Condition])[] =>
  (rules?.filters ?? []).map((filter, index) => [`${path}.filters.${index}.when`, filter.when] as const);
