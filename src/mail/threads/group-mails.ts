import type { MailFacts } from "../../domain/mail.ts";
import type { ScopedFacts, ThreadRules } from "./keys.ts";
import { placeMails } from "./mail-book.ts";

export interface MailGroups {
  /** Which of the given mails are copies of one mail. */
  readonly messages: readonly (readonly number[])[];
  /** Which of them are one thread. */
  readonly threads: readonly (readonly number[])[];
  /** Which of them become one activity. Mails without a customer become none. */
  readonly activities: readonly (readonly number[])[];
}

/** A whole list at once, by indices, each list in the order of its first one. Every mail is in one message and one thread. */
export function groupMails(mails: readonly ScopedFacts[], rules: ThreadRules = {}): MailGroups {
  let last = 0;
  const { placements, added } = placeMails(mails, { mails: [], nodes: new Map() }, () => ++last, rules);
  const withCustomer = new Set(added.filter(hasCustomer).map(({ id }) => id));
  return {
    messages: groups(placements.map(({ mail }) => mail)),
    threads: groups(placements.map(({ thread }) => thread)),
    activities: groups(placements.map(({ mail }) => (withCustomer.has(mail) ? mail : undefined))),
  };
}

/** Whether a mail has to do with a customer at all. */
const hasCustomer = ({ direction, people }: Pick<MailFacts, "direction" | "people">): boolean =>
  direction !== "internal" && people.length > 0;

function groups(ids: readonly (number | undefined)[]): number[][] {
  const found = new Map<number, number[]>();
  for (const [index, id] of ids.entries()) {
    if (id === undefined) continue;
    const group = found.get(id);
    if (group === undefined) found.set(id, [index]);
    else group.push(index);
  }
  return [...found.values()];
}
