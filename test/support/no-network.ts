/**
 * Unit tests reach nothing but this machine. nock answers for the HTTP hosts that a test mocked and plays their faults;
 * a guard above it refuses every other socket at once, so that databases, Redis and mail are covered too. A mock that a
 * test set up and nobody called fails that test, because it was written for a call that no longer happens.
 *
 * The guard stands above nock, not below: nock lets the sockets it plays for "connect" in a way that looks real from
 * underneath.
 */
import { BlockList, isIP, Socket } from "node:net";
import nock from "nock";
import { afterAll, afterEach } from "vitest";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Whether a host (name, address or bracketed IPv6 address, no port) is this machine. */
function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "");
  if (bare === "localhost" || bare.endsWith(".localhost")) return true;
  const family = isIP(bare);
  return family !== 0 && loopback.check(bare, family === 6 ? "ipv6" : "ipv4");
}

/** nock names its mocks as `POST https://host:443/path`. */
function isMocked(host: string): boolean {
  return nock.activeMocks().some((mock) => mock.includes(`//${host}:`));
}

/**
 * The host that a call of `Socket.connect` names. Node's own callers pass the list [options, callback]; people pass
 * options, (port, host) or a path, which is a local socket and no network.
 */
function hostOf(given: readonly unknown[]): string | undefined {
  const [first, second] = given;
  if (Array.isArray(first)) return hostOf(first);
  if (typeof first === "number") return typeof second === "string" ? second : "localhost";
  if (typeof first !== "object" || first === null) return undefined;
  if ("path" in first && typeof first.path === "string" && first.path !== "") return undefined;
  return "host" in first && typeof first.host === "string" ? first.host : "localhost";
}

nock.disableNetConnect();
nock.enableNetConnect((host) => isLoopback(host.replace(/:\d+$/, "")));

const connect = Socket.prototype.connect;
Socket.prototype.connect = function guarded(this: Socket, ...given: unknown[]): Socket {
  const host = hostOf(given);
  if (host === undefined || isLoopback(host) || isMocked(host)) return Reflect.apply(connect, this, given);
  // A tick later: whoever connects still touches the socket after this call (TLS sets the server's name on it).
  process.nextTick(() => this.destroy(new Error(`Unit tests reach only this machine, not ${host}`)));
  return this;
};

// Files share their process, and each puts the guard up anew.
afterAll(() => {
  Socket.prototype.connect = connect;
});

afterEach(() => {
  const unused = nock.pendingMocks();
  nock.cleanAll();
  if (unused.length > 0) throw new Error(`Mocked but never called: ${unused.join(", ")}`);
});
