/**
 * Who is who in mail: one key for the many addresses of a mailbox (`emailKey`), and which of them are the portal's own.
 */
import { domainToASCII } from "node:url";
import { type Address, addressParser } from "postal-mime";
import { defaultEmailKeyRules, type EmailKeyRules, emailKey, foldMailbox } from "../../rules/contacts/email-key.ts";

/** The portal's side. Domains are whole: a subdomain is another one. */
export interface OwnAddresses {
  readonly domains: readonly string[];
  readonly mailboxes: readonly string[];
  /** Further addresses of the mailboxes; those in one inner list are one mailbox. */
  readonly aliases: readonly (string | readonly string[])[];
  /** Distribution lists: mail to them comes to our boxes, sometimes in the list's own name. */
  readonly lists: readonly string[];
}

export interface AddressRules {
  readonly emails?: EmailKeyRules;
  /** Customers of whom several addresses are known; the first one of each list stands for all. */
  readonly people?: readonly (readonly string[])[];
}

/** As a header or a mail library gives it. */
export type AddressField =
  | string
  | { readonly address?: string | null | undefined; readonly name?: string | null | undefined }
  | readonly AddressField[]
  | null
  | undefined;

export interface AddressBook {
  /** The key of an address; `undefined` for what is none. */
  keyOf(address: string): string | undefined;
  /** The keys in a field, in its order, each once. */
  keysIn(field: AddressField): string[];
  isOwn(key: string): boolean;
  isList(key: string): boolean;
  /** One of those that are named, not just one in a domain of ours. */
  isMailbox(key: string): boolean;
}

/** Addresses repeat from mail to mail; so many are remembered. */
const REMEMBERED = 20_000;

export function createAddressBook(own: OwnAddresses, rules: AddressRules = {}): AddressBook {
  const emails = rules.emails ?? defaultEmailKeyRules;
  const remembered = new Map<string, string | undefined>();
  const standsFor = new Map<string, string>();

  function plainKey(address: string): string | undefined {
    const before = remembered.get(address);
    if (before !== undefined || remembered.has(address)) return before;
    if (remembered.size >= REMEMBERED) remembered.clear();
    const key = emailKey(address, emails) ?? privateKey(address, emails);
    remembered.set(address, key);
    return key;
  }

  const keyOf = (address: string) => {
    const key = plainKey(address);
    return key === undefined ? undefined : (standsFor.get(key) ?? key);
  };

  const groups = own.aliases.map((alias) => (typeof alias === "string" ? [alias] : alias));
  for (const group of [...groups, ...(rules.people ?? [])]) {
    const [first, ...others] = group.flatMap((address) => plainKey(address) ?? []);
    if (first === undefined) continue;
    const chief = standsFor.get(first) ?? first;
    for (const other of others) if (other !== chief) standsFor.set(other, chief);
  }

  const keys = (addresses: readonly string[]) => new Set(addresses.flatMap((address) => keyOf(address) ?? []));
  const ownKeys = keys([...own.mailboxes, ...groups.flat(), ...own.lists]);
  const lists = keys(own.lists);
  const domains = new Set(own.domains.flatMap((domain) => asciiDomain(domain) ?? []));
  return {
    keyOf,
    keysIn(field) {
      const keys = new Set<string>();
      for (const address of addressesIn(field)) {
        const key = keyOf(address);
        if (key !== undefined) keys.add(key);
      }
      return [...keys];
    },
    isOwn: (key) => ownKeys.has(key) || domains.has(key.slice(key.lastIndexOf("@") + 1)),
    isList: (key) => lists.has(key),
    isMailbox: (key) => ownKeys.has(key),
  };
}

/** Hosts inside a company's network are in no list of domains; mail comes from them all the same. */
function privateKey(address: string, rules: EmailKeyRules): string | undefined {
  const match = /^([^\s@<>,;"]+)@([^\s@<>,;"]+)$/.exec(address.trim());
  const host = match?.[2] === undefined ? undefined : asciiDomain(match[2]);
  if (match?.[1] === undefined || host === undefined) return undefined;
  return foldMailbox(match[1].normalize("NFC").toLowerCase(), host, rules);
}

function asciiDomain(domain: string): string | undefined {
  const plain = domain
    .trim()
    .replace(/^@|\.$/g, "")
    .toLowerCase();
  return domainToASCII(plain) || plain || undefined;
}

function addressesIn(field: AddressField): string[] {
  if (field === null || field === undefined) return [];
  if (isMany(field)) return field.flatMap(addressesIn);
  if (typeof field === "string") return addressParser(field).flatMap(addressesOf);
  const { address } = field;
  return address === null || address === undefined || address === "" ? [] : [address];
}

const isMany = (field: NonNullable<AddressField>): field is readonly AddressField[] => Array.isArray(field);

const addressesOf = (parsed: Address): string[] =>
  parsed.group === undefined
    ? [parsed.address].filter((one) => one !== "")
    : parsed.group.map(({ address }) => address);
