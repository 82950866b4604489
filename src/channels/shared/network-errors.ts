import { chainOf, errorCode, firstCode, neverConnected } from "./never-connected.ts";

/**
 * What an error of Node's fetch says about the request: whether it certainly never left, broke on the way, or is a bug of
 * ours. Messages of such errors hold addresses, and addresses may hold secrets: only codes leave this file.
 */

/** Marks errors of files we read from while uploading, so that they are told apart from errors of the network. */
export class FileReadError extends Error {
  override readonly name = "FileReadError";
}

export interface NetworkEnding {
  /**
   * `not-connected`: no request left, repeating is safe. `file-unreadable`: our own file broke during the upload, the
   * other side never got a whole request. `unknown`: it may have been done.
   */
  readonly kind: "not-connected" | "file-unreadable" | "unknown";
  readonly reason: string;
}

/** `undefined` for errors that are not the network's doing: bugs of ours, which must not be taken for weather. */
export function networkEnding(error: unknown): NetworkEnding | undefined {
  const chain = chainOf(error);
  if (chain.some((one) => one instanceof FileReadError))
    return { kind: "file-unreadable", reason: "a file could not be read" };
  const code = neverConnected(error);
  if (code !== undefined) return { kind: "not-connected", reason: code };
  if (!chain.some(isNetworkError)) return undefined;
  return { kind: "unknown", reason: firstCode(error) ?? "the connection broke" };
}

function isNetworkError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = errorCode(error);
  // Node's codes for wrong arguments are no news from the network.
  if (code !== undefined && !code.startsWith("ERR_INVALID_")) return true;
  if (error.name === "AbortError" || error.name === "TimeoutError") return true;
  // fetch says TypeError for every failure of the network and keeps the reason as cause.
  return error instanceof TypeError && (error.message === "fetch failed" || error.message === "terminated");
}
