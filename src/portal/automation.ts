/** `bizproc.*` and `crm.automation.trigger.*`, as https://apidocs.bitrix24.com/api-reference/bizproc/ and …/crm/automation/ describe them. */
import { z } from "zod";
import type { Automation, RobotProperty, RobotRegistration, TriggerCard } from "./contract/automation.ts";
import type { PortalCall, PortalCaller, PortalOutcome } from "./contract.ts";
import { unreadable } from "./open-lines.ts";
import { wireId } from "./wire-id.ts";

/** The numbers of `crm.enum.ownertype`. */
const OWNER_TYPE = { lead: 1, deal: 2 } as const satisfies Record<TriggerCard["type"], number>;

/** Cards whose people we know; quotes, invoices and smart processes have none here. */
const INCLUDE = ["CCrmDocumentLead", "CCrmDocumentDeal", "CCrmDocumentContact", "CCrmDocumentCompany"].map((type) => [
  "crm",
  type,
]);

const codes = z.array(z.string());
const triggerList = z.array(z.object({ CODE: z.string(), NAME: z.string().catch("") }));

export function createAutomation(caller: PortalCaller): Automation {
  const ask = (method: string, params: PortalCall["params"], effect: PortalCall["effect"] = "repeatable") =>
    caller.call({ method, params, effect });

  return {
    async robots(kind) {
      const method = `bizproc.${kind}.list`;
      const outcome = await ask(method, {}, "read");
      if (outcome.kind !== "ok") return outcome;
      const parsed = codes.safeParse(outcome.value);
      return parsed.success ? { kind: "ok", value: parsed.data } : unreadable(method);
    },
    addRobot: async (kind, robot) => done(await ask(`bizproc.${kind}.add`, { CODE: robot.code, ...fieldsOf(robot) })),
    updateRobot: async (kind, robot) =>
      done(await ask(`bizproc.${kind}.update`, { CODE: robot.code, FIELDS: fieldsOf(robot) })),
    giveBack: async (token, values, log) =>
      done(await ask("bizproc.event.send", { EVENT_TOKEN: token, RETURN_VALUES: values, LOG_MESSAGE: log })),
    async triggers() {
      const outcome = await ask("crm.automation.trigger.list", {}, "read");
      if (outcome.kind !== "ok") return outcome;
      const parsed = triggerList.safeParse(outcome.value);
      if (!parsed.success) return unreadable("crm.automation.trigger.list");
      return { kind: "ok", value: new Map(parsed.data.map(({ CODE, NAME }) => [CODE, NAME])) };
    },
    putTrigger: async (code, name) => done(await ask("crm.automation.trigger.add", { CODE: code, NAME: name })),
    async removeTrigger(code) {
      const outcome = await ask("crm.automation.trigger.delete", { CODE: code });
      // The only refusal that says so has no code of its own.
      if (outcome.kind === "refused" && /trigger not found/i.test(outcome.sentence))
        return { kind: "ok", value: undefined };
      return done(outcome);
    },
    fire: async (code, { type, id }, leave) =>
      done(
        await caller.call({
          method: "crm.automation.trigger.execute",
          params: { CODE: code, OWNER_TYPE_ID: OWNER_TYPE[type], OWNER_ID: wireId(id) },
          effect: "once",
          leave,
        }),
      ),
  };
}

/** A robot of ours that is there already is what was wanted: another run was quicker, or an answer got lost. */
export const isThereAlready = (outcome: PortalOutcome<unknown>): boolean =>
  outcome.kind === "refused" && outcome.code === "ERROR_ACTIVITY_ALREADY_INSTALLED";

function fieldsOf({ handler, name, about, properties, returns }: RobotRegistration): PortalCall["params"] {
  return {
    HANDLER: handler,
    // Nothing is returned to a workflow that does not wait.
    USE_SUBSCRIPTION: "Y",
    NAME: name,
    DESCRIPTION: about,
    PROPERTIES: mapped(properties),
    RETURN_PROPERTIES: mapped(returns),
    FILTER: { INCLUDE },
  };
}

const mapped = (all: Readonly<Record<string, RobotProperty>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(all).map(([code, property]) => [code, wireProperty(property)]));

function wireProperty({ name, about, type, options, required, multiple, preset }: RobotProperty) {
  return {
    Name: name,
    ...(about && { Description: about }),
    Type: type,
    ...(options && { Options: options }),
    Required: required === true ? "Y" : "N",
    Multiple: multiple === true ? "Y" : "N",
    Default: preset ?? "",
  };
}

/** All of them answer `true`. */
function done(outcome: PortalOutcome<unknown>): PortalOutcome<void> {
  if (outcome.kind !== "ok") return outcome;
  if (outcome.value === true) return { kind: "ok", value: undefined };
  return { kind: "refused", code: "NOT_DONE", sentence: "Bitrix24 did not do it, and did not say why." };
}
