import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import type { Unsubscribing } from "../../src/relay/mail/unsubscribing.ts";
import type { App } from "../../src/server/app.ts";
import { bytesOf, keepRawBodies } from "../../src/server/raw-bodies.ts";
import { StoreUnavailable } from "../../src/store/contract.ts";
import { BUTTON, sendPage } from "./page.ts";

export interface UnsubscribeDeps {
  readonly unsubscribing: Pick<Unsubscribing, "leave" | "look" | "stay">;
}

/** A mail provider asks for all of its people from few addresses; more than that are guesses. */
const config = { rateLimit: { max: 300, timeWindow: "1 minute" } };
const MOST_BYTES = 8 * 1024;

/**
 * `/u/:token`: where readers of a letter to many say that they want no more of them (RFC 8058).
 *
 * Proof: the signature in the address, which stood in the letter alone; no cookie, no session, no script. Only a POST is a
 * wish, because scanners open links: a GET shows a page with a button. A mail program's request carries
 * `List-Unsubscribe=One-Click`, ours a field of its own; a POST that says neither changes nothing (400). Twice is once. A crash before the
 * wish is kept answers nothing, and the mail program asks again; the store gone: 503.
 */
export async function registerUnsubscribe(app: App, { unsubscribing }: UnsubscribeDeps): Promise<void> {
  const routes: FastifyPluginAsync = async (scope) => {
    keepRawBodies(scope, MOST_BYTES);
    scope.setErrorHandler((error: Error & { readonly statusCode?: number }, request, reply) => {
      const status = error instanceof StoreUnavailable ? 503 : (error.statusCode ?? 500);
      if (status >= 500) request.log.error({ err: error }, "a wish to get no more letters could not be noted");
      if (status === 503) reply.header("retry-after", "30");
      return sendPage(request, reply, status, status === 413 || status === 400 ? "not-asked" : "later");
    });

    scope.get("/u/:token", { config, schema: { hide: true } }, async (request, reply) => {
      const view = await unsubscribing.look(tokenOf(request));
      if (!view) return sendPage(request, reply, 404, "unknown");
      return sendPage(request, reply, 200, view.hasLeft ? "left" : "asks", view);
    });

    scope.post("/u/:token", { config, schema: { hide: true } }, async (request, reply) => {
      const said = await fieldsOf(request);
      if (said?.get(BUTTON) === "stay") return answer(request, reply, await unsubscribing.stay(tokenOf(request)));
      const isOneClick = said?.get("List-Unsubscribe") === "One-Click";
      if (!isOneClick && said?.get(BUTTON) !== "leave") return sendPage(request, reply, 400, "not-asked");
      return answer(request, reply, await unsubscribing.leave(tokenOf(request), isOneClick ? "one-click" : "page"));
    });
  };
  await app.register(routes);
}

type Answered = Awaited<ReturnType<Unsubscribing["leave"]>>;

const answer = (request: FastifyRequest, reply: FastifyReply, view: Answered) =>
  view === undefined
    ? sendPage(request, reply, 404, "unknown")
    : sendPage(request, reply, 200, view.hasLeft ? "left" : "stayed", view);

const tokenOf = ({ params }: FastifyRequest): string => (params as { readonly token?: string }).token ?? "";

/** Both forms that RFC 8058 allows. `undefined`: it is neither. */
async function fieldsOf({ body, headers }: FastifyRequest): Promise<FormData | undefined> {
  const type = headers["content-type"] ?? "";
  if (!/^(?:multipart\/form-data|application\/x-www-form-urlencoded)\b/i.test(type)) return undefined;
  try {
    return await new Response(new Uint8Array(bytesOf(body)), { headers: { "content-type": type } }).formData();
  } catch {
    return undefined;
  }
}
