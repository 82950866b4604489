import { randomBytes } from "node:crypto";
import multipart from "@fastify/multipart";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { dropConnection, playAfter, playBefore } from "../shared/faults.ts";
import { zeros } from "../shared/zeros.ts";
import type { Business } from "./business.ts";
import type { SendLimiter } from "./limiter.ts";
import { MEDIA_RULES, postMessage } from "./messages.ts";
import { type Fault, GraphError, invalid, type Json, type LogEntry, noObject, type Operation } from "./types.ts";
import type { WebhookDelivery } from "./webhooks.ts";

/** The Graph API over HTTP: addresses, bodies, faults, log. */

export interface ServerContext {
  readonly businesses: ReadonlyMap<string, Business>;
  readonly limiter: SendLimiter;
  readonly log: LogEntry[];
  readonly now: () => number;
  readonly httpCallbacks: boolean;
  /** Base of the addresses of files; not known before the server listens. */
  readonly url: () => string;
  delivery(business: Business): WebhookDelivery;
  takeFault(operation: Operation): Fault | undefined;
}

/** "The URL is only valid for 5 minutes." */
const ADDRESS_MS = 5 * 60_000;
const MB = 1024 * 1024;

type Handler = (input: Input) => Promise<unknown> | unknown;

interface Input {
  readonly context: ServerContext;
  readonly caller: Business;
  readonly request: FastifyRequest;
  readonly id: string;
  readonly body: Json;
}

export async function createServer(context: ServerContext): Promise<FastifyInstance> {
  const app = Fastify({ bodyLimit: 4 * MB, forceCloseConnections: true });
  app.removeAllContentTypeParsers();
  await app.register(multipart, { limits: { fileSize: 101 * MB, files: 1, fields: 10 } });
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  const route = (method: "GET" | "POST", url: string, operation: Operation, handler: Handler): void => {
    app.route<{ Params: { version: string; id: string } }>({
      method,
      url,
      handler: (request, reply) => answer(context, operation, handler, request, reply),
    });
  };
  route("POST", "/:version/:id/messages", "messages", sendMessage);
  route("POST", "/:version/:id/media", "upload", upload);
  route("GET", "/:version/:id/message_templates", "templates", listTemplates);
  route("POST", "/:version/:id/subscribed_apps", "subscribe", subscribe);
  route("POST", "/:version/:id", "configure", configure);
  route("GET", "/:version/:id", "number", readNode);
  app.get<{ Params: { key: string } }>("/whatsapp_business/attachments/:key", (request, reply) =>
    download(context, request, reply),
  );
  return app;
}

async function answer(
  context: ServerContext,
  operation: Operation,
  handler: Handler,
  request: FastifyRequest<{ Params: { version: string; id: string } }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const entry: LogEntry = {
    id: context.log.length + 1,
    operation,
    path: request.url.split("?")[0] ?? "",
    params: { ...(request.query as Json) },
    begin: context.now(),
    processed: false,
  };
  context.log.push(entry);
  try {
    const caller = authorise(context, request);
    if (!/^v\d+\.\d+$/.test(request.params.version)) throw new GraphError(400, 2500, "Unknown path components");
    const body = readJson(request);
    (entry as { params: Json }).params = { ...entry.params, ...body };
    const fault = context.takeFault(operation);
    if (fault && (await beforeEffect(fault, reply))) return reply;
    const result = await handler({ context, caller, request, id: request.params.id, body });
    entry.processed = true;
    if (fault && (await playAfter(fault.kind, reply))) return reply;
    entry.status = 200;
    return await reply.send(result);
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    entry.status = error.status;
    entry.code = error.code;
    if (error.retryAfter !== undefined) reply.header("retry-after", String(error.retryAfter));
    return reply.code(error.status).send(error.body);
  } finally {
    entry.end = context.now();
  }
}

/** The token stands in the header alone: one in an address would be in every log on the way. */
function authorise(context: ServerContext, request: FastifyRequest): Business {
  const given = request.headers.authorization;
  const caller = [...context.businesses.values()].find((one) => given === `Bearer ${one.accessToken}`);
  if (!caller || caller.revoked)
    throw new GraphError(401, 190, "Invalid OAuth access token - Cannot parse access token");
  return caller;
}

function readJson(request: FastifyRequest): Json {
  if (request.isMultipart() || !Buffer.isBuffer(request.body) || request.body.length === 0) return {};
  try {
    const json: unknown = JSON.parse(request.body.toString());
    if (typeof json === "object" && json !== null && !Array.isArray(json)) return json as Json;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw invalid("The body is not a JSON object");
}

function own(caller: Business, id: string): void {
  if (id !== caller.phoneNumberId) throw noObject();
}

const sendMessage: Handler = ({ context, caller, id, body }) => {
  own(caller, id);
  return postMessage(caller, context.limiter, body);
};

const upload: Handler = async ({ caller, id, request }) => {
  own(caller, id);
  if (!request.isMultipart()) throw invalid("The parameter file is required");
  const fields: Record<string, unknown> = {};
  let file: { readonly mime: string; readonly bytes: Buffer } | undefined;
  try {
    for await (const part of request.parts()) {
      if (part.type === "field") fields[part.fieldname] = part.value;
      else if (part.fieldname === "file") file = { mime: part.mimetype, bytes: await part.toBuffer() };
    }
  } catch (error) {
    if (error instanceof Error) throw invalid("The form did not arrive whole");
    throw error;
  }
  if (fields["messaging_product"] !== "whatsapp") throw invalid("The parameter messaging_product is required.");
  if (!file) throw invalid("The parameter file is required");
  if (fields["type"] !== file.mime) throw invalid("The parameter type is not the file's");
  const rule = Object.values(MEDIA_RULES).find((one) => one.mimes.test(file.mime));
  if (!rule)
    throw invalid(`Param file must be a file with one of the supported types. Received file of type '${file.mime}'.`);
  if (file.bytes.length > rule.most) throw invalid("Param file is too large");
  return { id: caller.addMedia(file.bytes, file.mime).id };
};

const listTemplates: Handler = ({ caller, id, request }) => {
  if (id !== caller.businessAccountId) throw noObject();
  const { status, limit = "25", after = "0" } = request.query as Readonly<Record<string, string>>;
  const all = caller.templates.filter((one) => status === undefined || one.status === status);
  const begin = Number(after);
  const end = begin + Number(limit);
  const next = `https://graph.facebook.com/next?access_token=${caller.accessToken}&after=${end}`;
  return {
    data: all.slice(begin, end),
    paging: { cursors: { before: after, after: String(end) }, ...(end < all.length && { next }) },
  };
};

const subscribe: Handler = ({ caller, id }) => {
  if (id !== caller.businessAccountId) throw noObject();
  caller.subscribed = true;
  return { success: true };
};

const configure: Handler = async ({ context, caller, id, body }) => {
  own(caller, id);
  const wanted = body["webhook_configuration"];
  if (typeof wanted !== "object" || wanted === null) throw invalid("The parameter webhook_configuration is required");
  const { override_callback_uri: url, verify_token: token } = wanted as Json;
  if (url === "") {
    caller.override = undefined;
    return { success: true };
  }
  if (typeof url !== "string" || !URL.canParse(url)) throw invalid("override_callback_uri is not an address");
  if (!url.startsWith("https://") && !context.httpCallbacks) throw invalid("override_callback_uri must be https");
  if (typeof token !== "string" || token === "") throw invalid("verify_token is required");
  await context.delivery(caller).verify(url, token);
  caller.override = url;
  caller.onWebhook();
  return { success: true };
};

const readNode: Handler = ({ context, caller, id, request }) => {
  const media = caller.media.get(id);
  const { fields = "", phone_number_id: of } = request.query as Readonly<Record<string, string>>;
  if (media) {
    if (of !== undefined && of !== caller.phoneNumberId) throw noObject();
    const key = randomBytes(16).toString("hex");
    caller.addresses.set(key, { media: id, until: context.now() + ADDRESS_MS });
    return {
      messaging_product: "whatsapp",
      url: `${context.url()}/whatsapp_business/attachments/${key}`,
      mime_type: media.mime,
      sha256: media.sha256,
      ...(media.huge?.tellsSize !== false && { file_size: String(media.huge?.zeros ?? media.bytes.length) }),
      id,
    };
  }
  own(caller, id);
  const all: Json = {
    id: caller.phoneNumberId,
    display_phone_number: caller.displayPhoneNumber,
    verified_name: caller.verifiedName,
    quality_rating: caller.quality,
    webhook_configuration: {
      ...(caller.override !== undefined && { phone_number: caller.override }),
      ...(caller.callback !== undefined && { application: caller.callback }),
    },
  };
  const asked = fields === "" ? ["id", "display_phone_number", "verified_name", "quality_rating"] : fields.split(",");
  const unknown = asked.find((one) => !(one in all));
  if (unknown !== undefined) throw invalid(`Tried accessing nonexisting field (${unknown})`);
  return Object.fromEntries(asked.map((one) => [one, all[one]]));
};

function download(
  context: ServerContext,
  request: FastifyRequest<{ Params: { key: string } }>,
  reply: FastifyReply,
): FastifyReply {
  const caller = [...context.businesses.values()].find((one) => one.addresses.has(request.params.key));
  const address = caller?.addresses.get(request.params.key);
  const media = address && caller?.media.get(address.media);
  if (request.headers.authorization !== `Bearer ${caller?.accessToken}`) return reply.code(401).send();
  if (!media || address.until < context.now()) return reply.code(404).send();
  const fault = context.takeFault("download");
  if (fault?.kind === "drop-before") {
    dropConnection(reply);
    return reply;
  }
  if (fault) return reply.code(fault.status ?? 500).send();
  reply.type(media.mime);
  if (!media.huge) return reply.send(media.bytes);
  if (media.huge.tellsSize) reply.header("content-length", media.huge.zeros);
  return reply.send(zeros(media.huge.zeros));
}

/** Plays the fault if it is one without effect. */
async function beforeEffect(fault: Fault, reply: FastifyReply): Promise<boolean> {
  if (fault.kind === "error") {
    const { status = 400, code = 131000, details = "Something went wrong", retryAfter } = fault;
    throw new GraphError(status, code, details, retryAfter === undefined ? {} : { retryAfter });
  }
  return await playBefore(fault.kind, reply);
}
