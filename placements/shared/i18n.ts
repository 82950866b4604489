import { locale } from "./boot.ts";
import { en, type PlainKey, type PluralKey } from "./texts/en.ts";
import { es } from "./texts/es.ts";
import type { Plural } from "./texts/plural.ts";
import { ru } from "./texts/ru.ts";

const rules = new Intl.PluralRules(locale);
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
const full = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const exact = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });
const long = new Intl.DateTimeFormat(locale, { dateStyle: "long" });
const number = new Intl.NumberFormat(locale);

const ago = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });

type Values = Readonly<Record<string, string | number>>;

/** Texts of a page by their keys: plain ones, and those that go by a number. */
export interface Words<Plain extends string, Counted extends string> {
  t(key: Plain, values?: Values): string;
  /** The form of the text that fits the number; `{count}` is put in. */
  count(key: Counted, amount: number): string;
}

/** The words of this page's language. A part of a page that is loaded by itself brings its own. */
export function wordsOf<Plain extends string, Counted extends string = never>(
  dictionaries: Readonly<Record<typeof locale, Readonly<Record<Plain, string> & Record<Counted, Plural>>>>,
): Words<Plain, Counted> {
  const texts = dictionaries[locale];
  return {
    t: (key, values = {}) => fill(texts[key], values),
    count(key, amount) {
      const forms: Plural = texts[key];
      const form =
        { one: forms.one, few: forms.few, many: forms.many, zero: undefined, two: undefined, other: forms.other }[
          rules.select(amount)
        ] ?? forms.other;
      return fill(form, { count: number.format(amount) });
    },
  };
}

export const { t, count } = wordsOf<PlainKey, PluralKey>({ en, ru, es });

/** The time today, the day before that. */
export function shortTime(iso: string): string {
  const date = new Date(iso);
  return date.toDateString() === new Date().toDateString() ? clock.format(date) : day.format(date);
}

const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

/** How long ago, in the largest unit of which there is one: "5 minutes ago", "yesterday", "now". */
export function agoTime(iso: string, now: number): string {
  const passed = Math.max(0, now - Date.parse(iso));
  const [unit, ms] = UNITS.find(([, length]) => passed >= length) ?? ["second", Number.POSITIVE_INFINITY];
  return ago.format(-Math.floor(passed / ms), unit);
}

export const clockTime = (iso: string) => clock.format(new Date(iso));
/** To the second. */
export const exactTime = (iso: string) => exact.format(new Date(iso));
export const fullTime = (iso: string) => full.format(new Date(iso));

/** The day of a message, for the line between days. */
export const dayOf = (iso: string) => long.format(new Date(iso));

/** Bytes as people read them. */
export function fileSize(bytes: number): string {
  const [value, unit] = sizeIn(bytes);
  return new Intl.NumberFormat(locale, { style: "unit", unit, maximumFractionDigits: 1 }).format(value);
}

function sizeIn(bytes: number): readonly [value: number, unit: "byte" | "kilobyte" | "megabyte"] {
  if (bytes >= 1_000_000) return [bytes / 1_000_000, "megabyte"];
  return bytes >= 100 ? [bytes / 1000, "kilobyte"] : [bytes, "byte"];
}

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (slot, name: string) => String(values[name] ?? slot));
}
