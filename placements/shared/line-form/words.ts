import { locale } from "../boot.ts";
import { type Words, wordsOf } from "../i18n.ts";
import { en, type LineFormKey, type LineFormPlural } from "./texts/en.ts";
import { es } from "./texts/es.ts";
import { ru } from "./texts/ru.ts";

/** Loaded with the forms, and not with every page. */
export const { t, count }: Words<LineFormKey, LineFormPlural> = wordsOf<LineFormKey, LineFormPlural>({ en, ru, es });

const weekday = new Intl.DateTimeFormat(locale, { weekday: "long", timeZone: "UTC" });
const weekdayShort = new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: "UTC" });

/** @param day 1 is Monday, 7 is Sunday */
export function weekdayOf(day: number, length: "long" | "short" = "long"): string {
  // The fifth of January 2026 is a Monday.
  return (length === "long" ? weekday : weekdayShort).format(new Date(Date.UTC(2026, 0, 4 + day)));
}
