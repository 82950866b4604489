import { lookup as systemLookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";

/**
 * Keeps connections to hosts that somebody typed, or that a foreign file names, out of our own network: a name is judged
 * by the very addresses that the connection then uses, so that one which answers differently a moment later gains nothing.
 */
class PrivateHostError extends Error {
  override readonly name = "PrivateHostError";
  readonly code = "ERR_PRIVATE_ADDRESS";
}

export interface PublicHosts {
  /** `net.connect`'s and `https.request`'s; refuses with `PrivateHostError`. */
  readonly lookup: LookupFunction;
  /** Addresses are not looked up, so they are judged beforehand. */
  mayConnect(host: string): boolean;
  /** The operator has named it. */
  isListed(host: string): boolean;
}

/**
 * @param listed hosts that may be private, as the operator names them
 * @param lookup name resolution; tests hand in their own
 */
export function createPublicHosts(listed: readonly string[], lookup: LookupFunction = systemLookup): PublicHosts {
  const known = new Set(listed.map((host) => host.toLowerCase()));
  const isListed = (host: string): boolean => known.has(host.toLowerCase());
  return {
    isListed,
    mayConnect: (host) => isIP(host) === 0 || isPublic(host) || isListed(host),
    lookup(host, options, callback) {
      lookup(host, options, (error, found, family) => {
        if (error) return callback(error, found, family);
        const addresses = typeof found === "string" ? [found] : found.map((entry) => entry.address);
        if (isListed(host) || addresses.every(isPublic)) return callback(null, found, family);
        callback(new PrivateHostError("The host is at a private address"), found, family);
      });
    },
  };
}

const isPublic = (address: string): boolean => ipaddr.isValid(address) && ipaddr.process(address).range() === "unicast";
