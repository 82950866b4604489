import type { PortalId } from "../../src/domain/ids.ts";
import type { Present } from "../../src/relay/presence.ts";
import { type Store, StoreUnavailable } from "../../src/store/contract.ts";

export interface PresentPerson {
  readonly id: string;
  readonly name?: string;
  readonly writing: boolean;
}

/** Tells who is there by their names, always the latest. The database away: without names, which is better than nobody. */
export function presentTeller(
  store: Pick<Store, "users">,
  portal: PortalId,
  send: (people: readonly PresentPerson[]) => void,
): (others: readonly Present[]) => void {
  let latest = 0;

  async function tell(others: readonly Present[], mine: number): Promise<void> {
    const names = await namesOf(others.map(({ userId }) => userId));
    if (mine !== latest) return;
    send(
      others.map(({ userId, writing }) => {
        const name = names.get(userId);
        return { id: userId, ...(name !== undefined && { name }), writing };
      }),
    );
  }

  async function namesOf(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    try {
      return await store.users.names(portal, ids);
    } catch (error) {
      if (error instanceof StoreUnavailable) return new Map();
      throw error;
    }
  }

  return (others) => {
    latest += 1;
    void tell(others, latest);
  };
}
