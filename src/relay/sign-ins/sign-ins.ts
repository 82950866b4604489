import { createHash, createHmac, randomBytes, randomInt } from "node:crypto";
import { z } from "zod";
import { SIGN_IN_KEY, type SignInOffer, type SignInVendor } from "../../channels/contract/vendor-sign-in.ts";
import type { ChannelAdapter } from "../../channels/contract.ts";
import type { Account } from "../../domain/account.ts";
import { type AccountId, type PortalId, portalId } from "../../domain/ids.ts";
import type { Store } from "../../store/contract.ts";

/**
 * Signing an account in at its vendor's own page: begun by a page of ours, ended by the vendor's way back, taken over by the page
 * that began it.
 *
 * The state is random, counts once, lives for 15 minutes and is bound in the store to portal, user, channel and settings. What
 * proves that the same program ends the way (PKCE) and that the vendor's word was made for it (nonce) is made of the state with
 * this server's key, and stands nowhere.
 *
 * The way back knows no session: frames have no cookies. Somebody could therefore begin a way in their own portal and have another
 * person end it. So its end gives nothing to the portal yet: the page it ends on holds a word, gives it to the window that opened
 * it (or shows it), and only who brings that word, in that portal and as that user, has the sign-in.
 *
 * - Crash at any time: the way is begun again; tokens that nobody took over are dropped after a day.
 * - Twice: the state and the word count once.
 */
export interface SignInDeps {
  readonly store: Pick<Store, "nonces" | "grants" | "accounts">;
  readonly channels: ReadonlyMap<string, ChannelAdapter>;
  readonly secretKey: string;
  readonly publicUrl: string;
}

export interface SignInWish {
  readonly channel: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** The one that is signed in anew: what it was signed in as is told. */
  readonly account?: AccountId | undefined;
}

export interface Offered {
  readonly offer: SignInOffer;
  readonly vendor?: Pick<SignInVendor, "id" | "title">;
  /** The address that the account is signed in as. */
  readonly signedInAs?: string;
}

export type Begun =
  | { readonly kind: "begun"; readonly url: string }
  | { readonly kind: "unknown" }
  | { readonly kind: "invalid"; readonly field: string; readonly sentence: string };

export type Ended =
  /** `sentence`: what they should know all the same. */
  | {
      readonly kind: "signed-in";
      readonly code: string;
      readonly who: string;
      readonly vendor: string;
      readonly sentence?: string;
    }
  | { readonly kind: "stale" }
  | { readonly kind: "denied"; readonly vendor: string }
  | { readonly kind: "failed"; readonly status: 403 | 503; readonly sentence: string };

export interface Taken {
  readonly id: string;
  readonly who: string;
  readonly vendor: string;
}

export interface SignIns {
  offer(portal: PortalId, wish: SignInWish, signal: AbortSignal): Promise<Offered | undefined>;
  begin(portal: PortalId, userId: string, wish: SignInWish & { readonly vendor: string }): Promise<Begun>;
  end(back: {
    readonly state: string | undefined;
    readonly code: string | undefined;
    readonly error: string | undefined;
  }): Promise<Ended>;
  take(portal: PortalId, userId: string, code: string): Promise<Taken | undefined>;
  /** A sentence when an account of this channel cannot be opened by these credentials. */
  problem(
    portal: PortalId,
    adapter: ChannelAdapter,
    input: Pick<SignInWish, "settings"> & { readonly credentials: Readonly<Record<string, unknown>> },
    account?: AccountId,
  ): Promise<string | undefined>;
  /** The account's sign-in is its own from now on; earlier ones of it are forgotten. */
  attach(account: Account): Promise<void>;
}

const KIND = "vendor-sign-in";
const LIFE_MS = 15 * 60_000;
export const CALLBACK_PATH = "/oauth/mail/callback";

/** Without those that look like another. */
const LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789";

const wayOf = z.object({
  portal: z.string(),
  user: z.string(),
  channel: z.string(),
  vendor: z.string(),
  settings: z.record(z.string(), z.unknown()),
});

export function createSignIns(deps: SignInDeps): SignIns {
  const { store, channels } = deps;
  const redirectUri = `${deps.publicUrl}${CALLBACK_PATH}`;
  const derived = (purpose: string, state: string): string =>
    createHmac("sha256", deps.secretKey).update(`vendor sign-in ${purpose} v1 ${state}`).digest("base64url");
  const vendorOf = (channel: string, vendor: string): SignInVendor | undefined =>
    channels.get(channel)?.signIn?.vendors.find(({ id }) => id === vendor);

  return {
    async offer(portal, { channel, settings, account }, signal) {
      const signIn = channels.get(channel)?.signIn;
      if (!signIn) return undefined;
      const offer = await signIn.offer(settings, signal);
      const vendor = offer.vendor === undefined ? undefined : vendorOf(channel, offer.vendor);
      const found = account === undefined ? undefined : await store.accounts.find(portal, account);
      const kept = found && (await store.grants.find(portal, String(found.credentials[SIGN_IN_KEY] ?? "")));
      return {
        offer,
        ...(vendor && { vendor: { id: vendor.id, title: vendor.title } }),
        ...(kept && { signedInAs: kept.who }),
      };
    },

    async begin(portal, userId, { channel, vendor: vendorId, settings: typed }) {
      const adapter = channels.get(channel);
      const vendor = vendorOf(channel, vendorId);
      if (!adapter || !vendor) return { kind: "unknown" };
      const checked = adapter.settings.safeParse(typed);
      if (!checked.success) {
        const [issue] = checked.error.issues;
        const field = ["settings", ...(issue?.path ?? [])].map(String).join(".");
        return { kind: "invalid", field, sentence: issue?.message ?? "This is not what is expected here." };
      }
      const state = randomBytes(32).toString("base64url");
      const way = { portal, user: userId, channel, vendor: vendorId, settings: checked.data };
      await store.nonces.issue(KIND, state, way, LIFE_MS);
      const challenge = createHash("sha256").update(derived("verifier", state)).digest("base64url");
      const nonce = derived("nonce", state);
      return {
        kind: "begun",
        url: vendor.pageUrl({ redirectUri, state, challenge, nonce, settings: checked.data }),
      };
    },

    async end({ state, code, error }) {
      const claimed = wayOf.safeParse(state === undefined ? undefined : await store.nonces.claim(KIND, state));
      if (!claimed.success || state === undefined) return { kind: "stale" };
      const way = claimed.data;
      const vendor = vendorOf(way.channel, way.vendor);
      if (!vendor) return { kind: "stale" };
      if (error !== undefined || code === undefined) return { kind: "denied", vendor: vendor.title };
      const answer = await vendor.exchange({
        code,
        redirectUri,
        verifier: derived("verifier", state),
        nonce: derived("nonce", state),
      });
      if (answer.kind === "unreachable") return { kind: "failed", status: 503, sentence: answer.sentence };
      if (answer.kind === "refused") return { kind: "failed", status: 403, sentence: answer.sentence };
      const { who = "", accessToken, refreshToken = "", expiresAt } = answer.tokens;
      const judged = vendor.judge(who, way.settings);
      if (judged.kind === "other") return { kind: "failed", status: 403, sentence: judged.sentence };
      const word = newWord();
      await store.grants.keep(portalId(way.portal), {
        channel: way.channel,
        vendor: vendor.id,
        userId: way.user,
        who,
        tokens: { accessToken, refreshToken, expiresAt },
        code: word,
      });
      const { sentence } = judged;
      return { kind: "signed-in", code: word, who, vendor: vendor.title, ...(sentence !== undefined && { sentence }) };
    },

    async take(portal, userId, code) {
      const grant = await store.grants.confirm(portal, userId, plain(code));
      return grant && { id: grant.id, who: grant.who, vendor: grant.vendor };
    },

    async problem(portal, adapter, { credentials, settings }, account) {
      const id = credentials[SIGN_IN_KEY];
      if (!adapter.signIn || typeof id !== "string") return undefined;
      const grant = await store.grants.find(portal, id);
      const isFree = grant?.account === undefined || grant.account === account;
      if (!grant || grant.channel !== adapter.id || !isFree) return "This sign-in cannot be used. Sign in again.";
      const judged = vendorOf(adapter.id, grant.vendor)?.judge(grant.who, settings);
      return judged?.kind === "other" ? judged.sentence : undefined;
    },

    async attach({ portal, id, credentials }) {
      const grant = credentials[SIGN_IN_KEY];
      if (typeof grant === "string") await store.grants.attach(portal, grant, id);
    },
  };
}

/** As people may type it: with spaces, in small letters. */
const plain = (code: string): string => code.toUpperCase().replace(/[^A-Z0-9]/g, "");

const newWord = (): string => Array.from({ length: 10 }, () => LETTERS[randomInt(LETTERS.length)]).join("");
