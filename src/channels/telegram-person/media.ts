import { Readable } from "node:stream";
import type { tl } from "@mtcute/core";
import type { MediaOutcome } from "../contract/sending.ts";
import { type Called, CallFailed, type CallFailure, floodSeconds, type PersonClient, tryCall } from "./client.ts";
import { decodeRef, type MediaRef, refOfDocument, refOfPhoto } from "./media-ref.ts";
import { accountState, spoken } from "./outcomes.ts";
import { channelOf } from "./peers.ts";

/**
 * Opens a file somebody sent. Reading only: repeating is always safe. The first part is fetched before the outcome is
 * told, so what Telegram refuses is an outcome and not a broken stream; a stream that breaks later ends in an error,
 * which its reader sees. One part is held at a time: a slow reader slows the download.
 *
 * A file's place runs out; Telegram then says so, and the message is asked for its new one.
 */

/** At most 1 MB, and parts must not cross a border of a megabyte (core.telegram.org/api/files#downloading-files). */
const PART = 512 * 1024;
const PART_MS = 60_000;
const RETRY_MS = 5_000;
const LONGEST_PAUSE_S = 30;
const MOST_PAUSES = 5;

type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

export async function openMedia(
  client: PersonClient,
  text: string,
  signal: AbortSignal,
  wait: Wait,
): Promise<MediaOutcome> {
  const ref = decodeRef(text);
  if (!ref) return { kind: "gone", sentence: "This is not a reference to a file in Telegram." };
  let opened = await firstPart(client, ref, signal);
  if (!opened.ok && opened.failure.kind === "refused" && opened.failure.text.startsWith("FILE_REFERENCE_")) {
    const renewed = await renew(client, ref);
    if (!renewed.ok) return outcomeOf(renewed.failure);
    if (!renewed.value) return gone;
    opened = await firstPart(client, renewed.value, signal);
  }
  if (!opened.ok) return outcomeOf(opened.failure);
  const stream = Readable.from(bytesOf(client, opened.value, signal, wait), { objectMode: false });
  return { kind: "opened", stream, ...(ref.size !== undefined && { size: ref.size }) };
}

interface Opened {
  readonly ref: MediaRef;
  readonly first: Uint8Array;
}

async function firstPart(client: PersonClient, ref: MediaRef, signal: AbortSignal, moves = 0): Promise<Called<Opened>> {
  const part = await fetchPart(client, ref, 0, signal);
  if (part.ok) return { ok: true, value: { ref, first: part.value } };
  // The file lies in another place than the message said.
  const moved = part.failure.kind === "refused" ? /^FILE_MIGRATE_(\d{1,4})$/.exec(part.failure.text)?.[1] : undefined;
  if (moved === undefined || moves >= 2) return part;
  return await firstPart(client, { ...ref, dataCentre: Number(moved) }, signal, moves + 1);
}

async function fetchPart(
  client: PersonClient,
  ref: MediaRef,
  offset: number,
  signal: AbortSignal,
): Promise<Called<Uint8Array>> {
  const file = {
    id: client.long(ref.id),
    accessHash: client.long(ref.accessHash),
    fileReference: ref.reference,
    thumbSize: ref.thumb,
  };
  const location: tl.TypeInputFileLocation =
    ref.kind === "photo" ? { _: "inputPhotoFileLocation", ...file } : { _: "inputDocumentFileLocation", ...file };
  const done = await tryCall(
    client,
    { _: "upload.getFile", location, offset, limit: PART },
    { dataCentre: ref.dataCentre, bulk: "download", timeoutMs: PART_MS, signal },
  );
  if (!done.ok) return done;
  // Content servers of others are only named to clients that say they know them, which we do not.
  return done.value._ === "upload.file"
    ? { ok: true, value: done.value.bytes }
    : { ok: false, failure: { kind: "refused", code: 400, text: "CDN_METHOD_INVALID" } };
}

/** A pause in the middle of a file is waited out: to begin anew would fetch all of it once more. */
async function fetchPatiently(
  client: PersonClient,
  ref: MediaRef,
  offset: number,
  signal: AbortSignal,
  wait: Wait,
): Promise<Called<Uint8Array>> {
  for (let pauses = 0; ; pauses += 1) {
    const part = await fetchPart(client, ref, offset, signal);
    const seconds = part.ok ? undefined : floodSeconds(part.failure);
    if (seconds === undefined || seconds > LONGEST_PAUSE_S || pauses >= MOST_PAUSES) return part;
    await wait(Math.max(1, seconds) * 1_000, signal);
  }
}

async function* bytesOf(
  client: PersonClient,
  { ref, first }: Opened,
  signal: AbortSignal,
  wait: Wait,
): AsyncGenerator<Uint8Array> {
  yield first;
  let last = first.length;
  for (let offset = PART; last === PART && (ref.size === undefined || offset < ref.size); offset += PART) {
    const part = await fetchPatiently(client, ref, offset, signal, wait);
    if (!part.ok) throw new CallFailed(part.failure);
    last = part.value.length;
    if (last > 0) yield part.value;
  }
}

/** The file's new place, from the message it came with; `undefined` when that is gone. */
async function renew(client: PersonClient, ref: MediaRef): Promise<Called<MediaRef | undefined>> {
  const id: tl.TypeInputMessage[] = [{ _: "inputMessageID", id: ref.messageId }];
  const peer = await client.inputPeer(ref.chatId);
  const channelId = channelOf(ref.chatId);
  const asked =
    channelId !== undefined && peer?._ === "inputPeerChannel"
      ? await tryCall(client, {
          _: "channels.getMessages",
          channel: { _: "inputChannel", channelId, accessHash: peer.accessHash },
          id,
        })
      : await tryCall(client, { _: "messages.getMessages", id });
  if (!asked.ok) return asked;
  const message = "messages" in asked.value ? asked.value.messages.find((one) => one.id === ref.messageId) : undefined;
  const media = message?._ === "message" ? message.media : undefined;
  const place = { chatId: ref.chatId, messageId: ref.messageId };
  if (media?._ === "messageMediaPhoto" && media.photo?._ === "photo")
    return { ok: true, value: refOfPhoto(media.photo, place) };
  if (media?._ === "messageMediaDocument" && media.document?._ === "document") {
    return { ok: true, value: refOfDocument(media.document, place) };
  }
  return { ok: true, value: undefined };
}

const gone: MediaOutcome = {
  kind: "gone",
  sentence: "Telegram no longer has this file: its message was deleted. Ask for it to be sent again.",
};

function outcomeOf(failure: CallFailure): MediaOutcome {
  if (failure.kind !== "refused") {
    return {
      kind: "retry",
      afterMs: RETRY_MS,
      sentence: "Telegram cannot be reached. The file will be asked for again.",
    };
  }
  const seconds = floodSeconds(failure);
  if (seconds !== undefined) {
    const afterMs = Math.max(1, seconds) * 1_000;
    return {
      kind: "retry",
      afterMs,
      sentence: `Telegram asks for a pause of ${spoken(seconds)} before it gives the file.`,
    };
  }
  if (accountState(failure)) {
    return {
      kind: "retry",
      afterMs: 60_000,
      sentence: "The account is signed out, so the file cannot be fetched yet.",
    };
  }
  if (failure.code >= 500 || failure.code < 0) {
    return { kind: "retry", afterMs: RETRY_MS, sentence: "Telegram had an error. The file will be asked for again." };
  }
  return gone;
}
