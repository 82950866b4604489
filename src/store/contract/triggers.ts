import type { ConversationId, PortalId, TriggerId } from "../../domain/ids.ts";
import type { FiredCard, Firing, Trigger, TriggerFilter, TriggerKind } from "../../domain/trigger.ts";

export interface NewTrigger {
  readonly kind: TriggerKind;
  readonly name: string;
  readonly filter: TriggerFilter;
  readonly enabled: boolean;
}

/** How far a conversation was looked through for causes. */
export interface TriggerMark {
  readonly seenSeq: number;
  readonly open: boolean;
}

export interface NewFiring {
  readonly trigger: TriggerId;
  /** Once for each trigger. */
  readonly cause: string;
}

export interface FiringQuery {
  readonly trigger?: TriggerId;
  readonly before?: string;
  readonly limit: number;
}

/** Triggers, and what they fired for. */
export interface TriggerRepository {
  /** By name. */
  list(portal: PortalId): Promise<readonly Trigger[]>;
  find(portal: PortalId, trigger: TriggerId): Promise<Trigger | undefined>;
  add(portal: PortalId, trigger: NewTrigger, by: string): Promise<Trigger>;
  /** Another kind or filter begins anew: what happened before is none of its causes. `undefined`: it is gone. */
  change(portal: PortalId, trigger: TriggerId, to: NewTrigger): Promise<Trigger | undefined>;
  remove(portal: PortalId, trigger: TriggerId): Promise<boolean>;
  /** What the portal knows of it. */
  noteRegistered(
    portal: PortalId,
    trigger: TriggerId,
    as: { readonly name: string } | { readonly problem: string },
  ): Promise<void>;
  mark(portal: PortalId, conversation: ConversationId): Promise<TriggerMark | undefined>;
  /** Keeps firings, each cause of a trigger once, and how far was looked, in one transaction. Answers how many are new. */
  note(
    portal: PortalId,
    conversation: ConversationId,
    firings: readonly NewFiring[],
    mark: TriggerMark | undefined,
    at: Date,
  ): Promise<number>;
  /** Those that are due, for one taker: who has not put one down within a minute is gone. Over all portals. */
  take(now: Date, limit: number): Promise<readonly Firing[]>;
  /** Before a card's trigger leaves, and after it. */
  keepCards(portal: PortalId, firing: string, cards: readonly FiredCard[]): Promise<void>;
  postpone(portal: PortalId, firing: string, until: Date, why: string): Promise<void>;
  /** It is over; one that fired counts for its trigger. */
  end(portal: PortalId, firing: string, state: Exclude<Firing["state"], "due">, at: Date, why?: string): Promise<void>;
  /** The latest first. */
  firings(portal: PortalId, query: FiringQuery): Promise<readonly Firing[]>;
  /** Deletes firings that were over before then. Answers how many. */
  forget(portal: PortalId, before: Date, limit: number): Promise<number>;
}
