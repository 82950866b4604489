import { z } from "zod";

/**
 * The part of Meta's webhooks that we read ("messages webhook reference"). Narrow and tolerant: unknown keys are dropped, an
 * optional field of the wrong type is as if it were absent, because one odd field must not lose a customer's message.
 */

const maybe = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);
const text = maybe(z.string());
/** A list whose bad elements do not cost the good ones. */
const listOf = <T extends z.ZodType>(schema: T) =>
  maybe(
    z.array(z.unknown()).transform((list) =>
      list.flatMap((one): z.infer<T>[] => {
        const parsed = schema.safeParse(one);
        return parsed.success ? [parsed.data] : [];
      }),
    ),
  );

const errorSchema = z.object({
  code: maybe(z.number()),
  title: text,
  message: text,
  error_data: maybe(z.object({ details: text })),
});

const mediaSchema = z.object({
  id: z.string().min(1),
  mime_type: text,
  caption: text,
  filename: text,
  voice: maybe(z.boolean()),
});

const cardSchema = z.object({
  name: maybe(z.object({ formatted_name: text, first_name: text, last_name: text })),
  phones: listOf(z.object({ phone: text, wa_id: text })),
  emails: listOf(z.object({ email: text })),
  org: maybe(z.object({ company: text })),
});

const replySchema = z.object({ title: text, description: text });

const bodyShape = {
  type: z.string(),
  text: maybe(z.object({ body: z.string() })),
  image: maybe(mediaSchema),
  video: maybe(mediaSchema),
  audio: maybe(mediaSchema),
  document: maybe(mediaSchema),
  sticker: maybe(mediaSchema),
  location: maybe(z.object({ latitude: z.number(), longitude: z.number(), name: text, address: text })),
  contacts: listOf(cardSchema),
  button: maybe(z.object({ text })),
  interactive: maybe(
    z.object({
      button_reply: maybe(replySchema),
      list_reply: maybe(replySchema),
      nfm_reply: maybe(z.object({ body: text })),
    }),
  ),
  order: maybe(
    z.object({
      text,
      product_items: listOf(
        z.object({
          product_retailer_id: text,
          quantity: maybe(z.coerce.number()),
          item_price: maybe(z.coerce.number()),
          currency: text,
        }),
      ),
    }),
  ),
  errors: listOf(errorSchema),
};

export const contentSchema = z.object(bodyShape);

export const messageSchema = contentSchema.extend({
  id: z.string().min(1),
  /** The customer's number, absent for people who hide it behind a username. */
  from: text,
  /** Business-scoped user id: `US.1349…`. */
  from_user_id: text,
  /** Of echoes: whom the business wrote to from its phone. */
  to: text,
  to_user_id: text,
  group_id: text,
  timestamp: z.coerce.number(),
  context: maybe(
    z.object({ id: text, from: text, forwarded: maybe(z.boolean()), frequently_forwarded: maybe(z.boolean()) }),
  ),
  reaction: maybe(z.object({ message_id: z.string().min(1), emoji: text })),
  system: maybe(z.object({ type: text, body: text, wa_id: text, user_id: text })),
  referral: maybe(z.object({ source_url: text, source_type: text, headline: text, body: text })),
  edit: maybe(z.object({ original_message_id: z.string().min(1), message: maybe(contentSchema) })),
  revoke: maybe(z.object({ original_message_id: z.string().min(1) })),
});

const contactSchema = z.object({
  wa_id: text,
  user_id: text,
  profile: maybe(z.object({ name: text, username: text })),
});

const statusSchema = z.object({
  id: z.string().min(1),
  status: z.string(),
  timestamp: z.coerce.number(),
  recipient_id: text,
  recipient_user_id: text,
  biz_opaque_callback_data: text,
  errors: listOf(errorSchema),
});

export const valueSchema = z.object({
  metadata: z.object({ phone_number_id: z.string() }),
  contacts: listOf(contactSchema),
  messages: listOf(messageSchema),
  message_echoes: listOf(messageSchema),
  statuses: listOf(statusSchema),
});

export const webhookSchema = z.object({
  object: z.string(),
  entry: listOf(z.object({ changes: listOf(z.object({ field: z.string(), value: z.unknown() })) })),
});

export type ContentIn = z.infer<typeof contentSchema>;
export type MessageIn = z.infer<typeof messageSchema>;
export type ContactIn = z.infer<typeof contactSchema>;
export type StatusIn = z.infer<typeof statusSchema>;
export type ValueIn = z.infer<typeof valueSchema>;
export type MediaIn = z.infer<typeof mediaSchema>;

/** Answers of the API that are read. */
export const sentSchema = z.object({ messages: z.array(z.object({ id: z.string().min(1) })).min(1) });
export const uploadedSchema = z.object({ id: z.string().min(1) });
export const mediaInfoSchema = z.object({
  url: z.string(),
  file_size: maybe(z.coerce.number().nonnegative()),
});
export const doneSchema = z.object({ success: z.literal(true) });
export const numberSchema = z.object({
  id: z.string(),
  display_phone_number: text,
  verified_name: text,
  quality_rating: text,
  webhook_configuration: maybe(z.object({ phone_number: text })),
});
