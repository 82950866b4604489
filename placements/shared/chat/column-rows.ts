import type { NoteAnswer } from "../../../src/api/notes.ts";
import type { NoteRow, ThreadRow } from "../thread-rows.ts";

/** What stands in the column, from top to bottom. */
export type ColumnRow = ThreadRow | NoteRow;

/** What of the column is not here: a note that stands among that is not shown yet. */
export interface Beyond {
  readonly hasEarlier: boolean;
  readonly hasLater: boolean;
}

/** Messages in their order, and each note before the first message that was stored after it: both times are the database's. */
export function columnOf(
  rows: readonly ThreadRow[],
  notes: readonly NoteAnswer[],
  { hasEarlier, hasLater }: Beyond,
): readonly ColumnRow[] {
  const from = hasEarlier ? (rows[0]?.at ?? "") : "";
  const waiting = notes.filter(({ createdAt }) => createdAt >= from).map(rowOf);
  const column: ColumnRow[] = [];
  let next = 0;
  for (const row of rows) {
    for (let note = waiting[next]; note && note.at < row.at; note = waiting[next]) {
      column.push(note);
      next += 1;
    }
    column.push(row);
  }
  return hasLater ? column : [...column, ...waiting.slice(next)];
}

/** The same row for the same note, so that nothing is drawn again that did not change. */
const made = new WeakMap<NoteAnswer, NoteRow>();

function rowOf(note: NoteAnswer): NoteRow {
  const known = made.get(note);
  if (known) return known;
  const row: NoteRow = { kind: "note", key: note.id, at: note.createdAt, conversation: note.conversation, note };
  made.set(note, row);
  return row;
}
