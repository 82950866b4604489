import { fileTypeFromBuffer } from "file-type";
import type { EmulatedBot } from "./bot.ts";
import {
  type CallInput,
  checkEntities,
  type MethodName,
  type ParametersOf,
  parameters,
  type Upload,
} from "./parameters.ts";
import { BotApiError, badRequest, type Chat, type Json, type StoredMessage } from "./types.ts";

/** What each method does. Errors carry the descriptions of the public server. */

const MB = 1024 * 1024;
/** Written down here once more, so that a slip in the adapter's own list is seen (Bot API, "ReactionTypeEmoji"). */
const REACTIONS = new Set(
  (
    "👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 " +
    "😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡"
  ).split(" "),
);
const FORTY_EIGHT_HOURS = 48 * 3_600;

export interface MethodContext {
  readonly bot: EmulatedBot;
  readonly input: CallInput;
  /** Whether plain http addresses may be webhooks; the real server refuses them. */
  readonly httpWebhooks: boolean;
}

type Method<M extends MethodName> = (context: MethodContext, params: ParametersOf<M>) => Promise<unknown> | unknown;
type Immediate = Exclude<MethodName, "getUpdates">;

export async function runMethod(method: Immediate, context: MethodContext): Promise<unknown> {
  const run = METHODS[method] as Method<typeof method>;
  return await run(context, parameters(method, context.input));
}

const METHODS: { readonly [M in Immediate]: Method<M> } = {
  getMe: ({ bot }) => ({
    ...bot.user,
    can_join_groups: true,
    can_read_all_group_messages: false,
    supports_inline_queries: false,
  }),

  getWebhookInfo: ({ bot }) => ({
    url: bot.webhook?.url ?? "",
    has_custom_certificate: false,
    pending_update_count: bot.updates.length,
    ...(bot.webhook && { max_connections: bot.webhook.maxConnections }),
    ...(bot.allowedUpdates.length > 0 && { allowed_updates: bot.allowedUpdates }),
    ...(bot.lastError && { last_error_date: bot.lastError.date, last_error_message: bot.lastError.message }),
  }),

  setWebhook: ({ bot, httpWebhooks }, params) => {
    if (params.url === "") return clearWebhook(bot, params.drop_pending_updates);
    if (!URL.canParse(params.url)) throw badRequest("invalid webhook URL specified");
    const url = new URL(params.url);
    if (url.protocol !== "https:" && !httpWebhooks)
      throw badRequest("bad webhook: An HTTPS URL must be provided for webhook");
    if (!httpWebhooks && !["", "80", "88", "443", "8443"].includes(url.port)) {
      throw badRequest("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443");
    }
    const secret = params.secret_token ?? "";
    if (secret.length > 256) throw badRequest("secret token is too long");
    if (!/^[A-Za-z0-9_-]*$/.test(secret)) throw badRequest("secret token contains unallowed characters");
    const maxConnections = params.max_connections ?? 40;
    if (maxConnections < 1 || maxConnections > 100) throw badRequest("max_connections out of range");
    if (params.drop_pending_updates) bot.updates = [];
    bot.webhook = { url: params.url, secret, maxConnections };
    bot.lastError = undefined;
    if (params.allowed_updates) bot.allowedUpdates = params.allowed_updates;
    bot.onChange();
    return true;
  },

  deleteWebhook: ({ bot }, params) => clearWebhook(bot, params.drop_pending_updates),

  sendMessage: ({ bot }, params) => {
    const chat = chatFor(bot, params.chat_id, params.business_connection_id);
    const text = checkText(params.text, params.entities);
    return bot.store({
      ...newMessage(bot, chat, params),
      text,
      ...(params.entities?.length && { entities: params.entities }),
    });
  },

  sendPhoto: (context, params) => sendFile(context, params, "photo", params.photo),
  sendVideo: (context, params) => sendFile(context, params, "video", params.video),
  sendAnimation: (context, params) => sendFile(context, params, "animation", params.animation),
  sendVoice: (context, params) => sendFile(context, params, "voice", params.voice),
  sendAudio: (context, params) => sendFile(context, params, "audio", params.audio),
  sendDocument: (context, params) => sendFile(context, params, "document", params.document),
  sendSticker: (context, params) => sendFile(context, params, "sticker", params.sticker),

  sendMediaGroup: async (context, params) => {
    const { bot } = context;
    const chat = chatFor(bot, params.chat_id, params.business_connection_id);
    if (params.media.length < 2) throw badRequest("there must be at least 2 media in an album");
    if (params.media.length > 10) throw badRequest("too many messages to send as an album");
    const kinds = new Set(params.media.map((item) => item.type));
    const mixed = kinds.size > 1 && (kinds.has("document") || kinds.has("audio"));
    if (mixed) throw badRequest("document and audio can't be mixed with other media types in an album");
    const fields: Json[] = [];
    for (const [at, item] of params.media.entries()) {
      try {
        fields.push({ ...(await mediaField(context, item.type, item.media, item)), ...captionOf(item) });
      } catch (error) {
        if (!(error instanceof BotApiError)) throw error;
        const reason = error.description.replace("Bad Request: ", "");
        throw badRequest(`failed to send message #${at + 1} with the error message "${reason}"`);
      }
    }
    const album = String(13_000_000_000_000_000 + Math.floor(Math.random() * 1_000_000_000));
    return fields.map((field) => bot.store({ ...newMessage(bot, chat, params), media_group_id: album, ...field }));
  },

  sendLocation: ({ bot }, params) => {
    const chat = chatFor(bot, params.chat_id, params.business_connection_id);
    const { latitude, longitude } = params;
    return bot.store({ ...newMessage(bot, chat, params), location: { latitude, longitude } });
  },

  sendVenue: ({ bot }, params) => {
    const chat = chatFor(bot, params.chat_id, params.business_connection_id);
    const { latitude, longitude, title, address } = params;
    if (title.trim() === "" || address.trim() === "") throw badRequest("venue title and address must be non-empty");
    const location = { latitude, longitude };
    return bot.store({ ...newMessage(bot, chat, params), location, venue: { location, title, address } });
  },

  sendContact: ({ bot }, params) => {
    const chat = chatFor(bot, params.chat_id, params.business_connection_id);
    const { phone_number, first_name, vcard } = params;
    if (phone_number.trim() === "" || first_name.trim() === "") throw badRequest("PHONE_NUMBER_INVALID");
    if (vcard !== undefined && Buffer.byteLength(vcard) > 2_048) throw badRequest("vCard is too long");
    const contact = { phone_number, first_name, ...(vcard !== undefined && { vcard }) };
    return bot.store({ ...newMessage(bot, chat, params), contact });
  },

  setMessageReaction: ({ bot }, params) => {
    const chat = chatFor(bot, params.chat_id);
    if (!bot.message(chat.id, params.message_id)) throw badRequest("message to react not found");
    const list = params.reaction ?? [];
    if (list.length > 1) throw badRequest("REACTIONS_TOO_MANY");
    const emoji = list[0]?.emoji ?? "";
    if (emoji !== "" && !REACTIONS.has(emoji)) throw badRequest("REACTION_INVALID");
    bot.reactions.set(`${chat.id}:${params.message_id}`, emoji);
    return true;
  },

  deleteBusinessMessages: ({ bot }, params) => {
    const connection = bot.business.get(params.business_connection_id);
    if (!connection?.enabled) throw badRequest("business connection not found");
    const all = [...bot.messages.values()];
    for (const id of params.message_ids) {
      const message = all.find(
        (one) => one.message_id === id && one.business_connection_id === params.business_connection_id,
      );
      if (!message) throw badRequest("message to delete not found");
      bot.forget(message.chat.id, id);
    }
    return true;
  },

  sendChatAction: ({ bot }, params) => {
    chatFor(bot, params.chat_id);
    return true;
  },

  editMessageText: ({ bot }, params) => {
    const message = editable(bot, params);
    if (message.text === undefined) throw badRequest("there is no text in the message to edit");
    const text = checkText(params.text, params.entities);
    const entities = params.entities ?? [];
    if (text === message.text && same(entities, message.entities ?? [])) throw notModified();
    const { entities: _old, ...rest } = message;
    return bot.store({
      ...rest,
      text,
      ...(entities.length > 0 && { entities }),
      edit_date: bot.seconds(),
    } as StoredMessage);
  },

  editMessageCaption: ({ bot }, params) => {
    const message = editable(bot, params);
    if (message.text !== undefined || message.sticker !== undefined)
      throw badRequest("there is no caption in the message to edit");
    const change = captionOf(params);
    if (
      (change.caption ?? "") === (message.caption ?? "") &&
      same(change.caption_entities ?? [], message.caption_entities ?? [])
    ) {
      throw notModified();
    }
    const { caption: _caption, caption_entities: _entities, ...rest } = message;
    return bot.store({ ...rest, ...change, edit_date: bot.seconds() } as StoredMessage);
  },

  deleteMessage: ({ bot }, params) => {
    const chat = chatFor(bot, params.chat_id);
    const message = bot.message(chat.id, params.message_id);
    if (!message) throw badRequest("message to delete not found");
    if (bot.seconds() - message.date > FORTY_EIGHT_HOURS) throw badRequest("message can't be deleted for everyone");
    bot.forget(chat.id, params.message_id);
    return true;
  },

  getFile: ({ bot }, params) => {
    const file = bot.files.get(params.file_id);
    if (!file) throw badRequest("wrong file_id or the file is temporarily unavailable");
    if (file.size > 20 * MB) throw badRequest("file is too big");
    return { file_id: file.file_id, file_unique_id: file.file_unique_id, file_size: file.size, file_path: file.path };
  },
};

function clearWebhook(bot: EmulatedBot, drop: boolean | undefined): true {
  bot.webhook = undefined;
  bot.lastError = undefined;
  if (drop) bot.updates = [];
  bot.onChange();
  return true;
}

function chatFor(bot: EmulatedBot, chatId: number | string, business?: string): Chat {
  if (typeof chatId === "string") throw badRequest("chat not found");
  return business === undefined ? bot.writableChat(chatId) : bot.businessChat(business, chatId);
}

interface ToChat {
  readonly business_connection_id?: string | undefined;
  readonly reply_markup?: unknown;
  readonly reply_parameters?:
    | { readonly message_id: number; readonly allow_sending_without_reply?: boolean | undefined }
    | undefined;
}

function newMessage(bot: EmulatedBot, chat: Chat, params: ToChat): StoredMessage {
  const { reply_parameters: reply, business_connection_id: business, reply_markup: markup } = params;
  const replied = reply && bot.message(chat.id, reply.message_id, business);
  if (reply && !replied && !reply.allow_sending_without_reply) throw badRequest("message to be replied not found");
  if (isKeyboard(markup)) {
    if (business !== undefined) throw badRequest("reply keyboards aren't supported in business chats");
    const asks = markup.keyboard.flat().some((button) => button.request_contact === true);
    if (asks && chat.type !== "private") throw badRequest("phone number can be requested in private chats only");
  }
  const owner = business === undefined ? undefined : bot.business.get(business)?.owner;
  return {
    message_id: bot.nextId(),
    from: owner === undefined ? bot.user : { id: owner, is_bot: false, first_name: "Owner" },
    chat: bot.chatObject(chat),
    date: bot.seconds(),
    ...(business !== undefined && { business_connection_id: business, sender_business_bot: bot.user }),
    ...(markup !== undefined && { reply_markup: markup }),
    ...(replied && { reply_to_message: withoutReply(replied) }),
  };
}

interface Keyboard {
  readonly keyboard: readonly (readonly { readonly request_contact?: boolean }[])[];
}

const isKeyboard = (markup: unknown): markup is Keyboard =>
  typeof markup === "object" && markup !== null && "keyboard" in markup;

export function withoutReply(message: StoredMessage): Json {
  const { reply_to_message: _deeper, ...rest } = message;
  return rest;
}

interface Captioned {
  readonly caption?: string | undefined;
  readonly caption_entities?: Parameters<typeof checkEntities>[1] | undefined;
}

function captionOf({ caption, caption_entities }: Captioned): { caption?: string; caption_entities?: readonly Json[] } {
  if (caption === undefined || caption === "") return {};
  if (!caption.isWellFormed()) throw badRequest("strings must be encoded in UTF-8");
  if (caption.length > 1_024) throw badRequest("message caption is too long");
  checkEntities(caption, caption_entities ?? []);
  return {
    caption,
    ...(caption_entities?.length && { caption_entities: caption_entities.map((one) => ({ ...one })) }),
  };
}

function checkText(text: string, entities: Parameters<typeof checkEntities>[1] | undefined): string {
  if (!text.isWellFormed()) throw badRequest("strings must be encoded in UTF-8");
  if (text.trim() === "") throw badRequest("message text is empty");
  if (text.length > 4_096) throw badRequest("message is too long");
  checkEntities(text, entities ?? []);
  return text;
}

function editable(
  bot: EmulatedBot,
  params: {
    readonly chat_id: number | string;
    readonly message_id: number;
    readonly business_connection_id?: string | undefined;
  },
): StoredMessage {
  const chat = chatFor(bot, params.chat_id, params.business_connection_id);
  const message = bot.message(chat.id, params.message_id, params.business_connection_id);
  if (!message) throw badRequest("message to edit not found");
  if (message.from.id !== bot.id && message.sender_business_bot === undefined)
    throw badRequest("message can't be edited");
  return message;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function notModified(): BotApiError {
  return badRequest(
    "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message",
  );
}

type FileField = "photo" | "video" | "animation" | "voice" | "audio" | "document" | "sticker";

interface FileParams extends ToChat, Captioned {
  readonly chat_id: number | string;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly duration?: number | undefined;
}

async function sendFile(context: MethodContext, params: FileParams, field: FileField, media: string): Promise<unknown> {
  const chat = chatFor(context.bot, params.chat_id, params.business_connection_id);
  const caption = captionOf(params);
  const stored = await mediaField(context, field, media, params);
  return context.bot.store({ ...newMessage(context.bot, chat, params), ...stored, ...caption });
}

async function mediaField(
  { bot, input }: MethodContext,
  field: FileField,
  media: string,
  params: Json | FileParams,
): Promise<Json> {
  const upload = uploadOf(input, media);
  const known = bot.files.get(media);
  if (!upload && !known)
    throw badRequest("wrong remote file identifier specified: can't unserialize it. Wrong last symbol");
  const bytes = upload?.bytes ?? known?.bytes ?? Buffer.alloc(0);
  if (bytes.length === 0) throw badRequest("file must be non-empty");
  if (bytes.length > 50 * MB) throw new BotApiError(413, "Request Entity Too Large");
  const type = await fileTypeFromBuffer(bytes);
  if (field === "photo") checkPhoto(bytes, type?.mime);
  if (field === "sticker" && type?.mime !== "image/webp") throw badRequest("wrong file type");
  const file =
    known ??
    bot.addFile(`${field}s`, { bytes, ...(upload && { name: upload.name }), ...(type && { mime: type.mime }) });
  const { width, height, duration } = params as FileParams;
  const object = {
    file_id: file.file_id,
    file_unique_id: file.file_unique_id,
    file_size: file.size,
    ...(file.name !== undefined && field !== "photo" && field !== "voice" && { file_name: file.name }),
    ...(file.mime !== undefined && field !== "photo" && { mime_type: file.mime }),
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(duration !== undefined && { duration }),
  };
  return field === "photo"
    ? { photo: [{ ...object, width: width ?? 640, height: height ?? 480 }] }
    : { [field]: object };
}

function checkPhoto(bytes: Buffer, mime: string | undefined): void {
  if (bytes.length > 10 * MB)
    throw badRequest(`file of size ${bytes.length} bytes is too big for a photo; the maximum size is ${10 * MB} bytes`);
  if (mime === undefined || !/^image\/(jpeg|png|webp|bmp|gif)$/.test(mime)) throw badRequest("IMAGE_PROCESS_FAILED");
  // A PNG says its size at a fixed place; enough to play the one error of photos that has to do with it.
  if (mime !== "image/png" || bytes.length < 24) return;
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  if (width + height > 10_000 || Math.max(width, height) > 20 * Math.min(width, height))
    throw badRequest("PHOTO_INVALID_DIMENSIONS");
}

function uploadOf(input: CallInput, media: string): Upload | undefined {
  return media.startsWith("attach://") ? input.uploads.get(media.slice("attach://".length)) : undefined;
}
