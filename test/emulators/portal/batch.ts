import { FormTooLargeError, parseForm } from "./php-form.ts";
import { asText, type Fields, isRecord } from "./values.ts";

export const maximumCommands = 50;

export interface BatchCommand {
  readonly key: string;
  readonly method: string;
  readonly parameters: Fields;
  /** Set when the command could not be read at all. */
  readonly problem?: string;
}

/** Reads `cmd` as the platform does: "method?query" texts, keyed or listed. */
export function readCommands(cmd: unknown): BatchCommand[] {
  if (typeof cmd !== "object" || cmd === null) return [];
  return Object.entries(cmd).map(([key, value]) => readCommand(key, value));
}

function readCommand(key: string, value: unknown): BatchCommand {
  if (typeof value !== "string")
    return { key, method: "", parameters: {}, problem: "a command must be a text of the form method?query" };
  const mark = value.indexOf("?");
  const method = (mark < 0 ? value : value.slice(0, mark)).trim();
  try {
    return { key, method, parameters: mark < 0 ? {} : parseForm(value.slice(mark + 1)) };
  } catch (error) {
    if (error instanceof FormTooLargeError) return { key, method, parameters: {}, problem: error.message };
    throw error;
  }
}

/** Method names of a batch without parsing the parameters, for fault matching. */
export function commandMethods(cmd: unknown): string[] {
  if (typeof cmd !== "object" || cmd === null) return [];
  return Object.values(cmd).flatMap((value) => (typeof value === "string" ? (value.split("?", 1)[0] ?? "") : []));
}

const reference = /\$result((?:\[[^\]]*\])+)/g;

/** Puts earlier results in place of `$result[key][path]`; a value that is nothing but a reference keeps its type. */
export function resolveReferences(value: unknown, results: ReadonlyMap<string, unknown>): unknown {
  if (typeof value === "string") {
    if (!value.includes("$result[")) return value;
    const whole = /^\$result((?:\[[^\]]*\])+)$/.exec(value);
    if (whole !== null) return lookUp(whole[1] ?? "", results);
    return value.replace(reference, (_match, path: string) => asText(lookUp(path, results)));
  }
  if (Array.isArray(value)) return value.map((entry) => resolveReferences(entry, results));
  if (isRecord(value))
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, resolveReferences(entry, results)]));
  return value;
}

function lookUp(path: string, results: ReadonlyMap<string, unknown>): unknown {
  const [first = "", ...rest] = [...path.matchAll(/\[([^\]]*)\]/g)].map((match) => match[1] ?? "");
  let current: unknown = results.get(first);
  for (const key of rest) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, key)) return "";
    current = (current as Fields)[key];
  }
  return current ?? "";
}

/** PHP's JSON: an empty map is [], keys 0…n−1 make a list. */
export function phpArray(entries: ReadonlyMap<string, unknown>): unknown {
  const keys = [...entries.keys()];
  return keys.every((key, index) => key === String(index)) ? [...entries.values()] : Object.fromEntries(entries);
}
