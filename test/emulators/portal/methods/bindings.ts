import { contractTable } from "../contract.ts";
import type { EventBinding, PlacementBinding } from "../model.ts";
import { answer, type RestResult, refuse } from "../rest-result.ts";
import { asFlag, asInteger, asRecord, asText, phpObject } from "../values.ts";
import type { CallContext, MethodFamily } from "./context.ts";

function hasScopes(context: CallContext, scopes: readonly string[]): boolean {
  return scopes.every((scope) => context.token.scope.includes(scope));
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** Removes matching entries in place and returns them. */
function removeWhere<Item>(list: Item[], matches: (item: Item) => boolean): Item[] {
  const removed = list.filter(matches);
  const kept = list.filter((item) => !matches(item));
  list.splice(0, list.length, ...kept);
  return removed;
}

function bindEvent(context: CallContext, parameters: Record<string, unknown>): RestResult {
  const { portal, user, token } = context;
  const event = asText(parameters.event).toUpperCase();
  const handler = asText(parameters.handler);
  const offline = asText(parameters.event_type) === "offline";
  const authType = asInteger(parameters.auth_type) ?? 0;
  const scopes = contractTable.events[event];
  if (scopes === undefined || !hasScopes(context, scopes))
    return refuse(400, "ERROR_EVENT_NOT_FOUND", "Event not found");
  if (!user.admin && offline)
    return refuse(403, "ACCESS_DENIED", "Access denied! Offline events binding requires administrator access rights");
  if (!user.admin && authType > 0 && authType !== user.id) {
    return refuse(
      403,
      "ACCESS_DENIED",
      "Access denied! Event binding with AUTH_TYPE requires administrator access rights",
    );
  }
  if (!isWebAddress(handler)) return refuse(400, "ERROR_CORE", "Unable to set event handler: Handler URL is not valid");
  const clientId = token.clientId ?? "";
  const same = (binding: EventBinding): boolean =>
    binding.clientId === clientId &&
    binding.event === event &&
    binding.handler === handler &&
    binding.authType === authType &&
    binding.offline === offline;
  if (portal.eventBindings.some(same))
    return refuse(400, "ERROR_CORE", "Unable to set event handler: Handler already binded");
  portal.eventBindings.push({
    id: portal.nextId("binding"),
    clientId,
    event,
    handler,
    authType,
    onlyUserId: user.admin ? undefined : user.id,
    offline,
  });
  return answer(true);
}

const singlePlacements = new Set(["REST_APP_URI", "PAGE_BACKGROUND_WORKER"]);

function placementOf(code: string): (typeof contractTable.placements)[string] | undefined {
  const known = contractTable.placements[code];
  if (known !== undefined) return known;
  return contractTable.placements[code.replace(/^CRM_DYNAMIC_\d+_/, "CRM_DYNAMIC_XXX_")];
}

function bindPlacement(context: CallContext, parameters: Record<string, unknown>): RestResult {
  const { portal, token } = context;
  const code = asText(parameters.PLACEMENT).toUpperCase();
  const handler = asText(parameters.HANDLER);
  for (const name of ["PLACEMENT", "HANDLER"]) {
    if (asText(parameters[name]) === "")
      return refuse(200, "ERROR_ARGUMENT", `Argument '${name}' is null or empty`, { argument: name });
  }
  const placement = placementOf(code);
  if (placement === undefined || !hasScopes(context, placement.scope))
    return refuse(400, "ERROR_PLACEMENT_NOT_FOUND", "Placement not found");
  if (!URL.canParse(handler)) return refuse(400, "ERROR_WRONG_HANDLER_URL", "Wrong handler URL");
  if (!isWebAddress(handler)) return refuse(400, "ERROR_UNSUPPORTED_PROTOCOL", "Unsupported event handler protocol");
  const options = asRecord(parameters.OPTIONS);
  for (const [name, type] of Object.entries(placement.bind)) {
    if (!type.endsWith("!") || asText(options[name]) !== "") continue;
    if (name === "errorHandlerUrl")
      return refuse(200, "EMPTY_ERROR_HANDLER_URL", "The errorHandlerUrl option is required");
    return refuse(200, "ERROR_ARGUMENT", `Argument 'OPTIONS[${name}]' is null or empty`, { argument: name });
  }
  const userId = asInteger(parameters.USER_ID) ?? 0;
  if (userId > 0 && code !== "PAGE_BACKGROUND_WORKER") {
    return refuse(200, "ERROR_PLACEMENT_USER_MODE", "User mode is not available for this placement");
  }
  const clientId = token.clientId ?? "";
  const own = portal.placements.filter((binding) => binding.clientId === clientId && binding.placement === code);
  if (singlePlacements.has(code) && own.length > 0)
    return refuse(200, "ERROR_PLACEMENT_MAX_COUNT", "Placement max count");
  if (own.some((binding) => binding.handler === handler)) {
    return refuse(400, "ERROR_CORE", "Unable to set placement handler: Handler already binded");
  }
  const langAll = asRecord(parameters.LANG_ALL);
  const firstLanguage = asRecord(Object.values(langAll)[0]);
  portal.placements.push({
    id: portal.nextId("placement"),
    clientId,
    placement: code,
    handler,
    title: asText(parameters.TITLE) || asText(firstLanguage.TITLE),
    description: asText(parameters.DESCRIPTION) || asText(firstLanguage.DESCRIPTION),
    langAll,
    options,
    userId,
  });
  return answer(true);
}

export const bindingMethods: MethodFamily = {
  events: {
    handler: (context, parameters) => {
      const scope = asText(parameters.SCOPE);
      const full = asFlag(parameters.FULL, false);
      const names = Object.entries(contractTable.events)
        .filter(([, scopes]) => (scope === "" ? full || hasScopes(context, scopes) : scopes.includes(scope)))
        .map(([name]) => name);
      return answer(names);
    },
  },
  "event.get": {
    applicationOnly: true,
    handler: ({ portal, token, user }) =>
      answer(
        portal.eventBindings
          .filter((binding) => binding.clientId === token.clientId && (user.admin || binding.onlyUserId === user.id))
          .map((binding) => ({
            event: binding.event,
            handler: binding.handler,
            auth_type: String(binding.authType),
            offline: binding.offline ? 1 : 0,
          })),
      ),
  },
  "event.bind": { applicationOnly: true, handler: bindEvent },
  "event.unbind": {
    applicationOnly: true,
    handler: ({ portal, token, user }, parameters) => {
      const event = asText(parameters.event).toUpperCase();
      const handler = asText(parameters.handler);
      const offline = asText(parameters.event_type) === "offline";
      if (!user.admin && offline)
        return refuse(
          403,
          "ACCESS_DENIED",
          "Access denied! Offline events unbinding requires administrator access rights",
        );
      const authType = parameters.auth_type === undefined ? undefined : (asInteger(parameters.auth_type) ?? 0);
      const removed = removeWhere(
        portal.eventBindings,
        (binding) =>
          binding.clientId === token.clientId &&
          binding.event === event &&
          binding.handler === handler &&
          binding.offline === offline &&
          (authType === undefined || binding.authType === authType) &&
          (user.admin || binding.onlyUserId === user.id),
      );
      return answer({ count: removed.length });
    },
  },
  "placement.list": {
    applicationOnly: true,
    handler: (context, parameters) => {
      const scope = asText(parameters.SCOPE);
      const full = asFlag(parameters.FULL, false);
      const names = Object.entries(contractTable.placements)
        .filter(([, placement]) =>
          scope === "" ? full || hasScopes(context, placement.scope) : placement.scope.includes(scope),
        )
        .map(([name]) => name);
      return answer(names);
    },
  },
  "placement.get": {
    applicationOnly: true,
    handler: ({ portal, token }) =>
      answer(
        portal.placements
          .filter((binding) => binding.clientId === token.clientId)
          .map((binding: PlacementBinding) => ({
            placement: binding.placement,
            userId: binding.userId,
            handler: binding.handler,
            options: phpObject(binding.options),
            title: binding.title,
            description: binding.description,
            langAll: phpObject(binding.langAll),
          })),
      ),
  },
  "placement.bind": { applicationOnly: true, handler: bindPlacement },
  "placement.unbind": {
    applicationOnly: true,
    handler: ({ portal, token }, parameters) => {
      const code = asText(parameters.PLACEMENT).toUpperCase();
      const handler = asText(parameters.HANDLER);
      const removed = removeWhere(
        portal.placements,
        (binding) =>
          binding.clientId === token.clientId &&
          binding.placement === code &&
          (handler === "" || binding.handler === handler),
      );
      // The documented counter grows once for a record found and once more for its removal.
      return answer({ count: removed.length * 2 });
    },
  },
};
