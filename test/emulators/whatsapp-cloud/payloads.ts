import { z } from "zod";
import { GraphError, invalid, type Json } from "./types.ts";

/**
 * What may be posted to `/messages`, as the documentation lists it. The real API ignores some names it does not know; here
 * they are refused, because a misspelt name is a bug that the real API hides.
 */

const text = (max: number) => z.string().min(1).max(max);
const id = z.string().regex(/^\d{1,30}$/);
const media = z.strictObject({ id });

const reply = z.strictObject({
  type: z.literal("reply"),
  reply: z.strictObject({ id: text(256), title: text(20) }),
});
const interactive = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("button"),
    body: z.strictObject({ text: text(1_024) }),
    action: z.strictObject({
      buttons: z
        .array(reply)
        .min(1)
        .max(3)
        .refine((list) => new Set(list.map((one) => one.reply.title)).size === list.length, "titles must differ")
        .refine((list) => new Set(list.map((one) => one.reply.id)).size === list.length, "ids must differ"),
    }),
  }),
  z.strictObject({
    type: z.literal("cta_url"),
    body: z.strictObject({ text: text(1_024) }),
    action: z.strictObject({
      name: z.literal("cta_url"),
      parameters: z.strictObject({ display_text: text(20), url: z.url({ protocol: /^https?$/ }) }),
    }),
  }),
]);

const card = z.strictObject({
  name: z
    .strictObject({
      formatted_name: text(512),
      first_name: z.string().optional(),
      last_name: z.string().optional(),
    })
    .refine((name) => name.first_name ?? name.last_name, "one part of the name is needed beside formatted_name"),
  phones: z
    .array(z.strictObject({ phone: z.string(), type: z.string().optional(), wa_id: z.string().optional() }))
    .optional(),
  emails: z.array(z.strictObject({ email: z.string(), type: z.string().optional() })).optional(),
});

const parameter = z.strictObject({
  type: z.literal("text"),
  text: z
    .string()
    .min(1)
    .refine((value) => !/[\n\t]| {5}/.test(value), "no new lines, tabs or more than four spaces"),
  parameter_name: z.string().optional(),
});

const mediaParameter = z.union([
  z.strictObject({ type: z.literal("image"), image: z.strictObject({ id: z.string() }) }),
  z.strictObject({ type: z.literal("video"), video: z.strictObject({ id: z.string() }) }),
  z.strictObject({
    type: z.literal("document"),
    document: z.strictObject({ id: z.string(), filename: text(240).optional() }),
  }),
]);
const index = z.string().regex(/^\d$/);
/** "Sending template messages": what fills each part. */
const templateComponent = z.union([
  z.strictObject({ type: z.literal("body"), parameters: z.array(parameter).min(1) }),
  z.strictObject({ type: z.literal("header"), parameters: z.array(z.union([parameter, mediaParameter])).length(1) }),
  z.strictObject({
    type: z.literal("button"),
    sub_type: z.literal("url"),
    index,
    parameters: z.array(parameter).length(1),
  }),
  z.strictObject({
    type: z.literal("button"),
    sub_type: z.literal("copy_code"),
    index,
    parameters: z
      .array(z.strictObject({ type: z.literal("coupon_code"), coupon_code: z.string().min(1).max(15) }))
      .length(1),
  }),
  z.strictObject({
    type: z.literal("button"),
    sub_type: z.literal("quick_reply"),
    index,
    parameters: z.array(z.strictObject({ type: z.literal("payload"), payload: text(128) })).length(1),
  }),
]);

const common = {
  messaging_product: z.literal("whatsapp"),
  recipient_type: z.literal("individual").optional(),
  to: z
    .string()
    .regex(/^\+?\d{5,15}$/)
    .optional(),
  recipient: z
    .string()
    .regex(/^[A-Z]{2}\.[A-Za-z0-9.]{1,140}$/)
    .optional(),
  context: z.strictObject({ message_id: z.string().regex(/^wamid\./, "is no message id") }).optional(),
  biz_opaque_callback_data: z.string().max(512).optional(),
};

const payload = z
  .discriminatedUnion("type", [
    z.strictObject({
      ...common,
      type: z.literal("text"),
      text: z.strictObject({ body: text(4_096), preview_url: z.boolean().optional() }),
    }),
    z.strictObject({ ...common, type: z.literal("image"), image: media.extend({ caption: text(1_024).optional() }) }),
    z.strictObject({ ...common, type: z.literal("video"), video: media.extend({ caption: text(1_024).optional() }) }),
    z.strictObject({ ...common, type: z.literal("audio"), audio: media.extend({ voice: z.boolean().optional() }) }),
    z.strictObject({ ...common, type: z.literal("sticker"), sticker: media }),
    z.strictObject({
      ...common,
      type: z.literal("document"),
      document: media.extend({ caption: text(1_024).optional(), filename: text(240).optional() }),
    }),
    z.strictObject({
      ...common,
      type: z.literal("location"),
      location: z.strictObject({
        latitude: z.number().min(-90).max(90),
        longitude: z.number().min(-180).max(180),
        name: z.string().optional(),
        address: z.string().optional(),
      }),
    }),
    z.strictObject({ ...common, type: z.literal("contacts"), contacts: z.array(card).min(1).max(257) }),
    z.strictObject({ ...common, type: z.literal("interactive"), interactive }),
    z.strictObject({
      ...common,
      type: z.literal("reaction"),
      reaction: z.strictObject({ message_id: z.string().regex(/^wamid\./), emoji: z.string() }),
    }),
    z.strictObject({
      ...common,
      type: z.literal("template"),
      template: z.strictObject({
        name: text(512),
        language: z.strictObject({ code: text(20) }),
        components: z.array(templateComponent).optional(),
      }),
    }),
  ])
  .refine((value) => value.to !== undefined || value.recipient !== undefined, "to or recipient is needed");

export type MessagePayload = z.infer<typeof payload>;

export function parseMessage(body: Json): MessagePayload {
  if (body.messaging_product !== "whatsapp") throw invalid("The parameter messaging_product is required.");
  const parsed = payload.safeParse(body);
  if (parsed.success) {
    if (!JSON.stringify(body).isWellFormed()) throw invalid("Strings must be valid UTF-8");
    return parsed.data;
  }
  const [issue] = parsed.error.issues;
  const where = issue?.path.join(".") ?? "";
  const code = issue?.code === "unrecognized_keys" ? 100 : 131009;
  throw new GraphError(400, code, `Parameter value is not valid: ${where} ${issue?.message ?? ""}`.trim());
}
