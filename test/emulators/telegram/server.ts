import { setTimeout as pause } from "node:timers/promises";
import multipart from "@fastify/multipart";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { dropConnection, playAfter, playBefore } from "../shared/faults.ts";
import type { EmulatedBot } from "./bot.ts";
import type { FloodLimiter } from "./limiter.ts";
import { runMethod } from "./methods.ts";
import { type CallInput, type MethodName, PARAMETERS, type Upload } from "./parameters.ts";
import { getUpdates } from "./polling.ts";
import { BotApiError, badRequest, type Fault, type Json, type LogEntry } from "./types.ts";

/** The Bot API over HTTP: addresses, bodies, faults, limits, log. */

export interface ServerContext {
  readonly bots: ReadonlyMap<string, EmulatedBot>;
  readonly limiter: FloodLimiter;
  readonly log: LogEntry[];
  readonly httpWebhooks: boolean;
  readonly now: () => number;
  /** How long a message takes to be sent, half of it before it has its effect. */
  readonly latencyMs: number;
  /** Takes the next fault that hits this method out of the list. */
  takeFault(method: string): Fault | undefined;
}

const MB = 1024 * 1024;
const METHODS = new Map(Object.keys(PARAMETERS).map((name) => [name.toLowerCase(), name as MethodName]));

export async function createServer(context: ServerContext): Promise<FastifyInstance> {
  const app = Fastify({ bodyLimit: 60 * MB, forceCloseConnections: true });
  app.removeAllContentTypeParsers();
  await app.register(multipart, { limits: { fileSize: 60 * MB, files: 20, fields: 100, fieldSize: 2 * MB } });
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  app.route<{ Params: { token: string; method: string } }>({
    method: ["GET", "POST"],
    url: "/bot:token/:method",
    handler: (request, reply) => answer(context, request, reply),
  });
  app.get<{ Params: { token: string; "*": string } }>("/file/bot:token/*", (request, reply) =>
    sendBytes(context, request.params, reply),
  );
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ ok: false, error_code: 404, description: "Not Found" }),
  );
  return app;
}

async function answer(
  context: ServerContext,
  request: FastifyRequest<{ Params: { token: string; method: string } }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const begin = context.now();
  const bot = context.bots.get(request.params.token);
  const method = METHODS.get(request.params.method.toLowerCase());
  if (!/^\d+:[\w-]{20,}$/.test(request.params.token)) return fail(reply, new BotApiError(404, "Not Found"));
  if (!bot || bot.revoked) return fail(reply, new BotApiError(401, "Unauthorized"));
  if (!method) return fail(reply, new BotApiError(404, "Not Found: method not found"));
  const entry: LogEntry = { id: context.log.length + 1, bot: bot.id, method, params: {}, begin, processed: false };
  context.log.push(entry);
  try {
    const input = await readInput(request);
    (entry as { params: Json }).params = describe(input);
    const fault = context.takeFault(method);
    if (fault && (await beforeEffect(fault, reply))) return reply;
    const takesTime = method.startsWith("send") && context.latencyMs > 0;
    if (takesTime) await pause(context.latencyMs / 2);
    const result = await perform(context, bot, method, input, request);
    entry.processed = true;
    entry.result = result;
    if (takesTime) await pause(context.latencyMs / 2);
    if (fault && (await playAfter(fault.kind, reply))) return reply;
    entry.status = 200;
    return await reply.send({ ok: true, result });
  } catch (error) {
    if (error instanceof BotApiError) {
      entry.status = error.code;
      entry.description = error.description;
      return fail(reply, error);
    }
    if (isAborted(error)) {
      entry.description = "the request did not arrive whole";
      return fail(reply, badRequest("request aborted"));
    }
    throw error;
  } finally {
    entry.end = context.now();
  }
}

const COSTS: Partial<Record<MethodName, (input: CallInput) => number>> = {
  sendMediaGroup: (input) => mediaCount(input),
};

async function perform(
  context: ServerContext,
  bot: EmulatedBot,
  method: MethodName,
  input: CallInput,
  request: FastifyRequest,
): Promise<unknown> {
  if (method === "getUpdates") return await getUpdates(bot, input, request.raw);
  if (method.startsWith("send") && method !== "sendChatAction") {
    context.limiter.charge(bot.id, Number(input.fields.chat_id), COSTS[method]?.(input) ?? 1);
  }
  return await runMethod(method, { bot, input, httpWebhooks: context.httpWebhooks });
}

function mediaCount(input: CallInput): number {
  const { media } = input.fields;
  if (Array.isArray(media)) return media.length;
  return typeof media === "string" ? media.split("attach://").length - 1 : 1;
}

function fail(reply: FastifyReply, error: BotApiError): FastifyReply {
  return reply.code(error.code).send({
    ok: false,
    error_code: error.code,
    description: error.description,
    ...(error.parameters && { parameters: error.parameters }),
  });
}

/** Plays the fault if it is one without effect. */
async function beforeEffect(fault: Fault, reply: FastifyReply): Promise<boolean> {
  const seconds = fault.retryAfter ?? 3;
  if (fault.kind === "429")
    throw new BotApiError(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds });
  if (fault.kind === "500") throw new BotApiError(500, fault.description ?? "Internal Server Error");
  if (fault.kind === "error")
    throw new BotApiError(fault.code ?? 400, fault.description ?? "Bad Request: unknown error");
  return await playBefore(fault.kind, reply);
}

async function readInput(request: FastifyRequest): Promise<CallInput> {
  const query = request.query as Json;
  if (request.isMultipart()) return await readMultipart(request, query);
  const { body } = request;
  if (!Buffer.isBuffer(body) || body.length === 0) return { fields: query, uploads: new Map() };
  const type = request.headers["content-type"] ?? "";
  if (type.includes("application/x-www-form-urlencoded")) {
    return { fields: { ...query, ...Object.fromEntries(new URLSearchParams(body.toString())) }, uploads: new Map() };
  }
  if (!type.includes("application/json")) throw badRequest(`unsupported content type ${type}`);
  try {
    const json: unknown = JSON.parse(body.toString());
    if (typeof json !== "object" || json === null || Array.isArray(json))
      throw badRequest("object expected as request");
    return { fields: { ...query, ...json }, uploads: new Map() };
  } catch (error) {
    throw error instanceof SyntaxError ? badRequest("can't parse request as JSON object") : error;
  }
}

async function readMultipart(request: FastifyRequest, query: Json): Promise<CallInput> {
  const fields: Record<string, unknown> = { ...query };
  const uploads = new Map<string, Upload>();
  for await (const part of request.parts()) {
    if (part.type === "field") {
      fields[part.fieldname] = part.value;
      continue;
    }
    const bytes = await part.toBuffer();
    // The public server undoes percent-encoding in names.
    uploads.set(part.fieldname, { name: decodeName(part.filename), bytes });
    // A file given under the parameter's own name is that parameter.
    if (part.fieldname in { photo: 1, video: 1, animation: 1, voice: 1, audio: 1, document: 1, sticker: 1 }) {
      fields[part.fieldname] = `attach://${part.fieldname}`;
    }
  }
  return { fields, uploads };
}

function decodeName(name: string): string {
  return name.replace(/(?:%[0-9A-Fa-f]{2})+/g, (part) => Buffer.from(part.replaceAll("%", ""), "hex").toString("utf8"));
}

function describe(input: CallInput): Json {
  const files = [...input.uploads].map(([field, upload]) => ({ field, name: upload.name, size: upload.bytes.length }));
  return { ...input.fields, ...(files.length > 0 && { _files: files }) };
}

/** The caller went away while it was sending, or sent half a form. */
function isAborted(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  return (
    ["ECONNRESET", "ERR_STREAM_PREMATURE_CLOSE", "ABORT_ERR"].includes(code) ||
    /aborted|premature|unexpected end/i.test(error.message)
  );
}

function sendBytes(context: ServerContext, params: { token: string; "*": string }, reply: FastifyReply): FastifyReply {
  const bot = context.bots.get(params.token);
  const file = bot && [...bot.files.values()].find((one) => one.path === params["*"]);
  if (!file?.bytes) return fail(reply, new BotApiError(404, "Not Found"));
  const fault = context.takeFault("file");
  if (fault?.kind === "500") return fail(reply, new BotApiError(500, "Internal Server Error"));
  if (fault?.kind === "drop-before") {
    dropConnection(reply);
    return reply;
  }
  return reply.type("application/octet-stream").send(file.bytes);
}
