/**
 * The HTTP server without a route of its own: what every request passes (parsers with limits, security headers,
 * errors as JSON, rate limits, a log line without secrets) and the built pages' static files.
 *
 * Bad input ends as 4xx here, before any handler: malformed or oversized bodies, wrong content types, too deep or too
 * many form fields. A slow sender is cut off by `requestTimeout`; a client that goes away frees its request at once;
 * a server that stops waits for nobody longer than `STOP_PATIENCE_MS`.
 */

import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import helmet from "@fastify/helmet";
import serveStatic from "@fastify/static";
import swagger from "@fastify/swagger";
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
  type RawServerDefault,
} from "fastify";
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from "fastify-type-provider-zod";
import qs from "qs";
import type { Translate } from "../domain/localised.ts";
import type { Logger } from "../log/log.ts";
import type { CountsSettings } from "./counts.ts";
import { answerError, HttpError } from "./errors.ts";
import { registerRateLimits } from "./rate-limits.ts";
import { decorateWithSay } from "./say.ts";

export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse<IncomingMessage>,
  FastifyBaseLogger,
  ZodTypeProvider
>;

export interface AppOptions {
  readonly publicUrl: string;
  readonly log: Logger;
  /** Where `npm run build` put the pages (`dist/placements`). */
  readonly pagesDir: string;
  readonly version: string;
  /** Sentences of ours in the requester's language; English when absent. */
  readonly translate?: Translate;
  /** Rate limits are counted there, by all processes together. */
  readonly redis?: CountsSettings["redis"];
}

/** Portal events and pages are a few kilobytes, a webhook rarely more than a hundred. */
const BODY_LIMIT = 1024 * 1024;
/** A visitor's file from a slow phone takes minutes; everything else is bounded by its small body. */
const REQUEST_TIMEOUT_MS = 300_000;
/** What is still under way then is cut when the server stops: containers are killed after 10 to 30 s. */
const STOP_PATIENCE_MS = 5_000;
const FORM_DEPTH = 10;
const FORM_ARRAY_LIMIT = 200;
const FORM_FIELDS = 5000;

/** Makes the server. Routes are registered by the caller; `listen` or `inject` afterwards. */
export async function buildApp(options: AppOptions): Promise<App> {
  const app = Fastify({
    loggerInstance: options.log as FastifyBaseLogger,
    // Our own line below: Fastify's has the URL, and URLs carry OAuth codes and signed links.
    logController: new LogController({ disableRequestLogging: true }),
    // Addresses that cannot be decoded.
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply),
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // A reverse proxy is believed only from private addresses, or anybody could choose the address they are limited by.
    trustProxy: ["loopback", "linklocal", "uniquelocal"],
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 500 },
  }).withTypeProvider<ZodTypeProvider>();
  decorateWithSay(app, options.translate);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request, reply) =>
    answerError(new HttpError(404, "not_found", "There is nothing at this address."), request, reply),
  );

  app.addHook("onSend", async (request, reply) => {
    reply.header("x-request-id", request.id);
  });
  app.addHook("onResponse", async (request, reply) => {
    logRequest(request, reply.statusCode, reply.elapsedTime);
    // A refused upload stays half read, and then the next request on its connection would wait for ever behind the rest.
    if (!request.raw.readableEnded) request.raw.resume();
  });

  app.addHook("preClose", async () => {
    setTimeout(() => app.server.closeAllConnections(), STOP_PATIENCE_MS).unref();
  });

  await app.register(helmet, securityHeaders(options.publicUrl));
  app.removeContentTypeParser("text/plain");
  // Not @fastify/formbody: a parser that throws inside it ends the process instead of the request.
  app.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_request, body, done) => {
    try {
      done(null, parseForm(String(body)));
    } catch (error) {
      done(error instanceof Error ? error : new HttpError(400, "invalid_request", "The form cannot be read."));
    }
  });
  await registerRateLimits(app, { redis: options.redis });
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Threadline",
        version: options.version,
        description: "One customer, one thread, in one Bitrix24 CRM card.",
      },
      servers: [{ url: options.publicUrl }],
      components: {
        securitySchemes: {
          session: { type: "http", scheme: "bearer", description: "Session of a page (`boot.session`), an hour long." },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  app.get("/openapi.json", { schema: { hide: true } }, async () => app.swagger());
  await serveBuiltPages(app, options.pagesDir);
  return app as App;
}

/**
 * PHP-style nested keys (`data[MESSAGES][0][im][chat_id]`). Zero bytes are dropped: no text column can hold them.
 * @throws HttpError 413 over `FORM_FIELDS` fields: reading only a part of an event would be worse than refusing it.
 */
export function parseForm(body: string): Record<string, unknown> {
  let fields = 1;
  for (let at = body.indexOf("&"); at >= 0; at = body.indexOf("&", at + 1)) fields += 1;
  if (fields > FORM_FIELDS) throw new HttpError(413, "too_large", `The form has more than ${FORM_FIELDS} fields.`);
  const text = body.replaceAll("%00", "").replaceAll("\0", "");
  return qs.parse(text, { depth: FORM_DEPTH, arrayLimit: FORM_ARRAY_LIMIT, parameterLimit: FORM_FIELDS });
}

function securityHeaders(publicUrl: string) {
  return {
    // Pages are framed by portals: `frame-ancestors` says by which, X-Frame-Options could not.
    frameguard: false,
    // The widget's script and shared files are loaded by foreign sites; nothing here is protected by a cookie.
    crossOriginResourcePolicy: { policy: "cross-origin" as const },
    strictTransportSecurity: publicUrl.startsWith("https:") && { maxAge: 31_536_000, includeSubDomains: false },
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        "default-src": ["'none'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
      },
    },
  };
}

async function serveBuiltPages(app: App, pagesDir: string): Promise<void> {
  const root = join(pagesDir, "assets");
  if (!existsSync(root)) {
    app.log.warn("The pages are not built: run `npm run build`. Until then they show their bare data.");
    return;
  }
  await app.register(serveStatic, {
    root,
    prefix: "/assets/",
    decorateReply: false,
    immutable: true,
    maxAge: "365d",
    preCompressed: true,
    index: false,
    schemaHide: true,
  });
}

/** Route pattern instead of the URL: ids of signed links and codes of OAuth stay out of the log. */
function logRequest(request: FastifyRequest, status: number, milliseconds: number): void {
  const line = {
    method: request.method,
    route: request.routeOptions.url ?? "(none)",
    status,
    ms: Math.round(milliseconds * 10) / 10,
  };
  if (status >= 400) request.log.info(line, "Request refused");
  else request.log.debug(line, "Request answered");
}
