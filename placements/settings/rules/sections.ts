import type { RulesKey } from "./texts/en.ts";

/** Sections of the rules in their order, and what in a ruleset each shows. */
export const SECTIONS = [
  "owner",
  "creation",
  "repeat",
  "transfer",
  "places",
  "responsible",
  "comments",
  "titles",
  "fields",
  "identity",
  "time",
  "overrides",
  "try",
  "versions",
] as const;
export type Section = (typeof SECTIONS)[number];

const OF_GROUP: readonly (readonly [part: string, section: Section])[] = [
  ["transfer", "transfer"],
  ["pipelines", "places"],
  ["responsible", "responsible"],
  ["titles", "titles"],
  ["fields", "fields"],
  ["identity", "identity"],
  ["time", "time"],
  ["overrides", "overrides"],
];

export const titleOf = (section: Section): RulesKey => `section.${section}`;

/** Where somebody can put right what is wrong at that path. */
export function sectionOf(path: string): Section {
  const parts = path.split(".");
  const inGroup = OF_GROUP.find(([part]) => part !== "overrides" && parts.includes(part));
  return (inGroup ?? OF_GROUP.find(([part]) => parts[0] === part))?.[1] ?? "owner";
}
