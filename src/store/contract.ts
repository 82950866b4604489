import type { Account, AccountProfile, ConnectionState } from "../domain/account.ts";
import type { Conversation, Customer } from "../domain/conversation.ts";
import type { AccountId, ConversationId, Direction, LaneId, MediaId, MessageId, PortalId } from "../domain/ids.ts";
import type { Attachment, Content, Message, MessageKind, MessageState, Origin } from "../domain/message.ts";
import type { InstallationReport, Portal, PortalUser, TokenPair } from "../domain/portal.ts";

/**
 * Everything that is kept. The portal id comes first in every method (tenant first); the few that cannot know it say
 * why. Uniqueness lives in the schema, so that two processes racing get one row and one "duplicate".
 * Methods throw only when the database cannot be asked (`StoreUnavailable`) or for a bug.
 */
export interface Store {
  readonly portals: PortalRepository;
  readonly users: UserRepository;
  readonly accounts: AccountRepository;
  readonly conversations: ConversationRepository;
  readonly messages: MessageRepository;
  readonly media: MediaRepository;
  readonly lanes: LaneRepository;
  readonly locks: LockRepository;
  readonly nonces: NonceRepository;
  readonly channelState: ChannelStateRepository;
  /** Cheap round trip for `/readyz`. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** The database cannot be asked just now. Accept paths answer 503 or spool; lanes are swept up later. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}

export interface InstallPortal {
  readonly id: PortalId;
  readonly domain: string;
  readonly clientEndpoint: string;
  readonly serverEndpoint: string;
  readonly applicationToken?: string | undefined;
  readonly tokens: TokenPair;
  readonly userId?: string | undefined;
  readonly scopes: readonly string[];
  readonly language: string;
}

export interface PortalPatch {
  readonly domain?: string;
  readonly clientEndpoint?: string;
  readonly serverEndpoint?: string;
  readonly applicationToken?: string;
  readonly scopes?: readonly string[];
  readonly userId?: string;
  readonly language?: string;
  readonly active?: boolean;
  readonly name?: string;
  readonly trouble?: string | null;
  readonly installation?: InstallationReport;
}

export interface PortalRepository {
  find(portal: PortalId): Promise<Portal | undefined>;
  /** By current domain (host[:port], case-insensitive), for `/oauth/login`. */
  findByDomain(domain: string): Promise<Portal | undefined>;
  list(): Promise<readonly Portal[]>;
  /** New or again: tokens and endpoints are replaced, name, active switch and everything below stay. */
  install(input: InstallPortal): Promise<Portal>;
  /** Replaces the pair if `replaces` is still the stored refresh token; `false` when another process was quicker. */
  saveTokens(portal: PortalId, replaces: string, tokens: TokenPair): Promise<boolean>;
  update(portal: PortalId, patch: PortalPatch): Promise<void>;
  /** Events may have been lost until then, in that portal or (we were away altogether) in all of them. */
  noteGap(until: Date, portal?: PortalId): Promise<void>;
  /** Forgets tokens after an uninstall that keeps data. */
  dropTokens(portal: PortalId): Promise<void>;
  /** Erases every row of the portal in all tables; answers the media ids whose files must go too, and row counts for the log. */
  erase(
    portal: PortalId,
  ): Promise<{ readonly media: readonly MediaId[]; readonly rows: Readonly<Record<string, number>> }>;
}

export interface UserRepository {
  remember(user: PortalUser): Promise<void>;
  find(portal: PortalId, userId: string): Promise<PortalUser | undefined>;
  saveTokens(portal: PortalId, userId: string, replaces: string, tokens: TokenPair): Promise<boolean>;
  /** Drops token pairs unused since then; answers how many. Over all portals: a chore of the operator, not of a tenant. */
  dropTokensUnusedSince(before: Date): Promise<number>;
}

export interface NewAccount {
  readonly channel: string;
  readonly name: string;
  readonly credentials: Readonly<Record<string, unknown>>;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly webhookSecret: string;
  readonly connection: ConnectionState;
}

export interface AccountPatch {
  readonly name?: string;
  readonly credentials?: Readonly<Record<string, unknown>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** `null` takes the account off its line. Unique per portal: (connector, line). */
  readonly line?: string | null;
  readonly connector?: string | null;
  readonly enabled?: boolean;
  readonly connection?: ConnectionState;
  readonly profile?: AccountProfile;
}

export interface AccountRepository {
  list(portal: PortalId): Promise<readonly Account[]>;
  find(portal: PortalId, account: AccountId): Promise<Account | undefined>;
  /** For webhooks and the poller, which know the account before the portal. */
  findAnywhere(account: AccountId): Promise<Account | undefined>;
  /** For the poller and the health loop: all accounts of a channel in all portals. */
  listByChannel(channel: string): Promise<readonly Account[]>;
  findByConnector(portal: PortalId, connector: string, line: string): Promise<Account | undefined>;
  create(portal: PortalId, account: NewAccount): Promise<Account>;
  /** `conflict` when another account already feeds that (connector, line). */
  update(portal: PortalId, account: AccountId, patch: AccountPatch): Promise<"updated" | "unknown" | "conflict">;
  /** Deletes the account with its conversations; answers media to remove. */
  delete(portal: PortalId, account: AccountId): Promise<readonly MediaId[] | undefined>;
  pollCursor(account: AccountId): Promise<string | undefined>;
  savePollCursor(account: AccountId, cursor: string | undefined): Promise<void>;
}

export interface ConversationRepository {
  find(portal: PortalId, conversation: ConversationId): Promise<Conversation | undefined>;
  findByExternalChat(account: AccountId, externalChatId: string): Promise<Conversation | undefined>;
  /** The latest conversation of an account whose customer has this phone (E.164) or this e-mail. Neither: nobody's. */
  findByContact(
    account: AccountId,
    contact: { readonly phone?: string | undefined; readonly email?: string | undefined },
  ): Promise<Conversation | undefined>;
  findByImChat(portal: PortalId, imChatId: string): Promise<Conversation | undefined>;
  /** Newest first. `touchedSince`: only those with a message since then. */
  list(
    portal: PortalId,
    query: {
      readonly account?: AccountId;
      readonly open?: boolean;
      readonly touchedSince?: Date;
      readonly limit: number;
    },
  ): Promise<readonly Conversation[]>;
  /** Stores what the portal told about its side. Absent keys stay. */
  learn(
    portal: PortalId,
    conversation: ConversationId,
    patch: {
      readonly imChatId?: string;
      readonly sessionId?: string;
      readonly portalUserId?: string;
      readonly open?: boolean;
      readonly comparedAt?: Date;
    },
  ): Promise<void>;
}

/** One event of a channel on its way into the database; unique by (account, key). */
export interface InboundRow {
  readonly portal: PortalId;
  readonly account: AccountId;
  readonly key: string;
  readonly kind: MessageKind;
  readonly chatId: string;
  /** Absent for deletions: the vendor does not always say who. A conversation is then not made, only found. */
  readonly customer?: Customer | undefined;
  /** Vendor's message id: of the new message, or of the one that an edit, a deletion or a reaction is about. */
  readonly externalId: string;
  /** Written by the account's own person at the messenger: no word of the customer's. */
  readonly fromDevice?: boolean | undefined;
  /** The chat is one of several people. */
  readonly group?: boolean | undefined;
  readonly content: Content;
  readonly album?: string | undefined;
  readonly sentAt: Date;
  /** Earliest time of delivery: albums wait a moment for their other parts. */
  readonly notBefore: Date;
}

export type Accepted =
  | {
      readonly kind: "stored";
      readonly message: MessageId;
      readonly conversation: ConversationId;
      readonly lane: LaneId;
      /**
       * This made the lane due, so the caller wakes it. Not while the account is held, and not when the lane was due
       * already: whoever made it so wakes it, and the sweep brings what was lost between.
       */
      readonly due: boolean;
    }
  | { readonly kind: "duplicate" }
  /** The account is gone, or an edit, deletion or reaction is about something never seen. */
  | { readonly kind: "unknown" };

export interface ReplyRow {
  readonly portal: PortalId;
  readonly conversation: ConversationId;
  readonly kind: MessageKind;
  /** Unique per portal: `im:<message id>`, `im:<message id>:edit:<hash>`, `im:<message id>:delete`, `surface:<client id>`. */
  readonly originKey: string;
  readonly origin: Origin;
  /** For edits and deletions: the message they change. For reactions: the message of either side that they are on. */
  readonly target?: MessageId | undefined;
  readonly content: Content;
  readonly sentAt: Date;
  readonly imMessageId?: string | undefined;
  readonly imChatId?: string | undefined;
}

/** The first message to somebody who has not written yet. */
export interface FirstRow {
  readonly portal: PortalId;
  readonly account: AccountId;
  /** Vendor's id of the chat; the conversation is made when there is none. */
  readonly chatId: string;
  readonly customer: Customer;
  /** Unique per portal: `surface:<client id>`. */
  readonly originKey: string;
  readonly origin: Origin;
  readonly content: Content;
  readonly sentAt: Date;
}

/** `duplicate`: what the first call with this origin key made. */
export type AcceptedFirst =
  | Extract<Accepted, { readonly kind: "stored" }>
  | { readonly kind: "duplicate"; readonly message: MessageId; readonly conversation: ConversationId }
  /** The account is gone. */
  | { readonly kind: "unknown" };

/** What the portal is to be told of a message of ours: that it reached the customer, or that it ended badly. */
export interface Unreported {
  readonly message: Message;
  readonly what: "arrived" | "bad-ending";
}

/** What became of an attempt. `settleBy`: the lane waits for certainty until then (the other side can be asked). */
export type MessageResult =
  | { readonly state: "sent" | "delivered"; readonly externalIds?: readonly string[] }
  | { readonly state: "stored"; readonly nextAt: Date; readonly error: string }
  | { readonly state: "refused" | "failed"; readonly error: string }
  | {
      readonly state: "uncertain";
      readonly error: string;
      readonly externalIds?: readonly string[];
      readonly settleBy?: Date;
      readonly nextAt?: Date;
    };

export interface JournalQuery {
  readonly state?: MessageState;
  readonly conversation?: ConversationId;
  readonly account?: AccountId;
  readonly direction?: Direction;
  /** Also rows that are edits, deletions and reactions. Default: messages only. */
  readonly changes?: boolean;
  /** Only rows after this position (for resuming) or before it (for paging back); order is by position ascending, or descending for `before`. */
  readonly after?: number;
  readonly before?: number;
  readonly limit: number;
}

/** An unfinished row with what the lane must know of it. */
export interface DueMessage extends Message {
  /** Set while the lane waits for certainty about an `uncertain` row. */
  readonly settleBy?: Date;
}

export interface MessageRepository {
  /**
   * Accepts many events in ONE transaction: conversation upsert, message insert, lane due. Results stand in
   * the order of the rows. Order within a conversation is the order of the rows. An edit also changes the text of the message it edits.
   */
  acceptInbound(rows: readonly InboundRow[]): Promise<readonly Accepted[]>;
  /** One transaction; `duplicate` when the origin key was seen. */
  acceptReply(row: ReplyRow): Promise<Accepted>;
  /** One transaction: the conversation is there and its first message accepted, or neither. */
  acceptFirst(row: FirstRow): Promise<AcceptedFirst>;
  find(portal: PortalId, message: MessageId): Promise<Message | undefined>;
  findByIm(portal: PortalId, imMessageId: string): Promise<Message | undefined>;
  /** Which of the portal's messages are here. */
  knownByIm(portal: PortalId, imMessageIds: readonly string[]): Promise<ReadonlySet<string>>;
  findByExternal(account: AccountId, externalId: string): Promise<Message | undefined>;
  /**
   * Unfinished rows of a lane from its head, in order: `stored`, `sending` (left over by a dead worker: this lane's lease
   * is ours, so nobody is at it), and `uncertain` with `settleBy`. Rows whose time has not come are included: the caller
   * must stop at them, or order would break.
   */
  unfinished(lane: LaneId, limit: number): Promise<readonly DueMessage[]>;
  /** Marks rows `sending` if the lane's lease is still `owner`'s and none of them is finished; all or none. */
  beginAttempt(lane: LaneId, owner: string, messages: readonly MessageId[]): Promise<boolean>;
  /**
   * Writes results in one transaction. A state never goes back from `read` to `delivered` or `sent`. A bad ending of a
   * message to a customer is `unreported` from then on.
   */
  finish(results: readonly { readonly message: MessageId; readonly result: MessageResult }[]): Promise<void>;
  /** Receipts of the channel: raises the state of our messages with these vendor ids, never lowers it. Answers the rows that changed. */
  applyReceipt(
    account: AccountId,
    externalIds: readonly string[],
    state: "delivered" | "read",
  ): Promise<readonly MessageId[]>;
  /**
   * The channel could not deliver what it had taken: what was sent or uncertain under these vendor ids is refused with
   * this sentence, and its lane is due to tell so; what was delivered or read stays. Known before the ids are: kept for
   * `finish`. Answers the lanes to wake.
   */
  applyFailure(account: AccountId, externalIds: readonly string[], sentence: string): Promise<readonly LaneId[]>;
  /** Outbound rows that the portal has still to be told about, in order. */
  unreported(conversation: ConversationId, limit: number): Promise<readonly Unreported[]>;
  /** Told. A bad ending that has become another one meanwhile stays to be told. */
  markReported(told: readonly Unreported[]): Promise<void>;
  /** Reactions on messages of a conversation from this position on, in order. */
  reactions(portal: PortalId, conversation: ConversationId, from: number): Promise<readonly Message[]>;
  /** By hand: back to `stored`, due now. `false` when the row is not in a state that may be retried. */
  retry(portal: PortalId, message: MessageId): Promise<LaneId | undefined>;
  /** Unfinished inbound and outbound rows of an account: the backlog that "on again" asks about. */
  backlog(portal: PortalId, account: AccountId): Promise<number>;
  /** Ends the backlog as `failed` with this sentence; each stays retriable by hand. */
  dropBacklog(portal: PortalId, account: AccountId, sentence: string): Promise<number>;
  journal(portal: PortalId, query: JournalQuery): Promise<readonly Message[]>;
  /** Replaces attachment sources after their bytes were kept. */
  setAttachments(message: MessageId, attachments: readonly Attachment[]): Promise<void>;
}

export interface Media {
  readonly id: MediaId;
  readonly portal: PortalId;
  readonly message: MessageId;
  readonly name: string;
  readonly mime: string;
  readonly size: number;
  readonly createdAt: Date;
}

export interface MediaRepository {
  create(media: Omit<Media, "createdAt">): Promise<void>;
  /** Without a portal: a signed link carries only the id, the signature is the proof. */
  find(media: MediaId): Promise<Media | undefined>;
}

/** A lane with all that decides what becomes of it, as one look at the database found it. */
export interface LaneContents {
  /** As `unfinished` answers them. */
  readonly rows: readonly DueMessage[];
  readonly conversation: Conversation;
  readonly account: Account;
  readonly portal: {
    readonly active: boolean;
    /** Tokens are there. */
    readonly authorised: boolean;
    /** Events may have been lost before that time. */
    readonly gapAt?: Date;
  };
}

export interface LaneRepository {
  /** `undefined`: the conversation is gone. */
  read(lane: LaneId, limit: number): Promise<LaneContents | undefined>;
  /**
   * Takes the lane's lease for a living owner, clears its due time and reads it, in that order: what was accepted while it
   * was taken is among the contents. `undefined` when another living owner holds it, or there is no such lane.
   */
  take(lane: LaneId, owner: string, limit: number): Promise<LaneContents | undefined>;
  /** Gives it back, due again at `next` (the earlier of it and a wake that came during the run); answers the due time if any. */
  release(lane: LaneId, owner: string, next?: Date): Promise<Date | undefined>;
  /** Lanes due by now and not held by a living owner, and lanes whose owner died. Oldest first. */
  due(now: Date, limit: number): Promise<readonly LaneId[]>;
  /** Makes lanes with unfinished rows due now (switch on, line connected, tokens back). Answers them. */
  wakeAll(portal: PortalId, account?: AccountId): Promise<readonly LaneId[]>;
  /** This owner lives for so long from now, by the database's clock: clocks of processes need not agree. */
  heartbeat(owner: string, ttlMs: number): Promise<void>;
  /** This owner is gone; its leases are free at once. */
  retire(owner: string): Promise<void>;
  /** On a store that only one process can open: whoever held leases before is dead. */
  retireAll(): Promise<void>;
  /** Number of due lanes, for metrics. */
  depth(now: Date): Promise<number>;
}

/** Short named locks with an end, for work that one process at a time may do (token refresh, polling an account). */
export interface LockRepository {
  acquire(name: string, owner: string, ttlMs: number): Promise<boolean>;
  /** Prolongs; `false` when it was lost. */
  renew(name: string, owner: string, ttlMs: number): Promise<boolean>;
  release(name: string, owner: string): Promise<void>;
  /** On a store that only one process can open: whoever held locks before is dead. */
  releaseAll(): Promise<void>;
}

/**
 * What the standing connection of an account remembers: bytes by key, encrypted at rest, gone with the account. Keys have
 * up to 500 characters, values may have megabytes.
 */
export interface ChannelStateRepository {
  get(portal: PortalId, account: AccountId, key: string): Promise<Buffer | undefined>;
  /** `false`: the account is gone, and nothing was written. */
  set(portal: PortalId, account: AccountId, key: string, value: Buffer): Promise<boolean>;
  delete(portal: PortalId, account: AccountId, key: string): Promise<void>;
  /** Keys that begin so, with their values, sorted by the bytes of the keys. */
  list(
    portal: PortalId,
    account: AccountId,
    prefix: string,
  ): Promise<readonly { readonly key: string; readonly value: Buffer }[]>;
  clear(portal: PortalId, account: AccountId): Promise<void>;
}

/** Values that count once (OAuth state). */
export interface NonceRepository {
  issue(kind: string, value: string, payload: Readonly<Record<string, unknown>>, ttlMs: number): Promise<void>;
  /** The payload the first time within its life, `undefined` ever after. */
  claim(kind: string, value: string): Promise<Readonly<Record<string, unknown>> | undefined>;
}
