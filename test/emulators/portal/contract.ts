import { readFileSync } from "node:fs";
import { type RestRefusal, refuse } from "./rest-result.ts";
import { asInteger, asList, type Fields, isRecord } from "./values.ts";

/** "string!" = required string; [type, items] = nested; [type, null, {kind: items}] = depends on the entity kind. */
export type ContractParameter = string | [string, ContractParameters | null, Record<string, ContractParameters>?];
export interface ContractParameters {
  [name: string]: ContractParameter;
}

export interface ContractMethod {
  /** One of these is enough; empty = no scope needed. */
  scope: string[];
  admin?: boolean;
  params: ContractParameters;
  /** Code -> variants of [HTTP status or null, message]. */
  errors?: Record<string, [number | null, string][]>;
}

export interface ContractPlacement {
  scope: string[];
  options: string[];
  bind: Record<string, string>;
}

export interface ContractTable {
  source: string;
  systemErrors: string[];
  methods: Record<string, ContractMethod>;
  events: Record<string, string[]>;
  placements: Record<string, ContractPlacement>;
}

export const contractTable = JSON.parse(
  readFileSync(new URL("./contract-table.json", import.meta.url), "utf8"),
) as ContractTable;

const methodsByLowerName = new Map(
  Object.entries(contractTable.methods).map(([name, method]) => [name.toLowerCase(), { name, method }] as const),
);

/** Method names are not case sensitive on the platform. */
export function findMethod(name: string): { name: string; method: ContractMethod } | undefined {
  return methodsByLowerName.get(name.toLowerCase());
}

/** Where the published table states a type that the method's own description contradicts. */
const typeCorrections: Readonly<Record<string, string>> = {
  "user.get.FILTER": "object",
  "user.search.FILTER": "object",
  "imconnector.send.status.delivery.MESSAGES": "array!",
};

/** These methods answer missing values in their own way (status 200, own codes): their handlers do it. */
const ownRequiredChecks = new Set(["imconnector.register", "placement.bind"]);

/** Missing-value codes that cannot be read off the error list mechanically. */
const missingCodes: Readonly<Record<string, [number, string, string]>> = {
  "crm.duplicate.findbycomm.type": [400, "Communication type is not defined", "Parameter 'type' is required."],
  "crm.duplicate.findbycomm.values": [400, "Communication values is not defined", "Parameter 'values' is required."],
};

/**
 * Checks parameters against the table: unknown top-level names and wrong coarse types are refused with codes of
 * the emulator's own (`ERROR_EMULATOR_…`), missing required values with the code the method documents.
 */
export function validateParameters(name: string, method: ContractMethod, parameters: Fields): RestRefusal | undefined {
  for (const key of Object.keys(parameters)) {
    if (Object.hasOwn(method.params, key)) continue;
    return refuse(400, "ERROR_EMULATOR_UNKNOWN_PARAMETER", `${name} has no parameter '${key}'`);
  }
  const ownChecks = ownRequiredChecks.has(name);
  for (const [key, parameter] of Object.entries(method.params)) {
    const path = `${name}.${key}`;
    const corrected = typeCorrections[path];
    const type = corrected ?? (typeof parameter === "string" ? parameter : parameter[0]);
    const value = parameters[key];
    if (isMissing(value)) {
      if (type.endsWith("!") && !ownChecks) return missingParameter(name, method, key);
      continue;
    }
    if (!matchesType(value, type)) return wrongType(name, key, type);
    if (ownChecks || typeof parameter === "string" || parameter[1] === null) continue;
    const refusal = validateNested(name, key, value, parameter[1]);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function isMissing(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function missingParameter(name: string, method: ContractMethod, key: string): RestRefusal {
  const known = missingCodes[`${name}.${key}`];
  if (known !== undefined) return refuse(...known);
  const errors = Object.entries(method.errors ?? {});
  for (const [code, variants] of errors) {
    for (const [status, message] of variants) {
      if (message.includes(`'${key}'`) && /null or empty/.test(message)) return refuse(status ?? 400, code, message);
    }
  }
  for (const code of [`${key}_EMPTY`, `${key}_ID_EMPTY`, key]) {
    const variant = method.errors?.[code]?.[0];
    if (variant !== undefined) return refuse(variant[0] ?? 400, code, variant[1]);
  }
  return refuse(400, "ERROR_ARGUMENT", `Argument '${key}' is null or empty`, { argument: key });
}

function wrongType(name: string, path: string, type: string): RestRefusal {
  return refuse(400, "ERROR_EMULATOR_WRONG_TYPE", `${name}: '${path}' must be of type ${type.replace("!", "")}`);
}

/** Nested names that the table does not know pass: documentation of nested fields is incomplete. */
function validateNested(
  name: string,
  path: string,
  value: unknown,
  items: ContractParameters,
): RestRefusal | undefined {
  const elements = asList(value);
  if (elements === undefined) return validateElement(name, path, value, items);
  for (const [index, element] of elements.entries()) {
    const refusal = validateElement(name, `${path}[${index}]`, element, items);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function validateElement(
  name: string,
  path: string,
  element: unknown,
  items: ContractParameters,
): RestRefusal | undefined {
  if (!isRecord(element)) return wrongType(name, path, "object");
  for (const [key, parameter] of Object.entries(items)) {
    const [type, nested] = typeof parameter === "string" ? [parameter, null] : parameter;
    const value = element[key];
    if (isMissing(value)) {
      if (!type.endsWith("!")) continue;
      return refuse(400, "ERROR_ARGUMENT", `Argument '${path}[${key}]' is null or empty`, { argument: key });
    }
    if (!matchesType(value, type)) return wrongType(name, `${path}[${key}]`, type);
    const refusal = nested === null ? undefined : validateNested(name, `${path}[${key}]`, value, nested);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

const flagTexts = new Set(["0", "1", "y", "n", "true", "false", ""]);

/** Coarse on purpose: form bodies carry text only, and PHP has one type for lists and maps. */
function matchesType(value: unknown, declared: string): boolean {
  const alternatives = declared.replace("!", "").split("|");
  return alternatives.some((alternative) => matchesOne(value, alternative));
}

function matchesOne(value: unknown, type: string): boolean {
  if (type.endsWith("[]")) return typeof value === "object";
  switch (type) {
    case "string":
    case "char":
    case "date":
    case "datetime":
      return typeof value !== "object";
    case "integer":
    case "user":
      return asInteger(value) !== undefined;
    case "double":
      return typeof value !== "object" && !Number.isNaN(Number(value));
    case "boolean":
      return typeof value === "boolean" || (typeof value !== "object" && flagTexts.has(String(value).toLowerCase()));
    case "array":
    case "object":
    case "lang_map":
      return typeof value === "object";
    default:
      return true;
  }
}
