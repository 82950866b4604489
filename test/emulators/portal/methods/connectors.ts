import type { Connector, ConnectorStatus } from "../model.ts";
import type { EmulatedPortal } from "../portal.ts";
import { answer, type RestRefusal, type RestResult, refuse } from "../rest-result.ts";
import { asFlag, asInteger, asRecord, asText, type Fields, isFilled } from "../values.ts";
import type { CallContext, MethodFamily } from "./context.ts";

/** register and unregister tell failures with status 200 and a result of their own. */
function registerFailure(error: string, description: string): RestResult {
  return answer({ result: false, error, error_description: description });
}

/** The connector, if it belongs to the calling application. */
export function ownConnector(context: CallContext, parameters: Fields): Connector | undefined {
  const connector = context.portal.connectors.get(asText(parameters.CONNECTOR).toLowerCase());
  return connector?.clientId === context.token.clientId ? connector : undefined;
}

export function noProvider(): RestRefusal {
  return refuse(400, "IMCONNECTOR_NO_CORRECT_PROVIDER", "Failed to find a suitable provider for the connector");
}

export function lineNotActive(): RestRefusal {
  return refuse(400, "NOT_ACTIVE_LINE", "The line with this ID is inactive or does not exist");
}

function register(context: CallContext, parameters: Fields): RestResult {
  const { portal, token } = context;
  const id = asText(parameters.ID).toLowerCase();
  const icon = asText(asRecord(parameters.ICON).DATA_IMAGE);
  if (id === "") return registerFailure("CONNECTOR_ID_REQUIRED", "Connector ID is not specified");
  if (id.includes("."))
    return registerFailure(
      "APPLICATION_REGISTRATION_ERROR_POINT",
      "Application registration error. Using a dot in the connector identifier is not allowed",
    );
  if (!/^[a-z0-9_]+$/.test(id))
    return registerFailure("GENERAL_CONNECTOR_REGISTRATION_ERROR", "General connector registration error");
  if (asText(parameters.NAME) === "") return registerFailure("NAME_REQUIRED", "Connector name is not specified");
  if (icon === "") return registerFailure("ICON_REQUIRED", "Connector icon is not specified");
  if (asText(parameters.PLACEMENT_HANDLER) === "")
    return registerFailure("NO_PLACEMENT_HANDLER", "Failed to get embedding handler URL");
  const known = portal.connectors.get(id);
  if (known !== undefined && known.clientId !== token.clientId)
    return registerFailure("APPLICATION_REGISTRATION_ERROR", "Application registration error");
  portal.connectors.set(id, {
    id,
    clientId: token.clientId ?? "",
    name: asText(parameters.NAME),
    icon,
    placementHandler: asText(parameters.PLACEMENT_HANDLER),
    deleteExternalMessages: asFlag(parameters.DEL_EXTERNAL_MESSAGES, true),
    editInternalMessages: asFlag(parameters.EDIT_INTERNAL_MESSAGES, true),
    deleteInternalMessages: asFlag(parameters.DEL_INTERNAL_MESSAGES, true),
    newsletter: asFlag(parameters.NEWSLETTER, true),
    needSystemMessages: asFlag(parameters.NEED_SYSTEM_MESSAGES, true),
    needSignature: asFlag(parameters.NEED_SIGNATURE, true),
    chatGroup: asFlag(parameters.CHAT_GROUP, false),
  });
  return answer({ result: true });
}

function unregister(context: CallContext, parameters: Fields): RestResult {
  const { portal, token } = context;
  const id = asText(parameters.ID).toLowerCase();
  const connector = portal.connectors.get(id);
  const statuses = [...portal.statuses.values()].filter((status) => status.connector === id);
  // A connector that no line ever had cannot be removed: observed on the on-premise edition.
  if (connector === undefined || connector.clientId !== token.clientId || statuses.length === 0) {
    return registerFailure("APPLICATION_UNREGISTRATION_ERROR", "Error unregistering the application");
  }
  removeConnector(portal, connector);
  return answer({ result: true });
}

/** The connector goes with all its line statuses; chats stay. */
export function removeConnector(portal: EmulatedPortal, connector: Connector): void {
  portal.connectors.delete(connector.id);
  for (const [key, status] of portal.statuses) {
    if (status.connector === connector.id) portal.statuses.delete(key);
  }
}

function activate(context: CallContext, parameters: Fields): RestResult {
  const { portal } = context;
  const connector = ownConnector(context, parameters);
  const line = asInteger(parameters.LINE) ?? 0;
  if (connector === undefined || portal.line(line) === undefined) return answer(false);
  const key = `${connector.id}|${line}`;
  // Only emptiness is tested, so the text "N" switches the connector on.
  if (!isFilled(parameters.ACTIVE)) {
    portal.statuses.delete(key);
    return answer(true);
  }
  const status: ConnectorStatus = portal.statuses.get(key) ?? {
    connector: connector.id,
    line,
    active: true,
    connection: true,
    register: true,
    error: false,
    data: {},
  };
  Object.assign(status, { active: true, connection: true, register: true, error: false });
  portal.statuses.set(key, status);
  return answer(true);
}

/** What SETTING_CONNECTOR and imconnector.status tell about a connector on a line. */
export function statusFlags(status: ConnectorStatus | undefined): {
  active: boolean;
  connection: boolean;
  register: boolean;
  error: boolean;
  working: boolean;
} {
  const { active = false, connection = false, register = false, error = false } = status ?? {};
  return { active, connection, register, error, working: active && connection && register && !error };
}

export const connectorMethods: MethodFamily = {
  "imconnector.register": { applicationOnly: true, handler: register },
  "imconnector.unregister": { applicationOnly: true, handler: unregister },
  "imconnector.activate": { applicationOnly: true, handler: activate },
  "imconnector.status": {
    applicationOnly: true,
    handler: ({ portal }, parameters) => {
      const line = asInteger(parameters.LINE) ?? 0;
      const id = asText(parameters.CONNECTOR).toLowerCase();
      const status = portal.status(id, line);
      const flags = statusFlags(status);
      return answer({
        LINE: line,
        CONNECTOR: id,
        ERROR: flags.error,
        CONFIGURED: flags.active && flags.connection && flags.register,
        STATUS: flags.working,
      });
    },
  },
  "imconnector.connector.data.set": {
    applicationOnly: true,
    handler: (context, parameters) => {
      const connector = ownConnector(context, parameters);
      const line = asInteger(parameters.LINE) ?? 0;
      const status = connector === undefined ? undefined : context.portal.status(connector.id, line);
      if (status === undefined) return answer(false);
      // Empty keys are skipped and the rest merged over the old data (on-premise edition).
      for (const [key, value] of Object.entries(asRecord(parameters.DATA))) {
        if (isFilled(value)) status.data[key] = asText(value);
      }
      status.connection = true;
      status.register = true;
      return answer(true);
    },
  },
  "imconnector.set.error": {
    applicationOnly: true,
    handler: (context, parameters) => {
      const connector = ownConnector(context, parameters);
      const status =
        connector === undefined ? undefined : context.portal.status(connector.id, asInteger(parameters.LINE) ?? 0);
      if (status === undefined) return noProvider();
      status.error = true;
      return answer({ SUCCESS: true, DATA: [] });
    },
  },
  "imconnector.chat.name.set": {
    applicationOnly: true,
    handler: (context, parameters) => {
      const { portal } = context;
      const connector = ownConnector(context, parameters);
      if (connector === undefined) return noProvider();
      const line = asInteger(parameters.LINE) ?? 0;
      if (!portal.isLineActive(connector.id, line)) return lineNotActive();
      const userId = asText(parameters.USER_ID);
      if (!connector.chatGroup && userId === "")
        return refuse(400, "ERROR_ARGUMENT", "Argument 'USER_ID' is null or empty");
      const chat = [...portal.chats.values()].find(
        (candidate) =>
          candidate.connector === connector.id &&
          candidate.line === line &&
          candidate.externalChatId === asText(parameters.CHAT_ID) &&
          (connector.chatGroup || candidate.externalUserId === userId),
      );
      if (chat === undefined) return refuse(400, "CHAT_RENAMING_FAILED", "Failed to rename the chat");
      chat.title = asText(parameters.NAME);
      return answer({ SUCCESS: true, DATA: { RESULT: {} } });
    },
  },
  "imconnector.list": {
    applicationOnly: true,
    handler: ({ portal, user }) => {
      if (!user.admin) return refuse(400, "ACCESS_DENIED", "You don't have access to this action");
      const own = Object.fromEntries(
        [...portal.connectors.values()].map((connector) => [connector.id, connector.name]),
      );
      return answer({ livechat: "Live Chat", telegrambot: "Telegram", ...own });
    },
  },
};
