import { z } from "zod";

/** The library's objects as they come over the wire. Narrow: what is used; tolerant: what is missing or odd is absent. */

const maybe = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);

/** Ids come as text or as an object that holds it. */
const idText = z
  .union([z.string(), z.object({ _serialized: z.string() }).transform((value) => value._serialized)])
  .transform((value) => value);

export const keySchema = z.object({
  _serialized: z.string(),
  id: z.string().min(1),
  fromMe: z.boolean(),
  remote: idText,
  participant: maybe(idText),
});

const rawSchema = z.object({
  notifyName: maybe(z.string()),
  mimetype: maybe(z.string()),
  filename: maybe(z.string()),
  size: maybe(z.number()),
  width: maybe(z.number()),
  height: maybe(z.number()),
  isViewOnce: maybe(z.boolean()),
  subtype: maybe(z.string()),
  callOutcome: maybe(z.string()),
  isVideoCall: maybe(z.boolean()),
  quotedStanzaID: maybe(z.string()),
  quotedParticipant: maybe(idText),
  quotedMsg: maybe(z.object({ body: maybe(z.string()), caption: maybe(z.string()), type: maybe(z.string()) })),
});

export const messageSchema = z.object({
  id: keySchema,
  type: z.string(),
  body: z.string().catch(""),
  timestamp: z.number(),
  from: maybe(idText),
  to: maybe(idText),
  author: maybe(idText),
  hasMedia: z.boolean().catch(false),
  isForwarded: maybe(z.boolean()),
  isGif: maybe(z.boolean()),
  isStatus: maybe(z.boolean()),
  duration: maybe(z.coerce.number()),
  location: maybe(
    z.object({
      latitude: z.coerce.number(),
      longitude: z.coerce.number(),
      name: maybe(z.string()),
      address: maybe(z.string()),
    }),
  ),
  vCards: z.array(z.string()).catch([]),
  pollName: maybe(z.string()),
  pollOptions: z.array(z.object({ name: z.string() })).catch([]),
  latestEditSenderTimestampMs: maybe(z.number()),
  protocolMessageKey: maybe(keySchema),
  _data: rawSchema.catch({}),
});

export const reactionSchema = z.object({
  id: maybe(keySchema),
  msgId: keySchema,
  reaction: z.string().catch(""),
  senderId: idText,
  timestamp: maybe(z.number()),
});

/** The library names a time here, and its page never fills it. */
export const callSchema = z.object({
  id: z.string().min(1),
  from: idText,
  isVideo: maybe(z.boolean()),
  fromMe: maybe(z.boolean()),
  timestamp: maybe(z.number()),
});

export const noticeSchema = z.object({
  id: keySchema.pick({ _serialized: true, id: true }),
  type: z.string(),
  timestamp: z.number(),
  chatId: z.string(),
  author: maybe(idText),
  recipientIds: z.array(idText).catch([]),
});

export const readySchema = z.object({
  name: maybe(z.string()),
  wid: maybe(z.object({ _serialized: z.string(), user: z.string() })),
});

export const chatSchema = z.object({
  id: z.string(),
  isGroup: z.boolean().catch(false),
  unreadCount: z.number().catch(0),
  timestamp: z.number().catch(0),
});

export const foundSchema = z.object({ id: maybe(z.string()) });
export const pairSchema = z.object({ lid: maybe(z.string()), pn: maybe(z.string()) });
export const namedSchema = z.object({ name: maybe(z.string()) });
export const mediaSchema = z.object({ mime: maybe(z.string()), name: maybe(z.string()) });

export type KeyIn = z.infer<typeof keySchema>;
export type MessageIn = z.infer<typeof messageSchema>;
