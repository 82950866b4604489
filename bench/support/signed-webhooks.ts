/**
 * What Meta and Viber post for a text message, field by field as they document it and signed over the very bytes. Ids
 * have the vendors' own form and length.
 */
import { createHmac } from "node:crypto";
import { lettersOf } from "./telegram-update.ts";

/** A request as it goes out: one header proves it. */
export interface SignedWebhook {
  readonly header: string;
  readonly proof: string;
  readonly body: string;
}

const hmac = (secret: string, body: string): string => createHmac("sha256", secret).update(body).digest("hex");

/** The number as Meta's app knows it. */
export interface CloudNumber {
  readonly phoneNumberId: string;
  readonly businessAccountId: string;
  readonly displayPhoneNumber: string;
  readonly appSecret: string;
}

/** As 28 bytes in base64 behind `wamid.`, unique by `id`. */
export const wamidOf = (id: number): string =>
  `wamid.${Buffer.from(`HBgLbench${String(id).padStart(19, "0")}`).toString("base64")}`;

/** "messages" webhook of a text ("Webhooks: components and reference"); `id` must never repeat. */
export function whatsappWebhook(number: CloudNumber, conversation: number, id: number, text: string): SignedWebhook {
  const waId = String(4_915_200_000_001 + conversation);
  const userId = `DE.13491208655302${String(conversation).padStart(6, "0")}`;
  const value = {
    messaging_product: "whatsapp",
    metadata: {
      display_phone_number: number.displayPhoneNumber.replace(/\D/g, ""),
      phone_number_id: number.phoneNumberId,
    },
    contacts: [{ profile: { name: nameOf(conversation) }, wa_id: waId, user_id: userId }],
    messages: [
      {
        from: waId,
        from_user_id: userId,
        id: wamidOf(id),
        timestamp: String(Math.floor(Date.now() / 1000)),
        type: "text",
        text: { body: text.replace("Question", "*Question*") },
      },
    ],
  };
  const body = JSON.stringify({
    object: "whatsapp_business_account",
    entry: [{ id: number.businessAccountId, changes: [{ value, field: "messages" }] }],
  });
  return { header: "x-hub-signature-256", proof: `sha256=${hmac(number.appSecret, body)}`, body };
}

/** Message tokens have 64 bits: more than a double holds. */
export const tokenOf = (id: number): string => String(5_741_311_803_571_721_087n + BigInt(id));

/** "message" callback of a text ("Receive message from user"); `id` must never repeat. */
export function viberWebhook(token: string, conversation: number, id: number, text: string): SignedWebhook {
  const now = Date.now();
  const sender = {
    id: Buffer.from(`bench-${String(conversation).padStart(10, "0")}`).toString("base64"),
    name: nameOf(conversation),
    avatar: "https://media-direct.cdn.viber.com/download_photo?dlid=0-04-01-2c9a&fltp=jpg&imsz=0000",
    language: "en",
    country: "DE",
    api_version: 10,
  };
  const rest = JSON.stringify({ sender, message: { text, type: "text" }, silent: false }).slice(1);
  // The token is written as a bare number, which `JSON.stringify` cannot do for one of 64 bits.
  const body = `{"event":"message","timestamp":${now},"chat_hostname":"SN-CHAT-05_","message_token":${tokenOf(id)},${rest}`;
  return { header: "x-viber-content-signature", proof: hmac(token, body), body };
}

const nameOf = (conversation: number): string => `Customer Number${lettersOf(conversation)}`;
