/**
 * Accounts that are signed in at their vendor's own page (OAuth 2.0: authorization code, PKCE S256) instead of by something
 * typed. A channel says whose page that is, makes its address and speaks to the vendor; the state of the way, keeping the
 * tokens and one renewal at a time are the relay's (`relay/sign-ins/`).
 *
 * Failure contract: nothing here throws for what vendor or network may do.
 */
export interface VendorSignIn {
  readonly vendors: readonly SignInVendor[];
  /** What fits the settings that were typed so far. Looks names up; what cannot be asked counts as not there. */
  offer(settings: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<SignInOffer>;
}

export interface SignInOffer {
  /** At whose page; absent: such an account is not signed in at a page, or not on this server. */
  readonly vendor?: string;
  /** What the person should know before they choose; written for them. */
  readonly sentence?: string;
  /** Something typed would do as well. */
  readonly typed: boolean;
}

export interface SignInVendor {
  readonly id: string;
  /** For people: Google. */
  readonly title: string;
  /** Address of its page. */
  pageUrl(request: SignInRequest): string;
  /** Exchanges what its page sent back. */
  exchange(answer: SignInAnswer): Promise<GrantOutcome>;
  /** New tokens for old ones. */
  renew(refreshToken: string): Promise<GrantOutcome>;
  /** Whether who has signed in may open an account with these settings. Pure. */
  judge(who: string, settings: Readonly<Record<string, unknown>>): Judged;
}

export interface SignInRequest {
  readonly redirectUri: string;
  readonly state: string;
  /** RFC 7636, S256. */
  readonly challenge: string;
  /** Comes back in the vendor's word of who signed in. */
  readonly nonce: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface SignInAnswer {
  readonly code: string;
  readonly verifier: string;
  readonly redirectUri: string;
  readonly nonce: string;
}

export type GrantOutcome =
  | { readonly kind: "granted"; readonly tokens: VendorTokens }
  /** The vendor does not let this person in (any more); they must sign in again. */
  | { readonly kind: "refused"; readonly sentence: string }
  /** No verdict: no or no readable answer, or one that is about this server and not about the person. */
  | { readonly kind: "unreachable"; readonly sentence: string };

export interface VendorTokens {
  readonly accessToken: string;
  /** Absent: the one before stays good. */
  readonly refreshToken?: string;
  readonly expiresAt: Date;
  /** The address that signed in, where the answer says it. */
  readonly who?: string;
}

export type Judged =
  /** `sentence`: what they should know all the same. */
  { readonly kind: "fits"; readonly sentence?: string } | { readonly kind: "other"; readonly sentence: string };

/** Key in `credentials` that names the sign-in of an account which has one. */
export const SIGN_IN_KEY = "signIn";

/** The tokens of one account, for its session. */
export interface TokenSource {
  /**
   * One that is good for some minutes at least; renewed first where it is not. Never throws.
   * @param rejected the vendor's server did not take this one, so another is wanted
   */
  token(rejected?: string): Promise<TokenOutcome>;
}

export type TokenOutcome =
  | { readonly kind: "token"; readonly token: string; readonly vendor: string; readonly who: string }
  /** Nobody can say just now; asked again later. */
  | { readonly kind: "later"; readonly sentence: string }
  /** A person must sign in again. */
  | { readonly kind: "gone"; readonly sentence: string };
