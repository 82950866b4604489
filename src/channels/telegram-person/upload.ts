import { randomBytes } from "node:crypto";
import type { tl } from "@mtcute/core";
import { safeFileName } from "../shared/clean-text.ts";
import { FileReadError } from "../shared/network-errors.ts";
import type { PlannedFile } from "../shared/telegram-files.ts";
import { CallFailed, type CallFailure, type PersonClient } from "./client.ts";

/**
 * Puts a file's bytes to Telegram, in parts (core.telegram.org/api/files#uploading-files): at most one part is in memory.
 * A file that is uploaded and never sent is forgotten by Telegram, so breaking off and repeating are harmless.
 */

/** Parts of 512 KB, the largest size; files of up to 10 MB are "small" ones. */
const PART = 512 * 1024;
const SMALL = 10 * 1024 * 1024;
const PART_MS = 120_000;

export async function upload(
  client: PersonClient,
  { opened }: PlannedFile,
  signal: AbortSignal,
): Promise<tl.TypeInputFile> {
  const id = client.long(randomBytes(8).readBigInt64BE().toString());
  const total = Math.ceil(opened.size / PART);
  const name = safeFileName(opened.name) || "file";
  const small = opened.size <= SMALL;
  let at = 0;
  for await (const bytes of partsOf(opened.stream, opened.size)) {
    const request = small
      ? ({ _: "upload.saveFilePart", fileId: id, filePart: at, bytes } as const)
      : ({ _: "upload.saveBigFilePart", fileId: id, filePart: at, fileTotalParts: total, bytes } as const);
    const taken = await client.call(request, { bulk: "upload", timeoutMs: PART_MS, signal });
    if (!taken) throw new CallFailed(notTaken);
    at += 1;
  }
  return small
    ? { _: "inputFile", id, parts: total, name, md5Checksum: "" }
    : { _: "inputFileBig", id, parts: total, name };
}

const notTaken: CallFailure = { kind: "refused", code: 400, text: "FILE_PARTS_INVALID" };

async function* partsOf(stream: NodeJS.ReadableStream, size: number): AsyncGenerator<Uint8Array> {
  let waiting: Buffer[] = [];
  let held = 0;
  let read = 0;
  try {
    for await (const chunk of stream) {
      const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      read += bytes.length;
      if (read > size) break;
      waiting.push(bytes);
      held += bytes.length;
      while (held >= PART) {
        const all = Buffer.concat(waiting);
        yield all.subarray(0, PART);
        waiting = [all.subarray(PART)];
        held -= PART;
      }
    }
  } catch (error) {
    throw new FileReadError("a file could not be read", { cause: error });
  }
  if (read !== size) throw new FileReadError("a file has another size than it should");
  if (held > 0) yield Buffer.concat(waiting);
}

/** The uploaded file as what it is to be in the chat. */
export function mediaOf({ method, attachment, opened }: PlannedFile, file: tl.TypeInputFile): tl.TypeInputMedia {
  if (method === "photo") return { _: "inputMediaUploadedPhoto", file };
  const named: tl.TypeDocumentAttribute = {
    _: "documentAttributeFilename",
    fileName: safeFileName(opened.name) || "file",
  };
  const duration = attachment.duration ?? 0;
  const video: tl.TypeDocumentAttribute = {
    _: "documentAttributeVideo",
    supportsStreaming: true,
    duration,
    w: Math.round(attachment.width ?? 0),
    h: Math.round(attachment.height ?? 0),
  };
  const attributes: Readonly<Record<typeof method, readonly tl.TypeDocumentAttribute[]>> = {
    video: [video, named],
    animation: [{ _: "documentAttributeAnimated" }, ...(opened.mime.startsWith("video/") ? [video] : []), named],
    voice: [{ _: "documentAttributeAudio", voice: true, duration: Math.round(duration) }],
    audio: [{ _: "documentAttributeAudio", duration: Math.round(duration) }, named],
    sticker: [{ _: "documentAttributeSticker", alt: "", stickerset: { _: "inputStickerSetEmpty" } }, named],
    document: [named],
  };
  return {
    _: "inputMediaUploadedDocument",
    file,
    // Telegram shows `audio/opus` as a file and not as a voice message.
    mimeType: method === "voice" ? "audio/ogg" : opened.mime || "application/octet-stream",
    attributes: [...attributes[method]],
    ...(method === "document" && { forceFile: true }),
    ...(method === "animation" && { nosoundVideo: true }),
  };
}
