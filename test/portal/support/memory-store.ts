import type { PortalId } from "../../../src/domain/ids.ts";
import type { Portal, PortalUser, TokenPair } from "../../../src/domain/portal.ts";
import type { TokenStore } from "../../../src/portal/tokens.ts";

/** What the portal client needs of the store, in memory, with a record of what was stored in which order. */
export interface MemoryStore extends TokenStore {
  readonly users: TokenStore["users"] & { remember(user: PortalUser): Promise<void> };
  readonly journal: string[];
}

export function createMemoryStore(portals: readonly Portal[], users: readonly PortalUser[] = []): MemoryStore {
  const rows = new Map(portals.map((portal) => [portal.id, portal]));
  const people = new Map(users.map((user) => [`${user.portal}:${user.userId}`, user]));
  const locks = new Map<string, string>();
  const journal: string[] = [];
  const replace = <Row extends { readonly tokens?: TokenPair }>(row: Row | undefined, replaces: string) =>
    row?.tokens?.refreshToken === replaces;
  return {
    journal,
    portals: {
      find: async (portal) => rows.get(portal),
      async saveTokens(portal: PortalId, replaces, tokens) {
        const row = rows.get(portal);
        if (!row || !replace(row, replaces)) return false;
        rows.set(portal, { ...row, tokens });
        journal.push(`saved ${tokens.accessToken}`);
        return true;
      },
      async update(portal, patch) {
        const row = rows.get(portal);
        if (!row) return;
        const { trouble, keepDays, ...rest } = patch;
        const { trouble: known, ...others } = row;
        const kept = trouble === undefined ? known : (trouble ?? undefined);
        rows.set(portal, {
          ...others,
          ...rest,
          ...(kept !== undefined && { trouble: kept }),
          ...(typeof keepDays === "number" && { keepDays }),
        });
        journal.push(`updated ${Object.keys(patch).join(",")}`);
      },
    },
    users: {
      remember: async (user) => void people.set(`${user.portal}:${user.userId}`, user),
      find: async (portal, userId) => people.get(`${portal}:${userId}`),
      async saveTokens(portal, userId, replaces, tokens) {
        const user = people.get(`${portal}:${userId}`);
        if (!user || !replace(user, replaces)) return false;
        people.set(`${portal}:${userId}`, { ...user, tokens });
        return true;
      },
    },
    locks: {
      async acquire(name, owner) {
        if (locks.has(name) && locks.get(name) !== owner) return false;
        locks.set(name, owner);
        return true;
      },
      async release(name, owner) {
        if (locks.get(name) === owner) locks.delete(name);
      },
    },
  };
}
