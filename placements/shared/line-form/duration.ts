import { locale } from "../boot.ts";

/** Units by their length in seconds, the longest first. */
export const UNITS = [
  ["days", 86_400],
  ["hours", 3_600],
  ["minutes", 60],
  ["seconds", 1],
] as const;
export type Unit = (typeof UNITS)[number][0];

export const secondsIn = (unit: Unit): number => UNITS.find(([name]) => name === unit)?.[1] ?? 1;

/** The longest unit in which it is a whole number. */
export function unitOf(seconds: number, smallest: Unit): Unit {
  if (seconds === 0) return smallest === "seconds" ? "minutes" : smallest;
  return UNITS.find(([, length]) => seconds % length === 0)?.[0] ?? smallest;
}

const forms = Object.fromEntries(
  (["day", "hour", "minute", "second"] as const).map((unit) => [
    `${unit}s`,
    new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }),
  ]),
);

/** `90` is "90 seconds", `7200` is "2 hours". */
export function durationText(seconds: number): string {
  const unit = unitOf(seconds, "seconds");
  return forms[unit]?.format(seconds / secondsIn(unit)) ?? String(seconds);
}
