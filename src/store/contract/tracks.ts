import type { AccountId, ConversationId, MessageId, PortalId } from "../../domain/ids.ts";
import type { HitClass, LetterHit } from "../../domain/letter-hit.ts";

/** A letter whose reading is to be seen. */
export interface LetterTrack {
  readonly id: string;
  readonly portal: PortalId;
  readonly account: AccountId;
  /** Of the message that it is. */
  readonly originKey: string;
  /** Its Message-ID: what the channel calls the message. */
  readonly messageId: string;
  /** Pages that its links lead to, in the order in which they stand in it. */
  readonly links: readonly string[];
}

export interface JudgedHit extends LetterHit {
  readonly class: HitClass;
}

/** When the letter left, as far as that is known, and what was seen of it. */
export interface TrackedHits {
  readonly sentAt?: Date;
  readonly hits: readonly JudgedHit[];
}

/** A letter of ours that can be seen, and what is known of it now. */
export interface SeenLetter {
  readonly message: MessageId;
  readonly opened: "yes" | "probably" | "not-known";
  /** A person followed a link. */
  readonly clicked: boolean;
  /** A person has written after it, in its conversation. */
  readonly answered: boolean;
}

/** Of one person, and of one template among their letters. */
export interface LetterReportRow {
  readonly authorId: string | null;
  readonly template: string | null;
  readonly sent: number;
  /** Of those sent: how many could be seen at all. */
  readonly tracked: number;
  readonly opened: number;
  /** Of those that could be seen. */
  readonly openedOfTracked: number;
  readonly probablyOpened: number;
  readonly clicked: number;
  readonly answered: number;
}

/** What is seen of letters that were sent. */
export interface TrackRepository {
  /** Once for an origin key: the second call answers what the first one made. */
  begin(track: Omit<LetterTrack, "id">): Promise<LetterTrack>;
  /** Without a portal: a signed link carries only the id, the signature is the proof. */
  find(id: string): Promise<LetterTrack | undefined>;
  /**
   * Writes a hit down, and all of the letter judged anew; the first few hundred are kept. Answers all of them as they
   * are now.
   */
  hit(
    id: string,
    hit: LetterHit,
    judge: (hits: readonly LetterHit[], sentAt: Date | undefined) => readonly HitClass[],
  ): Promise<readonly JudgedHit[]>;
  /** `undefined`: nothing was to be seen of this message. */
  seen(portal: PortalId, originKey: string): Promise<TrackedHits | undefined>;
  /** Of a conversation's newest letters those that were looked at or answered, in their order. */
  ofConversation(portal: PortalId, conversation: ConversationId): Promise<readonly SeenLetter[]>;
  /** Takes what was seen of letters from before this date; their addresses lead nowhere from then on. Answers how many. */
  forget(portal: PortalId, before: Date, limit: number): Promise<number>;
  /** Letters of ours that went out since then and before then. */
  report(portal: PortalId, since: Date, until: Date): Promise<readonly LetterReportRow[]>;
}
