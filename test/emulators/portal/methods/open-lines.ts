import type { Chat } from "../model.ts";
import { acceptDialog, ensureSession, finishDialog, openSession, passDialog, writeAsSystem } from "../open-lines.ts";
import { answer, type RestRefusal, type RestResult, refuse } from "../rest-result.ts";
import { asInteger, asText, type Fields } from "../values.ts";
import type { CallContext, MethodEntry, MethodFamily } from "./context.ts";
import { chatDetails, sessionHistory } from "./open-lines-views.ts";

/** The chat of CHAT_ID when the caller may use it. */
function chatFor(context: CallContext, parameters: Fields, deniedStatus = 400): Chat | RestRefusal {
  const { portal, user } = context;
  const id = asInteger(parameters.CHAT_ID) ?? 0;
  if (id <= 0) return refuse(400, "CHAT_ID", "The provided chat identifier is incorrect");
  const chat = portal.chats.get(id);
  if (chat === undefined) return refuse(400, "CHAT_TYPE", "The specified chat is not an open line");
  if (user.extranet || !portal.mayUseChat(user, chat)) {
    return refuse(
      deniedStatus,
      "ACCESS_DENIED",
      "You cannot open this conversation as you do not have sufficient rights",
    );
  }
  return chat;
}

function isRefusal(value: Chat | RestRefusal): value is RestRefusal {
  return "kind" in value && value.kind === "refusal";
}

/** A method that takes CHAT_ID and decides its own answer. */
function chatMethod(decide: (context: CallContext, chat: Chat, parameters: Fields) => RestResult): MethodEntry {
  return {
    handler: (context, parameters) => {
      const chat = chatFor(context, parameters);
      return isRefusal(chat) ? chat : decide(context, chat, parameters);
    },
  };
}

/** A method that takes CHAT_ID, acts on the chat and says true. */
function chatAction(action: (context: CallContext, chat: Chat, parameters: Fields) => void): MethodEntry {
  return chatMethod((context, chat, parameters) => {
    action(context, chat, parameters);
    return answer(true);
  });
}

function transfer(context: CallContext, chat: Chat, parameters: Fields): RestResult {
  const { portal } = context;
  const universal = asText(parameters.TRANSFER_ID);
  const queueId = asInteger(parameters.QUEUE_ID) ?? asInteger(/^queue(\d+)$/.exec(universal)?.[1]);
  const userId = asInteger(parameters.USER_ID) ?? asInteger(universal);
  if (queueId === undefined && userId === undefined)
    return refuse(400, "TRANSFER_ID_EMPTY", "Queue ID or User ID can't be empty");
  const target = queueId === undefined ? userId : portal.line(queueId)?.queue[0];
  const person = target === undefined ? undefined : portal.users.get(target);
  const session = openSession(portal, chat);
  // Nobody can pass a chat to themselves (the box edition refuses it).
  const isSelf = queueId === undefined && person?.id === context.user.id;
  if (person === undefined || person.kind !== "employee" || person.extranet || session === undefined || isSelf) {
    return refuse(400, "OPERATOR_WRONG", "You cannot redirect to this operator");
  }
  if (queueId === undefined) {
    passDialog(portal, chat, person.id);
    return answer(true);
  }
  session.operatorId = person.id;
  session.state = "new";
  chat.ownerId = person.id;
  chat.members = [...chat.members.filter((id) => id !== context.user.id && id !== person.id), person.id];
  if (portal.settings.systemMessages) writeAsSystem(portal, chat, `The dialogue was passed to ${person.name}`);
  return answer(true);
}

function findDialog(context: CallContext, parameters: Fields): Chat | undefined {
  const { portal } = context;
  const userCode = asText(parameters.USER_CODE).replace(/^imol\|/, "");
  const session = portal.sessions.get(asInteger(parameters.SESSION_ID) ?? 0);
  const dialogId = asInteger(/^chat(\d+)$/.exec(asText(parameters.DIALOG_ID))?.[1]);
  const chatId = asInteger(parameters.CHAT_ID) ?? dialogId ?? session?.chatId ?? 0;
  return userCode === "" ? portal.chats.get(chatId) : portal.chatsByUserCode.get(userCode);
}

const crmNames = { lead: "lead", deal: "deal", contact: "contact", company: "company" } as const;

export const openLineMethods: MethodFamily = {
  "imopenlines.session.open": {
    handler: (context, parameters) => {
      const chat = findDialog(context, { USER_CODE: parameters.USER_CODE });
      if (chat === undefined || !context.portal.mayUseChat(context.user, chat)) {
        return refuse(
          400,
          "ACCESS_DENIED",
          "You cannot open this conversation because you do not have sufficient permissions",
        );
      }
      return answer({ chatId: String(chat.id) });
    },
  },
  "imopenlines.session.history.get": {
    handler: (context, parameters) => {
      const { portal, user } = context;
      const sessionId = asInteger(parameters.SESSION_ID);
      const chatId = asInteger(parameters.CHAT_ID);
      if (sessionId === undefined && chatId === undefined)
        return refuse(400, "MISSING_REQUIRED_PARAM", "Session ID or Chat ID must be provided");
      const lastSession = portal.chats.get(chatId ?? 0)?.sessionIds.at(-1);
      const wanted = sessionId ?? lastSession;
      if (wanted === undefined)
        return refuse(400, "INVALID_SESSION_ID", "Unable to determine session ID from provided parameters");
      const session = portal.sessions.get(wanted);
      const chat = session === undefined ? undefined : portal.chats.get(session.chatId);
      if (session === undefined || chat === undefined || !portal.mayUseChat(user, chat)) {
        return refuse(400, "ACCESS_DENIED", "You cannot open this conversation as you do not have sufficient rights");
      }
      return answer(sessionHistory(portal, chat, session));
    },
  },
  "imopenlines.session.head.vote": {
    handler: ({ portal, user }, parameters) => {
      const id = asInteger(parameters.SESSION_ID) ?? 0;
      if (id <= 0) return refuse(400, "EMPTY_SESSION_ID", "Session ID can't be empty");
      const stars = asInteger(parameters.RATING);
      const comment = asText(parameters.COMMENT);
      if (stars === undefined && comment === "")
        return refuse(400, "EMPTY_VOTE_PARAMS", "At least one of the parameters RATING or COMMENT must be specified");
      const session = portal.sessions.get(id);
      const chat = session === undefined ? undefined : portal.chats.get(session.chatId);
      if (session === undefined || chat === undefined || !portal.mayUseChat(user, chat))
        return refuse(400, "ACCESS_DENIED", "You cannot open this conversation as you do not have sufficient rights");
      if (stars !== undefined) session.headVote = stars;
      if (comment !== "") session.headComment = comment;
      return answer(true);
    },
  },
  "imopenlines.dialog.get": {
    handler: (context, parameters) => {
      const chat = findDialog(context, parameters);
      if (chat === undefined || !context.portal.mayUseChat(context.user, chat)) {
        return refuse(400, "ACCESS_ERROR", "You do not have access to the specified dialog");
      }
      return answer(chatDetails(context.portal, chat, context.user));
    },
  },
  "imopenlines.crm.chat.get": {
    handler: ({ portal, user }, parameters) => {
      const name = crmNames[asText(parameters.CRM_ENTITY_TYPE).toLowerCase() as keyof typeof crmNames];
      const entity = asInteger(parameters.CRM_ENTITY) ?? 0;
      if (user.extranet || !user.crmAccess)
        return refuse(403, "ACCESS_DENIED", "Access denied! You don't have access to this action");
      if (name === undefined) return refuse(400, "ERROR_ARGUMENT", "Argument 'CRM_ENTITY_TYPE' is null or empty");
      // Only running dialogues unless asked otherwise.
      const activeOnly = asText(parameters.ACTIVE_ONLY) !== "N";
      const chats = [...portal.chats.values()].filter(
        (chat) => chat.crm[name] === entity && (!activeOnly || openSession(portal, chat) !== undefined),
      );
      return answer(
        chats.map((chat) => ({
          CHAT_ID: String(chat.id),
          CONNECTOR_ID: chat.connector,
          CONNECTOR_TITLE: portal.connectors.get(chat.connector)?.name ?? chat.connector,
        })),
      );
    },
  },
  "imopenlines.operator.answer": chatAction(({ portal, user }, chat) => {
    acceptDialog(portal, chat, user.id);
  }),
  "imopenlines.operator.finish": chatAction(({ portal }, chat) => {
    finishDialog(portal, chat);
  }),
  "imopenlines.operator.another.finish": chatAction(({ portal }, chat) => {
    finishDialog(portal, chat);
  }),
  "imopenlines.operator.spam": chatAction(({ portal }, chat) => {
    finishDialog(portal, chat, true);
  }),
  "imopenlines.operator.transfer": chatMethod(transfer),
  "imopenlines.operator.skip": chatMethod((context, chat) => {
    const queue = context.portal.line(chat.line)?.queue ?? [];
    const next = queue.find((id) => id !== context.user.id);
    if (next === undefined)
      return refuse(400, "ACCESS_DENIED_KICK", "Insufficient permissions to remove participants from the chat");
    return transfer(context, chat, { USER_ID: next });
  }),
  "imopenlines.session.start": chatAction(({ portal, user }, chat) => {
    ensureSession(portal, chat);
    acceptDialog(portal, chat, user.id);
  }),
  "imopenlines.session.intercept": chatAction(({ portal, user }, chat) => {
    acceptDialog(portal, chat, user.id);
  }),
  "imopenlines.session.join": chatAction(({ user }, chat) => {
    if (!chat.members.includes(user.id)) chat.members.push(user.id);
  }),
  "imopenlines.session.mode.pin": chatAction(({ user }, chat, parameters) => {
    const others = chat.pinnedBy.filter((id) => id !== user.id);
    chat.pinnedBy = asText(parameters.ACTIVATE) === "N" ? others : [...others, user.id];
  }),
};
