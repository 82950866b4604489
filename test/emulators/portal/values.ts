/**
 * Reading loosely typed input the way PHP does: form values are strings, lists may arrive as objects with
 * numeric keys, and an empty list stands for an empty object.
 */
export type Fields = Record<string, unknown>;

export function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A list, also when it arrived as an object with numeric keys; undefined when the value is no list. */
export function asList(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (!isRecord(value)) return undefined;
  const keys = Object.keys(value);
  return keys.every((key) => /^\d+$/.test(key)) ? keys.map((key) => value[key]) : undefined;
}

export function asRecord(value: unknown): Fields {
  return isRecord(value) ? value : {};
}

/** A scalar as text; anything else is an empty string. */
export function asText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return "";
}

/** A whole number, or undefined when the value is none. */
export function asInteger(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isInteger(value) ? value : undefined;
  if (typeof value === "string" && /^-?\d+$/.test(value.trim())) return Number(value);
  return undefined;
}

/** PHP's idea of a filled value: "0", 0, false, "" and null are empty, "N" and "false" are not. */
export function isFilled(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === "0" || value === 0 || value === false)
    return false;
  return !(Array.isArray(value) && value.length === 0);
}

/** Flags as documented (true, 1, Y); the string "false" of a form body is false here. */
export function asFlag(value: unknown, fallback: boolean): boolean {
  if (value === undefined || value === null || value === "") return fallback;
  if (typeof value === "boolean") return value;
  return !["0", "n", "false"].includes(asText(value).toLowerCase());
}

/** PHP encodes an empty associative array as a list. */
export function phpObject(entries: Fields): Fields | [] {
  return Object.keys(entries).length === 0 ? [] : entries;
}

/** Date in the form the platform writes: no milliseconds, explicit offset. */
export function isoDate(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}+00:00`;
}
