/**
 * Which addresses a portal may have. DOMAIN, client_endpoint, SERVER_ENDPOINT and file links are all input: whoever
 * controls one of them would otherwise make this server send tokens, or requests into its own network, to a place of
 * their choice.
 *
 * Three lines of defence:
 * 1. The authorization server is one of a fixed list of hosts. It alone receives the client secret, and it alone tells
 *    where a portal is: `client_endpoint` is believed only from its answers.
 * 2. A portal's address is https, without credentials, and no private address unless its host is in REST_PRIVATE_HOSTS
 *    (a box is private by nature, so that is the operator's decision). Loopback over http needs B24_ALLOW_HTTP=1.
 * 3. Names are judged again when they are resolved, for the very connection that carries the token: a name that
 *    answers with a public address first and a private one later gains nothing.
 *
 * Renamed portals: the old address answers 302. Its Location is not followed, not even inside *.bitrix24.*, because
 * the request carries a token and an abandoned address may belong to somebody else by then. The new address is learned
 * from a token refresh at the authorization server instead (`tokens.ts`).
 */
import { lookup as systemLookup } from "node:dns";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { isIP, type LookupFunction, type Socket } from "node:net";
import ipaddr from "ipaddr.js";

/** Authorization servers named by the documentation and the vendor's SDKs. */
const AUTHORIZATION_HOSTS = ["oauth.bitrix.info", "oauth.bitrix24.tech", "oauth.bitrix24.info"];

/** A portal that does not take a connection within this time counts as not reached. */
const CONNECT_TIMEOUT_MS = 10_000;

export interface EndpointSettings {
  /** B24_OAUTH_URL: its host is trusted beside the known ones. */
  readonly oauthUrl: string;
  /** B24_ALLOW_HTTP: http on loopback, for tests. */
  readonly allowHttp: boolean;
  /** REST_PRIVATE_HOSTS: hosts (names or addresses, with or without port) that may be private. */
  readonly privateHosts: readonly string[];
  /** Name resolution; tests hand in their own. */
  readonly lookup?: LookupFunction | undefined;
}

export type Judged =
  | { readonly kind: "accepted"; readonly url: string }
  | { readonly kind: "refused"; readonly sentence: string };

export interface EndpointPolicy {
  /** The authorization server's REST base, ends with `/rest/`. */
  serverEndpoint(value: string): Judged;
  /** A portal's REST base, ends with `/rest/`. */
  clientEndpoint(value: string): Judged;
  /** `https://<domain>/` of a portal; `value` is host[:port] without scheme. */
  domain(value: string): Judged;
  /** Why an address that an administrator wrote may not be asked; `undefined`: it may. What it resolves to is judged later. */
  outside(value: string): string | undefined;
  /** Connections that judge every resolved address, refuse none-HTTPS surprises and tell "never connected" apart. */
  agents(): { readonly httpAgent: HttpAgent; readonly httpsAgent: HttpsAgent };
}

/** Marks an error of a connection that never stood: nothing can have been sent over it. */
export const neverConnected = Symbol("never connected");

export function createEndpointPolicy(settings: EndpointSettings): EndpointPolicy {
  const oauth = new URL(settings.oauthUrl);
  const listed = new Set(settings.privateHosts.map((host) => host.trim().toLowerCase()).filter((host) => host !== ""));
  const mayBePrivate = (url: URL) => listed.has(url.host.toLowerCase()) || listed.has(bareHost(url));

  function judge(value: string): { url: URL } | { sentence: string } {
    const url = parse(value);
    if (!url) return { sentence: `"${shown(value)}" is not a web address` };
    if (url.username !== "" || url.password !== "")
      return { sentence: `The address of ${url.host} carries a user name or password` };
    if (url.search !== "" || url.hash !== "") return { sentence: `The address of ${url.host} carries a query` };
    const loopback = isLoopbackHost(bareHost(url));
    if (url.protocol === "http:" && !(settings.allowHttp && loopback))
      return { sentence: `${url.host} must be reached by https` };
    if (url.protocol !== "https:" && url.protocol !== "http:")
      return { sentence: `${url.host} must be reached by https` };
    if (loopback && !settings.allowHttp && !mayBePrivate(url)) return { sentence: privateSentence(url.host) };
    if (isIP(bareHost(url)) !== 0 && !loopback && isPrivateAddress(bareHost(url)) && !mayBePrivate(url)) {
      return { sentence: privateSentence(url.host) };
    }
    return { url };
  }

  function endpoint(value: string): Judged {
    const judged = judge(value);
    if ("sentence" in judged) return { kind: "refused", sentence: judged.sentence };
    const path = judged.url.pathname.replace(/\/+$/, "");
    if (path !== "/rest") return { kind: "refused", sentence: `The address of ${judged.url.host} is no REST address` };
    return { kind: "accepted", url: `${judged.url.origin}/rest/` };
  }

  return {
    clientEndpoint: endpoint,
    serverEndpoint(value) {
      const judged = endpoint(value);
      if (judged.kind === "refused") return judged;
      const url = new URL(judged.url);
      const known = url.host === oauth.host || (url.port === "" && AUTHORIZATION_HOSTS.includes(url.hostname));
      if (known) return judged;
      return { kind: "refused", sentence: `${url.host} is not an authorization server of Bitrix24` };
    },
    domain(value) {
      const judged = /^[^/?#@\\\s]+$/.test(value)
        ? judge(`https://${value}/`)
        : { sentence: `"${shown(value)}" is not a portal's address` };
      if ("url" in judged) return { kind: "accepted", url: `${judged.url.origin}/` };
      const plain = settings.allowHttp && /^[^/?#@\\\s]+$/.test(value) ? judge(`http://${value}/`) : judged;
      return "url" in plain
        ? { kind: "accepted", url: `${plain.url.origin}/` }
        : { kind: "refused", sentence: judged.sentence };
    },
    outside(value) {
      const judged = judge(value);
      return "sentence" in judged ? judged.sentence : undefined;
    },
    agents() {
      const options = { keepAlive: false, lookup: guardedLookup(settings, listed) };
      return { httpAgent: new GuardedHttpAgent(options), httpsAgent: new GuardedHttpsAgent(options) };
    },
  };
}

/** Resolves a name and refuses when any of its addresses is private and the host is not listed. */
function guardedLookup(settings: EndpointSettings, listed: ReadonlySet<string>): LookupFunction {
  const lookup: LookupFunction = settings.lookup ?? systemLookup;
  return (hostname, options, callback) => {
    lookup(hostname, options, (error, found, family) => {
      if (error) return callback(error, found, family);
      const addresses = typeof found === "string" ? [found] : found.map((entry) => entry.address);
      const allowed = (address: string) =>
        !isPrivateAddress(address) ||
        listed.has(hostname.toLowerCase()) ||
        (settings.allowHttp && isLoopbackHost(address));
      if (addresses.every(allowed)) return callback(null, found, family);
      const refusal: NodeJS.ErrnoException = new Error(privateSentence(hostname));
      refusal.code = "ERR_PRIVATE_ADDRESS";
      callback(refusal, found, family);
    });
  };
}

/**
 * No keep-alive: a request on a reused connection that the portal closes at that moment would be "may have happened",
 * and at a few requests a second a fresh connection costs nothing worth that doubt.
 */
class GuardedHttpAgent extends HttpAgent {
  override createConnection(
    ...given: Parameters<HttpAgent["createConnection"]>
  ): ReturnType<HttpAgent["createConnection"]> {
    return watchConnect(super.createConnection(...given), "connect");
  }
}

class GuardedHttpsAgent extends HttpsAgent {
  override createConnection(
    ...given: Parameters<HttpsAgent["createConnection"]>
  ): ReturnType<HttpsAgent["createConnection"]> {
    return watchConnect(super.createConnection(...given), "secureConnect");
  }
}

function watchConnect<Stream>(stream: Stream, ready: "connect" | "secureConnect"): Stream {
  const socket = stream as unknown as Socket;
  const timer = setTimeout(() => {
    const late: NodeJS.ErrnoException = new Error("The connection was not established in time");
    late.code = "ERR_CONNECT_TIMEOUT";
    socket.destroy(late);
  }, CONNECT_TIMEOUT_MS);
  const mark = (error: Error) => {
    clearTimeout(timer);
    Object.defineProperty(error, neverConnected, { value: true });
  };
  socket.once("error", mark);
  socket.once("close", () => clearTimeout(timer));
  socket.once(ready, () => {
    clearTimeout(timer);
    socket.off("error", mark);
  });
  return stream;
}

/** True for everything that is not a public unicast address, IPv4 inside IPv6 included. */
export function isPrivateAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return true;
  return ipaddr.process(address).range() !== "unicast";
}

function isLoopbackHost(host: string): boolean {
  if (host === "localhost" || host.endsWith(".localhost")) return true;
  return ipaddr.isValid(host) && ipaddr.process(host).range() === "loopback";
}

const bareHost = (url: URL) => url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
const privateSentence = (host: string) =>
  `${host} is at a private address; if this on-premise portal is meant to be there, list its host in REST_PRIVATE_HOSTS`;
const shown = (value: string) => value.slice(0, 100);

function parse(value: string): URL | undefined {
  try {
    return new URL(value);
  } catch {
    return undefined;
  }
}
