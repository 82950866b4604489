/** Nouns of the engine that works in place of an open line. Instants are milliseconds in UTC, so that state is plain JSON. */
import type { IgnoredChats } from "./own-line.ts";

/** Something that begins at a time; the number makes it this one and no other. */
export interface Mark {
  readonly serial: number;
  readonly at: number;
}

/** How a conversation stands with the engine. Kept between steps; nothing else is remembered. */
export interface OwnSession {
  /** `closing`: finished, and whoever writes now goes on with the same agent. */
  readonly phase: "open" | "closing" | "closed";
  /** Which session of this conversation, from 1; 0: there was none yet. */
  readonly session: number;
  readonly operator: string | null;
  /** They have taken it, or somebody whom we do not know has answered. */
  readonly accepted: boolean;
  /** It waits for whoever of all takes it. */
  readonly offered: boolean;
  /** Who had it in this round and did not take it. */
  readonly tried: readonly string[];
  /** When it was given to the operator who has not taken it. */
  readonly given: Mark | null;
  /** Nobody could be found: when to look again. */
  readonly look: Mark | null;
  /** The customer waits for an answer since then. `first`: for the first one. `told`: somebody was told that it is late. */
  readonly wait: (Mark & { readonly first: boolean; readonly told: boolean }) | null;
  readonly unanswered: boolean;
  /** An agent has written in this session. */
  readonly answered: boolean;
  /** The agent had the last word, then. */
  readonly silence: Mark | null;
  readonly agentWroteAt: number | null;
  readonly closed: Mark | null;
  /** Until then the customer knows that nobody works. */
  readonly offHoursUntil: number | null;
  /** The customer knows that nobody is there. */
  readonly absenceTold: boolean;
  /** They were asked for a rating of that session. */
  readonly rating: { readonly session: number; readonly operator: string | null; readonly until: number } | null;
  /** The last number that was given to anything. */
  readonly serial: number;
  /** A bot has it: nobody is looked for, and the customer waits for no person. Only when true. */
  readonly bot?: boolean;
}

/** `at`: when it happened, which may be long before it is worked on. */
export type OwnEvent =
  | { readonly kind: "customer-wrote"; readonly at: number; readonly text?: string; readonly stars?: number }
  /** `by` is absent for who writes on the account's own phone. */
  | { readonly kind: "agent-wrote"; readonly at: number; readonly by?: string }
  | { readonly kind: "bot-wrote"; readonly at: number }
  | { readonly kind: "accepted"; readonly at: number; readonly by: string }
  | { readonly kind: "passed-on"; readonly at: number; readonly to: string }
  /** Nobody has it any more. */
  | { readonly kind: "given-up"; readonly at: number }
  /** `quiet`: the customer is told nothing (spam). */
  | { readonly kind: "closed"; readonly at: number; readonly quiet: boolean }
  | { readonly kind: "reopened"; readonly at: number; readonly by: string | null }
  | { readonly kind: "settings-changed"; readonly at: number }
  | { readonly kind: "time-came"; readonly at: number };

export interface Agent {
  readonly id: string;
  /** Not dismissed. */
  readonly active: boolean;
  /** Where the portal does not tell, nobody is away for it. */
  readonly onLeave?: boolean;
  readonly atWork?: boolean;
  readonly online?: boolean;
  /** Chats that count for the limit, without this one. */
  readonly chats: number;
  /** Number of the last turn in which they were given one; 0: never. Grows over the whole account. */
  readonly lastTurn: number;
}

/** What the portal and the store know at the time of a step. */
export interface LineFacts {
  /** Our clock. */
  readonly now: number;
  /** People of the queue in its order, departments spread out. `undefined`: cannot be told just now. */
  readonly queue: readonly Agent[] | undefined;
  /** Whoever is responsible for the customer in the CRM. */
  readonly responsible?: Agent;
  /** A bot has the session, or takes it if one begins now. */
  readonly bot?: boolean;
}

export type SaidWhy = "greeting" | "off-hours" | "no-answer" | "closing" | "silence" | "thanks";

/** What is to be done. The id is unique in its conversation, and the same when a step is made again from the same state. */
export type OwnEffect = { readonly id: string } & (
  | {
      readonly kind: "stand";
      readonly open: boolean;
      readonly operator: string | null;
      readonly accepted: boolean;
    }
  /** It is somebody's turn. */
  | { readonly kind: "turn"; readonly of: string }
  | { readonly kind: "say"; readonly why: SaidWhy; readonly text: string }
  | { readonly kind: "ask-rating"; readonly text: string }
  | { readonly kind: "mark"; readonly unanswered: boolean }
  | { readonly kind: "rated"; readonly session: number; readonly operator: string | null; readonly stars: number }
  /** What was said is sent to the customer by e-mail. */
  | { readonly kind: "transcript"; readonly operator: string | null }
  | { readonly kind: "tell"; readonly about: "given" | "offered"; readonly people: readonly string[] }
  | {
      /** An answer takes too long: the first one, or a later one. */
      readonly kind: "late";
      readonly answer: "first" | "further";
      readonly people: readonly string[];
      readonly operator: string | null;
      readonly text: string | null;
    }
);

export interface Stepped {
  readonly state: OwnSession;
  readonly effects: readonly OwnEffect[];
  /** The next instant at which something is due; `undefined`: nothing is. */
  readonly dueAt: number | undefined;
}

/** As what a conversation counts for its operator's limit; `null`: as none. */
export type Holding = "new" | "our-turn" | "their-turn" | "closing";

export function holdingOf({ phase, operator, answered, wait }: OwnSession): Holding | null {
  if (phase === "closed" || operator === null) return null;
  if (phase === "closing") return "closing";
  if (!answered) return "new";
  return wait ? "our-turn" : "their-turn";
}

const COUNTED: Readonly<Record<IgnoredChats, readonly Holding[]>> = {
  none: ["new", "our-turn", "their-turn", "closing"],
  closed: ["new", "our-turn", "their-turn"],
  waiting: ["new", "our-turn"],
  answered: ["new"],
};

/** What counts for a limit that ignores these chats. */
export const countedHoldings = (ignores: IgnoredChats): readonly Holding[] => COUNTED[ignores];

/** Whether somebody's limit has room that it had not before this step. */
export function isFreed(before: OwnSession | undefined, after: OwnSession, ignores: IgnoredChats): boolean {
  const counts = (session: OwnSession) => {
    const holding = holdingOf(session);
    return holding !== null && COUNTED[ignores].includes(holding);
  };
  return before !== undefined && counts(before) && (!counts(after) || after.operator !== before.operator);
}

export const NO_SESSION: OwnSession = {
  phase: "closed",
  session: 0,
  operator: null,
  accepted: false,
  offered: false,
  tried: [],
  given: null,
  look: null,
  wait: null,
  unanswered: false,
  answered: false,
  silence: null,
  agentWroteAt: null,
  closed: null,
  offHoursUntil: null,
  absenceTold: false,
  rating: null,
  serial: 0,
};
