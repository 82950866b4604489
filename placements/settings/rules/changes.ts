import { canonical, type GroupName, type Ruleset } from "./model.ts";
import type { RulesKey } from "./texts/en.ts";
import { t } from "./words.ts";

/** One value that differs between two rulesets. */
export interface Change {
  readonly group: string;
  readonly what: string;
  readonly before: string;
  readonly after: string;
}

const GROUPS: Readonly<Record<GroupName, RulesKey>> = {
  transfer: "group.transfer",
  creation: "group.creation",
  comments: "group.comments",
  pipelines: "group.pipelines",
  responsible: "group.responsible",
  titles: "group.titles",
  fields: "group.fields",
};
const TOPS = {
  owner: "section.owner",
  identity: "section.identity",
  time: "section.time",
  overrides: "section.overrides",
} as const satisfies Readonly<Record<string, RulesKey>>;
const SCOPES = { chats: "scope.chats", requests: "scope.requests", mail: "scope.mail" } as const satisfies Readonly<
  Record<string, RulesKey>
>;
const has = <T extends object>(holder: T, key: string): key is Extract<keyof T, string> => Object.hasOwn(holder, key);

/** What differs, value by value, in the order of the rules. */
export function changesBetween(before: Ruleset, after: Ruleset): readonly Change[] {
  return differences(before, after, []).map(({ path, from, to }) => {
    const [top = "", second = "", ...rest] = path;
    if (has(SCOPES, top) && has(GROUPS, second))
      return { group: `${t(SCOPES[top])}: ${t(GROUPS[second])}`, what: rest.join("."), before: from, after: to };
    return { group: partName(top), what: path.slice(1).join("."), before: from, after: to };
  });
}

function partName(top: string): string {
  if (has(SCOPES, top)) return t(SCOPES[top]);
  return has(TOPS, top) ? t(TOPS[top]) : top;
}

interface Difference {
  readonly path: readonly string[];
  readonly from: string;
  readonly to: string;
}

const tell = (value: unknown): string => (value === undefined ? "—" : JSON.stringify(value));
const isHolder = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function differences(before: unknown, after: unknown, path: readonly string[]): readonly Difference[] {
  if (canonical(before) === canonical(after)) return [];
  if (!isHolder(before) || !isHolder(after) || Array.isArray(before) !== Array.isArray(after))
    return [{ path, from: tell(before), to: tell(after) }];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => differences(before[key], after[key], [...path, key]));
}
