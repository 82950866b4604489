import type { MediaOutcome } from "../contract/sending.ts";
import { type Download, download, isRedirect } from "../shared/download.ts";

/**
 * Opens a file a customer sent. `ref` is the address that Viber gave with the message, good for some time only. The
 * address comes from outside, so only Viber's own hosts are asked (and the configured API's, for emulators), over https,
 * and each redirect is judged again: an address of our own network is never fetched. Reading only: repeating is always
 * safe. A stream that breaks half-way ends in an error, which its reader sees.
 */

const RETRY_MS = 5_000;
const MOST_REDIRECTS = 3;
/** Files lie at `dl-media.viber.com` and its siblings. */
const VENDOR_HOST = /(^|\.)viber\.com$/;

const gone = (sentence: string): MediaOutcome => ({ kind: "gone", sentence });
const later = (sentence: string): MediaOutcome => ({ kind: "retry", afterMs: RETRY_MS, sentence });

export async function openMedia(apiUrl: string, ref: string, signal: AbortSignal): Promise<MediaOutcome> {
  let address = allowed(apiUrl, ref);
  if (!address) return gone("Viber named a place of the file that is not Viber's own, so it was not opened.");
  try {
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
      const opened: Download = await download(address, signal);
      if (!isRedirect(opened) || opened.location === undefined) return judge(opened, address);
      opened.stream.destroy();
      address = allowed(apiUrl, URL.parse(opened.location, address.href)?.href ?? "");
      if (!address) return gone("Viber sent us on to a place that is not its own, so the file was not opened.");
    }
    return gone("Viber sent us from place to place, and the file was at none of them.");
  } catch {
    // Whatever the network says (no route, broken off, aborted): the address stays good, and its text may hold it.
    return later("Viber cannot be reached. The file will be asked for again.");
  }
}

function allowed(apiUrl: string, ref: string): URL | undefined {
  const address = URL.parse(ref);
  if (!address) return undefined;
  if (address.username !== "" || address.password !== "") return undefined;
  if (address.origin === new URL(apiUrl).origin) return address;
  const usual = address.protocol === "https:" && address.port === "" && VENDOR_HOST.test(address.hostname);
  return usual ? address : undefined;
}

function judge({ status, stream, size }: Download, address: URL): MediaOutcome {
  if (status !== 200) {
    stream.destroy();
    if (status === 429 || status >= 500)
      return later(`Viber had an error (${status}). The file will be asked for again.`);
    return gone("Viber no longer has this file. Ask the customer to send it again.");
  }
  const name = nameOf(address);
  return { kind: "opened", stream, ...(name !== undefined && { name }), ...(size !== undefined && { size }) };
}

function nameOf(address: URL): string | undefined {
  const last = address.pathname.split("/").at(-1);
  if (!last) return undefined;
  try {
    return decodeURIComponent(last);
  } catch (error) {
    if (error instanceof URIError) return last;
    throw error;
  }
}
