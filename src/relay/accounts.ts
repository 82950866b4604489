/**
 * What an administrator does with channel accounts. Three parties must agree (our store, the vendor, the portal) and no
 * transaction spans them, so each step is idempotent and the store is written where a crash hurts least; repeating the
 * same request heals whatever a crash left:
 * - create: stored first (state `starting`), then the vendor is told. A crash between leaves an account that says so;
 *   `reconnect` goes on. The same credentials twice are refused, so a repeated request makes no second account.
 * - line: see `account-lines.ts`.
 * - delete: portal, vendor, store, files. A crash anywhere leaves the account to be deleted again.
 * Portal or vendor slow or gone: the step before the store's write says so in a sentence and nothing is changed;
 * clean-ups are best effort and never block a deletion.
 */
import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { SIGN_IN_KEY } from "../channels/contract/vendor-sign-in.ts";
import type { ChannelAdapter } from "../channels/contract.ts";
import type { Dispatcher } from "../dispatch/contract.ts";
import type { Account, ConnectionState } from "../domain/account.ts";
import type { AccountId, MediaId, PortalId } from "../domain/ids.ts";
import type { Logger } from "../log/log.ts";
import type { PortalDirectory } from "../portal/contract/directory.ts";
import type { AccountPatch } from "../store/contract/accounts.ts";
import type { Store } from "../store/contract.ts";
import { checkInput } from "./account-input.ts";
import { createAccountLines } from "./account-lines.ts";
import type { SignIns } from "./sign-ins/sign-ins.ts";
import { type Speech, sayIn } from "./speech.ts";

export interface AccountsDeps {
  readonly store: Pick<Store, "accounts" | "messages" | "lanes" | "portals">;
  readonly channels: ReadonlyMap<string, ChannelAdapter>;
  readonly portals: Pick<PortalDirectory, "connectors">;
  readonly dispatcher: Pick<Dispatcher, "wake">;
  /** Origin that vendors and the portal reach us at, no trailing slash. */
  readonly publicUrl: string;
  readonly speech: Speech;
  readonly signIns: Pick<SignIns, "attach" | "problem">;
  /** Removes the files of deleted messages. */
  readonly removeMedia: (media: readonly MediaId[]) => Promise<void>;
  /** Whoever keeps standing connections may look at the accounts at once; they do so now and then anyway. */
  readonly changed?: () => void;
  readonly log: Pick<Logger, "warn">;
}

export interface AccountInput {
  readonly channel: string;
  readonly name?: string | undefined;
  readonly credentials: Readonly<Record<string, unknown>>;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly line?: string | null | undefined;
}

export interface AccountChange {
  readonly name?: string | undefined;
  readonly credentials?: Readonly<Record<string, unknown>> | undefined;
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
}

/** What to do with messages that waited while an account (or the portal) was off. */
export type BacklogChoice = "deliver" | "drop";

export type AccountOutcome =
  /** `problem`: done, but something beside it is not as it should be; a sentence with what to do. */
  | { readonly kind: "done"; readonly account: Account; readonly problem?: string }
  | { readonly kind: "unknown" }
  /** The input is not usable; `field` as in the request. */
  | { readonly kind: "invalid"; readonly field: string; readonly sentence: string }
  | { readonly kind: "conflict"; readonly code: "account_exists" | "line_taken"; readonly sentence: string }
  /** Switching on needs a decision about this many waiting messages. */
  | { readonly kind: "backlog"; readonly count: number }
  /** The vendor or the portal said no, or cannot be reached; nothing was changed. */
  | { readonly kind: "refused"; readonly by: "channel" | "portal"; readonly sentence: string };

export interface Accounts {
  create(portal: PortalId, input: AccountInput): Promise<AccountOutcome>;
  /** New credentials are tried at the vendor before they are stored. */
  change(portal: PortalId, account: AccountId, change: AccountChange): Promise<AccountOutcome>;
  /** Connects to that open line; `null` takes the account off its line. */
  setLine(portal: PortalId, account: AccountId, line: string | null): Promise<AccountOutcome>;
  /** Puts the portal's side of every account's line in order; answers what did not work, in sentences. */
  ensureLines(portal: PortalId): Promise<readonly string[]>;
  setEnabled(portal: PortalId, account: AccountId, enabled: boolean, backlog?: BacklogChoice): Promise<AccountOutcome>;
  /** The whole portal's switch; answers what it waits for. */
  setPortalActive(
    portal: PortalId,
    active: boolean,
    backlog?: BacklogChoice,
  ): Promise<{ readonly kind: "done" } | { readonly kind: "backlog"; readonly count: number }>;
  reconnect(portal: PortalId, account: AccountId): Promise<AccountOutcome>;
  /** `done` also when it was gone already. */
  delete(portal: PortalId, account: AccountId): Promise<{ readonly kind: "done" | "unknown" }>;
}

const SIGN_IN_FIELD = `credentials.${SIGN_IN_KEY}`;
const STARTING: ConnectionState = { kind: "starting", sentence: "Connecting." };
const DROPPED = "Not delivered: it was dropped when the account was switched on again. It can be retried by hand.";

export function createAccounts(deps: AccountsDeps): Accounts {
  const { store, channels } = deps;
  const lines = createAccountLines(deps);

  async function create(portal: PortalId, input: AccountInput): Promise<AccountOutcome> {
    const adapter = channels.get(input.channel);
    if (!adapter || adapter.builtIn === true)
      return { kind: "invalid", field: "channel", sentence: `There is no channel "${input.channel.slice(0, 40)}".` };
    const checked = checkInput(adapter, input.credentials, input.settings);
    if (checked.kind === "invalid") return checked;
    const unusable = await deps.signIns.problem(portal, adapter, checked);
    if (unusable !== undefined) return { kind: "invalid", field: SIGN_IN_FIELD, sentence: unusable };
    const twin = await twinOf(portal, adapter, checked, undefined);
    if (twin) return twin;
    const name = input.name?.trim() ?? "";
    const created = await store.accounts.create(portal, {
      channel: adapter.id,
      name: name === "" ? (await sayIn(deps.speech, portal))(adapter.title) : name,
      credentials: checked.credentials,
      settings: checked.settings,
      webhookSecret: randomBytes(32).toString("base64url"),
      connection: STARTING,
    });
    await deps.signIns.attach(created);
    deps.changed?.();
    const connected = await adapter.connect(created, placeOf(created));
    if (connected.connection.kind === "bad-credentials") {
      await store.accounts.delete(portal, created.id);
      return { kind: "refused", by: "channel", sentence: connected.connection.sentence };
    }
    const title = connected.profile.title;
    await store.accounts.update(portal, created.id, {
      connection: connected.connection,
      profile: connected.profile,
      ...(name === "" && title !== undefined && { name: title }),
    });
    if (input.line === undefined || input.line === null) return answer(portal, created.id);
    const lined = await setLine(portal, created.id, input.line);
    if (lined.kind === "done") return lined;
    // The account stands; only its line is missing, and the page offers to choose it again.
    const problem = "sentence" in lined ? lined.sentence : "The account could not be connected to the line.";
    return answer(portal, created.id, problem);
  }

  async function change(portal: PortalId, id: AccountId, wished: AccountChange): Promise<AccountOutcome> {
    const found = await known(portal, id);
    if (!found) return { kind: "unknown" };
    const { account, adapter } = found;
    const checked = checkInput(adapter, wished.credentials ?? account.credentials, wished.settings ?? account.settings);
    if (checked.kind === "invalid") return checked;
    const patch: { -readonly [Key in keyof AccountPatch]: AccountPatch[Key] } = {};
    if (wished.name !== undefined && wished.name.trim() !== "") patch.name = wished.name.trim();
    if (wished.settings) patch.settings = checked.settings;
    const unusable = wished.credentials && (await deps.signIns.problem(portal, adapter, checked, id));
    if (unusable !== undefined) return { kind: "invalid", field: SIGN_IN_FIELD, sentence: unusable };
    if (wished.credentials || (wished.settings && adapter.identity)) {
      const twin = await twinOf(portal, adapter, checked, id);
      if (twin) return twin;
    }
    if (wished.credentials) {
      const candidate = { ...account, credentials: checked.credentials, settings: checked.settings };
      const connected = await adapter.connect(candidate, placeOf(account));
      if (connected.connection.kind === "bad-credentials")
        return { kind: "refused", by: "channel", sentence: connected.connection.sentence };
      Object.assign(patch, {
        credentials: checked.credentials,
        connection: connected.connection,
        profile: connected.profile,
      });
    }
    await store.accounts.update(portal, id, patch);
    if (wished.credentials) {
      await deps.signIns.attach({ ...account, credentials: checked.credentials });
      await wake(portal, id);
    }
    return answer(portal, id);
  }

  async function setLine(portal: PortalId, id: AccountId, line: string | null): Promise<AccountOutcome> {
    const found = await known(portal, id);
    if (!found) return { kind: "unknown" };
    const { account, adapter } = found;
    if (line !== null && adapter.builtIn === true) {
      const sentence = "What comes this way goes into cards of the CRM and into no Open Channel.";
      return { kind: "invalid", field: "line", sentence };
    }
    const outcome = line === null ? await lines.leave(account, adapter) : await lines.set(account, adapter, line);
    if (outcome.kind !== "done") return outcome;
    if (line !== null) await wake(portal, id);
    return answer(portal, id, outcome.problem);
  }

  async function ensureLines(portal: PortalId): Promise<readonly string[]> {
    const problems: string[] = [];
    for (const account of await store.accounts.list(portal)) {
      const adapter = channels.get(account.channel);
      const refused = adapter && (await lines.ensure(account, adapter));
      if (refused)
        problems.push(`"${account.name}" could not be connected to its Open Channel again: ${refused.sentence}`);
    }
    return problems;
  }

  async function setEnabled(
    portal: PortalId,
    id: AccountId,
    enabled: boolean,
    backlog?: BacklogChoice,
  ): Promise<AccountOutcome> {
    const account = await store.accounts.find(portal, id);
    if (!account) return { kind: "unknown" };
    if (!enabled) {
      await store.accounts.update(portal, id, { enabled: false });
      return answer(portal, id);
    }
    if (!account.enabled) {
      const count = await store.messages.backlog(portal, id);
      if (count > 0 && backlog === undefined) return { kind: "backlog", count };
      if (backlog === "drop") await store.messages.dropBacklog(portal, id, DROPPED);
      await store.accounts.update(portal, id, { enabled: true });
    }
    await wake(portal, id);
    return answer(portal, id);
  }

  async function setPortalActive(portal: PortalId, active: boolean, backlog?: BacklogChoice) {
    const stored = await store.portals.find(portal);
    if (active && stored && !stored.active) {
      const accounts = (await store.accounts.list(portal)).filter((account) => account.enabled);
      const counts = await Promise.all(accounts.map((account) => store.messages.backlog(portal, account.id)));
      const count = counts.reduce((sum, one) => sum + one, 0);
      if (count > 0 && backlog === undefined) return { kind: "backlog" as const, count };
      if (backlog === "drop")
        for (const account of accounts) await store.messages.dropBacklog(portal, account.id, DROPPED);
    }
    await store.portals.update(portal, { active });
    if (active) await wake(portal);
    return { kind: "done" as const };
  }

  async function reconnect(portal: PortalId, id: AccountId): Promise<AccountOutcome> {
    const found = await known(portal, id);
    if (!found) return { kind: "unknown" };
    const connected = await found.adapter.connect(found.account, placeOf(found.account));
    await store.accounts.update(portal, id, { connection: connected.connection, profile: connected.profile });
    if (connected.connection.kind === "connected") await wake(portal, id);
    return answer(portal, id);
  }

  async function remove(portal: PortalId, id: AccountId): Promise<{ readonly kind: "done" | "unknown" }> {
    const account = await store.accounts.find(portal, id);
    if (!account) return { kind: "unknown" };
    const adapter = channels.get(account.channel);
    const outcome = await lines.detach(account, adapter);
    if (outcome.kind !== "ok")
      deps.log.warn(
        { portal, account: id, outcome: outcome.kind },
        "A deleted account stays shown as connected in the portal",
      );
    await adapter?.disconnect(account);
    const media = await store.accounts.delete(portal, id);
    deps.changed?.();
    if (media && media.length > 0) await deps.removeMedia(media);
    return { kind: "done" };
  }

  /**
   * Refuses credentials that another account uses: a vendor sends news to one place only, so the older one would fall silent.
   * Where something else is what must not be connected twice (`identity`), that goes, within the portal.
   */
  async function twinOf(
    portal: PortalId,
    { id: channel, identity }: ChannelAdapter,
    wished: Pick<Account, "credentials" | "settings">,
    self: AccountId | undefined,
  ): Promise<AccountOutcome | undefined> {
    if (!identity && Object.keys(wished.credentials).length === 0) return undefined;
    const isTwin = (other: Account): boolean =>
      identity
        ? other.portal === portal && identity(other) === identity(wished)
        : isDeepStrictEqual({ ...other.credentials }, { ...wished.credentials });
    const twins = (await store.accounts.listByChannel(channel)).filter((other) => other.id !== self && isTwin(other));
    for (const twin of twins) {
      if (twin.portal === portal) {
        return {
          kind: "conflict",
          code: "account_exists",
          sentence: `"${twin.name}" uses these credentials already. Change that account instead.`,
        };
      }
      const elsewhere = await store.portals.find(twin.portal);
      if (elsewhere?.tokens) {
        return {
          kind: "conflict",
          code: "account_exists",
          sentence: "Another Bitrix24 uses these credentials. Delete the account there first.",
        };
      }
    }
    return undefined;
  }

  async function known(
    portal: PortalId,
    id: AccountId,
  ): Promise<{ readonly account: Account; readonly adapter: ChannelAdapter } | undefined> {
    const account = await store.accounts.find(portal, id);
    const adapter = account && channels.get(account.channel);
    return account && adapter ? { account, adapter } : undefined;
  }

  async function answer(portal: PortalId, id: AccountId, problem?: string): Promise<AccountOutcome> {
    const account = await store.accounts.find(portal, id);
    if (!account) return { kind: "unknown" };
    deps.changed?.();
    return { kind: "done", account, ...(problem !== undefined && { problem }) };
  }

  async function wake(portal: PortalId, account?: AccountId): Promise<void> {
    for (const lane of await store.lanes.wakeAll(portal, account)) deps.dispatcher.wake(lane);
  }

  function placeOf(account: Account) {
    return {
      webhookUrl: `${deps.publicUrl}/channels/${account.channel}/${account.id}`,
      https: deps.publicUrl.startsWith("https:"),
    };
  }

  return { create, change, setLine, ensureLines, setEnabled, setPortalActive, reconnect, delete: remove };
}
