import { DateTime } from "luxon";
import { fold } from "./fold.ts";
import type { FieldMapping } from "./ruleset.ts";
import { render } from "./templates.ts";
import type { Variables } from "./variables.ts";

/** A field of an entity as the portal lists it (`crm.item.fields`). */
export interface PortalField {
  readonly name: string;
  readonly title: string;
  readonly multiple: boolean;
  readonly readOnly: boolean;
  /** Choices of an enumeration. */
  readonly items: readonly { readonly id: string; readonly value: string }[];
}

export interface Mapped {
  /** Values as `crm.item.add` takes them, by the field's name. */
  readonly values: Readonly<Record<string, unknown>>;
  /** What could not be filled in, one sentence code a field: the entity is written without it. */
  readonly problems: readonly FieldProblem[];
}

export interface FieldProblem {
  readonly field: string;
  readonly problem: "unknown-field" | "read-only" | "broken-template" | "not-convertible" | "no-such-choice";
  /** What came out of the template, or why it cannot be read. */
  readonly value: string;
}

/**
 * Group 10: fills in the fields of an entity from templates. What comes out empty is left out; what cannot be converted,
 * or names a field that the portal has not, is told and left out, because a wrong value is worse than none.
 *
 * @param list the portal's fields of this entity; `undefined` while it could not be read: then nothing is checked
 * @param zone where times are meant that name no zone of their own; IANA, the ruleset's
 */
export function mapFields(
  mappings: readonly FieldMapping[],
  entity: FieldMapping["entity"],
  variables: Variables,
  list: readonly PortalField[] | undefined,
  zone = "utc",
): Mapped {
  const values: Record<string, unknown> = {};
  const problems: FieldProblem[] = [];
  const known = list && new Map(list.map((field) => [field.name.toLowerCase(), field]));
  for (const mapping of mappings) {
    if (mapping.entity !== entity) continue;
    const field = known?.get(mapping.field.toLowerCase());
    const rendered = render(mapping.value, variables);
    const written = rendered.kind === "ok" ? rendered.text : rendered.why;
    const tell = (problem: FieldProblem["problem"]) => problems.push({ field: mapping.field, problem, value: written });
    if (known && !field) tell("unknown-field");
    else if (field?.readOnly) tell("read-only");
    else if (rendered.kind === "broken") tell("broken-template");
    else if (written !== "") {
      const converted = convert(written, mapping.type, field, zone);
      if (converted === undefined) tell(mapping.type === "enumeration" ? "no-such-choice" : "not-convertible");
      else values[field?.name ?? mapping.field] = field?.multiple === true ? [converted] : converted;
    }
  }
  return { values, problems };
}

/**
 * Whether a field of a card holds nothing that filling it in would take away. Zero is what the portal shows for an amount
 * or a reference that nobody set; "no" may have been meant, so a checkbox always holds something.
 */
export function holdsNothing(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(holdsNothing);
  return value === undefined || value === null || value === "" || value === 0 || value === "0";
}

function convert(text: string, type: FieldMapping["type"], field: PortalField | undefined, zone: string): unknown {
  switch (type) {
    case "string":
      return text;
    case "number":
      return toNumber(text);
    case "boolean":
      return toBoolean(text);
    case "date":
      return toDate(text, zone)?.toISODate() ?? undefined;
    case "datetime":
      return toDate(text, zone)?.toISO({ suppressMilliseconds: true }) ?? undefined;
    case "url":
      return toUrl(text);
    case "money":
      return toMoney(text);
    case "enumeration":
      return field ? choiceOf(text, field) : undefined;
  }
}

const choiceOf = (text: string, field: PortalField): string | undefined =>
  field.items.find((item) => fold(item.value.trim()) === fold(text))?.id ??
  field.items.find((item) => item.id === text)?.id;

/** More digits than a number keeps exactly. */
const MOST_DIGITS = 15;

/**
 * Reads "1 234,50", "1,234.50", "1.234,50" and "1234.5". The last mark is the decimal one, unless it is followed by
 * exactly three digits and could as well part thousands: "1,234" and "1.234" are no number that is certain.
 */
export function toNumber(text: string): number | undefined {
  const compact = text.replace(/[\s\u00a0\u202f']/gu, "");
  if (!/^[+-]?\d[\d.,]*$/.test(compact) || compact.replace(/\D/g, "").length > MOST_DIGITS) return undefined;
  const marks = compact.match(/[.,]/g) ?? [];
  if (marks.length === 0) return Number(compact);
  const last = Math.max(compact.lastIndexOf("."), compact.lastIndexOf(","));
  const mark = compact[last] ?? "";
  const [whole, fraction] = [compact.slice(0, last), compact.slice(last + 1)];
  const isRepeated = marks.filter((one) => one === mark).length > 1;
  if (isRepeated) return withoutThousands(compact, mark);
  const other = mark === "." ? "," : ".";
  if (whole.includes(other)) {
    const plain = withoutThousands(whole, other);
    return plain === undefined || fraction === "" ? undefined : Number(`${whole.replaceAll(other, "")}.${fraction}`);
  }
  if (fraction.length === 3 && /^[+-]?[1-9]\d{0,2}$/.test(whole)) return undefined;
  return Number(`${whole}.${fraction === "" ? "0" : fraction}`);
}

/** Groups of three, or of two before the last one as in India. */
function withoutThousands(text: string, mark: string): number | undefined {
  const groups = text.replace(/^[+-]/, "").split(mark);
  const isGrouped = /^\d{1,3}$/.test(groups[0] ?? "") && groups.slice(1, -1).every((group) => /^\d{2,3}$/.test(group));
  return isGrouped && /^\d{3}$/.test(groups.at(-1) ?? "") ? Number(text.replaceAll(mark, "")) : undefined;
}

const YES = new Set(["1", "y", "yes", "true", "да", "sí", "si"]);
const NO = new Set(["0", "n", "no", "false", "нет"]);

function toBoolean(text: string): "Y" | "N" | undefined {
  const word = text.toLowerCase();
  if (YES.has(word)) return "Y";
  return NO.has(word) ? "N" : undefined;
}

/** ISO 8601 with a whole date, also with a space before its time; or day first, as written in Russian and Spanish. */
function toDate(text: string, zone: string): DateTime<true> | undefined {
  if (/^\d{4}-\d{2}-\d{2}/.test(text)) {
    const iso = DateTime.fromISO(text.replace(/^(\S{10}) +(?=\d)/, "$1T"), { zone, setZone: true });
    return iso.isValid ? iso : undefined;
  }
  for (const format of ["d.M.yyyy", "d/M/yyyy", "d-M-yyyy", "d.M.yyyy H:mm", "d/M/yyyy H:mm"]) {
    const read = DateTime.fromFormat(text, format, { zone });
    if (read.isValid) return read;
  }
  return undefined;
}

/** A scheme, and no port after a host's name. */
const HAS_SCHEME = /^[a-z][a-z\d+.-]*:(?!\d)/i;

function toUrl(text: string): string | undefined {
  const url = URL.parse(HAS_SCHEME.test(text) ? text : `https://${text}`);
  const isWeb = url?.protocol === "https:" || url?.protocol === "http:";
  return url && isWeb && url.hostname.includes(".") && url.username === "" ? url.href : undefined;
}

/** The portal's way: `1234.5|RUB`. */
function toMoney(text: string): string | undefined {
  const match = /^(.*?)[\s|]*([A-Z]{3})?$/u.exec(text);
  const amount = toNumber(match?.[1] ?? text);
  if (amount === undefined) return undefined;
  return match?.[2] === undefined ? String(amount) : `${amount}|${match[2]}`;
}
