import { applicationMethods } from "./application.ts";
import { automationMethods } from "./automation.ts";
import { bindingMethods } from "./bindings.ts";
import { connectorMessageMethods } from "./connector-messages.ts";
import { connectorMethods } from "./connectors.ts";
import type { MethodEntry } from "./context.ts";
import { crmMethods } from "./crm.ts";
import { lineConfigMethods } from "./line-config.ts";
import { messageServiceMethods } from "./message-service.ts";
import { messengerMethods } from "./messenger.ts";
import { openLineMethods } from "./open-lines.ts";
import { userMethods } from "./users.ts";

/** Every implemented method by its contract name; `batch` is played by the REST core itself. */
export const methodRegistry: ReadonlyMap<string, MethodEntry> = new Map(
  [
    applicationMethods,
    userMethods,
    bindingMethods,
    connectorMethods,
    connectorMessageMethods,
    openLineMethods,
    lineConfigMethods,
    messengerMethods,
    messageServiceMethods,
    crmMethods,
    automationMethods,
  ].flatMap((family) => Object.entries(family)),
);
