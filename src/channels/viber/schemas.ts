import { z } from "zod";

/**
 * The part of Viber's callbacks and answers that we read (developers.viber.com, REST Bot API). Narrow and tolerant: unknown
 * keys are dropped, an optional field of the wrong type is as if it were absent, because one odd field must not lose a
 * customer's message.
 */

const maybe = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);

/** 64 bits; a string where a number could not hold it (see `parseExact`). */
const token = z
  .union([z.string().regex(/^-?\d{1,20}$/), z.number().int()])
  .transform(String)
  .refine((value) => value !== "0");
const milliseconds = maybe(z.number());
/** Users' ids are opaque: base64 of some bytes so far. */
const userId = z.string().min(1).max(200);
const coordinate = z.union([z.number(), z.string().trim().min(1).transform(Number)]).pipe(z.number());

export const userSchema = z.object({
  id: userId,
  name: maybe(z.string()),
  language: maybe(z.string()),
});

export const contactSchema = z.object({ name: maybe(z.string()), phone_number: maybe(z.string()) });

const messageSchema = z.object({
  type: z.string(),
  text: maybe(z.string()),
  media: maybe(z.string()),
  file_name: maybe(z.string()),
  file_size: maybe(z.number().nonnegative()),
  size: maybe(z.number().nonnegative()),
  tracking_data: maybe(z.string()),
  contact: maybe(contactSchema),
  location: maybe(
    z.object({
      lat: coordinate.pipe(z.number().min(-90).max(90)),
      lon: coordinate.pipe(z.number().min(-180).max(180)),
    }),
  ),
});

/** A callback as it comes: only its event is sure. The rest is judged by the schema of that event. */
export const callbackSchema = z.looseObject({ event: z.string() });

export const messageEventSchema = z.object({
  timestamp: milliseconds,
  message_token: token,
  sender: userSchema,
  message: messageSchema,
});
export const receiptEventSchema = z.object({ timestamp: milliseconds, message_token: token, user_id: userId });
export const failedEventSchema = receiptEventSchema.extend({ desc: maybe(z.string()) });
export const subscribedEventSchema = z.object({ timestamp: milliseconds, user: userSchema });
export const unsubscribedEventSchema = z.object({ timestamp: milliseconds, user_id: userId });
export const conversationStartedSchema = z.object({ subscribed: maybe(z.boolean()) });

/** Every answer of the API; HTTP 200 whatever happened, `status` tells. */
export const answerSchema = z.looseObject({ status: z.number().int(), status_message: maybe(z.string()) });
export const sentSchema = z.object({ message_token: token });
export const accountInfoSchema = z.object({
  id: maybe(z.string()),
  name: maybe(z.string()),
  uri: maybe(z.string()),
  webhook: maybe(z.string()),
  event_types: maybe(z.array(z.string())),
});

export type UserIn = z.infer<typeof userSchema>;
export type MessageEventIn = z.infer<typeof messageEventSchema>;
export type ContactIn = z.infer<typeof contactSchema>;
