/**
 * Token pairs: one refresh at a time per pair, across all processes, and the new pair stored before it is used.
 *
 * - Twice at once: in this process the second caller waits for the first; across processes the lock `refresh:…` is
 *   taken in the store, and the stored pair is read again under it: whoever comes second finds the new pair and asks
 *   nobody. A lock whose holder died ends by itself.
 * - Crash before the request: nothing happened. Crash after our POST and before the new pair was stored: the
 *   authorization server may have ended the old refresh token. The next refresh then answers `invalid_grant`; the
 *   portal's `trouble` says that an administrator must open the application once, and that visit brings a fresh pair.
 *   Before it comes to that, the pair which the installing administrator's own last visit left (kept for 24 h) is tried.
 * - Other side slow or gone: the stored pair stays, the caller gets `unreachable` and may try again; as the rotation may
 *   have happened unseen, the next try with the old token decides.
 * - Other side lying: answers are read by schema; endpoints pass the policy; an answer for another member_id is refused.
 */
import { randomUUID } from "node:crypto";
import type { PortalId } from "../domain/ids.ts";
import type { Portal, TokenPair } from "../domain/portal.ts";
import type { Logger } from "../log/log.ts";
import type { LockRepository } from "../store/contract/locks.ts";
import type { PortalRepository, UserRepository } from "../store/contract/portals.ts";
import { type Clock, pause } from "./clock.ts";
import type { Grant, OAuthClient } from "./oauth.ts";
import type { Credentials } from "./transport.ts";

export type TokenOutcome =
  | { readonly kind: "ok"; readonly credentials: Credentials }
  | { readonly kind: "unauthorised"; readonly sentence: string }
  | { readonly kind: "unreachable"; readonly sentence: string };

export interface TokenKeeper {
  /** A pair that is good for at least the next half minute; refreshes when the stored one is not. `user` = that viewer's own pair. */
  credentials(portal: PortalId, user?: string): Promise<TokenOutcome>;
  /** The portal refused this access token, or moved away from its address: brings another pair, or says why not. */
  renew(portal: PortalId, rejectedAccessToken: string, user?: string): Promise<TokenOutcome>;
  /** Background calls work (again): clears what was noted against the portal. */
  succeeded(portal: PortalId): Promise<void>;
  /** Background calls need a person: notes it where the settings page shows it. */
  troubled(portal: PortalId, sentence: string): Promise<void>;
  forget(portal: PortalId): void;
}

/** What the portal client needs of the store. */
export interface TokenStore {
  readonly portals: Pick<PortalRepository, "find" | "saveTokens" | "update">;
  readonly users: Pick<UserRepository, "find" | "saveTokens">;
  readonly locks: Pick<LockRepository, "acquire" | "release">;
}

export interface TokenKeeperSettings {
  readonly store: TokenStore;
  readonly oauth: OAuthClient;
  readonly log: Logger;
  readonly clock: Clock;
}

const SPARE_MS = 30_000;
const LOCK_MS = 60_000;
const LOCK_POLL_MS = 200;
/** How long a pair read from the store is used without reading again. Another process's install shows within this time. */
const CACHE_MS = 5_000;
const INSTALL_AGAIN =
  "The portal has no valid authorization. An administrator must open the application in Bitrix24 once.";

interface Held {
  readonly portal: Portal;
  readonly tokens: TokenPair;
  readonly readAt: number;
}

export function createTokenKeeper(settings: TokenKeeperSettings): TokenKeeper {
  const { store, oauth, log, clock } = settings;
  const owner = randomUUID();
  const held = new Map<string, Held>();
  const renewing = new Map<string, Promise<TokenOutcome>>();
  /** Portals whose stored `trouble` this process knows to be set (or does not know yet: absent). */
  const trouble = new Map<PortalId, string | undefined>();

  const keyOf = (portal: PortalId, user: string | undefined) => (user === undefined ? portal : `${portal}:${user}`);

  async function read(portalId: PortalId, user: string | undefined): Promise<Held | undefined> {
    const portal = await store.portals.find(portalId);
    if (!portal) return undefined;
    if (user === undefined) trouble.set(portalId, portal.trouble);
    const tokens = user === undefined ? portal.tokens : (await store.users.find(portalId, user))?.tokens;
    if (!tokens) return undefined;
    const entry = { portal, tokens, readAt: clock.now() };
    held.set(keyOf(portalId, user), entry);
    return entry;
  }

  const fresh = (entry: Held) => entry.tokens.expiresAt.getTime() - clock.now() > SPARE_MS;
  const ok = (entry: Held): TokenOutcome => ({ kind: "ok", credentials: credentialsOf(entry.portal, entry.tokens) });

  async function credentials(portal: PortalId, user?: string): Promise<TokenOutcome> {
    const cached = held.get(keyOf(portal, user));
    if (cached && clock.now() - cached.readAt < CACHE_MS && fresh(cached)) return ok(cached);
    const stored = await read(portal, user);
    if (!stored)
      return {
        kind: "unauthorised",
        sentence: user === undefined ? INSTALL_AGAIN : "Open the application in Bitrix24 again.",
      };
    return fresh(stored) ? ok(stored) : renew(portal, stored.tokens.accessToken, user);
  }

  function renew(portal: PortalId, rejected: string, user?: string): Promise<TokenOutcome> {
    const key = keyOf(portal, user);
    const running = renewing.get(key);
    if (running !== undefined) return running;
    const started = renewLocked(portal, rejected, user).finally(() => renewing.delete(key));
    renewing.set(key, started);
    return started;
  }

  async function renewLocked(portal: PortalId, rejected: string, user: string | undefined): Promise<TokenOutcome> {
    const lock = `refresh:${keyOf(portal, user)}`;
    const giveUpAt = clock.now() + LOCK_MS;
    for (;;) {
      const stored = await read(portal, user);
      if (!stored) return { kind: "unauthorised", sentence: INSTALL_AGAIN };
      if (stored.tokens.accessToken !== rejected && fresh(stored)) return ok(stored);
      if (await store.locks.acquire(lock, owner, LOCK_MS)) break;
      if (clock.now() >= giveUpAt)
        return {
          kind: "unreachable",
          sentence: "Another process is renewing the portal's authorization and does not end.",
        };
      await pause(clock, LOCK_POLL_MS);
    }
    try {
      const stored = await read(portal, user);
      if (!stored) return { kind: "unauthorised", sentence: INSTALL_AGAIN };
      if (stored.tokens.accessToken !== rejected && fresh(stored)) return ok(stored);
      return await refresh(stored, user);
    } finally {
      await store.locks.release(lock, owner);
    }
  }

  async function refresh(stored: Held, user: string | undefined): Promise<TokenOutcome> {
    const portal = stored.portal.id;
    const answer = await oauth.exchangeRefresh(stored.portal.serverEndpoint, stored.tokens.refreshToken);
    if (answer.kind === "unreachable") return answer;
    if (answer.kind === "granted" && answer.grant.memberId !== portal) {
      log.error({ portal }, "The authorization server answered for another portal; its tokens were thrown away");
      return { kind: "unreachable", sentence: "The authorization server answered for another portal." };
    }
    if (answer.kind === "granted") return keep(stored, answer.grant, user);
    log.warn({ portal, code: answer.code, user }, "Bitrix24 refused to renew an authorization");
    if (user !== undefined) return { kind: "unauthorised", sentence: "Open the application in Bitrix24 again." };
    const rescued = answer.code === "invalid_grant" ? await administratorsPair(stored) : undefined;
    if (rescued) return keep(stored, rescued, undefined);
    await troubled(portal, answer.sentence);
    return { kind: "unauthorised", sentence: answer.sentence };
  }

  /** The pair that the installing administrator's own last visit left. */
  async function administratorsPair(stored: Held): Promise<Grant | undefined> {
    const { userId, id, serverEndpoint } = stored.portal;
    if (userId === undefined) return undefined;
    const admin = await store.users.find(id, userId);
    if (!admin?.admin || !admin.tokens || admin.tokens.refreshToken === stored.tokens.refreshToken) return undefined;
    const answer = await oauth.exchangeRefresh(serverEndpoint, admin.tokens.refreshToken);
    if (answer.kind !== "granted" || answer.grant.memberId !== id) return undefined;
    log.info({ portal: id }, "Background work goes on with the authorization of the administrator's last visit");
    return answer.grant;
  }

  async function keep(stored: Held, grant: Grant, user: string | undefined): Promise<TokenOutcome> {
    const { portal } = stored;
    const replaces = stored.tokens.refreshToken;
    const saved =
      user === undefined
        ? await store.portals.saveTokens(portal.id, replaces, grant.tokens)
        : await store.users.saveTokens(portal.id, user, replaces, grant.tokens);
    if (!saved) {
      // Someone stored another pair meanwhile (a reinstallation, an administrator's visit): theirs is the newer one.
      const newer = await read(portal.id, user);
      return newer ? ok(newer) : { kind: "unauthorised", sentence: INSTALL_AGAIN };
    }
    const moved = grant.clientEndpoint !== portal.clientEndpoint || grant.serverEndpoint !== portal.serverEndpoint;
    if (moved) {
      log.info({ portal: portal.id, from: portal.domain, to: grant.domain }, "The portal has a new address");
      await store.portals.update(portal.id, {
        clientEndpoint: grant.clientEndpoint,
        serverEndpoint: grant.serverEndpoint,
        domain: grant.domain,
      });
      for (const key of held.keys()) if (key === portal.id || key.startsWith(`${portal.id}:`)) held.delete(key);
    }
    const current = await read(portal.id, user);
    return current ? ok(current) : { kind: "unauthorised", sentence: INSTALL_AGAIN };
  }

  async function troubled(portal: PortalId, sentence: string): Promise<void> {
    if (trouble.get(portal) === sentence) return;
    await store.portals.update(portal, { trouble: sentence });
    trouble.set(portal, sentence);
  }

  return {
    credentials,
    renew,
    troubled,
    async succeeded(portal) {
      if (trouble.get(portal) === undefined) return;
      await store.portals.update(portal, { trouble: null });
      trouble.set(portal, undefined);
    },
    forget(portal) {
      trouble.delete(portal);
      for (const key of held.keys()) if (key === portal || key.startsWith(`${portal}:`)) held.delete(key);
    },
  };
}

function credentialsOf(portal: Portal, tokens: TokenPair): Credentials {
  return {
    memberId: portal.id,
    accessToken: tokens.accessToken,
    expiresAt: tokens.expiresAt.getTime(),
    clientEndpoint: portal.clientEndpoint,
    serverEndpoint: portal.serverEndpoint,
  };
}
