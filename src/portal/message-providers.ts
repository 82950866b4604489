/**
 * Message providers of a portal, by https://apidocs.bitrix24.com/api-reference/messageservice/index.html. All of it may be
 * repeated: what is there already, or gone already, is what was wanted.
 */
import { z } from "zod";
import type { MessageProviders, ProviderRegistration } from "./contract/message-providers.ts";
import type { PortalCall, PortalCaller, PortalOutcome } from "./contract.ts";
import { unreadable } from "./open-lines.ts";

/** "An empty array indicates that the current application has no registered providers." */
const codes = z.array(z.string());

export function createMessageProviders(caller: PortalCaller): MessageProviders {
  async function change(
    method: string,
    params: PortalCall["params"],
    wantedAnyway: string,
    sequence?: string,
  ): Promise<PortalOutcome<void>> {
    const outcome = await caller.call({ method, params, effect: "repeatable", ...(sequence && { sequence }) });
    if (outcome.kind === "refused" && outcome.code === wantedAnyway) return { kind: "ok", value: undefined };
    return outcome.kind === "ok" ? { kind: "ok", value: undefined } : outcome;
  }

  return {
    async list() {
      const outcome = await caller.call({ method: "messageservice.sender.list", params: {}, effect: "read" });
      if (outcome.kind !== "ok") return outcome;
      const parsed = codes.safeParse(outcome.value);
      return parsed.success ? { kind: "ok", value: parsed.data } : unreadable("messageservice.sender.list");
    },
    add: (provider) =>
      change("messageservice.sender.add", { ...fieldsOf(provider), TYPE: "SMS" }, "ERROR_SENDER_ALREADY_INSTALLED"),
    update: (provider) => change("messageservice.sender.update", fieldsOf(provider), ""),
    remove: (code) => change("messageservice.sender.delete", { CODE: code }, "ERROR_SENDER_NOT_FOUND"),
    tell: (code, messageKey, status) =>
      change(
        "messageservice.message.status.update",
        { CODE: code, MESSAGE_ID: messageKey, STATUS: status },
        "",
        `provider message ${messageKey}`,
      ),
  };
}

const fieldsOf = ({ code, name, description, handler }: ProviderRegistration) => ({
  ...{ CODE: code, NAME: name, DESCRIPTION: description, HANDLER: handler },
});
