import { createParser } from "eventsource-parser";
import type {
  HistoryAnswer,
  PostedAnswer,
  RatingAsked,
  ReceiptAnswer,
  SessionAnswer,
  VisitorMessage,
  WrongFields,
} from "../../src/api/webchat.ts";
import type { KeptDetails } from "./storage.ts";
import type { VisitFacts } from "./visit.ts";

/** How a call ended. `later` may be repeated as it is; `refused` would only be refused again. */
export type Answer<Value> =
  | { readonly kind: "ok"; readonly value: Value }
  | { readonly kind: "later"; readonly afterMs?: number; readonly isFlood?: boolean }
  | { readonly kind: "refused"; readonly status: number; readonly fields?: WrongFields };

/** Beside a message: what the visitor filled in, and what is new of the visit. */
export interface Details extends Partial<KeptDetails> {
  readonly visit?: VisitFacts;
}

export interface StreamEvents {
  message(message: VisitorMessage, cursor: number): void;
  typing(): void;
  rating(asked: RatingAsked | undefined): void;
  /** Bytes arrive: the connection lives. */
  alive(): void;
}

export interface Api {
  token: string | undefined;
  session(create: boolean): Promise<Answer<SessionAnswer>>;
  history(range: { readonly after?: number; readonly before?: number }): Promise<Answer<HistoryAnswer>>;
  post(message: {
    readonly id: string;
    readonly text: string;
    readonly quote?: string;
    readonly details?: Details;
  }): Promise<Answer<PostedAnswer>>;
  /** Whether the server takes this of a new visitor. Keeps nothing. */
  check(details: Details): Promise<Answer<undefined>>;
  rate(session: string, value: number): Promise<Answer<undefined>>;
  upload(
    id: string,
    file: File,
    details: Details | undefined,
    progress: (part: number) => void,
    signal: AbortSignal,
  ): Promise<Answer<PostedAnswer>>;
  receipts(upTo: { readonly delivered?: number; readonly read?: number }): Promise<Answer<ReceiptAnswer>>;
  /** `text` as it stands in the input, where the team sees it. */
  typing(text?: string): void;
  /** Resolves when the stream ends, for whatever reason. */
  stream(after: number, events: StreamEvents, signal: AbortSignal): Promise<Answer<undefined>>;
  fileUrl(path: string): string;
}

/** A call that hangs this long counts as lost; posting again is harmless. */
const TIMEOUT_MS = 20_000;

/** @param base `https://…/webchat/<account>/`, with the slash */
export function createApi(base: string, language: () => string): Api {
  const headers = (extra: Record<string, string> = {}) => ({
    ...extra,
    ...(api.token !== undefined && { authorization: `Bearer ${api.token}` }),
  });
  const options = { credentials: "omit", mode: "cors", cache: "no-store", referrerPolicy: "no-referrer" } as const;

  async function call<Value>(path: string, body?: unknown): Promise<Answer<Value>> {
    try {
      const response = await fetch(base + path, {
        ...options,
        method: body === undefined ? "GET" : "POST",
        headers: headers(body === undefined ? {} : { "content-type": "application/json" }),
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (response.status === 422) return { kind: "refused", status: 422, fields: await fieldsOf(response) };
      if (!response.ok) return failed(response.status, response.headers.get("retry-after"));
      return { kind: "ok", value: response.status === 204 ? (undefined as Value) : ((await response.json()) as Value) };
    } catch {
      // No network, a break in the middle, a time-out: the browser does not tell them apart for us either.
      return { kind: "later" };
    }
  }

  const api: Api = {
    token: undefined,
    session: (create) => call("session", { create }),
    history: ({ after, before }) => {
      if (after !== undefined) return call(`messages?after=${after}&limit=100`);
      return call(before === undefined ? "messages" : `messages?before=${before}`);
    },
    post: (message) => call("messages", { ...message, language: language() }),
    check: (details) => call("details", details),
    rate: (session, value) => call("ratings", { session, value }),
    receipts: (upTo) => call("receipts", upTo),
    typing(text) {
      // A lost one is followed by the next.
      void call("typing", text === undefined ? {} : { text });
    },
    upload: (id, file, details, progress, signal) =>
      new Promise((resolve) => {
        // fetch cannot tell how much of a body has left.
        const request = new XMLHttpRequest();
        request.open("POST", `${base}files`);
        for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
        request.responseType = "json";
        request.upload.addEventListener(
          "progress",
          (event) => event.lengthComputable && progress(event.loaded / event.total),
        );
        request.addEventListener("loadend", () => {
          if (request.status === 0) resolve({ kind: "later" });
          else if (request.status < 300 && request.response !== null)
            resolve({ kind: "ok", value: request.response as PostedAnswer });
          else resolve(failed(request.status, request.getResponseHeader("retry-after")));
        });
        signal.addEventListener("abort", () => request.abort(), { once: true });
        const form = new FormData();
        form.append("id", id);
        if (details) form.append("details", JSON.stringify(details));
        form.append("file", file, file.name);
        request.send(form);
      }),
    async stream(after, events, signal) {
      try {
        const response = await fetch(`${base}stream`, {
          ...options,
          headers: headers({ "last-event-id": String(after) }),
          signal,
        });
        if (!response.ok || !response.body) return failed(response.status, response.headers.get("retry-after"));
        const parser = createParser({
          onEvent({ event, data, id }) {
            if (event === "typing") events.typing();
            if (event === "rating") events.rating((JSON.parse(data) as RatingAsked | null) ?? undefined);
            if (event === "message") events.message(JSON.parse(data) as VisitorMessage, Number(id));
          },
        });
        const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
        for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
          events.alive();
          parser.feed(chunk.value);
        }
        return { kind: "ok", value: undefined };
      } catch {
        return { kind: "later" };
      }
    },
    fileUrl: (path) => base + path,
  };
  return api;
}

/** A newer server than this page may answer in another shape: then there is no field to point at. */
async function fieldsOf(response: Response): Promise<WrongFields> {
  const body = (await response.json()) as { readonly error?: { readonly fields?: WrongFields } };
  return body.error?.fields ?? {};
}

function failed(status: number, retryAfter: string | null): Answer<never> {
  if (status !== 429 && status !== 408 && status < 500) return { kind: "refused", status };
  const seconds = Number(retryAfter);
  return {
    kind: "later",
    ...(retryAfter !== null && Number.isFinite(seconds) && { afterMs: seconds * 1000 }),
    ...(status === 429 && { isFlood: true }),
  };
}
