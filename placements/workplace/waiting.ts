import type { ConversationAnswer } from "../../src/api/messages.ts";
import type { Tone } from "../shared/tones.ts";

const MINUTE_MS = 60_000;
/** Customers begin to wonder. */
const WARNS_AFTER_MS = 5 * MINUTE_MS;
const BAD_AFTER_MS = 15 * MINUTE_MS;

export function waitingTone(since: string, now: number): Tone {
  const waits = now - Date.parse(since);
  if (waits >= BAD_AFTER_MS) return "bad";
  return waits >= WARNS_AFTER_MS ? "warning" : "quiet";
}

const UNITS = [
  ["day", 24 * 60 * MINUTE_MS],
  ["hour", 60 * MINUTE_MS],
  ["minute", MINUTE_MS],
] as const;

/** "3 min", "2 hr", "1 day": the largest unit of which there is one; nothing in the first minute, or by a clock that is behind. */
export function waitingTime(since: string, now: number, language: string): string | undefined {
  const waits = now - Date.parse(since);
  const known = UNITS.find(([, length]) => waits >= length);
  if (!known) return undefined;
  const [unit, ms] = known;
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(Math.floor(waits / ms));
}

/** Who waits stands first, the longest on top; the others keep their order. `known`: also those that the page does not reach. */
export function waitingFirst(
  listed: readonly ConversationAnswer[],
  known: readonly ConversationAnswer[],
): readonly ConversationAnswer[] {
  const since = (one: ConversationAnswer) => one.desk?.waitingSince ?? "";
  const waiting = [...new Map(known.filter((one) => since(one) !== "").map((one) => [one.id, one])).values()];
  const first = waiting.toSorted((a, b) => since(a).localeCompare(since(b)));
  return [...first, ...listed.filter((one) => !first.some(({ id }) => id === one.id))];
}
