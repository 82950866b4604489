import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";

/** The body of an answer of `fetch` as a stream of Node's; it ends with the signal's reason when that is aborted. */
export function bodyStream(body: NonNullable<Response["body"]>, signal?: AbortSignal): Readable {
  // The same object under two declarations, Node's and the browser's, which differ where files are checked for both.
  return Readable.fromWeb(body as ReadableStream, signal === undefined ? {} : { signal });
}
