/**
 * `POST /api/conversations/:id/attachments`: a file comes before the message that it belongs to.
 *
 * Streamed onto the shelf, never whole in memory. Broken off or too large: nothing is left. A crash between the bytes and
 * their row leaves a file that nothing names and nobody can open; a file whose message never comes is removed after a day.
 * The same file twice: two files, of which one is sent.
 */
import multipart from "@fastify/multipart";
import type { FastifyPluginAsync } from "fastify";
import { errorAnswer } from "../../src/api/common.ts";
import { messageParams } from "../../src/api/messages.ts";
import { fileQuery, waitingFile } from "../../src/api/writing.ts";
import type { Capabilities } from "../../src/channels/contract/capabilities.ts";
import type { AttachmentKind } from "../../src/domain/message.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { partRefusal } from "../../src/relay/capability-check.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { viewerOf } from "../../src/server/session.ts";
import type { ChatAccess } from "./access.ts";
import type { ApiDeps } from "./deps.ts";
import { findPlace } from "./place.ts";

/** Whatever a vendor may take: more does not pass through us. */
const MOST_BYTES = 100 * 1024 * 1024;
const OVERHEAD_BYTES = 64 * 1024;

export async function registerAttachmentRoute(app: App, deps: ApiDeps, access: ChatAccess): Promise<void> {
  const files: FastifyPluginAsync = async (plain) => {
    await plain.register(multipart);
    route(plain as App, deps, access);
  };
  await app.register(files);
}

function route(scope: App, deps: ApiDeps, access: ChatAccess): void {
  scope.post(
    "/conversations/:id/attachments",
    {
      bodyLimit: MOST_BYTES + OVERHEAD_BYTES,
      schema: {
        summary: "Keeps a file for a message to come",
        description:
          "multipart/form-data with one file. Its id goes into `attachments` of the message; without one it is removed after a day. 409 says in a sentence why the channel does not take it, and nothing is kept then.",
        tags: ["messages"],
        security: [{ session: [] }],
        consumes: ["multipart/form-data"],
        params: messageParams,
        querystring: fileQuery,
        response: { 201: waitingFile, "4xx": errorAnswer, "5xx": errorAnswer },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const place = await findPlace(deps, access, viewer, request.params.id);
      if (!request.isMultipart())
        throw new HttpError(415, "unsupported_media_type", "Send the file as multipart/form-data.");
      const maxBytes = largest(place.adapter.capabilities);
      const part = await request.file({
        limits: { files: 1, fields: 4, fieldSize: 1_000, fileSize: maxBytes + 1 },
        throwFileSizeLimit: false,
      });
      if (!part) throw new HttpError(400, "invalid_request", "The request carries no file.");
      const kept = await deps.shelf.keep({
        portal: viewer.portal,
        stream: part.file,
        name: part.filename,
        claimedMime: part.mimetype,
        maxBytes,
      });
      if (kept.kind === "broken") throw new HttpError(400, "broken_off", "The file did not arrive whole. Try again.");
      if (kept.kind === "too-large") throw tooLarge(place.adapter.title, maxBytes);
      const { id, name, mime, size } = kept;
      const kind = kindOf(mime, request.query.as);
      const attachment = { kind, source: { by: "media", id }, name, mime, size } as const;
      const isOfTemplate = request.query.goesWith === "template";
      const content = {
        ...{ body: plainText(""), attachments: [attachment] },
        ...(isOfTemplate && { template: { name: "", language: "", variables: [] } }),
      };
      const refused =
        size === 0 ? "The file is empty." : partRefusal(place.adapter, content, { ...place, now: deps.now() });
      if (refused !== undefined) {
        await deps.shelf.remove([id]);
        throw new HttpError(409, "cannot_send", refused, { sentence: refused });
      }
      const { portal, userId } = viewer;
      await deps.store.media.createWaiting({
        ...{ id, portal, conversation: place.conversation.id, userId, kind, name, mime, size },
      });
      return reply.code(201).send({ id, kind, name, size, mime, url: deps.mediaLink(id) });
    },
  );
}

/** Which kind it is tells only its bytes, so the largest that any kind may have is taken at first. */
const largest = ({ attachments }: Capabilities): number =>
  Math.min(MOST_BYTES, Math.max(0, ...Object.values(attachments).map((limit) => limit.maxBytes)));

function tooLarge(title: string, maxBytes: number): HttpError {
  const sentence =
    maxBytes === 0
      ? `${title} takes no files. Send a link instead.`
      : `The file is too large: ${title} takes up to ${Math.floor(maxBytes / 1024 / 1024)} MB. Send a link instead.`;
  return new HttpError(409, "cannot_send", sentence, { sentence });
}

function kindOf(mime: string, as: "voice" | "file" | undefined): AttachmentKind {
  if (as === "file") return "file";
  if (/^image\/(png|jpeg|webp)\b/.test(mime)) return "photo";
  if (/^image\/gif\b/.test(mime)) return "animation";
  if (/^video\/(mp4|quicktime|webm)\b/.test(mime)) return as === "voice" ? "voice" : "video";
  if (/^audio\//.test(mime)) return as === "voice" ? "voice" : "audio";
  return "file";
}
