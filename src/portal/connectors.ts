/** What an administrator sets up: lines, connector ids, which feeds which. */
import { z } from "zod";
import type {
  ConnectorRegistration,
  Connectors,
  OpenLineInfo,
  PortalCall,
  PortalCaller,
  PortalOutcome,
} from "./contract.ts";
import { unreadable } from "./open-lines.ts";
import { wireId } from "./wire-id.ts";

/** Largest page of the method, by its documentation. */
const PAGE = 200;
/** A portal with more lines than that is none we know; stops a portal that always answers a full page. */
const MAX_PAGES = 20;

export function createConnectors(caller: PortalCaller): Connectors {
  return {
    async openLines() {
      const lines: OpenLineInfo[] = [];
      for (let page = 0; page < MAX_PAGES; page += 1) {
        const outcome = await caller.call({
          method: "imopenlines.config.list.get",
          params: {
            PARAMS: { select: ["ID", "LINE_NAME", "ACTIVE"], order: { ID: "asc" }, limit: PAGE, offset: page * PAGE },
          },
          effect: "read",
        });
        if (outcome.kind !== "ok") return outcome;
        const parsed = lineList.safeParse(outcome.value);
        if (!parsed.success) return unreadable("imopenlines.config.list.get");
        lines.push(...parsed.data);
        if (parsed.data.length < PAGE) break;
      }
      return { kind: "ok", value: lines };
    },
    async register(connector) {
      return confirmed(await caller.call(registration(connector)));
    },
    async attach(at, data) {
      const line = wireId(at.line);
      // "1" and not "Y": the box edition tests only for "not empty", so "N" would switch on. Activating comes first: data of an inactive connector is dropped.
      const activated = confirmed(
        await caller.call({
          method: "imconnector.activate",
          params: { CONNECTOR: at.connector, LINE: line, ACTIVE: "1" },
          effect: "repeatable",
        }),
      );
      if (activated.kind !== "ok") return activated;
      // All four keys, always: the cloud replaces the whole set, the box edition merges it.
      const DATA = { ID: data.id, URL: data.url, URL_IM: data.url, NAME: data.name };
      return confirmed(
        await caller.call({
          method: "imconnector.connector.data.set",
          params: { CONNECTOR: at.connector, LINE: line, DATA },
          effect: "repeatable",
        }),
      );
    },
    async detach(at) {
      return confirmed(
        await caller.call({
          method: "imconnector.activate",
          params: { CONNECTOR: at.connector, LINE: wireId(at.line), ACTIVE: "0" },
          effect: "repeatable",
        }),
      );
    },
    async status(at) {
      const outcome = await caller.call({
        method: "imconnector.status",
        params: { CONNECTOR: at.connector, LINE: wireId(at.line) },
        effect: "read",
      });
      if (outcome.kind !== "ok") return outcome;
      const parsed = statusResult.safeParse(outcome.value);
      if (!parsed.success) return unreadable("imconnector.status");
      const { CONFIGURED, STATUS, ERROR } = parsed.data;
      return { kind: "ok", value: { configured: CONFIGURED, active: STATUS, error: ERROR } };
    },
  };
}

/**
 * Real booleans, so it goes as a plain call (JSON): in a batch's query "false" would be true.
 * Edits and deletions both ways; no newsletter; no signature, because channels show who writes themselves and an
 * operator's "[b]Name:[/b]" would be sent to customers; system messages on, because they tell of transfers and closing;
 * one-to-one chats except for groups of a messenger, because a group switches the portal's CRM off.
 */
function registration(connector: ConnectorRegistration): PortalCall {
  const icon = {
    DATA_IMAGE: `data:image/svg+xml;charset=US-ASCII,${encodeURIComponent(connector.icon.svg)}`,
    COLOR: connector.icon.color,
  };
  return {
    method: "imconnector.register",
    params: {
      ID: connector.id,
      NAME: connector.title,
      ICON: icon,
      ICON_DISABLED: icon,
      PLACEMENT_HANDLER: connector.handlerUrl,
      DEL_EXTERNAL_MESSAGES: true,
      EDIT_INTERNAL_MESSAGES: true,
      DEL_INTERNAL_MESSAGES: true,
      NEWSLETTER: false,
      NEED_SYSTEM_MESSAGES: true,
      NEED_SIGNATURE: false,
      CHAT_GROUP: connector.group === true,
    },
    effect: "repeatable",
    alone: true,
  };
}

const truth = z
  .union([
    z.boolean(),
    z.string().transform((text) => /^(y|1|true)$/i.test(text)),
    z.number().transform((number) => number !== 0),
  ])
  .catch(false);
const lineList = z.array(
  z
    .object({ ID: z.union([z.string(), z.number()]).transform(String), LINE_NAME: z.string().catch(""), ACTIVE: truth })
    .transform((line): OpenLineInfo => ({ id: line.ID, name: line.LINE_NAME, active: line.ACTIVE })),
);
const statusResult = z.object({ CONFIGURED: truth, STATUS: truth, ERROR: truth });
const verdict = z.union([
  z.boolean().transform((result) => ({ result, error: undefined, error_description: undefined })),
  z.object({ result: z.boolean(), error: z.string().optional(), error_description: z.string().optional() }),
]);

/** These methods answer 200 with the refusal inside. */
export function confirmed(outcome: PortalOutcome<unknown>): PortalOutcome<void> {
  if (outcome.kind !== "ok") return outcome;
  const parsed = verdict.safeParse(outcome.value);
  if (!parsed.success) return unreadable("a setting");
  if (parsed.data.result) return { kind: "ok", value: undefined };
  const { error, error_description } = parsed.data;
  return {
    kind: "refused",
    code: error ?? "NO_SUCCESS",
    sentence:
      error_description === undefined
        ? "The portal did not accept the setting."
        : `The portal did not accept the setting: ${error_description.slice(0, 300)}`,
  };
}
