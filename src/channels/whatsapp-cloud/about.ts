import { z } from "zod";
import type { Capabilities } from "../contract/capabilities.ts";
import { partsOf } from "../shared/capability-tables.ts";

/** What the WhatsApp Cloud API is and may do, as data. Limits are those of Meta's documentation of the platform, 2026. */

/** Path of the API: the newest version when this was written (29 July 2026); Meta keeps each for about two years. */
export const API_VERSION = "v26.0";

/** Body of a text message. */
export const TEXT_LIMIT = 4096;
/** Caption of a picture, video or document, and the body of a message with buttons. */
export const CAPTION_LIMIT = 1024;
export const BUTTON_LIMIT = 3;
/** Title of a reply button, and the words on a link button. */
export const BUTTON_TEXT_LIMIT = 20;

const MB = 1024 * 1024;
/** "Supported media types": what each kind of message takes. An animated sticker may have 500 KB, a still one 100 KB. */
export const MEDIA_LIMITS = {
  image: 5 * MB,
  video: 16 * MB,
  audio: 16 * MB,
  document: 100 * MB,
  sticker: 500 * 1024,
} as const;

/**
 * One message in six seconds to one customer, or up to 45 within six seconds on credit: nothing more then until the time
 * that they would have taken has passed ("Pair rate limits"). Nothing goes later than at an even pace, and what an agent
 * writes in one go arrives in one go. A little is left over at both ends, because calls arrive later than they leave.
 */
export const PAIR_PACE = { count: 1, perMs: 6_100, burst: { count: 45, withinMs: 5_000 } } as const;
/**
 * 80 messages in any second over one number, those that come counted like those that go ("Throughput"): 73 a second, at most
 * three at once, and less by what comes, which is known only when it has come and for which the rest is left over. Two other
 * figures stand there and none is told by the API in words that the documentation defines: 20 for numbers that are also used in
 * the WhatsApp Business app, obeyed by the pause after error 130429, and 1,000 for numbers that Meta has upgraded, not used.
 */
export const NUMBER_PACE = { count: 3, perMs: 41 } as const;

/** Meta sends webhooks of edits and deletions for such numbers only ("Edit", "Revoke messages webhook reference"). */
const COEXISTENCE = "only where the number is also used in the WhatsApp Business app";

export const capabilities: Capabilities = {
  paced: true,
  textLimit: TEXT_LIMIT,
  captionLimit: CAPTION_LIMIT,
  formatting: true,
  attachments: {
    photo: { maxBytes: MEDIA_LIMITS.image },
    video: { maxBytes: MEDIA_LIMITS.video },
    animation: { maxBytes: MEDIA_LIMITS.video },
    voice: { maxBytes: MEDIA_LIMITS.audio },
    audio: { maxBytes: MEDIA_LIMITS.audio },
    file: { maxBytes: MEDIA_LIMITS.document },
    sticker: { maxBytes: MEDIA_LIMITS.sticker },
  },
  album: false,
  edit: false,
  remove: false,
  quote: true,
  typing: false,
  receipts: "read",
  mayWriteFirst: true,
  byPhone: true,
  reaction: true,
  templates: true,
  replyWindowHours: 24,
  groups: false,
  parts: partsOf({
    formatting: { in: "full", out: { degraded: "no underline; a link's address stands behind its words" } },
    photo: "full",
    video: "full",
    voice: "full",
    file: { in: "full", out: { degraded: "PDF, Word, Excel, PowerPoint and text only" } },
    album: { degraded: "as single pictures" },
    sticker: { in: "full", out: { degraded: "WebP only; other pictures go as photos" } },
    location: "full",
    contact: "full",
    quote: "full",
    reaction: "full",
    edit: { in: { degraded: COEXISTENCE } },
    delete: { in: { degraded: COEXISTENCE } },
    forwarded: { in: "full" },
    buttons: { in: { degraded: "the button's words as text" }, out: { degraded: "up to three replies, or one link" } },
    template: { out: { degraded: "no places, carousels, catalogues or one-time passwords" } },
    notice: { in: "full" },
  }),
};

const id = (what: string) =>
  z
    .string()
    .trim()
    .regex(/^\d{5,25}$/, `This is not ${what}: it has digits only, as shown under WhatsApp > API Setup.`);

export const credentials = z.object({
  phoneNumberId: id("a phone number ID"),
  businessAccountId: id("a WhatsApp Business Account ID"),
  accessToken: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9_\-.|]{20,1000}$/, "This is not an access token. It begins with EAA and has no spaces."),
  appSecret: z
    .string()
    .trim()
    .regex(/^[0-9a-f]{32}$/i, "This is not an app secret. It has 32 characters: digits and the letters a to f."),
});

export const settings = z.object({});

/** Drawn for this project: a speech bubble with a handset on a disc. */
export const icon = {
  color: "#25D366",
  svg:
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">' +
    '<circle cx="32" cy="32" r="32" fill="#25D366"/>' +
    '<path d="M32 12a19.5 19.5 0 0 0-16.8 29.4L12.500 51l9.9-2.6A19.5 19.5 0 1 0 32 12Z" fill="#fff"/>' +
    '<path d="M25 22.5c-2.700 2-3 5.500-.4 9.7 2.700 4.400 6.700 7.600 11 8.800 3.3.9 6.200-.6 7-3.400l-5.100-3.300-2.700 2.300c-2.500-1.200-4.600-3.100-6-5.700l2.200-2.800-2.700-5.900Z" fill="#25D366"/></svg>',
} as const;
