/** The web side as it is put together for real, between an emulated portal and a store in memory. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LightMyRequestResponse } from "fastify";
import { pino } from "pino";
import { registerApi } from "../../../handlers/api/register.ts";
import { registerInstall } from "../../../handlers/install.ts";
import { createInstaller } from "../../../handlers/installer.ts";
import { registerMailOAuth } from "../../../handlers/mail-oauth.ts";
import { registerOAuth } from "../../../handlers/oauth.ts";
import { registerPage } from "../../../handlers/page.ts";
import { registerPlacements } from "../../../handlers/placements.ts";
import { registerTracking } from "../../../handlers/tracking.ts";
import { registerUnsubscribe } from "../../../handlers/unsubscribe/routes.ts";
import type { GivenAnswer } from "../../../src/api/boot.ts";
import { createHttpCaller } from "../../../src/bots/http-caller.ts";
import type { ChannelAdapter } from "../../../src/channels/contract.ts";
import { createHub, type Hub } from "../../../src/channels/webchat/hub.ts";
import { createLocalBus } from "../../../src/dispatch/bus.ts";
import { bccKey } from "../../../src/domain/bcc-address.ts";
import { type PortalId, portalId } from "../../../src/domain/ids.ts";
import type { InstallationReport } from "../../../src/domain/portal.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { createMetrics } from "../../../src/log/metrics.ts";
import { translateAll } from "../../../src/main/sentences.ts";
import type { MediaShelf } from "../../../src/media/contract.ts";
import { createMediaHandover } from "../../../src/media/handover.ts";
import { createMediaShelf } from "../../../src/media/shelf.ts";
import { fromBbcode, toBbcode } from "../../../src/portal/bbcode.ts";
import type { PortalDirectory } from "../../../src/portal/contract/directory.ts";
import { createPortalDirectory } from "../../../src/portal/directory.ts";
import { createEndpointPolicy } from "../../../src/portal/endpoints.ts";
import { createMemoryLimiter } from "../../../src/portal/limiter-memory.ts";
import { createOAuthClient } from "../../../src/portal/oauth.ts";
import { createTransport } from "../../../src/portal/transport.ts";
import { createReplyAcceptor, type ReplyAcceptor } from "../../../src/relay/accept-reply.ts";
import { type Accounts, createAccounts } from "../../../src/relay/accounts.ts";
import { createTriggerKeeper } from "../../../src/relay/automation/keeper.ts";
import { createTriggerWatch } from "../../../src/relay/automation/watch.ts";
import { createColleagueNames } from "../../../src/relay/colleague-names.ts";
import { createByHand } from "../../../src/relay/crm/by-hand.ts";
import { createLineKeeper } from "../../../src/relay/crm/lines.ts";
import { createRules } from "../../../src/relay/crm/rulesets.ts";
import { keptFiles } from "../../../src/relay/files.ts";
import { createFirstContact } from "../../../src/relay/first-contact.ts";
import { createLineSessions } from "../../../src/relay/line-sessions.ts";
import { createLineWriters, type LineWriters } from "../../../src/relay/line-writers.ts";
import { createAddressing } from "../../../src/relay/mail/addressing.ts";
import { createBccAddresses } from "../../../src/relay/mail/bcc-addresses.ts";
import { createSignatures } from "../../../src/relay/mail/signatures.ts";
import { createTracking } from "../../../src/relay/mail/tracking.ts";
import { createUnsubscribing } from "../../../src/relay/mail/unsubscribing.ts";
import { createMentionBell, type MentionBell } from "../../../src/relay/mention-bell.ts";
import { createNews, type News, type NewsBus } from "../../../src/relay/news.ts";
import { withSessions } from "../../../src/relay/sessions/adapter.ts";
import { createSessionBroker, type SessionBroker } from "../../../src/relay/sessions/broker.ts";
import { createInvitations } from "../../../src/relay/sign-ins/invitations.ts";
import { createSignIns } from "../../../src/relay/sign-ins/sign-ins.ts";
import { createSpeech } from "../../../src/relay/speech.ts";
import { createTranscripts } from "../../../src/relay/transcripts.ts";
import { type App, buildApp } from "../../../src/server/app.ts";
import { localeOf } from "../../../src/server/locale.ts";
import { createPages } from "../../../src/server/pages.ts";
import { createSessions, type Sessions } from "../../../src/server/session.ts";
import type { Store } from "../../../src/store/contract.ts";
import { asTenant } from "../../../src/store/fair-gate.ts";
import type { PortalControls } from "../../emulators/portal/controls.ts";
import { type PortalEmulator, startPortalEmulator } from "../../emulators/portal/emulator.ts";
import type { PageRequest } from "../../emulators/portal/pages.ts";
import { freshStore } from "../../support/store/fresh-store.ts";
import { UNPACED_LEVEL, UNPACED_PORTAL } from "../../support/unpaced.ts";
import { type FakeChannel, fakeChannel } from "./fake-channel.ts";

const PUBLIC_URL = "http://threadline.test";
const SECRET_KEY = "0123456789abcdef0123456789abcdef";

export interface Site {
  readonly app: App;
  readonly store: Store;
  readonly emulator: PortalEmulator;
  readonly portal: PortalControls;
  readonly channel: FakeChannel;
  readonly portals: PortalDirectory;
  readonly writers: LineWriters;
  readonly sessions: Sessions;
  readonly broker: SessionBroker;
  readonly accounts: Accounts;
  readonly channels: ReadonlyMap<string, ChannelAdapter>;
  readonly replies: ReplyAcceptor;
  readonly woken: string[];
  readonly removed: string[];
  readonly hub: Hub;
  readonly shelf: MediaShelf;
  readonly news: News;
  readonly mentions: MentionBell;
  readonly bus: NewsBus;
  /** Conversations on somebody's screen. */
  readonly watched: ReadonlySet<string>;
  readonly repairs: string[];
  /** How many ensure-installed runs there were, and what the next ones report. */
  readonly installation: { runs: number; report: InstallationReport };
  readonly memberId: PortalId;
  /** Posts a frame's request as a browser does, with fields changed. */
  frame(
    request: PageRequest,
    change?: Readonly<Record<string, string | undefined>>,
    path?: string,
  ): Promise<LightMyRequestResponse>;
  /** Installs and finishes; answers the administrator's session. */
  install(): Promise<string>;
  /** The session of a page opened by that person. */
  sessionOf(userId: number): Promise<string>;
  api(
    session: string | undefined,
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
    path: string,
    body?: unknown,
  ): Promise<LightMyRequestResponse>;
  stop(): Promise<void>;
}

export async function openSite(
  options: {
    readonly pagesDir?: string;
    readonly now?: () => Date;
    /** This server takes no copies of letters. */
    readonly withoutBcc?: boolean;
    /** Beside the fake one. */
    readonly channels?: readonly ChannelAdapter[];
    readonly publicUrl?: string;
  } = {},
): Promise<Site> {
  const { publicUrl = PUBLIC_URL } = options;
  const log = pino({ level: "silent" });
  const emulator = await startPortalEmulator({ portals: [UNPACED_PORTAL] });
  const portal = emulator.portal();
  const card = emulator.configureApplication({ baseUrl: publicUrl });
  const store = await freshStore({ secretKey: SECRET_KEY, log });
  const noPages = await mkdtemp(join(tmpdir(), "threadline-pages-"));
  const pagesDir = options.pagesDir ?? noPages;
  const policy = createEndpointPolicy({ oauthUrl: emulator.oauthUrl, allowHttp: true, privateHosts: [] });
  const oauth = createOAuthClient(
    { clientId: card.clientId, clientSecret: card.clientSecret, oauthUrl: emulator.oauthUrl },
    policy,
  );
  const portals = createPortalDirectory({
    store,
    limiter: createMemoryLimiter(),
    level: () => UNPACED_LEVEL,
    oauth,
    policy,
    log,
  });
  const transport = createTransport({ policy, log });
  const channel = fakeChannel();
  const handover = createMediaHandover({ dataDir: noPages, now: () => new Date() });
  const broker = createSessionBroker({
    bus: undefined,
    processId: "site",
    files: keptFiles({ open: async () => undefined, link: () => "" }),
    handover,
    log,
  });
  const all = [channel.adapter, ...(options.channels ?? [])];
  const channels = withSessions(new Map(all.map((adapter) => [adapter.id, adapter])), { broker, handover });
  const now = options.now ?? (() => new Date());
  const sessions = createSessions({ secretKey: SECRET_KEY, portals: store.portals, inTurn: asTenant, now });
  const woken: string[] = [];
  const watched = new Set<string>();
  const removed: string[] = [];
  const repairs: string[] = [];
  const installation = { runs: 0, report: { ok: true, problems: [], version: "1" } as InstallationReport };
  const installer = createInstaller({
    log,
    async ensureInstalled(id) {
      installation.runs += 1;
      await store.portals.update(id, { installation: installation.report });
      return installation.report;
    },
  });
  const dispatcher = { wake: (lane: string) => void woken.push(lane), wakeAt: (lane: string) => void woken.push(lane) };
  const speech = createSpeech({ translate: translateAll(channels), portals: store.portals, localeOf, now });
  const signIns = createSignIns({ store, channels, secretKey: SECRET_KEY, publicUrl });
  const accounts = createAccounts({
    signIns,
    speech,
    store,
    channels,
    portals,
    dispatcher,
    publicUrl,
    removeMedia: async (media) => void removed.push(...media),
    log,
  });
  const metrics = createMetrics();
  const pages = createPages(pagesDir);
  const bus = createLocalBus((error) => log.error(error));
  const hub = createHub(bus, "site");
  const news = createNews(bus, "site");
  const names = createColleagueNames({ store, portals, inTurn: asTenant, now, log });
  const mentions = createMentionBell({ store, portals, speech, toBBCode: toBbcode, log, now });

  const app = await buildApp({
    publicUrl,
    log,
    pagesDir,
    version: "0.0.0",
    translate: translateAll(channels),
  });
  const pageDeps = { store, transport, pages, sessions, inTurn: asTenant };
  await registerInstall(app, { ...pageDeps, oauth, portals, installer, updateWaitMs: 500 });
  await registerPage(app, pageDeps);
  await registerPlacements(app, pageDeps);
  await registerOAuth(app, { ...pageDeps, oauth, policy, application: card, publicUrl });
  const shelf = createMediaShelf({
    dataDir: noPages,
    publicUrl,
    secretKey: SECRET_KEY,
    media: store.media,
    now,
  });
  const signatures = createSignatures({ store, names });
  const triggers = createTriggerWatch({ store, log, now });
  const tracking = createTracking({
    ...{ store, secretKey: SECRET_KEY, publicUrl, news, triggers, dispatcher, log, now },
  });
  registerTracking(app, { tracking });
  const unsubscribing = createUnsubscribing({
    ...{ store, secretKey: SECRET_KEY, publicUrl, news, dispatcher, now },
  });
  await registerUnsubscribe(app, { unsubscribing });
  const addressing = createAddressing({
    tracking,
    unsubscribing,
    store,
    channels,
    signatures,
    languageOf: speech.languageOf,
  });
  const writers = createLineWriters({ store, portals, inTurn: asTenant, log, now });
  const replies = createReplyAcceptor({
    ...{ store, dispatcher, news, voice: portals.voice, toBBCode: toBbcode, fromBBCode: fromBbcode, metrics, log },
    addressing,
    writers,
  });
  await registerMailOAuth(app, { pages, signIns });
  const firstContact = createFirstContact({
    ...{ store, channels, dispatcher, voice: portals.voice, addressing, metrics, now },
  });
  await registerApi(app, {
    signIns,
    invitations: createInvitations({ store, channels, portals, accounts, speech, toBBCode: toBbcode, now }),
    speech,
    store,
    channels,
    accounts,
    connections: broker,
    replies,
    addressing,
    bccAddresses: createBccAddresses({
      ...{ store, portals, domain: options.withoutBcc === true ? undefined : "crm.example" },
      newKey: () => bccKey(randomBytes(16)),
    }),
    signatures,
    unsubscribing,
    byHand: createByHand({ store, portals, speech, escape: (text) => toBbcode(plainText(text)), now }),
    firstContact,
    transcripts: createTranscripts({
      store,
      channels,
      firstContact,
      languageOf: speech.languageOf,
      translate: translateAll(channels),
      now,
    }),
    portals,
    rules: createRules(store, now),
    triggers: createTriggerKeeper({ store, portals, dispatcher, watch: triggers }),
    lineKeeper: createLineKeeper(store, portals),
    transport,
    dispatcher,
    sessions,
    installer,
    toBBCode: toBbcode,
    lineSessions: createLineSessions({ store, portals, dispatcher, news, names, log }),
    shelf,
    mediaLink: (media) => `${publicUrl}/media/${media}`,
    imageLink: (address) => (address.startsWith("https:") ? `${publicUrl}/letter-images?u=${address}` : undefined),
    accountChanged: () => undefined,
    startHistoryRepair: async (id) => void repairs.push(id),
    news,
    names,
    mentions,
    bus,
    inTurn: asTenant,
    watchChat(conversation) {
      watched.add(conversation.id);
      return () => void watched.delete(conversation.id);
    },
    watchTyping: hub.watch,
    publicUrl,
    botCaller: createHttpCaller({ agents: policy.agents(), refusal: policy.outside, now }),
    mayAskBot: (url) => policy.outside(url) === undefined,
    now,
  });
  await app.ready();

  const frame: Site["frame"] = (request, change = {}, path) => {
    const url = new URL(request.url);
    const fields = Object.entries({ ...request.fields, ...change }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    return app.inject({
      method: "POST",
      url: `${path ?? url.pathname}${url.search}`,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      payload: new URLSearchParams(fields).toString(),
    });
  };

  return {
    app,
    store,
    emulator,
    portal,
    channel,
    portals,
    writers,
    sessions,
    broker,
    accounts,
    channels,
    replies,
    woken,
    removed,
    hub,
    shelf,
    news,
    mentions,
    bus,
    watched,
    repairs,
    installation,
    memberId: portalId(portal.portal.memberId),
    frame,
    async install() {
      const answer = await frame(portal.installRequest());
      if (answer.statusCode !== 200) throw new Error(`/install answered ${answer.statusCode}: ${answer.body}`);
      portal.finishInstall();
      return bootOf(answer.body).session;
    },
    async sessionOf(userId) {
      const answer = await frame(portal.appRequest({ userId }));
      if (answer.statusCode !== 200) throw new Error(`/ answered ${answer.statusCode}: ${answer.body}`);
      return bootOf(answer.body).session;
    },
    api: (session, method, path, body) =>
      app.inject({
        method,
        url: `/api${path}`,
        headers: {
          ...(session !== undefined && { authorization: `Bearer ${session}` }),
          ...(body !== undefined && { "content-type": "application/json" }),
        },
        ...(body !== undefined && { payload: JSON.stringify(body) }),
      }),
    async stop() {
      await app.close();
      await mentions.close();
      await store.close();
      await emulator.stop();
      await rm(noPages, { recursive: true, force: true });
    },
  };
}

export interface BootSeen {
  readonly session: string;
  readonly portal: { readonly id: string; readonly name: string };
  readonly user: { readonly id: string; readonly name: string; readonly admin: boolean };
  readonly placement: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly locale: string;
  readonly given?: readonly GivenAnswer[];
  readonly installation?: { readonly ok: boolean; readonly problems: readonly string[]; readonly running: boolean };
}

/** The boot data of a page. Throws when it has none. */
export function bootOf(html: string): BootSeen {
  const text = /<script type="application\/json" id="boot">([\s\S]*?)<\/script>/.exec(html)?.[1];
  if (text === undefined) throw new Error(`no boot data in ${html.slice(0, 300)}`);
  return JSON.parse(text) as BootSeen;
}
