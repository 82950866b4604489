import type { ChannelAdapter, Polling } from "../channels/contract.ts";
import type { Account } from "../domain/account.ts";
import type { Logger } from "../log/log.ts";
import type { Store } from "../store/contract.ts";
import type { InboundAcceptor } from "./accept-inbound.ts";

export interface PollerDeps {
  readonly store: Store;
  readonly acceptor: InboundAcceptor;
  readonly channels: ReadonlyMap<string, ChannelAdapter>;
  readonly log: Logger;
  readonly owner: string;
}

export interface Poller {
  start(): void;
  close(): Promise<void>;
}

const WAIT_SECONDS = 25;
const LOCK_MS = 60_000;
const LOOK_AROUND_MS = 1_000;
const DOWN_PAUSE_MS = 15_000;

/**
 * Asks the vendors that cannot reach us (our address is not https). One process at a time per account, by a lock that
 * ends by itself when that process dies. The cursor is stored after the messages were: a crash between brings the same
 * updates again and their keys make that harmless.
 */
export function createPoller(deps: PollerDeps): Poller {
  const stopping = new AbortController();
  const running = new Map<string, Promise<void>>();
  let loop: Promise<void> = Promise.resolve();

  return {
    start() {
      loop = lookAround();
    },
    async close() {
      stopping.abort();
      await loop;
      await Promise.all(running.values());
    },
  };

  async function lookAround(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await startMissing();
      } catch (error) {
        deps.log.warn({ err: error }, "could not read which accounts to poll");
      }
      await pause(LOOK_AROUND_MS);
    }
  }

  async function startMissing(): Promise<void> {
    for (const adapter of deps.channels.values()) {
      const { polling } = adapter;
      if (!polling) continue;
      for (const account of await deps.store.accounts.listByChannel(adapter.id)) {
        if (running.has(account.id) || account.connection.kind === "bad-credentials") continue;
        running.set(
          account.id,
          pollAccount(polling, account).finally(() => running.delete(account.id)),
        );
      }
    }
  }

  async function pollAccount(polling: Polling, first: Account): Promise<void> {
    const lock = `poll:${first.id}`;
    try {
      if (!(await deps.store.locks.acquire(lock, deps.owner, LOCK_MS))) return;
      while (!stopping.signal.aborted) {
        const account = await deps.store.accounts.findAnywhere(first.id);
        if (!account || !(await deps.store.locks.renew(lock, deps.owner, LOCK_MS))) return;
        const again = await pollOnce(polling, account);
        if (!again) break;
      }
      await deps.store.locks.release(lock, deps.owner);
    } catch (error) {
      deps.log.warn({ err: error, account: first.id }, "polling stopped and will be taken up again");
    }
  }

  /** `false`: the account is down; looked at again when somebody mended it. */
  async function pollOnce(polling: Polling, account: Account): Promise<boolean> {
    const cursor = await deps.store.accounts.pollCursor(account.id);
    const polled = await polling.poll(account, cursor, WAIT_SECONDS, stopping.signal);
    if (polled.kind === "events") {
      await deps.acceptor.accept(account, polled.events);
      if (polled.cursor !== cursor) await deps.store.accounts.savePollCursor(account.id, polled.cursor);
      if (account.connection.kind !== "connected") {
        await deps.store.accounts.update(account.portal, account.id, {
          connection: { kind: "connected", sentence: "Connected." },
        });
      }
      return true;
    }
    if (stopping.signal.aborted) return false;
    if (polled.kind === "account-down") {
      await deps.store.accounts.update(account.portal, account.id, { connection: polled.connection });
      await pause(DOWN_PAUSE_MS);
      return false;
    }
    await deps.store.accounts.update(account.portal, account.id, {
      connection: { kind: "transient-disconnect", sentence: polled.sentence },
    });
    await pause(Math.max(500, polled.afterMs));
    return true;
  }

  function pause(ms: number): Promise<void> {
    if (stopping.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        stopping.signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      stopping.signal.addEventListener("abort", done, { once: true });
    });
  }
}
