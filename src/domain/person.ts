import type { ConversationId, MessageId, PersonId, PortalId } from "./ids.ts";

/** Kinds of what a person can be reached and known by. `messenger`: an id at one account of a channel, visitors included. */
export const CONTACT_KINDS = ["phone", "email", "messenger"] as const;
export type ContactKind = (typeof CONTACT_KINDS)[number];

/** One person of a portal, whatever channel they write from. */
export interface Person {
  readonly id: PersonId;
  readonly portal: PortalId;
  /** As the channels show them; empty when none did. */
  readonly name: string;
  readonly createdAt: Date;
  readonly points: readonly ContactPoint[];
  readonly entities: readonly LinkedEntity[];
  readonly conversations: readonly ConversationId[];
}

/** What links messages to a person. Of a portal there is one of each kind and key: it belongs to one person or to nobody. */
export interface ContactPoint {
  readonly kind: ContactKind;
  /** Compared: E.164; the folded e-mail; `<account>:<vendor's id of the person>`. */
  readonly key: string;
  /** As the customer wrote it. */
  readonly shown: string;
  readonly why: WhyLinked;
  readonly createdAt: Date;
  /** The first of its kind. It stays the link even when the customer or an agent deletes it in the CRM. */
  readonly first: boolean;
  /** Too many people use it: it is shown and links nobody. */
  readonly shared: boolean;
  /** Not so for the company's own numbers, and for what is obviously made up. */
  readonly linkable: boolean;
}

/** Why a contact point belongs to a person, for whoever looks at the links. */
export type WhyLinked =
  /** The messenger itself names it: its id, or a number that it has confirmed. */
  | { readonly by: "channel"; readonly conversation?: ConversationId }
  /** Found in what the customer wrote. */
  | { readonly by: "message"; readonly message: MessageId }
  /** Left in a form. */
  | { readonly by: "form"; readonly message: MessageId }
  /** In the CRM's own card. */
  | { readonly by: "crm" }
  | { readonly by: "admin"; readonly userId: string };

/** What the portal itself has linked a chat to: ids by type. */
export type ChatLink = Readonly<Partial<Record<EntityType, string>>>;

export type EntityType = "lead" | "deal" | "contact" | "company";

/** A card of the CRM that belongs to a person, and how it looked when it was last read. */
export interface LinkedEntity {
  readonly type: EntityType;
  readonly id: string;
  /** How we know: we made it, found it by a contact point or a company's domain, were told by the portal's own link, or by an admin. */
  readonly why: "made" | "phone" | "email" | "contact" | "domain" | "portal" | "admin";
  /** Somebody moved the person's conversations here: it takes them, whatever the rules say. Only when true. */
  readonly chosen?: boolean;
  readonly title: string;
  readonly open: boolean;
  readonly pipeline?: string;
  readonly stage?: string;
  readonly responsible?: string;
  readonly lastActiveAt: Date;
  /** Read from the portal at that time; absent: an event said that it has changed since. */
  readonly freshAt?: Date;
  /** Of a deal that was read: when it came to its stage, if that is a won one, and else `null`. Absent: nothing is known of it. */
  readonly wonAt?: Date | null;
}

/** Why people cannot be changed in the way that somebody asks for. */
export type PersonConflict =
  | "themselves"
  | "already-theirs"
  | "not-theirs"
  | "nothing-chosen"
  | "undone"
  | "chosen-already"
  | "changed-since";
