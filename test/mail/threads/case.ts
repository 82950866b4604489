/** Golden cases: what a person who reads the mails would say, in the words that `inspect -- threads` reads and prints. */
export interface GivenMail {
  readonly messageId?: string | null;
  readonly inReplyTo?: string | readonly string[] | null;
  readonly references?: string | readonly string[] | null;
  readonly from?: unknown;
  readonly replyTo?: string;
  readonly to?: unknown;
  readonly cc?: unknown;
  readonly bcc?: unknown;
  readonly subject?: string | null;
  readonly date?: string | number | null;
  readonly mailbox?: string;
  readonly body?: string | null;
}

export interface Case {
  readonly name: string;
  readonly own?: Record<string, unknown>;
  /** Beside `own` and `mails`. */
  readonly more?: Record<string, unknown>;
  readonly mails: readonly GivenMail[];
  /** Lists of one are left out, as in the other two: they are what is left. */
  readonly messages?: readonly (readonly number[])[];
  readonly threads?: readonly (readonly number[])[];
  /** Default: every message is an activity. */
  readonly activities?: readonly (readonly number[])[];
}

export const own = {
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
