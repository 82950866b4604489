/**
 * Accounts whose people are found by a phone number, as message providers of their portal: one for each that is switched
 * on. The list is read first, what is missing is added, what is another by now is told anew, what is left over goes.
 *
 * Crash half way, or an answer that was lost: what the portal was told is written down last, so the next look does all of it
 * again, which changes nothing. Two at once: the same. The portal away, or without the permission: that portal is asked
 * again after an hour, or by the repair button. An account deleted meanwhile: it is outdated, and goes with the next look.
 */
import type { ChannelAdapter } from "../../channels/contract.ts";
import type { PortalId } from "../../domain/ids.ts";
import { LANGUAGES } from "../../domain/localised.ts";
import type { Logger } from "../../log/log.ts";
import type { PortalDirectory } from "../../portal/contract/directory.ts";
import type { ProviderRegistration } from "../../portal/contract/message-providers.ts";
import type { PortalOutcome } from "../../portal/contract.ts";
import type { ToldProvider } from "../../store/contract/providers.ts";
import type { Store } from "../../store/contract.ts";
import type { Speech } from "../speech.ts";
import { accountOfCode, handlersBefore, providerCode } from "./code.ts";

export interface RegisterDeps {
  readonly store: Pick<Store, "accounts" | "providers">;
  readonly portals: Pick<PortalDirectory, "messageProviders">;
  readonly channels: ReadonlyMap<string, ChannelAdapter>;
  readonly speech: Pick<Speech, "translate">;
  /** No trailing slash. */
  readonly publicUrl: string;
  readonly log: Pick<Logger, "warn">;
  readonly now: () => Date;
}

export interface ProviderRegister {
  /** Puts one portal in order, whatever it was told before; answers what did not work, in sentences. */
  ensure(portal: PortalId): Promise<readonly string[]>;
  /** Those that were told something else than there is. */
  ensureOutdated(): Promise<void>;
}

/** A portal that says no is not asked with every look. */
const AFTER_REFUSAL_MS = 3_600_000;
const REMEMBERED = 10_000;

const isAddressedByPhone = ({ capabilities }: Pick<ChannelAdapter, "capabilities">): boolean =>
  capabilities.mayWriteFirst && capabilities.byPhone === true;

export function createProviderRegister(deps: RegisterDeps): ProviderRegister {
  const resting = new Map<PortalId, number>();
  const before = handlersBefore(deps.publicUrl);

  async function ensure(portal: PortalId): Promise<readonly string[]> {
    const providers = deps.portals.messageProviders(portal);
    const wanted = (await deps.store.accounts.list(portal)).flatMap((account) => {
      const adapter = deps.channels.get(account.channel);
      return account.enabled && adapter && isAddressedByPhone(adapter) ? [{ account, adapter }] : [];
    });
    const told = new Map((await deps.store.providers.told(portal)).map((one) => [one.account, one]));
    // Nothing there and nothing wanted: the portal need not be asked for a permission that nobody uses.
    if (wanted.length === 0 && told.size === 0) return [];
    const listed = await providers.list();
    if (listed.kind !== "ok") return [unregistered(reasonOf(listed))];
    const known = new Set(listed.value);
    const problems: string[] = [];
    const kept: ToldProvider[] = [];
    for (const { account, adapter } of wanted) {
      const provider = registrationOf(providerCode(account.id), account.name, adapter);
      const isThere = known.delete(provider.code);
      const outcome = isThere ? await providers.update(provider) : await providers.add(provider);
      if (outcome.kind === "ok") kept.push({ account: account.id, name: account.name, handler: provider.handler });
      else problems.push(failed(account.name, reasonOf(outcome)));
    }
    for (const code of known) {
      if (accountOfCode(code) === undefined) continue;
      const outcome = await providers.remove(code);
      if (outcome.kind !== "ok") problems.push(leftOver(reasonOf(outcome)));
    }
    // What could not be taken away is still there: kept, so that it is looked for again.
    if (problems.length === 0) await deps.store.providers.keepTold(portal, kept);
    return problems;
  }

  function registrationOf(code: string, name: string, { title }: ChannelAdapter): ProviderRegistration {
    const described = LANGUAGES.map((language) => [language, deps.speech.translate(messagesThrough(title), language)]);
    const handler = `${before}${accountOfCode(code)}`;
    return { code, name, handler, description: Object.fromEntries(described) };
  }

  return {
    ensure,
    async ensureOutdated() {
      const channels = [...deps.channels.values()].filter(isAddressedByPhone).map(({ id }) => id);
      for (const portal of await deps.store.providers.outdated(channels, { before })) {
        const now = deps.now().getTime();
        if ((resting.get(portal) ?? 0) > now) continue;
        const problems = await ensure(portal);
        if (problems.length === 0) {
          resting.delete(portal);
          continue;
        }
        if (resting.size >= REMEMBERED) resting.clear();
        resting.set(portal, now + AFTER_REFUSAL_MS);
        deps.log.warn({ portal, problems }, "Accounts could not be registered as message providers");
      }
    },
  };
}

const reasonOf = (outcome: Exclude<PortalOutcome<unknown>, { readonly kind: "ok" }>): string =>
  outcome.kind === "withdrawn" ? "It was withdrawn." : outcome.sentence;
const unregistered = (sentence: string): string =>
  `Accounts could not be registered as message providers of the CRM: ${sentence}`;
const leftOver = (sentence: string): string =>
  `A message provider of an account that is gone could not be taken out of the CRM: ${sentence}`;
const failed = (name: string, sentence: string): string =>
  `"${name}" could not be registered as a message provider of the CRM: ${sentence}`;
const messagesThrough = (channel: string): string => `Messages through ${channel}, by Threadline`;
