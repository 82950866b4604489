import type { FastifyReply, FastifyRequest } from "fastify";
import type { HitRequest, Tracking } from "../src/relay/mail/tracking.ts";
import type { App } from "../src/server/app.ts";

/** One transparent point. */
const PICTURE = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");
/** A company behind one address opens many letters; more than that is no reading. */
const config = { rateLimit: { max: 600, timeWindow: "1 minute" } };

/**
 * `GET /t/:id`: the picture of a letter that is to be seen; `GET /t/:id/:n`: one of its links. Whoever asks is nobody we know;
 * the signature in the id is the proof that the address is ours. A link leads where it stands in the letter and nowhere else.
 */
export function registerTracking(app: App, { tracking }: { readonly tracking: Pick<Tracking, "opened" | "followed"> }) {
  app.route({
    method: ["GET", "HEAD"],
    url: "/t/:id",
    exposeHeadRoute: false,
    config,
    schema: { hide: true },
    handler: async (request: FastifyRequest, reply) => {
      const { id = "" } = request.params as { readonly id?: string };
      if (!(await tracking.opened(id, requestOf(request)))) return nothing(reply);
      return reply
        .header("content-type", "image/gif")
        .header("cache-control", "no-store, max-age=0")
        .header("cross-origin-resource-policy", "cross-origin")
        .send(PICTURE);
    },
  });

  app.route({
    method: ["GET", "HEAD"],
    url: "/t/:id/:n",
    exposeHeadRoute: false,
    config,
    schema: { hide: true },
    handler: async (request: FastifyRequest, reply) => {
      const { id = "", n = "" } = request.params as { readonly id?: string; readonly n?: string };
      const target = /^[1-9]\d{0,3}$/.test(n) ? await tracking.followed(id, Number(n), requestOf(request)) : undefined;
      if (target === undefined) return nothing(reply);
      return reply.header("cache-control", "no-store").header("referrer-policy", "no-referrer").redirect(target, 302);
    },
  });
}

const nothing = (reply: FastifyReply) =>
  reply.code(404).send({ error: { code: "not_found", message: "There is nothing at this address." } });

function requestOf({ method, headers, ip }: FastifyRequest): HitRequest {
  const says = (name: string, word: string) => {
    const value = headers[name];
    return typeof value === "string" && value.toLowerCase().includes(word);
  };
  const ahead =
    says("sec-purpose", "prefetch") ||
    says("purpose", "prefetch") ||
    says("x-moz", "prefetch") ||
    says("x-purpose", "preview");
  return { method, agent: headers["user-agent"] ?? "", address: ip, ahead };
}
