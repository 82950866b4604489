import type { AccountId, PortalId } from "../../src/domain/ids.ts";
import { ownerOf, showingOf } from "../../src/relay/crm/letters.ts";
import type { Store } from "../../src/store/contract.ts";

/** A personal mailbox: its owner's, and of whoever may read the cards that its letters stand in, if they stand there whole. */
export interface PrivateBox {
  readonly owner: string;
  readonly isInCards: boolean;
  /** They go there one by one, when the owner says so. */
  readonly byClick: boolean;
}

export type PrivateBoxesOf = ReadonlyMap<AccountId, PrivateBox>;

export interface PrivateBoxes {
  /** Without asking; `undefined`: not known. */
  known(portal: PortalId): PrivateBoxesOf | undefined;
  of(portal: PortalId): Promise<PrivateBoxesOf>;
}

/** A box that somebody has just made their own is closed to others after so long at the latest. */
const FRESH_MS = 2_000;

/** Which accounts of a portal are personal mailboxes: read with the accounts, and remembered for a moment. */
export function createPrivateBoxes(store: Pick<Store, "accounts">, now: () => Date): PrivateBoxes {
  const remembered = new Map<PortalId, { readonly until: number; readonly boxes: PrivateBoxesOf }>();

  const known: PrivateBoxes["known"] = (portal) => {
    const kept = remembered.get(portal);
    return kept && kept.until > now().getTime() ? kept.boxes : undefined;
  };

  return {
    known,
    async of(portal) {
      const before = known(portal);
      if (before) return before;
      const boxes = new Map<AccountId, PrivateBox>();
      for (const account of await store.accounts.list(portal)) {
        const owner = ownerOf(account);
        const showing = showingOf(account);
        if (owner !== null)
          boxes.set(account.id, { owner, isInCards: showing === "whole", byClick: showing === "click" });
      }
      remembered.set(portal, { until: now().getTime() + FRESH_MS, boxes });
      return boxes;
    },
  };
}
