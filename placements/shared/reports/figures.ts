import type { BehindQuery, ReportFiguresAnswer, ReportQuery } from "../../../src/api/reports.ts";
import { locale } from "../boot.ts";
import { rt } from "./words.ts";

export type Figures = ReportFiguresAnswer;
export type Figure = BehindQuery["figure"];
export interface Filter {
  readonly period: ReportQuery["period"];
  readonly from: string;
  readonly to: string;
  /** An account's id, `channel:<id>`, or empty. */
  readonly where: string;
  readonly agent: string;
  readonly line: string;
  readonly tag: string;
}

/** What is looked at closely: the messages (or deals) behind a figure, of one row of a table where there is a name. */
export interface Looked {
  readonly figure: Figure;
  readonly name?: string;
  readonly narrowed?: Readonly<Record<string, string>>;
}

export const NO_FILTER: Filter = { period: "7d", from: "", to: "", where: "", agent: "", line: "", tag: "" };
export const OF_CHANNEL = "channel:";

/** As the API is asked; `undefined` while days are missing. */
export function queryOf({ period, from, to, where, agent, line, tag }: Filter): URLSearchParams | undefined {
  if (period === "own" && (from === "" || to === "")) return undefined;
  const query = new URLSearchParams({ period });
  if (period === "own") {
    query.set("from", from);
    query.set("to", to);
  }
  if (where.startsWith(OF_CHANNEL)) query.set("channel", where.slice(OF_CHANNEL.length));
  else if (where !== "") query.set("account", where);
  for (const [name, value] of Object.entries({ agent, line, tag })) if (value !== "") query.set(name, value);
  return query;
}

const whole = new Intl.NumberFormat(locale);
const share = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
const stars = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 2 });

export const amount = (value: number): string => whole.format(value);
export const percent = (part: number, of: number): string => share.format(of === 0 ? 0 : part / of);
export const rating = (value: number | undefined): string => (value === undefined ? "–" : `${stars.format(value)} ★`);

/** As people write it; a currency that the portal made up, by its code. */
export function money({ value, currency }: { readonly value: number; readonly currency: string }): string {
  try {
    return new Intl.NumberFormat(locale, { style: "currency", currency }).format(value);
  } catch {
    return `${whole.format(value)} ${currency}`;
  }
}

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** Two units at most: "3 min 20 sec", "2 days 4 hr"; `narrow`, for tables: "3m 20s". */
export function duration(seconds: number | undefined, display: "short" | "narrow" = "short"): string {
  if (seconds === undefined) return "–";
  const at = UNITS.findIndex(([, length]) => seconds >= length);
  const [unit, length] = UNITS[at] ?? UNITS[3];
  const first = Math.floor(seconds / length);
  const next = UNITS[at + 1];
  const rest = next ? Math.floor((seconds - first * length) / next[1]) : 0;
  const inUnit = (value: number, of: string): string =>
    new Intl.NumberFormat(locale, { style: "unit", unit: of, unitDisplay: display }).format(value);
  return rest > 0 && next ? `${inUnit(first, unit)} ${inUnit(rest, next[0])}` : inUnit(first, unit);
}

/** How a figure stands to the period before, in words. */
export function comparison(now: number | undefined, before: number | undefined): string {
  if (now === undefined) return "";
  if (before === undefined || before === 0) return now === 0 ? rt("same") : rt("wasNothing");
  const change = Math.abs(now - before) / before;
  if (change < 0.005) return rt("same");
  return rt(now > before ? "more" : "less", { change: share.format(change) });
}

export function agentName(id: string | null, name: string | undefined): string {
  if (id === null) return rt("nobody");
  return id === "phone" ? rt("phone") : (name ?? rt("noName", { id }));
}

/** Names of the days of the week, Monday first. */
export const WEEKDAYS = Array.from({ length: 7 }, (_, day) =>
  new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: "UTC" }).format(Date.UTC(2024, 0, 1 + day)),
);
const dayText = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: "UTC" });
const dayLong = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
export const dayName = (day: string): string => dayText.format(new Date(`${day}T00:00:00Z`));
export const dayFull = (day: string): string => dayLong.format(new Date(`${day}T00:00:00Z`));
