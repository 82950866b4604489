import type { CannedReplyAnswer } from "../../../../src/api/canned-replies.ts";
import type { LetterWords } from "./letter-words.ts";

/** Stands in a text until the server puts the link there by which a letter's reader leaves. */
export const UNSUBSCRIBE = "{unsubscribe}";

/**
 * A letter that begins with a canned reply is made of it; one that has other words already stays what it is. Where the customer
 * has written it is an answer to them all the same, unless its text tells how to get no more such letters.
 *
 * @param place where the reply is put in, the text before that, and when the customer wrote last
 */
export function madeOf(
  letter: LetterWords | undefined,
  { shortcut, text }: Pick<CannedReplyAnswer, "shortcut" | "text">,
  place: { readonly text: string; readonly start: number; readonly end: number; readonly wroteAt: string | null },
): LetterWords {
  const { start, end, wroteAt } = place;
  if ((place.text.slice(0, start) + place.text.slice(end)).trim() !== "") return letter ?? {};
  const isAnswer = wroteAt !== null && !text.toLowerCase().includes(UNSUBSCRIBE);
  return { ...withoutTemplate(letter), template: shortcut, ...(isAnswer && { personal: true }) };
}

/** What else is said of the letter. `undefined`: nothing. */
export function withoutTemplate(letter: LetterWords | undefined): LetterWords | undefined {
  const { template: _template, personal: _personal, ...rest } = letter ?? {};
  return Object.keys(rest).length > 0 ? rest : undefined;
}
