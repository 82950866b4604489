import type { Attachment, AttachmentKind, ContactCard, Content } from "../../domain/message.ts";
import { plainText } from "../../domain/rich-text.ts";
import { fromMarks } from "./formatting.ts";
import type { ContactIn, MessageEventIn } from "./schemas.ts";
import { cleanName, fileName, storable } from "./text.ts";

/** What a Viber message says, in neutral words. Pure. */

type MessageIn = MessageEventIn["message"];

/** Shown for kinds of messages that Viber invents after us: the agent must know that the customer did write. */
export const UNREADABLE = "[A Viber message of a kind that cannot be shown here]";

const KINDS: Readonly<Record<string, AttachmentKind>> = {
  picture: "photo",
  video: "video",
  file: "file",
  sticker: "sticker",
};

/** Total: every message has a content; what nobody can read becomes a line that says so. */
export function readContent(message: MessageIn): Content {
  const text = message.text === undefined ? "" : storable(message.text);
  const kind = KINDS[message.type];
  if (kind !== undefined && message.media) {
    return { body: plainText(text), attachments: [attachment(kind, message, message.media)] };
  }
  if (message.type === "location" && message.location) {
    const place = { latitude: message.location.lat, longitude: message.location.lon };
    return { body: plainText(text), attachments: [], place };
  }
  if (message.type === "contact" && message.contact) {
    return { body: plainText(text), attachments: [], contacts: [card(message.contact)] };
  }
  const words = message.type === "url" ? withAddress(text, message.media) : text;
  if (words.trim() === "") return { body: plainText(UNREADABLE), attachments: [] };
  return { body: message.type === "text" ? fromMarks(words) : plainText(words), attachments: [] };
}

function withAddress(text: string, media: string | undefined): string {
  const address = media === undefined ? "" : storable(media);
  return text.includes(address) ? text : [text, address].filter((part) => part.trim() !== "").join("\n");
}

function attachment(kind: AttachmentKind, message: MessageIn, ref: string): Attachment {
  const name = message.file_name === undefined ? "" : fileName(message.file_name);
  const size = message.file_size ?? message.size;
  return {
    kind,
    source: { by: "channel", ref: storable(ref) },
    ...(name !== "" && { name }),
    ...(size !== undefined && size > 0 && { size }),
  };
}

function card(contact: ContactIn): ContactCard {
  const phone = phoneOf(contact.phone_number);
  const raw = storable(contact.phone_number ?? "").trim();
  const phones = phone ?? raw;
  return { name: cleanName(contact.name) ?? "", phones: phones === "" ? [] : [phones], emails: [] };
}

/** Viber gives whole international numbers, with or without the plus sign. */
export function phoneOf(claimed: string | undefined): string | undefined {
  const digits = (claimed ?? "").replace(/\D/g, "");
  return /^[1-9]\d{6,14}$/.test(digits) ? `+${digits}` : undefined;
}
