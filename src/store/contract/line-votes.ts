import type { AccountId, ConversationId, PortalId } from "../../domain/ids.ts";

/** A session of an open line; `session`: the portal's id of it. */
export interface LineSession {
  readonly portal: PortalId;
  readonly account: AccountId;
  readonly conversation: ConversationId;
  readonly session: string;
  /** Who had the conversation. */
  readonly operator?: string;
}

/** What the line said without an author behind a customer's 1 or 0. */
export interface PerhapsVote extends LineSession {
  readonly thankedSeq: number;
}

export interface GivenVote {
  readonly stars: number;
  /** Position and time of what the customer said. */
  readonly saidSeq: number;
  readonly at: Date;
}

export interface EndedSession extends LineSession {
  /** How often the portal was asked before. */
  readonly looks: number;
}

/** Votes that lines ask for by themselves. Each session has one of either kind, and a later one takes its place. */
export interface LineVoteRepository {
  /** Twice is harmless. */
  perhaps(vote: PerhapsVote, due: Date): Promise<void>;
  /** Whose texts are to be asked for, some of each portal. */
  unread(now: Date, perPortal: number): Promise<ReadonlyMap<PortalId, readonly PerhapsVote[]>>;
  /**
   * What became of one, in one transaction: a vote is kept and asks nothing; `undefined`: it was none; a time: look again then.
   * What the line has said since is not taken for settled.
   */
  settle(vote: PerhapsVote, to: GivenVote | undefined | { readonly againAt: Date }): Promise<void>;
  /** A session ended: the portal is asked for the supervisor's vote from so many ms later on. Once more: it begins anew. */
  ended(session: LineSession, lookInMs: number): Promise<void>;
  /** Of which the supervisor's vote is to be asked for, some of each portal. */
  toLook(now: Date, perPortal: number): Promise<ReadonlyMap<PortalId, readonly EndedSession[]>>;
  /** What a look brought: stars, or when to look again; neither: never. */
  looked(
    session: EndedSession,
    found: { readonly stars: number; readonly at: Date } | { readonly againAt: Date | undefined },
  ): Promise<void>;
}
