import type { MultipartFile } from "@fastify/multipart";
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { mediaId } from "../../src/domain/ids.ts";
import type { AttachmentKind } from "../../src/domain/message.ts";
import type { WebchatDependencies } from "./contract.ts";
import { callerOf, fail } from "./guard.ts";
import { UPLOAD } from "./history.ts";
import {
  clientIdSchema,
  detailsSchema,
  finishPost,
  judgeDetails,
  messageByClientId,
  refuseDetails,
} from "./messages.ts";

/**
 * Shown in the page. Everything else, SVG and HTML above all, is only ever a download. A voice message's type names its
 * codec behind a semicolon.
 */
const INLINE =
  /^(image\/(png|jpeg|gif|webp|avif)|video\/(mp4|webm)|audio\/(mpeg|mp4|ogg|webm|wav|aac|x-m4a|vnd\.wave))(;|$)/;

const fileQuery = z.object({ e: z.string().regex(/^\d{1,12}$/), s: z.string().max(64) });
const fileParams = z.object({ fileId: z.string().min(1).max(64) });

/**
 * One file, one message. Fields must come before the file, because the file is streamed to the shelf while it arrives.
 *
 * The same id twice (a retry after a lost answer): the bytes are not kept again. Broken off: nothing is stored. A crash
 * between the shelf and the message leaves a file that no message names and nobody can open.
 */
export function postFile(deps: WebchatDependencies, maxBytes: number) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { account, visitor } = callerOf(request);
    if (!request.isMultipart()) return fail(reply, 415, "not-multipart", "Send the file as multipart/form-data.");
    const part = await request.file({
      limits: { files: 1, fields: 4, fieldSize: 16_000, fileSize: maxBytes + 1 },
      throwFileSizeLimit: false,
    });
    if (!part) return fail(reply, 400, "no-file", "The request carries no file.");
    const clientId = clientIdSchema.safeParse(fieldOf(part, "id"));
    if (!clientId.success) {
      part.file.resume();
      return fail(reply, 400, "bad-id", "The field id must be a UUID and come before the file.");
    }
    const known = await messageByClientId(deps, callerOf(request), clientId.data);
    if (known) {
      part.file.resume();
      return reply.send({ clientId: clientId.data, message: known });
    }
    const conversation = await deps.store.conversations.findByExternalChat(account.id, visitor);
    const read = judgeDetails(deps, callerOf(request), readDetails(fieldOf(part, "details")), conversation);
    if (read.kind === "wrong") {
      part.file.resume();
      return refuseDetails(reply, read.fields);
    }
    const kept = await deps.keepFile({
      portal: account.portal,
      stream: part.file,
      name: part.filename,
      maxBytes,
    });
    if (kept.kind === "too-large") {
      return fail(reply, 413, "too-large", `Files may have up to ${Math.floor(maxBytes / 1024 / 1024)} MB.`);
    }
    if (kept.kind === "broken") return fail(reply, 400, "broken-off", "The file did not arrive whole.");
    if (kept.size === 0) return fail(reply, 400, "empty-file", "The file is empty.");
    const { source, name, mime, size } = kept;
    const attachment = { kind: kindOf(mime), source, name, mime, size } as const;
    const events = deps.desk.messages(visitor, {
      ...{ clientId: clientId.data, text: "", attachments: [attachment] },
      url: conversation === undefined ? read.site.page?.url : conversation.customer.url,
      contact: read.contact,
      site: read.site,
    });
    await deps.acceptInbound(account, events);
    return reply.send(await finishPost(deps, callerOf(request), clientId.data));
  };
}

/** The signature was only ever given to the visitor in whose conversation the file is, so it is the whole proof. */
export function getFile(deps: WebchatDependencies) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { account } = callerOf(request);
    const { fileId } = fileParams.parse(request.params);
    const query = fileQuery.safeParse(request.query);
    if (!query.success || !deps.desk.checkFileProof(account.id, fileId, query.data.e, query.data.s)) {
      return fail(reply, 403, "link-refused", "This link is not valid or no longer so: reload the chat.");
    }
    const file = await (fileId.startsWith(UPLOAD)
      ? deps.openUpload(fileId.slice(UPLOAD.length))
      : deps.openFile(mediaId(fileId)));
    if (!file) return fail(reply, 404, "gone", "This file is no longer kept.");
    const isInline = INLINE.test(file.mime);
    return reply
      .header("content-type", isInline ? file.mime : "application/octet-stream")
      .header("content-length", file.size)
      .header("content-disposition", `${isInline ? "inline" : "attachment"}; filename*=UTF-8''${encodeName(file.name)}`)
      .header("content-security-policy", "default-src 'none'; sandbox")
      .header("x-content-type-options", "nosniff")
      .header("cache-control", "private, max-age=3600, immutable")
      .send(file.stream);
  };
}

function readDetails(field: unknown) {
  if (typeof field !== "string") return undefined;
  try {
    return detailsSchema.safeParse(JSON.parse(field)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function fieldOf(part: MultipartFile, name: string): unknown {
  const field = part.fields[name];
  if (field === undefined || Array.isArray(field) || field.type !== "field") return undefined;
  return field.value;
}

function kindOf(mime: string): AttachmentKind {
  if (!INLINE.test(mime)) return "file";
  if (mime.startsWith("image/")) return mime === "image/gif" ? "animation" : "photo";
  return mime.startsWith("video/") ? "video" : "audio";
}

/** RFC 8187: what `encodeURIComponent` leaves and the header grammar does not allow. */
const encodeName = (name: string) =>
  encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
