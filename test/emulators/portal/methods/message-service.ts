import type { MessageProvider } from "../model.ts";
import { answer, type RestRefusal, type RestResult, refuse } from "../rest-result.ts";
import { asText, type Fields } from "../values.ts";
import type { CallContext, MethodFamily } from "./context.ts";

/** api-reference/messageservice/*.md: codes, required values and who may call. */
const STATUSES: ReadonlySet<string> = new Set(["queued", "sent", "delivered", "undelivered", "failed"]);

const invalid = (message: string): RestRefusal => refuse(400, "ERROR_SENDER_VALIDATION_FAILURE", message);
const keyOf = ({ token }: CallContext, code: string): string => `${token.clientId ?? ""}|${code}`;

/** A localised value is an object by language; which one is shown depends on who looks. */
const shown = (value: unknown): string =>
  typeof value === "object" && value !== null ? String(Object.values(value)[0] ?? "") : asText(value);

function checkedCode(context: CallContext, parameters: Fields): RestRefusal | string {
  if (context.application === undefined) return refuse(403, "ACCESS_DENIED", "Application context required");
  const code = asText(parameters.CODE);
  if (code === "") return invalid("Empty sender code!");
  return /^[a-zA-Z0-9._-]+$/.test(code) ? code : invalid("Wrong sender code!");
}

function add(context: CallContext, parameters: Fields): RestResult {
  const code = checkedCode(context, parameters);
  if (typeof code !== "string") return code;
  if (shown(parameters.NAME) === "") return invalid("Empty sender NAME!");
  const type = asText(parameters.TYPE);
  if (type === "") return invalid("Empty sender message TYPE!");
  if (type !== "SMS") return invalid("Unknown sender message TYPE!");
  const { messageProviders } = context.portal;
  if (messageProviders.has(keyOf(context, code)))
    return refuse(400, "ERROR_SENDER_ALREADY_INSTALLED", "Sender already installed!");
  messageProviders.set(keyOf(context, code), {
    ...{ clientId: context.token.clientId ?? "", code, name: shown(parameters.NAME) },
    ...{ description: shown(parameters.DESCRIPTION), handler: asText(parameters.HANDLER) },
  });
  return answer(true);
}

function update(context: CallContext, parameters: Fields): RestResult {
  const code = asText(parameters.CODE);
  if (code === "") return refuse(400, "ERROR_SENDER_CODE_REQUIRED", "CODE is required!");
  const { HANDLER, NAME, DESCRIPTION } = parameters;
  if (HANDLER === undefined && NAME === undefined && DESCRIPTION === undefined)
    return refuse(400, "ERROR_SENDER_OTHER_PARAMS_REQUIRED", "At least one other parameter is required!");
  const provider = own(context, code);
  if (provider === undefined) return notFound();
  if (HANDLER !== undefined) provider.handler = asText(HANDLER);
  if (NAME !== undefined) provider.name = shown(NAME);
  if (DESCRIPTION !== undefined) provider.description = shown(DESCRIPTION);
  return answer(true);
}

function remove(context: CallContext, parameters: Fields): RestResult {
  const code = checkedCode(context, parameters);
  if (typeof code !== "string") return code;
  return context.portal.messageProviders.delete(keyOf(context, code)) ? answer(true) : notFound();
}

function list({ portal, token }: CallContext): RestResult {
  const ours = [...portal.messageProviders.values()].filter(({ clientId }) => clientId === token.clientId);
  return answer(ours.map(({ code }) => code));
}

function updateStatus(context: CallContext, parameters: Fields): RestResult {
  const code = checkedCode(context, parameters);
  if (typeof code !== "string") return code;
  const message = context.portal.providerMessages.get(asText(parameters.MESSAGE_ID));
  if (message?.code !== code || message.clientId !== context.token.clientId)
    return refuse(400, "ERROR_MESSAGE_NOT_FOUND", "Message not found!");
  const status = asText(parameters.STATUS);
  if (!STATUSES.has(status)) return refuse(400, "ERROR_MESSAGE_STATUS_INCORRECT", "Message status incorrect!");
  if (!context.user.admin && context.user.id !== message.senderId)
    return refuse(403, "ACCESS_DENIED", "Access denied!");
  message.statuses.push(status);
  return answer(true);
}

const own = (context: CallContext, code: string): MessageProvider | undefined =>
  context.portal.messageProviders.get(keyOf(context, code));
const notFound = (): RestRefusal => refuse(400, "ERROR_SENDER_NOT_FOUND", "Sender not found!");

export const messageServiceMethods: MethodFamily = {
  "messageservice.sender.add": { handler: add },
  "messageservice.sender.update": { handler: update },
  "messageservice.sender.delete": { handler: remove },
  "messageservice.sender.list": { handler: list },
  "messageservice.message.status.update": { handler: updateStatus },
};
