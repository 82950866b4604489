import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "../../src/log/log.ts";

interface Built {
  readonly etag: string;
  readonly plain: Buffer;
  readonly br: Buffer;
  readonly gzip: Buffer;
}

/**
 * Serves the built widget to any site: it is public code, and whether a site may chat is decided by the routes. Read and
 * compressed once. Browsers ask again after five minutes and hear 304, so that a new version is everywhere soon.
 */
export function createWidgetRoute(path: string, log: Logger) {
  let built: Promise<Built | undefined> | undefined;
  const load = () => {
    built ??= build(path).catch((error: unknown) => {
      log.error({ err: error }, "a script for sites cannot be read: run npm run build");
      built = undefined;
      return undefined;
    });
    return built;
  };

  return async (request: FastifyRequest, reply: FastifyReply) => {
    const widget = await load();
    if (!widget)
      return reply
        .code(503)
        .send({ error: { code: "not-built", message: "The widget has not been built on this server." } });
    const encoding = preferred(String(request.headers["accept-encoding"] ?? ""));
    const etag = `"${widget.etag}-${encoding}"`;
    reply
      .header("etag", etag)
      .header("cache-control", "public, max-age=300, stale-while-revalidate=86400")
      .header("vary", "Accept-Encoding")
      .header("access-control-allow-origin", "*")
      .header("cross-origin-resource-policy", "cross-origin")
      .header("x-content-type-options", "nosniff");
    const known = String(request.headers["if-none-match"] ?? "")
      .split(",")
      .map((tag) => tag.trim().replace(/^W\//, ""));
    if (known.includes(etag)) return reply.code(304).send();
    if (encoding !== "plain") reply.header("content-encoding", encoding);
    return reply.type("text/javascript; charset=utf-8").send(widget[encoding]);
  };
}

async function build(path: string): Promise<Built> {
  const plain = await readFile(path);
  const [br, zipped] = await Promise.all([promisify(brotliCompress)(plain), promisify(gzip)(plain)]);
  return { etag: createHash("sha256").update(plain).digest("base64url").slice(0, 22), plain, br, gzip: zipped };
}

function preferred(accepted: string): "br" | "gzip" | "plain" {
  const offers = accepted
    .split(",")
    .map((offer) => offer.trim())
    .filter((offer) => !/;\s*q=0(?:\.0*)?$/.test(offer));
  const has = (name: string) => offers.some((offer) => offer === name || offer.startsWith(`${name};`));
  if (has("br")) return "br";
  return has("gzip") ? "gzip" : "plain";
}
