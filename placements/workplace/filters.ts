import { viewerMemory } from "../shared/chat/viewer-memory.ts";

/** What the list is narrowed to; what is absent does not narrow it. */
export interface Filters {
  readonly channel?: string | undefined;
  readonly account?: string | undefined;
  readonly line?: string | undefined;
  readonly tag?: string | undefined;
  /** The viewer, nobody, a bot, or an employee's id. */
  readonly operator?: string | undefined;
  readonly open?: "true" | "false" | undefined;
}

const KEY = "desk-filters";
const NAMES = ["channel", "account", "line", "tag", "operator", "open"] as const;

export const isNarrowed = (filters: Filters): boolean => NAMES.some((name) => filters[name] !== undefined);

/** As the page asks for it. */
export const asQuery = (filters: Filters): Readonly<Record<string, string>> =>
  Object.fromEntries(NAMES.flatMap((name) => (filters[name] === undefined ? [] : [[name, filters[name]]])));

/** As the viewer left them in this browser. What is no filter, or not any more, is passed over. */
export function rememberedFilters(): Filters {
  try {
    const kept: unknown = JSON.parse(viewerMemory.get(KEY) ?? "{}");
    if (typeof kept !== "object" || kept === null) return {};
    const known = Object.entries(kept).filter(
      ([name, value]) => NAMES.some((one) => one === name) && typeof value === "string" && value.length <= 100,
    );
    return Object.fromEntries(known);
  } catch {
    return {};
  }
}

export const rememberFilters = (filters: Filters): void =>
  viewerMemory.set(KEY, isNarrowed(filters) ? JSON.stringify(asQuery(filters)) : undefined);
