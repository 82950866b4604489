import type { Trouble } from "./marks.ts";

/**
 * What is done about mails whose lines in a list end the connection, or that the server will not list: of the batch that
 * failed ever smaller ones are read, until the mail stands alone; when it has failed so a few times, it is passed over. Pure.
 */

export const BATCH = 1_000;
/** Of a scan the first one: its letters are there soon, and the book is at work while the next ones are listed. */
export const FIRST_BATCH = 200;
/** Of a mail that stands alone: what fails now and then succeeds before. */
const MOST_TIMES = 7;

export const batchSize = (trouble: Trouble | undefined): number =>
  Math.max(1, Math.floor(BATCH / 4 ** (trouble?.times ?? 0)));

/** The next mail is passed over. */
export const isHopeless = (trouble: Trouble | undefined): boolean =>
  trouble !== undefined && trouble.times >= MOST_TIMES && trouble.from === trouble.to;

/** @param uids what was to be read, rising */
export const afterFailure = (trouble: Trouble | undefined, uids: readonly number[]): Trouble => ({
  times: (trouble?.times ?? 0) + 1,
  from: uids[0] ?? 0,
  to: uids.at(-1) ?? 0,
});

/** Small batches until all is read that failed together. @param next the number that comes next, in either direction */
export const afterSuccess = (trouble: Trouble | undefined, next: number | undefined): Trouble | undefined =>
  trouble && next !== undefined && next >= trouble.from && next <= trouble.to && !isHopeless(trouble)
    ? trouble
    : undefined;
