import { readFile, writeFile } from "node:fs/promises";
import type { Library, LibraryClient, LibraryMessage } from "./library.ts";
import type { CallFailure, CallResult, WireStep, WorkerCall } from "./protocol.ts";
import { toWire } from "./wire.ts";

/**
 * The calls of the worker. Each ends in an answer; which answers mean "certainly not done" is said by its code. Files are
 * whole in this process's memory: the library takes and gives base64 only.
 */

export interface Calls {
  answer(call: WorkerCall): Promise<CallResult>;
  /** Whether a message of ours (by `message_create`) was sent by a call here. Waits for sends that run now. */
  isOurs(message: unknown): Promise<boolean>;
}

/** Ids of our sends that are remembered against their own events. */
const REMEMBERED = 1_000;

/** WhatsApp lets a message be deleted for everyone for about two days (faq.whatsapp.com, "How to delete messages"). */
const REVOCABLE_SECONDS = 2 * 24 * 60 * 60;

const failed = (code: CallFailure["code"], reason: string): CallResult => ({ ok: false, failure: { code, reason } });
const done = (value: unknown = {}): CallResult => ({ ok: true, value });

export function createCalls(client: LibraryClient, library: Library): Calls {
  const sent = new Set<string>();
  const running = new Set<Promise<unknown>>();

  async function firstKnown(ids: readonly string[]): Promise<LibraryMessage | undefined> {
    for (const id of ids) {
      try {
        const message = await client.getMessageById(id);
        if (message) return message;
      } catch {
        // An id of another form is refused by throwing: it is not this message's then.
      }
    }
    return undefined;
  }

  async function contentOf(step: WireStep): Promise<readonly [content: unknown, options: Record<string, unknown>]> {
    if (step.kind === "text") return [step.text, {}];
    if (step.kind === "card") return [step.vcard, { parseVCards: true }];
    if (step.kind === "place") {
      const { latitude, longitude, name, address } = step;
      const options = { ...(name !== undefined && { name }), ...(address !== undefined && { address }) };
      return [new library.Location(latitude, longitude, options), {}];
    }
    const media = new library.MessageMedia(step.mime, await readFile(step.path, "base64"), step.name, step.size);
    return [
      media,
      {
        ...(step.caption !== undefined && { caption: step.caption }),
        ...(step.form === "voice" && { sendAudioAsVoice: true }),
        ...(step.form === "animation" && { sendVideoAsGif: true }),
        ...(step.form === "sticker" && { sendMediaAsSticker: true }),
        ...(step.form === "document" && { sendMediaAsDocument: true }),
      },
    ];
  }

  async function send({ chatId, step, quoted }: WorkerCall & { method: "send" }): Promise<CallResult> {
    const [content, options] = await contentOf(step);
    const target = quoted.length > 0 ? await firstKnown(quoted) : undefined;
    const sending = client.sendMessage(chatId, content, {
      ...options,
      parseVCards: step.kind === "card",
      waitUntilMsgSent: true,
      ...(target && { quotedMessageId: target.id._serialized }),
    });
    running.add(sending);
    try {
      const message = await sending;
      if (!message) return failed("not-found", "no such chat");
      remember(message.id.id);
      return done(message.id);
    } finally {
      running.delete(sending);
    }
  }

  function remember(id: string): void {
    sent.add(id);
    const [oldest] = sent;
    if (sent.size > REMEMBERED && oldest !== undefined) sent.delete(oldest);
  }

  async function change(call: WorkerCall & { method: "edit" | "remove" | "react" }): Promise<CallResult> {
    const message = await firstKnown(call.messages);
    if (!message) return failed("not-found", "no such message");
    if (call.method === "edit") return (await message.edit(call.text)) ? done() : failed("not-found", "not editable");
    if (call.method === "react") {
      await message.react(call.emoji);
      return done();
    }
    return await remove(message);
  }

  /** What may not be taken back any more the library would delete for us alone, and say nothing of it. */
  async function remove(message: LibraryMessage): Promise<CallResult> {
    if (message.type === "revoked") return done();
    if (Date.now() / 1_000 - message.timestamp > REVOCABLE_SECONDS) return failed("not-found", "too old");
    await message.delete(true);
    return done();
  }

  async function download(call: WorkerCall & { method: "download" }): Promise<CallResult> {
    const message = await firstKnown(call.messages);
    if (!message?.hasMedia) return failed("not-found", "no such media");
    const media = await message.downloadMedia();
    if (!media) return failed("not-found", "not kept any more");
    if (media.data.length > Math.ceil(call.maxBytes / 3) * 4 + 4) return failed("not-found", "too large");
    await writeFile(call.into, media.data, { encoding: "base64", mode: 0o600 });
    return done({ mime: media.mimetype, name: media.filename ?? undefined });
  }

  async function ask(call: WorkerCall): Promise<CallResult> {
    switch (call.method) {
      case "send":
        return await send(call);
      case "edit":
      case "remove":
      case "react":
        return await change(call);
      case "download":
        return await download(call);
      case "find":
        return done({ id: (await client.getNumberId(call.digits))?._serialized });
      case "pair":
        return done((await client.getContactLidAndPhone([call.id]))[0]);
      case "chat":
        return done({ name: (await client.getChatById(call.id))?.name });
      case "chats":
        return done(
          (await client.getChats()).map(({ id, name, isGroup, unreadCount, timestamp }) =>
            toWire({ id: id._serialized, name, isGroup, unreadCount, timestamp }),
          ),
        );
      case "history": {
        const chat = await client.getChatById(call.chatId);
        return done((await chat?.fetchMessages({ limit: call.limit }))?.map((one) => toWire(one)) ?? []);
      }
      case "logout":
        await client.logout();
        return done();
      default:
        return call satisfies never;
    }
  }

  return {
    async answer(call) {
      try {
        if (call.method !== "logout" && (await client.getState()) !== "CONNECTED")
          return failed("not-connected", "WhatsApp's page has no connection");
      } catch (error) {
        return failed("not-connected", String(error));
      }
      try {
        return await ask(call);
      } catch (error) {
        return failed("failed", (error instanceof Error ? error.message : String(error)).slice(0, 500));
      }
    },
    async isOurs(message) {
      await Promise.allSettled([...running]);
      const id = typeof message === "object" && message !== null && "id" in message ? message.id : undefined;
      return typeof id === "object" && id !== null && "id" in id && typeof id.id === "string" && sent.has(id.id);
    },
  };
}
