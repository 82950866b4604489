/**
 * Changes a line the way two people can who do not know of each other: reads it first, writes only what is to be changed and
 * only where it still is as the page showed it, and reads it back, because the portal corrects without a word.
 *
 * - Crash, a lost answer: the line is as it was, or changed; the page reads it again and shows which.
 * - Twice: the second time nothing differs from what is asked.
 * - Somebody else meanwhile: nothing is written, and what differs is told. Between our reading and our writing there is still a
 *   moment (the portal has no condition on a write); what somebody changes then is overwritten where it is the same field.
 * - The portal slow or gone: its own sentence, nothing is assumed.
 */
import { type Correction, correctionsOf } from "../../domain/line-settings/corrections.ts";
import {
  LINE_FIELD_NAMES,
  type LineChanges,
  type LineFieldName,
  type LineValue,
  pick,
  sameValue,
  withCompanions,
} from "../../domain/line-settings/fields.ts";
import { illegalIn, type WrongField } from "../../domain/line-settings/legal.ts";
import type { LineDesk, LineNow } from "../../portal/contract/line-desk.ts";
import type { PortalOutcome } from "../../portal/contract.ts";

export interface Difference {
  readonly field: LineFieldName;
  /** As the page showed it. */
  readonly shown: LineValue | undefined;
  readonly now: LineValue | undefined;
}

export type EditOutcome =
  | {
      readonly kind: "saved";
      readonly line: LineNow;
      /** What the changed fields were before. */
      readonly before: LineChanges;
      readonly corrections: readonly Correction[];
    }
  | { readonly kind: "conflict"; readonly differences: readonly Difference[] }
  | { readonly kind: "illegal"; readonly wrong: readonly WrongField[] }
  | Exclude<PortalOutcome<never>, { readonly kind: "ok" }>;

const QUEUE_REFUSED = {
  kind: "refused",
  code: "NOT_SAVED",
  sentence:
    "Bitrix24 did not save this. Somebody in the queue may have left the company, or a department in it may be empty.",
} as const;

/** @param asked `base`: the changed fields as the page showed them; `undefined` for one that could not be read */
export async function editLine(
  desk: Pick<LineDesk, "read" | "write">,
  line: string,
  asked: { readonly base: LineChanges; readonly changes: LineChanges },
): Promise<EditOutcome> {
  const { base, changes } = asked;
  const before = await desk.read(line);
  if (before.kind !== "ok") return before;
  const now = before.value.settings;
  const wrong = illegalIn(changes, now);
  if (wrong.length > 0) return { kind: "illegal", wrong };
  const names = LINE_FIELD_NAMES.filter((name) => changes[name] !== undefined);
  const differences = names
    .filter((name) => !sameValue(name, base[name], now[name]) && !sameValue(name, changes[name], now[name]))
    .map((field) => ({ field, shown: base[field], now: now[field] }));
  if (differences.length > 0) return { kind: "conflict", differences };
  const written = await desk.write(line, withCompanions(changes, now));
  // One answer for a line that is gone and for a queue that it would not have.
  const isFalse = written.kind === "refused" && written.code === "NO_SUCH_LINE";
  if (written.kind !== "ok" && !isFalse) return written;
  const after = await desk.read(line);
  if (after.kind !== "ok") return after;
  if (isFalse) return QUEUE_REFUSED;
  return {
    kind: "saved",
    line: after.value,
    before: pick(now, names),
    corrections: correctionsOf(changes, after.value.settings, now),
  };
}
