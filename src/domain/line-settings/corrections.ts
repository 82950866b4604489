/**
 * What the portal made of what was asked. It corrects without a word (on-premise source), so everything that was written is
 * read back, and what differs is told with the reason as far as it is known.
 */
import {
  LINE_FIELD_NAMES,
  LINE_FIELDS,
  type LineChanges,
  type LineFieldName,
  type LineValue,
  sameValue,
} from "./fields.ts";

/**
 * - `plan`: the portal's plan does not have it.
 * - `crm-mode`: this portal's CRM works without leads.
 * - `too-long`: cut off.
 * - `bounds`: moved to what is allowed (a line's day has an end after its beginning, and no night).
 * - `reset`: the portal did not like the form and took its default.
 * - `ignored`: it is as it was before.
 * - `other`: something else is there; perhaps somebody changed it at the same moment.
 * - `unreadable`: the portal's answer says nothing of it that we understand.
 */
export type CorrectionReason =
  | "plan"
  | "crm-mode"
  | "too-long"
  | "bounds"
  | "reset"
  | "ignored"
  | "other"
  | "unreadable";

export interface Correction {
  readonly field: LineFieldName;
  readonly asked: LineValue;
  /** `undefined`: not to be read. */
  readonly kept: LineValue | undefined;
  readonly why: CorrectionReason;
}

/**
 * @param asked what was written
 * @param kept what was read afterwards
 * @param before what was read before
 */
export function correctionsOf(asked: LineChanges, kept: LineChanges, before: LineChanges): readonly Correction[] {
  return LINE_FIELD_NAMES.flatMap((field) => {
    const wanted = asked[field];
    if (wanted === undefined || sameValue(field, wanted, kept[field])) return [];
    return { field, asked: wanted, kept: kept[field], why: reasonOf(field, wanted, kept, before) };
  });
}

/** Fields that a plan may lack, and what the portal puts there instead. */
const PLAN_GATES: Readonly<Partial<Record<LineFieldName, { readonly asked: LineValue; readonly kept: LineValue }>>> = {
  distribution: { asked: "all", kept: "evenly" },
  hasHours: { asked: true, kept: false },
  rates: { asked: true, kept: false },
};

function reasonOf(field: LineFieldName, asked: LineValue, now: LineChanges, before: LineChanges): CorrectionReason {
  const kept = now[field];
  if (kept === undefined) return "unreadable";
  const gate = PLAN_GATES[field];
  if (gate && gate.asked === asked && gate.kept === kept) return "plan";
  if (field === "creates" && asked === "lead" && kept === "deal") return "crm-mode";
  if (LINE_FIELDS[field].kind === "clock") return now.opens === "09:00" && now.closes === "18:30" ? "reset" : "bounds";
  if (LINE_FIELDS[field].kind === "text" && isCut(String(asked), String(kept))) return "too-long";
  if (sameValue(field, kept, before[field])) return "ignored";
  if (field === "holidays" && Array.isArray(kept) && kept.length === 0) return "reset";
  return "other";
}

const isCut = (asked: string, kept: string) => kept !== "" && kept.length < asked.length && asked.startsWith(kept);
