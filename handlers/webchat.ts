import multipart from "@fastify/multipart";
import type { FastifyError, FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { SessionAnswer, WidgetConfig } from "../src/api/webchat.ts";
import type { Account } from "../src/domain/account.ts";
import { StoreUnavailable } from "../src/store/contract.ts";
import {
  DEFAULT_LIMITS,
  DEFAULT_TIMING,
  type Looks,
  TEXT_LIMIT,
  type WebchatDependencies,
  type WebchatLimits,
} from "./webchat/contract.ts";
import { getFile, postFile } from "./webchat/files.ts";
import {
  admitSite,
  admitVisitor,
  bearerOf,
  callerOf,
  createGates,
  createOpenCount,
  fail,
  preflight,
} from "./webchat/guard.ts";
import { readPage } from "./webchat/history.ts";
import { getMessages, postDetails, postMessage, postReceipts, postTyping } from "./webchat/messages.ts";
import { postRating } from "./webchat/ratings.ts";
import { openStream } from "./webchat/stream.ts";
import { createWidgetRoute } from "./webchat/widget-file.ts";

const sessionBody = z.object({
  /** `false` asks for the looks only: nobody gets an id for merely passing by. */
  create: z.boolean().default(true),
});

const lastEventId = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/**
 * The visitor's door: `/widget.js` and `/webchat/:accountId/*`.
 *
 * Proofs: the site by its `Origin` on the account's list, the visitor by a token that stands in the `Authorization`
 * header and never in an address, files by a short-lived signature. The store gone: 503, and the widget tries again with
 * the same id. Every answer to a page is JSON, errors as `{error: {code, message}}`.
 */
export async function registerWebchat(app: FastifyInstance, deps: WebchatDependencies): Promise<void> {
  app.get("/widget.js", createWidgetRoute(deps.widgetPath, deps.log));
  const limits = { ...DEFAULT_LIMITS, ...deps.limits };
  // A scope of its own: the multipart parser is nobody else's business.
  const scoped: FastifyPluginAsync = async (scope) => {
    await scope.register(multipart);
    routes(scope, deps, limits);
  };
  await app.register(scoped, { prefix: "/webchat/:accountId" });
}

function routes(app: FastifyInstance, deps: WebchatDependencies, limits: WebchatLimits): void {
  const gates = createGates(app, limits);
  const site = admitSite(deps);
  const open = [gates.ip, site];
  const visitor = [...open, admitVisitor(deps), gates.visitor];
  const text = { bodyLimit: 64 * 1024 };

  // Between our own widget and us; `/openapi.json` is for other programs.
  app.addHook("onRoute", (route) => {
    route.schema = Object.assign({}, route.schema, { hide: true });
  });
  app.setErrorHandler((error: FastifyError, request, reply) => answerError(error, request, reply));
  app.options("/*", { onRequest: open }, preflight);
  app.post("/session", { ...text, onRequest: [gates.ip, site, gates.session] }, session(deps, limits));
  app.get("/messages", { onRequest: visitor }, getMessages(deps));
  app.post("/messages", { ...text, onRequest: [...visitor, gates.message] }, postMessage(deps));
  app.post(
    "/files",
    { bodyLimit: limits.fileBytes + 64 * 1024, onRequest: [...visitor, gates.file] },
    postFile(deps, limits.fileBytes),
  );
  app.get("/files/:fileId", { onRequest: open }, getFile(deps));
  app.post("/typing", { ...text, onRequest: [...visitor, gates.typing] }, postTyping(deps));
  app.post("/receipts", { ...text, onRequest: visitor }, postReceipts(deps));
  app.post("/details", { ...text, onRequest: [...visitor, gates.message] }, postDetails(deps));
  app.post("/ratings", { ...text, onRequest: [...visitor, gates.message] }, postRating(deps));
  app.get("/stream", { onRequest: visitor }, stream(app, deps, limits));
}

function session(deps: WebchatDependencies, limits: WebchatLimits) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { account } = callerOf(request);
    const body = sessionBody.safeParse(request.body ?? {});
    if (!body.success) return fail(reply, 400, "bad-session", z.prettifyError(body.error));
    const given = bearerOf(request);
    const known = given === undefined ? undefined : await deps.desk.readToken(account.id, given);
    const visitor = known ?? (body.data.create ? deps.desk.newVisitor() : undefined);
    const config = configOf(deps, account, limits);
    const token = visitor === undefined ? undefined : await deps.desk.issueToken(account.id, visitor);
    return reply.send({ config, ...(token !== undefined && { token }) } satisfies SessionAnswer);
  };
}

function configOf(deps: WebchatDependencies, account: Account, limits: WebchatLimits): WidgetConfig {
  const { closed, rating: _asked, ...looks } = deps.desk.settings(account);
  const presence = deps.desk.presence(account);
  const form = deps.desk.form(account);
  return {
    ...looksOf(looks),
    ...(presence.kind === "closed" && {
      away: {
        isHidden: closed === "hide",
        ...(presence.opensAt && { opensAt: presence.opensAt.toISOString() }),
      },
    }),
    ...(form && { form }),
    textLimit: TEXT_LIMIT,
    fileLimit: limits.fileBytes,
  };
}

/** By name, one by one: what is not listed here (sites, hours) does not leave the server. */
const looksOf = (looks: Looks): Looks => ({
  title: looks.title,
  greeting: looks.greeting,
  greetingDelay: looks.greetingDelay,
  color: looks.color,
  left: looks.left,
  icon: looks.icon,
  label: looks.label,
  offsetSide: looks.offsetSide,
  offsetBottom: looks.offsetBottom,
  hideOnPhone: looks.hideOnPhone,
  language: looks.language,
  privacy: looks.privacy,
  consent: looks.consent,
  livePreview: looks.livePreview,
  closedText: looks.closedText,
});

function stream(app: FastifyInstance, deps: WebchatDependencies, limits: WebchatLimits) {
  const timing = { ...DEFAULT_TIMING, ...deps.timing };
  const perVisitor = createOpenCount();
  const perIp = createOpenCount();
  const closing = new AbortController();
  // Streams would otherwise hold up the server's close for as long as they live.
  app.addHook("preClose", async () => closing.abort());

  return async (request: FastifyRequest, reply: FastifyReply) => {
    const view = callerOf(request);
    const after = lastEventId.safeParse(request.headers["last-event-id"]);
    if (request.headers["last-event-id"] !== undefined && !after.success) {
      return fail(reply, 400, "bad-position", "Last-Event-ID must be a position that the stream gave.");
    }
    const leaveIp = perIp.take(request.ip, limits.streamsPerIp);
    const leaveVisitor = leaveIp && perVisitor.take(`${view.account.id} ${view.visitor}`, limits.streamsPerVisitor);
    if (!leaveVisitor) {
      leaveIp?.();
      reply.header("retry-after", "30");
      return fail(
        reply,
        429,
        "too-many-streams",
        "The chat is open in too many windows; this one asks now and then instead.",
      );
    }
    const gone = new AbortController();
    const signal = AbortSignal.any([gone.signal, closing.signal, AbortSignal.timeout(timing.life)]);
    const source = openStream(
      {
        read: (range, limit) => readPage(deps, view, range, limit),
        subscribe: (listener) => deps.desk.hub.subscribe(view.account.id, view.visitor, listener),
      },
      after.data,
      timing,
      signal,
    );
    source.on("error", (error) => deps.log.warn({ err: error }, "a web chat stream broke off"));
    source.on("close", () => {
      leaveVisitor();
      leaveIp();
      gone.abort();
    });
    reply.raw.on("close", () => gone.abort());
    return (
      reply
        .header("content-type", "text/event-stream; charset=utf-8")
        // nginx would otherwise collect the stream before passing it on.
        .header("x-accel-buffering", "no")
        .header("cache-control", "no-store, no-transform")
        .send(source)
    );
  };
}

function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  if (error instanceof StoreUnavailable) {
    reply.header("retry-after", "5");
    return fail(reply, 503, "unavailable", "The chat cannot keep messages just now; it will try again.");
  }
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) return fail(reply, status, "bad-request", error.message);
  request.log.error({ err: error }, "a web chat request failed");
  return fail(reply, 500, "internal", "Something went wrong here; please try again.");
}
