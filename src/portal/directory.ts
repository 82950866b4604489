/** Gives the client of a portal: one queue per portal and process, one limiter for all, tokens under a lock. */
import type { PortalId } from "../domain/ids.ts";
import type { Logger } from "../log/log.ts";
import { createAutomation } from "./automation.ts";
import { type Batcher, type BatcherObserver, createBatcher } from "./batcher.ts";
import { type Clock, systemClock } from "./clock.ts";
import { createConnectors } from "./connectors.ts";
import type { Crm } from "./contract/crm.ts";
import type { PortalDirectory } from "./contract/directory.ts";
import type { People } from "./contract/people.ts";
import type { PortalCaller, VoiceWay } from "./contract.ts";
import { createCrm } from "./crm.ts";
import type { EndpointPolicy } from "./endpoints.ts";
import { type PortalLevel, type RateLimiter, STANDARD_LEVEL } from "./limiter.ts";
import { createLineChats } from "./line-chats.ts";
import { createLineSettings } from "./line-settings/crm.ts";
import { createLineDesk } from "./line-settings/desk.ts";
import { createMessageProviders } from "./message-providers.ts";
import type { OAuthClient } from "./oauth.ts";
import { createOpenLines } from "./open-lines.ts";
import { createOwnMail } from "./own-mail.ts";
import { createPeople } from "./people.ts";
import { createTokenKeeper, type TokenStore } from "./tokens.ts";
import { createTransport, type PortalTransport } from "./transport.ts";

export interface PortalDirectorySettings {
  readonly store: TokenStore;
  readonly limiter: RateLimiter;
  readonly oauth: OAuthClient;
  readonly policy: EndpointPolicy;
  readonly log: Logger;
  readonly observe?: BatcherObserver | undefined;
  readonly clock?: Clock | undefined;
  /** What a portal's tariff allows; the standard one when not told. */
  readonly level?: ((portal: PortalId) => PortalLevel) | undefined;
  readonly random?: (() => number) | undefined;
  /** How what agents write on our own pages gets into the lines. */
  readonly voice?: VoiceWay | undefined;
  /** Milliseconds until a request that is not answered counts as broken. */
  readonly timeoutMs?: number | undefined;
}

export interface ManagedPortalDirectory extends PortalDirectory {
  /** The portal was installed again, uninstalled or erased: nothing remembered about it is used any more. */
  forget(portal: PortalId): void;
}

export function createPortalDirectory(settings: PortalDirectorySettings): ManagedPortalDirectory {
  const clock = settings.clock ?? systemClock;
  const voice = settings.voice ?? "connector";
  const transport: PortalTransport = createTransport({
    policy: settings.policy,
    log: settings.log,
    ...(settings.timeoutMs !== undefined && { timeoutMs: settings.timeoutMs }),
  });
  const tokens = createTokenKeeper({ store: settings.store, oauth: settings.oauth, log: settings.log, clock });
  const batchers = new Map<PortalId, Batcher>();
  const crms = new Map<PortalId, Crm>();
  const peoples = new Map<PortalId, People>();

  function batcherOf(portal: PortalId): Batcher {
    let batcher = batchers.get(portal);
    if (!batcher) {
      batcher = createBatcher({
        portal,
        transport,
        tokens,
        limiter: settings.limiter,
        level: () => settings.level?.(portal) ?? STANDARD_LEVEL,
        clock,
        log: settings.log,
        observe: settings.observe,
        random: settings.random,
      });
      batchers.set(portal, batcher);
    }
    return batcher;
  }

  const caller = (portal: PortalId): PortalCaller => ({ call: (call) => batcherOf(portal).call(call) });

  const viewer = (portal: PortalId, userId: string): PortalCaller => ({
    call: (call) => batcherOf(portal).call(call, userId),
  });

  return {
    voice,
    caller,
    viewer,
    chats: (portal) => createLineChats(caller(portal)),
    chatsOf: (portal, userId) => createLineChats(viewer(portal, userId)),
    crmOf: (portal, userId) => createCrm(viewer(portal, userId), clock),
    lines: (portal) => createOpenLines(caller(portal), { way: voice, viewer: (userId) => viewer(portal, userId) }),
    connectors: (portal) => createConnectors(caller(portal)),
    ownMailOf: (portal, userId) => createOwnMail(viewer(portal, userId)),
    messageProviders: (portal) => createMessageProviders(caller(portal)),
    people(portal) {
      const known = peoples.get(portal) ?? createPeople(caller(portal), clock);
      peoples.set(portal, known);
      return known;
    },
    lineDeskOf: (portal, userId) => createLineDesk(viewer(portal, userId)),
    automation: (portal) => createAutomation(caller(portal)),
    lineSettings: (portal) => createLineSettings(caller(portal)),
    crm(portal) {
      // One for each portal: it remembers stages and fields for some minutes.
      const known = crms.get(portal) ?? createCrm(caller(portal), clock);
      crms.set(portal, known);
      return known;
    },
    forget(portal) {
      tokens.forget(portal);
      crms.delete(portal);
      peoples.delete(portal);
      if (batchers.get(portal)?.idle) batchers.delete(portal);
    },
  };
}
