import { registerApi } from "../../handlers/api/register.ts";
import { registerChannels } from "../../handlers/channels.ts";
import { registerEvents } from "../../handlers/events.ts";
import { registerForms } from "../../handlers/forms.ts";
import { registerInstall } from "../../handlers/install.ts";
import { createInstaller } from "../../handlers/installer.ts";
import { registerLetterImages } from "../../handlers/letter-images.ts";
import { registerMailOAuth } from "../../handlers/mail-oauth.ts";
import { registerMedia } from "../../handlers/media.ts";
import { registerMessageProviders } from "../../handlers/message-providers.ts";
import { registerOAuth } from "../../handlers/oauth.ts";
import { registerPage } from "../../handlers/page.ts";
import { registerPlacements } from "../../handlers/placements.ts";
import { registerRobots } from "../../handlers/robots.ts";
import { registerTracking } from "../../handlers/tracking.ts";
import { registerUnsubscribe } from "../../handlers/unsubscribe/routes.ts";
import { registerWebchat } from "../../handlers/webchat.ts";
import { createFormAdapter } from "../channels/form/adapter.ts";
import { createFormDesk } from "../channels/form/desk.ts";
import { createVisitorDesk } from "../channels/webchat/visitor.ts";
import { mediaId, type PortalId } from "../domain/ids.ts";
import { plainText } from "../domain/rich-text.ts";
import { createRemoteImages } from "../media/remote-images.ts";
import { fromBbcode, toBbcode } from "../portal/bbcode.ts";
import { ensureInstalled } from "../portal/ensure-installed.ts";
import type { Manifest } from "../portal/manifest.ts";
import { createAccountCache } from "../relay/account-cache.ts";
import { createAccounts } from "../relay/accounts.ts";
import { createTriggerKeeper } from "../relay/automation/keeper.ts";
import { backoff } from "../relay/backoff.ts";
import { createChatLooks } from "../relay/chat-looks.ts";
import { createByHand } from "../relay/crm/by-hand.ts";
import { createLineKeeper } from "../relay/crm/lines.ts";
import { createLineSessions } from "../relay/line-sessions.ts";
import { createBccAddresses } from "../relay/mail/bcc-addresses.ts";
import { robotRegistrations } from "../relay/robots/catalogue.ts";
import { createInvitations } from "../relay/sign-ins/invitations.ts";
import { createSignIns } from "../relay/sign-ins/sign-ins.ts";
import { sayIn } from "../relay/speech.ts";
import { createSpool } from "../relay/spool.ts";
import type { App } from "../server/app.ts";
import { createPages } from "../server/pages.ts";
import { createSessions } from "../server/session.ts";
import { asTenant } from "../store/fair-gate.ts";
import type { Base } from "./base.ts";
import { newBccKey } from "./bcc.ts";
import { ACCOUNTS_CHANGED, type ChannelsPart } from "./channels.ts";
import type { PortalPart } from "./portal.ts";
import type { RelayPart } from "./relay.ts";

const ACCOUNT_CACHE_MS = 2_000;
const SPOOL_BYTES = 64 * 1024 * 1024;
const UNPROVED_BYTES = 4 * 1024 * 1024;
const PROVIDER_BYTES = 16 * 1024 * 1024;
const ROBOT_BYTES = 16 * 1024 * 1024;

export interface WebParts {
  readonly portal: PortalPart;
  readonly channels: ChannelsPart;
  readonly relay: RelayPart;
  readonly manifest: Manifest;
}

/** Hangs every entry point of the application on the server. */
export async function serveRequests(app: App, base: Base, parts: WebParts): Promise<void> {
  const { config, log, metrics, secretKey, store, now, inRoot, onClose } = base;
  const { oauth, policy, portals, transport } = parts.portal;
  const { broker, bus, channels, hub, news, shelf, uploads } = parts.channels;
  const { acceptor, addressing, dispatcher, mentions, names, providerRegister, repairs, replies, rules, signatures } =
    parts.relay;
  const { firstContact, speech, transcripts } = parts.relay;

  const sessions = createSessions({ secretKey, portals: store.portals, inTurn: asTenant });
  const pages = createPages(inRoot("dist/placements"));
  const accountCache = createAccountCache(store.accounts, ACCOUNT_CACHE_MS, Date.now);
  const signIns = createSignIns({ store, channels, secretKey, publicUrl: config.publicUrl });
  const accounts = createAccounts({
    store,
    signIns,
    channels,
    portals,
    dispatcher,
    publicUrl: config.publicUrl,
    speech,
    removeMedia: shelf.remove,
    changed: () => bus.publish(ACCOUNTS_CHANGED, ""),
    log,
  });
  const watch = parts.relay.relay.triggers;
  const triggerKeeper = createTriggerKeeper({ store, portals, dispatcher, watch });
  const installer = createInstaller({ log, ensureInstalled: installPortal });
  const chatLooks = createChatLooks({ store, portals, news, writers: parts.relay.writers, inTurn: asTenant, log, now });
  chatLooks.start();
  onClose(() => chatLooks.close());
  const frame = { store, transport, pages, sessions, inTurn: asTenant };
  const spool = createSpool({
    dir: `${config.dataDir}/spool`,
    maxBytes: SPOOL_BYTES,
    log,
    onDepth: (count) => metrics.spooled.set(count),
  });
  onClose(() => spool.close());
  const unproved = createSpool({
    dir: `${config.dataDir}/spool-unproved`,
    maxBytes: UNPROVED_BYTES,
    log,
    onDepth: () => undefined,
    pauseMs: backoff,
  });
  onClose(() => unproved.close());

  await registerChannels(app, { channels, accounts: accountCache, acceptor });
  await registerEvents(app, {
    store,
    replies,
    oauth,
    portals,
    installer,
    spool,
    unproved,
    shelf,
    channels,
    fromBBCode: fromBbcode,
    belonging: parts.relay.relay.belonging,
    triggers: parts.relay.relay.triggers,
    dispatcher,
    news,
    inTurn: asTenant,
    metrics,
    log,
  });
  const providerSpool = createSpool({
    dir: `${config.dataDir}/spool-providers`,
    maxBytes: PROVIDER_BYTES,
    log,
    onDepth: () => undefined,
  });
  onClose(() => providerSpool.close());
  await registerMessageProviders(app, { store, spool: providerSpool, inTurn: asTenant, metrics, log });
  const robotSpool = createSpool({
    dir: `${config.dataDir}/spool-robots`,
    maxBytes: ROBOT_BYTES,
    log,
    onDepth: () => undefined,
  });
  onClose(() => robotSpool.close());
  await registerRobots(app, { store, spool: robotSpool, inTurn: asTenant, metrics, log });
  registerMedia(app, { shelf });
  registerTracking(app, { tracking: parts.relay.tracking });
  await registerUnsubscribe(app, { unsubscribing: parts.relay.unsubscribing });
  const images = createRemoteImages({
    publicUrl: config.publicUrl,
    secretKey,
    agents: policy.agents(),
    mayReach: (host) => policy.domain(host).kind === "accepted",
    now,
  });
  registerLetterImages(app, { images });
  await registerInstall(app, { ...frame, oauth, portals, installer });
  await registerPage(app, frame);
  await registerPlacements(app, frame);
  await registerOAuth(app, { ...frame, oauth, policy, application: config.b24, publicUrl: config.publicUrl });
  await registerMailOAuth(app, { pages, signIns });
  await registerApi(app, {
    speech,
    store,
    signIns,
    invitations: createInvitations({ store, channels, portals, accounts, speech, toBBCode: toBbcode, now }),
    channels,
    accounts,
    connections: broker,
    replies,
    byHand: createByHand({ store, portals, speech, escape: (text) => toBbcode(plainText(text)), now }),
    firstContact,
    transcripts,
    addressing,
    bccAddresses: createBccAddresses({ store, portals, domain: config.bcc?.domain, newKey: newBccKey }),
    signatures,
    unsubscribing: parts.relay.unsubscribing,
    portals,
    rules,
    lineKeeper: createLineKeeper(store, portals),
    triggers: triggerKeeper,
    transport,
    dispatcher,
    sessions,
    installer,
    publicUrl: config.publicUrl,
    botCaller: parts.relay.caller,
    mayAskBot: (url) => policy.outside(url) === undefined,
    toBBCode: toBbcode,
    lineSessions: createLineSessions({ store, portals, dispatcher, news, names, log }),
    shelf,
    mediaLink: (id) => shelf.link(id),
    imageLink: images.link,
    accountChanged: accountCache.forget,
    startHistoryRepair: async (portal) => {
      await store.portals.noteGap(now(), portal);
      repairs.start(portal);
    },
    news,
    names,
    mentions,
    bus,
    inTurn: asTenant,
    watchChat: chatLooks.watch,
    watchTyping: hub.watch,
    now,
  });
  await registerForms(app, {
    accounts: accountCache,
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

  async function installPortal(portal: PortalId) {
    const say = await sayIn(speech, portal);
    const found = await ensureInstalled({
      caller: portals.caller(portal),
      connectors: portals.connectors(portal),
      manifest: parts.manifest,
      publicUrl: config.publicUrl,
      automation: portals.automation(portal),
      robots: robotRegistrations(channels, config.publicUrl, say),
      channels: [...channels.values()]
        .filter(({ builtIn }) => builtIn !== true)
        .map(({ id, title, icon }) => ({ id, icon, title: say(title) })),
    });
    // Only where the portal could be asked: else every account would fail with what the report says already.
    const isThere = found.application !== undefined;
    const later = isThere
      ? [
          ...(await accounts.ensureLines(portal)),
          ...(await providerRegister.ensure(portal)),
          ...(await triggerKeeper.ensure(portal)),
        ]
      : [];
    const report = { ...found, ok: found.ok && later.length === 0, problems: [...found.problems, ...later] };
    await store.portals.update(portal, { installation: report });
    return report;
  }
}
