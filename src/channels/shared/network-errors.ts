/**
 * What an error of Node's fetch says about the request: whether it certainly never left, broke on the way, or is a bug of
 * ours. Messages of such errors hold addresses, and addresses may hold secrets: only codes leave this file.
 */

/** Marks errors of files we read from while uploading, so that they are told apart from errors of the network. */
export class FileReadError extends Error {
  override readonly name = "FileReadError";
}

export type NetworkEnding =
  /** No request left: repeating is safe. */
  | { readonly kind: "not-connected"; readonly reason: string }
  /** Our own file broke during the upload: the other side never got a whole request. */
  | { readonly kind: "file-unreadable"; readonly reason: string }
  /** It may have been done. */
  | { readonly kind: "unknown"; readonly reason: string };

/** `undefined` for errors that are not the network's doing: bugs of ours, which must not be taken for weather. */
export function networkEnding(error: unknown): NetworkEnding | undefined {
  const chain = causes(error);
  if (chain.some((one) => one instanceof FileReadError))
    return { kind: "file-unreadable", reason: "a file could not be read" };
  const code = chain.map(codeOf).find((one) => one !== undefined);
  if (chain.some(neverConnected)) return { kind: "not-connected", reason: code ?? "no connection" };
  return chain.some(isNetworkError) ? { kind: "unknown", reason: code ?? "the connection broke" } : undefined;
}

function causes(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let one = error; one !== undefined && one !== null && chain.length < 10; ) {
    chain.push(one);
    one = one instanceof Error ? one.cause : undefined;
  }
  return chain;
}

function isNetworkError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  // Node's codes for wrong arguments are no news from the network.
  if (code !== undefined && !code.startsWith("ERR_INVALID_")) return true;
  if (error.name === "AbortError" || error.name === "TimeoutError") return true;
  // fetch says TypeError for every failure of the network and keeps the reason as cause.
  return error instanceof TypeError && (error.message === "fetch failed" || error.message === "terminated");
}

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

/** ETIMEDOUT and EHOSTUNREACH happen on standing connections too, so they count only when `connect` failed with them. */
function neverConnected(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(neverConnected);
  const syscall = "syscall" in error ? error.syscall : undefined;
  if (syscall !== undefined) return syscall === "connect" || syscall === "getaddrinfo";
  const code = codeOf(error);
  if (code === undefined) return false;
  return (
    CONNECT_CODES.has(code) ||
    CERTIFICATE_CODE.test(code) ||
    (code === "ECONNRESET" && error.message.includes("before secure TLS connection was established"))
  );
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
