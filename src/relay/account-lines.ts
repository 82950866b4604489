/**
 * Which open line an account feeds, in the portal and in our store. No transaction spans the two, so each step is
 * idempotent: the portal first, then the store, then the old line is let go. Messages go where the store says, and a line
 * that the portal has not activated yet would refuse them. A crash before the store's write changes nothing for us; one
 * after it leaves the old line shown as connected in the portal, where the connector's page offers to disconnect it.
 * Portal slow or gone: a sentence, and nothing is changed. Two at once for the same place: the store lets one have it.
 */
import type { ChannelAdapter } from "../channels/contract.ts";
import type { Account } from "../domain/account.ts";
import { connectorId, groupConnector } from "../domain/connector-ids.ts";
import type { PortalId } from "../domain/ids.ts";
import type { PortalDirectory } from "../portal/contract/directory.ts";
import type { PortalOutcome } from "../portal/contract.ts";
import type { Store } from "../store/contract.ts";
import { type Speech, sayIn } from "./speech.ts";

export interface AccountLinesDeps {
  readonly store: Pick<Store, "accounts">;
  readonly portals: Pick<PortalDirectory, "connectors">;
  /** Origin that the portal reaches us at, no trailing slash. */
  readonly publicUrl: string;
  readonly speech: Speech;
}

export type LineOutcome =
  /** `problem`: done, but something beside it is not as it should be; a sentence with what to do. */
  | { readonly kind: "done"; readonly problem?: string }
  /** The account is gone. */
  | { readonly kind: "unknown" }
  | { readonly kind: "conflict"; readonly code: "line_taken"; readonly sentence: string }
  /** The portal said no, or cannot be reached; nothing was changed. */
  | LineRefused;

export interface LineRefused {
  readonly kind: "refused";
  readonly by: "portal";
  readonly sentence: string;
}

export interface AccountLines {
  set(account: Account, adapter: ChannelAdapter, line: string): Promise<LineOutcome>;
  /**
   * Registers and activates again what the account's line needs: an account put on its line before its channel had groups
   * has no connector for them there. Nothing is changed where all is well.
   */
  ensure(account: Account, adapter: ChannelAdapter): Promise<LineRefused | undefined>;
  leave(account: Account, adapter: ChannelAdapter | undefined): Promise<LineOutcome>;
  /** In the portal alone: the store still says that the account feeds its line. */
  detach(account: Account, adapter: ChannelAdapter | undefined): Promise<PortalOutcome<void>>;
}

const CONNECTOR_TRIES = 5;

export function createAccountLines({ store, portals, publicUrl, speech }: AccountLinesDeps): AccountLines {
  async function set(account: Account, adapter: ChannelAdapter, line: string): Promise<LineOutcome> {
    const { portal, id } = account;
    for (let attempt = 0; attempt < CONNECTOR_TRIES; attempt++) {
      const connector = await freeConnector(portal, account, line);
      const refused = await attach(account, adapter, connector, line);
      if (refused) return refused;
      const stored = await store.accounts.update(portal, id, { line, connector });
      if (stored === "unknown") return { kind: "unknown" };
      // Somebody else took the pair meanwhile and feeds it: it stays theirs, the next free id is ours.
      if (stored === "conflict") continue;
      const problem = await letGo(account, adapter, { connector, line });
      return { kind: "done", ...(problem !== undefined && { problem }) };
    }
    return {
      kind: "conflict",
      code: "line_taken",
      sentence: "Other accounts are being connected to this line at the same moment. Try again.",
    };
  }

  async function leave(account: Account, adapter: ChannelAdapter | undefined): Promise<LineOutcome> {
    const outcome = await detach(account, adapter);
    if (outcome.kind !== "ok") return refusedByPortal(outcome);
    const stored = await store.accounts.update(account.portal, account.id, { line: null, connector: null });
    return stored === "unknown" ? { kind: "unknown" } : { kind: "done" };
  }

  async function ensure(account: Account, adapter: ChannelAdapter): Promise<LineRefused | undefined> {
    const { line, connector } = account;
    return line === undefined || connector === undefined ? undefined : attach(account, adapter, connector, line);
  }

  async function attach(
    account: Account,
    adapter: ChannelAdapter,
    connector: string,
    line: string,
  ): Promise<LineRefused | undefined> {
    const connectors = portals.connectors(account.portal);
    const suffix = /_(\d+)$/.exec(connector)?.[1];
    const say = await sayIn(speech, account.portal);
    const title = suffix === undefined ? say(adapter.title) : `${say(adapter.title)} ${suffix}`;
    const one = { id: connector, title };
    const groups = { id: groupConnector(connector), title: say(`${title}, groups`), group: true };
    for (const wanted of adapter.capabilities.groups ? [one, groups] : [one]) {
      const registered = await connectors.register({
        ...wanted,
        icon: adapter.icon,
        handlerUrl: `${publicUrl}/placements/connector-setup`,
      });
      if (registered.kind !== "ok") return refusedByPortal(registered);
      const attached = await connectors.attach(
        { connector: wanted.id, line },
        {
          id: account.profile.externalId ?? account.id,
          url: account.profile.url ?? publicUrl,
          name: account.name,
        },
      );
      if (attached.kind !== "ok") return refusedByPortal(attached);
    }
    return undefined;
  }

  /** The groups' connector first: what is left after a crash is found by the account's own. */
  async function detach(
    { portal, line, connector }: Account,
    adapter: ChannelAdapter | undefined,
  ): Promise<PortalOutcome<void>> {
    if (line === undefined || connector === undefined) return { kind: "ok", value: undefined };
    const connectors = portals.connectors(portal);
    if (adapter?.capabilities.groups === true) {
      const outcome = await connectors.detach({ connector: groupConnector(connector), line });
      // A portal that never had it says no: off is what was wanted.
      if (outcome.kind !== "ok" && outcome.kind !== "refused") return outcome;
    }
    return connectors.detach({ connector, line });
  }

  /** Takes the account off the line it fed before, unless that is the new one. Answers a sentence when the portal would not. */
  async function letGo(
    before: Account,
    adapter: ChannelAdapter,
    now: { readonly connector: string; readonly line: string },
  ): Promise<string | undefined> {
    if (before.line === undefined || before.connector === undefined) return undefined;
    if (before.line === now.line && before.connector === now.connector) return undefined;
    const outcome = await detach(before, adapter);
    if (outcome.kind === "ok") return undefined;
    return `The line used before still shows the channel as connected. Disconnect it there by hand. ${refusedByPortal(outcome).sentence}`;
  }

  /** The account's own connector where the line has room for it, else the first id of its channel that no other account uses on that line. */
  async function freeConnector(portal: PortalId, account: Account, line: string): Promise<string> {
    const others = (await store.accounts.list(portal)).filter(
      (other) => other.id !== account.id && other.line === line,
    );
    const taken = new Set(others.map((other) => other.connector));
    if (account.connector !== undefined && !taken.has(account.connector)) return account.connector;
    for (let number = 1; ; number++) {
      const id = connectorId(account.channel, number);
      if (!taken.has(id)) return id;
    }
  }

  return { set, ensure, leave, detach };
}

function refusedByPortal(outcome: Exclude<PortalOutcome<unknown>, { readonly kind: "ok" }>): LineRefused {
  const sentence = outcome.kind === "withdrawn" ? "The call was withdrawn." : outcome.sentence;
  return { kind: "refused", by: "portal", sentence };
}
