import { z } from "zod";

/**
 * The part of Telegram's objects that we read (core.telegram.org/bots/api, Bot API 10). Narrow and tolerant: unknown keys are
 * dropped, an optional field of the wrong type is as if it were absent (`catch`), because one odd field must not lose a
 * customer's message.
 */

const maybe = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);
const integer = z.number().int();

export const userSchema = z.object({
  id: integer,
  is_bot: maybe(z.boolean()),
  first_name: maybe(z.string()),
  last_name: maybe(z.string()),
  username: maybe(z.string()),
  language_code: maybe(z.string()),
});

const chatSchema = z.object({
  id: integer,
  type: z.string(),
  title: maybe(z.string()),
  username: maybe(z.string()),
  first_name: maybe(z.string()),
  last_name: maybe(z.string()),
});

const entitySchema = z.object({ type: z.string(), offset: integer, length: integer, url: maybe(z.string()) });
/** Entities one by one: a single bad one does not cost the others. */
const entitiesSchema = maybe(
  z.array(z.unknown()).transform((list) =>
    list.flatMap((one) => {
      const parsed = entitySchema.safeParse(one);
      return parsed.success ? [parsed.data] : [];
    }),
  ),
);

const fileSchema = z.object({
  file_id: z.string().min(1),
  file_name: maybe(z.string()),
  mime_type: maybe(z.string()),
  file_size: maybe(z.number().nonnegative()),
  width: maybe(z.number()),
  height: maybe(z.number()),
  duration: maybe(z.number()),
});

const stickerSchema = fileSchema.extend({
  emoji: maybe(z.string()),
  is_animated: maybe(z.boolean()),
  is_video: maybe(z.boolean()),
});

const locationSchema = z.object({
  latitude: z.number(),
  longitude: z.number(),
  live_period: maybe(z.number()),
});

/** Everything that can carry a message's content, apart from who and where. */
const contentShape = {
  text: maybe(z.string()),
  entities: entitiesSchema,
  caption: maybe(z.string()),
  caption_entities: entitiesSchema,
  photo: maybe(z.array(fileSchema)),
  video: maybe(fileSchema),
  animation: maybe(fileSchema),
  voice: maybe(fileSchema),
  audio: maybe(fileSchema),
  document: maybe(fileSchema),
  sticker: maybe(stickerSchema),
  video_note: maybe(fileSchema),
  location: maybe(locationSchema),
  venue: maybe(z.object({ location: locationSchema, title: z.string(), address: z.string() })),
  contact: maybe(
    z.object({
      phone_number: z.string(),
      first_name: maybe(z.string()),
      last_name: maybe(z.string()),
      user_id: maybe(integer),
    }),
  ),
  poll: maybe(z.object({ question: z.string(), options: z.array(z.object({ text: z.string() })) })),
  dice: maybe(z.object({ emoji: z.string(), value: z.number() })),
  game: maybe(z.object({ title: z.string() })),
  invoice: maybe(z.object({ title: z.string() })),
  checklist: maybe(z.object({ title: z.string(), tasks: z.array(z.object({ text: z.string() })).catch([]) })),
} as const;

const repliedSchema = z.object({
  message_id: integer,
  from: maybe(userSchema),
  sender_chat: maybe(chatSchema),
  ...contentShape,
});

const originSchema = z.object({
  type: z.string(),
  sender_user: maybe(userSchema),
  sender_user_name: maybe(z.string()),
  sender_chat: maybe(chatSchema),
  chat: maybe(chatSchema),
});

export const messageSchema = z.object({
  message_id: integer,
  business_connection_id: maybe(z.string().regex(/^[^\s:]{1,200}$/)),
  sender_business_bot: maybe(userSchema),
  forward_origin: maybe(originSchema),
  new_chat_members: maybe(z.array(userSchema)),
  left_chat_member: maybe(userSchema),
  migrate_to_chat_id: maybe(integer),
  migrate_from_chat_id: maybe(integer),
  date: z.number(),
  edit_date: maybe(z.number()),
  chat: chatSchema,
  from: maybe(userSchema),
  sender_chat: maybe(chatSchema),
  media_group_id: maybe(z.string()),
  reply_to_message: maybe(repliedSchema),
  quote: maybe(z.object({ text: z.string() })),
  ...contentShape,
});

export const reactionSchema = z.object({
  chat: chatSchema,
  message_id: integer,
  user: maybe(userSchema),
  actor_chat: maybe(chatSchema),
  date: z.number(),
  old_reaction: z.array(z.unknown()).catch([]),
  new_reaction: z.array(z.object({ type: z.string(), emoji: maybe(z.string()) })),
});

export const memberChangeSchema = z.object({
  chat: chatSchema,
  from: userSchema,
  date: z.number(),
  old_chat_member: z.object({ status: z.string() }),
  new_chat_member: z.object({ status: z.string() }),
});

export const businessRemovalSchema = z.object({
  business_connection_id: z.string().regex(/^[^\s:]{1,200}$/),
  chat: chatSchema,
  message_ids: z.array(integer),
});

/** An update as it comes: only its number is sure. The rest is judged by `messageSchema`, kind by kind. */
export const updateSchema = z.looseObject({ update_id: integer });

export const sentMessageSchema = z.object({ message_id: integer });
export const meSchema = userSchema.extend({ first_name: z.string() });
export const webhookInfoSchema = z.object({
  url: z.string(),
  max_connections: maybe(z.number()),
  allowed_updates: maybe(z.array(z.string())),
  last_error_message: maybe(z.string()),
});
export const fileInfoSchema = z.object({ file_path: maybe(z.string()), file_size: maybe(z.number()) });

export type UserIn = z.infer<typeof userSchema>;
export type EntityIn = z.infer<typeof entitySchema>;
export type FileIn = z.infer<typeof fileSchema>;
export type ChatIn = z.infer<typeof chatSchema>;
export type OriginIn = z.infer<typeof originSchema>;
export type MemberChangeIn = z.infer<typeof memberChangeSchema>;
export type MessageIn = z.infer<typeof messageSchema>;
export type RepliedIn = z.infer<typeof repliedSchema>;
export type ContentIn = Omit<RepliedIn, "message_id" | "from" | "sender_chat">;
