import { Long, type tl } from "@mtcute/core";
import {
  CallFailed,
  type CallOptions,
  type ClientOptions,
  type OpenClient,
  type People,
  type PersonClient,
} from "../../../src/channels/telegram-person/client.ts";
import { markedOf } from "../../../src/channels/telegram-person/peers.ts";
import { deleteAny, editAny, peerOf, reactAny, readMedia, savePart, sendAny } from "./sending.ts";
import { type Listener, type PersonTelegram, refuse, SELF } from "./telegram.ts";

/**
 * The client's side: what it remembers over restarts (who signed in, whom it saw, how far it read), updates in their
 * order, and what was missed when it comes back. A call that the emulator does not know fails the test.
 */
export function fakeClient(telegram: PersonTelegram): OpenClient {
  return (options) => Promise.resolve(openFake(telegram, options));
}

const SENDING = ["messages.sendMessage", "messages.sendMedia", "messages.sendMultiMedia"];

function openFake(telegram: PersonTelegram, { memory, events }: ClientOptions): PersonClient {
  let listening = false;
  let closed = false;
  let told = 0;
  let toldGap = false;

  const people: People = {
    user: (id) => telegram.people.get(id)?.user,
    chat: (id) => telegram.groups.get(-id) ?? telegram.groups.get(-1_000_000_000_000 - id),
  };

  /** All that the row has up to there, in order: what was missed between is fetched. */
  function reached(pts: number): void {
    if (!listening) return;
    for (const entry of [...telegram.row]) {
      if (closed || entry.pts <= told || entry.pts > pts) continue;
      told = entry.pts;
      const { gap } = telegram;
      if (gap && entry.pts <= gap.until && isOf(entry.update, gap.channel)) {
        if (!toldGap) events.gap(gap.channel);
        toldGap = true;
        continue;
      }
      events.update(entry.update, people);
    }
    keepPosition();
  }

  function keepPosition(): void {
    const position = told;
    events.position(() => memory.set("position", Buffer.from(String(position))));
  }

  const listener: Listener = {
    reached,
    scanned: () => events.loginToken(),
    connection: (state) => events.connection(state),
  };
  telegram.listeners.add(listener);

  async function call<T extends tl.RpcMethod>(request: T, options?: CallOptions): Promise<tl.RpcCallReturn[T["_"]]> {
    await Promise.resolve();
    if (telegram.down || closed) throw new CallFailed({ kind: "not-connected" });
    telegram.calls.push(request);
    if (telegram.ended) refuse("AUTH_KEY_UNREGISTERED", 401);
    const { fault } = telegram;
    const plays =
      fault && (fault.names.includes(request._) || (fault.names.length === 0 && SENDING.includes(request._)));
    const centre = options?.dataCentre ?? telegram.fileCentre;
    if (request._ === "upload.getFile" && centre !== telegram.fileCentre) {
      return refuse(`FILE_MIGRATE_${telegram.fileCentre}`, 303);
    }
    if (!plays) return answer(telegram, request) as tl.RpcCallReturn[T["_"]];
    telegram.fault = undefined;
    if (fault.effect) answer(telegram, request);
    throw new CallFailed(fault.failure);
  }

  return {
    open: () => Promise.resolve(),
    connected: () => !telegram.down && !closed,
    call,
    async self() {
      const kept = await memory.get("key/self");
      return kept && Number(kept.toString());
    },
    inputPeer: (chatId) => Promise.resolve(inputPeerOf(telegram, chatId)),
    proof: (_request, password) =>
      Promise.resolve({
        _: "inputCheckPasswordSRP",
        srpId: Long.ONE,
        A: new Uint8Array(),
        M1: new TextEncoder().encode(password),
      }),
    moveTo: () => Promise.resolve(),
    async signedIn(user) {
      await memory.set("key/self", Buffer.from(String(user.id)));
      const kept = await memory.get("position");
      told = kept ? Number(kept.toString()) : telegram.pts;
      if (!kept) await memory.set("position", Buffer.from(String(told)));
      listening = true;
      reached(telegram.pts);
    },
    async signedOut() {
      await memory.delete("key/self");
      await memory.delete("position");
    },
    applied: () => {
      told = Math.max(told, telegram.pts);
      keepPosition();
    },
    long: (decimal) => Long.fromString(decimal),
    close() {
      closed = true;
      telegram.listeners.delete(listener);
      return Promise.resolve();
    },
  };
}

function isOf(update: tl.TypeUpdate, channel: number | undefined): boolean {
  const message = "message" in update && typeof update.message === "object" ? update.message : undefined;
  if (!message || !("peerId" in message) || !message.peerId) return channel === undefined;
  const chatId = markedOf(message.peerId);
  return channel === undefined ? chatId > -1_000_000_000_000 : chatId === channel;
}

function inputPeerOf(telegram: PersonTelegram, chatId: number): tl.TypeInputPeer | undefined {
  const user = telegram.people.get(chatId)?.user;
  if (user) return { _: "inputPeerUser", userId: user.id, accessHash: user.accessHash ?? Long.ZERO };
  const group = telegram.groups.get(chatId);
  if (group?._ === "channel")
    return { _: "inputPeerChannel", channelId: group.id, accessHash: group.accessHash ?? Long.ZERO };
  return group ? { _: "inputPeerChat", chatId: group.id } : undefined;
}

function answer(telegram: PersonTelegram, request: tl.RpcMethod): unknown {
  if (!request._.startsWith("auth.") && request._ !== "account.getPassword" && !telegram.login.signedIn) {
    return refuse("AUTH_KEY_UNREGISTERED", 401);
  }
  switch (request._) {
    case "messages.sendMessage":
    case "messages.sendMedia":
    case "messages.sendMultiMedia":
      return sendAny(telegram, request);
    case "messages.uploadMedia":
      return readMedia(telegram, request.media).media;
    case "upload.saveFilePart":
    case "upload.saveBigFilePart":
      return savePart(telegram, request);
    case "upload.getFile":
      return getFile(telegram, request);
    case "messages.editMessage":
      return editAny(telegram, request);
    case "messages.deleteMessages":
      return deleteAny(telegram, request.id);
    case "channels.deleteMessages":
      return deleteAny(
        telegram,
        request.id,
        request.channel._ === "inputChannel" ? request.channel.channelId : undefined,
      );
    case "messages.sendReaction":
      return reactAny(telegram, request);
    case "messages.getMessages": {
      const ids = request.id.map((one) => (one._ === "inputMessageID" ? one.id : 0));
      const messages = ids.flatMap((id) => telegram.messages.get(`:${id}`)?.message ?? []);
      return { _: "messages.messages", messages, topics: [], chats: [], users: [] };
    }
    case "messages.getHistory": {
      const chatId = markedOf(peerOf(telegram, request.peer));
      const all = [...telegram.messages.values()]
        .map(({ message }) => message)
        .filter((one) => markedOf(one.peerId) === chatId && one.id > request.minId)
        .filter((one) => request.offsetId === 0 || one.id < request.offsetId);
      return {
        _: "messages.messages",
        messages: all.toReversed().slice(0, Math.min(request.limit, 100)),
        topics: [],
        chats: [...telegram.groups.values()],
        users: [...telegram.people.values()].map(({ user }) => user),
      };
    }
    case "messages.getDialogs": {
      const newest = new Map<number, tl.RawMessage>();
      for (const { message } of telegram.messages.values()) newest.set(markedOf(message.peerId), message);
      const dialogs = [...newest.values()].toReversed().slice(0, Math.min(request.limit, 100));
      return {
        _: "messages.dialogs",
        dialogs: dialogs.map(({ peerId, id }) => ({ _: "dialog", peer: peerId, topMessage: id })),
        messages: dialogs,
        chats: [...telegram.groups.values()],
        users: [...telegram.people.values()].map(({ user }) => user),
      };
    }
    case "users.getUsers":
      return request.id.flatMap((one) => {
        const id = one._ === "inputUser" ? one.userId : SELF;
        return telegram.people.get(id)?.user ?? [];
      });
    case "contacts.resolveUsername": {
      const wanted = request.username.toLowerCase();
      const found = [...telegram.people.values()].find(({ user }) => user.username?.toLowerCase() === wanted)?.user;
      return found ? resolved(found) : refuse("USERNAME_NOT_OCCUPIED");
    }
    case "contacts.resolvePhone": {
      const found = byPhone(telegram, request.phone);
      return found?.byPhone === "shown" ? resolved(found.user) : refuse("PHONE_NOT_OCCUPIED");
    }
    case "contacts.importContacts": {
      const [contact] = request.contacts;
      if (!contact) return refuse("CONTACT_ID_INVALID");
      telegram.contacts.add(contact.phone);
      const found = byPhone(telegram, contact.phone);
      const user = found && { ...found.user, contact: true, firstName: contact.firstName };
      return {
        _: "contacts.importedContacts",
        imported: user ? [{ _: "importedContact", userId: user.id, clientId: contact.clientId }] : [],
        popularInvites: [],
        retryContacts: [],
        users: user ? [user] : [],
      };
    }
    case "contacts.deleteByPhones":
      for (const phone of request.phones) telegram.contacts.delete(phone);
      return true;
    default:
      return signIn(telegram, request);
  }
}

function signIn(telegram: PersonTelegram, request: tl.RpcMethod): unknown {
  const { login } = telegram;
  const authorised = (): tl.auth.RawAuthorization => {
    login.signedIn = true;
    const self = telegram.people.get(SELF)?.user;
    if (!self) throw new Error("the emulator has no account");
    return { _: "auth.authorization", user: self };
  };
  switch (request._) {
    case "auth.exportLoginToken": {
      if (login.scanned && login.password !== undefined) return refuse("SESSION_PASSWORD_NEEDED", 401);
      if (login.scanned) return { _: "auth.loginTokenSuccess", authorization: authorised() };
      login.tokens += 1;
      const token = new TextEncoder().encode(`token-${login.tokens}`);
      return { _: "auth.loginToken", expires: Math.floor(telegram.now / 1_000) + 30, token };
    }
    case "auth.sendCode":
      if (request.phoneNumber !== login.phone) return refuse("PHONE_NUMBER_INVALID");
      return { _: "auth.sentCode", type: { _: "auth.sentCodeTypeApp", length: 5 }, phoneCodeHash: "hash" };
    case "auth.signIn":
      if (request.phoneCodeHash !== "hash" || request.phoneCode !== login.code) return refuse("PHONE_CODE_INVALID");
      return login.password === undefined ? authorised() : refuse("SESSION_PASSWORD_NEEDED", 401);
    case "account.getPassword":
      return { _: "account.password", hasPassword: true, hint: "the usual one" };
    case "auth.checkPassword": {
      const given = request.password._ === "inputCheckPasswordSRP" ? new TextDecoder().decode(request.password.M1) : "";
      return given === login.password ? authorised() : refuse("PASSWORD_HASH_INVALID");
    }
    case "auth.logOut":
      login.signedIn = false;
      return { _: "auth.loggedOut" };
    default:
      throw new Error(`the emulator does not know ${request._}`);
  }
}

function resolved(user: tl.RawUser): tl.contacts.RawResolvedPeer {
  return { _: "contacts.resolvedPeer", peer: { _: "peerUser", userId: user.id }, chats: [], users: [user] };
}

function byPhone(telegram: PersonTelegram, phone: string) {
  const digits = phone.replace(/\D/g, "");
  return [...telegram.people.values()].find(({ user }) => user.phone === digits);
}

/** Files lie at data centre 4; references run out; parts keep Telegram's rules. */
function getFile(
  telegram: PersonTelegram,
  { location, offset, limit }: tl.upload.RawGetFileRequest,
): tl.upload.RawFile {
  if (location._ !== "inputDocumentFileLocation" && location._ !== "inputPhotoFileLocation")
    return refuse("LOCATION_INVALID");
  const file = telegram.documents.get(location.id.toString());
  if (!file) return refuse("FILE_ID_INVALID");
  if (new TextDecoder().decode(location.fileReference) !== file.reference) return refuse("FILE_REFERENCE_EXPIRED");
  if (offset % 4_096 !== 0 || limit % 4_096 !== 0 || limit > 1024 * 1024) return refuse("LIMIT_INVALID");
  const bytes = new Uint8Array(file.bytes.subarray(offset, offset + limit));
  return { _: "upload.file", type: { _: "storage.fileUnknown" }, mtime: 0, bytes };
}
