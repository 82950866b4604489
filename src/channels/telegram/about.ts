import { z } from "zod";
import type { Capabilities } from "../contract/capabilities.ts";
import { everyKind, partsOf } from "../shared/capability-tables.ts";
import { CAPTION_LIMIT, TEXT_LIMIT } from "../shared/telegram-files.ts";

/** What Telegram is and may do, as data. Limits are those of the public Bot API server (core.telegram.org/bots/api). */

/** Bots upload files of up to 50 MB ("Sending files"). */
const UPLOAD_LIMIT = 50 * 1024 * 1024;

/** Update kinds we ask for; everything else would only be thrown away. */
export const ALLOWED_UPDATES = [
  "message",
  "edited_message",
  "message_reaction",
  "my_chat_member",
  "business_message",
  "edited_business_message",
  "deleted_business_messages",
] as const;

/**
 * `photo` says 50 MB although sendPhoto takes 10: a larger photo goes as a document, so nothing is refused.
 * `typing` is false because the contract has no way to say "typing" yet, not because Telegram could not show it.
 */
export const capabilities: Capabilities = {
  paced: true,
  textLimit: TEXT_LIMIT,
  captionLimit: CAPTION_LIMIT,
  formatting: true,
  attachments: everyKind(UPLOAD_LIMIT),
  album: true,
  edit: true,
  remove: true,
  quote: true,
  typing: false,
  receipts: "none",
  mayWriteFirst: false,
  reaction: true,
  templates: false,
  groups: true,
  parts: partsOf({
    formatting: "full",
    photo: "full",
    video: "full",
    voice: "full",
    file: "full",
    album: "full",
    sticker: { in: { degraded: "as a picture file with its emoji" }, out: { degraded: "as the file it is" } },
    location: "full",
    contact: "full",
    quote: "full",
    reaction: { in: "full", out: { degraded: "one emoji of Telegram's list, not in chats of a business account" } },
    edit: "full",
    delete: { in: { degraded: "in chats of a business account only" }, out: "full" },
    forwarded: { in: "full" },
    buttons: { out: "full" },
    notice: { in: "full" },
  }),
};

export const credentials = z.object({
  token: z
    .string()
    .trim()
    .regex(
      /^\d{3,20}:[A-Za-z0-9_-]{20,100}$/,
      "This is not a bot token. It looks like 123456789:AAF… and comes from @BotFather.",
    ),
});

/** Drawn for this project: a paper plane on a disc. */
export const icon = {
  color: "#2AABEE",
  svg:
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">' +
    '<circle cx="32" cy="32" r="32" fill="#2AABEE"/>' +
    '<path d="M13 31.5 50 16.5 43 48 31 39.5 25.5 45 25 36 43 22 22 34.5Z" fill="#fff"/></svg>',
} as const;
