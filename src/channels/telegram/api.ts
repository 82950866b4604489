import { Api, type ApiClientOptions, GrammyError, HttpError, type RawApi } from "grammy";
import type { ZodType } from "zod";
import type { Account } from "../../domain/account.ts";
import { type Download, download, isRedirect } from "../shared/download.ts";
import { networkEnding } from "../shared/network-errors.ts";
import { chainOf } from "../shared/never-connected.ts";

/**
 * Calls to the Bot API through grammY, with every possible ending as data. Nothing here repeats a call: who may repeat
 * what is decided by the outcome's reader.
 *
 * - The other side is gone before a connection stands: `not-connected`, nothing was sent, repeating is safe.
 * - It goes away, stays silent or talks nonsense after that: `unknown`, Telegram may have done what was asked.
 * - Our own file breaks while it is uploaded: `file-unreadable`; Telegram never got a whole request, so it did nothing.
 * - A crash of ours during a call leaves no trace here; the relay recorded the attempt before.
 *
 * The token is part of every address, so no error of the network layer leaves this file: outcomes carry codes and
 * Telegram's own descriptions (with the token struck out), never messages of the HTTP client.
 */

export type Failure =
  /** Telegram answered with an error. */
  | {
      readonly kind: "refused";
      readonly code: number;
      readonly description: string;
      readonly retryAfterSeconds?: number;
      /** The group became a supergroup and goes on under this number. */
      readonly movedTo?: number;
    }
  | { readonly kind: "not-connected"; readonly reason: string }
  | { readonly kind: "file-unreadable"; readonly reason: string }
  | { readonly kind: "aborted" }
  | { readonly kind: "unknown"; readonly reason: string };

export type Called<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

export interface CallOptions {
  /** Added to the usual time limit: long polling and uploads take longer. */
  readonly extraMs?: number;
  readonly signal?: AbortSignal;
}

export interface TelegramApi {
  readonly root: string;
  /** Calls one method; `result` checks the part of the answer that is read. */
  call<T>(
    account: Account,
    result: ZodType<T>,
    run: (raw: RawApi, signal: RawSignal) => Promise<unknown>,
    options?: CallOptions,
  ): Promise<Called<T>>;
  /** Opens a file by its path at Telegram. The address holds the token and stays in here. */
  download(account: Account, path: string, signal: AbortSignal): Promise<Called<Download>>;
}

/** grammY types its signals by a polyfill's type; Node's own signal has all of it that grammY uses. */
export type RawSignal = NonNullable<Parameters<RawApi["getMe"]>[0]>;

/** grammY's own limit, in seconds: only a net under ours, which differ by call. */
const GRAMMY_TIMEOUT_SECONDS = 3_600;
/** Clients are a few closures each; the bound is for servers whose bots come and go for months. */
const MOST_CLIENTS = 5_000;

export function createTelegramApi(options: { readonly apiUrl: string; readonly fetchTimeoutMs: number }): TelegramApi {
  const root = options.apiUrl.replace(/\/+$/, "");
  const clients = new Map<string, RawApi>();

  function clientOf(token: string): RawApi {
    const known = clients.get(token);
    if (known) return known;
    const oldest = clients.size >= MOST_CLIENTS ? clients.keys().next().value : undefined;
    if (oldest !== undefined) clients.delete(oldest);
    const { raw } = new Api(token, { apiRoot: root, timeoutSeconds: GRAMMY_TIMEOUT_SECONDS, fetch: grammyFetch });
    clients.set(token, raw);
    return raw;
  }

  return {
    root,
    async call(account, result, run, { extraMs = 0, signal } = {}) {
      const token = tokenOf(account);
      const deadline = AbortSignal.timeout(options.fetchTimeoutMs + extraMs);
      const both = signal ? AbortSignal.any([deadline, signal]) : deadline;
      try {
        const parsed = result.safeParse(await run(clientOf(token), both as unknown as RawSignal));
        if (parsed.success) return { ok: true, value: parsed.data };
        return unknownEnding("Telegram's answer could not be read");
      } catch (error) {
        if (signal?.aborted) return { ok: false, failure: { kind: "aborted" } };
        if (deadline.aborted) return unknownEnding("Telegram did not answer in time");
        return { ok: false, failure: failureOf(error, token) };
      }
    },
    async download(account, path, signal) {
      const token = tokenOf(account);
      const address = `${root}/file/bot${token}/${path.split("/").map(encodeURIComponent).join("/")}`;
      try {
        const opened = await download(address, signal);
        if (opened.status === 200) return { ok: true, value: opened };
        opened.stream.destroy();
        if (isRedirect(opened)) return unknownEnding("Telegram sent us elsewhere for the file");
        const description = `status ${opened.status}`;
        return { ok: false, failure: { kind: "refused", code: opened.status, description } };
      } catch (error) {
        if (signal.aborted) return { ok: false, failure: { kind: "aborted" } };
        return { ok: false, failure: failureOf(error, token) };
      }
    },
  };
}

function tokenOf(account: Account): string {
  const { token } = account.credentials;
  return typeof token === "string" ? token : "";
}

const unknownEnding = (reason: string): { readonly ok: false; readonly failure: Failure } => ({
  ok: false,
  failure: { kind: "unknown", reason },
});

function failureOf(error: unknown, token: string): Failure {
  if (error instanceof GrammyError) {
    const { retry_after: retryAfterSeconds, migrate_to_chat_id: movedTo } = error.parameters;
    return {
      kind: "refused",
      code: error.error_code,
      description: String(error.description)
        .replaceAll(token || "\u0000", "<token>")
        .slice(0, 500),
      ...(typeof retryAfterSeconds === "number" && { retryAfterSeconds }),
      ...(typeof movedTo === "number" && { movedTo }),
    };
  }
  const cause = error instanceof HttpError ? error.error : error;
  const unreadable = chainOf(cause).find((one) => one instanceof UnreadableAnswer);
  if (unreadable)
    return { kind: "unknown", reason: `the answer had status ${unreadable.status} and was not Telegram's` };
  const ending = networkEnding(cause);
  if (ending) return ending;
  // Not the network's doing: a bug of ours, which must not be taken for weather. The message may hold the address.
  throw new Error(`Telegram call failed by itself: ${describeBug(cause, token)}`);
}

function describeBug(error: unknown, token: string): string {
  const text = chainOf(error).map(String).join(" <- ");
  return token === "" ? text : text.replaceAll(token, "<token>");
}

/** An answer that is no JSON: a proxy's error page, say. What stands behind it may have been done. */
class UnreadableAnswer extends Error {
  override readonly name = "UnreadableAnswer";
  readonly status: number;
  constructor(status: number) {
    super(`unreadable answer, status ${status}`);
    this.status = status;
  }
}

/**
 * Node's fetch for grammY, instead of the node-fetch it brings: only Node's keeps the failed system call in `cause`,
 * has a time limit of its own for connecting (10 s), and closes idle connections before the server does, so that a
 * message is not lost in doubt on a connection that was dead already.
 */
const nodeFetch = async (address: string, init: GrammyInit): Promise<{ json(): Promise<unknown> }> => {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  if (init.signal?.aborted) abort();
  init.signal?.addEventListener("abort", abort, { once: true });
  try {
    const request = {
      method: init.method,
      headers: { "content-type": init.headers["content-type"] },
      body: init.body,
      duplex: "half",
      redirect: "error",
      signal: controller.signal,
    };
    // Node's fetch takes any async iterable as a body; its types, which follow the browsers', do not say so.
    const response = await fetch(address, request as RequestInit);
    const text = await response.text();
    const answer = parseAnswer(text, response.status);
    return { json: () => Promise.resolve(answer) };
  } finally {
    init.signal?.removeEventListener("abort", abort);
  }
};

function parseAnswer(text: string, status: number): object {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new UnreadableAnswer(status);
    throw error;
  }
  if (typeof json !== "object" || json === null || !("ok" in json)) throw new UnreadableAnswer(status);
  if (json.ok !== true && !("error_code" in json && typeof json.error_code === "number"))
    throw new UnreadableAnswer(status);
  return json;
}

/** The part of what grammY hands to its fetch that is used here (grammY 1.46, `core/client` and `core/payload`). */
interface GrammyInit {
  readonly method: string;
  readonly headers: { readonly "content-type": string };
  readonly body: string | AsyncIterable<Uint8Array>;
  readonly signal?: {
    readonly aborted: boolean;
    addEventListener(type: "abort", listener: () => void, options?: { once: boolean }): void;
    removeEventListener(type: "abort", listener: () => void): void;
  };
}

const grammyFetch = nodeFetch as unknown as NonNullable<ApiClientOptions["fetch"]>;
