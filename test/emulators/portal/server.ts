import formbody from "@fastify/formbody";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { AuthorizationServer } from "./authorization.ts";
import type { FaultPlan } from "./faults.ts";
import { applicationInfo } from "./methods/application.ts";
import { FormTooLargeError, parseForm } from "./php-form.ts";
import type { EmulatedPortal } from "./portal.ts";
import type { RequestLog, RequestLogEntry } from "./request-log.ts";
import { answerRest, type Outcome, type RestServices } from "./rest.ts";
import { answerVersion3 } from "./rest-v3.ts";
import { asInteger, asRecord, asText, type Fields } from "./values.ts";

/** What the HTTP layer shares between its listeners. */
export interface ServerServices extends RestServices {
  readonly authorization: AuthorizationServer;
  readonly faults: FaultPlan;
  readonly requests: RequestLog;
  readonly findPortal: (id: string) => EmulatedPortal | undefined;
  readonly mountControl: (server: FastifyInstance) => void;
  readonly mountPage: (server: FastifyInstance, portal: EmulatedPortal) => void;
}

/** Body limit of the platform's front end; base64 files have to fit. */
const bodyLimit = 128 * 1024 * 1024;

function createServer(): FastifyInstance {
  const server = Fastify({
    logger: false,
    bodyLimit,
    forceCloseConnections: true,
    routerOptions: {
      ignoreDuplicateSlashes: true,
      ignoreTrailingSlash: true,
      maxParamLength: 500,
      querystringParser: (text) => parseForm(text),
    },
  });
  void server.register(formbody, { parser: (text) => parseForm(text), bodyLimit });
  server.removeContentTypeParser("application/json");
  server.addContentTypeParser("application/json", { parseAs: "string", bodyLimit }, (_request, body, done) => {
    const text = body.toString().trim();
    try {
      done(null, text === "" ? {} : JSON.parse(text));
    } catch {
      done(Object.assign(new Error("the body is not JSON"), { statusCode: 400 }));
    }
  });
  server.setErrorHandler((error, _request, reply) => {
    const { status, code } = describeError(error);
    const description = error instanceof Error ? error.message : String(error);
    void reply.code(status).send({ error: code, error_description: description });
  });
  return server;
}

function describeError(error: unknown): { status: number; code: string } {
  if (error instanceof FormTooLargeError) return { status: 400, code: "ERROR_EMULATOR_TOO_MANY_VARIABLES" };
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  return { status, code: status < 500 ? "INVALID_REQUEST" : "ERROR_EMULATOR_BUG" };
}

/** Query and body together; the body wins. */
function parametersOf(request: FastifyRequest): Fields {
  return { ...asRecord(request.query), ...asRecord(request.body) };
}

function watchAnswer(reply: FastifyReply, entry: RequestLogEntry, now: () => number): void {
  reply.raw.once("finish", () => {
    entry.answeredAt = now();
  });
  reply.raw.once("close", () => {
    if (entry.answeredAt === null) entry.brokenAt = now();
  });
}

/** Ends the exchange; a destroyed socket leaves the client without any answer. */
async function conclude(outcome: Outcome, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (outcome.kind === "destroy") {
    reply.hijack();
    request.raw.socket.destroy();
    return;
  }
  if (reply.raw.destroyed) {
    reply.hijack();
    return;
  }
  const type = outcome.kind === "json" ? "application/json; charset=utf-8" : "text/html; charset=utf-8";
  await reply
    .code(outcome.status)
    .header("content-type", type)
    .send(outcome.kind === "json" ? JSON.stringify(outcome.body) : outcome.body);
}

/**
 * One portal: REST, the authorization page, file downloads, and the control API. A listener that is no longer the
 * portal's address (after a rename) redirects everything to the present one.
 */
export function createPortalServer(
  portal: EmulatedPortal,
  services: ServerServices,
  isCurrent: () => boolean,
): FastifyInstance {
  const server = createServer();
  server.addHook("onRequest", async (request, reply) => {
    if (isCurrent() || request.url.startsWith("/_emulator/")) return;
    await reply.redirect(`http://${portal.address}${request.url}`, 302);
  });

  const serveRest = async (
    request: FastifyRequest,
    reply: FastifyReply,
    rawMethod: string,
    webhook: string | undefined,
  ): Promise<void> => {
    const parameters = parametersOf(request);
    const method = rawMethod.replace(/\.(json|xml)$/, "");
    const keys = Object.keys(parameters).filter((key) => key !== "auth");
    const entry = services.requests.open(portal.id, method, request.method, keys, services.now());
    watchAnswer(reply, entry, services.now);
    const token = webhook ?? asText(parameters.auth);
    const outcome = await answerRest({ portal, method, parameters, token, source: request.ip }, entry, services);
    await conclude(outcome, request, reply);
  };

  server.route<{ Params: { method: string } }>({
    method: ["GET", "POST"],
    url: "/rest/:method",
    handler: (request, reply) => serveRest(request, reply, request.params.method, undefined),
  });
  server.route<{ Params: { method: string; user: string; code: string } }>({
    method: ["GET", "POST"],
    url: "/rest/:user/:code/:method",
    handler: (request, reply) => serveRest(request, reply, request.params.method, request.params.code),
  });

  server.post<{ Params: { method: string } }>("/rest/api/:method", async (request, reply) => {
    const { authorization } = services;
    const { method } = request.params;
    const answer = answerVersion3({ portal, authorization, method, parameters: parametersOf(request) });
    return reply.code(answer.status).send(answer.body);
  });

  // A logged-in person is asked nothing; `user` stands in for the browser's own session.
  server.get("/oauth/authorize", async (request, reply) => {
    const query = asRecord(request.query);
    const clientId = asText(query.client_id);
    const card = services.authorization.cards.get(clientId);
    const installation = portal.installation(clientId);
    const userId = asInteger(query.user) ?? portal.administrator().id;
    if (card === undefined || installation === undefined || portal.users.get(userId)?.active !== true) {
      return reply.code(400).type("text/html").send("<html><body><h1>Application not found</h1></body></html>");
    }
    const target = new URL(card.redirectUrl);
    const parameters = {
      code: services.authorization.issueCode(portal.id, clientId, userId),
      state: asText(query.state),
      domain: portal.domain,
      member_id: portal.memberId,
      scope: installation.scope.join(","),
      server_domain: services.authorization.address,
    };
    for (const [name, value] of Object.entries(parameters)) target.searchParams.set(name, value);
    return reply.redirect(target.href, 302);
  });

  server.get<{ Params: { id: string } }>("/disk/download/:id/:name", async (request, reply) => {
    const file = portal.files.get(Number(request.params.id));
    if (file === undefined) return reply.code(404).send({ error: "NOT_FOUND" });
    return reply.type(file.meta.type).send(Buffer.from(file.content));
  });

  services.mountControl(server);
  services.mountPage(server, portal);
  return server;
}

/** The authorization server: tokens and app.info, plus the control API. */
export function createAuthorizationHttpServer(services: ServerServices): FastifyInstance {
  const server = createServer();

  server.route({
    method: ["GET", "POST"],
    url: "/oauth/token",
    handler: async (request, reply) => {
      const parameters = parametersOf(request);
      const portalId = services.authorization.portalOf(parameters) ?? "authorization";
      const entry = services.requests.open(
        portalId,
        "oauth.token",
        request.method,
        Object.keys(parameters),
        services.now(),
      );
      watchAnswer(reply, entry, services.now);
      const outcome = await exchange(services, parameters, portalId, entry);
      if (outcome.kind !== "destroy") entry.status = outcome.status;
      await conclude(outcome, request, reply);
    },
  });

  server.route<{ Params: { method: string } }>({
    method: ["GET", "POST"],
    url: "/rest/:method",
    handler: async (request, reply) => {
      const method = request.params.method.replace(/\.json$/, "");
      const parameters = parametersOf(request);
      const entry = services.requests.open(
        "authorization",
        method,
        request.method,
        Object.keys(parameters),
        services.now(),
      );
      watchAnswer(reply, entry, services.now);
      const token = services.authorization.findAccess(asText(parameters.auth));
      const portal = token === undefined ? undefined : services.findPortal(token.portalId);
      if (token === undefined || portal === undefined)
        return reply.code(401).send({ error: "NO_AUTH_FOUND", error_description: "Wrong authorization data" });
      if (services.authorization.isExpired(token))
        return reply
          .code(401)
          .send({ error: "expired_token", error_description: "The access token provided has expired." });
      const info =
        method === "app.info" && token.clientId !== null
          ? applicationInfo({ portal, application: portal.installation(token.clientId) })
          : undefined;
      if (info === undefined)
        return reply.code(404).send({ error: "ERROR_METHOD_NOT_FOUND", error_description: "Method not found!" });
      entry.processed = true;
      return reply.send({ result: info });
    },
  });

  services.mountControl(server);
  return server;
}

async function exchange(
  services: ServerServices,
  parameters: Fields,
  portalId: string,
  entry: RequestLogEntry,
): Promise<Outcome> {
  const before = services.faults.take(
    [
      "status-500",
      "status-502",
      "status-503",
      "drop-before",
      "hang-before",
      "slow-before",
      "invalid-grant",
      "payment-required",
    ],
    portalId,
    ["oauth.token"],
  );
  entry.fault = before?.kind ?? null;
  switch (before?.kind) {
    case "drop-before":
      return { kind: "destroy" };
    case "status-500":
      return {
        kind: "json",
        status: 500,
        body: { error: "INTERNAL_SERVER_ERROR", error_description: "Internal server error" },
      };
    case "status-502":
    case "status-503":
      return {
        kind: "html",
        status: before.kind === "status-502" ? 502 : 503,
        body: "<html><body><h1>Bad Gateway</h1></body></html>",
      };
    case "invalid-grant":
      return {
        kind: "json",
        status: 400,
        body: { error: "invalid_grant", error_description: "The refresh token is invalid, used or expired" },
      };
    case "payment-required":
      return { kind: "json", status: 402, body: { error: "PAYMENT_REQUIRED", error_description: "Payment required" } };
    case "hang-before":
      await services.hang();
      break;
    case "slow-before":
      await services.sleep(before.delayMs ?? 1000);
      break;
    default:
      break;
  }
  entry.processingAt = services.now();
  const answer = services.authorization.exchange(parameters, services.findPortal);
  entry.processedAt = services.now();
  entry.processed = answer.status === 200;
  entry.error = answer.status === 200 ? null : answer.body.error;
  const after = services.faults.take(["drop-after", "hang-after", "slow-after"], portalId, ["oauth.token"]);
  if (after === undefined) return { kind: "json", status: answer.status, body: answer.body };
  entry.fault = after.kind;
  if (after.kind === "drop-after") return { kind: "destroy" };
  if (after.kind === "hang-after") await services.hang();
  else await services.sleep(after.delayMs ?? 1000);
  return { kind: "json", status: answer.status, body: answer.body };
}
