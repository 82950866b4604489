import type { ZodType } from "zod";
import type { Account } from "../../domain/account.ts";
import { firstCode, neverConnected } from "../shared/never-connected.ts";
import { parseExact } from "./json.ts";
import { answerSchema } from "./schemas.ts";

/**
 * Calls to Viber's REST API, with every possible ending as data. Nothing here repeats a call: who may repeat what is
 * decided by the outcome's reader.
 *
 * - The other side is gone before a connection stands: `not-connected`, nothing was sent, repeating is safe.
 * - It goes away, stays silent or talks nonsense after that: `unknown`, Viber may have done what was asked.
 * - A crash of ours during a call leaves no trace here; the relay recorded the attempt before.
 *
 * The token travels in a header and never with a redirect (those are errors here). Failures carry codes and Viber's own
 * words, never messages of the HTTP client.
 */

export type Failure =
  /** Viber answered with a status other than 0. */
  | { readonly kind: "refused"; readonly status: number; readonly message: string }
  | { readonly kind: "not-connected"; readonly reason: string }
  /** The call was not made: no turn came for it in time. */
  | { readonly kind: "no-turn" }
  /** Not made: this person has had as many as Viber allows without an answer. */
  | { readonly kind: "unanswered" }
  | { readonly kind: "unknown"; readonly reason: string };

export type Called<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

export interface ViberApi {
  /** Base of the API, without a slash at its end. */
  readonly root: string;
  /** Calls one method; `result` checks the part of the answer that is read. */
  call<T>(account: Account, method: string, payload: object, result: ZodType<T>): Promise<Called<T>>;
}

/** Answers are a few hundred bytes; whoever sends more is not Viber. */
const MAX_ANSWER = 256 * 1024;

export function createViberApi(options: { readonly apiUrl: string; readonly fetchTimeoutMs: number }): ViberApi {
  const root = options.apiUrl.replace(/\/+$/, "");
  return {
    root,
    async call(account, method, payload, result) {
      const { token } = account.credentials;
      const deadline = AbortSignal.timeout(options.fetchTimeoutMs);
      try {
        const response = await fetch(`${root}/${method}`, {
          method: "POST",
          headers: { "content-type": "application/json", "x-viber-auth-token": typeof token === "string" ? token : "" },
          body: JSON.stringify(payload),
          redirect: "error",
          signal: deadline,
        });
        return judge(response.status, await readText(response), result);
      } catch (error) {
        if (deadline.aborted) return unknownEnding("Viber did not answer in time");
        const reason = neverConnected(error);
        if (reason !== undefined) return { ok: false, failure: { kind: "not-connected", reason } };
        return unknownEnding(firstCode(error) ?? "the connection broke");
      }
    },
  };
}

function judge<T>(http: number, text: string, result: ZodType<T>): Called<T> {
  const answer = answerSchema.safeParse(jsonOf(text));
  if (!answer.success) return unknownEnding(`the answer had status ${http} and was not Viber's`);
  const { status, status_message: message = "" } = answer.data;
  if (status !== 0) return { ok: false, failure: { kind: "refused", status, message: message.slice(0, 300) } };
  const parsed = result.safeParse(answer.data);
  if (http < 200 || http > 299 || !parsed.success) return unknownEnding("Viber's answer could not be read");
  return { ok: true, value: parsed.data };
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    // Leaving the loop closes the connection.
    if (size > MAX_ANSWER) return "";
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function jsonOf(text: string): unknown {
  try {
    return parseExact(text);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

const unknownEnding = (reason: string): { readonly ok: false; readonly failure: Failure } => ({
  ok: false,
  failure: { kind: "unknown", reason },
});
