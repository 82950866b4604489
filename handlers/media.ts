import type { FastifyInstance, FastifyRequest } from "fastify";
import { mediaId } from "../src/domain/ids.ts";
import type { MediaShelf } from "../src/media/contract.ts";

/** Types a browser may show in place; everything else is a download, whatever its sender called it. */
const INLINE = /^(image\/(jpeg|png|gif|webp)|audio\/[\w.+-]+|video\/(mp4|webm|quicktime))(;|$)/;

/**
 * `GET /media/:id?e=<expires>&s=<signature>`: a kept file for the portal or a vendor. The signature is the proof and
 * ends by itself; a wrong or old one is answered like a file that does not exist. `/media/:id/:name` is the same, for
 * vendors who go by an address's extension; the name in it is not read.
 */
export function registerMedia(app: FastifyInstance, deps: { readonly shelf: MediaShelf }): void {
  for (const url of ["/media/:id", "/media/:id/:name"]) registerRoute(app, url, deps);
}

function registerRoute(app: FastifyInstance, url: string, deps: { readonly shelf: MediaShelf }): void {
  app.route({
    method: ["GET", "HEAD"],
    url,
    exposeHeadRoute: false,
    schema: { hide: true },
    handler: async (
      request: FastifyRequest<{ Params: { id: string }; Querystring: { e?: unknown; s?: unknown } }>,
      reply,
    ) => {
      const { e: expires, s: signature } = request.query;
      const valid =
        typeof expires === "string" &&
        typeof signature === "string" &&
        deps.shelf.verify(request.params.id, expires, signature);
      const file = valid ? await deps.shelf.open(mediaId(request.params.id)) : undefined;
      if (!file)
        return reply
          .code(404)
          .send({ error: { code: "not_found", message: "This link has expired or is not valid." } });
      const disposition = INLINE.test(file.mime) ? "inline" : "attachment";
      return reply
        .header("content-type", file.mime)
        .header("content-length", file.size)
        .header("content-disposition", `${disposition}; filename*=UTF-8''${encodeURIComponent(file.name)}`)
        .header("x-content-type-options", "nosniff")
        .header("cache-control", "private, max-age=3600")
        .header("content-security-policy", "default-src 'none'; sandbox")
        .send(file.stream);
    },
  });
}
