import type { LetterBook } from "../channels/contract/letters.ts";
import type { Account } from "../domain/account.ts";
import { createLetterBooks } from "../relay/mail/book.ts";
import { createKnownPeople } from "../relay/mail/known-people.ts";
import type { Base } from "./base.ts";
import type { PortalPart } from "./portal.ts";
import type { RelayPart } from "./relay.ts";

export type Letters = (account: Account) => LetterBook;

/** What mailboxes know of all mails of their portal. */
export function wireLetters(
  { log, now, store }: Base,
  { portals }: PortalPart,
  { rules, unsubscribing }: Pick<RelayPart, "rules" | "unsubscribing">,
): Letters {
  const known = createKnownPeople({ people: store.people, portals, now });
  return createLetterBooks({ store, rules, known, unsubscribing, log, now });
}
