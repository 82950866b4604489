import type { CurrentRulesAnswer, RulesDirectoryAnswer } from "../../../src/api/rules.ts";

/** The rules as the page edits them: the very shape that is kept, so that nothing that is not shown gets lost. */
export type Ruleset = CurrentRulesAnswer["ruleset"];
export type Groups = Ruleset["chats"];
export type GroupName = keyof Groups;
export type Override = Ruleset["overrides"][number];
export type Condition = Groups["transfer"]["crm"]["filters"][number]["when"];
export type Group =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition };
export type Test = Exclude<Condition, Group>;
export type Place = Groups["pipelines"]["first"]["otherwise"];
export type Who = NonNullable<Groups["responsible"]["otherwise"]>;
export type Directory = RulesDirectoryAnswer;

/** What all ordered lists of filters have. */
export interface Filter {
  id: string;
  name: string;
  when: Condition;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** For whom a group counts: everything, or what has a copy or an exception of its own. */
export type Scope = "chats" | "requests" | "mail" | `override:${string}`;

/** Groups may stand in each other this deep; the server refuses more. */
export const MAX_DEPTH = 6;

export const clone = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** The same text for the same content, in whatever order its keys came to be. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, one: unknown) =>
    typeof one === "object" && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );

/** An id for something new, unlike any other in the rules. `randomUUID` is not there in pages without TLS. */
export const newId = (): string =>
  [...crypto.getRandomValues(new Uint32Array(2))].map((number) => number.toString(36)).join("");

export function overrideAt(ruleset: Ruleset, scope: Scope): Override | undefined {
  return scope.startsWith("override:") ? ruleset.overrides.find(({ id }) => scope === `override:${id}`) : undefined;
}

/** The group that counts there alone; `undefined`: none of its own, what counts for all counts there. */
export function groupAt<Name extends GroupName>(ruleset: Ruleset, scope: Scope, name: Name): Groups[Name] | undefined {
  if (scope === "chats") return ruleset.chats[name];
  if (scope === "requests" || scope === "mail") {
    const own = ruleset[scope];
    return "as" in own ? undefined : own[name];
  }
  const groups: Partial<Groups> = overrideAt(ruleset, scope)?.groups ?? {};
  return groups[name];
}

/** Where the group stands, as the server names it when something in it is wrong. */
export function pathAt(ruleset: Ruleset, scope: Scope, name: GroupName): string {
  if (!scope.startsWith("override:")) return `${scope}.${name}`;
  return `overrides.${ruleset.overrides.findIndex(({ id }) => scope === `override:${id}`)}.groups.${name}`;
}

/** Begins a copy of its own with what counts there now. For requests and mail it is one copy of all groups. */
export function makeOwn(ruleset: Ruleset, scope: Scope, name: GroupName): void {
  if (scope === "requests" || scope === "mail") ruleset[scope] = clone(ruleset.chats);
  const override = overrideAt(ruleset, scope);
  if (override) Object.assign(override.groups, { [name]: clone(ruleset.chats[name]) });
}

/** Gives the copy up. */
export function dropOwn(ruleset: Ruleset, scope: Scope, name: GroupName): void {
  if (scope === "requests" || scope === "mail") ruleset[scope] = { as: "chats" };
  const override = overrideAt(ruleset, scope);
  if (override) delete override.groups[name];
}

/** How deep groups stand in each other; a single test is 1. */
export function depthOf(condition: Condition): number {
  if ("all" in condition) return 1 + Math.max(0, ...condition.all.map(depthOf));
  if ("any" in condition) return 1 + Math.max(0, ...condition.any.map(depthOf));
  if ("not" in condition) return 1 + depthOf(condition.not);
  return 1;
}
