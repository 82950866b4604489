import type { Account } from "../domain/account.ts";
import type { AccountId } from "../domain/ids.ts";
import type { AccountRepository } from "../store/contract/accounts.ts";

/**
 * Accounts by id for the webhook path, where one query per request would cost more than the insert. A change made in
 * another process is seen after `ttlMs`; until then an account just switched off may still accept, and accepting is
 * allowed while it is off.
 */
export interface AccountCache {
  find(account: AccountId): Promise<Account | undefined>;
  forget(account: AccountId): void;
}

const MAX_ENTRIES = 20_000;

export function createAccountCache(
  accounts: Pick<AccountRepository, "findAnywhere">,
  ttlMs: number,
  now: () => number,
): AccountCache {
  const entries = new Map<AccountId, { readonly account: Promise<Account | undefined>; readonly until: number }>();
  return {
    async find(id) {
      const kept = entries.get(id);
      if (kept && kept.until > now()) return kept.account;
      const account = accounts.findAnywhere(id);
      if (entries.size >= MAX_ENTRIES) entries.clear();
      entries.set(id, { account, until: now() + ttlMs });
      try {
        const found = await account;
        // Unknown ids are not kept: a stranger could fill the memory, and a new account must work at once.
        if (!found) entries.delete(id);
        return found;
      } catch (error) {
        entries.delete(id);
        throw error;
      }
    },
    forget: (id) => entries.delete(id),
  };
}
