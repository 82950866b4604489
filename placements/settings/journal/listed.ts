import type { MessageAnswer } from "../../../src/api/messages.ts";

/** Rows newest first, and where to go on. */
export interface Listed {
  readonly rows: readonly MessageAnswer[];
  /** Position to go on before; absent at the end. */
  readonly next?: number | undefined;
  /** Set when the last page stopped looking before it was full: how far it looked. */
  readonly lookedTo?: string | undefined;
}

/** The newest page as it is now over what is shown: rows that it covers come from it alone, those behind it stay. */
export function renewed(shown: Listed | undefined, page: Listed): Listed {
  const covered = page.next ?? Number.NEGATIVE_INFINITY;
  const behind = (shown?.rows ?? []).filter((row) => row.seq < covered);
  if (behind.length === 0) return page;
  return { ...shown, rows: [...page.rows, ...behind] };
}

export function continued(shown: Listed, page: Listed): Listed {
  const known = new Set(shown.rows.map((row) => row.id));
  return { ...page, rows: [...shown.rows, ...page.rows.filter((row) => !known.has(row.id))] };
}
