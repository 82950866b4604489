import type { Chat, Message } from "../model.ts";
import { deleteAsOperator, editAsOperator, openSession, writeAsOperator } from "../open-lines.ts";
import { answer, type RestResult, refuse } from "../rest-result.ts";
import { asInteger, asText, type Fields } from "../values.ts";
import type { CallContext, MethodFamily } from "./context.ts";
import { dialogMessages } from "./open-lines-views.ts";

function chatOfDialog({ portal }: CallContext, dialogId: string): Chat | undefined {
  return portal.chats.get(asInteger(/^chat(\d+)$/.exec(dialogId)?.[1]) ?? 0);
}

/** Only participants read a dialogue here; administrators who have not joined are refused like everybody. */
function readDialog(context: CallContext, parameters: Fields): RestResult {
  const { portal, user } = context;
  const chat = chatOfDialog(context, asText(parameters.DIALOG_ID));
  if (chat === undefined || !chat.members.includes(user.id))
    return refuse(403, "ACCESS_ERROR", "You do not have access to the specified dialog");
  const first = asInteger(parameters.FIRST_ID);
  const last = asInteger(parameters.LAST_ID);
  const limit = Math.min(50, Math.max(1, asInteger(parameters.LIMIT) ?? 20));
  const all = portal.chatMessages(chat);
  const chosen =
    first !== undefined
      ? all.filter((message) => message.id > first).slice(0, limit)
      : all.filter((message) => last === undefined || message.id < last).slice(-limit);
  return answer(dialogMessages(portal, chat, chosen.reverse()));
}

function addChatMessage(context: CallContext, parameters: Fields): RestResult {
  const { portal, user } = context;
  const dialogId = asText(parameters.DIALOG_ID);
  const chat = chatOfDialog(context, dialogId);
  if (chat === undefined) {
    const person = portal.users.get(asInteger(dialogId) ?? 0);
    return person === undefined ? refuse(400, "CHAT_ID", "Error creating message") : answer(portal.nextId("message"));
  }
  if (!chat.members.includes(user.id)) return refuse(400, "ACCESS_ERROR", "Action unavailable");
  // In an open line this is an operator speaking: the customer gets it. A closed dialogue starts anew.
  if (openSession(portal, chat) === undefined && user.extranet)
    return refuse(400, "ACCESS_ERROR", "Action unavailable");
  return answer(writeAsOperator(portal, chat, user.id, asText(parameters.MESSAGE)).id);
}

/** Only the author's own, and nothing that was deleted. */
function ownMessage({ portal, user }: CallContext, parameters: Fields): Message | undefined {
  const message = portal.messages.get(asInteger(parameters.MESSAGE_ID) ?? 0);
  return message?.authorId === user.id && !message.deleted ? message : undefined;
}

const notToBeChanged = () =>
  refuse(400, "CANT_EDIT_MESSAGE", "Time has expired for modification or you don't have access");

function updateMessage(context: CallContext, parameters: Fields): RestResult {
  const message = ownMessage(context, parameters);
  if (message === undefined) return notToBeChanged();
  editAsOperator(context.portal, message, asText(parameters.MESSAGE));
  return answer(true);
}

function deleteMessage(context: CallContext, parameters: Fields): RestResult {
  const message = ownMessage(context, parameters);
  if (message === undefined) return notToBeChanged();
  deleteAsOperator(context.portal, message);
  return answer(true);
}

function addNotification({ portal, token }: CallContext, parameters: Fields, by?: number): RestResult {
  const userId = asInteger(parameters.USER_ID) ?? 0;
  if (userId <= 0) return refuse(400, "USER_ID_EMPTY", "User ID can't be empty");
  const message = asText(parameters.MESSAGE).trim();
  if (message === "") return refuse(400, "MESSAGE_EMPTY", "Message can't be empty");
  if (portal.users.get(userId)?.kind !== "employee") return answer(false);
  const tag = asText(parameters.TAG);
  const clientId = token.clientId ?? "";
  // A notification with the tag of an older one replaces it.
  const older =
    tag === ""
      ? -1
      : portal.notifications.findIndex(
          (notification) =>
            notification.tag === tag && notification.userId === userId && notification.clientId === clientId,
        );
  if (older >= 0) portal.notifications.splice(older, 1);
  const id = portal.nextId("message");
  portal.notifications.push({
    ...{ id, userId, message, tag, clientId, at: portal.now() },
    ...(by !== undefined && { by }),
  });
  return answer(id);
}

export const messengerMethods: MethodFamily = {
  "im.notify.system.add": { handler: addNotification },
  // "On behalf of the current user."
  "im.notify.personal.add": { handler: (context, parameters) => addNotification(context, parameters, context.user.id) },
  "im.message.add": { handler: addChatMessage },
  "im.message.update": { handler: updateMessage },
  "im.message.delete": { handler: deleteMessage },
  "im.dialog.messages.get": { handler: readDialog },
};
