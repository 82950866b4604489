/**
 * The company's own groups (Google Groups, Mailman and the like), known by what they hand on: it names the address that
 * letters to the group go to (RFC 2369), and that is in the domain of the box that it came to. What they are known for: a group
 * is no customer. Without it a letter to team@ would be one to two customers, what a colleague writes there a letter of ours to a
 * stranger, and a letter that the group rewrote ("Ann via Team <team@…>") the group's and not Ann's.
 *
 * Anybody can name one. So a group is believed only in a company's domain, never in one where everybody has a mailbox,
 * and never an address that a card of the CRM has: nobody makes a known customer disappear by it. The portal away: it is
 * believed with a later letter. Crash, twice: the same group is noted once.
 */
import type { SeenLetter } from "../../channels/contract/letters.ts";
import type { Account } from "../../domain/account.ts";
import type { PortalId } from "../../domain/ids.ts";
import type { Logger } from "../../log/log.ts";
import type { AddressBook } from "../../mail/threads/addresses.ts";
import { domainOf, isFreeMail } from "../../rules/contacts/free-mail.ts";
import type { Store } from "../../store/contract.ts";
import type { KnownPeople } from "./known-people.ts";
import type { OwnAddresses } from "./own-addresses.ts";

export interface OwnGroupsDeps {
  readonly store: { readonly mails: Pick<Store["mails"], "addGroups"> };
  readonly own: OwnAddresses;
  readonly known: Pick<KnownPeople, "inCrm">;
  readonly log: Pick<Logger, "warn">;
  readonly now: () => Date;
}

export interface OwnGroups {
  /** The portal's own addresses, with the groups that these letters tell of. */
  of(account: Account, seen: readonly Pick<SeenLetter, "group">[]): Promise<AddressBook>;
}

/** So long what could not be believed is not asked about again. */
const DOUBT_MS = 60 * 60_000;
const AGAIN_MS = 60_000;
const REMEMBERED = 10_000;
/** One batch of letters tells of few; more are made up. */
const MOST_AT_ONCE = 20;

export function createOwnGroups({ store, own, known, log, now }: OwnGroupsDeps): OwnGroups {
  const doubted = new Map<string, number>();

  return {
    async of(account, seen) {
      const { portal } = account;
      const book = await own.of(portal);
      const fresh = newGroups(account, seen, book);
      if (fresh.length === 0 || !(await learn(portal, fresh))) return book;
      own.forget(portal);
      return own.of(portal);
    },
  };

  function newGroups({ portal, settings }: Account, seen: readonly Pick<SeenLetter, "group">[], book: AddressBook) {
    const box = typeof settings["address"] === "string" ? settings["address"] : "";
    const told = new Set(seen.flatMap(({ group }) => group?.toLowerCase() ?? []));
    return [...told]
      .filter((group) => {
        const key = book.keyOf(group);
        if (key === undefined || key === book.keyOf(box) || book.isList(key) || !isOfCompany(group, box)) return false;
        return (doubted.get(`${portal} ${group}`) ?? 0) <= now().getTime();
      })
      .slice(0, MOST_AT_ONCE);
  }

  /** Whether there is a new one. */
  async function learn(portal: PortalId, groups: readonly string[]): Promise<boolean> {
    const doubt = (all: readonly string[], forMs: number) => {
      if (doubted.size >= REMEMBERED) doubted.clear();
      for (const group of all) doubted.set(`${portal} ${group}`, now().getTime() + forMs);
    };
    try {
      const customers = new Set(await known.inCrm(portal, groups));
      const believed = groups.filter((group) => !customers.has(group));
      doubt([...customers], DOUBT_MS);
      // What an administrator took off is believed no more.
      const listed = await store.mails.addGroups(portal, believed);
      doubt(
        believed.filter((group) => !listed.includes(group)),
        DOUBT_MS,
      );
      return listed.length > 0;
    } catch (error) {
      log.warn(
        { err: error, portal },
        "whether a group is a customer's could not be asked; it is taken for one until then",
      );
      doubt(groups, AGAIN_MS);
      return false;
    }
  }
}

/** In the domain of the box that it came to, or in one below it, where that is a company's. */
function isOfCompany(group: string, box: string): boolean {
  const [theirs, ours] = [domainOf(group), domainOf(box)];
  return ours !== "" && !isFreeMail(ours) && (theirs === ours || theirs.endsWith(`.${ours}`));
}
