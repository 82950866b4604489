import type { ContactPoint, Person } from "../../domain/person.ts";
import { type CrmRef, MOST_VALUES } from "../../portal/contract/crm.ts";
import { emailSpellings } from "../../rules/contacts/email-spellings.ts";
import { domainOf, isFreeMail, roleBoxes } from "../../rules/contacts/free-mail.ts";
import { type Case, type CrmDeps, certain } from "./context.ts";
import { emailRulesOf } from "./identify.ts";

/** By what a person's cards are searched for, beside their numbers: reads alone, asked again they answer the same. */

/** Addresses as people write them, the mailboxes that they are names of, and how else these may stand in the CRM. */
export function spellingsOf({ ruleset, conversation }: Case, points: readonly ContactPoint[]): readonly string[] {
  const { name = "", lastName = "" } = conversation.customer;
  const names = `${name} ${lastName}`
    .toLowerCase()
    .split(/\s+/)
    .filter((part) => part !== "");
  const rules = emailRulesOf(ruleset);
  const each = points.map(({ shown }) => emailSpellings(shown, names, MOST_VALUES, rules));
  // Of several addresses each one's likeliest first: a search takes so many values and no more.
  const places = Array.from({ length: MOST_VALUES }, (_, at) => each.flatMap((spellings) => spellings[at] ?? []));
  return [...new Set(places.flat())];
}

/**
 * A stranger's letter from a company that is known: by whom we know at its domain, or by a box of the company's own that
 * stands in its card. Several companies at one domain (a landlord, a university) say nothing.
 */
export async function companyAt(deps: CrmDeps, of: Case, person: Person): Promise<CrmRef | undefined> {
  const { identity } = of.ruleset;
  if (!identity.companyDomains || of.adapter.capabilities.letters !== true) return undefined;
  const own = new Set(identity.ownEmails.map(domainOf));
  const domains = new Set(person.points.flatMap(({ kind, key }) => (kind === "email" ? [domainOf(key)] : [])));
  for (const domain of domains) {
    if (isFreeMail(domain) || own.has(domain) || domain === domainOf(String(of.account.settings.address ?? "")))
      continue;
    const here = await deps.store.people.companiesAt(of.conversation.portal, domain);
    const ids = here.length > 0 ? here : await companiesWithRoles(of, domain);
    const [id] = ids;
    if (ids.length === 1 && id !== undefined) return { type: "company", id };
  }
  return undefined;
}

async function companiesWithRoles(of: Case, domain: string): Promise<readonly string[]> {
  const cards = certain(await of.crm.findByContact("email", roleBoxes(domain)));
  return cards.filter(({ type }) => type === "company").map(({ id }) => id);
}
