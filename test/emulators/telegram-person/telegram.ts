import { Long, type tl } from "@mtcute/core";
import { CallFailed, type CallFailure } from "../../../src/channels/telegram-person/client.ts";
import { markedOf } from "../../../src/channels/telegram-person/peers.ts";

/**
 * Telegram's servers as one account sees them, at the interface of `client.ts`: people, chats, messages with the
 * account's own numbering, files in parts, and the row of updates with their positions. Built from the TL schema and
 * core.telegram.org; limits and errors are those documented there. Nothing of it has met the real servers.
 */

export const SELF = 5_000_001;
export const TEXT_LIMIT = 4_096;
export const CAPTION_LIMIT = 1_024;

export interface StoredFile {
  readonly bytes: Buffer;
  readonly name: string;
}

export interface StoredMessage {
  readonly message: tl.RawMessage;
  readonly files: readonly StoredFile[];
}

export interface Person {
  readonly user: tl.RawUser;
  /** `hidden`: searches by number do not show them. */
  readonly byPhone?: "shown" | "hidden";
}

/** A connected client. */
export interface Listener {
  /** The row has reached this position. */
  reached(pts: number): void;
  scanned(): void;
  connection(state: "connected" | "offline"): void;
}

export interface PersonTelegram {
  readonly people: Map<number, Person>;
  readonly groups: Map<number, tl.RawChat | tl.RawChannel>;
  readonly messages: Map<string, StoredMessage>;
  readonly documents: Map<string, StoredFile & { reference: string }>;
  /** Everything that happened, by position. */
  readonly row: { readonly pts: number; readonly update: tl.TypeUpdate }[];
  readonly uploads: Map<string, Buffer[]>;
  readonly randomIds: Set<string>;
  readonly contacts: Set<string>;
  readonly calls: tl.RpcMethod[];
  readonly listeners: Set<Listener>;
  readonly login: {
    phone: string;
    code: string;
    password: string | undefined;
    signedIn: boolean;
    scanned: boolean;
    tokens: number;
  };
  down: boolean;
  /** The session was ended elsewhere. */
  ended: boolean;
  /** Plays once, with the next call of one of these names (any that sends, by default). */
  fault: { readonly names: readonly string[]; readonly failure: CallFailure; readonly effect: boolean } | undefined;
  /** News up to this position is not told any more: of that channel (marked), or of all other chats. */
  gap: { readonly until: number; readonly channel?: number } | undefined;
  /** Where files lie; who asks elsewhere is sent there. */
  fileCentre: number;
  pts: number;
  lastId: number;
  now: number;
}

export function createPersonTelegram(): PersonTelegram {
  const telegram: PersonTelegram = {
    people: new Map(),
    groups: new Map(),
    messages: new Map(),
    documents: new Map(),
    row: [],
    uploads: new Map(),
    randomIds: new Set(),
    contacts: new Set(),
    calls: [],
    listeners: new Set(),
    login: { phone: "4915100000001", code: "12345", password: undefined, signedIn: false, scanned: false, tokens: 0 },
    down: false,
    ended: false,
    fault: undefined,
    gap: undefined,
    fileCentre: 4,
    pts: 100,
    lastId: 1_000,
    now: Date.UTC(2026, 10, 28, 12, 0, 0),
  };
  addPerson(telegram, { id: SELF, self: true, firstName: "Olga", lastName: "Support", username: "olga_support" });
  return telegram;
}

export function addPerson(
  telegram: PersonTelegram,
  fields: Partial<tl.RawUser> & { readonly id: number },
  byPhone: Person["byPhone"] = "shown",
): tl.RawUser {
  const user: tl.RawUser = { _: "user", accessHash: Long.fromNumber(fields.id * 7), ...fields };
  telegram.people.set(user.id, { user, byPhone });
  return user;
}

export function addGroup(
  telegram: PersonTelegram,
  id: number,
  title: string,
  channel = false,
): tl.RawChat | tl.RawChannel {
  const photo = { _: "chatPhotoEmpty" } as const;
  const group: tl.RawChat | tl.RawChannel = channel
    ? { _: "channel", megagroup: true, id, title, photo, date: 0, accessHash: Long.fromNumber(id * 11) }
    : { _: "chat", id, title, photo, participantsCount: 3, date: 0, version: 1 };
  telegram.groups.set(channel ? -1_000_000_000_000 - id : -id, group);
  return group;
}

export const messageKey = (peer: tl.TypePeer, id: number): string =>
  peer._ === "peerChannel" ? `${peer.channelId}:${id}` : `:${id}`;

/** The account was away for so long that nothing of what happened so far is told; its chats show it. */
export function loseNews(telegram: PersonTelegram, channel?: number): void {
  telegram.gap = { until: telegram.pts, ...(channel !== undefined && { channel }) };
}

/** Adds a message to a chat and tells the account, unless it made it itself. */
export function addMessage(
  telegram: PersonTelegram,
  fields: Partial<tl.RawMessage> & { readonly peerId: tl.TypePeer },
  files: readonly StoredFile[] = [],
  told = true,
): tl.RawMessage {
  telegram.lastId += 1;
  const message: tl.RawMessage = {
    _: "message",
    id: telegram.lastId,
    date: Math.floor(telegram.now / 1_000),
    message: "",
    ...fields,
  };
  telegram.messages.set(messageKey(message.peerId, message.id), { message, files });
  telegram.pts += 1;
  const place = { pts: telegram.pts, ptsCount: 1 };
  const update: tl.TypeUpdate =
    message.peerId._ === "peerChannel"
      ? { _: "updateNewChannelMessage", message, ...place }
      : { _: "updateNewMessage", message, ...place };
  telegram.row.push({ pts: telegram.pts, update });
  if (told) tellNews(telegram);
  return message;
}

/** An update without a place in the row, or with one of its own. */
export function addUpdate(telegram: PersonTelegram, update: tl.TypeUpdate): void {
  telegram.pts += 1;
  const placed = "pts" in update ? { ...update, pts: telegram.pts, ptsCount: 1 } : update;
  telegram.row.push({ pts: telegram.pts, update: placed });
  tellNews(telegram);
}

function tellNews(telegram: PersonTelegram): void {
  if (telegram.down || telegram.ended) return;
  for (const listener of [...telegram.listeners]) listener.reached(telegram.pts);
}

export function goDown(telegram: PersonTelegram): void {
  telegram.down = true;
  for (const listener of [...telegram.listeners]) listener.connection("offline");
}

export function comeBack(telegram: PersonTelegram): void {
  telegram.down = false;
  for (const listener of [...telegram.listeners]) listener.connection("connected");
  tellNews(telegram);
}

/** The owner ends our session on another device: the connection is cut, and the next call is refused. */
export function endSession(telegram: PersonTelegram): void {
  telegram.ended = true;
  for (const listener of [...telegram.listeners]) listener.connection("connected");
}

/** The owner scans the code that is shown. */
export function scan(telegram: PersonTelegram): void {
  telegram.login.scanned = true;
  for (const listener of [...telegram.listeners]) listener.scanned();
}

export function personWrites(
  telegram: PersonTelegram,
  from: number,
  fields: Partial<tl.RawMessage>,
  file?: StoredFile,
): tl.RawMessage {
  const peer = { _: "peerUser", userId: from } as const;
  return addMessage(telegram, { peerId: peer, fromId: peer, ...fields }, file ? [file] : []);
}

/** A file as Telegram keeps it. */
export function addDocument(
  telegram: PersonTelegram,
  file: StoredFile,
  mimeType: string,
  attributes: tl.TypeDocumentAttribute[],
): tl.RawDocument {
  const id = Long.fromNumber(700_000 + telegram.documents.size);
  telegram.documents.set(id.toString(), { ...file, reference: "ref-1" });
  return {
    _: "document",
    id,
    accessHash: Long.fromNumber(99),
    fileReference: new TextEncoder().encode("ref-1"),
    date: 0,
    mimeType,
    size: file.bytes.length,
    dcId: 4,
    attributes,
  };
}

export function addPhoto(telegram: PersonTelegram, file: StoredFile): tl.RawPhoto {
  const { id, accessHash, fileReference, dcId } = addDocument(telegram, file, "image/jpeg", []);
  const sizes: tl.TypePhotoSize[] = [
    { _: "photoStrippedSize", type: "i", bytes: new Uint8Array([1]) },
    { _: "photoSize", type: "m", w: 320, h: 200, size: 1 },
    { _: "photoSize", type: "x", w: 800, h: 500, size: file.bytes.length },
  ];
  return { _: "photo", id, accessHash, fileReference, date: 0, dcId, sizes };
}

export function refuse(text: string, code = 400): never {
  throw new CallFailed({ kind: "refused", code, text });
}

/** Messages that the account sent to a chat, as the other side sees them now. */
export function sentTo(telegram: PersonTelegram, chatId: number): StoredMessage[] {
  return [...telegram.messages.values()].filter(({ message }) => message.out && markedOf(message.peerId) === chatId);
}
