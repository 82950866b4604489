import { contractTable } from "../contract.ts";
import type { OpenLine } from "../model.ts";
import { answer, answerPage, type RestRefusal, type RestResult, refuse } from "../rest-result.ts";
import { asInteger, asList, asRecord, asText, type Fields } from "../values.ts";
import type { CallContext, MethodFamily } from "./context.ts";
import { correctedSettings, queueEntries } from "./line-corrections.ts";

/** Answered by the documentation's pages of reading, and taken by the on-premise source; the page of writing has them not. */
const WRITABLE_BESIDE = ["AGREEMENT_MESSAGE", "AGREEMENT_ID", "QUEUE_USERS_FIELDS"];
const LIST_PARAMETERS = ["select", "filter", "order", "limit", "offset"];

function lineFields(line: OpenLine): Fields {
  return { ID: String(line.id), ...line.config };
}

function settableFields(method: string): Set<string> {
  const parameter = contractTable.methods[method]?.params.PARAMS;
  return new Set([...(Array.isArray(parameter) ? Object.keys(parameter[1] ?? {}) : []), ...WRITABLE_BESIDE]);
}

const mayChange = ({ user }: CallContext) => user.changesLines ?? user.admin;

const denied = () => refuse(403, "CONFIG_WRONG_USER_PERMISSION", "Permission denied");
const noId = () => refuse(400, "CONFIG_ID_EMPTY", "Config ID can't be empty");

/** Writes settings the way the platform does: corrected without a word. A queue that it does not take leaves all as it was. */
function applyLineSettings(
  { portal }: CallContext,
  line: OpenLine,
  parameters: Fields,
  method: string,
): RestRefusal | boolean {
  const known = settableFields(method);
  const unknown = Object.keys(parameters).find((name) => !known.has(name));
  if (unknown !== undefined)
    return refuse(400, "ERROR_EMULATOR_UNKNOWN_PARAMETER", `${method} has no parameter 'PARAMS.${unknown}'`);
  const { QUEUE, QUEUE_USERS_FIELDS, ...settings } = parameters;
  if (QUEUE !== undefined) {
    const entries = queueEntries(QUEUE);
    if (entries === undefined) return false;
    line.queueEntries = entries;
    const people = entries.flatMap(({ type, id }) => (type === "user" ? id : membersOf(portal, id)));
    line.queue = [...new Set(people)];
    line.shownAs = shownAfter(line, QUEUE_USERS_FIELDS);
  }
  const limits = { plan: /(pro|ent)/.test(portal.settings.licence), noLeads: portal.crm.mode === 2 };
  Object.assign(line.config, correctedSettings(settings, limits));
  return true;
}

function membersOf(portal: CallContext["portal"], department: number): number[] {
  return portal
    .employees()
    .filter((user) => !user.extranet && (user.departments ?? [1]).includes(department))
    .map(({ id }) => id);
}

const SHOWN_FIELDS = ["USER_NAME", "USER_WORK_POSITION", "USER_AVATAR"];

/** Heard beside the queue alone. Said nothing of it, whoever stays is shown as before; otherwise whoever is not named is not shown so. */
function shownAfter({ queue, shownAs = {} }: OpenLine, asked: unknown): Record<string, Fields> {
  const said = asked === undefined ? shownAs : asRecord(asked);
  return Object.fromEntries(
    queue.flatMap((id) => {
      const fields = asRecord(said[String(id)]);
      const texts = SHOWN_FIELDS.map((name) => [name, asText(fields[name]) || null]);
      return [[String(id), { ...Object.fromEntries(texts), USER_AVATAR_ID: asText(fields.USER_AVATAR_ID) || "0" }]];
    }),
  );
}

/** Names, positions and pictures of agents that the line shows instead of their profiles. */
const usersFields = (line: OpenLine) =>
  Object.fromEntries(
    line.queue.map((id) => [
      String(id),
      {
        ...{ USER_NAME: null, USER_WORK_POSITION: null, USER_AVATAR: null, USER_AVATAR_ID: "0" },
        ...line.shownAs?.[String(id)],
      },
    ]),
  );

function configQueue(line: OpenLine): Fields[] {
  const entries = line.queueEntries ?? line.queue.map((id) => ({ type: "user", id }));
  return entries.map(({ type, id }) => ({ ENTITY_ID: String(id), ENTITY_TYPE: type }));
}

function listLines({ portal }: CallContext, parameters: Fields): RestResult {
  const input = asRecord(parameters.PARAMS);
  const options = asRecord(parameters.OPTIONS);
  const unsupported = Object.keys(input).filter((name) => !LIST_PARAMETERS.includes(name));
  if (unsupported.length > 0)
    return refuse(400, "INVALID_FORMAT", `Unsupported PARAMS fields are passed: ${unsupported.join(", ")}`);
  const foreign = Object.keys(options).filter((name) => !["QUEUE", "CONFIG_QUEUE", "CHECK_PERMISSION"].includes(name));
  if (foreign.length > 0)
    return refuse(400, "INVALID_FORMAT", `Unsupported OPTIONS fields are passed: ${foreign.join(", ")}`);
  const filter = Object.entries(asRecord(input.filter));
  const limit = Math.min(200, asInteger(input.limit) ?? 50);
  const offset = asInteger(input.offset) ?? 0;
  const select = (asList(input.select) ?? []).map(asText);
  const lines = [...portal.lines.values()]
    .filter((line) => !line.deleted)
    .map((line) => ({ line, fields: lineFields(line) }))
    .filter(({ fields }) =>
      filter.every(([name, wanted]) => asText(fields[name.replace(/^=/, "")]) === asText(wanted)),
    );
  return answer(
    lines.slice(offset, offset + limit).map(({ line, fields }) => ({
      ...(select.length === 0 || select.includes("*")
        ? fields
        : Object.fromEntries(Object.entries(fields).filter(([name]) => select.includes(name)))),
      ...(asText(options.QUEUE) === "Y" && { QUEUE: line.queue.map(String), QUEUE_USERS_FIELDS: usersFields(line) }),
      ...(asText(options.CONFIG_QUEUE) === "Y" && { CONFIG_QUEUE: configQueue(line) }),
    })),
  );
}

function readLine({ portal }: CallContext, parameters: Fields): RestResult {
  const id = asInteger(parameters.CONFIG_ID) ?? 0;
  if (id <= 0) return noId();
  const line = portal.line(id);
  if (line === undefined) return answer(false);
  const own = usersFields(line);
  return answer({
    ...lineFields(line),
    QUEUE: line.queue.map(String),
    QUEUE_FULL: Object.fromEntries(
      line.queue.map((user, index) => [
        String(user),
        { ID: String(index + 1), SORT: String(index), USER_ID: String(user), DEPARTMENT_ID: "0", ...own[String(user)] },
      ]),
    ),
    QUEUE_USERS_FIELDS: own,
    QUEUE_ONLINE: line.queue.length > 0 ? "Y" : "N",
  });
}

const LISTS_PAGE = 50;

/** Newest first unless another order is asked for; of their many fields those that tell one from another. */
function listsOfKind({ portal }: CallContext, parameters: Fields): RestResult {
  if (asText(parameters.IBLOCK_TYPE_ID) !== "lists") return answer([]);
  const order = asRecord(parameters.IBLOCK_ORDER);
  const direction = asText(order.ID).toLowerCase() === "asc" ? 1 : -1;
  const start = asInteger(parameters.start) ?? 0;
  const all = portal.lists.toSorted((a, b) => (a.id - b.id) * direction);
  const page = all.slice(start, start + LISTS_PAGE);
  return answerPage(
    page.map(({ id, name, code }) => ({ ID: String(id), IBLOCK_TYPE_ID: "lists", NAME: name, CODE: code })),
    all.length,
    start + LISTS_PAGE < all.length ? start + LISTS_PAGE : undefined,
  );
}

export const lineConfigMethods: MethodFamily = {
  "imbot.bot.list": {
    handler: ({ portal }) =>
      answer(
        Object.fromEntries(
          portal.bots.map(({ id, name, code, openLine }) => [
            String(id),
            { ID: id, NAME: name, CODE: code, OPENLINE: openLine ? "Y" : "N" },
          ]),
        ),
      ),
  },
  "userconsent.agreement.list": {
    handler: ({ portal }) =>
      answer(
        portal.agreements.map(({ id, name, active, language }) => ({
          ...{ ID: String(id), NAME: name, ACTIVE: active ? "Y" : "N", LANGUAGE_ID: language },
        })),
      ),
  },
  "lists.get": { handler: listsOfKind },
  "imopenlines.config.list.get": { handler: listLines },
  "imopenlines.config.get": { handler: readLine },
  "imopenlines.config.path.get": {
    handler: ({ portal }) => answer({ SERVER_ADDRESS: `http://${portal.domain}`, PUBLIC_PATH: "/contact_center/" }),
  },
  "imopenlines.config.add": {
    handler: (context, parameters) => {
      // The page of the method says "any user"; the platform's own page lets only those make lines who may change them.
      if (!mayChange(context)) return denied();
      const line = context.portal.addLine({});
      const applied = applyLineSettings(context, line, asRecord(parameters.PARAMS), "imopenlines.config.add");
      return typeof applied === "boolean" ? answer(line.id) : applied;
    },
  },
  "imopenlines.config.update": {
    handler: (context, parameters) => {
      const id = asInteger(parameters.CONFIG_ID) ?? 0;
      if (id <= 0) return noId();
      const line = context.portal.line(id);
      if (line === undefined) return answer(false);
      if (!mayChange(context)) return denied();
      const applied = applyLineSettings(context, line, asRecord(parameters.PARAMS), "imopenlines.config.update");
      return typeof applied === "boolean" ? answer(applied) : applied;
    },
  },
  "imopenlines.config.delete": {
    handler: (context, parameters) => {
      const id = asInteger(parameters.CONFIG_ID) ?? 0;
      if (id <= 0) return noId();
      const line = context.portal.line(id);
      if (line === undefined) return answer(false);
      if (!mayChange(context)) return denied();
      context.portal.deleteLine(line, context.user.id);
      return answer(true);
    },
  },
};
