/** A customer's rating, given in the chat. */

/** What a button for it says, and so what its press sends. */
export const RATING_BUTTONS: readonly string[] = ["5 ⭐", "4 ⭐", "3 ⭐", "2 ⭐", "1 ⭐"];

/** So long after they were asked an answer of one number is a rating. */
export const RATING_WITHIN_MS = 24 * 3_600_000;

/** 1 to 5, where a message says that and nothing else. */
export function starsIn(text: string): number | undefined {
  const [, digit] = /^\s*([1-5])\s*(?:[⭐★]\uFE0F?|\/\s*5|[.!])?\s*$/u.exec(text) ?? [];
  return digit === undefined ? undefined : Number(digit);
}
