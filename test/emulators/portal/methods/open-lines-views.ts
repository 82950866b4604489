import type { Chat, Message, PortalFile, PortalUser, Session } from "../model.ts";
import { displayName, openSession } from "../open-lines.ts";
import { type EmulatedPortal, messageParameters } from "../portal.ts";
import { type Fields, isoDate, phpObject } from "../values.ts";

function extensionOf(name: string): string {
  return /\.([^.]+)$/.exec(name)?.[1] ?? "";
}

function fileKind(file: PortalFile): string {
  const kind = file.type.split("/")[0] ?? "";
  return ["image", "video", "audio"].includes(kind) ? kind : "file";
}

/** Users of a history, keyed by id, in the camelCase form of that method. */
function historyUser(user: PortalUser): Fields {
  return {
    id: String(user.id),
    name: displayName(user),
    active: user.active,
    firstName: user.name,
    lastName: user.lastName,
    workPosition: null,
    avatar: user.avatar ?? "",
    avatarId: null,
    gender: user.gender ?? "M",
    extranet: user.extranet,
    bot: user.kind === "bot",
    connector: user.kind === "connector",
    profile: `/company/personal/user/${user.id}/`,
    externalAuthId: user.kind === "connector" ? "imconnector" : "default",
    status: user.kind === "connector" ? null : "online",
    departments: user.kind === "connector" ? [] : [1],
    type: user.kind === "employee" && user.extranet ? "extranet" : "user",
  };
}

function historyMessage(portal: EmulatedPortal, message: Message): Fields {
  const parameters = messageParameters(message);
  const shown = Array.isArray(parameters) ? {} : { ...parameters };
  if (!portal.settings.historyShowsExternalIds) delete shown.connectorMid;
  const text = message.deleted ? "This message was deleted." : message.text;
  return {
    id: String(message.id),
    chatid: String(message.chatId),
    senderid: String(message.authorId),
    recipientid: `chat${message.chatId}`,
    date: isoDate(message.createdAt),
    text,
    textlegacy: text,
    params: phpObject(shown),
  };
}

function historyFile(portal: EmulatedPortal, file: PortalFile): Fields {
  const url = portal.fileUrl(file);
  return {
    id: file.id,
    chatid: file.chatId,
    date: isoDate(file.createdAt),
    type: fileKind(file),
    name: file.name,
    extension: extensionOf(file.name),
    size: file.size,
    status: "done",
    progress: 100,
    authorid: file.authorId,
    authorname: displayName(portal.users.get(file.authorId)),
    urlpreview: "",
    urlshow: url,
    urldownload: url,
  };
}

/** The answer of imopenlines.session.history.get: the messages of one session with their people and files. */
export function sessionHistory(portal: EmulatedPortal, chat: Chat, session: Session): Fields {
  const messages = portal.chatMessages(chat).filter((message) => message.sessionId === session.id);
  const people = new Set([...chat.members, chat.portalUserId, ...messages.map((message) => message.authorId)]);
  const users = [...people].flatMap((id) => portal.users.get(id) ?? []);
  const files = messages.flatMap((message) => message.fileIds.flatMap((id) => portal.files.get(id)?.meta ?? []));
  return {
    chatId: chat.id,
    canJoin: "Y",
    canVoteHead: "N",
    sessionId: session.id,
    sessionVoteHead: session.headVote,
    sessionCommentHead: session.headComment,
    userId: `chat${chat.id}`,
    message: phpObject(
      Object.fromEntries(messages.map((message) => [String(message.id), historyMessage(portal, message)])),
    ),
    usersMessage: { [`chat${chat.id}`]: messages.map((message) => String(message.id)).reverse() },
    users: phpObject(Object.fromEntries(users.map((user) => [String(user.id), historyUser(user)]))),
    openlines: { canvoteashead: { [String(chat.line)]: false } },
    userInGroup: [],
    woUserInGroup: [],
    chat: {
      [String(chat.id)]: {
        id: String(chat.id),
        name: chat.title,
        owner: String(chat.ownerId),
        entityType: "LINES",
        entityId: chat.userCode,
        entityData1: portal.entityData1(chat),
        entityData2: portal.entityData2(chat),
        entityData3: "N",
        messageCount: chat.messageIds.length,
        public: "",
        muteList: [],
        managerList: [chat.ownerId],
        dateCreate: isoDate(chat.createdAt),
        type: "lines",
        entityLink: { type: "LINES", url: "", id: chat.userCode },
        permissions: { manageUsersAdd: "member", canPost: "member" },
        textFieldEnabled: true,
        backgroundId: null,
        messageType: "L",
        isNew: false,
      },
    },
    userBlockChat: { [String(chat.id)]: phpObject({}) },
    userInChat: { [String(chat.id)]: [...chat.members, chat.portalUserId] },
    files: phpObject(Object.fromEntries(files.map((file) => [String(file.id), historyFile(portal, file)]))),
  };
}

function roleOf(chat: Chat, viewer: PortalUser): string {
  if (chat.ownerId === viewer.id) return "owner";
  return chat.members.includes(viewer.id) ? "member" : "guest";
}

/** What waits in the queue has none. */
function hasOwner(portal: EmulatedPortal, chat: Chat): boolean {
  const session = openSession(portal, chat);
  return session?.state === "answered" || portal.users.get(session?.operatorId ?? 0)?.kind === "bot";
}

/** The answer of imopenlines.dialog.get. */
export function chatDetails(portal: EmulatedPortal, chat: Chat, viewer: PortalUser): Fields {
  const lastId = chat.messageIds.at(-1) ?? 0;
  return {
    id: chat.id,
    parent_chat_id: 0,
    parent_message_id: 0,
    name: chat.title,
    description: null,
    // The documentation's sample: 0 while nobody has taken it.
    owner: hasOwner(portal, chat) ? chat.ownerId : 0,
    extranet: false,
    avatar: "",
    color: "#58cc47",
    type: "lines",
    counter: 0,
    user_counter: chat.members.length + 1,
    message_count: chat.messageIds.length,
    unread_id: 0,
    last_message_id: lastId,
    last_id: lastId,
    entity_type: "LINES",
    entity_id: chat.userCode,
    entity_data_1: portal.entityData1(chat),
    entity_data_2: portal.entityData2(chat),
    entity_data_3: "N",
    mute_list: [],
    date_create: isoDate(chat.createdAt),
    message_type: "L",
    public: "",
    role: roleOf(chat, viewer),
    entity_link: { type: "LINES", url: "", id: chat.userCode },
    text_field_enabled: true,
    is_new: false,
    manager_list: [chat.ownerId],
    dialog_id: `chat${chat.id}`,
  };
}

/** Messages and users in the snake_case form of im.dialog.messages.get. */
export function dialogMessages(portal: EmulatedPortal, chat: Chat, messages: Message[]): Fields {
  const people = new Set(messages.map((message) => message.authorId));
  const files = messages.flatMap((message) => message.fileIds.flatMap((id) => portal.files.get(id)?.meta ?? []));
  return {
    chat_id: chat.id,
    messages: messages.map((message) => ({
      id: message.id,
      chat_id: chat.id,
      author_id: message.authorId,
      date: isoDate(message.createdAt),
      text: message.deleted ? "This message was deleted." : message.text,
      unread: false,
      uuid: null,
      replaces: [],
      params: phpObject({
        ...(message.connectorMid.length > 0 && portal.settings.historyShowsExternalIds
          ? { CONNECTOR_MID: message.connectorMid }
          : {}),
        ...(message.fileIds.length > 0 ? { FILE_ID: message.fileIds } : {}),
        ...(message.deleted ? { IS_DELETED: "Y" } : {}),
        ...(message.edited ? { IS_EDITED: "Y" } : {}),
      }),
      disappearing_date: null,
    })),
    users: [...people].flatMap((id) => {
      const user = portal.users.get(id);
      if (user === undefined) return [];
      return {
        id: user.id,
        active: user.active,
        name: displayName(user),
        first_name: user.name,
        last_name: user.lastName,
        extranet: user.extranet,
        bot: false,
        connector: user.kind === "connector",
        email: user.email,
      };
    }),
    files: files.map((file) => ({
      id: file.id,
      chatId: file.chatId,
      date: isoDate(file.createdAt),
      type: fileKind(file),
      name: file.name,
      extension: extensionOf(file.name),
      size: file.size,
      status: "done",
      progress: 100,
      authorId: file.authorId,
      authorName: displayName(portal.users.get(file.authorId)),
      urlShow: portal.fileUrl(file),
      urlDownload: portal.fileUrl(file),
    })),
  };
}
