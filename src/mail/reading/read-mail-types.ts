/** What the words of this folder mean. Types only; `read-mail.ts` makes them. */
import type { Sign } from "./sign-texts.ts";

/** Somebody's address, lower case, and the name that stands with it ("" when none does). */
export interface Mailbox {
  readonly name: string;
  readonly address: string;
}

/**
 * What a mail is.
 *
 * - `human`: somebody wrote it; also what nothing speaks against
 * - `auto-reply`: a machine answers for somebody ("we have your request"), `out-of-office`: that they are away
 * - `bounce-hard`: not delivered and never will be; `bounce-soft`: given up for a reason that passes (a full mailbox, a
 *   server that did not answer); `delay`: not delivered yet, still tried
 * - `complaint`: a provider tells that a person called a mail of ours spam
 * - `newsletter`: sent to many; `system-notice`: written by a program (orders, forms of sites, alerts)
 * - `read-receipt`: tells that a mail of ours was opened, or was deleted unread
 */
export type MailClass =
  | "human"
  | "auto-reply"
  | "out-of-office"
  | "bounce-hard"
  | "bounce-soft"
  | "delay"
  | "complaint"
  | "newsletter"
  | "system-notice"
  | "read-receipt";

export interface BouncedRecipient {
  readonly address: string;
  /** RFC 3463: "5.1.1"; undefined where the report names none. */
  readonly status: string | undefined;
  /** What the other server said, on one line. */
  readonly diagnostic: string | undefined;
}

/** What a delivery report tells. */
export interface Bounce {
  readonly kind: "hard" | "soft" | "delay";
  /** Whom the mail did not reach (for `delay`: not yet). */
  readonly recipients: readonly BouncedRecipient[];
}

/** What a report of a complaint says of itself. Anybody can write one. */
export interface Complaint {
  /** In lower case: "abuse", "fraud", "virus", "not-spam", "auth-failure", "other", and whatever else is said. */
  readonly type: string;
  /** Whom the mail went to that it is about, as far as it tells: providers often take the address out. */
  readonly recipients: readonly string[];
}

/** A `text/calendar` part: the first event in it. Times are as written there, see `calendar.ts`. */
export interface Invitation {
  /** REQUEST, REPLY, CANCEL, PUBLISH …; "" when none is named. */
  readonly method: string;
  readonly title: string;
  readonly start: CalendarTime | undefined;
  readonly end: CalendarTime | undefined;
  readonly place: string;
  readonly organizer: Mailbox | undefined;
  readonly attendees: readonly Attendee[];
  readonly uid: string;
}

export interface Attendee extends Mailbox {
  /** ACCEPTED, DECLINED, TENTATIVE, NEEDS-ACTION …; "" when not said. */
  readonly answer: string;
}

/** `2026-05-04T15:00:00` at a place's clock, or in UTC; a whole day is `2026-05-04`. */
export interface CalendarTime {
  readonly value: string;
  /** "UTC", a time zone's name as the sender wrote it, or undefined for the reader's own clock. */
  readonly zone: string | undefined;
}

export interface MailAttachment {
  /** Never empty: a part without a name is named after its type. Holds no path. */
  readonly name: string;
  /** Lower case, `application/pdf`. */
  readonly type: string;
  /** Bytes, decoded. */
  readonly size: number;
  /** Without angle brackets; what `cid:` in the HTML points to. */
  readonly contentId: string | undefined;
  /** A picture of the text rather than a file beside it. */
  readonly inline: boolean;
  /** The decoded bytes: a view on what was read, so keeping one keeps the mail in memory. */
  content(): Uint8Array;
}

export interface ReadMail {
  /** All ids stand in angle brackets, as in the header and as imapflow and nodemailer give them: `<id@host>`. */
  readonly messageId: string | undefined;
  readonly inReplyTo: string | undefined;
  /** Oldest first, without repetitions. */
  readonly references: readonly string[];
  /** `From`, else `Sender`. */
  readonly from: Mailbox | undefined;
  readonly sender: Mailbox | undefined;
  readonly replyTo: readonly Mailbox[];
  readonly to: readonly Mailbox[];
  readonly cc: readonly Mailbox[];
  readonly bcc: readonly Mailbox[];
  /** By the sender's clock; undefined when there is none that can be read. */
  readonly date: Date | undefined;
  /** Decoded, on one line; "" when there is none. */
  readonly subject: string;
  /** Everything that was written, new and quoted. Lines end with `\n`. */
  readonly text: string;
  /** What is new in this mail: `text` without `folded`. */
  readonly visible: string;
  /** Quoted mails that stood in `text`; "" when nothing was folded. Every word of `text` is in `visible` or in here. */
  readonly folded: string;
  /** As sent and dangerous: show it through `safeHtml` only. Undefined for a mail in plain text. */
  readonly html: string | undefined;
  readonly class: MailClass;
  /** Why; empty for `human`. `sentenceOfSign` says each in the language of the reader. */
  readonly reasons: readonly Sign[];
  readonly mayCreateLead: boolean;
  readonly mayAutoAnswer: boolean;
  readonly bounce: Bounce | undefined;
  /** Only of the class `complaint`. */
  readonly complaint: Complaint | undefined;
  /** The mail of ours that a bounce, a complaint or a receipt is about. */
  readonly originalMessageId: string | undefined;
  readonly calendar: Invitation | undefined;
  readonly attachments: readonly MailAttachment[];
  /** Opened by nobody here: the parts are kept as attachments. */
  readonly smime: "signed" | "encrypted" | undefined;
  /** There is a winmail.dat; what could be read of it stands among the attachments. */
  readonly tnef: boolean;
  /** The mail broke a rule of MIME so badly that its body was read as one text. */
  readonly broken: boolean;
  /** A header's values as they stand, unfolded, first to last; the name in any case. */
  header(name: string): readonly string[];
}
