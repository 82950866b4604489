import type { tl } from "@mtcute/core";
import type {
  Attachment,
  AttachmentKind,
  ContactCard,
  Content,
  NoticeKind,
  Place,
  Quote,
} from "../../domain/message.ts";
import { plainText, type RichText } from "../../domain/rich-text.ts";
import { realName, safeFileName, storableText } from "../shared/clean-text.ts";
import type { People } from "./client.ts";
import { fromEntities } from "./entities.ts";
import { encodeRef, refOfDocument, refOfPhoto } from "./media-ref.ts";
import { markedOf, shownName } from "./peers.ts";

/** What a message of the TL schema says, in neutral words. Pure. */

/** Shown for kinds of messages that Telegram invents after us: the agent must know that somebody did write. */
const UNREADABLE = "[A Telegram message of a kind that cannot be shown here]";

export function readContent(message: tl.RawMessage, people: People): Content {
  const { media } = message;
  const attachments = media ? readAttachments(message, media) : [];
  const place = media && readPlace(media);
  const contact = media && readContact(media);
  const text = readBody(message, media);
  const quote = readQuote(message, people);
  const forwarded = message.fwdFrom && readForwarded(message.fwdFrom, people);
  const empty = text.text === "" && attachments.length === 0 && !place && !contact;
  return {
    body: empty ? plainText(UNREADABLE) : text,
    attachments,
    ...(quote && { quote }),
    ...(place && { place }),
    ...(contact && { contacts: [contact] }),
    ...(forwarded && { forwarded }),
  };
}

function readBody(message: tl.RawMessage, media: tl.TypeMessageMedia | undefined): RichText {
  if (message.message !== "") return fromEntities(message.message, message.entities);
  return plainText(storableText((media && describe(media)) ?? ""));
}

/** One readable line for what has no text and no file. */
function describe(media: tl.TypeMessageMedia): string | undefined {
  switch (media._) {
    case "messageMediaPoll":
      return [
        `📊 ${media.poll.question.text}`,
        ...media.poll.answers.flatMap((one) => ("text" in one ? [`• ${one.text.text}`] : [])),
      ].join("\n");
    case "messageMediaDice":
      return `${media.emoticon} ${media.value}`;
    case "messageMediaGame":
      return `🎮 ${media.game.title}`;
    case "messageMediaInvoice":
      return `🧾 ${media.title}`;
    case "messageMediaToDo":
      return [`☑️ ${media.todo.title.text}`, ...media.todo.list.map((one) => `• ${one.title.text}`)].join("\n");
    case "messageMediaStory":
      return "[A Telegram story: open it on the phone]";
    case "messageMediaPhoto":
      return media.photo?._ === "photo" ? undefined : "[A photo that was deleted after viewing]";
    case "messageMediaDocument": {
      if (media.document?._ !== "document") return "[A file that was deleted after viewing]";
      // A sticker is a file, but one that says something: its emoji keeps that in the text.
      return media.document.attributes.find((one) => one._ === "documentAttributeSticker")?.alt;
    }
    default:
      return undefined;
  }
}

function readAttachments(message: tl.RawMessage, media: tl.TypeMessageMedia): Attachment[] {
  const at = { chatId: markedOf(message.peerId), messageId: message.id };
  if (media._ === "messageMediaPhoto" && media.photo?._ === "photo") {
    const ref = refOfPhoto(media.photo, at);
    if (!ref) return [];
    const { width, height, size } = ref;
    return [
      {
        kind: "photo",
        source: { by: "channel", ref: encodeRef(ref) },
        mime: "image/jpeg",
        ...(size !== undefined && { size }),
        width,
        height,
      },
    ];
  }
  if (media._ !== "messageMediaDocument" || media.document?._ !== "document") return [];
  return [readDocument(media.document, encodeRef(refOfDocument(media.document, at)))];
}

function readDocument(document: tl.RawDocument, ref: string): Attachment {
  const find = <N extends tl.TypeDocumentAttribute["_"]>(name: N) =>
    document.attributes.find((one): one is tl.FindByName<tl.TypeDocumentAttribute, N> => one._ === name);
  const named = find("documentAttributeFilename");
  const video = find("documentAttributeVideo");
  const audio = find("documentAttributeAudio");
  const size = video ?? find("documentAttributeImageSize");
  const duration = video?.duration ?? audio?.duration;
  const name = named && safeFileName(named.fileName);
  return {
    kind: kindOf(find("documentAttributeSticker"), find("documentAttributeAnimated"), video, audio),
    source: { by: "channel", ref },
    ...(name && { name }),
    ...(document.mimeType && { mime: storableText(document.mimeType) }),
    size: document.size,
    ...(size && size.w > 0 && size.h > 0 && { width: size.w, height: size.h }),
    ...(duration !== undefined && { duration }),
  };
}

function kindOf(
  sticker: tl.RawDocumentAttributeSticker | undefined,
  animated: tl.RawDocumentAttributeAnimated | undefined,
  video: tl.RawDocumentAttributeVideo | undefined,
  audio: tl.RawDocumentAttributeAudio | undefined,
): AttachmentKind {
  if (sticker) return "sticker";
  if (animated) return "animation";
  if (video) return "video";
  if (audio) return audio.voice ? "voice" : "audio";
  return "file";
}

function readPlace(media: tl.TypeMessageMedia): Place | undefined {
  if (media._ !== "messageMediaGeo" && media._ !== "messageMediaGeoLive" && media._ !== "messageMediaVenue")
    return undefined;
  if (media.geo._ !== "geoPoint") return undefined;
  const point = { latitude: media.geo.lat, longitude: media.geo.long };
  if (media._ !== "messageMediaVenue") return point;
  return {
    ...point,
    ...(media.title && { title: storableText(media.title) }),
    ...(media.address && { address: storableText(media.address) }),
  };
}

function readContact(media: tl.TypeMessageMedia): ContactCard | undefined {
  if (media._ !== "messageMediaContact") return undefined;
  const name = [media.firstName, media.lastName].filter(Boolean).join(" ");
  const phone = media.phoneNumber.replace(/[^\d+]/g, "");
  return {
    name: storableText(name),
    phones: phone === "" ? [] : [phone.startsWith("+") ? phone : `+${phone}`],
    emails: [],
  };
}

function readQuote(message: tl.RawMessage, people: People): Quote | undefined {
  const reply = message.replyTo;
  if (reply?._ !== "messageReplyHeader") return undefined;
  // In a forum every message answers its topic's first one; that is no quote.
  if (reply.forumTopic && reply.replyToTopId === undefined && reply.quoteText === undefined) return undefined;
  const elsewhere = reply.replyToPeerId !== undefined && markedOf(reply.replyToPeerId) !== markedOf(message.peerId);
  const author = reply.replyFrom && readForwarded(reply.replyFrom, people).from;
  return {
    ...(reply.replyToMsgId !== undefined && !elsewhere && { externalId: String(reply.replyToMsgId) }),
    ...(author && { author }),
    ...(reply.quoteText && { text: storableText(reply.quoteText) }),
  };
}

function readForwarded(header: tl.TypeMessageFwdHeader, people: People): { from?: string } {
  const peer = header.fromId;
  const known = peer && nameOf(peer, people);
  const from = known ?? realName(header.fromName) ?? realName(header.postAuthor);
  return from ? { from } : {};
}

function nameOf(peer: tl.TypePeer, people: People): string | undefined {
  if (peer._ === "peerUser") return shownName(people.user(peer.userId), undefined);
  return shownName(undefined, people.chat(peer._ === "peerChat" ? peer.chatId : peer.channelId));
}

export interface Notice {
  readonly kind: NoticeKind;
  readonly sentence: string;
}

/** What Telegram itself writes into a chat, as far as an agent should read it. */
export function readNotice(message: tl.RawMessageService, people: People): Notice | undefined {
  const { action } = message;
  const who = (message.fromId && nameOf(message.fromId, people)) ?? "Somebody";
  const names = (ids: readonly number[]): string =>
    ids.map((id) => nameOf({ _: "peerUser", userId: id }, people) ?? "somebody").join(", ");
  switch (action._) {
    case "messageActionPhoneCall": {
      if (message.out || action.duration) return undefined;
      if (action.reason?._ === "phoneCallDiscardReasonHangup") return undefined;
      return {
        kind: "call-missed",
        sentence: action.video ? "Missed video call in Telegram." : "Missed call in Telegram.",
      };
    }
    case "messageActionChatAddUser":
      return { kind: "joined", sentence: `${who} added ${names(action.users)} to the group.` };
    case "messageActionChatJoinedByLink":
    case "messageActionChatJoinedByRequest":
      return { kind: "joined", sentence: `${who} joined the group.` };
    case "messageActionChatDeleteUser":
      return { kind: "left", sentence: `${names([action.userId])} left the group.` };
    case "messageActionChatEditTitle":
      return { kind: "other", sentence: `${who} named the group “${storableText(action.title)}”.` };
    case "messageActionScreenshotTaken":
      return { kind: "other", sentence: `${who} took a screenshot of the chat.` };
    default:
      return undefined;
  }
}
