import type { ConversationId, PersonId, PortalId } from "../../domain/ids.ts";
import type {
  ContactKind,
  ContactPoint,
  EntityType,
  LinkedEntity,
  Person,
  PersonConflict,
  WhyLinked,
} from "../../domain/person.ts";

/**
 * Who is who in a portal. A contact point (kind, key) exists once in a portal, which the schema enforces, so that many
 * first messages at once give one person. All that changes who belongs together is written to the person's audit, in
 * the same transaction.
 */
export interface PersonRepository {
  /**
   * The one person behind a conversation and the contact points that it brought: found by any of them, else made. One
   * transaction under locks on all keys, in their order.
   *
   * - Several people found: they become one (the oldest stays) unless two of them have a phone each: those are never
   *   joined without an admin, and the conversation stays with the person that it had, or the one of the first point.
   * - A point that more than `sharedByMoreThan` messenger ids came in by is marked shared and links nobody from then on.
   * - Points that are not `linkable` (own numbers, junk) are kept with the person that brought them, if nobody has them,
   *   and never join anybody.
   */
  identify(portal: PortalId, input: Identify): Promise<Identified>;
  find(portal: PortalId, person: PersonId): Promise<Person | undefined>;
  /** Those of these numbers or addresses, by their keys, that some person has. Up to some hundred. */
  knownPoints(portal: PortalId, kind: ContactKind, keys: readonly string[]): Promise<readonly string[]>;
  /** Companies of the CRM that belong to people with an address at this domain; no more than a few are told. */
  companiesAt(portal: PortalId, domain: string): Promise<readonly string[]>;
  ofConversation(portal: PortalId, conversation: ConversationId): Promise<Person | undefined>;
  ofEntity(portal: PortalId, type: EntityType, id: string): Promise<Person | undefined>;
  /** By a part of a name, number, address or messenger id; latest activity first. `before` is the last answer's `next`. */
  search(portal: PortalId, query: PersonSearch): Promise<PersonPage>;

  /** Links cards to a person, or renews how they looked. A card of another person moves only when `why` is `admin` or `portal`. */
  saveEntities(portal: PortalId, person: PersonId, entities: readonly LinkedEntity[]): Promise<void>;
  /** An event says that it has changed: it is read again before the next decision. Unknown ones are ignored. */
  noteChanged(portal: PortalId, type: EntityType, id: string): Promise<void>;
  /** Deleted in the CRM: the link goes. Converted or merged: it follows to `into`. */
  entityGone(portal: PortalId, type: EntityType, id: string, into?: { type: EntityType; id: string }): Promise<void>;

  /** Admin's work; each answers the audit entry that undoes it, or why it cannot be done. */
  removePoint(portal: PortalId, by: string, kind: ContactKind, key: string): Promise<PersonChange>;
  movePoint(portal: PortalId, by: string, kind: ContactKind, key: string, to: PersonId): Promise<PersonChange>;
  removeEntity(portal: PortalId, by: string, type: EntityType, id: string): Promise<PersonChange>;
  merge(portal: PortalId, by: string, from: PersonId, into: PersonId): Promise<PersonChange>;
  /** From now on this card takes what the person writes, and no other that was chosen before. It may be new to us. */
  chooseCard(portal: PortalId, by: string, person: PersonId, card: LinkedEntity): Promise<PersonChange>;
  /** Takes points and conversations out of a person into a new one. */
  split(portal: PortalId, by: string, person: PersonId, out: SplitOut): Promise<PersonChange>;
  /** Puts back what an audit entry did, unless what it touched has changed since. */
  undo(portal: PortalId, by: string, entry: string): Promise<PersonChange>;
  /** Newest first, what went to somebody else included: `about` names both (`from`, `into`). */
  audit(portal: PortalId, person: PersonId, limit: number): Promise<readonly AuditEntry[]>;
}

export interface Identify {
  readonly conversation: ConversationId;
  /** The messenger's own id first. */
  readonly points: readonly NewPoint[];
  readonly sharedByMoreThan: number;
}

export interface NewPoint {
  readonly kind: ContactKind;
  readonly key: string;
  readonly shown: string;
  readonly why: WhyLinked;
  readonly linkable: boolean;
}

export interface Identified {
  readonly person: PersonId;
  readonly isNew: boolean;
  /** Points that this person has from now on and had not before, in their order. */
  readonly added: readonly NewPoint[];
  /** People who became this one. */
  readonly joined: readonly PersonId[];
  /** People who have one of the points and were not joined, because they have a phone of their own. */
  readonly kept: readonly PersonId[];
}

export interface PersonSearch {
  readonly text?: string;
  readonly limit: number;
  readonly before?: string;
}

export interface PersonPage {
  readonly people: readonly Person[];
  readonly next?: string;
}

export interface SplitOut {
  readonly points: readonly Pick<ContactPoint, "kind" | "key">[];
  readonly conversations: readonly ConversationId[];
}

export type PersonChange =
  | { readonly kind: "done"; readonly entry: string; readonly person: PersonId }
  | { readonly kind: "unknown" }
  /** Something that it touches has changed since; the sentence says what, `about` names it where there is one thing. */
  | {
      readonly kind: "conflict";
      readonly reason: PersonConflict;
      readonly sentence: string;
      readonly about?: string;
    };

export interface AuditEntry {
  readonly id: string;
  readonly at: Date;
  /** A user of the portal; `tracker` for ourselves. */
  readonly by: string;
  readonly what:
    | "joined"
    | "point-removed"
    | "point-moved"
    | "entity-removed"
    | "card-chosen"
    | "merged"
    | "split"
    | "undone";
  readonly about: Readonly<Record<string, string>>;
  readonly undoneAt?: Date;
}
