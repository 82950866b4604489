import type { ConversationId, PortalId, RobotCallId } from "../../domain/ids.ts";
import type { Robot, RobotCall, RobotOutcome, RobotReturn } from "../../domain/robot.ts";

export interface NewRobotCall
  extends Pick<RobotCall, "portal" | "robot" | "workflow" | "card" | "properties" | "returns"> {
  /** What the workflow waits by: secret, and the same for the same call. */
  readonly token: string;
  readonly at: Date;
}

/** An answer is waited for in these conversations, in what comes after that position. */
export interface AnswerWait {
  readonly conversations: readonly ConversationId[];
  readonly after: number;
}

export interface RobotCallQuery {
  /** Only those before this one, for the next page. */
  readonly before?: RobotCallId;
  readonly robot?: Robot;
  /** Only those that went wrong, or only those that are not over. */
  readonly only?: "trouble" | "open";
  readonly limit: number;
}

/** What automations of the portals ask of us. Times are the caller's: they are compared with its clock. */
export interface RobotRepository {
  /** One transaction; `duplicate` when the token was seen in this portal: nothing is done again. */
  accept(call: NewRobotCall): Promise<{ readonly kind: "stored" | "duplicate"; readonly call: RobotCallId }>;
  /**
   * Those that are due, the oldest first, each for one taker: who has not put it down within a minute is gone. What somebody
   * waits for is due as soon as the customer has written. Over all portals.
   */
  take(now: Date, limit: number): Promise<readonly RobotCall[]>;
  find(portal: PortalId, call: RobotCallId): Promise<RobotCall | undefined>;
  /** Before what may have an effect: it is still in one hand, and goes on from there after a crash. */
  keep(portal: PortalId, call: RobotCallId, progress: unknown): Promise<void>;
  /** Puts it down until then. */
  postpone(portal: PortalId, call: RobotCallId, until: Date, wait?: AnswerWait): Promise<void>;
  /** What became of it. It is over unless a workflow waits for it, which is told then. */
  conclude(portal: PortalId, call: RobotCallId, outcome: RobotOutcome, now: Date): Promise<void>;
  /** `undefined`: nothing is to be returned any more. */
  tokenOf(portal: PortalId, call: RobotCallId): Promise<string | undefined>;
  /** The workflow could not be told; again then. */
  returnLater(portal: PortalId, call: RobotCallId, until: Date, why: string): Promise<void>;
  returned(portal: PortalId, call: RobotCallId, how: RobotReturn, now: Date, why?: string): Promise<void>;
  /** The latest call of that robot in the same run of an automation, before this one. */
  before(portal: PortalId, call: RobotCall, robot: Robot): Promise<RobotCall | undefined>;
  /** The latest first. */
  list(portal: PortalId, query: RobotCallQuery): Promise<readonly RobotCall[]>;
  /** Deletes what was over before then. Answers how many. */
  forget(portal: PortalId, before: Date, limit: number): Promise<number>;
}
