import type { Business } from "./business.ts";
import { contactOf } from "./messages.ts";
import type { Json } from "./types.ts";

/** What people do: write, react, press buttons, change numbers. Each becomes a webhook as Meta shapes it. */

export interface PersonFile {
  readonly bytes: Buffer;
  readonly mime: string;
  readonly caption?: string;
  readonly filename?: string;
  readonly voice?: boolean;
}

export interface PersonContent {
  readonly text?: string;
  readonly image?: PersonFile;
  readonly video?: PersonFile;
  readonly audio?: PersonFile;
  readonly document?: PersonFile;
  readonly sticker?: PersonFile;
  /** Any other message: its `type` and the object of that name. */
  readonly raw?: Json & { readonly type: string };
}

export interface WriteOptions {
  readonly replyTo?: string;
  readonly forwarded?: boolean;
}

/** @returns the webhook's body and the message's id */
export function personWrites(
  business: Business,
  waId: string,
  content: PersonContent,
  options: WriteOptions = {},
): { readonly id: string; readonly body: Json } {
  const person = business.people.get(waId);
  if (!person) throw new Error("nobody of that number is known here");
  const id = business.newId();
  business.received.add(id);
  business.onReceived();
  person.lastWroteAt = business.now();
  const context = {
    ...(options.replyTo !== undefined && { from: business.displayPhoneNumber.replace(/\D/g, ""), id: options.replyTo }),
    ...(options.forwarded && { forwarded: true }),
  };
  const body = business.tell({
    contacts: [contactOf(business, waId)],
    messages: [
      {
        ...(person.username === undefined && { from: waId }),
        from_user_id: person.userId,
        id,
        timestamp: business.seconds(),
        ...(Object.keys(context).length > 0 && { context }),
        ...messageOf(business, content),
      },
    ],
  });
  return { id, body };
}

/**
 * The business itself answers, in the WhatsApp Business app on its phone ("smb_message_echoes": numbers that are used in
 * the app and by the API are told what the app sends).
 */
export function phoneWrites(business: Business, waId: string, content: PersonContent): Json {
  if (!business.people.has(waId)) throw new Error("nobody of that number is known here");
  const from = business.displayPhoneNumber.replace(/\D/g, "");
  const message = {
    from,
    to: waId,
    id: business.newId(),
    timestamp: business.seconds(),
    ...messageOf(business, content),
  };
  return business.tell({ message_echoes: [message] }, "smb_message_echoes");
}

function messageOf(business: Business, content: PersonContent): Json {
  if (content.raw) return content.raw;
  if (content.text !== undefined) return { type: "text", text: { body: content.text } };
  for (const type of ["image", "video", "audio", "document", "sticker"] as const) {
    const file = content[type];
    if (!file) continue;
    const media = business.addMedia(file.bytes, file.mime);
    const { bytes: _bytes, mime, ...rest } = file;
    return { type, [type]: { ...rest, mime_type: mime, sha256: media.sha256, id: media.id } };
  }
  throw new Error("the person wrote nothing");
}

/** An empty emoji takes the reaction off; the webhook then has none. */
export function personReacts(business: Business, waId: string, messageId: string, emoji: string): Json {
  const reaction = { message_id: messageId, ...(emoji !== "" && { emoji }) };
  return personWrites(business, waId, { raw: { type: "reaction", reaction } }).body;
}

/** The person moves to another number; this webhook has no contacts. */
export function personMoves(business: Business, waId: string, to: string): Json {
  const person = business.people.get(waId);
  if (!person) throw new Error("nobody of that number is known here");
  business.people.delete(waId);
  business.people.set(to, { ...person, waId: to, userId: `US.${to}` });
  return business.tell({
    messages: [
      {
        from: waId,
        id: business.newId(),
        timestamp: business.seconds(),
        type: "system",
        system: {
          body: `User ${person.name} changed from ${waId} to ${to}`,
          wa_id: to,
          user_id: `US.${to}`,
          type: "user_changed_number",
        },
      },
    ],
  });
}
