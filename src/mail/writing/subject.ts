/** What mail programs of our customers' languages put before the subject of an answer, with their counters. */
const ANSWERS =
  /^(?:(?:re|aw|antw|sv|vs|r|rif|odp|отв|ответ|на|відп)\s{0,2}(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3})?\s{0,2}[:：]\s*)+/iu;
/** Headers longer than this are cut off by servers on the way. */
const LONGEST = 900;

/** The subject of an answer: that of the last mail, with "Re: " before it once. Pure and total. */
export function answerSubject(last: string): string {
  const subject = oneLine(last).replace(ANSWERS, "");
  return cut(subject === "" ? "Re:" : `Re: ${subject}`);
}

/** A subject as it goes out: on one line, and not longer than a header may be. */
export const tidySubject = (subject: string): string => cut(oneLine(subject));

const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, " ").trim();

function cut(text: string): string {
  const signs = [...text];
  return signs.length <= LONGEST ? text : `${signs.slice(0, LONGEST).join("")}…`;
}
