import type { RobotRegistration } from "../automation.ts";
import type { CrmItem } from "../model.ts";
import type { EmulatedPortal } from "../portal.ts";
import { answer, type RestResult, refuse } from "../rest-result.ts";
import { asInteger, asRecord, asText, type Fields } from "../values.ts";
import type { CallContext, MethodEntry, MethodFamily, MethodHandler } from "./context.ts";

type Kind = RobotRegistration["kind"];

const invalid = (description: string) => refuse(400, "ERROR_ACTIVITY_VALIDATION_FAILURE", description);
const denied = (description: string) => refuse(400, "ACCESS_DENIED", description);

/** `bizproc.*`: an application's, and never a webhook's. Not there where the module is not installed. */
function bizproc(handler: MethodHandler): MethodEntry {
  return {
    handler: (context, parameters) => {
      if (!context.portal.settings.bizproc) return refuse(404, "ERROR_METHOD_NOT_FOUND", "Method not found!");
      return context.application === undefined ? denied("Application context required") : handler(context, parameters);
    },
  };
}

function faultOf(fields: Fields, isNew: boolean): RestResult | undefined {
  if (isNew || fields.HANDLER !== undefined) {
    const handler = asText(fields.HANDLER);
    if (!URL.canParse(handler)) return refuse(400, "ERROR_WRONG_HANDLER_URL", "Wrong handler URL");
    if (!/^https?:$/.test(new URL(handler).protocol))
      return refuse(400, "ERROR_UNSUPPORTED_PROTOCOL", "Unsupported handler protocol");
  }
  if (isNew && (fields.NAME === undefined || fields.NAME === "" || isEmpty(fields.NAME)))
    return invalid("Empty activity NAME!");
  for (const list of [fields.PROPERTIES, fields.RETURN_PROPERTIES]) {
    if (list === undefined) continue;
    if (typeof list !== "object" || list === null) return invalid("Wrong properties array!");
    for (const [key, property] of Object.entries(list)) {
      if (!/^[a-z]\w*$/i.test(key)) return invalid(`Wrong property key ${key}!`);
      const { Name } = asRecord(property);
      if (Name === undefined || Name === "" || isEmpty(Name)) return invalid(`Empty property NAME ${key}!`);
    }
  }
  return undefined;
}

const isEmpty = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.values(value).every((words) => words === "");

function codeFault(code: string): RestResult | undefined {
  if (code === "") return invalid("Empty activity code!");
  return /^[a-z0-9.\-_]+$/i.test(code) ? undefined : invalid("Wrong activity code!");
}

const add = (kind: Kind): MethodEntry =>
  bizproc(({ portal, token }, parameters) => {
    const code = asText(parameters.CODE);
    const fault = codeFault(code) ?? faultOf(parameters, true);
    if (fault) return fault;
    const clientId = token.clientId ?? "";
    const key = portal.automation.keyOf(clientId, code);
    // One table holds both, by application and code.
    if (portal.automation.robots.has(key))
      return refuse(400, "ERROR_ACTIVITY_ALREADY_INSTALLED", "Activity or Automation rule already installed!");
    const { CODE: _code, ...fields } = parameters;
    portal.automation.robots.set(key, { kind, clientId, code, fields });
    return answer(true);
  });

const found = (portal: EmulatedPortal, context: CallContext, kind: Kind, code: string) => {
  const one = portal.automation.robots.get(portal.automation.keyOf(context.token.clientId ?? "", code));
  return one?.kind === kind ? one : undefined;
};

const update = (kind: Kind): MethodEntry =>
  bizproc((context, parameters) => {
    const code = asText(parameters.CODE);
    const fields = asRecord(parameters.FIELDS);
    const one = found(context.portal, context, kind, code);
    if (!one) return refuse(400, "ERROR_ACTIVITY_NOT_FOUND", "Activity or Automation rule not found!");
    const fault = codeFault(code) ?? faultOf(fields, false);
    if (fault) return fault;
    one.fields = { ...one.fields, ...fields };
    return answer(true);
  });

const remove = (kind: Kind): MethodEntry =>
  bizproc((context, parameters) => {
    const code = asText(parameters.CODE);
    const fault = codeFault(code);
    if (fault) return fault;
    const one = found(context.portal, context, kind, code);
    if (!one)
      return refuse(
        400,
        "ERROR_ACTIVITY_NOT_FOUND",
        kind === "robot" ? "Activity or Robot not found!" : "Activity or Automation rule not found!",
      );
    context.portal.automation.robots.delete(context.portal.automation.keyOf(one.clientId, code));
    return answer(true);
  });

const list = (kind: Kind): MethodEntry =>
  bizproc(({ portal, token }) =>
    answer(
      [...portal.automation.robots.values()]
        .filter((one) => one.kind === kind && one.clientId === token.clientId)
        .map(({ code }) => code),
    ),
  );

/** Parameters in any case, as the documentation's own samples write them. */
const upper = (parameters: Fields): Fields =>
  Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name.toUpperCase(), value]));

/** Triggers: an administrator who may use the CRM, and an application. */
function trigger(handler: MethodHandler): MethodEntry {
  return {
    handler: (context, parameters) => {
      const { user, application } = context;
      if (!user.crmAccess || user.extranet) return refuse(400, "", "Access denied.");
      if (!user.admin) return denied("Access denied! Admin permissions required");
      return application === undefined
        ? denied("Access denied! Application context required")
        : handler(context, parameters);
    },
  };
}

function triggerFault(code: string): RestResult | undefined {
  if (code === "") return refuse(400, "", "Empty trigger code!");
  return /^[a-z0-9.\-_]+$/.test(code) ? undefined : refuse(400, "", "Wrong trigger code!");
}

/** Moves the card where an administrator has said that this trigger takes it. */
function fire(context: CallContext, code: string, item: CrmItem | undefined, typeId: number, id: number): void {
  const { portal, user } = context;
  const rule = portal.automation.stageRules.find((one) => one.code === code && one.typeId === typeId);
  const moved = item !== undefined && rule !== undefined && item.fields.stageId !== rule.stageId;
  if (moved) {
    portal.crm.update(item, { stageId: rule.stageId }, user.id, portal.now());
    portal.emit(`ONCRM${typeId === 1 ? "LEAD" : "DEAL"}UPDATE`, { FIELDS: { ID: id } }, { userId: user.id });
  }
  portal.automation.executions.push({ code, typeId, id, at: portal.now(), moved: moved ? rule.stageId : null });
}

export const automationMethods: MethodFamily = {
  "bizproc.robot.add": add("robot"),
  "bizproc.robot.update": update("robot"),
  "bizproc.robot.delete": remove("robot"),
  "bizproc.robot.list": list("robot"),
  "bizproc.activity.add": add("activity"),
  "bizproc.activity.update": update("activity"),
  "bizproc.activity.delete": remove("activity"),
  "bizproc.activity.list": list("activity"),
  "bizproc.event.send": bizproc(({ portal }, parameters) => {
    const { EVENT_TOKEN, RETURN_VALUES, LOG_MESSAGE } = upper(parameters);
    const run = portal.automation.waiting(asText(EVENT_TOKEN));
    if (!run) return refuse(403, "ACCESS_DENIED", "Access denied!");
    portal.automation.close(run, asRecord(RETURN_VALUES), asText(LOG_MESSAGE));
    return answer(true);
  }),
  "crm.automation.trigger.add": trigger(({ portal, token }, parameters) => {
    const code = asText(parameters.CODE);
    const name = asText(parameters.NAME);
    const fault = triggerFault(code);
    if (fault) return fault;
    if (name === "") return refuse(400, "", "Empty trigger name!");
    const clientId = token.clientId ?? "";
    const key = portal.automation.keyOf(clientId, code);
    const known = portal.automation.triggers.get(key);
    if (known) known.name = name;
    else portal.automation.triggers.set(key, { clientId, code, name });
    return answer(true);
  }),
  "crm.automation.trigger.delete": trigger(({ portal, token }, parameters) => {
    const code = asText(parameters.CODE);
    const fault = triggerFault(code);
    if (fault) return fault;
    const key = portal.automation.keyOf(token.clientId ?? "", code);
    if (!portal.automation.triggers.delete(key)) return refuse(400, "", "Trigger not found");
    return answer(true);
  }),
  "crm.automation.trigger.list": trigger(({ portal, token }) =>
    answer(
      [...portal.automation.triggers.values()]
        .filter(({ clientId }) => clientId === token.clientId)
        .map(({ code, name }) => ({ NAME: name, CODE: code })),
    ),
  ),
  "crm.automation.trigger.execute": trigger((context, parameters) => {
    const { portal, token } = context;
    const code = asText(parameters.CODE);
    const fault = triggerFault(code);
    if (fault) return fault;
    if (!portal.automation.triggers.has(portal.automation.keyOf(token.clientId ?? "", code)))
      return refuse(400, "", `Trigger with code ${code} is not registered.`);
    const typeId = asInteger(parameters.OWNER_TYPE_ID) ?? 0;
    // There are triggers in leads, deals, estimates, invoices and smart processes.
    if (typeId !== 1 && typeId !== 2) return refuse(400, "", "Incorrect parameter OWNER_TYPE_ID.");
    const id = asInteger(parameters.OWNER_ID) ?? 0;
    if (id <= 0) return refuse(400, "", "Incorrect parameter OWNER_ID.");
    fire(context, code, portal.crm.item(typeId, id), typeId, id);
    return answer(true);
  }),
};
