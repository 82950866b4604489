/**
 * Which contacts may join people. A contact that is not one person's would make one person of many, and that is harder to
 * undo than a link that is missing: so the portal's own numbers and mailboxes, those that many share, free lines and
 * what is typed to fill a field never link. They may still be shown and written into a card.
 */
import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import { defaultEmailKeyRules, type EmailKeyRules, emailKey } from "./email-key.ts";
import { isReserved } from "./reserved.ts";

export interface Contact {
  readonly kind: "phone" | "email";
  /** A phone in E.164, an e-mail address as it was given. */
  readonly value: string;
}

export interface LinkLimits {
  /** The portal's own: phones in E.164, e-mail addresses, and whole domains as "@example.com". */
  readonly own: readonly string[];
  /** Known to be used by more people than the portal allows for one contact; phones and e-mail addresses. */
  readonly shared: readonly string[];
  readonly emailRules?: EmailKeyRules | undefined;
}

export type LinkRefusal =
  /** Not a phone in E.164 or an e-mail address. */
  | "malformed"
  | "own"
  | "shared"
  /** One digit over and over, digits in order, "test@test.…". */
  | "junk"
  /** Set aside for films and manuals. */
  | "reserved"
  /** A service's: toll-free, premium, one charge for all. */
  | "service-line"
  /** A mailbox that nobody reads or that belongs to a machine. */
  | "machine";

export const isLinkable = (contact: Contact, limits: LinkLimits): boolean => linkRefusal(contact, limits) === undefined;

/** Why a contact may not join people; `undefined` when it may. */
export function linkRefusal(contact: Contact, limits: LinkLimits): LinkRefusal | undefined {
  return contact.kind === "phone" ? phoneRefusal(contact.value, limits) : emailRefusal(contact.value, limits);
}

const serviceLines: ReadonlySet<string | undefined> = new Set([
  "TOLL_FREE",
  "PREMIUM_RATE",
  "SHARED_COST",
  "UAN",
  "VOICEMAIL",
]);

function phoneRefusal(value: string, { own, shared }: LinkLimits): LinkRefusal | undefined {
  const number = /^\+\d{6,15}$/.test(value) ? parsePhoneNumberFromString(value, { extract: false }) : undefined;
  if (number === undefined) return "malformed";
  if (own.includes(number.number)) return "own";
  if (shared.includes(number.number)) return "shared";
  if (isReserved(number.number)) return "reserved";
  if (isJunkNumber(number.nationalNumber)) return "junk";
  return serviceLines.has(number.getType()) ? "service-line" : undefined;
}

/**
 * Typed to fill a field: one digit over and over, in the whole number or in all seven that follow the area, or the digits
 * in their order. "900 123-45-67" is not among them: such numbers are given out like any other.
 *
 * @param national the number without its country's code
 */
function isJunkNumber(national: string): boolean {
  if (/^(\d)\1*$/.test(national) || (national.length >= 9 && /(\d)\1{6}$/.test(national))) return true;
  return national.length >= 7 && ["01234567890123456789", "98765432109876543210"].some((row) => row.includes(national));
}

const machineNames =
  /^(?:(?:no|(?:do)?[-_.]?not)[-_.]?reply|mailer-?daemon|bounces?)(?:[-+_.=].*)?$|^(?:postmaster|hostmaster|abuse|nobody|null|devnull)$/;
/** Keys that lie side by side, and words for nothing. */
const fillers =
  /^(?:test\d*|asd[fasd]*|qwe(?:rty)?|qwerty\d*|aaa+|xxx+|none|nomail|noemail|nomail|no|net|нет|тест|йцукен)$/;

function emailRefusal(
  value: string,
  { own, shared, emailRules = defaultEmailKeyRules }: LinkLimits,
): LinkRefusal | undefined {
  const key = emailKey(value, emailRules);
  if (key === undefined) return "malformed";
  const at = key.lastIndexOf("@");
  const domain = key.slice(at);
  const isOne = (other: string): boolean =>
    other.startsWith("@") ? other.toLowerCase() === domain : emailKey(other, emailRules) === key;
  if (own.some(isOne)) return "own";
  if (shared.some(isOne)) return "shared";
  const local = key.slice(0, at);
  if (machineNames.test(local)) return "machine";
  return isJunkAddress(local, domain.slice(1)) ? "junk" : undefined;
}

/** "test@test.ru", "asd@asd.com", "no@no.net": the name once more as the domain, or a filler in both places. */
function isJunkAddress(local: string, domain: string): boolean {
  const host = domain.slice(0, domain.indexOf("."));
  return fillers.test(local) && (local === host || fillers.test(host) || /^(?:mail|email|example)$/.test(host));
}
