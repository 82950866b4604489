import type { Fields } from "./values.ts";

/** A robot or an activity of an application: one table for both, so their codes must differ. */
export interface RobotRegistration {
  readonly kind: "robot" | "activity";
  readonly clientId: string;
  readonly code: string;
  fields: Fields;
}

export interface TriggerRegistration {
  readonly clientId: string;
  readonly code: string;
  name: string;
}

/** "When this trigger fires for a card of that type, it goes to that stage", as an administrator sets it up. */
export interface StageRule {
  readonly code: string;
  readonly typeId: number;
  readonly stageId: string;
}

export interface Execution {
  readonly code: string;
  readonly typeId: number;
  readonly id: number;
  readonly at: number;
  /** The stage that the card went to. */
  readonly moved: string | null;
}

/** A step of a run that has called an application. */
export interface RobotRun {
  readonly workflow: string;
  readonly code: string;
  readonly document: readonly [string, string, string];
  readonly token: string;
  readonly properties: Fields;
  /** It waits for the application's answer; without that the run goes on at once. */
  readonly waits: boolean;
  state: "waiting" | "closed";
  /** As the application returned it: only what was registered. */
  returned: Fields | null;
  readonly log: string[];
}

export class Automation {
  readonly robots = new Map<string, RobotRegistration>();
  readonly triggers = new Map<string, TriggerRegistration>();
  readonly stageRules: StageRule[] = [];
  readonly executions: Execution[] = [];
  readonly runs: RobotRun[] = [];

  keyOf(clientId: string, code: string): string {
    return `${clientId} ${code}`;
  }

  /** Everything of an application, when it goes or is updated. */
  drop(clientId: string): void {
    for (const [key, one] of this.robots) if (one.clientId === clientId) this.robots.delete(key);
  }

  dropTriggers(clientId: string): void {
    for (const [key, one] of this.triggers) if (one.clientId === clientId) this.triggers.delete(key);
  }

  waiting(token: string): RobotRun | undefined {
    return this.runs.find((run) => run.token === token && run.waits && run.state === "waiting");
  }

  /** Goes with the event's answer: what is not registered is not kept. */
  close(run: RobotRun, values: Fields, log: string): void {
    const registered = [...this.robots.values()].find(({ code }) => code === run.code)?.fields.RETURN_PROPERTIES;
    const names = Object.keys((registered ?? {}) as Fields);
    run.returned = Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
    if (log !== "") run.log.push(log);
    run.state = "closed";
  }
}
