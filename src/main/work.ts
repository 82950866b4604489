import { createLeases } from "../dispatch/leases.ts";
import { createLaneRunner } from "../dispatch/runner.ts";
import { createSweeper } from "../dispatch/sweeper.ts";
import { parseLane } from "../domain/ids.ts";
import { createTriggerFirer } from "../relay/automation/firing.ts";
import { createChores } from "../relay/chores.ts";
import { createIdentifier } from "../relay/crm/identify.ts";
import { drain } from "../relay/drain.ts";
import { createFirstContact } from "../relay/first-contact.ts";
import { createHealthWatch } from "../relay/health-watch.ts";
import { createPlanner } from "../relay/planned.ts";
import { createPoller } from "../relay/poller.ts";
import { READ_AHEAD } from "../relay/ports.ts";
import { createProviderDesk } from "../relay/providers/desk.ts";
import { endGap } from "../relay/repair.ts";
import { createRetention } from "../relay/retention.ts";
import { createRobotWorker } from "../relay/robots/worker.ts";
import { createSessionHost } from "../relay/sessions/session-host.ts";
import { createTokenSources } from "../relay/sign-ins/token-source.ts";
import { localeOf } from "../server/locale.ts";
import { asTenant } from "../store/fair-gate.ts";
import type { Base } from "./base.ts";
import { ACCOUNTS_CHANGED, type ChannelsPart } from "./channels.ts";
import type { Letters } from "./letters.ts";
import type { PortalPart } from "./portal.ts";
import type { RelayPart } from "./relay.ts";
import { robotDeps } from "./robots.ts";

const LEASE_MS = 6_000;
const SWEEP_MS = 1_000;

export interface WorkParts {
  readonly portal: PortalPart;
  readonly channels: ChannelsPart;
  readonly relay: RelayPart;
  readonly letters: Letters;
}

/** Drains lanes, keeps standing connections, sweeps, polls and does the chores. */
export async function startWork(base: Base, parts: WorkParts): Promise<void> {
  const { config, log, store, owner, now, onClose } = base;
  const { broker, bus, channels } = parts.channels;
  const {
    acceptor,
    addressing,
    counter,
    dealReader,
    dispatcher,
    mentions,
    providerRegister,
    relay,
    rules,
    voteReader,
  } = parts.relay;
  const { portals } = parts.portal;

  const leases = createLeases({ lanes: store.lanes, owner, ttlMs: LEASE_MS, log });
  const run = createLaneRunner({
    lanes: store.lanes,
    leases,
    dispatcher,
    log,
    readAhead: READ_AHEAD,
    drain: async (lane, by, contents) => {
      const drained = await drain(relay, { lane, owner: by, contents });
      return drained.kind === "later" ? drained.at : undefined;
    },
    inTurn: (lane, work) => asTenant(parseLane(lane)?.portal ?? "", work),
  });
  await leases.start();
  await dispatcher.start(run);
  const sweeper = createSweeper({ lanes: store.lanes, dispatcher, intervalMs: SWEEP_MS, log });
  sweeper.start();
  const sessions = createSessionHost({
    ...{ store, channels, acceptor, dispatcher, letters: parts.letters, log, owner },
    onChange: (listener) => bus.subscribe(ACCOUNTS_CHANGED, listener),
    tokens: createTokenSources({ store, channels, owner, log, now }),
  });
  broker.serve(sessions);
  sessions.start();
  // After the lanes: what is being sent goes over these connections.
  onClose(() => sessions.close());
  const chores = createChores({ store, channels, publicUrl: config.publicUrl, log, now });
  chores.start();
  const providers = createProviderDesk({
    ...{ ...relay, portals, rules, inTurn: asTenant, register: providerRegister },
    firstContact: createFirstContact({ ...relay, voice: portals.voice, addressing }),
    identify: createIdentifier(store),
  });
  providers.start();
  onClose(() => providers.close());
  const planner = createPlanner({ ...relay, inTurn: asTenant });
  planner.start();
  const robots = createRobotWorker({ ...robotDeps(base, parts.portal, parts.relay), inTurn: asTenant });
  robots.start();
  const firer = createTriggerFirer({ ...{ store, portals: parts.portal.portals, inTurn: asTenant, log, now } });
  firer.start();
  const retention = createRetention({ store, shelf: relay.shelf, inTurn: asTenant, log, owner, now });
  retention.start();
  counter.start();
  dealReader.start();
  voteReader.start();
  const watch = createHealthWatch({ ...relay, localeOf, owner });
  watch.start();
  mentions.start();
  // Running lanes end before their leases are given back, or another worker would find calls still under way.
  onClose(async () => {
    await dispatcher.close();
    await leases.close();
  });
  // First: lanes whose calls only wait for others end at once.
  onClose(() => sessions.stopTaking());
  onClose(() => sweeper.stop());
  onClose(() => chores.close());
  onClose(() => retention.close());
  onClose(() => counter.close());
  onClose(() => dealReader.close());
  onClose(() => voteReader.close());
  onClose(() => planner.close());
  onClose(() => robots.close());
  onClose(() => firer.close());
  onClose(() => watch.close());
  if (config.publicUrl.startsWith("https:")) return;
  const poller = createPoller({ store, acceptor, channels, log, owner });
  poller.start();
  onClose(() => poller.close());
}

/** While we were away the portals may have sent events; each is sent once, so the histories are looked through. */
export async function startRepair(base: Base, { repairs }: RelayPart): Promise<void> {
  const { store } = base;
  await endGap(base);
  for (const portal of await store.portals.list()) if (portal.tokens && portal.active) repairs.start(portal.id);
}
