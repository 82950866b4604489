/** Whether an error of `fetch` proves that no request left. Pure. */

/** Codes that only occur before a connection stands. Others are judged by the system call that failed. */
const CONNECT_CODES = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_FAIL",
  "EAI_NODATA",
  "UND_ERR_CONNECT_TIMEOUT",
]);
/** A certificate is judged before the first byte of the request leaves. */
const CERTIFICATE_CODE =
  /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_(GET|VERIFY|DECRYPT)|HOSTNAME_MISMATCH|ERR_SSL_)/;

/**
 * What went wrong, as an error code, when it certainly happened before a request left; `undefined` otherwise, when the
 * other side may have got it. Only codes are told, never messages: those may hold addresses.
 *
 * ETIMEDOUT and EHOSTUNREACH happen on standing connections too, so they count only when the failing call is `connect`;
 * with several addresses tried, every attempt has to have failed there.
 */
export function neverConnected(error: unknown): string | undefined {
  for (const one of chainOf(error)) if (provesIt(one)) return errorCode(one) ?? "no connection";
  return undefined;
}

/** The first code in a chain of errors, for a sentence. */
export function firstCode(error: unknown): string | undefined {
  return chainOf(error)
    .map(errorCode)
    .find((code) => code !== undefined);
}

function provesIt(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(provesIt);
  const syscall = "syscall" in error ? error.syscall : undefined;
  if (syscall !== undefined) return syscall === "connect" || syscall === "getaddrinfo";
  const code = errorCode(error);
  if (code === undefined) return false;
  if (CONNECT_CODES.has(code) || CERTIFICATE_CODE.test(code)) return true;
  return code === "ECONNRESET" && error.message.includes("before secure TLS connection was established");
}

/** An error and its causes, outermost first. */
export function chainOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  let one = error;
  while (one !== undefined && one !== null && chain.length < 10) {
    chain.push(one);
    one = one instanceof Error ? one.cause : undefined;
  }
  return chain;
}

export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
