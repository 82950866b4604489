import type { AccountId, ConversationId, PortalId, TriggerId } from "./ids.ts";

/** What of a conversation can move a card. */
export const TRIGGER_KINDS = [
  "message-received",
  "first-message",
  "no-answer",
  "closed",
  "rating",
  "mail-opened",
  "link-clicked",
  "mail-bounced",
  "form-filled",
] as const;
export type TriggerKind = (typeof TRIGGER_KINDS)[number];

/** Absent: whatever it is. */
export interface TriggerFilter {
  readonly channel?: string;
  readonly account?: AccountId;
  /** Stands in the text, without regard to case; any of them. */
  readonly words?: readonly string[];
  /** Of `no-answer`: after so many, of working time where the account has one. */
  readonly minutes?: number;
  /** Of `rating`: so many stars at most. */
  readonly starsUpTo?: number;
  /** Of `mail-opened`: also what only a program that fetches pictures for people tells. */
  readonly probable?: boolean;
}

/** Made on our page, and a trigger of the portal under a code of its own. */
export interface Trigger {
  readonly id: TriggerId;
  readonly portal: PortalId;
  readonly kind: TriggerKind;
  readonly name: string;
  readonly filter: TriggerFilter;
  readonly enabled: boolean;
  /** Under which name the portal knows it; absent: not yet. */
  readonly registeredName?: string;
  /** Why the portal does not know it, or not under this name. */
  readonly problem?: string;
  readonly madeBy: string;
  /** What happened before is none of its causes. */
  readonly since: Date;
  readonly fired: number;
  readonly lastFiredAt?: Date;
}

/** Something happened that a trigger waits for. `key`: the same thing has the same one, whoever finds it. */
export interface Cause {
  readonly kind: TriggerKind;
  readonly key: string;
  readonly at: Date;
  readonly text?: string;
  readonly stars?: number;
  readonly probable?: boolean;
  /** Of `no-answer`: that trigger alone, whose time it is. */
  readonly trigger?: TriggerId;
}

/** What became of one card. `uncertain`: it may have fired, and is not fired again. */
export interface FiredCard {
  readonly type: "lead" | "deal";
  readonly id: string;
  readonly state: "due" | "leaving" | "fired" | "refused" | "uncertain";
  readonly why?: string;
}

export interface Firing {
  readonly id: string;
  readonly portal: PortalId;
  readonly trigger: TriggerId;
  readonly conversation: ConversationId;
  readonly cards: readonly FiredCard[];
  /** `nowhere`: the conversation belongs to no lead or deal. */
  readonly state: "due" | "done" | "nowhere" | "given-up";
  readonly error?: string;
  readonly createdAt: Date;
  readonly endedAt?: Date;
}
