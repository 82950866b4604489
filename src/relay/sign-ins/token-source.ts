import { setTimeout as delay } from "node:timers/promises";
import {
  SIGN_IN_KEY,
  type SignInVendor,
  type TokenOutcome,
  type TokenSource,
} from "../../channels/contract/vendor-sign-in.ts";
import type { ChannelAdapter } from "../../channels/contract.ts";
import type { Account } from "../../domain/account.ts";
import type { Logger } from "../../log/log.ts";
import type { VendorGrant } from "../../store/contract/grants.ts";
import type { Store } from "../../store/contract.ts";

/**
 * Tokens of accounts that were signed in at their vendor's page: renewed when they are about to run out, or were refused; one
 * renewal at a time over all processes, and what came is stored before anybody uses it.
 *
 * - Twice at once: the second waits for the lock `grant …`, reads again under it and finds the new tokens. A holder that died
 *   loses the lock after 30 s.
 * - Crash before the request: nothing happened. After it and before storing: Google's renewals bring no new refresh token, and
 *   Microsoft lets the old one live on ("doesn't revoke old refresh tokens"), so the next renewal is simply made with the old
 *   one. A vendor that ended the old one at once would leave the account to be signed in again; nothing can be done about that
 *   from here.
 * - The vendor slow, gone or troubled: `later`, and tokens that still live are used on until they are refused.
 * - The vendor says no: that is stored, so that nobody asks again; `gone` until a person signs in again.
 * - The database away: `later`.
 */
export interface TokenSourceDeps {
  readonly store: Pick<Store, "grants" | "locks">;
  readonly channels: ReadonlyMap<string, Pick<ChannelAdapter, "signIn">>;
  readonly owner: string;
  readonly log: Pick<Logger, "warn" | "info">;
  readonly now: () => Date;
}

/** Tokens that live shorter are renewed first: a letter may take some minutes to go. */
const SPARE_MS = 5 * 60_000;
const LOCK_MS = 30_000;
const LOOK_MS = 100;

const NOT_THERE = "The sign-in of this account is not there any more. Sign in again.";
const NOT_OFFERED =
  "This server is not set up for this sign-in any more. Its operator has to set the client id and secret again.";
const STORE_AWAY = "The sign-in could not be read just now. It will be tried again.";

export function createTokenSources(deps: TokenSourceDeps): (account: Account) => TokenSource {
  const { grants, locks } = deps.store;
  /** Renewals of this process, by grant: whoever comes second waits for the first. */
  const running = new Map<string, Promise<TokenOutcome>>();

  const vendorOf = ({ channel, vendor }: VendorGrant): SignInVendor | undefined =>
    deps.channels.get(channel)?.signIn?.vendors.find(({ id }) => id === vendor);

  return (account) => {
    const id = String(account.credentials[SIGN_IN_KEY] ?? "");
    return {
      async token(rejected) {
        try {
          return await tokenOf(account, id, rejected);
        } catch (error) {
          deps.log.warn({ err: error, account: account.id }, "A sign-in could not be read or renewed; tried again");
          return { kind: "later", sentence: STORE_AWAY };
        }
      },
    };
  };

  async function tokenOf(account: Account, id: string, rejected: string | undefined): Promise<TokenOutcome> {
    const grant = await grants.find(account.portal, id);
    if (!grant || grant.channel !== account.channel) return { kind: "gone", sentence: NOT_THERE };
    // Saved and cut off before it was written down whose it is.
    if (grant.account !== account.id && !(await grants.attach(account.portal, id, account.id)))
      return { kind: "gone", sentence: NOT_THERE };
    const settled = settledOf(grant, rejected);
    if (settled) return settled;
    const vendor = vendorOf(grant);
    if (!vendor) return { kind: "later", sentence: NOT_OFFERED };
    const before = running.get(id);
    if (before !== undefined) return await before;
    const renewal = renewLocked(grant, vendor, rejected).finally(() => running.delete(id));
    running.set(id, renewal);
    return await renewal;
  }

  /** What need not be asked. */
  function settledOf({ tokens, refused, vendor, who }: VendorGrant, rejected?: string): TokenOutcome | undefined {
    if (refused !== undefined) return { kind: "gone", sentence: refused };
    const lives = tokens.expiresAt.getTime() - deps.now().getTime() > SPARE_MS;
    return lives && tokens.accessToken !== rejected
      ? { kind: "token", token: tokens.accessToken, vendor, who }
      : undefined;
  }

  async function renewLocked(first: VendorGrant, vendor: SignInVendor, rejected?: string): Promise<TokenOutcome> {
    const { portal, id } = first;
    const lock = `grant ${id}`;
    for (let waited = 0; !(await locks.acquire(lock, deps.owner, LOCK_MS)); waited += LOOK_MS) {
      if (waited > 2 * LOCK_MS) return { kind: "later", sentence: STORE_AWAY };
      await delay(LOOK_MS);
      const now = await grants.find(portal, id);
      const settled = now && settledOf(now, rejected);
      if (settled) return settled;
    }
    try {
      const grant = await grants.find(portal, id);
      if (!grant) return { kind: "gone", sentence: NOT_THERE };
      return settledOf(grant, rejected) ?? (await renew(grant, vendor, rejected));
    } finally {
      await locks.release(lock, deps.owner);
    }
  }

  async function renew(grant: VendorGrant, vendor: SignInVendor, rejected?: string): Promise<TokenOutcome> {
    const { portal, id, who, tokens } = grant;
    const answer = await vendor.renew(tokens.refreshToken);
    if (answer.kind === "refused") {
      deps.log.info({ portal, vendor: vendor.id }, "A vendor has ended a sign-in");
      await grants.refuse(portal, id, tokens.refreshToken, answer.sentence);
      return { kind: "gone", sentence: answer.sentence };
    }
    if (answer.kind === "unreachable") {
      const lives = tokens.expiresAt.getTime() > deps.now().getTime() && tokens.accessToken !== rejected;
      return lives
        ? { kind: "token", token: tokens.accessToken, vendor: vendor.id, who }
        : { kind: "later", sentence: answer.sentence };
    }
    const { accessToken, refreshToken = tokens.refreshToken, expiresAt } = answer.tokens;
    const saved = await grants.saveTokens(portal, id, tokens.refreshToken, { accessToken, refreshToken, expiresAt });
    if (saved) return { kind: "token", token: accessToken, vendor: vendor.id, who };
    return { kind: "gone", sentence: NOT_THERE };
  }
}
