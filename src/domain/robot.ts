import type { ConversationId, PortalId, RobotCallId } from "./ids.ts";
import type { EntityType } from "./person.ts";

/** What automation rules and workflows of a portal can ask of us. */
export const ROBOTS = ["send", "wait", "find", "close", "assign", "tag"] as const;
export type Robot = (typeof ROBOTS)[number];

/** Words that a workflow can compare, the same in every language. */
export const ROBOT_RESULTS = [
  /** The channel has it. */
  "sent",
  /** It reached the customer, as far as the channel tells. */
  "delivered",
  /** It may have reached them, and nobody can tell. */
  "uncertain",
  "not_sent",
  "answered",
  "timeout",
  "found",
  "not_found",
  "done",
  /** There was nothing to do it to. */
  "nothing",
  "failed",
] as const;
export type RobotResult = (typeof ROBOT_RESULTS)[number];

/** A property as the portal hands it over: lists where the robot's setting takes several. */
export type RobotProperties = Readonly<Record<string, string | readonly string[]>>;

/** What goes back to the workflow. `reason`: sentences, a line each, in English until somebody reads them. */
export interface RobotOutcome {
  readonly result: RobotResult;
  readonly reason: string;
  /** The other return values, by their names. */
  readonly values: Readonly<Record<string, string>>;
}

/** One call of a robot. */
export interface RobotCall {
  readonly id: RobotCallId;
  readonly portal: PortalId;
  readonly robot: Robot;
  /** The portal's id of the run of the automation. */
  readonly workflow: string;
  readonly card: { readonly type: EntityType; readonly id: string };
  readonly properties: RobotProperties;
  /** The workflow waits for what became of it. */
  readonly returns: boolean;
  /** How far it is, as whoever carries it out keeps it. */
  readonly progress: unknown;
  readonly waitsFor: readonly ConversationId[];
  readonly outcome?: RobotOutcome;
  readonly returned?: RobotReturn;
  /** Why it could not be returned. */
  readonly returnedWhy?: string;
  readonly attempts: number;
  readonly createdAt: Date;
  readonly endedAt?: Date;
}

/**
 * `refused`: the portal knows of no workflow that waits for it. `given-up`: it could not be told for too long. `not-wanted`:
 * the automation goes on without it.
 */
export type RobotReturn = "returned" | "refused" | "given-up" | "not-wanted";
