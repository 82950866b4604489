import type { SessionMemory } from "../../channels/contract/sessions.ts";
import type { Account } from "../../domain/account.ts";
import type { ChannelStateRepository } from "../../store/contract/accounts.ts";

export interface MemoryDeps {
  readonly channelState: ChannelStateRepository;
}

/**
 * What one connection remembers. A connection whose lock ran out writes nothing any more: another process may have one by
 * now, and an old key written over a new one would log the account out.
 */
export function createMemory(deps: MemoryDeps, { portal, id }: Account, mayWrite: () => boolean): SessionMemory {
  const { channelState } = deps;
  const fence = (): void => {
    if (!mayWrite()) throw new Error("This connection is no longer this process's: nothing of it is kept.");
  };
  return {
    get: (key) => channelState.get(portal, id, key),
    async set(key, value) {
      fence();
      await channelState.set(portal, id, key, value);
    },
    async delete(key) {
      fence();
      await channelState.delete(portal, id, key);
    },
    list: (prefix) => channelState.list(portal, id, prefix),
    async clear() {
      fence();
      await channelState.clear(portal, id);
    },
  };
}
