import { bccAddress } from "../../domain/bcc-address.ts";
import type { PortalId } from "../../domain/ids.ts";
import type { PortalDirectory } from "../../portal/contract/directory.ts";
import type { BccSender } from "../../store/contract/bcc.ts";
import type { Store } from "../../store/contract.ts";

export interface BccAddressesDeps {
  readonly store: Pick<Store, "accounts" | "bcc">;
  readonly portals: Pick<PortalDirectory, "people">;
  /** Absent: this server takes no mail. */
  readonly domain: string | undefined;
  /** 128 random bits, written for an address. */
  readonly newKey: () => string;
}

/** An address for Bcc as its owner sees it. */
export interface OwnBcc {
  readonly address: string;
  readonly madeAt: Date;
  readonly usedAt?: Date;
  /** Addresses that letters are taken from without a question: of the profile, and of mailboxes. */
  readonly from: readonly string[];
  readonly senders: readonly BccSender[];
}

/** Addresses for Bcc, as employees and administrators see and renew them. Nothing here is remembered. */
export interface BccAddresses {
  readonly isOn: boolean;
  /** @param user absent: the portal's own. `undefined`: none was made yet, or this server takes no mail. */
  of(portal: PortalId, user?: string): Promise<OwnBcc | undefined>;
  /** A new address; letters to the former one are refused from then on. */
  renew(portal: PortalId, user?: string): Promise<void>;
}

export function createBccAddresses({ store, portals, domain, newKey }: BccAddressesDeps): BccAddresses {
  /** The portal cannot be asked, or tells no addresses: what is known without it. */
  async function addressesOf(portal: PortalId, user: string | undefined): Promise<readonly string[]> {
    const [accounts, profile] = await Promise.all([
      store.accounts.list(portal),
      user === undefined ? undefined : portals.people(portal).profile(user),
    ]);
    const boxes = accounts.flatMap(({ settings: { address, box, owner } }) =>
      typeof address === "string" && (box !== "personal" || user === undefined || owner === user)
        ? [address.toLowerCase()]
        : [],
    );
    const own = profile?.kind === "ok" ? [profile.value?.email ?? ""].filter((one) => one !== "") : [];
    return [...new Set([...own, ...boxes])];
  }

  return {
    isOn: domain !== undefined,
    async of(portal, user) {
      const found = domain === undefined ? undefined : await store.bcc.find(portal, user ?? "");
      if (!found || domain === undefined) return undefined;
      const [senders, from] = await Promise.all([store.bcc.senders(portal, user ?? ""), addressesOf(portal, user)]);
      const { key, madeAt, usedAt } = found;
      return {
        address: bccAddress(key, domain),
        madeAt,
        ...(usedAt && { usedAt }),
        from,
        senders: senders.filter(({ state, address }) => state !== "known" && !from.includes(address)),
      };
    },
    renew: (portal, user) => store.bcc.put(portal, user ?? "", newKey()),
  };
}
