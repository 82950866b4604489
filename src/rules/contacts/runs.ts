/**
 * Where a text has digits that one could dial: groups of digits with the marks between them that phones are written with.
 * A run may hold one number, several, or none; it never goes over a line, a letter, a comma or a colon.
 */

/** Digits without a mark between them. */
export interface Group {
  readonly digits: string;
  readonly start: number;
  readonly end: number;
  /** What stands between the group before and this one; of the first group: what opens the run. */
  readonly before: string;
}

export interface Run {
  readonly groups: readonly Group[];
  readonly start: number;
  readonly end: number;
}

const pattern = /(?:\+{1,2} ?)?\(?(?:\+ ?)?\d+(?:[ ()./~[\]-]{1,5}\+?\(?\d+|\+\d+)*/g;
const parts = /([^\d]*)(\d+)/g;

export function findRuns(text: string): Run[] {
  return [...text.matchAll(pattern)].map(({ index, 0: found }) => ({
    start: index,
    end: index + found.length,
    groups: [...found.matchAll(parts)].map((part) => {
      const [whole, before = "", digits = ""] = part;
      const end = index + part.index + whole.length;
      return { digits, before, start: end - digits.length, end };
    }),
  }));
}

/** A mark at which one number may end and another thing begin. A blank or a hyphen is none: they stand inside numbers. */
export const isBorder = (between: string): boolean => /[+/~[\](]| -+ |--| {2}|\. /.test(between);

/** A mark at which a number surely ends, when what stands before it is one. */
export const isEdge = (between: string): boolean => /\/|--|\+/.test(between);
