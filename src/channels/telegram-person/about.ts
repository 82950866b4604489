import { z } from "zod";
import type { Capabilities } from "../contract/capabilities.ts";
import { everyKind, partsOf } from "../shared/capability-tables.ts";
import { CAPTION_LIMIT, TEXT_LIMIT } from "../shared/telegram-files.ts";

/**
 * What a person's Telegram account may do, as data. Limits: core.telegram.org/api/config (message_length_max 4096,
 * caption_length_limit_default 1024, upload_max_fileparts_default 4000 parts of 512 KB), core.telegram.org/api/files.
 */

const UPLOAD_LIMIT = 4_000 * 512 * 1024;

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
  receipts: "read",
  mayWriteFirst: true,
  byPhone: true,
  reaction: true,
  templates: false,
  groups: true,
  repeatable: true,
  parts: partsOf({
    formatting: "full",
    photo: "full",
    video: "full",
    voice: "full",
    file: "full",
    album: "full",
    sticker: {
      in: { degraded: "as a picture or animation file" },
      out: { degraded: "WebP up to 512 KB as a sticker, others as files" },
    },
    location: "full",
    contact: "full",
    quote: "full",
    reaction: { in: { degraded: "one emoji a person; custom emoji are not shown" }, out: "full" },
    edit: "full",
    delete: "full",
    forwarded: { in: "full" },
    notice: { in: "full" },
  }),
};

export const credentials = z.object({
  phone: z
    .string()
    .trim()
    .transform((text) => text.replace(/[\s().-]/g, ""))
    .refine(
      (text) => text === "" || /^\+?\d{6,15}$/.test(text),
      "This is not a phone number. It looks like +49 151 23456789.",
    )
    .optional(),
});

/** How many there are where nobody chose. */
export const USUAL_COLD = 10;
export const USUAL_LOOKUPS = 30;

const perDay = (most: number, usual: number) => z.coerce.number().int().min(0).max(most).catch(usual).default(usual);

export const settings = z.object({
  /** Chats of several people are relayed too. */
  groups: z.boolean().default(false),
  /** First messages to people who never wrote, a day. */
  coldPerDay: perDay(50, USUAL_COLD),
  /** Searches for people by phone or name, a day. */
  lookupsPerDay: perDay(200, USUAL_LOOKUPS),
});

export type PersonSettings = z.infer<typeof settings>;

/** Drawn for this project: a paper plane beside a person's head, on a disc. */
export const icon = {
  color: "#1C8ADB",
  svg:
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">' +
    '<circle cx="32" cy="32" r="32" fill="#1C8ADB"/>' +
    '<circle cx="22" cy="27" r="7" fill="#fff"/><path d="M10 47c0-8 5-12 12-12s12 4 12 12Z" fill="#fff"/>' +
    '<path d="M34 29 54 19 50 40 44 36 41 40 40 34Z" fill="#fff"/></svg>',
} as const;
