/**
 * Our API as pages see it. A session that ended is renewed once with a fresh token of the portal and the request is
 * repeated; requests that meet the end of a session together share one renewal. Outside a portal there is nobody to ask,
 * so the page says that the person must sign in again.
 */
import { createParser } from "eventsource-parser";
import type { SessionAnswer } from "../../src/api/portal.ts";
import { boot, locale, placementOption } from "./boot.ts";
import { freshToken } from "./frame.ts";
import { takeGiven } from "./given.ts";

export class ApiError extends Error {
  override readonly name = "ApiError";
  /** 0: no answer at all. */
  readonly status: number;
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(status: number, code: string, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

export interface Paged<Row> {
  readonly rows: Row[];
  /** Position to go on from; absent at the end. */
  readonly next?: number;
  /** How far back was looked, where a page may stop before it is full. */
  readonly lookedTo?: string;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

const TIMEOUT_MS = 45_000;
/** The server says something on a stream at least every 15 s; this much silence means a dead line. */
const SILENCE_MS = 40_000;
let session = boot.session;
let renewing: Promise<boolean> | undefined;

export async function call<Answer>(method: Method, path: string, body?: unknown): Promise<Answer> {
  return (await send(method, path, body)).body as Answer;
}

export async function list<Row>(path: string): Promise<Paged<Row>> {
  const { body, next, lookedTo } = await send("GET", path);
  return { rows: body as Row[], ...(next !== undefined && { next }), ...(lookedTo !== undefined && { lookedTo }) };
}

async function send(
  method: Method,
  path: string,
  body?: unknown,
): Promise<{ readonly body: unknown; readonly next?: number; readonly lookedTo?: string }> {
  const given = method === "GET" ? takeGiven(path) : undefined;
  if (given) return given;
  let response = await request(method, path, body);
  if (response.status === 401 && (await renew())) response = await request(method, path, body);
  const text = await response.text();
  const answer: unknown = text === "" ? undefined : parse(text);
  if (!response.ok) throw errorOf(response.status, answer);
  const next = response.headers.get("x-next");
  const lookedTo = response.headers.get("x-looked-to");
  return { body: answer, ...(next !== null && { next: Number(next) }), ...(lookedTo !== null && { lookedTo }) };
}

/** Part of a file that has left, 0 to 1. */
export type Progress = (part: number) => void;

/**
 * Sends a file, and tells how far it is.
 * @throws ApiError, also when the signal breaks it off
 */
export async function upload<Answer>(path: string, file: File, sent: Progress, signal: AbortSignal): Promise<Answer> {
  let answer = await transfer(path, file, sent, signal);
  if (answer.status === 401 && (await renew())) answer = await transfer(path, file, sent, signal);
  const body = parse(answer.text);
  if (answer.status < 200 || answer.status >= 300) throw errorOf(answer.status, body);
  return body as Answer;
}

/** By XMLHttpRequest: `fetch` does not tell how much has left. */
function transfer(
  path: string,
  file: File,
  sent: Progress,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    const fail = () => reject(new ApiError(0, "offline", ""));
    request.open("POST", `/api${path}`);
    request.setRequestHeader("authorization", `Bearer ${session}`);
    request.setRequestHeader("accept-language", locale);
    request.upload.onprogress = ({ lengthComputable, loaded, total }) => {
      if (lengthComputable) sent(loaded / total);
    };
    request.onload = () => resolve({ status: request.status, text: request.responseText });
    request.onerror = fail;
    request.onabort = fail;
    request.onloadend = () => signal.removeEventListener("abort", stop);
    signal.addEventListener("abort", stop, { once: true });
    const form = new FormData();
    form.append("file", file, file.name);
    request.send(form);
  });
}

/**
 * Reads a stream of events until it ends, breaks or falls silent, or the signal stops it.
 * @throws ApiError when it does not begin
 */
export async function listen(
  path: string,
  heard: (event: string, data: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const silence = new AbortController();
  let watchdog: ReturnType<typeof setTimeout> | undefined;
  const alive = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => silence.abort(), SILENCE_MS);
  };
  const either = AbortSignal.any([signal, silence.signal]);
  try {
    alive();
    let response = await request("GET", path, undefined, either);
    if (response.status === 401 && (await renew())) response = await request("GET", path, undefined, either);
    if (!response.ok) throw errorOf(response.status, parse(await response.text()));
    await readEvents(response, heard, alive);
  } finally {
    clearTimeout(watchdog);
  }
}

async function readEvents(
  response: Response,
  heard: (event: string, data: string) => void,
  alive: () => void,
): Promise<void> {
  const parser = createParser({ onEvent: ({ event, data }) => heard(event ?? "message", data) });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (let chunk = await reader?.read(); chunk && !chunk.done; chunk = await reader?.read()) {
      alive();
      parser.feed(chunk.value);
    }
  } catch {
    // Broken off: for the caller the same as ended.
  }
}

function request(
  method: Method,
  path: string,
  body: unknown,
  signal: AbortSignal = AbortSignal.timeout(TIMEOUT_MS),
): Promise<Response> {
  return fetch(`/api${path}`, {
    method,
    headers: {
      authorization: `Bearer ${session}`,
      "accept-language": locale,
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal,
    cache: "no-store",
  }).catch((error: unknown) => {
    const late = error instanceof DOMException && error.name === "TimeoutError";
    throw new ApiError(0, late ? "timeout" : "offline", "");
  });
}

function renew(): Promise<boolean> {
  renewing ??= exchange().finally(() => {
    renewing = undefined;
  });
  return renewing;
}

async function exchange(): Promise<boolean> {
  const token = await freshToken();
  if (!token) return false;
  const response = await request("POST", "/session", token);
  if (!response.ok) return false;
  session = ((await response.json()) as SessionAnswer).session;
  return true;
}

function errorOf(status: number, answer: unknown): ApiError {
  const error = (answer as { error?: { code?: unknown; message?: unknown } } | undefined)?.error;
  const { code, message, ...details } = error ?? {};
  return new ApiError(
    status,
    typeof code === "string" ? code : "unknown",
    typeof message === "string" ? message : "",
    details,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Where a person outside the portal signs in again. */
export const signInAddress = () => placementOption("login");
