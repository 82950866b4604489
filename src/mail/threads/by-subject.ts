/** Answers whose program left out what they answer: found by subject, person and time. */
import type { MailFacts } from "../../domain/mail.ts";

const DAY_MS = 86_400_000;
/** What is answered later is another matter with the same name. */
const WINDOW_MS = 30 * DAY_MS;
/** Clocks differ. */
const SKEW_MS = 10 * 60_000;

export interface Answerable
  extends Pick<MailFacts, "direction" | "people" | "sender" | "date" | "subject" | "isReply"> {
  readonly id: number;
  readonly subjectKey?: string;
  /** Keys of the mails that it refers to. */
  readonly references: readonly string[];
}

/** Of mails with the same subject the one that is answered: the last one before it with the same person. */
export function nearestAnswered<Mail extends Answerable>(
  answer: Answerable,
  candidates: readonly Mail[],
): Mail | undefined {
  let nearest: Mail | undefined;
  for (const one of candidates) {
    if (isAnswered(answer, one) && (nearest === undefined || isNearer(one, nearest))) nearest = one;
  }
  return nearest;
}

function isAnswered(answer: Answerable, one: Answerable): boolean {
  if (one.id === answer.id || one.subjectKey !== answer.subjectKey) return false;
  if (answer.date !== undefined && one.date !== undefined) {
    const before = answer.date.getTime() - one.date.getTime();
    if (before > WINDOW_MS || before < -SKEW_MS) return false;
    // An answer that is dated later is no beginning with a wrong clock.
    if (before < 0 && one.isReply) return false;
  } else if (one.isReply) {
    // Of two answers without dates nobody knows which came first: only a beginning can be told.
    return false;
  }
  return isSamePerson(answer, one);
}

/** A customer's answer goes to a mail that this customer is in; ours, to a mail with a customer that we write to. */
function isSamePerson(answer: Answerable, one: Answerable): boolean {
  const { sender, direction, people } = answer;
  if (direction === "out") return one.direction !== "internal" && people.some((person) => one.people.includes(person));
  if (sender === undefined || !one.people.includes(sender)) return false;
  return (
    direction === "in" || (one.direction === "internal" && one.sender !== undefined && people.includes(one.sender))
  );
}

const timeOf = ({ date }: Answerable): number => date?.getTime() ?? 0;

function isNearer(one: Answerable, other: Answerable): boolean {
  const difference = timeOf(one) - timeOf(other);
  return difference !== 0 ? difference > 0 : one.id < other.id;
}
