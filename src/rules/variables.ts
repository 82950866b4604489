import { withoutTurns } from "../domain/rich-text.ts";
import type { Facts } from "./facts.ts";

/** Values that templates of titles and fields may name. Empty where nothing is known. */
export type Variables = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

/** Words of the message that `{{ words }}` shows. */
const FIRST_WORDS = 60;

/**
 * The variables of a message, by the names that the settings page lists.
 * @param channel the channel as people call it
 */
export function variablesOf(facts: Facts, channel = facts.channel): Variables {
  const { customer, site, mail, local } = facts;
  return {
    channel,
    account: facts.account.name,
    line: facts.line ?? "",
    conversation: facts.conversation,
    name: [customer.name, customer.lastName].filter((part) => part !== "").join(" "),
    firstName: customer.name,
    lastName: customer.lastName,
    username: customer.username,
    language: customer.language,
    phone: customer.phones[0] ?? "",
    email: customer.emails[0] ?? "",
    site: site.host,
    page: site.page,
    landing: site.landing,
    referrer: site.referrer,
    utm: site.utm,
    field: site.fields,
    from: mail.from,
    to: mail.to.join(", "),
    subject: mail.subject,
    date: local.date,
    time: local.time,
    words: firstWords(facts.text),
    tags: facts.tags.join(", "),
  };
}

/** Somebody without a name is called by whatever is known of them. */
export const calledBy = ({ name, phone, email, conversation }: Variables): string =>
  [name, phone, email, conversation].map(String).find((part) => part !== "") ?? "";

/** What a card is called whose template gives nothing. */
export const fallbackTitle = (variables: Variables): string =>
  [String(variables.channel), calledBy(variables)].filter((part) => part !== "").join(": ");

/** Whole words, as many as fit; a first word that is too long is cut between characters. */
function firstWords(text: string): string {
  const line = withoutTurns(text).replace(/\s+/gu, " ").trim();
  if (line.length <= FIRST_WORDS) return line;
  const cut = line.slice(0, FIRST_WORDS + 1);
  const end = cut.lastIndexOf(" ");
  if (end > 0) return `${cut.slice(0, end)}…`;
  return `${[...line].slice(0, FIRST_WORDS).join("")}…`;
}
