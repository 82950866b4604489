import type { MessageAnswer } from "../../../src/api/messages.ts";

type State = MessageAnswer["state"];

/** What the journal shows. Empty strings: not asked for. */
export interface JournalFilter {
  readonly text: string;
  readonly state: "all" | "trouble" | State;
  /** An account's id, `channel:<id>`, or empty. */
  readonly where: string;
  readonly direction: "" | "in" | "out";
  /** Days as fields of a date give them, `2026-11-28`; both belong to the span. */
  readonly from: string;
  readonly to: string;
}

export const NO_FILTER: JournalFilter = { text: "", state: "all", where: "", direction: "", from: "", to: "" };
export const STATES = ["stored", "sending", "sent", "delivered", "read", "refused", "failed", "uncertain"] as const;
export const OF_CHANNEL = "channel:";
const TROUBLE = "refused,failed,uncertain";
const DAY = /^\d{4}-\d\d-\d\d$/;

export const isFiltered = (filter: JournalFilter): boolean =>
  Object.entries(NO_FILTER).some(([key, nothing]) => filter[key as keyof JournalFilter] !== nothing);

/** As the API is asked. Days are the reader's own. */
export function queryOf({ text, state, where, direction, from, to }: JournalFilter): URLSearchParams {
  const query = new URLSearchParams();
  if (text.trim() !== "") query.set("text", text.trim());
  if (state !== "all") query.set("state", state === "trouble" ? TROUBLE : state);
  if (where.startsWith(OF_CHANNEL)) query.set("channel", where.slice(OF_CHANNEL.length));
  else if (where !== "") query.set("account", where);
  if (direction !== "") query.set("direction", direction);
  if (DAY.test(from)) query.set("since", midnight(from, 0));
  if (DAY.test(to)) query.set("until", midnight(to, 1));
  return query;
}

function midnight(day: string, daysLater: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + daysLater).toISOString();
}
