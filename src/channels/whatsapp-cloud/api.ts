import type { ReadableStream } from "node:stream/web";
import type { ZodType } from "zod";
import { z } from "zod";
import type { Account } from "../../domain/account.ts";
import { type Download, download, isRedirect } from "../shared/download.ts";
import { networkEnding } from "../shared/network-errors.ts";
import { API_VERSION } from "./about.ts";

/**
 * Calls to Meta's Graph API with every possible ending as data. Nothing here repeats a call.
 *
 * - The other side is gone before a connection stands: `not-connected`, nothing was sent.
 * - It goes away, stays silent or talks nonsense after that: `unknown`, it may have been done.
 * - It answers with an error: `refused`, with Meta's own code, which says more than the status of HTTP.
 * - A crash of ours during a call leaves no trace here; the relay recorded the attempt before.
 *
 * The token travels in a header and goes to Meta's hosts only (`mayHaveToken`).
 */

export type Failure =
  | Refusal
  | { readonly kind: "not-connected" | "file-unreadable" | "unknown"; readonly reason: string }
  /** `no-turn`: the call was not made. */
  | { readonly kind: "aborted" | "no-turn" };

export interface Refusal {
  readonly kind: "refused";
  /** Of HTTP. */
  readonly status: number;
  /** Meta's; 0 with status 401 is one of them too, so an answer without any has none here. */
  readonly code?: number;
  readonly subcode?: number;
  /** Meta's words about the very cause, the token struck out. */
  readonly details: string;
  readonly retryAfterSeconds?: number;
}

export type Called<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

export interface Call {
  readonly method: "GET" | "POST";
  /** Below the version, encoded: `123/messages`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly upload?: Upload;
  /** Added to the usual time limit. */
  readonly extraMs?: number;
  readonly signal?: AbortSignal;
}

/** A body that is streamed; `size` bytes in all. */
export interface Upload {
  readonly contentType: string;
  readonly size: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

export interface GraphApi {
  call<T>(account: Account, result: ZodType<T>, call: Call): Promise<Called<T>>;
  /** Opens an address that Meta named; refused with `undefined` code when the token must not go there. */
  download(account: Account, url: string, signal: AbortSignal): Promise<Called<Download>>;
}

export interface Credentials {
  readonly phoneNumberId: string;
  readonly businessAccountId: string;
  readonly accessToken: string;
  readonly appSecret: string;
}

/** What an account holds; what is missing is empty, and then nothing is accepted and nothing proves itself. */
export function credentialsOf(account: Account): Credentials {
  const text = (key: keyof Credentials): string => {
    const value = account.credentials[key];
    return typeof value === "string" ? value : "";
  };
  return {
    phoneNumberId: text("phoneNumberId"),
    businessAccountId: text("businessAccountId"),
    accessToken: text("accessToken"),
    appSecret: text("appSecret"),
  };
}

/** Hosts that Meta serves media from (`lookaside.fbsbx.com` in its documentation), and those around it. */
const META_HOSTS = /(^|\.)(fbsbx\.com|facebook\.com|fbcdn\.net|whatsapp\.net)$/;

/** Whether the token may be sent to an address that came in an answer: it is the account's key, and addresses can lie. */
export function mayHaveToken(url: string, root: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, origin, username, password } = new URL(url);
  if (username !== "" || password !== "") return false;
  return origin === new URL(root).origin || (protocol === "https:" && META_HOSTS.test(hostname));
}

const errorSchema = z.object({
  error: z.object({
    message: z.string().optional().catch(undefined),
    code: z.number(),
    error_subcode: z.number().optional().catch(undefined),
    error_data: z.object({ details: z.string().optional() }).optional().catch(undefined),
  }),
});

/** Longest answer that is read: lists of templates are the longest. */
const MOST_ANSWER_BYTES = 8 * 1024 * 1024;

export function createGraphApi(options: { readonly apiUrl: string; readonly fetchTimeoutMs: number }): GraphApi {
  const root = options.apiUrl.replace(/\/+$/, "");
  return {
    async call(account, result, call) {
      const { accessToken } = credentialsOf(account);
      const deadline = AbortSignal.timeout(options.fetchTimeoutMs + (call.extraMs ?? 0));
      const signal = call.signal ? AbortSignal.any([deadline, call.signal]) : deadline;
      const query = call.query ? `?${new URLSearchParams(call.query).toString()}` : "";
      try {
        const response = await fetch(
          `${root}/${API_VERSION}/${call.path}${query}`,
          requestOf(call, accessToken, signal),
        );
        const json = parseJson(await readText(response));
        if (!response.ok) return { ok: false, failure: refusalOf(response, json, accessToken) };
        const parsed = result.safeParse(json);
        return parsed.success ? { ok: true, value: parsed.data } : unknownEnding("WhatsApp's answer could not be read");
      } catch (error) {
        if (call.signal?.aborted) return { ok: false, failure: { kind: "aborted" } };
        if (deadline.aborted) return unknownEnding("WhatsApp did not answer in time");
        return { ok: false, failure: endingOf(error) };
      }
    },
    async download(account, url, signal) {
      if (!mayHaveToken(url, root)) {
        return { ok: false, failure: { kind: "refused", status: 403, details: "the address is not one of Meta's" } };
      }
      const { accessToken } = credentialsOf(account);
      try {
        const headers = { authorization: `Bearer ${accessToken}`, "user-agent": "threadline" };
        const opened = await download(url, signal, headers);
        if (opened.status === 200) return { ok: true, value: opened };
        opened.stream.destroy();
        if (isRedirect(opened)) return unknownEnding("WhatsApp sent us elsewhere for the file");
        return { ok: false, failure: { kind: "refused", status: opened.status, details: `status ${opened.status}` } };
      } catch (error) {
        if (signal.aborted) return { ok: false, failure: { kind: "aborted" } };
        return { ok: false, failure: endingOf(error) };
      }
    },
  };
}

function requestOf(call: Call, token: string, signal: AbortSignal): RequestInit {
  const headers: Record<string, string> = { authorization: `Bearer ${token}`, accept: "application/json" };
  const init = { method: call.method, headers, signal, redirect: "error" } as const;
  if (call.upload) {
    headers["content-type"] = call.upload.contentType;
    headers["content-length"] = String(call.upload.size);
    // Node's fetch takes any async iterable as a body; its types, which follow the browsers', do not say so.
    return { ...init, body: call.upload.chunks, duplex: "half" } as unknown as RequestInit;
  }
  if (call.json === undefined) return init;
  headers["content-type"] = "application/json";
  return { ...init, body: JSON.stringify(call.json) };
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as ReadableStream<Uint8Array>) {
    size += chunk.length;
    if (size > MOST_ANSWER_BYTES) return "";
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const unknownEnding = (reason: string): { readonly ok: false; readonly failure: Failure } => ({
  ok: false,
  failure: { kind: "unknown", reason },
});

function refusalOf(response: Response, json: unknown, token: string): Failure {
  const parsed = errorSchema.safeParse(json);
  const wait = Number(response.headers.get("retry-after") ?? Number.NaN);
  const retry = Number.isFinite(wait) && wait >= 0 ? { retryAfterSeconds: wait } : {};
  if (!parsed.success) {
    return { kind: "refused", status: response.status, details: `status ${response.status}`, ...retry };
  }
  const { message = "", code, error_subcode: subcode, error_data: data } = parsed.data.error;
  const details = (data?.details ?? message).replaceAll(token === "" ? "\u0000" : token, "<token>").slice(0, 500);
  return {
    kind: "refused",
    status: response.status,
    code,
    details,
    ...(subcode !== undefined && { subcode }),
    ...retry,
  };
}

function endingOf(error: unknown): Failure {
  const ending = networkEnding(error);
  if (ending) return ending;
  throw new Error("A call to WhatsApp failed by itself", { cause: error });
}
