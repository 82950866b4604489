import type { Localised } from "../../domain/localised.ts";
import type { PortalOutcome } from "../contract.ts";

export interface RobotProperty {
  readonly name: Localised;
  readonly about?: Localised;
  readonly type: "string" | "text" | "int" | "bool" | "select" | "user" | "file";
  /** Of a choice: what a value is called, in the portal's own language. */
  readonly options?: Readonly<Record<string, string>>;
  readonly required?: boolean;
  readonly multiple?: boolean;
  readonly preset?: string;
}

/** An automation rule or a workflow's activity of ours, as the portal is told of it. */
export interface RobotRegistration {
  readonly code: string;
  readonly handler: string;
  readonly name: Localised;
  readonly about: Localised;
  readonly properties: Readonly<Record<string, RobotProperty>>;
  readonly returns: Readonly<Record<string, RobotProperty>>;
}

/** Automation rules, workflows and triggers of a portal. The application's administrator only, in its context. */
export interface Automation {
  /** Codes of our own automation rules and activities. */
  robots(kind: RobotKind): Promise<PortalOutcome<readonly string[]>>;
  /** Repeatable: one that is there already is `refused` with ERROR_ACTIVITY_ALREADY_INSTALLED. */
  addRobot(kind: RobotKind, robot: RobotRegistration): Promise<PortalOutcome<void>>;
  updateRobot(kind: RobotKind, robot: RobotRegistration): Promise<PortalOutcome<void>>;
  /**
   * What became of a call, back to its workflow, with a line for its log. Repeatable: a token ends one wait and no other, so
   * what came twice is `refused` (ACCESS_DENIED) the second time and does nothing.
   */
  giveBack(token: string, values: Readonly<Record<string, string>>, log: string): Promise<PortalOutcome<void>>;
  /** Our own triggers: names by their codes. */
  triggers(): Promise<PortalOutcome<ReadonlyMap<string, string>>>;
  /** Repeatable: the same code again gives it another name. */
  putTrigger(code: string, name: string): Promise<PortalOutcome<void>>;
  /** Repeatable: one that is not there any more is taken away. */
  removeTrigger(code: string): Promise<PortalOutcome<void>>;
  /**
   * Fires for one card. Never repeated by itself: a card that a second one finds in another stage may be moved on by it.
   * The portal does not tell whether anything was set up to happen.
   */
  fire(code: string, card: TriggerCard, leave: () => Promise<boolean>): Promise<PortalOutcome<void>>;
}

export type RobotKind = "robot" | "activity";

/** There are no triggers of ours in contacts and companies. */
export interface TriggerCard {
  readonly type: "lead" | "deal";
  readonly id: string;
}
