/** What an e-mail has beside what any message has. */

export interface MailAddress {
  /** As it was written, without the name. */
  readonly address: string;
  readonly name?: string;
}

export const LETTER_CLASSES = [
  "human",
  "auto-reply",
  "out-of-office",
  "bounce-hard",
  "bounce-soft",
  "delay",
  "complaint",
  "newsletter",
  "system-notice",
  "read-receipt",
] as const;

export type LetterClass = (typeof LETTER_CLASSES)[number];

/**
 * The envelope of a mail, kept with its message. The message's body is what its writer wrote newly; the mail's own HTML, where
 * it has one, is the attachment with the role `letter`.
 */
export interface Letter {
  /** With its angle brackets; one of ours where the mail had none. */
  readonly messageId: string;
  readonly subject: string;
  readonly from: MailAddress;
  /** Where an answer goes, when that is not its sender. */
  readonly replyTo?: readonly MailAddress[];
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  /** Only of what was written here, or stands in the Sent folder. */
  readonly bcc?: readonly MailAddress[];
  readonly class: LetterClass;
  /** Quoted text that was folded away: never lost, shown on demand. */
  readonly folded?: string;
  /** A bounce: whom it could not reach, and the mail that it is about. */
  readonly failed?: { readonly recipients: readonly string[]; readonly of?: string; readonly why?: string };
  /** An invitation, in words a person reads. */
  readonly invitation?: string;
}
