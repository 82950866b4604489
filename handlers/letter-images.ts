import type { FastifyInstance, FastifyRequest } from "fastify";
import type { RemoteImages } from "../src/media/remote-images.ts";

/** Pictures of a few letters that are opened together; more in a minute is nobody who reads. */
const MOST_PER_MINUTE = 600;

/** `GET /letter-images?u=<address>&e=<expires>&s=<signature>`: a picture of a letter, fetched by this server. */
export function registerLetterImages(
  app: FastifyInstance,
  deps: { readonly images: Pick<RemoteImages, "open"> },
): void {
  app.get(
    "/letter-images",
    { schema: { hide: true }, config: { rateLimit: { max: MOST_PER_MINUTE, timeWindow: "1 minute" } } },
    async (request: FastifyRequest<{ Querystring: { u?: unknown; e?: unknown; s?: unknown } }>, reply) => {
      const image = await deps.images.open(request.query);
      if (!image)
        return reply.code(404).send({ error: { code: "not_found", message: "This picture cannot be shown." } });
      return reply
        .header("content-type", image.mime)
        .header("content-disposition", "inline")
        .header("x-content-type-options", "nosniff")
        .header("cache-control", "private, max-age=900")
        .header("content-security-policy", "default-src 'none'; sandbox")
        .send(image.bytes);
    },
  );
}
