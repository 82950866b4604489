import type { Attachment, AttachmentKind, ContactCard, Content, Place, Quote } from "../../domain/message.ts";
import { plainText, type RichText } from "../../domain/rich-text.ts";
import { realName, safeFileName, storableText } from "../shared/clean-text.ts";
import { fromEntities } from "./entities.ts";
import type { ContentIn, FileIn, MessageIn, OriginIn, RepliedIn, UserIn } from "./schemas.ts";

/** What a Telegram message says, in neutral words. Pure. */

/** A message's content, or `undefined` for a service message (somebody joined, a title changed), which says nothing. */
export function readContent(message: MessageIn, raw: Readonly<Record<string, unknown>>): Content | undefined {
  const body = readBody(message);
  const attachments = readAttachments(message);
  const quote = readQuote(message);
  const place = readPlace(message);
  const contacts = readContacts(message);
  const forwarded = message.forward_origin && { from: originName(message.forward_origin) };
  const parts = {
    ...(quote && { quote }),
    ...(place && { place }),
    ...(contacts && { contacts }),
    ...(forwarded && { forwarded: forwarded.from === undefined ? {} : { from: forwarded.from } }),
  };
  if (body.text === "" && attachments.length === 0 && !place && !contacts) {
    if (SERVICE_FIELDS.some((field) => field in raw)) return undefined;
    return { body: plainText(UNREADABLE), attachments, ...parts };
  }
  return { body, attachments, ...parts };
}

function readPlace({ venue, location }: ContentIn): Place | undefined {
  // A venue comes with `location` too, for old clients: it is asked for first.
  const at = venue?.location ?? location;
  if (!at || Math.abs(at.latitude) > 90 || Math.abs(at.longitude) > 180) return undefined;
  const title = venue && storableText(venue.title).trim();
  const address = venue && storableText(venue.address).trim();
  return {
    latitude: at.latitude,
    longitude: at.longitude,
    ...(title && { title }),
    ...(address && { address }),
  };
}

function readContacts({ contact }: ContentIn): readonly ContactCard[] | undefined {
  if (!contact) return undefined;
  const phone = storableText(contact.phone_number).trim();
  const name = storableText([contact.first_name, contact.last_name].filter(Boolean).join(" ")).trim();
  return [{ name: name || phone, phones: phone === "" ? [] : [phone], emails: [] }];
}

/** Whose words a forwarded message holds, as far as Telegram tells. */
function originName(origin: OriginIn): string | undefined {
  if (origin.sender_user) return personName(origin.sender_user).full;
  return realName(origin.sender_user_name ?? origin.sender_chat?.title ?? origin.chat?.title);
}

/** Shown for kinds of messages that Telegram invents after us: the agent must know that the customer did write. */
export const UNREADABLE = "[A Telegram message of a kind that cannot be shown here]";

/**
 * Fields of messages that Telegram writes itself. Not listed: kinds of content unknown to us, which get the line above.
 */
const SERVICE_FIELDS: readonly string[] = [
  "new_chat_members",
  "left_chat_member",
  "chat_owner_left",
  "chat_owner_changed",
  "new_chat_title",
  "new_chat_photo",
  "delete_chat_photo",
  "group_chat_created",
  "supergroup_chat_created",
  "channel_chat_created",
  "managed_bot_created",
  "message_auto_delete_timer_changed",
  "migrate_to_chat_id",
  "migrate_from_chat_id",
  "pinned_message",
  "connected_website",
  "write_access_allowed",
  "proximity_alert_triggered",
  "boost_added",
  "chat_background_set",
  "checklist_tasks_done",
  "checklist_tasks_added",
  "community_chat_added",
  "community_chat_removed",
  "community_chat_joined",
  "forum_topic_created",
  "forum_topic_edited",
  "forum_topic_closed",
  "forum_topic_reopened",
  "general_forum_topic_hidden",
  "general_forum_topic_unhidden",
  "giveaway_created",
  "giveaway_completed",
  "paid_message_price_changed",
  "direct_message_price_changed",
  "poll_option_added",
  "poll_option_deleted",
  "suggested_post_approved",
  "suggested_post_approval_failed",
  "suggested_post_declined",
  "suggested_post_paid",
  "suggested_post_refunded",
  "video_chat_scheduled",
  "video_chat_started",
  "video_chat_ended",
  "video_chat_participants_invited",
];

function readBody(message: ContentIn): RichText {
  if (message.text !== undefined) return fromEntities(message.text, message.entities);
  if (message.caption !== undefined) return fromEntities(message.caption, message.caption_entities);
  const line = describe(message);
  return plainText(line === undefined ? "" : storableText(line));
}

/** One readable line for what has no text and no file. */
function describe(message: ContentIn): string | undefined {
  if (message.location?.live_period !== undefined) return "📍 Live location";
  if (message.poll)
    return `📊 Poll: ${[message.poll.question, ...message.poll.options.map((one) => `• ${one.text}`)].join("\n")}`;
  if (message.checklist)
    return `☑️ ${[message.checklist.title, ...message.checklist.tasks.map((one) => `• ${one.text}`)].join("\n")}`;
  if (message.dice) return `${message.dice.emoji} ${message.dice.value}`;
  if (message.game) return `🎮 ${message.game.title}`;
  if (message.invoice) return `🧾 ${message.invoice.title}`;
  // A sticker is a file, but one that says something: its emoji keeps that in the text.
  if (message.sticker?.emoji) return message.sticker.emoji;
  return undefined;
}

function readAttachments(message: ContentIn): Attachment[] {
  const photo = message.photo && largest(message.photo);
  if (photo) return [attachment("photo", photo, { mime: "image/jpeg" })];
  // An animation comes with `document` too, for old clients: it is asked for first.
  if (message.animation) return [attachment("animation", message.animation)];
  if (message.video) return [attachment("video", message.video)];
  if (message.video_note) return [attachment("video", message.video_note, { mime: "video/mp4" })];
  if (message.voice) return [attachment("voice", message.voice, { mime: "audio/ogg" })];
  if (message.audio) return [attachment("audio", message.audio)];
  if (message.document) return [attachment("file", message.document)];
  if (message.sticker) return [attachment("sticker", message.sticker, { mime: stickerMime(message.sticker) })];
  return [];
}

function stickerMime(sticker: NonNullable<ContentIn["sticker"]>): string {
  if (sticker.is_animated) return "application/x-tgsticker";
  return sticker.is_video ? "video/webm" : "image/webp";
}

/** Telegram sends every size of a picture it keeps; the largest is the original as far as there is one. */
function largest(sizes: readonly FileIn[]): FileIn | undefined {
  const area = (one: FileIn): number => (one.width ?? 0) * (one.height ?? 0);
  return sizes.toSorted((a, b) => area(b) - area(a) || (b.file_size ?? 0) - (a.file_size ?? 0))[0];
}

function attachment(kind: AttachmentKind, file: FileIn, assumed: { mime?: string } = {}): Attachment {
  const mime = file.mime_type ?? assumed.mime;
  const name = file.file_name === undefined ? undefined : safeFileName(file.file_name);
  return {
    kind,
    source: { by: "channel", ref: file.file_id },
    ...(name && { name }),
    ...(mime !== undefined && { mime: storableText(mime) }),
    ...(file.file_size !== undefined && { size: file.file_size }),
    ...(file.width !== undefined && { width: file.width }),
    ...(file.height !== undefined && { height: file.height }),
    ...(file.duration !== undefined && { duration: file.duration }),
  };
}

function readQuote(message: MessageIn): Quote | undefined {
  const replied = message.reply_to_message;
  if (!replied && !message.quote) return undefined;
  const text = message.quote?.text ?? (replied && quotedText(replied));
  const author = replied && authorName(replied);
  return {
    ...(replied && { externalId: String(replied.message_id) }),
    ...(author && { author }),
    ...(text && { text: storableText(text) }),
  };
}

function quotedText(replied: RepliedIn): string | undefined {
  const text = readBody(replied).text;
  if (text !== "") return text;
  const file = readAttachments(replied)[0];
  if (file) return file.name ?? `[${file.kind}]`;
  if (readPlace(replied)) return "[location]";
  return readContacts(replied)?.[0]?.name;
}

function authorName(replied: RepliedIn): string | undefined {
  return replied.from
    ? personName(replied.from).full
    : replied.sender_chat?.title && realName(replied.sender_chat.title);
}

/** A person's name as far as it is one. `full` is for showing, the parts are for matching people. */
export function personName(user: UserIn): { name?: string; lastName?: string; full?: string } {
  const name = realName(user.first_name);
  const lastName = realName(user.last_name);
  const full = [name, lastName].filter(Boolean).join(" ") || user.username;
  return { ...(name && { name }), ...(lastName && { lastName }), ...(full && { full }) };
}
