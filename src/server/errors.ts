/**
 * What goes wrong between a request and its answer, in one shape: `{error: {code, message}}`. The message is written
 * for the person who made the request. Anything not foreseen is a 500 without details; the log has them.
 */
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import type { Say } from "../domain/localised.ts";
import { StoreUnavailable } from "../store/contract.ts";

export interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string } & Readonly<Record<string, unknown>>;
}

/** An answer of ours that is not the wished-for one. Thrown by handlers, because it ends them. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;
  readonly code: string;
  /** Facts beside the message that a page acts on (the size of a backlog, say). */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(status: number, code: string, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

const RETRY_AFTER_SECONDS = 5;

/** Fastify's own refusals, in words of ours; others of the 4xx family keep their message. */
const KNOWN: Readonly<Record<string, { readonly code: string; readonly message: string }>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: "unsupported_media_type",
    message: "This content type is not accepted here.",
  },
  FST_ERR_CTP_BODY_TOO_LARGE: { code: "too_large", message: "The request is too large." },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { code: "invalid_request", message: "The request's size is not what it claims." },
  FST_ERR_CTP_INVALID_JSON_BODY: { code: "invalid_json", message: "The request is not valid JSON." },
  FST_ERR_CTP_EMPTY_JSON_BODY: { code: "invalid_json", message: "The request has no content." },
};

interface Judged {
  readonly status: number;
  readonly body: ErrorBody;
  /** What the message is about, as the request names it; stands before it. */
  readonly where?: string;
}

/** Status and body for whatever was thrown, in the words of whoever asked. */
export function judgeError(error: unknown, say: Say = (sentence) => sentence): Judged {
  const { status, body, where = "" } = judge(error);
  const { message, sentence, ...rest } = body.error;
  const told = typeof sentence === "string" ? { sentence: say(sentence) } : {};
  return { status, body: { error: { ...rest, ...told, message: `${where}${say(message)}` } } };
}

function judge(error: unknown): Judged {
  if (error instanceof HttpError) {
    return { status: error.status, body: { error: { ...error.details, code: error.code, message: error.message } } };
  }
  if (error instanceof StoreUnavailable) {
    return answer(503, "unavailable", "The database cannot be reached just now. Try again in a few seconds.");
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const first = error.validation[0];
    const path = first ? first.instancePath.replace(/^\//, "").replaceAll("/", ".") : "";
    const where = path === "" ? "" : `${path}: `;
    return { ...answer(400, "invalid_request", first?.message ?? "The request is not what is expected here."), where };
  }
  const known = KNOWN[codeOf(error)];
  const status = statusOf(error);
  if (known) return answer(status, known.code, known.message);
  if (status === 429) return answer(429, "too_many_requests", "Too many requests. Try again in a minute.");
  if (status >= 400 && status < 500 && error instanceof Error) return answer(status, "invalid_request", error.message);
  return answer(500, "internal", "Something went wrong on our side. It was logged; try again.");
}

/** Answers an error as JSON; logs what nobody foresaw. */
export function answerError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const judged = judgeError(error, request.say);
  if (judged.status >= 500) request.log.error({ err: error }, "Request failed");
  if (judged.status === 503) reply.header("retry-after", String(RETRY_AFTER_SECONDS));
  return reply.code(judged.status).type("application/json; charset=utf-8").serializer(JSON.stringify).send(judged.body);
}

function answer(status: number, code: string, message: string): Judged {
  return { status, body: { error: { code, message } } };
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}

function statusOf(error: unknown): number {
  const status = error instanceof Error && "statusCode" in error ? error.statusCode : undefined;
  return typeof status === "number" ? status : 500;
}
