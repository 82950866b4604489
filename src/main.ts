/**
 * Composition root: the only file that knows every concrete class. Reads the configuration, opens the store, wires
 * channels, portal client, relay and handlers, and starts what the role asks for.
 *
 * ROLE=web takes requests and passes wake-ups on; ROLE=worker drains lanes, polls and sweeps; ROLE=all does both;
 * ROLE=migrate brings the schema up to date and ends.
 *
 * SIGTERM: no new requests, running lanes end, leases are given back, the database is closed. Killed instead: leases
 * run out by themselves (at once with the built-in database, which only one process can open).
 */

import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { Redis } from "ioredis";
import { registerApi } from "../handlers/api/register.ts";
import { registerChannels } from "../handlers/channels.ts";
import { registerEvents } from "../handlers/events.ts";
import { registerForms } from "../handlers/forms.ts";
import { registerInstall } from "../handlers/install.ts";
import { createInstaller } from "../handlers/installer.ts";
import { registerMedia } from "../handlers/media.ts";
import { registerOAuth } from "../handlers/oauth.ts";
import { type ReadinessCheck, registerOperations } from "../handlers/operations.ts";
import { registerPage } from "../handlers/page.ts";
import { registerPlacements } from "../handlers/placements.ts";
import { registerWebchat } from "../handlers/webchat.ts";
import { createFormAdapter } from "./channels/form/adapter.ts";
import { createFormDesk } from "./channels/form/desk.ts";
import { createChannels } from "./channels/registry.ts";
import { createHub } from "./channels/webchat/hub.ts";
import { createUploads } from "./channels/webchat/uploads.ts";
import { createVisitorDesk } from "./channels/webchat/visitor.ts";
import { type Config, ConfigError, readConfig } from "./config/config.ts";
import { loadSecretKey } from "./config/secret-key.ts";
import { createBullDispatcher } from "./dispatch/bull.ts";
import { createLocalBus } from "./dispatch/bus.ts";
import { createRedisBus } from "./dispatch/bus-redis.ts";
import { createInProcessDispatcher } from "./dispatch/in-process.ts";
import { createLeases } from "./dispatch/leases.ts";
import { createLaneRunner } from "./dispatch/runner.ts";
import { createSealedBus } from "./dispatch/sealed-bus.ts";
import { createSweeper } from "./dispatch/sweeper.ts";
import { mediaId, type PortalId, parseLane } from "./domain/ids.ts";
import { createLogger, type Logger } from "./log/log.ts";
import { createMetrics } from "./log/metrics.ts";
import { createMediaHandover } from "./media/handover.ts";
import { createMediaShelf } from "./media/shelf.ts";
import { createMemoryPacer } from "./pacing/memory.ts";
import { createRedisPacer } from "./pacing/redis.ts";
import { fromBbcode, toBbcode } from "./portal/bbcode.ts";
import { createPortalDirectory } from "./portal/directory.ts";
import { createEndpointPolicy } from "./portal/endpoints.ts";
import { ensureInstalled } from "./portal/ensure-installed.ts";
import { createPortalFiles } from "./portal/files.ts";
import { createMemoryLimiter } from "./portal/limiter-memory.ts";
import { createRedisLimiter } from "./portal/limiter-redis.ts";
import { loadManifest } from "./portal/manifest.ts";
import { createOAuthClient } from "./portal/oauth.ts";
import { createTransport } from "./portal/transport.ts";
import { createInboundAcceptor } from "./relay/accept-inbound.ts";
import { createReplyAcceptor } from "./relay/accept-reply.ts";
import { createAccountCache } from "./relay/account-cache.ts";
import { createAccounts } from "./relay/accounts.ts";
import { createChores } from "./relay/chores.ts";
import { drain } from "./relay/drain.ts";
import { keptFiles } from "./relay/files.ts";
import { createFirstContact } from "./relay/first-contact.ts";
import { createPoller } from "./relay/poller.ts";
import { READ_AHEAD, type RelayDeps } from "./relay/ports.ts";
import { createRepairs } from "./relay/repair.ts";
import { withSessions } from "./relay/sessions/adapter.ts";
import { createSessionBroker } from "./relay/sessions/broker.ts";
import { createSessionHost } from "./relay/sessions/session-host.ts";
import { createSpool } from "./relay/spool.ts";
import { buildApp } from "./server/app.ts";
import { createPages } from "./server/pages.ts";
import { createSessions } from "./server/session.ts";
import { asTenant } from "./store/fair-gate.ts";
import { openStore } from "./store/open-store.ts";

/**
 * Lanes running at once. A run mostly waits for its portal's limiter or a vendor, and batches are made of waiting runs. A
 * flooded portal keeps at most 700 of them waiting (`batcher.ts`), so that a few flooded portals leave room for the others.
 */
const CONCURRENCY = 3_000;
const LEASE_MS = 6_000;
const SWEEP_MS = 1_000;
const ACCOUNT_CACHE_MS = 2_000;
const SPOOL_BYTES = 64 * 1024 * 1024;

const now = () => new Date();
const inRoot = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

try {
  await main(readConfig(process.env));
} catch (error) {
  // Before there is a log, or because there is none: in words, on the error stream, and no stack for a bad variable.
  const words = error instanceof ConfigError ? error.message : inspect(error);
  process.stderr.write(`${words}\n`);
  process.exitCode = 1;
}

async function main(config: Config): Promise<void> {
  const log = createLogger(config.logLevel);
  const metrics = createMetrics();
  const manifest = await loadManifest(inRoot("app-manifest.json"));
  const secretKey = await loadSecretKey(config.secretKey, config.dataDir);
  const store = await openStore({ databaseUrl: config.databaseUrl, dataDir: config.dataDir, secretKey, log });
  if (config.role === "migrate") {
    await store.close();
    return;
  }
  const owner = randomUUID();
  const { redisUrl } = config;
  const closers: (() => Promise<unknown> | unknown)[] = [() => store.close()];
  const onClose = (close: () => Promise<unknown> | unknown): void => void closers.unshift(close);

  // Portal
  const policy = createEndpointPolicy(config.b24);
  const oauth = createOAuthClient(config.b24, policy);
  const limiterRedis = redisUrl === undefined ? undefined : connectRedis(redisUrl, log);
  if (limiterRedis) onClose(() => limiterRedis.disconnect());
  const limiter = limiterRedis ? createRedisLimiter({ redis: limiterRedis }) : createMemoryLimiter();
  const portals = createPortalDirectory({
    store,
    limiter,
    oauth,
    policy,
    log,
    observe: { ended: (outcome) => metrics.portalCalls.inc({ outcome }), sent: () => undefined },
  });
  const transport = createTransport({ policy, log });

  // Channels
  const onBusError = (error: unknown) =>
    log.warn({ err: error }, "A live notice could not be passed on; open pages look again by themselves");
  const bus =
    redisUrl === undefined
      ? createLocalBus(onBusError)
      : createRedisBus({ url: redisUrl, onError: onBusError, onLost: () => metrics.lostWakeUps.inc() });
  onClose(() => bus.close());
  const hub = createHub(bus, owner);
  const uploads = createUploads({ dataDir: config.dataDir, now });
  const shelf = createMediaShelf({
    dataDir: config.dataDir,
    publicUrl: config.publicUrl,
    secretKey,
    media: store.media,
    now,
  });
  const handover = createMediaHandover({ dataDir: config.dataDir, now });
  const broker = createSessionBroker({
    bus: redisUrl === undefined ? undefined : createSealedBus(bus, secretKey),
    processId: owner,
    files: keptFiles(shelf),
    handover,
    log,
  });
  onClose(() => broker.close());
  const pacer = limiterRedis ? createRedisPacer({ redis: limiterRedis }) : createMemoryPacer();
  const channelsAsTheyAre = createChannels({
    telegramApiUrl: config.telegramApiUrl,
    telegramApp: config.telegramApp ?? {},
    viberApiUrl: config.viberApiUrl,
    chromiumPath: config.chromiumPath,
    whatsappFolder: resolve(config.dataDir, "whatsapp"),
    whatsappCloudApiUrl: config.whatsappCloudApiUrl,
    hub,
    uploads,
    pacer,
  });
  const channels = withSessions(channelsAsTheyAre, { broker, handover });

  // Relay
  const dispatcher =
    redisUrl === undefined
      ? createInProcessDispatcher({ concurrency: CONCURRENCY, log })
      : createBullDispatcher({
          redisUrl,
          concurrency: CONCURRENCY,
          log,
          onLostWakeUp: () => metrics.lostWakeUps.inc(),
        });
  if (config.role === "web") onClose(() => dispatcher.close());
  const replies = createReplyAcceptor({ store, dispatcher, metrics, log });
  const relay: RelayDeps = {
    store,
    portals,
    channels,
    dispatcher,
    shelf,
    replies,
    toBBCode: toBbcode,
    fromBBCode: fromBbcode,
    openPortalFile: createPortalFiles(policy),
    metrics,
    log,
    now,
  };
  const acceptor = createInboundAcceptor(relay);
  const repairs = createRepairs({ ...relay, lines: portals.lines, owner });
  onClose(() => repairs.close());

  // Server
  const app = await buildApp({
    publicUrl: config.publicUrl,
    log,
    pagesDir: inRoot("dist/placements"),
    version: manifest.version,
  });
  registerOperations(app, {
    checks: readinessChecks(),
    metrics,
    metricsToken: config.metricsToken,
    refresh: async () => metrics.lanesDue.set(await store.lanes.depth(now())),
  });
  if (config.role !== "worker") {
    await store.portals.noteGap(now());
    await serveRequests();
  }
  onClose(() => app.close());
  await app.listen({ host: "0.0.0.0", port: config.port });
  log.info(
    {
      role: config.role,
      port: config.port,
      publicUrl: config.publicUrl,
      store: config.databaseUrl === undefined ? "built-in" : "postgresql",
    },
    "Threadline is listening",
  );

  if (config.role !== "web") await startWork();
  if (config.role !== "worker") await startRepair();
  stopOnSignals(closers, log);

  async function serveRequests(): Promise<void> {
    const sessions = createSessions({ secretKey, portals: store.portals });
    const pages = createPages(inRoot("dist/placements"));
    const accountCache = createAccountCache(store.accounts, ACCOUNT_CACHE_MS, Date.now);
    const accounts = createAccounts({
      store,
      channels,
      portals,
      dispatcher,
      publicUrl: config.publicUrl,
      removeMedia: shelf.remove,
      log,
    });
    const installer = createInstaller({ log, ensureInstalled: installPortal });
    const frame = { store, transport, pages, sessions };
    const spool = createSpool({
      dir: `${config.dataDir}/spool`,
      maxBytes: SPOOL_BYTES,
      log,
      onDepth: (count) => metrics.spooled.set(count),
    });
    onClose(() => spool.close());

    await registerChannels(app, { channels, accounts: accountCache, acceptor });
    await registerEvents(app, {
      store,
      replies,
      oauth,
      portals,
      installer,
      spool,
      shelf,
      channels,
      fromBBCode: fromBbcode,
      inTurn: asTenant,
      metrics,
      log,
    });
    registerMedia(app, { shelf });
    await registerInstall(app, { ...frame, oauth, portals, installer });
    await registerPage(app, frame);
    await registerPlacements(app, frame);
    await registerOAuth(app, { ...frame, oauth, policy, application: config.b24, publicUrl: config.publicUrl });
    await registerApi(app, {
      store,
      channels,
      accounts,
      connections: broker,
      replies,
      firstContact: createFirstContact({ store, channels, dispatcher, metrics, now }),
      portals,
      transport,
      dispatcher,
      sessions,
      installer,
      publicUrl: config.publicUrl,
      mediaLink: (id) => shelf.link(id),
      accountChanged: accountCache.forget,
      startHistoryRepair: async (portal) => {
        await store.portals.noteGap(now(), portal);
        repairs.start(portal);
      },
      watchTyping: hub.watch,
      now,
    });
    await registerForms(app, {
      accounts: accountCache,
      conversations: store.conversations,
      adapter: createFormAdapter({ now }),
      desk: createFormDesk(),
      acceptInbound: acceptor.accept,
      widgetPath: inRoot("dist/form.js"),
      log,
    });
    await registerWebchat(app, {
      store,
      desk: createVisitorDesk({ secretKey, hub, now }),
      acceptInbound: acceptor.accept,
      keepFile: (file) => uploads.keep(file),
      openUpload: (ref) => uploads.read(ref),
      openFile: (id) => shelf.open(mediaId(id)),
      // The connector has no call that shows a customer typing; our own pages listen to it.
      visitorTyping: (account, visitor, text) => hub.draft(account.id, visitor, text),
      log,
      widgetPath: inRoot("dist/widget.js"),
    });
  }

  async function installPortal(portal: PortalId) {
    const report = await ensureInstalled({
      caller: portals.caller(portal),
      connectors: portals.connectors(portal),
      manifest,
      publicUrl: config.publicUrl,
      channels: [...channels.values()],
    });
    await store.portals.update(portal, { installation: report });
    return report;
  }

  async function startWork(): Promise<void> {
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
    const sessions = createSessionHost({ store, channels, acceptor, dispatcher, log, owner });
    broker.serve(sessions);
    sessions.start();
    // After the lanes: what is being sent goes over these connections.
    onClose(() => sessions.close());
    const chores = createChores({ store, channels, publicUrl: config.publicUrl, log, now });
    chores.start();
    // Running lanes end before their leases are given back, or another worker would find calls still under way.
    onClose(async () => {
      await dispatcher.close();
      await leases.close();
    });
    onClose(() => sweeper.stop());
    onClose(() => chores.close());
    if (config.publicUrl.startsWith("https:")) return;
    const poller = createPoller({ store, acceptor, channels, log, owner });
    poller.start();
    onClose(() => poller.close());
  }

  /**
   * While we were away the portals may have sent events; each is sent once, so the histories are looked through. The gap
   * was noted before we listened (replies wait for the comparison) and ends only now that we do.
   */
  async function startRepair(): Promise<void> {
    await store.portals.noteGap(now());
    for (const portal of await store.portals.list()) if (portal.tokens && portal.active) repairs.start(portal.id);
  }

  function readinessChecks(): ReadinessCheck[] {
    const checks: ReadinessCheck[] = [{ name: "database", check: () => store.ping() }];
    if (limiterRedis) checks.push({ name: "redis", check: async () => void (await limiterRedis.ping()) });
    return checks;
  }
}

/** For the limiter: a call must fail quickly while Redis is away, not queue up. */
function connectRedis(url: string, log: Logger): Redis {
  const redis = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 2_000 });
  let said = 0;
  redis.on("error", (error) => {
    if (Date.now() - said < 30_000) return;
    said = Date.now();
    log.warn({ err: error }, "Redis cannot be reached; calls to portals wait for it");
  });
  return redis;
}

function stopOnSignals(closers: readonly (() => Promise<unknown> | unknown)[], log: Logger): void {
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, "Stopping");
    void (async () => {
      for (const close of closers) {
        try {
          await close();
        } catch (error) {
          log.error({ err: error }, "A part did not stop cleanly");
        }
      }
      process.exit(0);
    })();
  };
  process.once("SIGTERM", () => stop("SIGTERM"));
  process.once("SIGINT", () => stop("SIGINT"));
}
