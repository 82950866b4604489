import type { Attachment, AttachmentKind, ContactCard, Content, Place } from "../../domain/message.ts";
import { plainText, type RichText } from "../../domain/rich-text.ts";
import { safeFileName, storableText } from "../shared/clean-text.ts";
import { fromMarks } from "./formatting.ts";
import type { ContentIn, MediaIn, MessageIn } from "./schemas.ts";

/** What a WhatsApp message says, in neutral words. Pure. */

/** Shown for kinds that the API does not give us, or that Meta invents after us: the customer did write something. */
export const UNREADABLE = "[A WhatsApp message of a kind that cannot be shown here]";

/** A message's content; its place, cards and files as such, everything else as readable text. */
export function readContent(message: MessageIn): Content {
  const { context } = message;
  return {
    ...readBody(message),
    ...(context?.id !== undefined && { quote: { externalId: context.id } }),
    ...((context?.forwarded || context?.frequently_forwarded) && { forwarded: {} }),
  };
}

/** The part of a message that an edit gives anew. */
export function readBody(message: ContentIn): Content {
  const attachments = readAttachments(message);
  const place = message.type === "location" ? readPlace(message) : undefined;
  const contacts = message.type === "contacts" ? (message.contacts ?? []).flatMap(readCard) : [];
  const body = readText(message);
  const silent = body.text === "" && attachments.length === 0 && !place && contacts.length === 0;
  return {
    body: silent ? plainText(unreadable(message)) : body,
    attachments,
    ...(place && { place }),
    ...(contacts.length > 0 && { contacts }),
  };
}

function unreadable(message: ContentIn): string {
  const reason = message.errors?.[0]?.error_data?.details ?? message.errors?.[0]?.title;
  // Meta's own words ("Message type is currently not supported.") add nothing to ours; others may.
  return reason === undefined || /not supported|unknown/i.test(reason)
    ? UNREADABLE
    : `${UNREADABLE} ${storableText(reason)}`;
}

function readText(message: ContentIn): RichText {
  const written = message.type === "text" ? message.text?.body : mediaOf(message)?.media.caption;
  if (written !== undefined) return fromMarks(storableText(written));
  return plainText(storableText(describe(message) ?? ""));
}

/** One readable line, or a few, for what is neither text nor file. */
function describe(message: ContentIn): string | undefined {
  if (message.type === "button") return message.button?.text;
  if (message.type === "interactive") {
    const { button_reply: button, list_reply: row, nfm_reply: form } = message.interactive ?? {};
    return button?.title ?? (row && [row.title, row.description].filter(Boolean).join("\n")) ?? form?.body;
  }
  if (message.type === "order") {
    const items = (message.order?.product_items ?? []).map((item) => {
      const price = item.item_price === undefined ? "" : `, ${item.item_price} ${item.currency ?? ""}`.trimEnd();
      return `• ${item.product_retailer_id ?? "?"} × ${item.quantity ?? 1}${price}`;
    });
    return ["🛒 Order:", ...items, message.order?.text].filter(Boolean).join("\n");
  }
  return undefined;
}

const KINDS = {
  image: "photo",
  video: "video",
  audio: "audio",
  document: "file",
  sticker: "sticker",
} as const satisfies Record<string, AttachmentKind>;

function mediaOf(message: ContentIn): { readonly kind: AttachmentKind; readonly media: MediaIn } | undefined {
  for (const type of ["image", "video", "audio", "document", "sticker"] as const) {
    const media = message.type === type ? message[type] : undefined;
    if (media) return { kind: type === "audio" && media.voice ? "voice" : KINDS[type], media };
  }
  return undefined;
}

function readAttachments(message: ContentIn): Attachment[] {
  const found = mediaOf(message);
  if (!found) return [];
  const { kind, media } = found;
  const name = media.filename === undefined ? undefined : safeFileName(media.filename);
  const mime = media.mime_type === undefined ? undefined : storableText(media.mime_type.split(";")[0] ?? "").trim();
  return [{ kind, source: { by: "channel", ref: media.id }, ...(name && { name }), ...(mime && { mime }) }];
}

function readPlace({ location }: ContentIn): Place | undefined {
  if (!location || Math.abs(location.latitude) > 90 || Math.abs(location.longitude) > 180) return undefined;
  const { latitude, longitude, name, address } = location;
  return {
    latitude,
    longitude,
    ...(name && { title: storableText(name) }),
    ...(address && { address: storableText(address) }),
  };
}

function readCard(card: NonNullable<ContentIn["contacts"]>[number]): ContactCard[] {
  const phones = (card.phones ?? []).flatMap((one) => one.phone ?? one.wa_id ?? []).map(storableText);
  const emails = (card.emails ?? []).flatMap((one) => one.email ?? []).map(storableText);
  const { formatted_name: full, first_name: first, last_name: last } = card.name ?? {};
  const name = storableText(full ?? ([first, last].filter(Boolean).join(" ") || card.org?.company || ""));
  if (name === "" && phones.length === 0 && emails.length === 0) return [];
  return [{ name: name || (phones[0] ?? emails[0] ?? ""), phones, emails }];
}
