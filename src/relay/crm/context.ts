import type { ChannelAdapter } from "../../channels/contract.ts";
import type { Account } from "../../domain/account.ts";
import type { Conversation } from "../../domain/conversation.ts";
import type { Say } from "../../domain/localised.ts";
import type { Person } from "../../domain/person.ts";
import type { Logger } from "../../log/log.ts";
import type { MediaShelf } from "../../media/contract.ts";
import type { Crm } from "../../portal/contract/crm.ts";
import type { People } from "../../portal/contract/people.ts";
import type { PortalOutcome } from "../../portal/contract.ts";
import type { Decision } from "../../rules/decision.ts";
import type { Facts } from "../../rules/facts.ts";
import type { Ruleset } from "../../rules/ruleset.ts";
import type { StoredDecision } from "../../store/contract/rules.ts";
import type { Store } from "../../store/contract.ts";
import type { LineWriters } from "../line-writers.ts";
import type { Speech } from "../speech.ts";

/** What deciding and carrying out work with. */
export interface CrmDeps {
  readonly store: Pick<
    Store,
    "people" | "decisions" | "messages" | "conversations" | "accounts" | "locks" | "portals" | "tracks" | "wishes"
  >;
  readonly log: Logger;
  readonly now: () => Date;
  /** Plain text as the portal's timeline shows it. */
  readonly escape: (text: string) => string;
  readonly speech: Speech;
  /** Who of those that write in lines is a bot. */
  readonly writers: Pick<LineWriters, "whoAre">;
  /** Files of letters, for their cards. */
  readonly shelf: Pick<MediaShelf, "open">;
}

/** One conversation in its portal. */
export interface Case {
  readonly account: Account;
  readonly adapter: ChannelAdapter;
  readonly conversation: Conversation;
  readonly crm: Crm;
  readonly people: People;
  readonly ruleset: Ruleset;
  readonly version: number;
  /** Until then events of the portal may have been missed: what was known of its cards before may have changed. */
  readonly gapAt: Date | undefined;
  /** Words of ours, as that portal reads them. */
  readonly say: Say;
}

/** A decision that was made, with all that carrying it out needs. */
export interface Carried {
  readonly stored: StoredDecision;
  readonly facts: Facts;
  readonly decision: Decision;
  readonly person: Person;
}

/** The portal could not be asked just now, and nothing came of it: again later. */
export class CrmUnavailable extends Error {
  override readonly name = "CrmUnavailable";
  readonly afterMs: number;
  constructor(sentence: string, afterMs: number) {
    super(sentence);
    this.afterMs = afterMs;
  }
}

const PAUSES_MS = {
  throttled: 5_000,
  unauthorised: 10 * 60_000,
  unreachable: 15_000,
  uncertain: 5_000,
  withdrawn: 1_000,
};

/** The value of a question to the portal; `undefined` when the portal refused to answer it. Throws `CrmUnavailable`. */
export function answerOf<T>(outcome: PortalOutcome<T>): T | undefined {
  if (outcome.kind === "ok") return outcome.value;
  if (outcome.kind === "refused") return undefined;
  throw unavailable(outcome);
}

/** As `answerOf`, for what must be known: a search that is refused is no search that found nothing. */
export function certain<T>(outcome: PortalOutcome<T>): T {
  if (outcome.kind === "ok") return outcome.value;
  if (outcome.kind === "refused") throw new CrmUnavailable(outcome.sentence, REFUSED_PAUSE_MS);
  throw unavailable(outcome);
}

const REFUSED_PAUSE_MS = 60_000;

export function unavailable(outcome: Exclude<PortalOutcome<unknown>, { kind: "ok" | "refused" }>): CrmUnavailable {
  const sentence = outcome.kind === "withdrawn" ? "Somebody else is at it." : outcome.sentence;
  return new CrmUnavailable(sentence, PAUSES_MS[outcome.kind]);
}
