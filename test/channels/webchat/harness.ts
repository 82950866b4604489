import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type LightMyRequestResponse } from "fastify";
import type { WebchatDependencies } from "../../../handlers/webchat/contract.ts";
import { registerWebchat } from "../../../handlers/webchat.ts";
import type { HistoryAnswer } from "../../../src/api/webchat.ts";
import type { ChannelAdapter } from "../../../src/channels/contract.ts";
import { createWebchatAdapter } from "../../../src/channels/webchat/adapter.ts";
import { createHub, type Hub } from "../../../src/channels/webchat/hub.ts";
import { createUploads } from "../../../src/channels/webchat/uploads.ts";
import { createVisitorDesk } from "../../../src/channels/webchat/visitor.ts";
import { createLocalBus } from "../../../src/dispatch/bus.ts";
import type { Account } from "../../../src/domain/account.ts";
import { laneOf, type MessageId, portalId } from "../../../src/domain/ids.ts";
import type { Attachment, Content, MessageKind } from "../../../src/domain/message.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { createLogger } from "../../../src/log/log.ts";
import { createMetrics } from "../../../src/log/metrics.ts";
import { createMediaShelf } from "../../../src/media/shelf.ts";
import { createInboundAcceptor } from "../../../src/relay/accept-inbound.ts";
import { NO_NEWS } from "../../../src/relay/news.ts";
import { createTally } from "../../../src/relay/tally.ts";
import { registerRateLimits } from "../../../src/server/rate-limits.ts";
import type { Store } from "../../../src/store/contract.ts";
import { freshStore } from "../../support/store/fresh-store.ts";

export const SITE = "https://shop.example";
const SECRET = "0123456789abcdef0123456789abcdef";
const OWNER = "test-worker";

export interface WebchatWorld {
  readonly app: FastifyInstance;
  readonly store: Store;
  readonly hub: Hub;
  readonly account: Account;
  readonly other: Account;
  /** Every log line, for looking for secrets. */
  readonly logged: string[];
  readonly typing: string[];
  /** Path of an account's routes. */
  at(path: string, account?: Account): string;
  /** A new visitor's token. */
  visit(account?: Account): Promise<string>;
  /** What a visitor's page posts. */
  post(path: string, token: string, payload: object): Promise<LightMyRequestResponse>;
  /** What a visitor's page shows of the conversation. */
  history(token: string, query?: string): Promise<HistoryAnswer>;
  /** The team's message: accepted, sent by the adapter and finished, as the relay does it. */
  reply(visitorText: string, content: Content | string, options?: ReplyOptions): Promise<MessageId>;
  /** Moves the customer's last message on, as if the portal had taken it. */
  passOn(visitorText: string): Promise<void>;
  /** A file on the shelf, as an attachment of a message to be sent. */
  shelve(bytes: Buffer, name: string, of: MessageId): Promise<Attachment>;
  close(): Promise<void>;
}

export interface ReplyOptions {
  readonly kind?: MessageKind;
  readonly target?: MessageId;
  /** How far it gets. Default `sent`. */
  readonly upTo?: "stored" | "sending" | "sent" | "refused" | "uncertain";
}

type Overrides = Partial<Pick<WebchatDependencies, "limits" | "timing" | "acceptInbound" | "widgetPath">> & {
  readonly origins?: readonly string[];
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly now?: () => Date;
};

let opening: Promise<Store> | undefined;

/** Opening a database takes longer than a test: the worlds of a file share one, each with a portal of its own. */
const sharedStore = () => {
  opening ??= freshStore({ secretKey: SECRET, log: createLogger("silent") });
  return opening;
};

/** For `afterAll`. */
export async function closeStore(): Promise<void> {
  await (await opening)?.close();
  opening = undefined;
}

/** The web chat's server side with the real store, shelf and acceptor; the worker is played by `reply`. */
export async function openWebchat(overrides: Overrides = {}): Promise<WebchatWorld> {
  const dataDir = await mkdtemp(join(tmpdir(), "webchat-"));
  const logged: string[] = [];
  const log = createLogger("trace", { write: (line: string) => void logged.push(line) });
  const store = await sharedStore();
  const now = () => new Date();
  const portal = portalId(`portal-${randomUUID()}`);
  await store.portals.install({
    id: portal,
    domain: `${randomUUID()}.example`,
    clientEndpoint: "https://a.example/rest/",
    serverEndpoint: "https://oauth.example/rest/",
    tokens: { accessToken: "a", refreshToken: "r", expiresAt: now() },
    scopes: [],
    language: "en",
  });
  const settings = { origins: overrides.origins ?? [SITE], title: "Shop", color: "#0f766e", ...overrides.settings };
  const create = () =>
    store.accounts.create(portal, {
      channel: "webchat",
      name: "Site",
      credentials: {},
      settings,
      webhookSecret: "unused-secret",
      connection: { kind: "connected", sentence: "Works." },
    });
  const [account, other] = [await create(), await create()];
  const hub = createHub(
    createLocalBus((error) => log.error({ err: error })),
    randomUUID(),
  );
  const uploads = createUploads({ dataDir, now });
  const adapter: ChannelAdapter = createWebchatAdapter({ hub, uploads });
  const desk = createVisitorDesk({ secretKey: SECRET, hub, now: overrides.now ?? now });
  const shelf = createMediaShelf({
    dataDir,
    publicUrl: "https://threadline.example",
    secretKey: SECRET,
    media: store.media,
    now,
  });
  const acceptor = createInboundAcceptor({
    news: NO_NEWS,
    store,
    dispatcher: { wake: () => undefined, wakeAt: () => undefined },
    metrics: createMetrics(),
    tally: createTally(),
    log,
    now,
  });
  const typing: string[] = [];
  const widgetPath = overrides.widgetPath ?? join(dataDir, "widget.js");
  if (overrides.widgetPath === undefined) await writeFile(widgetPath, "/* the widget */".repeat(200));

  const app = Fastify({ loggerInstance: log as FastifyBaseLogger });
  await registerRateLimits(app);
  await registerWebchat(app, {
    store,
    desk,
    acceptInbound: overrides.acceptInbound ?? ((to, events) => acceptor.accept(to, events)),
    keepFile: (file) => uploads.keep(file),
    openUpload: (ref) => uploads.read(ref),
    openFile: (media) => shelf.open(media),
    visitorTyping: (of, chatId, text) => {
      typing.push(chatId);
      hub.draft(of.id, chatId, text);
    },
    log,
    widgetPath,
    limits: overrides.limits,
    timing: { look: 200, echoes: [10, 30, 60], ...overrides.timing },
  });

  const at = (path: string, of = account) => `/webchat/${of.id}/${path}`;

  async function conversationOf(visitorText: string) {
    const rows = await store.messages.journal(portal, { direction: "in", limit: 1000 });
    const row = rows.find((one) => one.content.body.text === visitorText);
    const conversation = row && (await store.conversations.find(portal, row.conversation));
    if (!row || !conversation) throw new Error(`no visitor wrote "${visitorText}"`);
    return { row, conversation };
  }

  return {
    app,
    store,
    hub,
    account,
    other,
    logged,
    typing,
    at,
    async visit(of = account) {
      const answer = await app.inject({
        method: "POST",
        url: at("session", of),
        headers: { origin: SITE },
        payload: { create: true },
      });
      return answer.json<{ token: string }>().token;
    },
    async reply(visitorText, given, { kind = "message", target, upTo = "sent" } = {}) {
      const { conversation } = await conversationOf(visitorText);
      const content = typeof given === "string" ? { body: plainText(given), attachments: [] } : given;
      const id = randomUUID();
      const accepted = await store.messages.acceptReply({
        portal,
        conversation: conversation.id,
        kind,
        originKey: `im:${id}`,
        origin: { by: "open-line", imMessageId: id, imChatId: "1" },
        target,
        content,
        sentAt: new Date(),
        imMessageId: kind === "message" ? id : undefined,
        imChatId: "1",
      });
      if (accepted.kind !== "stored") throw new Error(`the reply was ${accepted.kind}`);
      if (upTo === "stored") return accepted.message;
      const lane = laneOf("out", conversation.id, conversation.portal);
      await store.lanes.heartbeat(OWNER, 60_000);
      await store.lanes.take(lane, OWNER, 10);
      if (!(await store.messages.beginAttempt(lane, OWNER, [accepted.message])))
        throw new Error("the attempt could not begin");
      if (upTo !== "sending") {
        const sent = await adapter.send(
          account,
          {
            chatId: conversation.externalChatId,
            content: kind === "delete" ? { ...content, body: plainText("-") } : content,
            openFile: () => Promise.reject(new Error("not needed")),
          },
          accepted.message,
        );
        const result =
          upTo === "sent"
            ? ({ state: "sent", externalIds: [accepted.message] } as const)
            : ({ state: upTo, error: "…" } as const);
        if (sent.kind !== "sent" && content.attachments.length === 0) throw new Error(`the adapter said ${sent.kind}`);
        await store.messages.finish([{ message: accepted.message, result }]);
        hub.notify(account.id, conversation.externalChatId);
      }
      await store.lanes.release(lane, OWNER);
      return accepted.message;
    },
    async passOn(visitorText) {
      const { row } = await conversationOf(visitorText);
      await store.messages.finish([{ message: row.id, result: { state: "sent" } }]);
    },
    async shelve(bytes, name, of) {
      const kept = await shelf.keep({ portal, message: of, stream: Readable.from([bytes]), name, maxBytes: 1_000_000 });
      if (kept.kind !== "kept") throw new Error(kept.kind);
      const attachment: Attachment = {
        kind: kept.mime.startsWith("image/") ? "photo" : "file",
        source: { by: "media", id: kept.id },
        name: kept.name,
        mime: kept.mime,
        size: kept.size,
      };
      return attachment;
    },
    post: (path, token, payload) => app.inject({ method: "POST", url: at(path), headers: bearer(token), payload }),
    async history(token, query = "") {
      const answer = await app.inject({ method: "GET", url: at(`messages${query}`), headers: bearer(token) });
      if (answer.statusCode !== 200) throw new Error(answer.body);
      return answer.json<HistoryAnswer>();
    },
    async close() {
      await app.close();
      hub.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export const bearer = (token: string) => ({ origin: SITE, authorization: `Bearer ${token}` });
