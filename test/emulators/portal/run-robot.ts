import { randomBytes } from "node:crypto";
import type { RobotRun } from "./automation.ts";
import type { EmulatedPortal } from "./portal.ts";
import { asText, type Fields } from "./values.ts";

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
