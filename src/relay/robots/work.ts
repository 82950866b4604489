import type { ChannelAdapter } from "../../channels/contract.ts";
import type { PortalId } from "../../domain/ids.ts";
import type { RobotCall, RobotOutcome, RobotResult } from "../../domain/robot.ts";
import type { PortalDirectory } from "../../portal/contract/directory.ts";
import type { PortalOutcome } from "../../portal/contract.ts";
import type { Ruleset } from "../../rules/ruleset.ts";
import type { AnswerWait } from "../../store/contract/robots.ts";
import type { Store } from "../../store/contract.ts";
import type { ReplyAcceptor } from "../accept-reply.ts";
import type { FirstContact } from "../first-contact.ts";
import type { LineSessions } from "../line-sessions.ts";
import type { Addressing } from "../mail/addressing.ts";
import type { News } from "../news.ts";

/** What robots work with. */
export interface RobotDeps {
  readonly store: Pick<
    Store,
    "accounts" | "conversations" | "desk" | "messages" | "people" | "portals" | "robots" | "threads" | "unsubscriptions"
  >;
  readonly portals: Pick<PortalDirectory, "automation" | "caller" | "crm">;
  readonly channels: ReadonlyMap<string, ChannelAdapter>;
  readonly replies: Pick<ReplyAcceptor, "speak">;
  readonly firstContact: Pick<FirstContact, "accounts" | "begin" | "find">;
  readonly addressing: Pick<Addressing, "address">;
  /** In the name of whoever installed the application. */
  readonly sessions: Pick<LineSessions, "act">;
  readonly news: Pick<News, "ofConversation">;
  readonly rules: { of(portal: PortalId): Promise<{ readonly ruleset: Ruleset }> };
  readonly now: () => Date;
}

/** How far a run of a call came. */
export type Worked =
  | { readonly kind: "over"; readonly outcome: RobotOutcome }
  | { readonly kind: "later"; readonly at: Date; readonly wait?: AnswerWait }
  /** The portal cannot be asked just now. */
  | { readonly kind: "away"; readonly sentence: string };

export type Work = (deps: RobotDeps, call: RobotCall) => Promise<Worked>;

export const over = (
  result: RobotResult,
  reason: string,
  values: RobotOutcome["values"] = {},
): Extract<Worked, { kind: "over" }> => ({ kind: "over", outcome: { result, reason, values } });

/** A portal that says no will say so again; one that cannot be asked is asked later. */
export function notOk(outcome: Exclude<PortalOutcome<unknown>, { readonly kind: "ok" }>): Worked {
  if (outcome.kind === "withdrawn") return over("failed", "It was withdrawn.");
  if (outcome.kind === "refused") return over("failed", outcome.sentence);
  return { kind: "away", sentence: outcome.sentence };
}

export const NO_CARD = "There is no such card any more, or Threadline may not see it.";
export const NOBODY = "Nobody of this card writes in any of your channels.";
