import { z } from "zod";
import { badRequest, type Json } from "./types.ts";

/**
 * Parameters as the documentation lists them. The real server ignores names it does not know; here they are refused,
 * because a misspelt name is a bug that the real server hides.
 */

/** An uploaded file of a multipart request. */
export interface Upload {
  readonly name: string;
  readonly bytes: Buffer;
}

export interface CallInput {
  readonly fields: Json;
  readonly uploads: ReadonlyMap<string, Upload>;
}

/** Numbers, booleans and objects may come as strings, as in forms. */
const integer = z.union([
  z.number().int(),
  z
    .string()
    .regex(/^-?\d+$/)
    .transform(Number),
]);
const flag = z.union([
  z.boolean(),
  z.enum(["true", "True", "1"]).transform(() => true),
  z.enum(["false", "False", "0"]).transform(() => false),
]);
const text = z.union([z.string(), z.number().transform(String)]);
const json = <T extends z.ZodType>(schema: T) =>
  z.union([
    z
      .string()
      .transform((value, context): unknown => {
        try {
          return JSON.parse(value);
        } catch {
          context.addIssue({ code: "custom", message: "is not JSON" });
          return z.NEVER;
        }
      })
      .pipe(schema),
    schema,
  ]);

const entity = z.strictObject({
  type: z.enum([
    "mention",
    "hashtag",
    "cashtag",
    "bot_command",
    "url",
    "email",
    "phone_number",
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "blockquote",
    "expandable_blockquote",
    "code",
    "pre",
    "text_link",
    "text_mention",
    "custom_emoji",
  ]),
  offset: z.number().int().nonnegative(),
  length: z.number().int().positive(),
  url: z.string().optional(),
  language: z.string().optional(),
});
const entities = json(z.array(entity)).optional();
const chatId = z.union([integer, z.string().startsWith("@")]);
const replyParameters = json(
  z.strictObject({
    message_id: integer,
    chat_id: chatId.optional(),
    allow_sending_without_reply: flag.optional(),
    quote: z.string().optional(),
    quote_position: integer.optional(),
  }),
).optional();

const button = z.strictObject({ text: z.string().min(1), request_contact: z.boolean().optional() });
const link = z.strictObject({ text: z.string().min(1), url: z.string().regex(/^(https?|tg):\/\//) });
/** The kinds of markup that are used, key by key: the real server ignores what it does not know. */
const markup = json(
  z.union([
    z.strictObject({ inline_keyboard: z.array(z.array(link).min(1)).min(1) }),
    z.strictObject({
      keyboard: z.array(z.array(button).min(1)).min(1),
      resize_keyboard: z.boolean().optional(),
      one_time_keyboard: z.boolean().optional(),
      is_persistent: z.boolean().optional(),
    }),
    z.strictObject({ remove_keyboard: z.literal(true) }),
  ]),
).optional();
const degrees = (most: number) =>
  z
    .union([
      z.number(),
      z
        .string()
        .regex(/^-?\d+([.]\d+)?$/)
        .transform(Number),
    ])
    .pipe(z.number().min(-most).max(most));
const point = { latitude: degrees(90), longitude: degrees(180) };

const toChat = {
  business_connection_id: text.optional(),
  chat_id: chatId,
  message_thread_id: integer.optional(),
  disable_notification: flag.optional(),
  protect_content: flag.optional(),
  reply_parameters: replyParameters,
  reply_markup: markup,
};
const captioned = {
  caption: text.optional(),
  parse_mode: text.optional(),
  caption_entities: entities,
  show_caption_above_media: flag.optional(),
};
const shape = { width: integer.optional(), height: integer.optional(), duration: integer.optional() };
const mediaItem = z.strictObject({
  type: z.enum(["photo", "video", "audio", "document"]),
  media: z.string().min(1),
  ...captioned,
  ...shape,
  supports_streaming: flag.optional(),
  performer: z.string().optional(),
  title: z.string().optional(),
  has_spoiler: flag.optional(),
});

export const PARAMETERS = {
  getMe: z.strictObject({}),
  getWebhookInfo: z.strictObject({}),
  setWebhook: z.strictObject({
    url: text,
    ip_address: text.optional(),
    max_connections: integer.optional(),
    allowed_updates: json(z.array(z.string())).optional(),
    drop_pending_updates: flag.optional(),
    secret_token: text.optional(),
  }),
  deleteWebhook: z.strictObject({ drop_pending_updates: flag.optional() }),
  getUpdates: z.strictObject({
    offset: integer.optional(),
    limit: integer.optional(),
    timeout: integer.optional(),
    allowed_updates: json(z.array(z.string())).optional(),
  }),
  sendMessage: z.strictObject({
    ...toChat,
    text,
    parse_mode: text.optional(),
    entities,
    link_preview_options: json(z.looseObject({})).optional(),
  }),
  sendPhoto: z.strictObject({ ...toChat, ...captioned, photo: text, has_spoiler: flag.optional() }),
  sendVideo: z.strictObject({
    ...toChat,
    ...captioned,
    ...shape,
    video: text,
    supports_streaming: flag.optional(),
    has_spoiler: flag.optional(),
  }),
  sendAnimation: z.strictObject({ ...toChat, ...captioned, ...shape, animation: text, has_spoiler: flag.optional() }),
  sendVoice: z.strictObject({ ...toChat, ...captioned, voice: text, duration: integer.optional() }),
  sendAudio: z.strictObject({
    ...toChat,
    ...captioned,
    audio: text,
    duration: integer.optional(),
    performer: text.optional(),
    title: text.optional(),
  }),
  sendDocument: z.strictObject({
    ...toChat,
    ...captioned,
    document: text,
    disable_content_type_detection: flag.optional(),
  }),
  sendSticker: z.strictObject({ ...toChat, sticker: text, emoji: text.optional() }),
  sendLocation: z.strictObject({ ...toChat, ...point }),
  sendVenue: z.strictObject({ ...toChat, ...point, title: text, address: text }),
  sendContact: z.strictObject({
    ...toChat,
    phone_number: text,
    first_name: text,
    last_name: text.optional(),
    vcard: text.optional(),
  }),
  setMessageReaction: z.strictObject({
    chat_id: chatId,
    message_id: integer,
    reaction: json(z.array(z.strictObject({ type: z.literal("emoji"), emoji: z.string() }))).optional(),
    is_big: flag.optional(),
  }),
  deleteBusinessMessages: z.strictObject({
    business_connection_id: text,
    message_ids: json(z.array(integer).min(1).max(100)),
  }),
  sendMediaGroup: z.strictObject({
    ...toChat,
    reply_markup: z.undefined().optional(),
    media: json(z.array(mediaItem)),
  }),
  sendChatAction: z.strictObject({
    chat_id: chatId,
    message_thread_id: integer.optional(),
    action: z.enum([
      "typing",
      "upload_photo",
      "record_video",
      "upload_video",
      "record_voice",
      "upload_voice",
      "upload_document",
      "choose_sticker",
      "find_location",
      "record_video_note",
      "upload_video_note",
    ]),
  }),
  editMessageText: z.strictObject({
    business_connection_id: text.optional(),
    chat_id: chatId,
    message_id: integer,
    text,
    parse_mode: text.optional(),
    entities,
    link_preview_options: json(z.looseObject({})).optional(),
    reply_markup: json(z.looseObject({})).optional(),
  }),
  editMessageCaption: z.strictObject({
    business_connection_id: text.optional(),
    chat_id: chatId,
    message_id: integer,
    ...captioned,
    reply_markup: json(z.looseObject({})).optional(),
  }),
  deleteMessage: z.strictObject({ chat_id: chatId, message_id: integer }),
  getFile: z.strictObject({ file_id: text }),
} as const;

export type MethodName = keyof typeof PARAMETERS;
export type ParametersOf<M extends MethodName> = z.infer<(typeof PARAMETERS)[M]>;

export function parameters<M extends MethodName>(method: M, input: CallInput): ParametersOf<M> {
  const parsed = PARAMETERS[method].safeParse(input.fields);
  if (parsed.success) return parsed.data as ParametersOf<M>;
  const [issue] = parsed.error.issues;
  if (issue?.code === "unrecognized_keys") throw badRequest(`unknown parameter ${issue.keys.join(", ")} of ${method}`);
  const where = issue?.path.join(".") ?? "";
  if (where === "chat_id" && input.fields.chat_id === undefined) throw badRequest("chat_id is empty");
  if (where === "text" && input.fields.text === undefined) throw badRequest("message text is empty");
  if (where.startsWith("media")) throw badRequest(`can't parse InputMedia: ${issue?.message}`);
  throw badRequest(`parameter ${where} of ${method}: ${issue?.message}`);
}

interface Entity {
  readonly type: string;
  readonly offset: number;
  readonly length: number;
  readonly url?: string | undefined;
}

/** Documented rules of MessageEntity. The real server repairs or drops what breaks them; a repaired text is not what was meant. */
export function checkEntities(value: string, list: readonly Entity[]): void {
  const problem = (reason: string): Error => badRequest(`can't parse entities: ${reason}`);
  for (const one of list) {
    const end = one.offset + one.length;
    if (end > value.length) throw problem(`entity ends at ${end}, the text at ${value.length}`);
    if (cutsPair(value, one.offset) || cutsPair(value, end)) throw problem("entity cuts a character in two");
    if (one.type === "text_link" && !/^(https?|tg|mailto|tel):/.test(one.url ?? ""))
      throw problem("text_link without a URL");
    for (const other of list) {
      if (one === other || !overlap(one, other)) continue;
      if (!within(one, other) && !within(other, one)) throw problem("entities cross");
      if (!mayNest(one.type, other.type)) throw problem(`${one.type} and ${other.type} overlap`);
    }
  }
}

const STYLES = new Set(["bold", "italic", "underline", "strikethrough", "spoiler"]);
const isCode = (type: string): boolean => type === "code" || type === "pre";
const isQuote = (type: string): boolean => type.endsWith("blockquote");

function mayNest(one: string, other: string): boolean {
  if (isQuote(one) || isQuote(other)) return !(isQuote(one) && isQuote(other));
  if (isCode(one) || isCode(other)) return false;
  return STYLES.has(one) || STYLES.has(other);
}

const overlap = (a: Entity, b: Entity): boolean => a.offset < b.offset + b.length && b.offset < a.offset + a.length;
const within = (a: Entity, b: Entity): boolean => a.offset >= b.offset && a.offset + a.length <= b.offset + b.length;

function cutsPair(value: string, at: number): boolean {
  return /[\ud800-\udbff]/.test(value.charAt(at - 1)) && /[\udc00-\udfff]/.test(value.charAt(at));
}
