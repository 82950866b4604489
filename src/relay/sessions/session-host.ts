import type { LetterBook } from "../../channels/contract/letters.ts";
import type { Sessions } from "../../channels/contract/sessions.ts";
import type { TokenSource } from "../../channels/contract/vendor-sign-in.ts";
import type { ChannelAdapter } from "../../channels/contract.ts";
import type { Dispatcher } from "../../dispatch/contract.ts";
import type { Account, AccountProfile, ConnectionState } from "../../domain/account.ts";
import type { AccountId } from "../../domain/ids.ts";
import type { Logger } from "../../log/log.ts";
import type { Store } from "../../store/contract.ts";
import type { InboundAcceptor } from "../accept-inbound.ts";
import { backoff } from "../backoff.ts";
import type { HeldSessions } from "./calls.ts";
import { createKeeper, isResting, type Keeper, type KeeperTiming } from "./keeper.ts";

export interface SessionHostDeps {
  readonly store: Pick<Store, "accounts" | "portals" | "locks" | "lanes" | "channelState">;
  readonly channels: ReadonlyMap<string, ChannelAdapter>;
  readonly acceptor: InboundAcceptor;
  readonly dispatcher: Pick<Dispatcher, "wake">;
  readonly log: Logger;
  /** All letters of an account's portal, as it may see them. */
  readonly letters?: (account: Account) => LetterBook;
  /** Tokens of accounts that were signed in at their vendor's page. */
  readonly tokens?: (account: Account) => TokenSource;
  /** Unique per process. */
  readonly owner: string;
  /** Tells that some account was changed, in whichever process; answers how to stop hearing. A notice may be lost. */
  readonly onChange?: (listener: () => void) => () => void;
  /** For tests. */
  readonly timing?: Partial<HostTiming>;
}

export interface HostTiming extends KeeperTiming {
  /** From one look at the accounts to the next. */
  readonly lookMs: number;
}

export interface AccountSessions extends HeldSessions {
  start(): void;
  /** This process is about to stop: calls that only wait for others are answered, so that the lanes behind them end soon. */
  stopTaking(): void;
  /** Lets go of all connections; resolves when they are closed and their locks given back. */
  close(): Promise<void>;
}

/** Longest that letting go of all connections takes. */
export const CLOSE_MS = 30_000;

/**
 * `closeMs`: a linked WhatsApp account may need 27 s (12 for its browser to close, 5 to kill what stays, 10 for the last
 * save of its profile). What starts this process must give it more before it kills it: `stop_grace_period` in compose.yaml.
 */
const TIMING: HostTiming = { lookMs: 2_000, lockMs: 20_000, closeMs: CLOSE_MS, pauseMs: backoff };

/** However much is changed, all accounts are read no more often than that. */
const SOON_MS = 100;

/**
 * Keeps one standing connection open for each account that is on, in one process of many.
 * - This process dies: its locks run out within 20 s and another opens the connections. It only stands still: it knows by
 *   its own clock that its locks are over and lets go.
 * - A connection ends: opened again with growing pauses, unless its last state says that a person must act first (needs
 *   action, bad credentials, logged out, failed); then it rests until the account is connected again by hand.
 * - Account off, deleted, its portal uninstalled: let go. Credentials or settings changed: opened anew with them.
 * - The database away: events are refused to the connection, which gives them again; after 20 s connections are let go,
 *   because their locks are.
 * - A connection that never ends keeps its account's lock for as long as this process lives, and says so as a state.
 */
export function createSessionHost(deps: SessionHostDeps): AccountSessions {
  const { store } = deps;
  const timing = { ...TIMING, ...deps.timing };
  const keepers = new Map<AccountId, Keeper>();
  /** What was read of an account before its keeper ended is not how it stands now. */
  const endedAt = new Map<AccountId, number>();
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();
  let closed = false;
  let stopHearing = (): void => undefined;
  /** Somebody changed an account while the accounts were being read. */
  let isOutdated = false;
  let lookedAt = Number.NEGATIVE_INFINITY;
  const byChannel = [...deps.channels.values()].flatMap(({ id, sessions }) => (sessions ? [{ id, sessions }] : []));

  async function look(): Promise<void> {
    const began = performance.now();
    lookedAt = began;
    timer = undefined;
    isOutdated = false;
    try {
      const accounts = await Promise.all(byChannel.map(({ id }) => store.accounts.listByChannel(id)));
      const on = await onlyInstalled(accounts.flat().filter((account) => account.enabled));
      const byId = new Map(on.map((account) => [account.id, account]));
      for (const [id, keeper] of keepers) keeper.see(byId.get(id));
      for (const account of on) if ((endedAt.get(account.id) ?? -1) < began) keep(account);
      for (const [id, at] of endedAt) if (at < began) endedAt.delete(id);
    } catch (error) {
      deps.log.warn({ err: error }, "could not read which accounts have standing connections");
    }
    if (!closed) plan();
  }

  function plan(): void {
    const ms = isOutdated ? Math.max(0, lookedAt + SOON_MS - performance.now()) : timing.lookMs;
    timer = setTimeout(() => (looking = look()), ms);
  }

  function lookSoon(): void {
    isOutdated = true;
    if (closed || timer === undefined) return;
    clearTimeout(timer);
    plan();
  }

  async function onlyInstalled(accounts: readonly Account[]): Promise<Account[]> {
    if (accounts.length === 0) return [];
    const installed = new Set((await store.portals.list()).filter(({ tokens }) => tokens).map(({ id }) => id));
    return accounts.filter((account) => installed.has(account.portal));
  }

  function keep(account: Account): void {
    if (closed || keepers.has(account.id) || isResting(account)) return;
    const sessions = sessionsOf(account);
    if (!sessions) return;
    const keeper = createKeeper(
      {
        locks: store.locks,
        channelState: store.channelState,
        owner: deps.owner,
        log: deps.log,
        accept: (of, events) => deps.acceptor.accept(of, events),
        save,
        timing,
        ...(deps.letters && hasLetters(account) && { letters: deps.letters }),
        ...(deps.tokens && { tokens: deps.tokens }),
      },
      sessions,
      account,
    );
    keepers.set(account.id, keeper);
    void keeper.ended.then(() => {
      keepers.delete(account.id);
      endedAt.set(account.id, performance.now());
    });
  }

  const hasLetters = ({ channel }: Account): boolean => deps.channels.get(channel)?.capabilities.letters === true;

  const sessionsOf = (account: Account): Sessions | undefined =>
    byChannel.find(({ id }) => id === account.channel)?.sessions;

  async function save(
    account: Account,
    patch: { readonly connection?: ConnectionState; readonly profile?: AccountProfile },
  ): Promise<void> {
    try {
      await store.accounts.update(account.portal, account.id, patch);
      if (patch.connection?.kind !== "connected") return;
      for (const lane of await store.lanes.wakeAll(account.portal, account.id)) deps.dispatcher.wake(lane);
    } catch (error) {
      deps.log.warn({ err: error, account: account.id }, "how an account stands could not be written; tried again");
    }
  }

  return {
    find: (account) => keepers.get(account),
    start() {
      if (byChannel.length === 0) return;
      stopHearing = deps.onChange?.(lookSoon) ?? stopHearing;
      looking = look();
    },
    stopTaking() {
      for (const keeper of keepers.values()) keeper.stopTaking();
    },
    async close() {
      closed = true;
      stopHearing();
      clearTimeout(timer);
      await looking;
      clearTimeout(timer);
      await Promise.all([...keepers.values()].map((keeper) => keeper.close()));
    },
  };
}
