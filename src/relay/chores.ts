import type { ChannelAdapter } from "../channels/contract.ts";
import type { Logger } from "../log/log.ts";
import type { Store } from "../store/contract.ts";

export interface ChoresDeps {
  readonly store: Store;
  readonly channels: ReadonlyMap<string, ChannelAdapter>;
  readonly publicUrl: string;
  readonly log: Logger;
  readonly now: () => Date;
}

const HOUR_MS = 3_600_000;
const UNUSED_TOKENS_MS = 24 * HOUR_MS;

/**
 * What must happen now and then, whoever works: tokens of viewers and sign-ins that nobody used for a day are dropped, and at the start
 * every account is connected again, because our public address may have changed since. All of it is idempotent, so two
 * workers doing it do no harm.
 */
export function createChores(deps: ChoresDeps): { start(): void; close(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let closed = false;

  return {
    start() {
      running = connectAll().then(hourly);
      timer = setInterval(() => {
        running = hourly();
      }, HOUR_MS);
    },
    async close() {
      closed = true;
      clearInterval(timer);
      await running;
    },
  };

  async function hourly(): Promise<void> {
    try {
      const dropped = await deps.store.users.dropTokensUnusedSince(new Date(deps.now().getTime() - UNUSED_TOKENS_MS));
      if (dropped > 0) deps.log.info({ dropped }, "Dropped token pairs of viewers that were not used for a day");
      const grants = await deps.store.grants.dropUnused(new Date(deps.now().getTime() - UNUSED_TOKENS_MS));
      if (grants > 0) deps.log.info({ grants }, "Dropped sign-ins that no account came to use");
    } catch (error) {
      deps.log.warn({ err: error }, "Unused token pairs could not be dropped; tried again in an hour");
    }
  }

  async function connectAll(): Promise<void> {
    try {
      for (const adapter of deps.channels.values()) {
        // Standing connections have a host of their own; one that rests must not be called up by a restart.
        if (adapter.sessions) continue;
        for (const account of await deps.store.accounts.listByChannel(adapter.id)) {
          if (closed) return;
          const webhookUrl = `${deps.publicUrl}/channels/${adapter.id}/${account.id}`;
          const connected = await adapter.connect(account, { webhookUrl, https: deps.publicUrl.startsWith("https:") });
          if (
            connected.connection.kind === account.connection.kind &&
            connected.connection.sentence === account.connection.sentence
          )
            continue;
          const known = Object.keys(connected.profile).length > 0;
          await deps.store.accounts.update(account.portal, account.id, {
            connection: connected.connection,
            ...(known && { profile: connected.profile }),
          });
        }
      }
    } catch (error) {
      deps.log.warn({ err: error }, "Accounts could not be checked at the start; they work with what is known of them");
    }
  }
}
