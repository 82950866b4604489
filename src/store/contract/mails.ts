import type { AccountId, ConversationId, MailId, MailThreadId, MessageId, PortalId } from "../../domain/ids.ts";
import type { MailDirection, MailFacts } from "../../domain/mail.ts";

/** Where a copy lies in a box. IMAP promises that the three mean one and the same mail for ever (RFC 9051, 2.3.1.1). */
export interface MailPlace {
  readonly folder: string;
  readonly uidValidity: number;
  readonly uid: number;
}

export interface MailSighting extends MailPlace {
  readonly facts: MailFacts;
}

export interface KeepRules {
  /** The box shares no mails and no threads with the others. Switching it over counts for mails seen from then on. */
  readonly apart?: boolean;
  /** A changed subject begins a new thread, whatever the mail refers to. */
  readonly changedSubjectBeginsThread?: boolean;
  /**
   * More is on its way in no particular order (folder after folder): answers that refer to nothing seen are not looked for
   * by their subject before `settle`.
   */
  readonly isBacklog?: boolean;
}

export interface KeptMail {
  readonly mail: MailId;
  /** It was in no box before. */
  readonly isNew: boolean;
  readonly thread: MailThreadId;
  readonly direction: MailDirection;
  /** Nothing is left to be done with it. A copy that first shows a customer in it makes it wait again. */
  readonly isHandled: boolean;
}

/** A thread that turned out to be one with an older one: what hangs on the one given up goes on with the one kept. */
export interface ThreadJoin {
  readonly kept: MailThreadId;
  readonly givenUp: MailThreadId;
}

export interface KeptMails {
  /** In the order of what was given. */
  readonly mails: readonly KeptMail[];
  readonly joins: readonly ThreadJoin[];
}

export interface IndexedMail extends Omit<MailFacts, "tokens"> {
  readonly id: MailId;
  readonly thread: MailThreadId;
  /** By its own header, or else when it was first seen. */
  readonly at: Date;
  /** What reading the whole mail made of it; absent until then. */
  readonly class?: string;
  readonly isHandled: boolean;
  /** What it became. Either may be deleted by now. */
  readonly message?: MessageId;
  readonly conversation?: ConversationId;
}

export interface MailHandling {
  readonly mail: MailId;
  readonly class?: string;
  /** `contentPrint` of its text: from then on copies that say something else are other mails. */
  readonly content?: string;
  /** Absent: it became none (nobody's customer, old, or refused by rule). */
  readonly message?: MessageId;
  readonly conversation?: ConversationId;
}

/** A mail that something is still to be done with, and where it can be read. */
export interface WaitingMail extends MailPlace {
  readonly mail: IndexedMail;
}

/** A distribution list of the company itself. */
export interface MailGroup {
  readonly address: string;
  readonly since: Date;
  /** The employee who added it. Absent: a letter that it handed on told of it. */
  readonly addedBy?: string;
  /** It was taken off. */
  readonly removed?: { readonly at: Date; readonly by: string };
}

/**
 * The index of every mail that was seen in any box, whatever became of it.
 *
 * Packs of one portal are written one after another; each is one transaction: killed in it, nothing of it happened, and
 * after it the same pack once more changes nothing. Threads grow together when the mail between them comes late.
 */
export interface MailRepository {
  /**
   * Writes down what was seen, up to some 500 at once. A box that counts anew (another UIDVALIDITY) has its mails found
   * again by what they are. `undefined`: the portal has no such account.
   */
  keep(
    portal: PortalId,
    account: AccountId,
    sightings: readonly MailSighting[],
    rules?: KeepRules,
  ): Promise<KeptMails | undefined>;
  /**
   * The end of a backlog: looks by subject for what answers belong to, so many of them after this mail. Again and again
   * until there is no `next`; once more does no harm.
   */
  settle(
    portal: PortalId,
    page: { readonly after?: MailId; readonly limit: number },
  ): Promise<{ readonly joins: readonly ThreadJoin[]; readonly next?: MailId }>;
  find(portal: PortalId, mail: MailId): Promise<IndexedMail | undefined>;
  /** Mails with this Message-ID (brackets and case count for nothing), the oldest first: for bounces and copies of ours. */
  withMessageId(portal: PortalId, messageId: string, apart?: AccountId): Promise<readonly IndexedMail[]>;
  /** The last ones of a thread, the oldest first. A thread that was given up answers as the one it is part of now. */
  thread(portal: PortalId, thread: MailThreadId, limit: number): Promise<readonly IndexedMail[]>;
  /** The thread that this one is part of now: itself, unless it was given up. */
  threadNow(portal: PortalId, thread: MailThreadId): Promise<MailThreadId>;
  /**
   * Conversations of this account that are named after threads that these have taken in since: they go on as them. Also what
   * was joined by a letter in another box.
   */
  outgrown(portal: PortalId, account: AccountId, threads: readonly MailThreadId[]): Promise<readonly ThreadJoin[]>;
  /** Where its copies lie, in which boxes. */
  places(portal: PortalId, mail: MailId): Promise<readonly (MailPlace & { readonly account: AccountId })[]>;
  /** The highest UID seen in a folder as it counts now; `undefined`: none was. */
  lastUid(portal: PortalId, account: AccountId, folder: string, uidValidity: number): Promise<number | undefined>;
  /** Mails in this box that something is still to be done with, in the order in which they were seen. */
  waiting(
    portal: PortalId,
    account: AccountId,
    page: { readonly after?: MailId; readonly limit: number },
  ): Promise<readonly WaitingMail[]>;
  /** What became of mails. The first word stays: of those that were handled already nothing changes. Answers those that were not. */
  handle(portal: PortalId, handlings: readonly MailHandling[]): Promise<readonly MailId[]>;
  /** Copies that are no longer in the box. The mails stay known: one that is moved is no new one. */
  gone(portal: PortalId, account: AccountId, places: readonly MailPlace[]): Promise<void>;
  /** Addresses of the portal's own groups (distribution lists). */
  groups(portal: PortalId): Promise<readonly string[]>;
  /** As letters tell of them; each once, however often it is said. Answers those that are groups now: others were taken off. */
  addGroups(portal: PortalId, addresses: readonly string[]): Promise<readonly string[]>;
  /** Also those that were taken off. */
  allGroups(portal: PortalId): Promise<readonly MailGroup[]>;
  /** An employee adds one, or puts one back that was taken off. */
  putGroup(portal: PortalId, address: string, by: string): Promise<MailGroup>;
  /** It is none, whatever letters tell from now on. `false`: it was none. */
  removeGroup(portal: PortalId, address: string, at: Date, by: string): Promise<boolean>;
  /**
   * Takes names and words from mails before this date; what they are known by stays, so that none of them is ever new again.
   * Answers how many.
   */
  forget(portal: PortalId, before: Date, limit: number): Promise<number>;
}
