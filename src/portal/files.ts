import { get as httpGet, type IncomingMessage } from "node:http";
import { get as httpsGet } from "node:https";
import type { PortalFile } from "./contract.ts";
import type { EndpointPolicy } from "./endpoints.ts";

const MAX_REDIRECTS = 3;

/**
 * Opens a file link that came in an event. The link is input: only https (or the loopback of tests), every address judged
 * at connection, at most three redirects and each judged again; no token is sent. A browser's User-Agent, because signed
 * links of the portal refuse unknown clients (documentation: general principles of calls).
 *
 * Portal gone or slow: `retry`. The link over (404, 403, a log-in page instead of a file): `gone`, it never comes back.
 */
export function createPortalFiles(policy: EndpointPolicy): (url: string, signal: AbortSignal) => Promise<PortalFile> {
  const agents = policy.agents();

  return async (url, signal) => {
    let place = url;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
      const parsed = URL.canParse(place) ? new URL(place) : undefined;
      const judged =
        parsed && (parsed.protocol === "https:" || parsed.protocol === "http:")
          ? policy.domain(parsed.host)
          : undefined;
      if (
        !parsed ||
        judged?.kind !== "accepted" ||
        (new URL(judged.url).protocol !== parsed.protocol && !isLoopback(parsed))
      ) {
        return { kind: "gone", sentence: "The portal gave a link to a file that is not safe to open." };
      }
      let answer: IncomingMessage;
      try {
        answer = await request(parsed, signal);
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ERR_PRIVATE_ADDRESS") {
          return { kind: "gone", sentence: "The portal gave a link to a file at a private address." };
        }
        return { kind: "retry", sentence: "A file could not be fetched from the portal just now." };
      }
      const status = answer.statusCode ?? 0;
      const location = answer.headers.location;
      if (status >= 300 && status < 400 && location !== undefined && URL.canParse(location, place)) {
        answer.resume();
        place = new URL(location, place).href;
        continue;
      }
      if (status === 200)
        return { kind: "opened", stream: answer, mime: answer.headers["content-type"]?.split(";")[0]?.trim() };
      answer.resume();
      if (status === 408 || status === 429 || status >= 500)
        return { kind: "retry", sentence: `The portal answered ${status} when a file was fetched.` };
      return { kind: "gone", sentence: "The portal no longer gives out a file of this message." };
    }
    return { kind: "gone", sentence: "The portal's link to a file leads in circles." };
  };

  function request(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
    const headers = { "user-agent": "Mozilla/5.0 (compatible; Threadline)", referer: `${url.origin}/`, accept: "*/*" };
    const get = url.protocol === "https:" ? httpsGet : httpGet;
    const agent = url.protocol === "https:" ? agents.httpsAgent : agents.httpAgent;
    return new Promise((resolve, reject) => {
      get(url, { headers, agent, signal }, resolve).once("error", reject);
    });
  }
}

/** Where http is allowed at all (tests), the policy has already said so. */
function isLoopback(url: URL): boolean {
  return url.hostname === "127.0.0.1" || url.hostname === "localhost" || url.hostname === "[::1]";
}
