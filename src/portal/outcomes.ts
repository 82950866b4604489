/**
 * What an answer or a failure of a request means. The one question that everything hangs on: may the portal have done
 * it? "Certainly not" only where the connection never stood or the portal itself says that it did not begin; silence,
 * a cut connection, an unreadable body or a 5xx after sending are all "maybe".
 *
 * Never logs or keeps the SDK's errors: they hold the request, and so the token.
 */
import { AjaxError } from "@bitrix24/b24jssdk";
import { neverConnected } from "./endpoints.ts";

/** How one request, or one command of a batch, ended other than well. */
export type Fault =
  /** 503 QUERY_LIMIT_EXCEEDED: not executed, the bucket is full. */
  | { readonly kind: "rate-limited" }
  /** 429 OPERATION_TIME_LIMIT: not executed, the method's time budget is used up. */
  | { readonly kind: "over-budget" }
  /** Not executed: the access token is expired or dead. */
  | { readonly kind: "token-rejected" }
  /** Not executed: the old address of the portal answered with a redirect. */
  | { readonly kind: "moved" }
  | { readonly kind: "unauthorised"; readonly sentence: string }
  | { readonly kind: "refused"; readonly code: string; readonly sentence: string }
  | { readonly kind: "unreachable"; readonly sentence: string }
  | { readonly kind: "ambiguous"; readonly sentence: string };

/** Codes by which the portal says that this application, or this person, gets nothing until a person acts. */
const UNAUTHORISED: Readonly<Record<string, string>> = {
  NO_AUTH_FOUND:
    "The portal does not accept our authorization any more. An administrator must open the application in Bitrix24.",
  PAYMENT_REQUIRED: "The application's subscription in this portal has run out. Renew it in Bitrix24 Market.",
  PORTAL_DELETED: "The portal is closed.",
  APPLICATION_NOT_FOUND: "The application is not installed in this portal any more.",
  ERROR_OAUTH:
    "The portal does not accept our authorization any more. An administrator must open the application in Bitrix24.",
  INVALID_CREDENTIALS:
    "The employee under whom the application works lacks a right. An administrator must open the application in Bitrix24.",
  user_access_error:
    "The application is not open to the employee under whom it works. Check its access rights in Bitrix24.",
  OVERLOAD_LIMIT: "Bitrix24 has blocked REST for this portal by hand. Write to Bitrix24 support.",
};

const CERTAINLY_NOT_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "EADDRNOTAVAIL",
  "ERR_CONNECT_TIMEOUT",
  "ERR_PRIVATE_ADDRESS",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

/** Judges what the SDK threw. */
export function faultOf(thrown: unknown): Fault {
  if (!(thrown instanceof AjaxError)) return ambiguous("The request ended in an unexpected way");
  const { code, status } = thrown;
  const cause = rootCause(thrown);
  if (status >= 300 && status < 400) return { kind: "moved" };
  if (status === 0 || status === 408) return transportFault(cause);
  return answerFault(code, thrown.message, status, responded(thrown));
}

/** Judges an error the portal put into an answer, of a request or of one command of a batch. */
export function answerFault(code: string, description: string, status: number, readable = true): Fault {
  if (code === "QUERY_LIMIT_EXCEEDED") return { kind: "rate-limited" };
  if (code === "OPERATION_TIME_LIMIT") return { kind: "over-budget" };
  if (code === "expired_token" || code === "invalid_token") return { kind: "token-rejected" };
  const known = UNAUTHORISED[code];
  if (known !== undefined) return { kind: "unauthorised", sentence: known };
  if (status >= 500 || status === 408) return ambiguous(`The portal answered with an internal error (${status})`);
  if (status < 400 && !readable) return ambiguous("The portal's answer could not be read");
  if (!readable)
    return {
      kind: "refused",
      code: `HTTP_${status}`,
      sentence: `The portal, or a proxy before it, refused the request (status ${status}).`,
    };
  if (status === 429) return { kind: "over-budget" };
  return { kind: "refused", code, sentence: refusal(code, description) };
}

/** Judges an error of the connection. */
export function transportFault(cause: unknown): Fault {
  const code = errorCode(cause);
  const syscall = property(cause, "syscall");
  const certainlyNot =
    property(cause, neverConnected) === true ||
    CERTAINLY_NOT_SENT.has(code) ||
    (code === "ETIMEDOUT" && syscall === "connect");
  if (certainlyNot) return { kind: "unreachable", sentence: unreachableSentence(code) };
  return ambiguous("The connection broke before the portal answered");
}

export const ambiguous = (what: string): Fault => ({
  kind: "ambiguous",
  sentence: `${what}; it may or may not have been carried out.`,
});

function unreachableSentence(code: string): string {
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return "The portal's address cannot be resolved. Check the portal's address and this server's DNS.";
  if (code === "ERR_PRIVATE_ADDRESS")
    return "The portal is at a private address, which is not allowed. List its host in REST_PRIVATE_HOSTS if that is meant.";
  if (
    code.includes("CERT") ||
    code.includes("SIGN") ||
    code.includes("TLS") ||
    code.includes("SSL") ||
    code === "EPROTO"
  ) {
    return "The portal's TLS certificate is not valid. The portal's administrator must renew it.";
  }
  return "The portal cannot be reached just now.";
}

function refusal(code: string, description: string): string {
  if (code === "insufficient_scope")
    return "The application lacks a permission for this. An administrator must update or reinstall it in Bitrix24.";
  const words = description.trim().slice(0, 300);
  return words === "" ? `The portal refused it (${code}).` : `The portal refused it: ${words}`;
}

function rootCause(error: AjaxError): unknown {
  const original = property(error, "originalError");
  return property(original, "cause") ?? original;
}

/** Whether the answer was one of the portal's own (JSON with an error code), not a proxy's page. */
function responded(error: AjaxError): boolean {
  const body = property(property(property(error, "originalError"), "response"), "data");
  return typeof body === "object" && body !== null && "error" in body;
}

function errorCode(value: unknown): string {
  const code = property(value, "code");
  return typeof code === "string" ? code : "";
}

function property(value: unknown, key: PropertyKey): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
