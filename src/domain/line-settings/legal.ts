/** Which values may be written. Pure; says why not as a code that pages and the API have words for. */
import {
  type HiddenAgent,
  LINE_FIELD_NAMES,
  LINE_FIELDS,
  type LineChanges,
  type LineFieldName,
  type LineFieldSpec,
  type QueueMember,
  type ShownAgent,
  WEEKDAYS,
} from "./fields.ts";

export type Illegal = "wrong" | "required" | "too-long" | "too-small" | "too-large";

const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/;
const DAYS_IN = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const ID = /^[1-9]\d{0,14}$/;
const MOST_IN_LIST = 200;
/** What a line's hours may begin with at the latest; later is moved (on-premise source). */
const LATEST_OPENING = "23:30";

/** What is wrong with a value; `undefined`: nothing. */
export function illegal(name: LineFieldName, value: unknown): Illegal | undefined {
  const spec: LineFieldSpec = LINE_FIELDS[name];
  switch (spec.kind) {
    case "flag":
      return typeof value === "boolean" ? undefined : "wrong";
    case "choice":
      return typeof value === "string" && spec.options.includes(value) ? undefined : "wrong";
    case "text":
      if (typeof value !== "string") return "wrong";
      if (spec.required === true && value.trim() === "") return "required";
      // These are read back as something else: a line break, or a character that was written as another.
      if (/\[br\]|\r/i.test(value)) return "wrong";
      if (spec.escaped === true && /&(?:lt|gt|quot|#0?39|amp);/.test(value)) return "wrong";
      return value.length > spec.most ? "too-long" : undefined;
    case "number":
      if (!Number.isInteger(value)) return "wrong";
      if (Number(value) < spec.least) return "too-small";
      return Number(value) > spec.most ? "too-large" : undefined;
    case "code":
      return typeof value === "string" && spec.pattern.test(value) ? undefined : "wrong";
    case "id":
      return value === null || (typeof value === "string" && ID.test(value)) ? undefined : "wrong";
    case "clock":
      if (typeof value !== "string" || !CLOCK.test(value)) return "wrong";
      return name === "opens" && value > LATEST_OPENING ? "too-large" : undefined;
    case "weekdays":
      return listWrong(value, (one) => WEEKDAYS.some((day) => day === one));
    case "holidays":
      return listWrong(value, isDay);
    case "people":
      return listWrong(value, (one) => typeof one === "string" && ID.test(one));
    case "queue":
      if (Array.isArray(value) && value.length === 0) return "required";
      return listWrong(value, isMember);
    case "entry":
      return entryWrong(value);
    case "agents":
      return agentsWrong(value);
  }
}

export interface WrongField {
  readonly field: LineFieldName;
  readonly why: Illegal;
}

/** What is switched on needs what it works with. */
const NEEDS = [
  ["botFirst", "bot"],
  ["asksConsent", "consent"],
  ["usesForm", "form"],
] as const satisfies readonly (readonly [LineFieldName, LineFieldName])[];

/** What of the changes may not be written; what hangs together is judged as it will be after the change. */
export function illegalIn(changes: LineChanges, now: LineChanges): readonly WrongField[] {
  const wrong = LINE_FIELD_NAMES.flatMap((field): WrongField[] => {
    if (changes[field] === undefined) return [];
    const why = illegal(field, changes[field]);
    return why === undefined ? [] : [{ field, why }];
  });
  const opens = changes.opens ?? now.opens;
  const closes = changes.closes ?? now.closes;
  const isHours = changes.opens !== undefined || changes.closes !== undefined;
  for (const [flag, needed] of NEEDS) {
    const isTouched = changes[flag] !== undefined || changes[needed] !== undefined;
    const after = { ...now, ...changes };
    if (isTouched && after[flag] === true && after[needed] === null) wrong.push({ field: needed, why: "required" });
  }
  if (wrong.length === 0 && isHours && opens !== undefined && closes !== undefined && closes <= opens)
    return [{ field: "closes", why: "too-small" }];
  return wrong;
}

function listWrong(value: unknown, fits: (one: unknown) => boolean): Illegal | undefined {
  if (!Array.isArray(value)) return "wrong";
  if (value.length > MOST_IN_LIST) return "too-large";
  const isOnce = new Set(value.map((one) => JSON.stringify(one))).size === value.length;
  return isOnce && value.every(fits) ? undefined : "wrong";
}

function isDay(value: unknown): boolean {
  const [, day, month] = /^(\d{2})\.(\d{2})$/.exec(String(value)) ?? [];
  return day !== undefined && Number(day) >= 1 && Number(day) <= (DAYS_IN[Number(month) - 1] ?? 0);
}

function isMember(value: unknown): boolean {
  const { kind, id } = Object(value) as Partial<QueueMember>;
  return (kind === "person" || kind === "department") && typeof id === "string" && ID.test(id);
}

function entryWrong(value: unknown): Illegal | undefined {
  const { name, avatar, avatarId } = Object(value) as Partial<HiddenAgent>;
  if (typeof name !== "string" || typeof avatar !== "string" || typeof avatarId !== "string") return "wrong";
  if (name.length > 255 || avatar.length > 2_000) return "too-long";
  return avatarId === "" || ID.test(avatarId) ? undefined : "wrong";
}

/** As much as of a line's own name. */
const LONGEST_SHOWN = 255;

function agentsWrong(value: unknown): Illegal | undefined {
  if (!Array.isArray(value)) return "wrong";
  if (value.length > MOST_IN_LIST) return "too-large";
  const people = new Set<unknown>();
  for (const one of value) {
    const { person, name, position, avatar, avatarId } = Object(one) as Partial<ShownAgent>;
    if (typeof person !== "string" || !ID.test(person) || people.has(person)) return "wrong";
    people.add(person);
    if (typeof name !== "string" || typeof position !== "string" || typeof avatar !== "string") return "wrong";
    if (typeof avatarId !== "string" || (avatarId !== "" && !ID.test(avatarId))) return "wrong";
    // The customer's browser asks for it; the portal has paths of its own.
    if (avatar !== "" && !/^(https?:\/)?\/[^\s"<>]+$/.test(avatar)) return "wrong";
    if ([name, position, avatar].some((text) => text.length > LONGEST_SHOWN)) return "too-long";
    if (`${name}${position}${avatar}${avatarId}` === "") return "wrong";
  }
  return undefined;
}
