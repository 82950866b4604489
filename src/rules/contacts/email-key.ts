/**
 * One key for the many addresses of one mailbox. The address itself stays as the person gave it and is what is shown and
 * written to; only the comparison looks at the key. Each folding is a rule that a portal may switch off.
 */
import { normaliseEmail } from "./emails.ts";

export interface EmailKeyRules {
  /** "name+shop@…" is "name@…" (RFC 5233; Gmail, Outlook, iCloud, Yandex and most others). */
  readonly plusTags: boolean;
  /** Gmail reads over dots in a name: its help, "Dots don't matter in Gmail addresses". */
  readonly gmailDots: boolean;
  /** Domains of one and the same service, each with the one that stands for all. */
  readonly domainAliases: Readonly<Record<string, string>>;
}

/** Yandex gives every mailbox all of its domains (its help, "Email addresses"); Google had another name in some countries. */
export const defaultEmailKeyRules: EmailKeyRules = {
  plusTags: true,
  gmailDots: true,
  domainAliases: {
    "googlemail.com": "gmail.com",
    "ya.ru": "yandex.ru",
    "yandex.com": "yandex.ru",
    "yandex.by": "yandex.ru",
    "yandex.kz": "yandex.ru",
    "yandex.ua": "yandex.ru",
  },
};

/** `undefined` for what is no e-mail address. A key's own key is itself. */
export function emailKey(address: string, rules: EmailKeyRules = defaultEmailKeyRules): string | undefined {
  const normal = normaliseEmail(address);
  if (normal === undefined) return undefined;
  const at = normal.lastIndexOf("@");
  return foldMailbox(normal.slice(0, at), normal.slice(at + 1), rules);
}

/** The key of a mailbox by its two halves, both in lower case; the host may be one that the public network does not know. */
export function foldMailbox(local: string, host: string, rules: EmailKeyRules = defaultEmailKeyRules): string {
  const domain = Object.hasOwn(rules.domainAliases, host) ? (rules.domainAliases[host] ?? host) : host;
  const untagged = rules.plusTags ? local.replace(/(?<=[^+])\+.*$/, "") : local;
  const name = rules.gmailDots && domain === "gmail.com" ? untagged.replaceAll(".", "") : untagged;
  return `${name}@${domain}`;
}
