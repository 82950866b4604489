import type { MediaId, PortalId } from "../../domain/ids.ts";
import type { InstallationReport, Portal, PortalUser, TokenPair } from "../../domain/portal.ts";

export interface InstallPortal {
  readonly id: PortalId;
  readonly domain: string;
  readonly clientEndpoint: string;
  readonly serverEndpoint: string;
  readonly applicationToken?: string | undefined;
  readonly tokens: TokenPair;
  readonly userId?: string | undefined;
  readonly scopes: readonly string[];
  readonly language: string;
}

export interface PortalPatch {
  readonly domain?: string;
  readonly clientEndpoint?: string;
  readonly serverEndpoint?: string;
  readonly applicationToken?: string;
  readonly scopes?: readonly string[];
  readonly userId?: string;
  readonly language?: string;
  readonly active?: boolean;
  readonly name?: string;
  readonly trouble?: string | null;
  /** null: messages are kept for ever. */
  readonly keepDays?: number | null;
  readonly installation?: InstallationReport;
  readonly editors?: Portal["editors"];
  readonly roles?: Portal["roles"];
}

export interface PortalRepository {
  find(portal: PortalId): Promise<Portal | undefined>;
  /** By current domain (host[:port], case-insensitive), for `/oauth/login`. */
  findByDomain(domain: string): Promise<Portal | undefined>;
  list(): Promise<readonly Portal[]>;
  /** New or again: tokens and endpoints are replaced, name, active switch and everything below stay. */
  install(input: InstallPortal): Promise<Portal>;
  /** Replaces the pair if `replaces` is still the stored refresh token; `false` when another process was quicker. */
  saveTokens(portal: PortalId, replaces: string, tokens: TokenPair): Promise<boolean>;
  update(portal: PortalId, patch: PortalPatch): Promise<void>;
  /** Events may have been lost until then, in that portal or (we were away altogether) in all of them. */
  noteGap(until: Date, portal?: PortalId): Promise<void>;
  /** Forgets tokens after an uninstall that keeps data. */
  dropTokens(portal: PortalId): Promise<void>;
  /** Erases every row of the portal in all tables; answers the media ids whose files must go too, and row counts for the log. */
  erase(
    portal: PortalId,
  ): Promise<{ readonly media: readonly MediaId[]; readonly rows: Readonly<Record<string, number>> }>;
}

export interface UserRepository {
  /** Names by id, of those of them that opened a page of ours. */
  names(portal: PortalId, userIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  remember(user: PortalUser): Promise<void>;
  find(portal: PortalId, userId: string): Promise<PortalUser | undefined>;
  saveTokens(portal: PortalId, userId: string, replaces: string, tokens: TokenPair): Promise<boolean>;
  /** Drops token pairs unused since then; answers how many. Over all portals: a chore of the operator, not of a tenant. */
  dropTokensUnusedSince(before: Date): Promise<number>;
}
