import type { AccountId, ConversationId, PortalId } from "../../domain/ids.ts";
import type { Message } from "../../domain/message.ts";
import type { LinkedEntity } from "../../domain/person.ts";
import type { Counted, CountedSoFar, SaidRow, TalkMark } from "../../domain/report.ts";

/** One conversation of a batch. */
export interface ToCount {
  readonly conversation: ConversationId;
  readonly before: CountedSoFar;
  readonly rows: readonly SaidRow[];
  readonly marks: readonly TalkMark[];
}

/** How a batch is counted; pure. */
export interface Counting {
  count(of: ToCount): Counted;
  /** Whose words a row is; `undefined`: nobody's, and not counted. */
  writer(row: SaidRow): string | undefined;
}

export interface CountedTo {
  /** There is more up to the position that was asked for. */
  readonly more: boolean;
  readonly messages: number;
}

/** How far a portal is counted. */
export interface Progress {
  /** Everything before is in the figures; absent: nothing yet. */
  readonly countedTo?: Date;
  /** Messages wait to be counted for longer than a moment: the figures are still growing. */
  readonly behind: boolean;
}

/** What the figures are of. */
export interface ReportScope {
  readonly since: Date;
  readonly until: Date;
  /** Of these alone; all of them are named, so that what belongs to a deleted account is in nothing. */
  readonly accounts: readonly AccountId[];
  /** An employee's id, or `phone`. */
  readonly agent?: string;
  /** Put on the conversation, as it was when last counted. */
  readonly tag?: string;
}

/** Seconds. Absent figures: nothing was answered. */
export interface AnswerTimes {
  readonly count: number;
  readonly total: number;
  readonly max?: number;
  readonly median?: number;
  readonly p90?: number;
}

export interface ReportFigures {
  /** Messages of customers, of people of the company, and of machines. */
  readonly received: number;
  readonly answers: number;
  readonly automatic: number;
  /** Talks that were opened, of those begun by us, and closed in the time; and open at its end. */
  readonly opened: number;
  readonly begunByUs: number;
  readonly closed: number;
  readonly open: number;
  /** Deals won in the time, each at the latest talk with its person that began within 30 days before. */
  readonly dealsWon: number;
  /** Waits that began in the time. */
  readonly asked: number;
  readonly answered: number;
  readonly noReply: number;
  /** They wait, or were closed without a word. */
  readonly unanswered: number;
  readonly first: AnswerTimes;
  readonly further: AnswerTimes;
  readonly customerStars: { readonly count: number; readonly sum: number };
  readonly supervisorStars: { readonly count: number; readonly sum: number };
}

export interface ReportGroups {
  readonly total: ReportFigures;
  readonly accounts: ReadonlyMap<string, ReportFigures>;
  readonly channels: ReadonlyMap<string, ReportFigures>;
  /** Key: an employee's id, `phone`; empty: nobody's (nobody has answered, and nobody has it). */
  readonly agents: ReadonlyMap<string, ReportFigures>;
}

/** Figures of a time by the clock of a place. `key`: a day, `2026-11-28`, or day of the week (0 is Monday) * 24 + hour. */
export interface ReportSeriesRow {
  readonly key: string;
  readonly received: number;
  readonly answers: number;
  readonly opened: number;
  readonly closed: number;
  readonly asked: number;
  readonly unanswered: number;
  /** First and further answers together. */
  readonly answered: number;
  readonly seconds: number;
}

/** Waits by how they ended, to be looked at one after the other. */
export interface WaitQuery extends ReportScope {
  readonly which: "asked" | "answered" | "first" | "further" | "no-reply" | "unanswered";
  /** Positions of what was asked; the latest first. */
  readonly before?: number;
  readonly limit: number;
}

export interface FoundWait {
  readonly conversation: ConversationId;
  readonly account: AccountId;
  readonly askedSeq: number;
  readonly askedAt: Date;
  readonly first: boolean;
  readonly ended?: "answered" | "no-reply" | "closed";
  readonly endSeq?: number;
  readonly seconds?: number;
  readonly agent?: string;
}

export interface TalkQuery extends ReportScope {
  readonly which: "opened" | "closed" | "open";
  /** Positions of what opened them; the latest first. */
  readonly before?: number;
  readonly limit: number;
}

export interface FoundTalk {
  readonly conversation: ConversationId;
  readonly account: AccountId;
  readonly openedSeq: number;
  readonly openedAt: Date;
  readonly closedAt?: Date;
  readonly byUs: boolean;
  readonly agent?: string;
}

export interface DealQuery extends ReportScope {
  /** So many are passed over. */
  readonly after: number;
  readonly limit: number;
}

export interface FoundDeal {
  readonly id: string;
  readonly wonAt: Date;
  /** The talk that it is counted at. */
  readonly conversation: ConversationId;
  readonly openedSeq: number;
  readonly agent?: string;
}

/** A deal that has changed since it was read. */
export interface ChangedDeal {
  readonly id: string;
  /** To be given back: what changes again in the meantime is to be read again. */
  readonly changes: number;
}

/** How it looks now, as the CRM told. */
export interface ReadDeal extends ChangedDeal {
  readonly look: Pick<LinkedEntity, "title" | "open" | "pipeline" | "stage" | "responsible" | "lastActiveAt" | "wonAt">;
}

/**
 * What is counted of the journal, and its figures. Counting follows positions: a batch and how far it went are kept in one
 * transaction, so that after a crash nothing is missing and nothing is counted twice.
 */
export interface ReportRepository {
  /** An event told of a deal: unless it is a person's already, it is one to be read. */
  noteDeal(portal: PortalId, id: string): Promise<void>;
  /** Deals that belong to nobody we know, the latest told first. Those that were told of long ago are forgotten. */
  strangeDeals(now: Date, perPortal: number): Promise<ReadonlyMap<PortalId, readonly ChangedDeal[]>>;
  /** Those whose contact is a person we spoke with are that person's; the others are nobody's until an event tells again. */
  settleDeals(
    portal: PortalId,
    asked: readonly ChangedDeal[],
    read: readonly (ReadDeal & { readonly contact: string | undefined })[],
    at: Date,
  ): Promise<void>;
  /** The won deals behind the figure, the latest first. */
  deals(portal: PortalId, query: DealQuery): Promise<readonly FoundDeal[]>;
  /**
   * A position up to which everything is there: whoever drew a number before it has ended. `undefined`: somebody is still at it.
   * Of all portals.
   */
  settled(): Promise<{ readonly position: number; readonly at: Date } | undefined>;
  /** Portals of which something is to be counted up to there, those that are the furthest behind last. */
  behind(upTo: number, version: number): Promise<readonly PortalId[]>;
  /** Who wrote in lines within the next batch, and is not known yet to be a person or a bot. */
  strangers(portal: PortalId, upTo: number, limit: number): Promise<readonly string[]>;
  /** Counts the next messages of a portal, of at most `limit`. By an older version than this was counted: all that is kept, anew. */
  count(
    portal: PortalId,
    to: { readonly position: number; readonly at: Date; readonly limit: number; readonly version: number },
    by: Counting,
  ): Promise<CountedTo>;
  /** Forgets what can be counted again of the messages that are kept, so that it is. */
  recount(portal: PortalId): Promise<void>;
  progress(portal: PortalId, now: Date): Promise<Progress>;
  groups(portal: PortalId, scope: ReportScope): Promise<ReportGroups>;
  total(portal: PortalId, scope: ReportScope): Promise<ReportFigures>;
  /** By the day and by the hour of the week. */
  series(
    portal: PortalId,
    scope: ReportScope,
    zone: string,
  ): Promise<{ readonly days: readonly ReportSeriesRow[]; readonly hours: readonly ReportSeriesRow[] }>;
  waits(portal: PortalId, query: WaitQuery): Promise<readonly FoundWait[]>;
  talks(portal: PortalId, query: TalkQuery): Promise<readonly FoundTalk[]>;
  /** Deals to be read again, some of each portal: those that were won, and those whose person was spoken with lately. */
  changedDeals(now: Date, perPortal: number): Promise<ReadonlyMap<PortalId, readonly ChangedDeal[]>>;
  /** How they look now; what has changed again since it was asked for stays to be read. */
  keepDeals(portal: PortalId, read: readonly ReadDeal[], at: Date): Promise<void>;
  /** Those of them that are still kept. */
  messagesAt(portal: PortalId, positions: readonly number[]): Promise<readonly Message[]>;
}
