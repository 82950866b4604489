import { z } from "zod";
import type { Capabilities } from "../contract/capabilities.ts";
import { everyKind, partsOf } from "../shared/capability-tables.ts";

/**
 * What a linked WhatsApp account is and may do, as data. WhatsApp publishes no interface for this: the limits are those of
 * its own apps (65,536 characters of text, 16 MB for pictures, video and voice, 100 MB for documents sent from a computer).
 */

export const TEXT_LIMIT = 65_536;
export const CAPTION_LIMIT = 1_024;
const MEDIA_LIMIT = 16 * 1024 * 1024;
/** The library hands files over whole, in base64, through the browser: also why nothing larger is fetched. */
export const FILE_LIMIT = 100 * 1024 * 1024;

const inOwnMarks = { degraded: "bold, italic, strike and code as WhatsApp's marks; a link as its address" } as const;

export const capabilities: Capabilities = {
  paced: true,
  textLimit: TEXT_LIMIT,
  captionLimit: CAPTION_LIMIT,
  formatting: false,
  attachments: everyKind(MEDIA_LIMIT, { file: FILE_LIMIT }),
  album: false,
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
  parts: partsOf({
    formatting: { in: "full", out: inOwnMarks },
    photo: "full",
    video: "full",
    voice: "full",
    file: "full",
    album: { degraded: "as single messages" },
    sticker: "full",
    location: "full",
    contact: "full",
    quote: "full",
    reaction: "full",
    edit: "full",
    delete: "full",
    forwarded: { in: "full" },
    notice: { in: { degraded: "a call as it rings; how it ended where WhatsApp tells a linked device" } },
  }),
};

export const credentials = z.object({});

export const settings = z.object({
  /** The person who set it up knows the risk. Without it nothing starts: the channel is off by default. */
  consent: z.boolean().default(false),
  withoutGroups: z.boolean().default(false),
});

/** Drawn for this project: a speech bubble with a chain link. */
export const icon = {
  color: "#128C7E",
  svg:
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">' +
    '<circle cx="32" cy="32" r="32" fill="#128C7E"/>' +
    '<path d="M15 49l3-9a17 17 0 1 1 7 6z" fill="#fff"/>' +
    '<path d="M28 34a5 5 0 0 1 0-7l2-2a5 5 0 0 1 7 7M38 29a5 5 0 0 1 0 7l-2 2a5 5 0 0 1-7-7" fill="none" stroke="#128C7E" stroke-width="3" stroke-linecap="round"/></svg>',
} as const;
