/** The index as a test keeps it: everything that is known is shown to each new mail. */
import type { ScopedFacts, ThreadRules } from "../../../src/mail/threads/keys.ts";
import { type Guesses, type KnownMail, placeMails } from "../../../src/mail/threads/mail-book.ts";

export function createMemoryIndex(rules: ThreadRules = {}) {
  const mails = new Map<number, KnownMail>();
  const nodes = new Map<string, number>();
  let last = 0;
  function place(given: readonly ScopedFacts[], guesses: Guesses): number[] {
    const changes = placeMails(given, { mails: [...mails.values()], nodes }, () => ++last, rules, guesses);
    for (const mail of [...changes.added, ...changes.changed]) mails.set(mail.id, mail);
    for (const [node, thread] of changes.nodes) nodes.set(node, thread);
    for (const { kept, givenUp } of changes.joins) {
      for (const mail of mails.values()) if (mail.thread === givenUp) mails.set(mail.id, { ...mail, thread: kept });
      for (const [node, thread] of nodes) if (thread === givenUp) nodes.set(node, kept);
    }
    return changes.placements.map(({ mail }) => mail);
  }
  return {
    /** Answers with the id of the mail of each. */
    keep: (given: readonly ScopedFacts[]): number[] => place(given, { given: true }),
    /** A backlog: answers are not looked for before all is there. */
    keepBacklog: (given: readonly ScopedFacts[]): number[] => place(given, { given: false }),
    settle(): void {
      place([], { given: false, known: new Set(mails.keys()) });
    },
    threadOf: (mail: number): number => mails.get(mail)?.thread ?? -1,
  };
}
