import type { Chat, Message, PortalUser } from "../model.ts";
import { type Address, chatOf, receiveMessage } from "../open-lines.ts";
import type { EmulatedPortal } from "../portal.ts";
import type { ElementLog } from "../request-log.ts";
import { answer, type RestResult, refuse } from "../rest-result.ts";
import { asInteger, asList, asRecord, asText, type Fields, isRecord, phpObject } from "../values.ts";
import { lineNotActive, noProvider, ownConnector } from "./connectors.ts";
import type { CallContext, MethodFamily } from "./context.ts";

interface Element {
  readonly user: Fields;
  readonly message: Fields;
  readonly chat: Fields;
}

/** Every element needs its three blocks, or the whole call is refused. */
function elementsOf(parameters: Fields): Element[] | RestResult {
  const list = asList(parameters.MESSAGES);
  if (list === undefined)
    return refuse(400, "ERROR_ARGUMENT", "The value of an argument 'MESSAGES' must be of type array");
  const elements: Element[] = [];
  for (const raw of list) {
    const { user, message, chat } = asRecord(raw);
    if (!isRecord(user) || !isRecord(message) || !isRecord(chat)) {
      return refuse(400, "ERROR_ARGUMENT", "The MESSAGES parameter must be an array of messages (arrays)");
    }
    elements.push({ user, message, chat });
  }
  return elements;
}

const genders: Readonly<Record<string, string>> = { male: "M", female: "F" };

/**
 * The customer as a portal user, shared by all lines. Each call rewrites name, link, gender and avatar from the user
 * block; what is absent is emptied. Phone and e-mail are remembered once known.
 */
function ensurePerson(portal: EmulatedPortal, connector: string, user: Fields): PortalUser {
  const externalKey = `${connector}|${asText(user.id)}`;
  let person = portal.connectorUsers.get(externalKey);
  if (person === undefined) {
    person = {
      id: portal.nextId("user"),
      name: "",
      lastName: "",
      email: "",
      phone: "",
      active: true,
      admin: false,
      extranet: true,
      crmAccess: false,
      kind: "connector",
      externalKey,
    };
    portal.connectorUsers.set(externalKey, person);
    portal.users.set(person.id, person);
  }
  const name = asText(user.name).trim();
  const lastName = asText(user.last_name).trim();
  const split = lastName === "" ? /^(\S+)\s+(\S+)$/.exec(name) : null;
  person.name = split?.[1] ?? name;
  person.lastName = split?.[2] ?? lastName;
  person.url = asText(user.url);
  person.gender = genders[asText(user.gender)] ?? "";
  person.avatar = asText(asRecord(user.picture).url);
  person.email = asText(user.email) || person.email;
  person.phone = asText(user.phone) || person.phone;
  return person;
}

function addressOf(connector: string, line: number, element: Element): Address {
  return {
    connector,
    line,
    externalUserId: asText(element.user.id),
    externalChatId: asText(element.chat.id),
    chatName: asText(element.chat.name),
  };
}

/** The echo part of an element's answer. `date` is an empty object: that is how the platform prints it. */
function elementAnswer(person: PortalUser | undefined, element: Element): Fields {
  const url = asText(element.chat.url);
  return {
    user: person === undefined ? "" : String(person.id),
    message: { id: asText(element.message.id), date: {}, text: asText(element.message.text), files: [] },
    chat: {
      id: asText(element.chat.id),
      name: asText(element.chat.name),
      ...(url === "" ? {} : { description: `Link to the original post: ${url}` }),
    },
    extra: phpObject({
      ...(asText(element.user.skip_phone_validate) === "Y" ? { skip_phone_validate: "Y" } : {}),
      ...(asText(element.message.disable_crm) === "Y" ? { disable_tracker: "Y" } : {}),
    }),
  };
}

/** Downloads every file by its link, during the call. What cannot be had is dropped without a word. */
async function downloadFiles(
  context: CallContext,
  element: Element,
): Promise<{ name: string; type: string; content: Uint8Array }[]> {
  const files: { name: string; type: string; content: Uint8Array }[] = [];
  for (const raw of asList(element.message.files) ?? []) {
    const file = asRecord(raw);
    const url = asText(file.url);
    const loaded = await context.download(url);
    if (loaded === undefined) continue;
    const pathName = URL.canParse(url) ? decodeURIComponent(new URL(url).pathname.split("/").pop() ?? "") : "";
    files.push({ ...loaded, name: (asText(file.name) || pathName || "file").slice(-50) });
  }
  return files;
}

async function sendElement(
  context: CallContext,
  connector: string,
  line: number,
  element: Element,
  log: ElementLog,
): Promise<Fields> {
  const { portal } = context;
  const fault = portal.services.faults.take(["element-refused", "element-lie"], portal.id, [
    "imconnector.send.messages",
  ]);
  if (fault?.kind === "element-refused") {
    return { ...elementAnswer(undefined, element), SUCCESS: false, ERRORS: ["The message could not be processed"] };
  }
  const person = ensurePerson(portal, connector, element.user);
  const files = await downloadFiles(context, element);
  const text = asText(element.message.text);
  if (text === "" && files.length === 0) {
    return { ...elementAnswer(person, element), SUCCESS: false, ERRORS: ["Not all required data is specified"] };
  }
  const asUserId = asInteger(element.message.user_id) ?? 0;
  const address = addressOf(connector, line, element);
  const stored = files.map((file) => portal.addFile(0, file.name, file.type, file.content, asUserId || person.id));
  const { chat, session, message } = receiveMessage(portal, address, person, {
    text,
    externalId: asText(element.message.id),
    fileIds: stored.map((file) => file.id),
    asUserId: portal.users.get(asUserId)?.kind === "employee" ? asUserId : 0,
    trackerOff: asText(element.message.disable_crm) === "Y",
    requestSequence: context.requestSequence,
  });
  for (const file of stored) file.chatId = chat.id;
  log.messageId = message.id;
  if (fault?.kind === "element-lie") {
    return { ...elementAnswer(person, element), SUCCESS: false, ERRORS: ["The message could not be processed"] };
  }
  return {
    ...elementAnswer(person, element),
    SUCCESS: true,
    session: { ID: String(session.id), CHAT_ID: String(chat.id) },
  };
}

async function sendMessages(context: CallContext, parameters: Fields): Promise<RestResult> {
  const { portal } = context;
  const connector = ownConnector(context, parameters);
  if (connector === undefined) return noProvider();
  const line = asInteger(parameters.LINE) ?? 0;
  if (!portal.isLineActive(connector.id, line)) return lineNotActive();
  const elements = elementsOf(parameters);
  if (!Array.isArray(elements)) return elements;
  const results: Fields[] = [];
  for (const element of elements) {
    const log: ElementLog = {
      externalId: asText(element.message.id),
      chat: asText(element.chat.id),
      startedAt: portal.now(),
      finishedAt: null,
      messageId: null,
      reportedSuccess: false,
    };
    context.command.elements.push(log);
    const result = await sendElement(context, connector.id, line, element, log);
    log.finishedAt = portal.now();
    log.reportedSuccess = result.SUCCESS === true;
    results.push(result);
  }
  return answer({ SUCCESS: true, DATA: { RESULT: results } });
}

/** Messages of a chat that carry this outside id. */
function findByExternalId(portal: EmulatedPortal, chat: Chat | undefined, externalId: string): Message[] {
  return chat === undefined
    ? []
    : portal.chatMessages(chat).filter((message) => message.connectorMid.includes(externalId) && !message.deleted);
}

/** update and delete look the message up by message.id + chat.id + user.id, as send stored it. */
function changeMessages(
  context: CallContext,
  parameters: Fields,
  change: (message: Message, element: Element) => void,
  allowed = true,
): RestResult {
  const { portal } = context;
  const connector = ownConnector(context, parameters);
  if (connector === undefined) return noProvider();
  const line = asInteger(parameters.LINE) ?? 0;
  if (!portal.isLineActive(connector.id, line)) return lineNotActive();
  const elements = elementsOf(parameters);
  if (!Array.isArray(elements)) return elements;
  const results = elements.map((element): Fields => {
    const person = portal.connectorUsers.get(`${connector.id}|${asText(element.user.id)}`);
    const chat = person === undefined ? undefined : chatOf(portal, addressOf(connector.id, line, element), person);
    const found = allowed ? findByExternalId(portal, chat, asText(element.message.id)) : [];
    for (const message of found) change(message, element);
    const echo = elementAnswer(person, element);
    return found.length > 0 ? { ...echo, SUCCESS: true } : { ...echo, SUCCESS: false, ERRORS: ["Message not found"] };
  });
  return answer({ SUCCESS: true, DATA: { RESULT: results } });
}

function confirmDelivery(context: CallContext, parameters: Fields): RestResult {
  const { portal } = context;
  const connector = ownConnector(context, parameters);
  if (connector === undefined) return noProvider();
  for (const raw of asList(parameters.MESSAGES) ?? []) {
    const element = asRecord(raw);
    const im = asRecord(element.im);
    const message = portal.messages.get(asInteger(im.message_id) ?? 0);
    if (message === undefined || message.chatId !== asInteger(im.chat_id)) continue;
    message.connectorMid = (asList(asRecord(element.message).id) ?? []).map(asText);
    message.sending = false;
  }
  return answer({ SUCCESS: true, DATA: [] });
}

export const connectorMessageMethods: MethodFamily = {
  "imconnector.send.messages": { applicationOnly: true, handler: sendMessages },
  "imconnector.update.messages": {
    applicationOnly: true,
    handler: (context, parameters) =>
      changeMessages(context, parameters, (message, element) => {
        message.text = asText(element.message.text);
        message.edited = true;
      }),
  },
  "imconnector.delete.messages": {
    applicationOnly: true,
    handler: (context, parameters) => {
      const allowed = ownConnector(context, parameters)?.deleteExternalMessages === true;
      return changeMessages(
        context,
        parameters,
        (message) => {
          message.deleted = true;
        },
        allowed,
      );
    },
  },
  "imconnector.send.status.delivery": { applicationOnly: true, handler: confirmDelivery },
  // Published sources show a stub that only says yes.
  "imconnector.send.status.reading": {
    applicationOnly: true,
    handler: (context, parameters) =>
      ownConnector(context, parameters) === undefined ? noProvider() : answer({ SUCCESS: true, DATA: [] }),
  },
};
