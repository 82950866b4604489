import type { FastifyInstance } from "fastify";

/**
 * In this scope bodies stay the bytes that came, whatever their type: vendors sign them, and a spool keeps them. A request
 * without a body has `undefined`. Larger than `maxBytes` is answered 413 by the server.
 */
export function keepRawBodies(scope: FastifyInstance, maxBytes: number): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: maxBytes }, (_request, body, done) =>
    done(null, body),
  );
}

export const bytesOf = (body: unknown): Buffer => (Buffer.isBuffer(body) ? body : Buffer.alloc(0));
