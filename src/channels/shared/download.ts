import { get as httpGet, type IncomingMessage } from "node:http";
import { get as httpsGet } from "node:https";
import type { LookupFunction } from "node:net";
import type { Readable } from "node:stream";

/**
 * Opens a file at a vendor's address. Not by `fetch`: its reader of answers is WebAssembly, which V8 translates anew in the
 * middle of the first large file, and that alone costs a process 12 MiB.
 *
 * Redirects are answered as they are. The other side silent for half a minute: an error, in the promise or in the stream.
 * Reading only, so repeating is always safe.
 */
export interface Download {
  readonly status: number;
  /** Where a redirect leads, as it was written. */
  readonly location?: string;
  /** Of the file, in bytes, where it is told and the file comes as it is. */
  readonly size?: number;
  /** Must be read to its end or destroyed. */
  readonly stream: Readable;
}

export interface DownloadLimits {
  readonly silenceMs?: number;
  /** Judges the addresses that the name has; see `public-hosts.ts`. */
  readonly lookup?: LookupFunction;
}

/** @throws what Node says of the network, or the signal's reason; see `networkEnding` */
export async function download(
  address: string | URL,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
  limits: DownloadLimits = {},
): Promise<Download> {
  const answer = await open(new URL(address), signal, headers, limits);
  const { location, "content-length": length = "", "content-encoding": encoding } = answer.headers;
  return {
    status: answer.statusCode ?? 0,
    ...(location !== undefined && { location }),
    ...(/^\d{1,15}$/.test(length) && encoding === undefined && { size: Number(length) }),
    stream: answer,
  };
}

function open(
  url: URL,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>>,
  { silenceMs = 30_000, lookup }: DownloadLimits,
): Promise<IncomingMessage> {
  const get = url.protocol === "https:" ? httpsGet : httpGet;
  return new Promise((resolve, reject) => {
    const request = get(url, { headers: { accept: "*/*", ...headers }, signal, ...(lookup && { lookup }) }, resolve);
    request.once("error", reject);
    request.setTimeout(silenceMs, () => request.destroy(new Silence()));
  });
}

class Silence extends Error {
  override readonly name = "TimeoutError";
  constructor() {
    super("the other side said nothing for too long");
  }
}

export const isRedirect = ({ status }: Download): boolean => status >= 300 && status <= 399;
