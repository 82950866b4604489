import type { PortalId } from "../../domain/ids.ts";
import { MOST_VALUES } from "../../portal/contract/crm.ts";
import type { PortalDirectory } from "../../portal/contract/directory.ts";
import type { PersonRepository } from "../../store/contract/people.ts";
import { certain } from "../crm/context.ts";

export interface KnownPeopleDeps {
  readonly people: Pick<PersonRepository, "knownPoints">;
  readonly portals: Pick<PortalDirectory, "crm">;
  readonly now: () => Date;
}

/**
 * Which addresses belong to somebody: here, or in a card of the CRM. The portal is asked for many at once and tells only
 * that one of them is known: then halves are asked for, until it is clear which. What was found out is remembered for some
 * minutes, because a mailbox has the same people again and again.
 *
 * @throws `CrmUnavailable` when the portal cannot say: then nothing is known, and it is asked again later
 */
export interface KnownPeople {
  of(portal: PortalId, addresses: readonly string[]): Promise<ReadonlySet<string>>;
  /** Those that a card of the CRM has. */
  inCrm(portal: PortalId, addresses: readonly string[]): Promise<readonly string[]>;
}

const REMEMBER_MS = 10 * 60_000;
const REMEMBERED = 50_000;

export function createKnownPeople({ people, portals, now }: KnownPeopleDeps): KnownPeople {
  const remembered = new Map<string, { readonly known: boolean; readonly until: number }>();
  const keyOf = (portal: PortalId, address: string): string => `${portal} ${address}`;

  function remember(portal: PortalId, address: string, known: boolean): void {
    if (remembered.size >= REMEMBERED) remembered.clear();
    remembered.set(keyOf(portal, address), { known, until: now().getTime() + REMEMBER_MS });
  }

  /** Those of them that a card has; the group is asked for as a whole first. */
  async function inCrm(portal: PortalId, addresses: readonly string[]): Promise<readonly string[]> {
    const [first] = addresses;
    if (first === undefined) return [];
    if (addresses.length > MOST_VALUES) return await halves(portal, addresses);
    const cards = certain(await portals.crm(portal).findByContact("email", addresses));
    if (cards.length === 0) return [];
    return addresses.length === 1 ? [first] : await halves(portal, addresses);
  }

  async function halves(portal: PortalId, addresses: readonly string[]): Promise<readonly string[]> {
    const middle = Math.ceil(addresses.length / 2);
    return [...(await inCrm(portal, addresses.slice(0, middle))), ...(await inCrm(portal, addresses.slice(middle)))];
  }

  return {
    inCrm,
    async of(portal, addresses) {
      const time = now().getTime();
      const all = [...new Set(addresses)];
      const unknown = all.filter((address) => (remembered.get(keyOf(portal, address))?.until ?? 0) <= time);
      const here = new Set(unknown.length === 0 ? [] : await people.knownPoints(portal, "email", unknown));
      const rest = unknown.filter((address) => !here.has(address));
      const there = new Set(await inCrm(portal, rest));
      for (const address of unknown) remember(portal, address, here.has(address) || there.has(address));
      return new Set(
        all.filter(
          (address) =>
            here.has(address) || there.has(address) || remembered.get(keyOf(portal, address))?.known === true,
        ),
      );
    },
  };
}
