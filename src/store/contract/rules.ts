import type { ConversationId, DecisionId, MessageId, PersonId, PortalId } from "../../domain/ids.ts";
import type { Origin } from "../../domain/message.ts";
import type { ChatLink, EntityType } from "../../domain/person.ts";

/** Rulesets in versions. A saved version is never changed: rolling back saves an old one's content as a new version. */
export interface RulesetRepository {
  /** The version that counts now. `undefined`: never saved, so the default counts (version 0). */
  current(portal: PortalId): Promise<SavedRuleset | undefined>;
  find(portal: PortalId, version: number): Promise<SavedRuleset | undefined>;
  /** Newest first, without their content. */
  list(portal: PortalId, limit: number): Promise<readonly RulesetVersion[]>;
  /** `conflict` when somebody saved another version meanwhile: `basedOn` is no longer the current one. */
  save(portal: PortalId, input: SaveRuleset): Promise<SavedRuleset | "conflict">;
  /** What a line did by itself before our rules took over; the first one that is kept stays until it is taken. */
  keepLine(portal: PortalId, line: string, before: unknown): Promise<void>;
  takeLine(portal: PortalId, line: string): Promise<unknown>;
}

export interface RulesetVersion {
  readonly version: number;
  readonly at: Date;
  /** User id in the portal. */
  readonly by: string;
  readonly note: string;
}

export interface SavedRuleset extends RulesetVersion {
  /** As it was saved; read it through the rules' schema, which fills in what came later. */
  readonly content: unknown;
}

export interface SaveRuleset {
  readonly content: unknown;
  readonly basedOn: number;
  readonly by: string;
  readonly note: string;
}

/**
 * Decisions, and how far they were carried out. One for each session of a conversation; the row exists before anything is
 * written to the CRM, and each step's id before the next step begins.
 */
export interface DecisionRepository {
  /**
   * Begins a decision for a conversation: the one that was current ends. Answers the latest one that the same message
   * began if there is one (a crash between).
   */
  begin(portal: PortalId, input: NewDecision): Promise<StoredDecision>;
  current(portal: PortalId, conversation: ConversationId): Promise<StoredDecision | undefined>;
  find(portal: PortalId, decision: DecisionId): Promise<StoredDecision | undefined>;
  /** Facts and decision, once they are there; made again when contact data arrived. */
  decide(portal: PortalId, decision: DecisionId, input: Decided): Promise<void>;
  /** Before a write that may have an effect, and after it. A step is never begun twice: `false` when it stands already. */
  beginStep(portal: PortalId, decision: DecisionId, step: string): Promise<boolean>;
  endStep(portal: PortalId, decision: DecisionId, step: string, end: StepEnd): Promise<void>;
  /** Messages up to this position stand in the cards. */
  noteWritten(portal: PortalId, decision: DecisionId, seq: number): Promise<void>;
  /** What the portal has linked the chat to, `null` when it does not tell; read once, so the first answer stays. */
  noteLink(portal: PortalId, decision: DecisionId, link: ChatLink | null): Promise<void>;
  /** The step certainly had no effect: it may be begun again. */
  retryStep(portal: PortalId, decision: DecisionId, step: string): Promise<void>;
  /**
   * The conversation's current decision is to be made anew for what follows: it ends, and one that is not decided yet takes
   * over, begun by the same message and writing on from the same position. Nothing when there is none.
   */
  renew(portal: PortalId, conversation: ConversationId): Promise<void>;
  /** The conversation's session ended: the next message begins another decision. */
  end(portal: PortalId, conversation: ConversationId): Promise<void>;
  /** The line has closed the session of the conversation's current decision, just now. */
  sessionClosed(portal: PortalId, conversation: ConversationId): Promise<void>;
  /** Decisions that a later message has ended and of which nobody has judged yet whether the chat was answered; oldest first. */
  unjudged(portal: PortalId, conversation: ConversationId): Promise<readonly StoredDecision[]>;
  /** It was judged, or there is nothing to judge. */
  noteJudged(portal: PortalId, decision: DecisionId): Promise<void>;
  /** Who spoke in the session of a decision: from the message that opened it to the one that opened the next. */
  talk(portal: PortalId, decision: DecisionId): Promise<Talk | undefined>;
  /**
   * The portal told something of the chat: who has it may be another one now. Only where the current decision follows
   * transfers, and not when it was written by whoever is known to have it. Answers whether there is something to look at.
   */
  noteChatChanged(portal: PortalId, conversation: ConversationId, at: Date, author?: string): Promise<boolean>;
  /** The same for a card: answers the open conversations of its person whose decisions follow transfers. */
  noteCardChanged(portal: PortalId, card: CardRef, at: Date): Promise<readonly ConversationId[]>;
  /** How it is now; what the portal told up to `seen` is done with. */
  noteFollowed(portal: PortalId, decision: DecisionId, now: unknown, seen: Seen): Promise<void>;
  /** Before we make somebody responsible ourselves: no decision that knows the card takes that for a change of others'. */
  noteResponsible(portal: PortalId, card: CardRef, person: string): Promise<void>;
  /** For the journal and "why is it here?". Newest first. */
  ofConversation(portal: PortalId, conversation: ConversationId, limit: number): Promise<readonly StoredDecision[]>;
  /** For comparing a draft with the live rules: the last ones of the portal that have facts, newest first. */
  recent(portal: PortalId, limit: number): Promise<readonly StoredDecision[]>;
  /** Whom filters gave conversations since then, for spreading; who was chosen last stands first. */
  given(portal: PortalId, since: Date): Promise<readonly Given[]>;
  /** How many conversations each person is responsible for whose session has not ended. */
  loads(portal: PortalId): Promise<ReadonlyMap<string, number>>;
}

export interface CardRef {
  readonly type: EntityType;
  readonly id: string;
}

export interface Seen {
  readonly chat?: Date | undefined;
  readonly card?: Date | undefined;
}

export interface Talk {
  /** Who wrote to the customer, each once; what was refused or given up reached nobody and is not among it. */
  readonly writers: readonly Writer[];
  readonly lastAt: Date;
  /** When the next session was opened. */
  readonly nextAt?: Date;
  /** Whoever wrote last before it, within a day and since the session before was over. */
  readonly before: readonly Writer[];
}

export interface Writer {
  readonly by: Origin["by"];
  /** User id in the portal; absent: its system, or somebody at the messenger itself. */
  readonly authorId?: string;
}

export interface Given {
  readonly filter: string;
  readonly person: string;
  readonly count: number;
  readonly lastAt: Date;
}

export interface NewDecision {
  readonly conversation: ConversationId;
  readonly person: PersonId;
  /** The message that opened the session. */
  readonly message: MessageId;
}

export interface Decided {
  readonly rulesetVersion: number;
  readonly facts: unknown;
  readonly decision: unknown;
  /** The filter that spread it over a department, and whom it chose. */
  readonly given?: { readonly filter: string; readonly person: string };
}

/** `done` may carry the id of what was made; `uncertain` is asked after before anything else; `refused` tells why. */
export type StepEnd =
  | { readonly kind: "done"; readonly id?: string }
  | { readonly kind: "refused"; readonly sentence: string }
  | { readonly kind: "uncertain"; readonly sentence: string };

export interface StoredDecision {
  readonly id: DecisionId;
  readonly conversation: ConversationId;
  readonly person: PersonId;
  readonly message: MessageId;
  readonly at: Date;
  readonly rulesetVersion?: number;
  readonly facts?: unknown;
  readonly decision?: unknown;
  /** Steps by name, in the order in which they began. */
  readonly steps: readonly { readonly name: string; readonly at: Date; readonly end?: StepEnd }[];
  /** Messages up to this position stand in the cards. */
  readonly writtenSeq: number;
  /** What the portal itself has linked the chat to; `null`: it does not tell; absent: not asked yet. */
  readonly portalLink?: ChatLink | null;
  /** The session ended, or another decision took over. */
  readonly ended: boolean;
  /** When the line closed its session. */
  readonly closedAt?: Date;
  /** Whether anybody had answered was judged, or is not to be. */
  readonly judged: boolean;
  /** Who had the chat and its cards when they were last looked at, as it was noted: `{operator, cards: {"lead:12": …}, …}`. */
  readonly follow?: unknown;
  /** What the portal told of them since. */
  readonly chatChangedAt?: Date;
  readonly cardChangedAt?: Date;
}
