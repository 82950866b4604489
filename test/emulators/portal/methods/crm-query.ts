import { asInteger, asList, asRecord, asText, type Fields } from "../values.ts";

/** A filter names a field that the items do not have. */
export class UnknownFilterFieldError extends Error {}

const pageSize = 50;

/** To PHP a list is an array with numeric keys like any other: so a form's groups of conditions arrive. */
export const asFilter = (value: unknown): Fields => (Array.isArray(value) ? { ...value } : asRecord(value));

/**
 * Filter keys carry their operator as a prefix: = ! > >= < <= @ (one of) !@ % (contains) !% =%.
 * `logic: OR` among the conditions of a group makes it an alternative; numeric keys hold nested groups.
 */
export function matchesFilter(fields: Fields, filter: Fields): boolean {
  const conditions = Object.entries(filter).filter(([key]) => key.toLowerCase() !== "logic");
  if (conditions.length === 0) return true;
  const results = conditions.map(([key, wanted]) =>
    /^\d+$/.test(key) ? matchesFilter(fields, asFilter(wanted)) : matchesCondition(fields, key, wanted),
  );
  const logic = Object.entries(filter).find(([key]) => key.toLowerCase() === "logic");
  return asText(logic?.[1]).toUpperCase() === "OR" ? results.some(Boolean) : results.every(Boolean);
}

function matchesCondition(fields: Fields, key: string, wanted: unknown): boolean {
  const [, operator = "", name = ""] = /^(>=|<=|!@|!%|!=|=%|%=|[=!<>@%])?(.*)$/.exec(key) ?? [];
  if (!(name in fields) && /^[a-z]/.test(name) && !/^(ufCrm|parentId|utm)/.test(name) && !optionalFields.has(name)) {
    throw new UnknownFilterFieldError(`Invalid filter: field '${name}' is not allowed in filter`);
  }
  const values = (asList(fields[name]) ?? [fields[name]]).map(plain);
  const candidates = (asList(wanted) ?? [wanted]).map(plain);
  const first = candidates[0] ?? "";
  const equal = (): boolean => values.some((value) => candidates.includes(value));
  const contains = (): boolean =>
    values.some((value) => value.toLowerCase().includes(first.replace(/^%|%$/g, "").toLowerCase()));
  switch (operator) {
    case "!":
    case "!=":
    case "!@":
      return !equal();
    case "%":
    case "=%":
    case "%=":
      return contains();
    case "!%":
      return !contains();
    case ">":
      return values.some((value) => compare(value, first) > 0);
    case ">=":
      return values.some((value) => compare(value, first) >= 0);
    case "<":
      return values.some((value) => compare(value, first) < 0);
    case "<=":
      return values.some((value) => compare(value, first) <= 0);
    default:
      return equal();
  }
}

/** Fields an item may lack because nobody set them. */
const optionalFields = new Set([
  "name",
  "lastName",
  "secondName",
  "stageId",
  "categoryId",
  "leadId",
  "opportunity",
  "currencyId",
  "typeId",
  "comments",
  "sourceDescription",
  "stageSemanticId",
  "closed",
  "post",
  "birthdate",
  "begindate",
  "closedate",
  "companyTitle",
  "movedTime",
  "observers",
  "isManualOpportunity",
  "honorific",
]);

function plain(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return value ? "Y" : "N";
  return asText(value);
}

function compare(left: string, right: string): number {
  const [leftNumber, rightNumber] = [asInteger(left), asInteger(right)];
  if (leftNumber !== undefined && rightNumber !== undefined) return leftNumber - rightNumber;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Sorts by the given fields (`ASC`/`DESC`); without an order, as stored. */
export function orderItems<Row extends Fields>(rows: Row[], order: Fields): Row[] {
  const keys = Object.entries(order).map(
    ([name, direction]) => [name, asText(direction).toUpperCase() === "DESC" ? -1 : 1] as const,
  );
  if (keys.length === 0) return rows;
  return [...rows].sort((left, right) => {
    for (const [name, direction] of keys) {
      const difference = compare(plain(left[name]), plain(right[name])) * direction;
      if (difference !== 0) return difference;
    }
    return 0;
  });
}

/** Pages of 50; `start: -1` gives the first page without counting. */
export function page<Row>(
  rows: Row[],
  startValue: unknown,
): { items: Row[]; total: number | undefined; next: number | undefined } {
  const start = asInteger(startValue) ?? 0;
  if (start < 0) return { items: rows.slice(0, pageSize), total: undefined, next: undefined };
  return {
    items: rows.slice(start, start + pageSize),
    total: rows.length,
    next: start + pageSize < rows.length ? start + pageSize : undefined,
  };
}
