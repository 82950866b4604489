import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import type { FormConfig } from "../src/api/forms.ts";
import type { ChannelEvent } from "../src/channels/contract/events.ts";
import type { ChannelAdapter } from "../src/channels/contract.ts";
import type { Account } from "../src/domain/account.ts";
import { accountId } from "../src/domain/ids.ts";
import type { Logger } from "../src/log/log.ts";
import { createRateGate } from "../src/server/rate-limits.ts";
import { bytesOf, keepRawBodies } from "../src/server/raw-bodies.ts";
import { StoreUnavailable } from "../src/store/contract.ts";
import { formPage } from "./forms/page.ts";
import { createWidgetRoute } from "./webchat/widget-file.ts";

export interface FormsDeps {
  readonly accounts: { find(account: Account["id"]): Promise<Account | undefined> };
  readonly adapter: Pick<ChannelAdapter, "id" | "receive">;
  readonly desk: {
    allowsOrigin(account: Account, origin: string): boolean;
    config(account: Account): FormConfig;
    thanksUrl(account: Account): string | undefined;
  };
  /** Resolves after the commit, throws `StoreUnavailable`. */
  readonly acceptInbound: (account: Account, events: readonly ChannelEvent[]) => Promise<void>;
  /** The built `form.js`. */
  readonly widgetPath: string;
  readonly log: Logger;
  readonly limits?: Partial<FormLimits> | undefined;
}

/** Requests in a minute. An office shares one address; a form account serves all its sites. */
export interface FormLimits {
  readonly perIp: number;
  readonly perAccount: number;
}

const LIMITS: FormLimits = { perIp: 20, perAccount: 300 };
const MAX_BODY_BYTES = 64 * 1024;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * `/forms/:accountId`: offline requests of sites, by script (JSON) or by a plain HTML form.
 *
 * Proofs: the site by its `Origin` on the account's list, the form's key, both judged by the channel. Answered after the
 * commit; a crash before it leaves nothing and the page sends the same id again, after it the second one is dropped by
 * that id. The store gone: 503, and the visitor's text still stands in the page.
 */
export async function registerForms(app: FastifyInstance, deps: FormsDeps): Promise<void> {
  const limits = { ...LIMITS, ...deps.limits };
  app.get("/form.js", { schema: { hide: true } }, createWidgetRoute(deps.widgetPath, deps.log));
  const routes: FastifyPluginAsync = async (scope) => {
    keepRawBodies(scope, MAX_BODY_BYTES);
    const gates = [
      createRateGate(scope, "form ip", limits.perIp),
      createRateGate(scope, "form account", limits.perAccount, ({ params }) =>
        String((params as { accountId?: string }).accountId),
      ),
    ];
    scope.setErrorHandler((error: Error & { readonly statusCode?: number }, request, reply) => {
      if (error instanceof StoreUnavailable) {
        reply.header("retry-after", "5");
        return say(request, reply, 503, "unavailable", "The request cannot be kept just now; please send it again.");
      }
      const status = error.statusCode ?? 500;
      if (status >= 400 && status < 500) return say(request, reply, status, "bad-request", error.message);
      request.log.error({ err: error }, "a form's request failed");
      return say(request, reply, 500, "internal", "Something went wrong here; please send it again.");
    });

    const flood = async (request: FastifyRequest, reply: FastifyReply) => {
      for (const gate of gates) {
        const seconds = await gate(request);
        if (seconds === undefined) continue;
        reply.header("retry-after", String(seconds));
        return say(request, reply, 429, "too-many-requests", `Too many requests; please try again in ${seconds} s.`);
      }
      return undefined;
    };
    /** The account, with the browser told whether its page may read the answer. Answers the request itself otherwise. */
    const admit = async (request: FastifyRequest, reply: FastifyReply): Promise<Account | undefined> => {
      reply.header("vary", "Origin").header("cache-control", "no-store");
      const id = String((request.params as { accountId?: string }).accountId);
      const account = UUID.test(id) ? await deps.accounts.find(accountId(id)) : undefined;
      if (account?.channel !== deps.adapter.id) {
        say(request, reply, 404, "unknown-account", "There is no form with this id.");
        return undefined;
      }
      const { origin } = request.headers;
      if (origin === undefined || !deps.desk.allowsOrigin(account, origin)) return account;
      reply
        .header("access-control-allow-origin", origin)
        .header("access-control-expose-headers", "Retry-After")
        .header("cross-origin-resource-policy", "cross-origin");
      return account;
    };
    const isListed = (account: Account, { headers }: FastifyRequest) =>
      headers.origin !== undefined && deps.desk.allowsOrigin(account, headers.origin);

    scope.options("/forms/:accountId", { schema: { hide: true } }, async (request, reply) => {
      const account = await admit(request, reply);
      if (!account) return reply;
      if (!isListed(account, request)) return refuseSite(request, reply);
      return reply
        .code(204)
        .header("access-control-allow-methods", "GET, POST")
        .header("access-control-allow-headers", "Content-Type")
        .header("access-control-max-age", "7200")
        .send();
    });
    scope.get("/forms/:accountId", { schema: { hide: true } }, async (request, reply) => {
      const account = await admit(request, reply);
      if (!account) return reply;
      return isListed(account, request) ? reply.send(deps.desk.config(account)) : refuseSite(request, reply);
    });
    scope.post("/forms/:accountId", { schema: { hide: true }, onRequest: flood }, async (request, reply) => {
      const account = await admit(request, reply);
      if (!account) return reply;
      const received = deps.adapter.receive(
        { method: request.method, headers: request.headers, rawBody: bytesOf(request.body), query: {} },
        account,
      );
      if (received.kind === "rejected") {
        request.log.warn({ account: account.id, reason: received.reason }, "a form's request was rejected");
        const fields = received.status === 400 ? fieldsOf(received.reason) : undefined;
        return say(request, reply, received.status === 400 ? 422 : received.status, "refused", received.reason, fields);
      }
      if (received.kind === "accepted") await deps.acceptInbound(account, received.events);
      const thanks = deps.desk.thanksUrl(account);
      if (!isPlainForm(request)) return reply.send({ ok: true });
      return thanks === undefined ? formPage(reply, 200, undefined) : reply.code(303).header("location", thanks).send();
    });
  };
  await app.register(routes);
}

const isPlainForm = ({ headers }: FastifyRequest): boolean =>
  /^application\/x-www-form-urlencoded\b/i.test(headers["content-type"] ?? "") &&
  (headers.accept ?? "").includes("text/html");

const refuseSite = (request: FastifyRequest, reply: FastifyReply) =>
  say(request, reply, 403, "origin-refused", "This site is not on the form's list of sites.");

/** `phone: wrong, email: missing` as the page needs it. */
const fieldsOf = (reason: string): Record<string, string> =>
  Object.fromEntries(
    reason.split(", ").map((part): [string, string] => {
      const [name = "", trouble = ""] = part.split(": ");
      return [name, trouble];
    }),
  );

/** In the form that who asked can read: a page for a plain form, JSON for a script. */
function say(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  code: string,
  message: string,
  fields?: Readonly<Record<string, string>>,
) {
  if (isPlainForm(request)) return formPage(reply, status, message);
  return reply.code(status).send({ error: { code, message, ...(fields && { fields }) } });
}
