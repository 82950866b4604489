import type { AccountId, MessageId, PortalId } from "../../domain/ids.ts";
import type { ProviderMessage, ProviderStatus, ProviderTask } from "../../domain/provider-message.ts";

/** An account as the portal was told of it. */
export interface ToldProvider {
  readonly account: AccountId;
  readonly name: string;
  readonly handler: string;
}

/** What has become of a task; what is left out stays as it is. */
export interface ProviderProgress {
  /** It stands in that conversation; its words are kept there and no longer here. */
  readonly message?: MessageId;
  /** It could not be sent at all; its words are kept nowhere. */
  readonly trouble?: string;
  readonly told?: ProviderStatus;
  readonly toldWords?: boolean;
  readonly attempts?: number;
  /** When to look again; `undefined`: when something changes. */
  readonly nextAt: Date | undefined;
}

/** Accounts as message providers of their portals, and what is sent through them. */
export interface ProviderRepository {
  /** What the portal was told. */
  told(portal: PortalId): Promise<readonly ToldProvider[]>;
  /** Replaces it. */
  keepTold(portal: PortalId, told: readonly ToldProvider[]): Promise<void>;
  /**
   * Portals that were told something else than there is: by the accounts of these channels that are switched on. Of all
   * portals that we are signed in to: whoever looks after them knows none yet.
   */
  outdated(channels: readonly string[], handlerOf: { readonly before: string }): Promise<readonly PortalId[]>;
  /** One statement. `false`: it is here already. */
  accept(message: ProviderMessage): Promise<boolean>;
  /**
   * Those with something to do, of all portals: each is the caller's for a minute. Messages to one number through one account
   * come one after the other, in their order, until they stand in their conversation.
   */
  take(now: Date, limit: number): Promise<readonly ProviderTask[]>;
  /** Gives it back. Where its message has changed meanwhile it is due at once. */
  progress(task: Pick<ProviderTask, "portal" | "key" | "changes">, made: ProviderProgress): Promise<void>;
  /** Forgets what is done and older than that; answers how many. */
  forget(before: Date, limit: number): Promise<number>;
}
