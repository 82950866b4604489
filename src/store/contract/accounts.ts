import type { Account, AccountProfile, ConnectionState } from "../../domain/account.ts";
import type { AccountId, MediaId, PortalId } from "../../domain/ids.ts";

export interface NewAccount {
  readonly channel: string;
  readonly name: string;
  readonly credentials: Readonly<Record<string, unknown>>;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly webhookSecret: string;
  readonly connection: ConnectionState;
}

export interface AccountPatch {
  readonly name?: string;
  readonly credentials?: Readonly<Record<string, unknown>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** `null` takes the account off its line. Unique per portal: (connector, line). */
  readonly line?: string | null;
  readonly connector?: string | null;
  readonly enabled?: boolean;
  readonly connection?: ConnectionState;
  readonly profile?: AccountProfile;
}

export interface AccountRepository {
  list(portal: PortalId): Promise<readonly Account[]>;
  find(portal: PortalId, account: AccountId): Promise<Account | undefined>;
  /** For webhooks and the poller, which know the account before the portal. */
  findAnywhere(account: AccountId): Promise<Account | undefined>;
  /** For the poller and the health loop: all accounts of a channel in all portals. */
  listByChannel(channel: string): Promise<readonly Account[]>;
  findByConnector(portal: PortalId, connector: string, line: string): Promise<Account | undefined>;
  create(portal: PortalId, account: NewAccount): Promise<Account>;
  /** `conflict` when another account already feeds that (connector, line). */
  update(portal: PortalId, account: AccountId, patch: AccountPatch): Promise<"updated" | "unknown" | "conflict">;
  /** Deletes the account with its conversations; answers media to remove. */
  delete(portal: PortalId, account: AccountId): Promise<readonly MediaId[] | undefined>;
  pollCursor(account: AccountId): Promise<string | undefined>;
  savePollCursor(account: AccountId, cursor: string | undefined): Promise<void>;
}

/**
 * What the standing connection of an account remembers: bytes by key, encrypted at rest, gone with the account. Keys have
 * up to 500 characters, values may have megabytes.
 */
export interface ChannelStateRepository {
  get(portal: PortalId, account: AccountId, key: string): Promise<Buffer | undefined>;
  /** `false`: the account is gone, and nothing was written. */
  set(portal: PortalId, account: AccountId, key: string, value: Buffer): Promise<boolean>;
  delete(portal: PortalId, account: AccountId, key: string): Promise<void>;
  /** Keys that begin so, with their values, sorted by the bytes of the keys. */
  list(
    portal: PortalId,
    account: AccountId,
    prefix: string,
  ): Promise<readonly { readonly key: string; readonly value: Buffer }[]>;
  clear(portal: PortalId, account: AccountId): Promise<void>;
}
