import { randomBytes } from "node:crypto";
import type { EmulatedPortal } from "./portal.ts";
import { asText, type Fields } from "./values.ts";

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

export interface RobotCallOptions {
  readonly code: string;
  readonly document: readonly [string, string, string];
  readonly properties: Fields;
  /** A run that has taken steps before. */
  readonly workflow?: string | undefined;
  /** The same step again, as a queue that delivers twice does. */
  readonly again?: RobotRun | undefined;
}

/**
 * An automation comes to a step of ours: what is in `properties` was put together by the portal already. The body is as the
 * documentation tells (tutorials on actions and on robots) and the vendor's own SDK reads it. It goes through the queue, once.
 */
export function runRobot(
  portal: EmulatedPortal,
  { code, document, properties, workflow, again }: RobotCallOptions,
): RobotRun {
  const registration = [...portal.automation.robots.values()].find((one) => one.code === code);
  const application = registration && portal.applications.get(registration.clientId);
  if (!registration || !application) throw new Error(`there is no robot ${code}`);
  const instance = workflow ?? `${randomBytes(7).toString("hex")}.${randomBytes(4).readUInt32BE()}`;
  const waits = registration.fields.USE_SUBSCRIPTION !== "N";
  const run: RobotRun = again ?? {
    ...{ workflow: instance, code, document, properties, waits, returned: null, log: [] },
    token: `${instance}|A${randomBytes(2).readUInt16BE()}_1|${randomBytes(24).toString("base64url")}.${randomBytes(32).toString("hex")}`,
    state: waits ? "waiting" : "closed",
  };
  if (!again) portal.automation.runs.push(run);
  const [module, type, id] = run.document;
  const authUser = Number(registration.fields.AUTH_USER_ID ?? application.installedBy);
  portal.services.events.post(portal.id, registration.clientId, asText(registration.fields.HANDLER), `robot ${code}`, {
    workflow_id: run.workflow,
    code,
    document_id: [module, type, id],
    document_type: [module, type, id.replace(/_\d+$/, "")],
    event_token: run.token,
    properties: run.properties,
    use_subscription: waits ? "Y" : "N",
    timeout_duration: 0,
    ts: Math.floor(portal.now() / 1000),
    auth: portal.eventAuth(application, authUser),
  });
  return run;
}
