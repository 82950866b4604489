/**
 * `POST /message-providers/:code`: what a portal's CRM sends through an account of ours.
 *
 * Answered 200 as soon as it is durable: in the database, or (database away) on disk, from where it is replayed in order,
 * because the portal asks once and never again. Twice: one message, by the portal's own id of it. Everything else, what
 * the channel cannot do included, is for the worker (`relay/providers/desk.ts`): the portal hears of it by a status.
 *
 * Proof: the application token of the portal that is named, compared in constant time. What is not proved is answered 403
 * and leaves nothing behind; so is a code that is not the one in the address.
 */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { type PortalId, portalId } from "../src/domain/ids.ts";
import type { Logger } from "../src/log/log.ts";
import type { Metrics } from "../src/log/metrics.ts";
import { parseProviderRequest } from "../src/portal/provider-request.ts";
import { accountOfCode } from "../src/relay/providers/code.ts";
import type { Spool } from "../src/relay/spool.ts";
import { type App, parseForm } from "../src/server/app.ts";
import { HttpError } from "../src/server/errors.ts";
import { bytesOf, keepRawBodies } from "../src/server/raw-bodies.ts";
import { type Store, StoreUnavailable } from "../src/store/contract.ts";
import { foreignPortal, provePortal } from "./prove.ts";

export interface MessageProvidersDeps {
  readonly store: Pick<Store, "portals" | "providers">;
  readonly spool: Spool;
  readonly inTurn: <T>(portal: PortalId, work: () => Promise<T>) => Promise<T>;
  readonly metrics: Pick<Metrics, "events">;
  readonly log: Pick<Logger, "warn">;
}

const MAX_BODY_BYTES = 256 * 1024;
const JSON_TYPE = /^application\/json\b/i;
const FORM_TYPE = /^application\/x-www-form-urlencoded\b/i;
const EVENT = "provider-message";

export async function registerMessageProviders(app: App, deps: MessageProvidersDeps): Promise<void> {
  await deps.spool.start(async ({ body, contentType, receivedAt }) => {
    try {
      await take(deps, fieldsOf(contentType, body), new Date(receivedAt));
      return "done";
    } catch (error) {
      if (error instanceof StoreUnavailable) return "later";
      deps.log.warn({ err: error }, "A message of a CRM from the spool was not accepted");
      return "done";
    }
  });
  const routes: FastifyPluginAsync = async (scope) => {
    keepRawBodies(scope, MAX_BODY_BYTES);
    scope.post("/message-providers/:code", { schema: { hide: true } }, (request, reply) =>
      answer(deps, request, reply),
    );
  };
  await app.register(routes);
}

async function answer(deps: MessageProvidersDeps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const contentType = request.headers["content-type"] ?? "";
  const body = bytesOf(request.body).toString("utf8");
  const fields = fieldsOf(contentType, body);
  const { code } = request.params as { readonly code: string };
  const parsed = parsed400(fields);
  if (parsed.code !== code) throw foreignPortal();
  if (!deps.spool.waiting()) {
    try {
      await take(deps, fields, new Date());
      return await reply.send({ ok: true });
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }
  const kept = await deps.spool.put({ receivedAt: new Date().toISOString(), contentType, body });
  deps.metrics.events.inc({ event: EVENT, outcome: kept === "kept" ? "spooled" : "lost" });
  if (kept === "full") throw new HttpError(503, "unavailable", "The database is away and the spool is full.");
  return reply.send({ ok: true });
}

/**
 * Proves and stores one.
 * @throws HttpError 4xx for what is not usable or not proved; StoreUnavailable
 */
async function take(deps: MessageProvidersDeps, fields: unknown, receivedAt: Date): Promise<void> {
  const { memberId, applicationToken, code, messageKey, ...message } = parsed400(fields);
  const portal = provePortal(await deps.store.portals.find(portalId(memberId)), applicationToken);
  const account = accountOfCode(code);
  if (account === undefined) throw new HttpError(404, "unknown_provider", "There is no such message provider here.");
  const asked = { ...message, portal: portal.id, key: messageKey, code, account, askedAt: receivedAt };
  await deps.inTurn(portal.id, () => deps.store.providers.accept(asked));
  deps.metrics.events.inc({ event: EVENT, outcome: "accepted" });
}

/** As the portal's events come; JSON is taken as well, because the documentation shows the fields in both forms. */
function fieldsOf(contentType: string, body: string): unknown {
  if (FORM_TYPE.test(contentType)) return parseForm(body);
  if (!JSON_TYPE.test(contentType))
    throw new HttpError(415, "wrong_content_type", "A message comes as application/x-www-form-urlencoded.");
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new HttpError(400, "malformed", "The body is no JSON.");
  }
}

function parsed400(fields: unknown) {
  const parsed = parseProviderRequest(fields);
  if (parsed.kind === "malformed") throw new HttpError(400, "malformed", `This cannot be read: ${parsed.reason}`);
  return parsed.request;
}
