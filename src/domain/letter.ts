import type { Language } from "./localised.ts";

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
  /** Letters that it refers to, by their real names, oldest first. Absent: it names none, or it was written here. */
  readonly references?: readonly string[];
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
  /** Only of what is written here: how it goes out. */
  readonly sending?: LetterSending;
}

export interface LetterSending {
  /** Its gaps are filled already. */
  readonly signature?: string;
  /** The letter that is answered, to stand below the answer. */
  readonly quoted?: {
    readonly from: MailAddress;
    /** ISO. */
    readonly at: string;
    readonly text: string;
    readonly language: Language;
    /** IANA name. */
    readonly zone: string;
  };
  /** What it goes on from, as those letters are really named. Absent: it begins a thread, or only the index knows. */
  readonly place?: { readonly messageId: string; readonly references: readonly string[] };
  /** Addresses of ours for a picture, and for its links in their order: its reading is to be seen. */
  readonly tracked?: { readonly pixel: string; readonly links: readonly string[] };
  /** The text that it was made of, by the name that people gave it. */
  readonly template?: string;
  /** No person wrote it (RFC 3834). */
  readonly automatic?: "auto-replied" | "auto-generated";
  readonly unsubscribe?: { readonly mailto?: string; readonly url?: string };
}
