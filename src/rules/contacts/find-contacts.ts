/**
 * The phones and e-mail addresses that a customer writes in a message: what the workers add to a person and what
 * `npm run inspect -- contacts` prints. Pure, total and deterministic: a text of any length and content is answered, in
 * time proportional to its length.
 *
 * A wrong number in somebody's card is worse than a missing one, so what could as well be an order, an account, a sum or
 * a date is left alone. Whether something that was found may join people is asked later (`linkRefusal`).
 */
import { findEmails, isKnownHost } from "./emails.ts";
import { findPhones } from "./find-phones.ts";
import { phoneLinks } from "./links.ts";
import { knownCountry } from "./numbers.ts";
import { readable } from "./readable.ts";
import { covered, otherNumbers, pageAddresses } from "./spans.ts";

export interface FoundPhone {
  /** E.164. */
  readonly number: string;
  /** ISO 3166; absent for numbers that belong to no country. */
  readonly country?: string;
  /** As the customer wrote it, without blanks that are not seen. */
  readonly written: string;
}

export interface FoundEmail {
  /** In lower case, its domain in ASCII. */
  readonly address: string;
  /** As the customer wrote it. */
  readonly written: string;
}

export interface FoundContacts {
  /** In order of appearance, each once. */
  readonly phones: readonly FoundPhone[];
  readonly emails: readonly FoundEmail[];
}

export interface FindOptions {
  /** ISO 3166 country whose people write numbers without its code; unknown ones count as none. */
  readonly defaultCountry?: string | undefined;
  /**
   * Whether eleven digits with an 8 in front are a number of +7 wherever the portal is: so Russians write them, abroad
   * too. Off, an 8 is read by the plan of `defaultCountry` alone. On by default.
   */
  readonly eightIsSeven?: boolean | undefined;
}

export function findContacts(text: string, options: FindOptions = {}): FoundContacts {
  const clean = readable(text);
  const pages = pageAddresses(clean).filter(({ start, end }) => isPage(clean.slice(start, end)));
  const emails = findEmails(clean, pages);
  const links = phoneLinks(clean);
  const rest = covered(clean, [...pages, ...emails, ...links]);
  const phones = findPhones(covered(rest, otherNumbers(rest)), {
    country: knownCountry(options.defaultCountry),
    eightIsSeven: options.eightIsSeven ?? true,
  });
  const spots = [...links, ...phones].sort((one, other) => one.start - other.start);
  return {
    phones: once(
      spots.map(({ number, start, end }) => ({
        number: number.number,
        ...(number.country !== undefined && { country: number.country }),
        written: clean.slice(start, end).trim(),
      })),
      (phone) => phone.number,
    ),
    emails: once(
      emails.map(({ address, written }) => ({ address, written })),
      (email) => email.address,
    ),
  };
}

/** Without "http://" in front it takes a host that exists: "тел.моб/8916…" has none. */
function isPage(found: string): boolean {
  return /^[a-z][a-z+.-]*:\/\/|^www\./i.test(found) || isKnownHost(found.split(/[/?#:]/)[0] ?? "");
}

function once<Item>(items: readonly Item[], key: (item: Item) => string): Item[] {
  const seen = new Map<string, Item>();
  for (const item of items) if (!seen.has(key(item))) seen.set(key(item), item);
  return [...seen.values()];
}
