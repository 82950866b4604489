/**
 * What changed in a portal's conversations, for all open pages of this process together: one look into the database for
 * everything that happened within a moment, however many pages hear of it. Rights are each page's own affair (`live-page.ts`).
 *
 * Every change has a position, which counts in this process alone; what is kept is which conversation changed where, never
 * how. A page that was away is told how everything stands now that changed since its position: twice is harmless, because
 * a page takes rows in by their id. A position of another process, or one too old: the page must load anew.
 *
 * The database away: what changed is remembered and looked up when it is back. A notice lost between processes: the page's
 * own look, once a minute, and the beat for what is open on it. Dead: pages come to another process, and load anew.
 */
import { createHash, randomUUID } from "node:crypto";
import type { Account } from "../../src/domain/account.ts";
import type { Conversation } from "../../src/domain/conversation.ts";
import type { ConversationId, PortalId } from "../../src/domain/ids.ts";
import type { NewsOf } from "../../src/relay/news.ts";
import type { OnDesk } from "../../src/store/contract/desk.ts";
import { StoreUnavailable } from "../../src/store/contract.ts";
import type { ApiDeps } from "./deps.ts";
import { isAlone, presentConversation } from "./present.ts";

/** How a conversation stands, as it is told. */
export interface LiveRow {
  readonly conversation: Conversation;
  /** In no line. */
  readonly alone: boolean;
  /** The event, ready to be sent. */
  readonly frame: Buffer;
}

/** What changed since the last time. */
export interface LiveBatch {
  readonly rows: readonly LiveRow[];
  /** Where that brings a page. */
  readonly position: string;
  /** All of it with the position, ready to be sent: the same bytes for every page that may read all. */
  readonly whole: Buffer;
}

/** A page that hears of what changes. */
export interface Hearer {
  hear(batch: LiveBatch): void;
}

export interface PortalFeed {
  /** Answers how to stop. */
  join(hearer: Hearer): () => void;
  position(): string;
  /** What changed after a position; `undefined`: that cannot be known any more. */
  since(position: string): readonly ConversationId[] | undefined;
  /** How these stand now, in this order. @throws StoreUnavailable */
  rows(conversations: readonly ConversationId[]): Promise<readonly LiveRow[]>;
  /** They may have changed: looks, and tells if so. */
  touch(conversations: readonly ConversationId[]): void;
}

export interface LiveFeeds {
  of(portal: PortalId): PortalFeed;
  close(): void;
}

/** What comes within this time after a look is looked up together; longer while telling takes longer. */
const SHORTEST_MS = 50;
const LONGEST_MS = 400;
/** Telling may take a fifth of the process's time. */
const SHARE = 5;
const RETRY_MS = 2_000;
/** Changes that are remembered for pages that come back. */
const REMEMBERED = 5_000;
/** A page that is away longer loads anew. */
const LINGER_MS = 120_000;
const NAMES_MS = 30_000;
const CHATS = 5_000;

export type FeedDeps = Pick<ApiDeps, "store" | "names" | "news" | "inTurn" | "now">;

export function createLiveFeeds(deps: FeedDeps): LiveFeeds {
  const feeds = new Map<PortalId, Feed>();
  return {
    of(portal) {
      const known = feeds.get(portal);
      if (known) return known;
      const feed = new Feed(deps, portal, () => {
        if (feeds.get(portal) === feed) feeds.delete(portal);
      });
      feeds.set(portal, feed);
      return feed;
    },
    close() {
      for (const feed of [...feeds.values()]) feed.stop();
    },
  };
}

interface Told {
  readonly at: number;
  readonly digest: string;
}

class Feed implements PortalFeed {
  private readonly deps: FeedDeps;
  private readonly portal: PortalId;
  /** Unlike that of every other process, and of this one after a restart. */
  private readonly epoch = randomUUID();
  private readonly ended: () => void;
  private readonly hearers = new Set<Hearer>();
  private readonly stopListening: () => void;
  /** By when they changed, the oldest first. */
  private readonly told = new Map<ConversationId, Told>();
  private readonly chats = new Map<string, ConversationId>();
  private pending = new Map<string, NewsOf>();
  private sequence = 0;
  /** Nothing is known of changes up to here. */
  private forgotten = 0;
  private window: NodeJS.Timeout | undefined;
  private linger: NodeJS.Timeout | undefined;
  private isStopped = false;
  private readonly names = new Map<string, string>();
  private accounts: ReadonlyMap<string, Account> = new Map();
  private knownUntil = 0;

  constructor(deps: FeedDeps, portal: PortalId, ended: () => void) {
    this.deps = deps;
    this.portal = portal;
    this.ended = ended;
    this.stopListening = deps.news.listenAll(portal, (of) => this.note([of]));
    this.lingerOn();
  }

  join(hearer: Hearer): () => void {
    clearTimeout(this.linger);
    this.hearers.add(hearer);
    return () => {
      this.hearers.delete(hearer);
      if (this.hearers.size === 0) this.lingerOn();
    };
  }

  position(): string {
    return `${this.epoch}.${this.sequence}`;
  }

  since(position: string): readonly ConversationId[] | undefined {
    const at = position.lastIndexOf(".");
    const sequence = Number(position.slice(at + 1));
    if (position.slice(0, at) !== this.epoch || !(sequence >= this.forgotten && sequence <= this.sequence))
      return undefined;
    const changed: ConversationId[] = [];
    for (const [id, told] of [...this.told].reverse()) {
      if (told.at <= sequence) break;
      changed.push(id);
    }
    return changed.reverse();
  }

  touch(conversations: readonly ConversationId[]): void {
    this.note(conversations.map((conversation) => ({ conversation })));
  }

  async rows(conversations: readonly ConversationId[]): Promise<readonly LiveRow[]> {
    if (conversations.length === 0) return [];
    const found = await this.deps.inTurn(this.portal, async () => {
      const all = await this.deps.store.desk.find(this.portal, [...new Set(conversations)]);
      await this.learnNames(all);
      return new Map(all.map((row) => [row.conversation.id, row]));
    });
    return conversations.flatMap((id) => found.get(id) ?? []).map((row) => this.rowOf(row));
  }

  stop(): void {
    this.isStopped = true;
    this.stopListening();
    clearTimeout(this.window);
    clearTimeout(this.linger);
    this.ended();
  }

  private lingerOn(): void {
    clearTimeout(this.linger);
    this.linger = setTimeout(() => this.stop(), LINGER_MS);
    this.linger.unref();
  }

  private note(all: readonly NewsOf[]): void {
    for (const of of all) this.pending.set(JSON.stringify(of), of);
    // The first of a quiet portal is told at once; whatever happens in the same breath goes along.
    if (this.pending.size > 0) this.window ??= setTimeout(() => void this.flush(), 0);
  }

  private async flush(): Promise<void> {
    const taken = this.pending;
    this.pending = new Map();
    let pause = SHORTEST_MS;
    try {
      const ids = await this.deps.inTurn(this.portal, () => this.conversationsOf(taken));
      const rows = await this.rows(ids);
      pause = this.tell(rows);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      this.pending = new Map([...taken, ...this.pending]);
      pause = RETRY_MS;
    }
    if (this.isStopped) return;
    this.window = setTimeout(() => {
      this.window = undefined;
      this.note([]);
    }, pause);
  }

  /** Answers how long to wait for the next. */
  private tell(rows: readonly LiveRow[]): number {
    const changed = rows.filter((row) => this.isNew(row));
    if (changed.length === 0) return SHORTEST_MS;
    const start = performance.now();
    const position = this.position();
    const whole = Buffer.concat([...changed.map(({ frame }) => frame), Buffer.from(positionEvent(position))]);
    for (const hearer of this.hearers) hearer.hear({ rows: changed, position, whole });
    return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, (performance.now() - start) * SHARE));
  }

  /** Unless it was told so already: a receipt changes a message and no conversation. */
  private isNew({ conversation: { id }, frame }: LiveRow): boolean {
    const digest = createHash("sha1").update(frame).digest("base64");
    if (this.told.get(id)?.digest === digest) return false;
    this.sequence += 1;
    this.told.delete(id);
    this.told.set(id, { at: this.sequence, digest });
    const [oldest] = this.told;
    if (this.told.size > REMEMBERED && oldest) {
      this.told.delete(oldest[0]);
      this.forgotten = oldest[1].at;
    }
    return true;
  }

  private async conversationsOf(news: ReadonlyMap<string, NewsOf>): Promise<readonly ConversationId[]> {
    const found = await Promise.all(
      [...news.values()].map(async (of) => {
        if ("conversation" in of) return of.conversation;
        const key = `${of.account} ${of.chatId}`;
        const known = this.chats.get(key);
        if (known !== undefined) return known;
        const conversation = await this.deps.store.conversations.findByExternalChat(of.account, of.chatId);
        if (!conversation || conversation.portal !== this.portal) return undefined;
        if (this.chats.size >= CHATS) this.chats.clear();
        this.chats.set(key, conversation.id);
        return conversation.id;
      }),
    );
    return [...new Set(found)].filter((id) => id !== undefined);
  }

  /** Names of colleagues and accounts change seldom: asked for once in a while, and for whoever is new. */
  private async learnNames(rows: readonly OnDesk[]): Promise<void> {
    const now = this.deps.now().getTime();
    if (now >= this.knownUntil) {
      this.names.clear();
      this.accounts = new Map();
      this.knownUntil = now + NAMES_MS;
    }
    if (rows.some(({ conversation }) => !this.accounts.has(conversation.account)))
      this.accounts = new Map((await this.deps.store.accounts.list(this.portal)).map((one) => [one.id, one]));
    const strangers = new Set(rows.flatMap(({ conversation }) => conversation.operator ?? []));
    const asked = [...strangers].filter((id) => !this.names.has(id));
    if (asked.length === 0) return;
    const names = await this.deps.names(this.portal, asked);
    for (const [id, name] of names) this.names.set(id, name);
  }

  private rowOf({ conversation, desk }: OnDesk): LiveRow {
    const account = this.accounts.get(conversation.account);
    const answer = presentConversation(conversation, account, { desk, names: this.names });
    return { conversation, alone: isAlone(account), frame: Buffer.from(eventOf("conversation", answer)) };
  }
}

/** One server-sent event. */
export const eventOf = (name: string, data: unknown): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

export const positionEvent = (at: string): string => eventOf("at", { at });
