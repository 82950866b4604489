import { Long, type tl } from "@mtcute/core";
import { markedOf } from "../../../src/channels/telegram-person/peers.ts";
import {
  addDocument,
  addMessage,
  addPhoto,
  CAPTION_LIMIT,
  messageKey,
  type PersonTelegram,
  refuse,
  SELF,
  type StoredFile,
  TEXT_LIMIT,
} from "./telegram.ts";

/** Calls that put something into a chat or change it. */

type Sending =
  | tl.messages.RawSendMessageRequest
  | tl.messages.RawSendMediaRequest
  | tl.messages.RawSendMultiMediaRequest;

export function peerOf(telegram: PersonTelegram, input: tl.TypeInputPeer): tl.TypePeer {
  if (input._ === "inputPeerUser") {
    const user = telegram.people.get(input.userId)?.user;
    if (!user?.accessHash?.equals(input.accessHash)) return refuse("PEER_ID_INVALID");
    if (user.deleted) return refuse("INPUT_USER_DEACTIVATED");
    return { _: "peerUser", userId: user.id };
  }
  if (input._ === "inputPeerChat" && telegram.groups.has(-input.chatId)) return { _: "peerChat", chatId: input.chatId };
  if (input._ === "inputPeerChannel") {
    const group = telegram.groups.get(-1_000_000_000_000 - input.channelId);
    if (group?._ === "channel" && group.accessHash?.equals(input.accessHash))
      return { _: "peerChannel", channelId: group.id };
  }
  return refuse("PEER_ID_INVALID");
}

export function sendAny(telegram: PersonTelegram, request: Sending): tl.TypeUpdates {
  const peerId = peerOf(telegram, request.peer);
  const replyTo = readReply(telegram, peerId, request.replyTo);
  const items = itemsOf(request);
  if (request._ === "messages.sendMultiMedia" && (items.length < 2 || items.length > 10))
    return refuse("MULTI_MEDIA_TOO_LONG");
  for (const { message, media, entities, randomId } of items) {
    if (telegram.randomIds.has(randomId.toString())) return refuse("RANDOM_ID_DUPLICATE", 500);
    if (!media && message.trim() === "") return refuse("MESSAGE_EMPTY");
    if (message.length > (media ? CAPTION_LIMIT : TEXT_LIMIT))
      return refuse(media ? "MEDIA_CAPTION_TOO_LONG" : "MESSAGE_TOO_LONG");
    for (const one of entities ?? [])
      if (one.length < 1 || one.offset + one.length > message.length) return refuse("ENTITY_BOUNDS_INVALID");
  }
  const stored = items.map((item) => (item.media ? readMedia(telegram, item.media) : undefined));
  const groupedId = items.length > 1 ? Long.fromNumber(telegram.lastId + 77) : undefined;
  const updates: tl.TypeUpdate[] = [];
  for (const [at, item] of items.entries()) {
    telegram.randomIds.add(item.randomId.toString());
    const message = addMessage(
      telegram,
      {
        peerId,
        out: true,
        fromId: { _: "peerUser", userId: SELF },
        message: item.message.trim(),
        ...(item.entities && { entities: item.entities }),
        ...(stored[at] && { media: stored[at].media }),
        ...(replyTo && { replyTo }),
        ...(groupedId && { groupedId }),
      },
      stored[at]?.file ? [stored[at].file] : [],
      false,
    );
    updates.push({ _: "updateMessageID", id: message.id, randomId: item.randomId });
    updates.push({ _: "updateNewMessage", message, pts: telegram.pts, ptsCount: 1 });
  }
  const [, only] = updates;
  // A text alone to a person is answered in short.
  if (request._ === "messages.sendMessage" && peerId._ === "peerUser" && only?._ === "updateNewMessage") {
    const { id, date } = only.message as tl.RawMessage;
    return { _: "updateShortSentMessage", out: true, id, date, pts: telegram.pts, ptsCount: 1 };
  }
  return { _: "updates", updates, users: [], chats: [], date: 0, seq: 0 };
}

interface Item {
  readonly message: string;
  readonly entities: tl.TypeMessageEntity[] | undefined;
  readonly media: tl.TypeInputMedia | undefined;
  readonly randomId: Long;
}

function itemsOf(request: Sending): Item[] {
  if (request._ === "messages.sendMultiMedia") {
    return request.multiMedia.map(({ message, entities, media, randomId }) => ({ message, entities, media, randomId }));
  }
  const media = request._ === "messages.sendMedia" ? request.media : undefined;
  return [{ message: request.message, entities: request.entities, media, randomId: request.randomId }];
}

function readReply(
  telegram: PersonTelegram,
  peer: tl.TypePeer,
  reply: tl.TypeInputReplyTo | undefined,
): tl.RawMessageReplyHeader | undefined {
  if (reply?._ !== "inputReplyToMessage") return undefined;
  const quoted = telegram.messages.get(messageKey(peer, reply.replyToMsgId))?.message;
  if (!quoted || markedOf(quoted.peerId) !== markedOf(peer)) return refuse("REPLY_MESSAGE_ID_INVALID");
  return { _: "messageReplyHeader", replyToMsgId: reply.replyToMsgId };
}

interface Kept {
  readonly media: tl.TypeMessageMedia;
  readonly file?: StoredFile;
}

export function readMedia(telegram: PersonTelegram, media: tl.TypeInputMedia): Kept {
  switch (media._) {
    case "inputMediaUploadedPhoto": {
      const file = fileOf(telegram, media.file);
      if (file.bytes.length > 10 * 1024 * 1024) return refuse("PHOTO_SAVE_FILE_INVALID");
      return { media: { _: "messageMediaPhoto", photo: addPhoto(telegram, file) }, file };
    }
    case "inputMediaUploadedDocument": {
      const file = fileOf(telegram, media.file);
      return {
        media: { _: "messageMediaDocument", document: addDocument(telegram, file, media.mimeType, media.attributes) },
        file,
      };
    }
    case "inputMediaPhoto":
    case "inputMediaDocument": {
      const id = "id" in media.id ? media.id.id : Long.ZERO;
      const file = telegram.documents.get(id.toString());
      if (!file) return refuse("MEDIA_INVALID");
      return media._ === "inputMediaPhoto"
        ? { media: { _: "messageMediaPhoto", photo: addPhoto(telegram, file) }, file }
        : { media: { _: "messageMediaDocument", document: addDocument(telegram, file, "", []) }, file };
    }
    case "inputMediaGeoPoint":
    case "inputMediaVenue": {
      if (media.geoPoint._ !== "inputGeoPoint") return refuse("MEDIA_INVALID");
      const geo = { _: "geoPoint", lat: media.geoPoint.lat, long: media.geoPoint.long, accessHash: Long.ZERO } as const;
      if (media._ === "inputMediaGeoPoint") return { media: { _: "messageMediaGeo", geo } };
      const { title, address, provider, venueId, venueType } = media;
      return { media: { _: "messageMediaVenue", geo, title, address, provider, venueId, venueType } };
    }
    case "inputMediaContact": {
      const { phoneNumber, firstName, lastName, vcard } = media;
      if (phoneNumber === "") return refuse("MEDIA_INVALID");
      return { media: { _: "messageMediaContact", phoneNumber, firstName, lastName, vcard, userId: 0 } };
    }
    default:
      throw new Error(`the emulator was given ${media._}`);
  }
}

/** All parts must be there, in sizes that Telegram takes: all but the last equal, at most 512 KB. */
function fileOf(telegram: PersonTelegram, file: tl.TypeInputFile): StoredFile {
  if (file._ === "inputFileStoryDocument") return refuse("MEDIA_INVALID");
  const parts = telegram.uploads.get(file.id.toString());
  if (!parts || parts.length !== file.parts) return refuse("FILE_PARTS_INVALID");
  const size = parts[0]?.length ?? 0;
  const even = parts.every((part, at) => part.length === size || at === parts.length - 1);
  if (!even || size > 512 * 1024) return refuse("FILE_PART_SIZE_INVALID");
  return { bytes: Buffer.concat(parts), name: file.name };
}

export function savePart(
  telegram: PersonTelegram,
  { fileId, filePart, bytes }: tl.upload.RawSaveFilePartRequest | tl.upload.RawSaveBigFilePartRequest,
): boolean {
  const parts = telegram.uploads.get(fileId.toString()) ?? [];
  // A copy: the sender may use its buffer again.
  parts[filePart] = Buffer.from(bytes);
  telegram.uploads.set(fileId.toString(), parts);
  return true;
}

export function editAny(telegram: PersonTelegram, request: tl.messages.RawEditMessageRequest): tl.TypeUpdates {
  const peer = peerOf(telegram, request.peer);
  const stored = telegram.messages.get(messageKey(peer, request.id));
  if (!stored) return refuse("MESSAGE_ID_INVALID");
  if (!stored.message.out) return refuse("MESSAGE_AUTHOR_REQUIRED", 403);
  const text = request.message ?? "";
  if (text.length > (stored.message.media ? CAPTION_LIMIT : TEXT_LIMIT)) return refuse("MESSAGE_TOO_LONG");
  if (text === stored.message.message) return refuse("MESSAGE_NOT_MODIFIED");
  const message: tl.RawMessage = { ...stored.message, message: text, editDate: Math.floor(telegram.now / 1_000) };
  telegram.messages.set(messageKey(peer, request.id), { ...stored, message });
  telegram.pts += 1;
  const update: tl.TypeUpdate = { _: "updateEditMessage", message, pts: telegram.pts, ptsCount: 1 };
  return { _: "updates", updates: [update], users: [], chats: [], date: 0, seq: 0 };
}

export function deleteAny(
  telegram: PersonTelegram,
  ids: readonly number[],
  channelId?: number,
): tl.messages.RawAffectedMessages {
  const gone = ids.filter((id) => telegram.messages.delete(`${channelId ?? ""}:${id}`));
  telegram.pts += gone.length;
  return { _: "messages.affectedMessages", pts: telegram.pts, ptsCount: gone.length };
}

const REACTIONS = ["👍", "👎", "❤", "🔥", "🎉", "😁"];

export function reactAny(telegram: PersonTelegram, request: tl.messages.RawSendReactionRequest): tl.TypeUpdates {
  const peer = peerOf(telegram, request.peer);
  const stored = telegram.messages.get(messageKey(peer, request.msgId));
  if (!stored) return refuse("MESSAGE_ID_INVALID");
  const emoji = (request.reaction ?? []).map((one) => (one._ === "reactionEmoji" ? one.emoticon : ""));
  if (emoji.some((one) => !REACTIONS.includes(one))) return refuse("REACTION_INVALID");
  const before = (stored.message.reactions?.results ?? []).map((one) =>
    one.reaction._ === "reactionEmoji" ? one.reaction.emoticon : "",
  );
  if (before.join() === emoji.join()) return refuse("MESSAGE_NOT_MODIFIED");
  const results = emoji.map(
    (emoticon): tl.RawReactionCount => ({ _: "reactionCount", reaction: { _: "reactionEmoji", emoticon }, count: 1 }),
  );
  const message: tl.RawMessage = { ...stored.message, reactions: { _: "messageReactions", results } };
  telegram.messages.set(messageKey(peer, request.msgId), { ...stored, message });
  return { _: "updates", updates: [], users: [], chats: [], date: 0, seq: 0 };
}
