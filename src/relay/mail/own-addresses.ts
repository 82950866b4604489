import type { PortalId } from "../../domain/ids.ts";
import { type AddressBook, createAddressBook } from "../../mail/threads/addresses.ts";
import { defaultEmailKeyRules } from "../../rules/contacts/email-key.ts";
import type { Store } from "../../store/contract.ts";
import type { Rules } from "../crm/rulesets.ts";

export interface OwnAddressesDeps {
  readonly store: Pick<Store, "accounts" | "bcc" | "mails">;
  readonly rules: Pick<Rules, "of">;
  readonly now: () => Date;
}

/**
 * Which addresses are a portal's own: its mailboxes, what the rules name, what employees were seen to write from, and its groups
 * (`own-groups.ts`).
 */
export interface OwnAddresses {
  /** @param including further own ones, whom nobody had to know of before */
  of(portal: PortalId, including?: readonly string[]): Promise<AddressBook>;
  /** What is remembered is read anew. */
  forget(portal: PortalId): void;
}

const REMEMBER_MS = 60_000;

export function createOwnAddresses({ store, rules, now }: OwnAddressesDeps): OwnAddresses {
  const remembered = new Map<PortalId, { readonly book: AddressBook; readonly until: number }>();

  async function read(portal: PortalId, including: readonly string[]): Promise<AddressBook> {
    const [accounts, { ruleset }, written, lists] = await Promise.all([
      store.accounts.list(portal),
      rules.of(portal),
      store.bcc.ownAddresses(portal),
      store.mails.groups(portal),
    ]);
    const { ownEmails, plusTags, gmailDots } = ruleset.identity;
    const boxes = accounts.flatMap(({ settings }) =>
      typeof settings["address"] === "string" ? [settings["address"]] : [],
    );
    const own = {
      ...{ domains: [], aliases: [], lists },
      mailboxes: [...boxes, ...ownEmails, ...written, ...including],
    };
    return createAddressBook(own, { emails: { ...defaultEmailKeyRules, plusTags, gmailDots } });
  }

  return {
    forget: (portal) => void remembered.delete(portal),
    async of(portal, including = []) {
      const time = now().getTime();
      const known = remembered.get(portal);
      const has = ({ keyOf, isOwn }: AddressBook) =>
        including.every((address) => {
          const key = keyOf(address);
          return key === undefined || isOwn(key);
        });
      if (known && known.until > time && has(known.book)) return known.book;
      const book = await read(portal, including);
      remembered.set(portal, { book, until: time + REMEMBER_MS });
      return book;
    },
  };
}
