import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHttpCaller } from "../../src/bots/http-caller.ts";
import type { ChannelEvent } from "../../src/channels/contract/events.ts";
import type { Account } from "../../src/domain/account.ts";
import { type ConversationId, conversationId, laneOf, type PortalId, portalId } from "../../src/domain/ids.ts";
import { plainText, type RichText } from "../../src/domain/rich-text.ts";
import { createLogger } from "../../src/log/log.ts";
import { createMetrics } from "../../src/log/metrics.ts";
import { translateAll } from "../../src/main/sentences.ts";
import { createMediaShelf } from "../../src/media/shelf.ts";
import type { PortalDirectory } from "../../src/portal/contract/directory.ts";
import type { PortalFile, VoiceWay } from "../../src/portal/contract.ts";
import { createPortalDirectory, type ManagedPortalDirectory } from "../../src/portal/directory.ts";
import { createEndpointPolicy } from "../../src/portal/endpoints.ts";
import { createMemoryLimiter } from "../../src/portal/limiter-memory.ts";
import { createOAuthClient } from "../../src/portal/oauth.ts";
import { createInboundAcceptor } from "../../src/relay/accept-inbound.ts";
import { createReplyAcceptor, type OperatorAction } from "../../src/relay/accept-reply.ts";
import { createTriggerWatch } from "../../src/relay/automation/watch.ts";
import { createBots } from "../../src/relay/bots/desk.ts";
import { createBelonging } from "../../src/relay/crm/belonging.ts";
import { createIdentifier } from "../../src/relay/crm/identify.ts";
import { createRules, type Rules } from "../../src/relay/crm/rulesets.ts";
import { drain } from "../../src/relay/drain.ts";
import { createLineWriters, type LineWriters } from "../../src/relay/line-writers.ts";
import { NO_NEWS } from "../../src/relay/news.ts";
import { createOwnMode } from "../../src/relay/own-line/own-mode.ts";
import { type Drained, READ_AHEAD, type RelayDeps } from "../../src/relay/ports.ts";
import { createTally } from "../../src/relay/tally.ts";
import type { Transcripts } from "../../src/relay/transcripts.ts";
import { createVoteHearing } from "../../src/relay/votes/hearing.ts";
import { localeOf } from "../../src/server/locale.ts";
import type { NewAccount } from "../../src/store/contract/accounts.ts";
import type { Store } from "../../src/store/contract.ts";
import { type PortalEmulator, startPortalEmulator } from "../emulators/portal/emulator.ts";
import { noLetters } from "../support/no-letters.ts";
import { freshStore } from "../support/store/fresh-store.ts";
import { UNPACED_LEVEL, UNPACED_PORTAL } from "../support/unpaced.ts";
import { FakeChannel } from "./fake-channel.ts";

const OWNER = "worker-1";
const CONNECTOR = "threadline_fake";
/** What the portal's limits are is tried elsewhere: here nobody waits for a turn. */

/** Store, portal client and emulated portal around the relay; one account on line 1. */
export class Relay {
  readonly emulator: PortalEmulator;
  readonly store: Store;
  readonly channel: FakeChannel;
  readonly account: Account;
  readonly portal: PortalId;
  readonly deps: RelayDeps;
  readonly rules: Rules;
  readonly writers: LineWriters;
  /** Conversations whose transcript was sent, and by whom. */
  readonly transcribed: readonly string[];
  readonly transcripts: Pick<Transcripts, "send">;
  private readonly dir: string;
  private readonly directory: ManagedPortalDirectory;
  private shift = 0;

  private constructor(
    parts: {
      directory: ManagedPortalDirectory;
      emulator: PortalEmulator;
      store: Store;
      channel: FakeChannel;
      account: Account;
      portal: PortalId;
      dir: string;
      rules: Rules;
      writers: LineWriters;
      transcribed: readonly string[];
      transcripts: Pick<Transcripts, "send">;
    },
    deps: (now: () => Date) => RelayDeps,
  ) {
    this.emulator = parts.emulator;
    this.store = parts.store;
    this.channel = parts.channel;
    this.account = parts.account;
    this.portal = parts.portal;
    this.dir = parts.dir;
    this.rules = parts.rules;
    this.writers = parts.writers;
    this.transcribed = parts.transcribed;
    this.transcripts = parts.transcripts;
    this.directory = parts.directory;
    this.deps = deps(() => new Date(Date.now() + this.shift));
  }

  static async start(
    options: {
      readonly repeatable?: boolean;
      readonly portalFile?: (url: string) => Promise<PortalFile>;
      /** How what agents write on our own pages gets into the line. */
      readonly voice?: VoiceWay;
      /** Whether the portal tells what was said in the line by the connector; it does unless told. */
      readonly echo?: boolean;
      /** Default: the bare text. */
      readonly toBBCode?: (text: RichText) => string;
    } = {},
  ): Promise<Relay> {
    const emulator = await startPortalEmulator({
      portals: [
        {
          ...UNPACED_PORTAL,
          ...(options.echo !== undefined && { echoUserMessages: options.echo }),
        },
      ],
    });
    const controls = emulator.portal();
    emulator.configureApplication({ baseUrl: "http://127.0.0.1:9" });
    await controls.installApp().catch(() => undefined);
    controls.finishInstall({ event: false });
    const { accessToken, refreshToken } = controls.issueTokens();
    const log = createLogger("silent");
    const store = await freshStore({ secretKey: "k".repeat(32), log });
    const portal = portalId(controls.portal.memberId);
    await store.portals.install({
      id: portal,
      domain: controls.portal.domain,
      clientEndpoint: controls.portal.clientEndpoint,
      serverEndpoint: `${emulator.oauthUrl}/rest/`,
      tokens: { accessToken, refreshToken, expiresAt: new Date(Date.now() + 3_600_000) },
      scopes: [],
      language: "en",
    });
    const created = await store.accounts.create(portal, {
      channel: "fake",
      name: "Fake",
      credentials: {},
      settings: {},
      webhookSecret: "s",
      connection: { kind: "connected", sentence: "" },
    });
    await store.accounts.update(portal, created.id, { line: "1", connector: CONNECTOR });
    const account = (await store.accounts.find(portal, created.id)) ?? created;
    const channel = new FakeChannel(options);
    const card = emulator.application();
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
      voice: options.voice,
    });
    await portals.connectors(portal).register({
      id: CONNECTOR,
      title: "Fake",
      icon: { svg: "<svg xmlns='http://www.w3.org/2000/svg'/>", color: "#000000" },
      handlerUrl: "https://threadline.example/placements/connector-setup",
    });
    await portals
      .connectors(portal)
      .attach({ connector: CONNECTOR, line: "1" }, { id: account.id, url: "https://t.example", name: "Fake" });
    const groups = `${CONNECTOR}_group`;
    await portals.connectors(portal).register({
      id: groups,
      title: "Fake, groups",
      icon: { svg: "<svg xmlns='http://www.w3.org/2000/svg'/>", color: "#000000" },
      handlerUrl: "https://threadline.example/placements/connector-setup",
      group: true,
    });
    await portals
      .connectors(portal)
      .attach({ connector: groups, line: "1" }, { id: account.id, url: "https://t.example", name: "Fake" });
    await store.lanes.heartbeat(OWNER, 3_600_000);
    const dir = await mkdtemp(join(tmpdir(), "threadline-relay-"));
    const metrics = createMetrics();
    const dispatcher = { wake: () => undefined, wakeAt: () => undefined };
    const rules = createRules(store, () => new Date());
    const speech = {
      translate: translateAll(new Map()),
      languageOf: async (id: PortalId) => localeOf((await store.portals.find(id))?.language),
    };
    const shelf = createMediaShelf({
      dataDir: dir,
      publicUrl: "http://127.0.0.1:9",
      secretKey: "k".repeat(32),
      media: store.media,
      now: () => new Date(),
    });
    const toBBCode = options.toBBCode ?? ((text: RichText) => text.text);
    const writers = createLineWriters({
      store,
      portals,
      inTurn: (_portal, work) => work(),
      log,
      now: () => new Date(),
    });
    const replies = createReplyAcceptor({
      addressing: noLetters,
      ...{ store, dispatcher, news: NO_NEWS, voice: portals.voice, metrics, log, fromBBCode: plainText, toBBCode },
      writers,
    });
    const transcribed: string[] = [];
    const transcripts: Pick<Transcripts, "send"> = {
      async send({ id }, _account, userId) {
        transcribed.push(`${id} by ${userId}`);
        return { kind: "sent" };
      },
    };
    const parts = {
      directory: portals,
      emulator,
      store,
      channel,
      account,
      portal,
      dir,
      rules,
      transcribed,
      transcripts,
      writers,
    };
    const caller = (now: () => Date) => createHttpCaller({ agents: policy.agents(), refusal: policy.outside, now });
    const engine = (now: () => Date) =>
      createOwnMode({
        ...{ store, portals, replies, transcripts, speech, toBBCode, news: NO_NEWS, dispatcher, log, now },
      });
    return new Relay(parts, (now) => ({
      bots: createBots({
        ...{ store, portals, replies, speech, log, now, caller: caller(now), ownMode: engine(now), news: NO_NEWS },
        link: shelf.link,
      }),
      store,
      portals,
      belonging: createBelonging({
        store,
        portals,
        rules,
        identify: createIdentifier(store),
        escape: (text) => text,
        ...{ speech, shelf, writers, log, now },
      }),
      ownMode: engine(now),
      triggers: createTriggerWatch({ store, log, now }),
      votes: createVoteHearing({ store, log, now }),
      news: NO_NEWS,
      channels: new Map([["fake", channel]]),
      dispatcher,
      replies,
      fromBBCode: plainText,
      shelf,
      toBBCode,
      openPortalFile: options.portalFile ?? (async () => ({ kind: "gone", sentence: "no files here" })),
      speech,
      metrics,
      tally: createTally(),
      log,
      now,
    }));
  }

  get portals(): PortalDirectory {
    return this.directory;
  }

  /** The relay's clock is the real one again. */
  resetClock(): void {
    this.shift = 0;
  }

  /** The relay's clock goes on by so much; the database and the emulator keep the real time. */
  advance(ms: number): void {
    this.shift += ms;
  }

  /** Saves these rules over whatever there was; the line makes nothing by itself from now on. */
  async saveRules(content: unknown): Promise<void> {
    const current = await this.store.rulesets.current(this.portal);
    const saved = { content, basedOn: current?.version ?? 0, by: "1", note: "" };
    if ((await this.store.rulesets.save(this.portal, saved)) === "conflict")
      throw new Error("the rules were saved meanwhile");
    this.rules.forget(this.portal);
    for (const line of this.emulator.portal().portal.lines.values())
      Object.assign(line.config, { CRM_CREATE: "none", CRM_CHAT_TRACKER: "N" });
  }

  /** The same relay that decides by what this store tells. */
  decidingBy(store: Store): RelayDeps {
    const { rules, directory: portals, writers, deps } = this;
    const identify = createIdentifier(store);
    return {
      ...deps,
      belonging: createBelonging({ ...deps, store, portals, rules, identify, writers, escape: (text) => text }),
    };
  }

  /** Where our calls go from now on. */
  async movePortal(clientEndpoint: string): Promise<void> {
    await this.store.portals.update(this.portal, { clientEndpoint });
    this.directory.forget(this.portal);
  }

  async customerWrites(
    chatId: string,
    text: string,
    more: Partial<Extract<ChannelEvent, { kind: "message" }>> = {},
    account: Account = this.account,
  ): Promise<ConversationId> {
    const externalId = more.externalId ?? randomUUID();
    await this.acceptor().accept(account, [
      {
        kind: "message",
        key: `m:${externalId}`,
        chatId,
        at: this.deps.now(),
        customer: { externalId: chatId, name: "Maria" },
        externalId,
        content: { body: plainText(text), attachments: [] },
        ...more,
      },
    ]);
    const conversation = await this.store.conversations.findByExternalChat(account.id, chatId);
    if (!conversation) throw new Error("no conversation");
    return conversation.id;
  }

  /** One more account of the channel, without a line. */
  addAccount(more: Partial<NewAccount> = {}): Promise<Account> {
    return this.store.accounts.create(this.portal, {
      ...{ channel: this.account.channel, name: "Another", credentials: {}, settings: {}, webhookSecret: "another" },
      connection: { kind: "connected", sentence: "Connected." },
      ...more,
    });
  }

  acceptor() {
    return createInboundAcceptor(this.deps);
  }

  async operatorDoes(
    action:
      | Omit<Extract<OperatorAction, { kind: "message" }>, "portal" | "at">
      | Omit<Extract<OperatorAction, { kind: "edit" }>, "portal" | "at">
      | Omit<Extract<OperatorAction, { kind: "delete" }>, "portal" | "at">,
  ) {
    return this.deps.replies.accept({ ...action, portal: this.portal, at: this.deps.now() });
  }

  /** One run over the lane, as a worker would do it. */
  async run(direction: "in" | "out", conversation: ConversationId, deps: RelayDeps = this.deps): Promise<Drained> {
    const lane = laneOf(direction, conversation, this.portal);
    const contents = await this.store.lanes.take(lane, OWNER, READ_AHEAD);
    if (!contents) throw new Error("the lane is held");
    const drained = await drain(deps, { lane, owner: OWNER, contents });
    await this.store.lanes.release(lane, OWNER, drained.kind === "later" ? drained.at : undefined);
    return drained;
  }

  /** The worker of `run` counts as dead: another one takes the lane over. */
  async loseLane(direction: "in" | "out", conversation: ConversationId, heir: string): Promise<void> {
    const lane = laneOf(direction, conversation, this.portal);
    await this.store.lanes.retire(OWNER);
    if (!(await this.store.lanes.take(lane, heir, 1))) throw new Error("the lane is held");
    await this.store.lanes.heartbeat(OWNER, 3_600_000);
  }

  /** A worker that marked rows as leaving and died before it could tell more. */
  async diesWhileSending(direction: "in" | "out", conversation: ConversationId): Promise<void> {
    const lane = laneOf(direction, conversation, this.portal);
    await this.store.lanes.heartbeat("dead", 60_000);
    await this.store.lanes.take(lane, "dead", 10);
    const rows = await this.store.messages.unfinished(lane, 50);
    await this.store.messages.beginAttempt(
      lane,
      "dead",
      rows.map((row) => row.id),
    );
    await this.store.lanes.retire("dead");
  }

  /** What Open Lines shows of a customer, in order. */
  shown(chatId: string): string[] {
    const { portal } = this.emulator.portal();
    return [...portal.chats.values()]
      .filter((chat) => chat.externalUserId === chatId)
      .flatMap((chat) => chat.messageIds.map((id) => portal.messages.get(id)))
      .flatMap((message) =>
        message?.from === "customer" ? [message.deleted ? `(deleted) ${message.text}` : message.text] : [],
      );
  }

  async states(conversation: ConversationId): Promise<string[]> {
    const rows = await this.store.messages.journal(this.portal, {
      conversation: conversationId(conversation),
      changes: true,
      after: 0,
      limit: 100,
    });
    return rows.map(
      (row) => `${row.direction} ${row.kind === "message" ? "" : `${row.kind} `}${row.state}: ${row.content.body.text}`,
    );
  }

  async stop(): Promise<void> {
    await this.store.close();
    await this.emulator.stop();
    await rm(this.dir, { recursive: true, force: true });
  }
}
