import type { MailAddress } from "../../domain/letter.ts";

/**
 * What is known of all mails of a portal, for channels whose messages are letters (`capabilities.letters`): the same mail lies
 * in several boxes, and its thread may have begun in another one. Behind it stands the store's index; a channel sees only
 * what it needs to know of it.
 *
 * Failure contract: a call that throws did nothing; it is made again. `keep` is durable before it answers, and the same
 * sightings twice are harmless. A letter stays `pending` until `done` was told: a crash in between brings it again, and its key
 * makes the second acceptance harmless.
 */
export interface LetterBook {
  /** What was seen in a folder, up to 500 at once; an answer for each, in their order. */
  keep(seen: readonly SeenLetter[]): Promise<readonly KeptLetter[]>;
  /**
   * The next letters whose bodies this box is to fetch, in the order in which they are to be told: what has just come before
   * what the first scan met; of that (`history`) only those whose people somebody here, or the CRM, knows. A letter that
   * lies in several boxes is given to one of them at a time.
   */
  pending(limit: number): Promise<readonly PendingLetter[]>;
  /** Its message was accepted, or it needs none (`passed`: and why, for the journal of the box). */
  done(letter: string, how?: { readonly passed: string }): Promise<void>;
  /** A letter that came: whether it asks for no more of ours, as the mail program of a reader writes it. Then it was noted. */
  leaves(came: { readonly subject: string; readonly from: string | undefined }): Promise<boolean>;
  /**
   * A report that somebody called a letter spam: whether it was one of ours, whose reader is sent no more like it from now on. Then
   * it was noted. A report that proves nothing does nothing.
   */
  complained(report: LetterComplaint): Promise<boolean>;
  /** The conversation of the mail with this Message-ID; `undefined`: nobody has seen it. For what tells of that mail. */
  threadOf(messageId: string): Promise<string | undefined>;
  /** What an answer in this thread goes on from; `undefined`: nobody has seen such a thread. */
  thread(id: string): Promise<ThreadHead | undefined>;
}

export interface SeenLetter {
  readonly folder: string;
  /** `UIDVALIDITY` of the folder; another one means that all numbers are new, and no letter is. */
  readonly validity: string;
  readonly uid: number;
  /** With angle brackets, as it came; absent where the mail has none. */
  readonly messageId?: string;
  readonly inReplyTo?: string;
  readonly references?: readonly string[];
  /** Outlook's mark of a conversation, as it came. */
  readonly threadIndex?: string;
  readonly from?: MailAddress;
  readonly replyTo?: readonly MailAddress[];
  /** Where one writes to the group (distribution list) that handed it on, of whomever it is. */
  readonly group?: string;
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly subject: string;
  readonly date: Date;
  /** It lies where what was sent lies. */
  readonly sent: boolean;
  /** Met by the first scan, not when it came. */
  readonly history: boolean;
}

export interface LetterComplaint {
  /** As the report says (RFC 5965): "abuse", "fraud" … */
  readonly type: string;
  /** The Message-ID of the letter that it is about. */
  readonly of: string | undefined;
  /** Whom the report says that the letter went to; often nobody. */
  readonly recipients: readonly string[];
}

export interface KeptLetter {
  readonly letter: string;
  /** The conversation's `chatId`. */
  readonly thread: string;
  /** Another box, or this one, had it already. */
  readonly known: boolean;
  /** Threads that this letter joined with `thread`: their conversations go on as that one (`ChatMoved`). */
  readonly joined?: readonly string[];
}

export interface PendingLetter {
  readonly letter: string;
  readonly thread: string;
  /** Conversations of this box that go on as this thread, and were not told so yet (`ChatMoved`). */
  readonly joined?: readonly string[];
  readonly folder: string;
  readonly validity: string;
  readonly uid: number;
}

export interface ThreadHead {
  /** Without "Re:" and marks, in lower case: to find by, not to write. */
  readonly subject: string;
  /** Of the latest letter. */
  readonly messageId: string;
  /** All of the thread that are known, oldest first. */
  readonly references: readonly string[];
  /** Whom an answer goes to: the other side of the latest letter. */
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
}
