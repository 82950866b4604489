import type { AccountId, PortalId } from "../../domain/ids.ts";

/** A sign-in at a vendor's own page, and the tokens that it gave. */
export interface VendorGrant {
  readonly id: string;
  readonly portal: PortalId;
  readonly channel: string;
  readonly vendor: string;
  /** Who set it up, by their id in the portal. */
  readonly userId: string;
  /** The address that signed in. */
  readonly who: string;
  readonly tokens: GrantTokens;
  /** The account that uses it. */
  readonly account?: AccountId;
  /** The vendor's word that it holds no longer. */
  readonly refused?: string;
}

export interface GrantTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresAt: Date;
}

export interface NewGrant extends Omit<VendorGrant, "id" | "portal" | "account" | "refused"> {
  /** Whoever shows it within a quarter of an hour, in this portal and as this user, may use the grant. */
  readonly code: string;
}

/** Tokens are encrypted at rest. */
export interface GrantRepository {
  keep(portal: PortalId, grant: NewGrant): Promise<void>;
  /** The grant with this word, once. */
  confirm(portal: PortalId, userId: string, code: string): Promise<VendorGrant | undefined>;
  /** One that was confirmed. */
  find(portal: PortalId, id: string): Promise<VendorGrant | undefined>;
  /** The account has it from now on, and no other one. `false`: another account has it, or it is not there. */
  attach(portal: PortalId, id: string, account: AccountId): Promise<boolean>;
  /** In place of those with this refresh token. `false`: others are there by now. */
  saveTokens(portal: PortalId, id: string, replaces: string, tokens: GrantTokens): Promise<boolean>;
  /** It holds no longer, if this is still its refresh token. */
  refuse(portal: PortalId, id: string, refreshToken: string, sentence: string): Promise<void>;
  /** Of any portal: those that no account uses and that are older. Answers how many. */
  dropUnused(before: Date): Promise<number>;
}
