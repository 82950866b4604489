/**
 * `POST /events`: everything the portals tell us, each thing once and never again.
 *
 * Answered 200 as soon as it is durable: in the database, or (database away) in the spool on disk, which is replayed in
 * order. While the spool holds anything, newer events queue behind it, or an edit would overtake its message. Spool full:
 * 503, and the repair job finds the replies in the lines' histories.
 *
 * What concerns one chat is taken in the order in which it came to this process: two answers that an operator wrote in one
 * breath would else overtake each other between our statements, and a crash could keep the second one alone, which then goes
 * out first.
 *
 * Proof: `auth.application_token` of the portal that `auth.member_id` names, compared in constant time. Installation and
 * update may bring a token we do not know yet: they are proved by a token refresh with our secret. While the authorization
 * server is away they are kept on disk and tried again, less and less often, for a day. What is not proved is
 * answered 401 or 403 and leaves nothing behind.
 */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import type { ChannelAdapter } from "../src/channels/contract.ts";
import type { Dispatcher } from "../src/dispatch/contract.ts";
import { conversationId, type LaneId, laneOf, type PortalId, portalId } from "../src/domain/ids.ts";
import type { Portal } from "../src/domain/portal.ts";
import type { RichText } from "../src/domain/rich-text.ts";
import type { Logger } from "../src/log/log.ts";
import type { Metrics } from "../src/log/metrics.ts";
import type { MediaShelf } from "../src/media/contract.ts";
import type { ManagedPortalDirectory } from "../src/portal/directory.ts";
import { type EventAuth, type ParsedEvent, type PortalEvent, parsePortalEvent } from "../src/portal/event-schemas.ts";
import type { OAuthClient } from "../src/portal/oauth.ts";
import type { ReplyAcceptor } from "../src/relay/accept-reply.ts";
import type { TriggerWatch } from "../src/relay/automation/watch.ts";
import type { Belonging } from "../src/relay/crm/belonging.ts";
import { createInOrder, type InOrder } from "../src/relay/in-order.ts";
import { applyLineEvent } from "../src/relay/line-events.ts";
import type { News } from "../src/relay/news.ts";
import type { Spool, Spooled } from "../src/relay/spool.ts";
import { type App, parseForm } from "../src/server/app.ts";
import { HttpError } from "../src/server/errors.ts";
import { bytesOf, keepRawBodies } from "../src/server/raw-bodies.ts";
import { sameSecret } from "../src/server/same-secret.ts";
import { type Store, StoreUnavailable } from "../src/store/contract.ts";
import type { Installer } from "./installer.ts";
import { foreignPortal, provePortal } from "./prove.ts";

export interface EventsDeps {
  readonly store: Store;
  readonly replies: ReplyAcceptor;
  readonly oauth: Pick<OAuthClient, "proveFirstContact">;
  readonly portals: Pick<ManagedPortalDirectory, "caller" | "forget">;
  readonly installer: Installer;
  readonly spool: Spool;
  /** Installations that nobody could prove, because the authorization server was away. They hold up nothing else. */
  readonly unproved: Spool;
  readonly shelf: Pick<MediaShelf, "remove">;
  readonly channels: ReadonlyMap<string, ChannelAdapter>;
  readonly fromBBCode: (text: string) => RichText;
  /** Runs work as that portal's, so that one portal's events do not keep another's waiting. */
  readonly belonging: Pick<Belonging, "writes" | "heardOfChat" | "heardOfCard">;
  readonly triggers: Pick<TriggerWatch, "watches">;
  readonly dispatcher: Pick<Dispatcher, "wake">;
  readonly news: Pick<News, "ofConversation">;
  readonly inTurn: <T>(portal: PortalId, work: () => Promise<T>) => Promise<T>;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Events of the life of the application itself: they may change what later ones are proved by. */
type LifeEvent = Extract<PortalEvent, { kind: "app-installed" | "app-updated" | "app-uninstalled" | "app-payment" }>;

const MAX_BODY_BYTES = 1024 * 1024;
/** An installation that cannot be proved for so long is given up. */
const UNPROVED_KEPT_MS = 24 * 3_600_000;
const FORM = /^application\/x-www-form-urlencoded\b/i;
/** The page of the installer waits for this run; an event only starts it. */
const NO_PATIENCE_MS = 0;

export async function registerEvents(app: App, deps: EventsDeps): Promise<void> {
  await deps.spool.start(async (entry) => {
    try {
      await take(deps, read(entry.body), new Date(entry.receivedAt));
      return "done";
    } catch (error) {
      if (error instanceof StoreUnavailable) return "later";
      if (error instanceof AuthorizationAway && (await deps.unproved.put(entry)) === "kept") return "done";
      // Refused or unusable: said to nobody any more, so said to the log.
      deps.log.warn({ err: error }, "A portal event from the spool was not accepted");
      return "done";
    }
  });
  await deps.unproved.start(async (entry) => {
    const receivedAt = new Date(entry.receivedAt);
    try {
      await take(deps, read(entry.body), receivedAt);
      return "done";
    } catch (error) {
      if (error instanceof StoreUnavailable) return "later";
      if (error instanceof AuthorizationAway && Date.now() - receivedAt.getTime() < UNPROVED_KEPT_MS) return "later";
      deps.log.warn(
        { err: error },
        "An installation was not accepted; an administrator can open the application instead",
      );
      return "done";
    }
  });
  const inOrder = createInOrder();
  const routes: FastifyPluginAsync = async (scope) => {
    keepRawBodies(scope, MAX_BODY_BYTES);
    scope.post("/events", { schema: { hide: true } }, (request, reply) => answer(deps, inOrder, request, reply));
  };
  await app.register(routes);
}

async function answer(
  deps: EventsDeps,
  inOrder: InOrder,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const contentType = request.headers["content-type"] ?? "";
  if (!FORM.test(contentType))
    throw new HttpError(415, "wrong_content_type", "Portal events come as application/x-www-form-urlencoded.");
  const body = bytesOf(request.body).toString("utf8");
  const event = read(body);
  const entry = { receivedAt: new Date().toISOString(), contentType, body };
  // No waiting before this line, or the order in which events came would be lost already.
  await inOrder(chatsOf(event), () => keep(deps, event, entry));
  return reply.send({ ok: true });
}

/**
 * In the database, or on disk while that is away.
 * @throws HttpError 4xx for what is not proved; 503 for what cannot be kept
 */
async function keep(deps: EventsDeps, event: UsableEvent, entry: Spooled): Promise<void> {
  if (!deps.spool.waiting()) {
    try {
      return await take(deps, event, new Date(entry.receivedAt));
    } catch (error) {
      if (error instanceof AuthorizationAway) {
        if ((await deps.unproved.put(entry)) === "full") throw error;
        deps.metrics.events.inc({ event: "app-installed", outcome: "spooled" });
        return;
      }
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }
  // Whatever is no event at all was told so; only the proof has to wait.
  const kept = await deps.spool.put(entry);
  deps.metrics.events.inc({ event: event.kind, outcome: kept === "kept" ? "spooled" : "lost" });
  if (kept === "full") throw new HttpError(503, "unavailable", "The database is away and the spool is full.");
}

type UsableEvent = Exclude<ParsedEvent, { readonly kind: "malformed" }>;

/** @throws HttpError 400 */
function read(body: string): UsableEvent {
  const event = parsePortalEvent(parseForm(body));
  if (event.kind === "malformed") throw new HttpError(400, "malformed", `The event cannot be read: ${event.reason}`);
  return event;
}

/** The chats that an event speaks of, apart from those of every other portal. Nothing is proved yet. */
function chatsOf(event: UsableEvent): readonly string[] {
  const told = [...("messages" in event ? event.messages : []), ...("dialogs" in event ? event.dialogs : [])];
  return [...new Set(told.map(({ chatId }) => `${event.auth.memberId} ${chatId}`))];
}

/**
 * Proves and stores one event.
 * @throws HttpError 4xx for what is not proved; StoreUnavailable
 */
async function take(deps: EventsDeps, event: UsableEvent, receivedAt: Date): Promise<void> {
  const portal = await deps.store.portals.find(portalId(event.auth.memberId));
  if (
    event.kind === "app-installed" ||
    event.kind === "app-updated" ||
    event.kind === "app-uninstalled" ||
    event.kind === "app-payment"
  ) {
    await live(deps, event, portal);
  } else {
    const proved = prove(event.auth, portal);
    if (event.kind === "unknown")
      deps.log.info({ portal: proved.id, event: event.name }, "An event that is not known here was passed over");
    else await deps.inTurn(proved.id, () => apply(deps, proved.id, event, receivedAt));
  }
  deps.metrics.events.inc({ event: event.kind, outcome: "accepted" });
}

const prove = (auth: EventAuth, portal: Portal | undefined): Portal => provePortal(portal, auth.applicationToken);

/** Who installs cannot be proved just now. */
class AuthorizationAway extends HttpError {
  constructor(sentence: string) {
    super(503, "authorization_unreachable", sentence);
  }
}

async function apply(
  deps: EventsDeps,
  portal: PortalId,
  event: Exclude<PortalEvent, LifeEvent>,
  receivedAt: Date,
): Promise<void> {
  const at = event.at ?? receivedAt;
  switch (event.kind) {
    case "messages-added":
      for (const { chatId, imChatId, imMessageId, userId, text, files } of event.messages) {
        const content = { body: deps.fromBBCode(text), attachments: files };
        const authorId = userId === "0" ? undefined : userId;
        const message = { portal, chatId, imChatId, imMessageId, authorId, at, content, waits: true };
        await deps.replies.accept({ kind: "message", ...message });
        wakeAll(deps, await deps.belonging.heardOfChat(portal, conversationId(chatId), at, authorId));
      }
      return;
    case "messages-updated":
      for (const { chatId, imChatId, imMessageId, externalIds, text } of event.messages) {
        await deps.replies.accept({
          kind: "edit",
          externalIds,
          portal,
          chatId,
          imChatId,
          imMessageId,
          at,
          content: { body: deps.fromBBCode(text), attachments: [] },
        });
      }
      return;
    case "messages-deleted":
      for (const { chatId, imChatId, imMessageId, externalIds } of event.messages) {
        await deps.replies.accept({ kind: "delete", portal, chatId, imChatId, imMessageId, externalIds, at });
      }
      return;
    case "dialogs-started":
    case "dialogs-finished":
      // The ids of the dialogue are not taken from here: which of them is the portal's chat is told by one sample only,
      // and the answer of every delivery tells it for certain.
      for (const { chatId, sessionId, portalUserId } of event.dialogs) {
        await applyLineEvent(deps, {
          kind: event.kind === "dialogs-started" ? "dialog-started" : "dialog-finished",
          portal,
          chatId,
          sessionId,
          portalUserId,
        });
        await showProgress(deps, portal, chatId);
        if (event.kind === "dialogs-finished") await finishCards(deps, portal, chatId);
      }
      return;
    case "card-changed":
      await deps.store.people.noteChanged(portal, event.type, event.id);
      if (event.type === "deal") await deps.store.reports.noteDeal(portal, event.id);
      return wakeAll(deps, await deps.belonging.heardOfCard(portal, event.type, event.id, at));
    case "card-deleted":
      return deps.store.people.entityGone(portal, event.type, event.id);
    case "status-deleted":
      return applyLineEvent(deps, { kind: "connector-off", portal, connector: event.connector, line: event.line });
    case "line-deleted":
      return applyLineEvent(deps, { kind: "line-deleted", portal, line: event.line });
  }
}

/** A conversation was opened or closed: a channel that shows its customer more than messages (a rating, say) looks again. */
async function showProgress({ store, channels }: EventsDeps, portal: PortalId, chatId: string): Promise<void> {
  const conversation = await store.conversations.find(portal, conversationId(chatId));
  const account = conversation && (await store.accounts.find(portal, conversation.account));
  if (account) channels.get(account.channel)?.progressed?.(account, conversation.externalChatId);
}

function wakeAll({ dispatcher }: EventsDeps, lanes: readonly LaneId[]): void {
  for (const lane of lanes) dispatcher.wake(lane);
}

/** The session is over: what the rules write at its end, and what triggers wait for, is the inbound lane's. */
async function finishCards(deps: EventsDeps, portal: PortalId, chatId: string): Promise<void> {
  const conversation = await deps.store.conversations.find(portal, conversationId(chatId));
  const account = conversation && (await deps.store.accounts.find(portal, conversation.account));
  if (!account) return;
  if (!(await deps.belonging.writes(account)) && !(await deps.triggers.watches(portal))) return;
  const lane = laneOf("in", conversation.id, portal);
  await deps.store.lanes.makeDue(lane);
  deps.dispatcher.wake(lane);
}

async function live(deps: EventsDeps, event: LifeEvent, portal: Portal | undefined): Promise<void> {
  switch (event.kind) {
    case "app-installed":
    case "app-updated":
      return installed(deps, event, portal);
    case "app-uninstalled":
      return uninstalled(deps, prove(event.auth, portal), event.clean);
    case "app-payment":
      if (!portal) throw foreignPortal();
      // Carries no proof, so it is only a reason to ask: an unpaid application is refused, and that is shown.
      void deps.portals.caller(portal.id).call({ method: "app.info", params: {}, effect: "read" });
      return;
  }
}

/** Known by its token: handlers are bound anew (an update has dropped them). Otherwise it is a first contact and proved as one. */
async function installed(
  deps: EventsDeps,
  event: Extract<LifeEvent, { kind: "app-installed" | "app-updated" }>,
  portal: Portal | undefined,
): Promise<void> {
  const { auth } = event;
  const known =
    portal?.tokens !== undefined &&
    portal.applicationToken !== undefined &&
    auth.applicationToken !== undefined &&
    sameSecret(portal.applicationToken, auth.applicationToken);
  if (!known) {
    const { serverEndpoint, refreshToken, applicationToken } = auth;
    if (applicationToken === undefined || serverEndpoint === undefined || refreshToken === undefined) {
      throw new HttpError(401, "not_proved", "The event carries no token that could prove the portal.");
    }
    const outcome = await deps.oauth.proveFirstContact(serverEndpoint, refreshToken);
    if (outcome.kind === "denied") throw foreignPortal();
    if (outcome.kind === "unreachable") throw new AuthorizationAway(outcome.sentence);
    const { grant } = outcome;
    if (grant.memberId !== auth.memberId) throw foreignPortal();
    await deps.store.portals.install({
      id: portalId(grant.memberId),
      domain: grant.domain,
      clientEndpoint: grant.clientEndpoint,
      serverEndpoint: grant.serverEndpoint,
      applicationToken,
      tokens: grant.tokens,
      userId: grant.userId,
      scopes: grant.scopes,
      language: (event.language === "" ? "en" : event.language).toLowerCase(),
    });
    deps.portals.forget(portalId(grant.memberId));
    deps.log.info({ portal: grant.memberId, event: event.kind }, "Portal proved by its event");
  }
  void deps.installer.run(portalId(auth.memberId), NO_PATIENCE_MS);
}

/** Our webhooks at the vendors are taken away either way; a vendor that cannot be reached is no reason to keep data. */
async function uninstalled(deps: EventsDeps, portal: Portal, clean: boolean): Promise<void> {
  const accounts = await deps.store.accounts.list(portal.id);
  if (clean) {
    const erased = await deps.store.portals.erase(portal.id);
    await deps.shelf.remove(erased.media);
    deps.log.info(
      { portal: portal.id, rows: erased.rows, files: erased.media.length },
      "The portal was uninstalled with its data: everything of it is erased",
    );
  } else {
    await deps.store.portals.dropTokens(portal.id);
    deps.log.info(
      { portal: portal.id },
      "The portal was uninstalled: its tokens are dropped, its data is kept for a new installation",
    );
  }
  deps.portals.forget(portal.id);
  for (const account of accounts) {
    void deps.channels
      .get(account.channel)
      ?.disconnect(account)
      .catch((error: unknown) =>
        deps.log.warn({ err: error, account: account.id }, "A webhook could not be taken away"),
      );
  }
}
