import { z } from "zod";
import type { Account } from "../../domain/account.ts";
import type { Capabilities } from "../contract/capabilities.ts";
import { everyKind, partsOf } from "../shared/capability-tables.ts";

/** What Viber's bots are and may do, as data. Limits are those of the REST Bot API (developers.viber.com). */

/** Longest text message ("Text message"). */
export const TEXT_LIMIT = 7_000;
/** Longest description under a picture ("Picture message"); other files carry none. */
export const CAPTION_LIMIT = 768;
/** A picture of up to 1 MB is shown on every phone ("Picture message": 1 MB on iOS, 3 MB on Android). */
export const PICTURE_BYTES = 1024 * 1024;
/** "Video message". */
export const VIDEO_BYTES = 26 * 1024 * 1024;
/** Seconds ("Video message"). */
export const VIDEO_DURATION = 180;
/** "File message". */
export const FILE_BYTES = 50 * 1024 * 1024;
/** Characters of a file's name, its extension included ("File message"). */
export const FILE_NAME_LIMIT = 256;
/** Characters of the sender's name ("General send message parameters"), and of a contact's. */
export const NAME_LIMIT = 28;
/** Characters of a contact's number ("Contact message"). */
export const PHONE_LIMIT = 18;
/** Largest JSON of one request, in bytes ("Validation"). */
export const REQUEST_BYTES = 30_000;

/** What is asked for beside messages, which always come ("Event types filtering"). */
export const EVENT_TYPES = [
  "delivered",
  "seen",
  "failed",
  "subscribed",
  "unsubscribed",
  "conversation_started",
] as const;

/** Photos, videos and stickers above their own limits go as files, so that the limit of files is everybody's. */
export const capabilities: Capabilities = {
  paced: true,
  textLimit: TEXT_LIMIT,
  captionLimit: CAPTION_LIMIT,
  formatting: true,
  attachments: everyKind(FILE_BYTES),
  album: false,
  edit: false,
  remove: false,
  quote: false,
  typing: false,
  receipts: "read",
  mayWriteFirst: false,
  reaction: false,
  templates: false,
  groups: false,
  parts: partsOf({
    formatting: {
      in: "full",
      out: { degraded: "no underline and no quotes; a link's address stands behind its words; plain under pictures" },
    },
    photo: { in: "full", out: { degraded: "over 1 MB as a file" } },
    video: { in: "full", out: { degraded: "over 26 MB, over 3 minutes or not MP4: as a file" } },
    voice: { out: { degraded: "as a file" } },
    file: "full",
    album: { out: { degraded: "as single files" } },
    sticker: { in: { degraded: "as a picture file" }, out: { degraded: "as a picture or a file" } },
    location: "full",
    contact: "full",
    quote: { out: { degraded: "as words above the text" } },
    buttons: { in: { degraded: "as the text on the button" }, out: "full" },
    notice: { in: "full" },
  }),
};

export const credentials = z.object({
  token: z
    .string()
    .trim()
    .regex(
      /^[0-9a-z]{8,32}-[0-9a-z]{8,32}-[0-9a-z]{8,32}$/i,
      "This is not a bot's token. It looks like 445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9.",
    ),
});

const httpsUrl = z.url({ protocol: /^https$/, error: "must be an address that starts with https://" }).max(2_000);

export const settings = z.object({
  /** Shown above every message of the bot; empty = the bot's own name. */
  senderName: z.string().trim().max(NAME_LIMIT, `Viber shows up to ${NAME_LIMIT} characters`).default(""),
  senderAvatar: z.union([z.literal(""), httpsUrl]).default(""),
  /** Sent when somebody opens the bot for the first time; empty = nothing. */
  welcome: z.string().trim().max(TEXT_LIMIT).default(""),
  /** Puts a button under the welcome message that sends the customer's number. */
  askPhone: z.boolean().default(false),
  phoneButton: z.string().trim().max(250).default(""),
  /** Subscribing and unsubscribing is told in the conversation. Off: nobody wrote, so no chat is opened for it. */
  announce: z.boolean().default(false),
});

export type ViberSettings = z.infer<typeof settings>;

export const DEFAULT_PHONE_BUTTON = "Share my phone number";

/** Settings of a stored account; what cannot be read is as if it were not set. */
export function readSettings(account: Account): ViberSettings {
  const parsed = settings.safeParse(account.settings);
  return parsed.success ? parsed.data : settings.parse({});
}

/** Who a message is from, as Viber wants it with each one. */
export function senderOf(account: Account): { name: string; avatar?: string } {
  const { senderName, senderAvatar } = readSettings(account);
  const name = senderName || account.profile.title || account.name || "Support";
  return { name: name.slice(0, NAME_LIMIT).toWellFormed(), ...(senderAvatar !== "" && { avatar: senderAvatar }) };
}

/** Drawn for this project: a speech bubble with a receiver's arc. */
export const icon = {
  color: "#7360F2",
  svg:
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">' +
    '<circle cx="32" cy="32" r="32" fill="#7360F2"/>' +
    '<path d="M18 16h28a5 5 0 0 1 5 5v18a5 5 0 0 1-5 5H34l-9 8v-8h-7a5 5 0 0 1-5-5V21a5 5 0 0 1 5-5Z" fill="#fff"/>' +
    '<path d="M24 24c1 8 6 12 13 13m-4-14c4 0 7 3 7 7" fill="none" stroke="#7360F2" stroke-width="3" stroke-linecap="round"/></svg>',
} as const;
