import { createHash } from "node:crypto";
import { type AddressField, createAddressBook, type OwnAddresses } from "../../../src/mail/threads/addresses.ts";
import { mailFacts } from "../../../src/mail/threads/facts.ts";
import type { ScopedFacts } from "../../../src/mail/threads/keys.ts";

/** Golden cases: what a person who reads the mails would say, in the words that `inspect -- threads` reads and prints. */
export interface GivenMail {
  readonly messageId?: string | null;
  readonly inReplyTo?: string | readonly string[] | null;
  readonly references?: string | readonly string[] | null;
  readonly threadIndex?: string | null;
  readonly from?: AddressField;
  readonly replyTo?: string;
  readonly to?: AddressField;
  readonly cc?: AddressField;
  readonly bcc?: AddressField;
  readonly subject?: string | null;
  readonly date?: string | number | null;
  readonly mailbox?: string;
  readonly body?: string | null;
}

export interface Case {
  readonly name: string;
  readonly own?: OwnAddresses;
  /** Beside `own` and `mails`. */
  readonly more?: {
    readonly apart?: readonly string[];
    readonly people?: readonly (readonly string[])[];
    readonly changedSubjectBeginsThread?: boolean;
  };
  readonly mails: readonly GivenMail[];
  /** Lists of one are left out, as in the other two: they are what is left. */
  readonly messages?: readonly (readonly number[])[];
  readonly threads?: readonly (readonly number[])[];
  /** Default: every message is an activity. */
  readonly activities?: readonly (readonly number[])[];
}

export const own: OwnAddresses = {
  domains: ["firm.example"],
  mailboxes: ["sales@firm.example", "ivan@firm.example", "firm.boss@gmail.com"],
  aliases: ["info@firm-old.example"],
  lists: ["team@lists.example"],
};

let number = 0;

/** A mail of a customer to the shared box, with an id and a minute of its own. */
export function mail(changes: GivenMail = {}): GivenMail {
  number++;
  return {
    messageId: `<mail-${number}@customer.example>`,
    from: "Ann Lee <ann@customer.example>",
    to: "sales@firm.example",
    subject: `Question ${number}`,
    date: new Date(Date.UTC(2026, 2, 2, 9, number)).toISOString(),
    mailbox: "sales@firm.example",
    body: `Dear all, this is what I want to know, number ${number}.`,
    ...changes,
  };
}

/** Ours, as it stands in Sent. */
export const sent = (changes: GivenMail = {}): GivenMail =>
  mail({ from: "Ivan <ivan@firm.example>", to: "ann@customer.example", mailbox: "ivan@firm.example", ...changes });

export const day = (days: number, minutes = 0): string =>
  new Date(Date.UTC(2026, 4, 1 + days, 9, minutes)).toISOString();

/** Outlook's mark: 22 bytes of a conversation, and five for each answer. */
export const conversationIndex = (conversation: string, answers = 0): string =>
  Buffer.concat([
    Buffer.of(1),
    createHash("sha256").update(conversation).digest().subarray(0, 21),
    Buffer.alloc(5 * answers, answers),
  ]).toString("base64");

/** The mails of a case as workers see them. */
export function factsOf({ own: itsOwn = own, more, mails }: Case): ScopedFacts[] {
  const mailboxes = [...itsOwn.mailboxes, ...mails.map(({ mailbox = "" }) => mailbox)];
  const book = createAddressBook({ ...itsOwn, mailboxes }, { people: more?.people ?? [] });
  const apart = new Set(more?.apart?.map((box) => box.toLowerCase()));
  return mails.map((mail) => {
    const box = mail.mailbox?.toLowerCase() ?? "";
    return { facts: mailFacts(mail, book), scope: apart.has(box) ? box : "" };
  });
}
