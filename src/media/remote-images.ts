/**
 * Pictures that stand elsewhere, shown by our own address: whoever sent them sees this server and not the agent who looks.
 *
 * The link is signed, so only what stood in a letter is fetched; it ends after a quarter of an hour. Hosts are judged as they
 * are written, and connections by what a name resolves to (no private network), at most three redirects, at most 5 MB, and only bytes that are a
 * picture are passed on, whatever the other side calls them. Slow or gone: `undefined`, and the letter shows a gap.
 */
import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { type Agent as HttpAgent, get as httpGet, type IncomingMessage } from "node:http";
import { type Agent as HttpsAgent, get as httpsGet } from "node:https";
import { fileTypeFromBuffer } from "file-type";

export interface RemoteImages {
  /** Our address for a picture; `undefined` for what is no web address. */
  link(address: string): string | undefined;
  /** What the query of such an address says is shown: never throws. */
  open(query: { readonly u?: unknown; readonly e?: unknown; readonly s?: unknown }): Promise<RemoteImage | undefined>;
}

export interface RemoteImage {
  readonly bytes: Buffer;
  readonly mime: string;
}

export interface RemoteImagesOptions {
  readonly publicUrl: string;
  readonly secretKey: string;
  readonly agents: { readonly httpAgent: HttpAgent; readonly httpsAgent: HttpsAgent };
  /** Judges a host as it is written: agents only see what a name resolves to. */
  readonly mayReach: (host: string) => boolean;
  readonly now: () => Date;
}

const LINK_LIFE_MS = 15 * 60_000;
const MOST_BYTES = 5 * 1024 * 1024;
const MOST_REDIRECTS = 3;
const PATIENCE_MS = 10_000;
/** What browsers draw and what runs nothing: no SVG. */
const SHOWN = ["image/png", "image/jpeg", "image/gif", "image/webp"];

export function createRemoteImages({ publicUrl, secretKey, agents, mayReach, now }: RemoteImagesOptions): RemoteImages {
  const key = Buffer.from(hkdfSync("sha256", secretKey, "", "threadline pictures of letters", 32));
  const sign = (address: string, expires: string) => createHmac("sha256", key).update(`${expires}.${address}`).digest();

  return {
    link(address) {
      if (webAddress(address) === undefined) return undefined;
      const expires = String(Math.floor(now().getTime() / 1000) + LINK_LIFE_MS / 1000);
      const u = Buffer.from(address).toString("base64url");
      return `${publicUrl}/letter-images?u=${u}&e=${expires}&s=${sign(address, expires).toString("base64url")}`;
    },

    async open({ u, e, s }) {
      if (typeof u !== "string" || typeof e !== "string" || typeof s !== "string" || !/^\d{1,12}$/.test(e))
        return undefined;
      const address = Buffer.from(u, "base64url").toString();
      const [given, right] = [Buffer.from(s, "base64url"), sign(address, e)];
      if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
      if (Number(e) * 1000 < now().getTime()) return undefined;
      try {
        return await fetchImage(address);
      } catch {
        // Slow, gone, or at a private address: a letter without that picture.
        return undefined;
      }
    },
  };

  async function fetchImage(address: string): Promise<RemoteImage | undefined> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    let place = address;
    for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
      const url = webAddress(place);
      if (!url || !mayReach(url.host)) return undefined;
      const answer = await request(url, signal);
      const { statusCode = 0, headers } = answer;
      if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
        answer.destroy();
        place = new URL(headers.location, url).href;
        continue;
      }
      if (statusCode !== 200) {
        answer.destroy();
        return undefined;
      }
      const bytes = await readUpTo(answer, MOST_BYTES);
      const type = bytes && (await fileTypeFromBuffer(bytes))?.mime;
      return bytes && type && SHOWN.includes(type) ? { bytes, mime: type } : undefined;
    }
    return undefined;
  }

  function request(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
    const isSecure = url.protocol === "https:";
    const options = {
      headers: { accept: SHOWN.join(", ") },
      signal,
      agent: isSecure ? agents.httpsAgent : agents.httpAgent,
    };
    return new Promise((resolve, reject) => {
      (isSecure ? httpsGet : httpGet)(url, options, resolve).once("error", reject);
    });
  }
}

function webAddress(address: string): URL | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  return url && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "" ? url : undefined;
}

async function readUpTo(answer: IncomingMessage, most: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) {
      answer.destroy();
      return undefined;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
