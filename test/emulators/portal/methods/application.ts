import { contractTable, findMethod } from "../contract.ts";
import { answer, refuse } from "../rest-result.ts";
import { asFlag, asText, isoDate } from "../values.ts";
import type { CallContext, MethodFamily } from "./context.ts";

const allScopes = [...new Set(Object.values(contractTable.methods).flatMap((method) => method.scope))].sort();

function mayCall(context: CallContext, scopes: readonly string[]): boolean {
  return scopes.length === 0 || scopes.some((scope) => context.token.scope.includes(scope));
}

/** app.info is asked at the portal and at the authorization server; both answer alike. */
export function applicationInfo(
  context: Pick<CallContext, "portal" | "application">,
): Record<string, unknown> | undefined {
  const { portal, application } = context;
  const card = application === undefined ? undefined : portal.services.authorization.cards.get(application.clientId);
  if (application === undefined || card === undefined) return undefined;
  return {
    ID: application.id,
    CODE: card.code,
    VERSION: application.version,
    STATUS: application.status,
    INSTALLED: application.installed,
    PAYMENT_EXPIRED: application.paymentExpired ? "Y" : "N",
    DAYS: null,
    LANGUAGE_ID: portal.settings.language,
    LICENSE: portal.settings.licence,
    LICENSE_TYPE: portal.settings.licence.replace(/^[a-z]+_/, ""),
    LICENSE_FAMILY: portal.settings.licence.replace(/^[a-z]+_/, "").replace(/\d+$/, ""),
  };
}

export const applicationMethods: MethodFamily = {
  "app.info": {
    handler: (context) => {
      const info = applicationInfo(context);
      return info === undefined
        ? refuse(403, "ACCESS_DENIED", "Access denied! Application context required")
        : answer(info);
    },
  },
  scope: {
    handler: (context, parameters) => answer(asFlag(parameters.full, false) ? allScopes : [...context.token.scope]),
  },
  methods: {
    handler: (context, parameters) => {
      const full = asFlag(parameters.full, false);
      const scope = parameters.scope === undefined ? undefined : asText(parameters.scope);
      const names = Object.entries(contractTable.methods)
        .filter(([, method]) => {
          if (scope !== undefined) return scope === "" ? method.scope.length === 0 : method.scope.includes(scope);
          return full || mayCall(context, method.scope);
        })
        .map(([name]) => name);
      return answer(names);
    },
  },
  "method.get": {
    handler: (context, parameters) => {
      const found = findMethod(asText(parameters.name));
      return answer({
        isExisting: found !== undefined,
        isAvailable: found !== undefined && mayCall(context, found.method.scope),
      });
    },
  },
  "feature.get": {
    handler: (context, parameters) => {
      const known = ["rest_offline_extended", "rest_auth_connector"].includes(asText(parameters.CODE));
      return answer({ value: known && /(pro|ent)/.test(context.portal.settings.licence) ? "Y" : "N" });
    },
  },
  "server.time": { handler: (context) => answer(isoDate(context.portal.now())) },
};
