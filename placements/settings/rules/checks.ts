import type { Condition, Filter, Groups, Ruleset, Who } from "./model.ts";
import { t } from "./words.ts";

/** What is wrong with a place in the rules, in words for whoever edits it. */
export interface Problem {
  readonly path: string;
  readonly sentence: string;
}

type SomeGroups = { readonly [Name in keyof Groups]?: Groups[Name] | undefined };

/** What is still missing and the server would refuse without naming the place. */
export function missingIn(ruleset: Ruleset): readonly Problem[] {
  const own = (name: "requests" | "mail") => {
    const groups = ruleset[name];
    return "as" in groups ? [] : inGroups(groups, name);
  };
  return [
    ...inIdentity(ruleset),
    ...inGroups(ruleset.chats, "chats"),
    ...own("requests"),
    ...own("mail"),
    ...ruleset.overrides.flatMap((override, index) => [
      ...need(override.account ?? override.line, `overrides.${index}`, t("missing.override")),
      ...inGroups(override.groups, `overrides.${index}.groups`),
    ]),
  ];
}

const need = (value: string | undefined, path: string, sentence = t("missing.value")): readonly Problem[] =>
  (value ?? "").trim() === "" ? [{ path, sentence }] : [];

function inIdentity({ identity, time }: Ruleset): readonly Problem[] {
  const { sharedByMoreThan: most } = identity;
  const hours = time.workingHours;
  return [
    ...(/^[A-Z]{2}$/.test(identity.defaultCountry)
      ? []
      : [{ path: "identity.defaultCountry", sentence: t("missing.country") }]),
    ...(Number.isInteger(most) && most >= 1 && most <= 1000
      ? []
      : [{ path: "identity.sharedByMoreThan", sentence: t("missing.number") }]),
    ...(hours && hours.days.length === 0 ? [{ path: "time.workingHours.days", sentence: t("missing.days") }] : []),
    ...(hours ? [...need(hours.from, "time.workingHours.from"), ...need(hours.to, "time.workingHours.to")] : []),
  ];
}

function inGroups(groups: SomeGroups, path: string): readonly Problem[] {
  const { transfer, pipelines, responsible, fields } = groups;
  return [
    ...inFilters(transfer?.crm.filters, `${path}.transfer.crm`),
    ...inFilters(transfer?.line.filters, `${path}.transfer.line`),
    ...inFilters(pipelines?.first.filters, `${path}.pipelines.first`),
    ...inFilters(pipelines?.repeat.filters, `${path}.pipelines.repeat`),
    ...inFilters(responsible?.filters, `${path}.responsible`),
    ...(responsible?.filters ?? []).flatMap(({ who }, index) => inWho(who, `${path}.responsible.filters.${index}.who`)),
    ...(responsible?.otherwise ? inWho(responsible.otherwise, `${path}.responsible.otherwise`) : []),
    ...(fields ?? []).flatMap((mapping, index) => [
      ...need(mapping.field, `${path}.fields.${index}.field`),
      ...need(mapping.value, `${path}.fields.${index}.value`),
    ]),
  ];
}

const inWho = (who: Who, path: string) => need(who.id, path, t("missing.who"));

const inFilters = (filters: readonly Filter[] | undefined, path: string): readonly Problem[] =>
  (filters ?? []).flatMap((filter, index) => inCondition(filter.when, `${path}.filters.${index}.when`));

function inCondition(condition: Condition, path: string): readonly Problem[] {
  if ("all" in condition) return condition.all.flatMap((one, index) => inCondition(one, `${path}.${index}`));
  if ("any" in condition) return condition.any.flatMap((one, index) => inCondition(one, `${path}.${index}`));
  if ("not" in condition) return inCondition(condition.not, path);
  const named = "name" in condition ? need(condition.name, path, t("missing.name")) : [];
  const empty = "values" in condition && condition.values.length === 0;
  return [...named, ...(empty ? [{ path, sentence: t("missing.values") }] : [])];
}
