import type { ColumnRow } from "./column-rows.ts";

export interface Day {
  /** Unlike that of any other group, also where a late message brings a day back. */
  readonly key: string;
  readonly day: string;
  readonly rows: readonly ColumnRow[];
}

/** When it was sent, or came where nobody sent it. */
const timeOf = (row: ColumnRow): string => (row.kind === "message" ? row.message.sentAt : row.at);

/**
 * The day of each row, written once: that costs more than all else that is done with rows at each step of a scroll.
 * @param dayOf the day of a time, as it is read
 */
export function dayOfRow(dayOf: (iso: string) => string): (row: ColumnRow) => string {
  const written = new WeakMap<ColumnRow, string>();
  return (row) => {
    const day = written.get(row) ?? dayOf(timeOf(row));
    written.set(row, day);
    return day;
  };
}

/** Rows in their order, with the day over those of one day. */
export function byDays(rows: readonly ColumnRow[], dayOf: (row: ColumnRow) => string): readonly Day[] {
  const result: { key: string; day: string; rows: ColumnRow[] }[] = [];
  const seen = new Map<string, number>();
  for (const row of rows) {
    const day = dayOf(row);
    const last = result.at(-1);
    if (last?.day === day) {
      last.rows.push(row);
      continue;
    }
    const times = (seen.get(day) ?? 0) + 1;
    seen.set(day, times);
    result.push({ key: `${day} ${times}`, day, rows: [row] });
  }
  return result;
}
