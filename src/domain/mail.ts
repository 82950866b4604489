/** What of a mail decides which mail it is and to which thread it belongs: all of it can be had without its body. */
export interface MailFacts {
  /** Without brackets, in the case in which it came. Absent: the mail has none, and is known by the rest. */
  readonly messageId?: string;
  /** Such ids of the mails before it, the oldest first; never its own, and none that is somebody's address. */
  readonly references: readonly string[];
  /** Canonical address; absent: it names none. */
  readonly sender?: string;
  /** The sender stands for somebody else: a list that writes in its own name. */
  readonly relayed: boolean;
  readonly direction: MailDirection;
  /** Customers: canonical addresses that are not the portal's own, sorted. Of an internal mail: everybody in it. */
  readonly people: readonly string[];
  /** By its own header. Absent: it has none, or one that cannot be true. */
  readonly date?: Date;
  /** Without prefixes, tags and tokens, in lower case. Absent: not known (an empty one is known). */
  readonly subject?: string;
  /** It says that it answers something. */
  readonly isReply: boolean;
  /** Marks that hold a thread together: ours in the subject, in lower case, and Outlook's of a conversation. */
  readonly tokens: readonly string[];
  /** Print of what it says. Absent: not read yet, or it says nothing. */
  readonly content?: string;
}

/** `internal`: no customer has part in it. */
export type MailDirection = "in" | "out" | "internal";
