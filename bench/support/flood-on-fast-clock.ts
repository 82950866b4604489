/**
 * The parts of the application that a flood meets (acceptor, store, dispatcher, leases, lane runner, drain, portal client
 * with its limiter) and the emulated portal in one process, all on one clock. It runs at the real pace while requests come
 * and fast while none does, so that ten minutes of waiting for the operating budget take seconds. Messages go in through
 * the acceptor, REST goes over real HTTP. Left out: web server, sweeper, the events that the portal sends.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTelegramAdapter } from "../../src/channels/telegram/adapter.ts";
import { readUpdate } from "../../src/channels/telegram/receive.ts";
import { createInProcessDispatcher } from "../../src/dispatch/in-process.ts";
import { createLeases } from "../../src/dispatch/leases.ts";
import { createLaneRunner } from "../../src/dispatch/runner.ts";
import { portalId } from "../../src/domain/ids.ts";
import { createLogger } from "../../src/log/log.ts";
import { createMetrics } from "../../src/log/metrics.ts";
import { translateAll } from "../../src/main/sentences.ts";
import { createMediaShelf } from "../../src/media/shelf.ts";
import { createMemoryPacer } from "../../src/pacing/memory.ts";
import { fromBbcode, toBbcode } from "../../src/portal/bbcode.ts";
import { createPortalDirectory } from "../../src/portal/directory.ts";
import { createEndpointPolicy } from "../../src/portal/endpoints.ts";
import { createMemoryLimiter } from "../../src/portal/limiter-memory.ts";
import { createOAuthClient } from "../../src/portal/oauth.ts";
import { createInboundAcceptor } from "../../src/relay/accept-inbound.ts";
import { createReplyAcceptor } from "../../src/relay/accept-reply.ts";
import { createTriggerWatch } from "../../src/relay/automation/watch.ts";
import { createBelonging } from "../../src/relay/crm/belonging.ts";
import { createIdentifier } from "../../src/relay/crm/identify.ts";
import { createRules } from "../../src/relay/crm/rulesets.ts";
import { drain } from "../../src/relay/drain.ts";
import { createLineWriters } from "../../src/relay/line-writers.ts";
import { NO_NEWS } from "../../src/relay/news.ts";
import { createOwnMode } from "../../src/relay/own-line/own-mode.ts";
import { READ_AHEAD, type RelayDeps } from "../../src/relay/ports.ts";
import type { Speech } from "../../src/relay/speech.ts";
import { createTally } from "../../src/relay/tally.ts";
import type { Store } from "../../src/store/contract.ts";
import { openStore } from "../../src/store/open-store.ts";
import { startPortalEmulator } from "../../test/emulators/portal/emulator.ts";
import { noLetters } from "../../test/support/no-letters.ts";
import { until } from "../../test/support/world/until.ts";
import { type Flood, type FloodResult, heldBy, holdAgainst, lastAt, longestPause } from "./delivery.ts";
import { createActivity, createFastClock } from "./fast-clock.ts";
import { arrivedBy } from "./live.ts";
import { telegramUpdate, textOf } from "./telegram-update.ts";

const SECRET_KEY = "0123456789abcdef0123456789abcdef";
const CONNECTOR = "threadline_telegram";
const LEASE_MS = 3_600_000;
/** Longer than the limiter ever spaces two requests of a busy portal, and than one takes on a busy machine. */
const IDLE_AFTER_MS = 3_000;
/** As in `src/main.ts`. */
const CONCURRENCY = 600;

export async function floodOnFastClock(flooding: Flood, speed: number): Promise<FloodResult> {
  const activity = createActivity();
  const clock = createFastClock(speed, () => activity.quietFor(IDLE_AFTER_MS));
  const now = () => new Date(clock.now());
  const log = createLogger("warn");
  const dir = await mkdtemp(join(tmpdir(), "threadline-bench-"));
  const emulator = await startPortalEmulator({
    now: clock.now,
    sleep: clock.sleep,
    accessLifetimeMs: 86_400_000,
    portals: [{ chargeMs: { "imconnector.send.messages": { perMessage: flooding.chargeMs } } }],
  });
  const opened = await openStore({ dataDir: join(dir, "data"), secretKey: SECRET_KEY, log });
  const store: Store = {
    ...opened,
    messages: activity.watch(opened.messages),
    lanes: activity.watch(opened.lanes),
    conversations: activity.watch(opened.conversations),
  };
  const controls = emulator.portal();
  // Its page is opened in vain, since there is no web server; the portal counts the application as installed all the same.
  emulator.configureApplication({ baseUrl: "http://127.0.0.1:9" });
  await controls.installApp().catch(() => undefined);
  controls.finishInstall({ event: false });
  const portal = portalId(controls.portal.memberId);
  const { accessToken, refreshToken } = controls.issueTokens();
  await store.portals.install({
    id: portal,
    domain: controls.portal.domain,
    clientEndpoint: controls.portal.clientEndpoint,
    serverEndpoint: `${emulator.oauthUrl}/rest/`,
    tokens: { accessToken, refreshToken, expiresAt: new Date(clock.now() + 86_400_000) },
    scopes: [],
    language: "en",
  });
  const created = await store.accounts.create(portal, {
    channel: "telegram",
    name: "Bench",
    credentials: { token: "1" },
    settings: {},
    webhookSecret: "s",
    connection: { kind: "connected", sentence: "" },
  });
  await store.accounts.update(portal, created.id, { line: "1", connector: CONNECTOR });
  const account = (await store.accounts.find(portal, created.id)) ?? created;

  const card = emulator.application();
  const policy = createEndpointPolicy({ oauthUrl: emulator.oauthUrl, allowHttp: true, privateHosts: [] });
  const oauth = createOAuthClient(
    { clientId: card.clientId, clientSecret: card.clientSecret, oauthUrl: emulator.oauthUrl },
    policy,
  );
  const portals = createPortalDirectory({
    store,
    limiter: createMemoryLimiter(clock.now),
    oauth,
    policy,
    log,
    clock,
    observe: {
      ended: () => activity.touch(),
      sent: () => activity.touch(),
    },
  });
  const telegram = createTelegramAdapter({ apiUrl: "http://127.0.0.1:9", pacer: createMemoryPacer() });
  const dispatcher = createInProcessDispatcher({ concurrency: CONCURRENCY, log, clock });
  const metrics = createMetrics();
  const speech: Speech = { translate: translateAll(new Map()), languageOf: async () => "en" };
  const shelf = createMediaShelf({
    dataDir: dir,
    publicUrl: "http://127.0.0.1:9",
    secretKey: SECRET_KEY,
    media: store.media,
    now,
  });
  const writers = createLineWriters({ store, portals, inTurn: (_portal, work) => work(), log, now });
  const replies = createReplyAcceptor({
    ...{ addressing: noLetters, store, dispatcher, news: NO_NEWS, voice: "connector", metrics, log },
    ...{ toBBCode: toBbcode, fromBBCode: fromBbcode, writers },
  });
  const deps: RelayDeps = {
    // No account here has one.
    bots: {
      look: async () => ({ talking: false, keptUpTo: 0 }),
      talk: async () => "done",
      giveInLine: async () => undefined,
    },
    news: NO_NEWS,
    belonging: createBelonging({
      store,
      portals,
      rules: createRules(store, () => new Date(clock.now())),
      identify: createIdentifier(store),
      escape: (text) => text,
      speech,
      shelf,
      writers,
      log,
      now: () => new Date(clock.now()),
    }),
    store,
    portals,
    channels: new Map([[telegram.id, telegram]]),
    dispatcher,
    shelf,
    speech,
    toBBCode: toBbcode,
    fromBBCode: fromBbcode,
    replies,
    triggers: createTriggerWatch({ store, log, now }),
    votes: { before: async () => undefined },
    ownMode: createOwnMode({
      ...{ store, portals, replies, speech, toBBCode: toBbcode, news: NO_NEWS, dispatcher, log, now },
      transcripts: { send: async () => ({ kind: "no-way" }) },
    }),
    openPortalFile: async () => ({ kind: "gone", sentence: "there are no files here" }),
    metrics,
    tally: createTally(),
    log,
    now,
  };
  // Long: nobody dies here, and the database keeps leases by the real clock.
  const leases = createLeases({ lanes: store.lanes, owner: "bench", ttlMs: LEASE_MS, log, clock });
  const run = createLaneRunner({
    lanes: store.lanes,
    leases,
    dispatcher,
    log,
    clock,
    readAhead: READ_AHEAD,
    drain: async (lane, by, contents) => {
      const drained = await drain(deps, { lane, owner: by, contents });
      return drained.kind === "later" ? drained.at : undefined;
    },
  });
  try {
    await portals.connectors(portal).register({
      id: CONNECTOR,
      title: "Bench",
      icon: { svg: "<svg xmlns='http://www.w3.org/2000/svg'/>", color: "#000000" },
      handlerUrl: "https://app.example/placements/connector-setup",
    });
    await portals
      .connectors(portal)
      .attach({ connector: CONNECTOR, line: "1" }, { id: account.id, url: "https://t.example", name: "Bench" });
    await until(() => controls.portal.bucket.level("127.0.0.1", clock.now()) === 0, 60_000, "the bucket to be empty");
    emulator.requests.clear();
    await leases.start();
    await dispatcher.start(run);

    const { conversations, perConversation } = flooding;
    const acceptor = createInboundAcceptor(deps);
    const begin = clock.now();
    for (let turn = 0; turn < perConversation; turn += 1) {
      const events = Array.from({ length: conversations }, (_one, conversation) =>
        readUpdate(
          JSON.parse(
            telegramUpdate(conversation, 1 + conversation * perConversation + turn, textOf(conversation, turn)),
          ) as Record<string, unknown>,
        ),
      );
      await acceptor.accept(account, events.flat());
    }
    const total = conversations * perConversation;
    await until(
      () => heldBy(controls) >= total,
      300_000,
      "the flood to arrive",
      () => `${heldBy(controls)} of ${total}`,
    );
    await until(
      () => emulator.requests.entries().every((entry) => entry.answeredAt !== null),
      10_000,
      "the last answers",
    );
    const entries = emulator.requests.entries({ portal: controls.id });
    return {
      ...flooding,
      seconds: (lastAt(entries) - begin) / 1000,
      delivery: holdAgainst(arrivedBy(controls), conversations, perConversation, entries),
      pause: longestPause(entries),
      how: `parts in one process, whose clock ran ${speed} times as fast while nothing was under way; \`npm run bench -- flood --long\` waits it out`,
    };
  } finally {
    await dispatcher.close();
    await leases.close();
    await store.close();
    await emulator.stop();
    clock.stop();
    await rm(dir, { recursive: true, force: true });
  }
}
